"""What every solver is: something that says whether it can run an experiment, and runs it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from magheat.errors import SpecError
from magheat.spec.io import to_json

if TYPE_CHECKING:
    import xarray as xr

    from magheat.spec.experiment import Experiment

Progress = Callable[[float], None]


class Solver(Protocol):
    """A way to turn experiments into datasets; implementations are frozen dataclasses whose fields are options."""

    name: ClassVar[str]

    def supports(self, experiment: Experiment) -> str | None:
        """Return why this solver cannot run the experiment, or None when it can."""

    def run(self, experiment: Experiment, progress: Progress | None = None) -> xr.Dataset:
        """Return the dataset of one experiment; ``progress`` is told the fraction done."""

    def run_many(self, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
        """Return the datasets of experiments of equal size, stacked along ``run``."""


def require_support(solver: Solver, experiment: Experiment) -> None:
    """Raise SpecError with the solver's reason when it cannot run the experiment."""
    reason = solver.supports(experiment)
    if reason is not None:
        raise SpecError(reason)


def package_version() -> str:
    """Version of magheat that made a dataset."""
    try:
        return version("magheat")
    except PackageNotFoundError:
        return "unknown"


def provenance(solver: Any, experiment: Experiment, started: float) -> dict[str, Any]:
    """Attributes of a dataset: experiment, key, version, solver, its options, seed, wall time."""
    return {
        "experiment": to_json(experiment),
        "key": experiment.key,
        "magheat_version": package_version(),
        "solver": solver.name,
        "solver_options": json.dumps(asdict(solver)),
        "seed": experiment.seed,
        "wall_time_s": time.perf_counter() - started,
    }
