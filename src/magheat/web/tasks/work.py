"""Every task that a process may be given, by its name."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import xarray as xr

from magheat.api import simulate
from magheat.solvers.base import Progress
from magheat.surrogates import Surrogate, load
from magheat.web.answers import to_bytes
from magheat.web.tasks.best import best_of
from magheat.web.tasks.experiments import experiment_of, solver_of_request, with_threads
from magheat.web.tasks.maps import map_of
from magheat.web.tasks.runs import answer_of
from magheat.web.tasks.tables import to_csv, to_netcdf


class Task(NamedTuple):
    """What is to be done: a request that was checked, how it is to be answered, and by which model."""

    name: str
    request: dict[str, Any]
    model: str | None  # folder
    threads: int | None


class Done(NamedTuple):
    """What came of it: JSON text or a file, and the run as NetCDF where a job keeps it."""

    content: bytes
    netcdf: bytes | None = None


def do(task: Task, progress: Progress | None = None) -> Done:
    """Do a task."""
    return _TASKS[task.name](task, progress)


def _run(task: Task, progress: Progress | None) -> xr.Dataset:
    experiment = experiment_of(task.request["experiment"])
    solver = with_threads(solver_of_request(task.request), task.threads)
    return simulate(experiment, solver, progress=progress)


def _answer(ds: xr.Dataset, task: Task) -> dict[str, Any]:
    request = task.request
    return answer_of(ds, request["samples"], last_cycle=request["last_cycle"], jumps=request["jumps"])


def _simulate(task: Task, progress: Progress | None) -> Done:
    return Done(to_bytes(_answer(_run(task, progress), task)))


def _simulate_and_keep(task: Task, progress: Progress | None) -> Done:
    ds = _run(task, progress)
    return Done(to_bytes(_answer(ds, task)), to_netcdf(ds))


def _map(task: Task, progress: Progress | None) -> Done:
    surrogate = _model(task) if task.request["by"] == "surrogate" else None
    return Done(to_bytes(map_of(task.request, surrogate, progress, task.threads)))


def _optimize(task: Task, progress: Progress | None) -> Done:
    return Done(to_bytes(best_of(task.request, _model(task), progress, task.threads)))


def _model(task: Task) -> Surrogate | None:
    return None if task.model is None else _loaded(task.model)


@lru_cache(maxsize=2)
def _loaded(folder: str) -> Surrogate:
    return load(Path(folder))


_TASKS: Mapping[str, Callable[[Task, Progress | None], Done]] = MappingProxyType(
    {
        "simulate": _simulate,
        "simulate and keep": _simulate_and_keep,
        "csv": lambda task, progress: Done(to_csv(_run(task, progress))),
        "netcdf": lambda task, progress: Done(to_netcdf(_run(task, progress))),
        "map": _map,
        "optimize": _optimize,
    }
)


def packed(content: bytes) -> bytes:
    """Bytes as they are kept."""
    return zlib.compress(content, 1)


def unpacked(content: bytes) -> bytes:
    """Bytes as they were."""
    return zlib.decompress(content)


def request_text(request: Mapping[str, Any]) -> str:
    """A request as it is kept."""
    return json.dumps(request, allow_nan=False)
