"""The best particle and field under a limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from magheat.solvers.base import Progress
from magheat.solvers.two_well import TwoWell
from magheat.surrogates import Surrogate
from magheat.web.tasks.experiments import with_threads
from magheat.workflows.experiment_file import to_toml
from magheat.workflows.optimize import Optimum, optimize


def best_of(
    request: Mapping[str, Any], surrogate: Surrogate | None, progress: Progress | None, threads: int | None
) -> dict[str, Any]:
    """The answer to a request; the surrogate searches first where it was taught."""
    model = surrogate if surrogate is not None and _taught(request, surrogate) else None
    found = optimize(
        request["objective"],
        free={name: tuple(ends) for name, ends in request["free"].items()},
        fixed=request["fixed"],
        limit=request["limit"],
        surrogate=model,
        trade_off_points=0,
        solver=TwoWell(threads=threads),
        seed=request["seed"],
        progress=progress,
    )
    return _told(found, model is not None)


def _taught(request: Mapping[str, Any], surrogate: Surrogate) -> bool:
    """Whether the surrogate was taught everywhere that is looked at."""
    ends = {name: (value, value) for name, value in request["fixed"].items()} | dict(request["free"])
    ranges = surrogate.domain.ranges
    return all(name in ends and low <= ends[name][0] and ends[name][1] <= high for name, (low, high) in ranges.items())


def _told(found: Optimum, searched: bool) -> dict[str, Any]:
    return {
        "objective": found.objective,
        "value": found.value,
        "inputs": dict(found.inputs),
        "outputs": dict(found.outputs),
        "product": found.product,
        "limit": found.limit,
        "active": list(found.active),
        "warnings": list(found.warnings),
        "nearly": {name: list(ends) for name, ends in found.nearly.items()},
        "by": "surrogate and simulation" if searched else "simulation",
        "toml": to_toml(found.experiment, with_threads(found.solver, None)),
    }
