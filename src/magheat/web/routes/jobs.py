"""Jobs: what takes longer than a moment."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from magheat.solvers.base import require_support
from magheat.web.answers import answer, json_answer
from magheat.web.jobs.table import CANCELLED, DONE, FAILED
from magheat.web.routes.base import parts_of, refusals, router
from magheat.web.routes.simulate import file_answer
from magheat.web.schemas.job import JobAnswer, JobRequest
from magheat.web.settings import Limits
from magheat.web.tasks.costs import require_job
from magheat.web.tasks.experiments import experiment_of, solver_of_request
from magheat.web.tasks.maps import require_map
from magheat.web.tasks.work import unpacked

jobs_router = router("jobs")
_Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="What POST /jobs answered.")]


@jobs_router.post("/jobs", status_code=202, response_model=JobAnswer, responses=refusals())
async def add(request: Request, body: JobRequest) -> Response:
    """Put a simulation, a map or a search into the queue."""
    parts = parts_of(request)
    content = body.model_dump()
    kind = content.pop("kind")
    await run_sync(_require, kind, content, parts.settings.limits)
    return answer(await run_sync(parts.queue.add, kind, content), 202)


@jobs_router.get("/jobs", response_model=list[JobAnswer], responses=refusals(body=False))
async def newest(request: Request) -> Response:
    """The hundred newest jobs, newest first."""
    return answer(await run_sync(parts_of(request).queue.newest))


@jobs_router.get("/jobs/{job}", response_model=JobAnswer, responses=refusals(404, 422, body=False))
async def one(request: Request, job: _Id) -> Response:
    """How far a job is."""
    return answer(await _known(request, job))


@jobs_router.delete("/jobs/{job}", status_code=204, response_class=Response, responses=refusals(404, 422, body=False))
async def remove(request: Request, job: _Id) -> Response:
    """Cancel a job, or forget one that has ended."""
    await _known(request, job)
    await run_sync(parts_of(request).queue.remove, job)
    return Response(status_code=204)


@jobs_router.get(
    "/jobs/{job}/result",
    responses={200: {"description": "As of simulate, map or optimize."}, **refusals(404, 409, 422, body=False)},
)
async def result(request: Request, job: _Id) -> Response:
    """The answer that the job was for."""
    return json_answer(unpacked(await _kept(request, job, "result")))


@jobs_router.get(
    "/jobs/{job}/result.nc",
    response_class=Response,
    responses={200: {"content": {"application/x-netcdf": {}}}, **refusals(404, 409, 422, body=False)},
)
async def result_netcdf(request: Request, job: _Id) -> Response:
    """The whole dataset of a simulation as a NetCDF file."""
    return file_answer(await _kept(request, job, "netcdf"), "application/x-netcdf", f"magheat-{job[:8]}.nc")


def _require(kind: str, content: dict[str, Any], limits: Limits) -> None:
    """Refuse what would fail, or what is too large for a job."""
    if kind == "map":
        require_map(content)
    if kind == "simulate":
        experiment, solver = experiment_of(content["experiment"]), solver_of_request(content)
        require_job(experiment, solver, limits)
        require_support(solver, experiment)


async def _known(request: Request, job: str) -> dict[str, Any]:
    found = await run_sync(parts_of(request).queue.one, job)
    if found is None:
        raise HTTPException(404, "there is no such job; it may have been forgotten.")
    return found


async def _kept(request: Request, job: str, name: str) -> bytes:
    found = await _known(request, job)
    if found["status"] in (FAILED, CANCELLED):
        raise HTTPException(409, f"the job has no result: {found['message']}")
    if found["status"] != DONE:
        raise HTTPException(409, f"the job is not done yet: {found['message']}.")
    content = await run_sync(parts_of(request).queue.jobs.result, job, name)
    if content is None:
        raise HTTPException(404, f"a job of the kind {found['kind']} has no such file.")
    return content
