"""Quasi-static loops at 0 K: one minimum of the energy followed through the sweep of the applied field."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from magheat import dataset
from magheat.constants import OERSTED
from magheat.errors import SpecError
from magheat.solvers.base import Progress, needs_particles, particle_dataset, provenance, require_support, sample_times
from magheat.solvers.continuation import Sweep, follow_minimum
from magheat.solvers.lowering import start_of, system_of
from magheat.solvers.size import too_dense
from magheat.spec.checks import explained

if TYPE_CHECKING:
    import xarray as xr

    from magheat.spec.experiment import Experiment


@explained
@dataclass(frozen=True, kw_only=True)
class EnergyMinimizer:
    """Quasi-static loops at 0 K, the limit of vanishing frequency.

    The system stays in one local minimum of its energy until that loses stability, then falls on the overdamped path
    to the next one. Only there is heat released: its sum is the drop of the energy exactly, its split among the
    particles that of the overdamped limit (for the pair of the local-heat paper, 7.1 nm apart, A and B share jump 1 as
    14 : 86, and as 20 : 80 at a damping of 1). Damping and frequency have no effect; ``time`` in the dataset is the
    experiment's, and only its order matters to the states.

    Parameters
    ----------
    jump_tolerance
        A/m, to which the fields of jumps are located; 1e-3 Oe.
    largest_move
        rad, by which any moment may turn in one step of the continuation.

    Raises
    ------
    SpecError
        For an option that breaks its rule.

    Notes
    -----
    Attributes of the dataset tell the jumps in order: ``jump_time`` (s), ``jump_field`` (A/m, along the drive's
    direction) and ``jump_heat`` (J, one list per jump, one entry per particle). Moments given with the experiment
    descend to the minimum below them first; the heat of that descent is not counted.
    """

    name: ClassVar[str] = "minimize"
    model_version: ClassVar[int] = 1
    jump_tolerance: float = 1e-3 * OERSTED
    largest_move: float = 0.05

    def __post_init__(self) -> None:
        for option, most in (("jump_tolerance", math.inf), ("largest_move", 0.5)):
            value = getattr(self, option)
            if isinstance(value, bool) or not (isinstance(value, int | float) and 0 < value < most):
                raise SpecError(
                    f"EnergyMinimizer.{option} must be > 0 and < {most:g}; got {value!r}. The defaults, 1e-3 Oe in A/m "
                    f"and 0.05 rad, suit most systems."
                )

    def supports(self, experiment: Experiment) -> str | None:
        """Return why the experiment cannot be run, or None."""
        if experiment.ensemble is not None:
            return needs_particles(self, experiment)
        if experiment.temperature > 0:
            return (
                f"Experiment.temperature must be 0 for the solver 'minimize'; got {experiment.temperature:g} K. A "
                f"minimum of the energy is a state at 0 K: set temperature=0."
            )
        return too_dense(experiment, experiment.cycles * experiment.samples_per_cycle)

    def run(self, experiment: Experiment, progress: Progress | None = None) -> xr.Dataset:
        """Return the dataset of one run; ``progress`` is told the fraction done."""
        started = time.perf_counter()
        require_support(self, experiment)
        system, drive = system_of(experiment), experiment.applied_field
        sweep = follow_minimum(
            start_of(experiment),
            sample_times(experiment),
            drive.field,
            system,
            jump_tolerance=self.jump_tolerance,
            largest_move=self.largest_move,
            seed=experiment.seed,
            progress=progress,
        )
        attrs = provenance(self, experiment, started) | jumps_of(sweep, np.asarray(drive.direction))
        return particle_dataset(experiment, system, sweep.moments, sweep.released_heat, sweep.field_work, attrs)

    def run_many(self, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
        """Return the datasets of runs of equal size, one after the other, stacked along ``run``."""
        return dataset.stack(
            [self.run(one, _share(progress, i, len(experiments))) for i, one in enumerate(experiments)]
        )


def _share(progress: Progress | None, index: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda fraction: progress((index + fraction) / total)


def jumps_of(sweep: Sweep, direction: np.ndarray) -> dict[str, Any]:
    """Jumps as attributes: times (s), fields along ``direction`` (A/m), heats of the particles (J)."""
    return {
        "jump_time": [jump.time for jump in sweep.jumps],
        "jump_field": [float(jump.field @ direction) for jump in sweep.jumps],
        "jump_heat": [jump.heat.tolist() for jump in sweep.jumps],
    }
