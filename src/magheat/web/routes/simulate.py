"""Simulations that are answered at once, and the solvers."""

from __future__ import annotations

from typing import Any

from anyio.to_thread import run_sync
from fastapi import Request
from starlette.responses import Response

from magheat.solvers.base import Solver, require_support
from magheat.spec.experiment import Experiment
from magheat.web.answers import answer
from magheat.web.routes.base import computed, computed_json, parts_of, refusals, router
from magheat.web.schemas.experiment import Simulated, Simulation
from magheat.web.schemas.simulation import SimulateAnswer, SolverInfo
from magheat.web.solvers import solver_list
from magheat.web.tasks.costs import require_at_once
from magheat.web.tasks.experiments import experiment_of, solver_of_request
from magheat.workflows.experiment_file import to_python, to_toml

simulate_router = router("simulate")


@simulate_router.get("/solvers", response_model=list[SolverInfo], responses=refusals(body=False))
async def solvers() -> Response:
    """All solvers, what they take, and whether they answer at once."""
    return answer(solver_list())


@simulate_router.post("/simulate", response_model=SimulateAnswer, responses=refusals())
async def simulate(request: Request, body: Simulated) -> Response:
    """The simulator's own answer, where it takes a moment only."""
    return await computed_json(request, "simulate", await _at_once(request, body))


@simulate_router.post(
    "/simulate/csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}, **refusals()}
)
async def simulate_csv(request: Request, body: Simulated) -> Response:
    """All samples of the run as a CSV table."""
    content = await computed(request, "csv", await _at_once(request, body))
    return file_answer(content, "text/csv; charset=utf-8", "magheat.csv")


@simulate_router.post(
    "/simulate/netcdf",
    response_class=Response,
    responses={200: {"content": {"application/x-netcdf": {}}}, **refusals()},
)
async def simulate_netcdf(request: Request, body: Simulated) -> Response:
    """The whole dataset of the run as a NetCDF file."""
    content = await computed(request, "netcdf", await _at_once(request, body))
    return file_answer(content, "application/x-netcdf", "magheat.nc")


@simulate_router.post(
    "/experiment/toml", response_class=Response, responses={200: {"content": {"application/toml": {}}}, **refusals()}
)
async def experiment_toml(body: Simulation) -> Response:
    """The experiment as TOML; magheat run gives the same numbers."""
    text = to_toml(*await run_sync(_built, body.model_dump()))
    return file_answer(text.encode(), "application/toml", "experiment.toml")


@simulate_router.post(
    "/experiment/python", response_class=Response, responses={200: {"content": {"text/x-python": {}}}, **refusals()}
)
async def experiment_python(body: Simulation) -> Response:
    """A short Python script that gives the same numbers."""
    text = to_python(*await run_sync(_built, body.model_dump()))
    return file_answer(text.encode(), "text/x-python; charset=utf-8", "experiment.py")


def file_answer(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    return Response(
        content, headers={"content-disposition": f'attachment; filename="{name}"', "content-type": media_type}
    )


def _built(body: dict[str, Any]) -> tuple[Experiment, Solver]:
    """The experiment and the solver of a request, which fit one another."""
    experiment, solver = experiment_of(body["experiment"]), solver_of_request(body)
    require_support(solver, experiment)
    return experiment, solver


async def _at_once(request: Request, body: Simulated) -> dict[str, Any]:
    """The request as it is sent to a process, if it is cheap."""
    content = body.model_dump()
    experiment, solver = await run_sync(_built, content)
    require_at_once(experiment, solver, parts_of(request).settings.limits)
    return content
