"""Two wells and thermal jumps between them: the periodic loop of an ensemble of particles at a temperature."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from magheat.errors import ConvergenceError, SpecError
from magheat.solvers.base import Progress, provenance, require_support, run_each
from magheat.solvers.ensembles import ensemble_dataset, needs_wells
from magheat.solvers.two_well_layout import columns_of, flags_of, kind_of, run_kind
from magheat.solvers.two_well_run import trouble
from magheat.spec.checks import explained
from magheat.spec.experiment import ensemble_of

if TYPE_CHECKING:
    import xarray as xr

    from magheat.spec.experiment import Experiment

PREFACTORS = ("constant", "brown", "brown-field")


@explained
@dataclass(frozen=True, kw_only=True)
class TwoWell:
    """Rate equations between the two wells of uniaxial particles; the exact periodic loop of an ensemble.

    Parameters
    ----------
    prefactor
        "constant": tau_N = ``attempt_time`` exp(K V/(k_B T)) at no field; "brown": Brown's attempt time for high
        barriers; "brown-field": with its dependence on the field, for axes along it.
    attempt_time
        tau0 in s, of "constant".
    steps
        Steps per half period of a table's loops; the least per period, two of them, of an experiment's.
    axis_points
        Axes in the average over random ones; twice as many where the largest field switches some and not others.
    size_points
        Diameters, and anisotropy constants, in the average over a distribution of them.
    tolerance
        Change of the magnetization, in M_s, at which the interaction counts as settled.
    most_sweeps
        Passes after which it counts as not settled.
    threads
        Threads to use; None: one per core. It changes no bit of a result.

    Raises
    ------
    SpecError
        For an option that breaks its rule.

    Notes
    -----
    With a bias, particles that forget less than 1e-10 of their state in a period are blocked. A sample of which they
    make more than 1 % of the volume is refused; a smaller share stands at the mean that the period would give it in
    the end.

    Source: E. C. Stoner and E. P. Wohlfarth, Phil. Trans. R. Soc. A 240, 599 (1948) for wells and saddle; W. F. Brown,
    Phys. Rev. 130, 1677 (1963) for his prefactors.
    """

    name: ClassVar[str] = "two-well"
    model_version: ClassVar[int] = 1
    prefactor: Literal["constant", "brown", "brown-field"] = "constant"
    attempt_time: float = 1e-9
    steps: int = 200
    axis_points: int = 32
    size_points: int = 24
    tolerance: float = 1e-8
    most_sweeps: int = 400
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.prefactor not in PREFACTORS:
            raise SpecError(f"TwoWell.prefactor must be one of {', '.join(PREFACTORS)}; got {self.prefactor!r}.")
        for option, most in (("attempt_time", 1.0), ("tolerance", 0.1)):
            value = getattr(self, option)
            if isinstance(value, bool) or not (isinstance(value, int | float) and 0 < value < most):
                raise SpecError(f"TwoWell.{option} must be > 0 and < {most:g}; got {value!r}.")
        for option, least in (("steps", 2), ("axis_points", 1), ("size_points", 1), ("most_sweeps", 1), ("threads", 1)):
            value = getattr(self, option)
            if option == "threads" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 10**6:
                raise SpecError(f"TwoWell.{option} must be a whole number >= {least} and <= 1e6; got {value!r}.")

    def supports(self, experiment: Experiment) -> str | None:
        """Return why the experiment cannot be run, or None."""
        reason = needs_wells(self, experiment)
        if reason is not None:
            return reason
        if self.prefactor != "constant" and not experiment.damping > 0:
            return f"Experiment.damping must be > 0 for TwoWell.prefactor = {self.prefactor!r}; got 0."
        if self.prefactor == "brown-field" and ensemble_of(experiment).axes != 0.0:
            return (
                "TwoWell.prefactor must be 'constant' or 'brown' unless Ensemble.axes is 0; got 'brown-field', which "
                "is Brown's for axes along the field."
            )
        return None

    def run(self, experiment: Experiment, progress: Progress | None = None) -> xr.Dataset:
        """Return the dataset of one steady cycle; ``progress`` is told the fraction done.

        Raises
        ------
        ConvergenceError
            When a mean field does not settle, or when, with a bias, the particles are blocked for so long that no
            period repeats itself within round-off.
        """
        started = time.perf_counter()
        require_support(self, experiment)
        kind, columns = kind_of(experiment, self), columns_of([experiment])
        loops, drive = run_kind(kind, columns, self, keep_moments=True, progress=progress)
        reason = trouble(loops, 0, kind.interaction, self.most_sweeps)
        if reason is not None:
            raise ConvergenceError(reason)
        half = loops.magnetization[0, :-1]
        whole = np.concatenate([half, -half]) if drive.half else half
        flags = {name: bool(value[0]) for name, value in flags_of(columns, loops, kind.interaction).items()}
        return ensemble_dataset(experiment, whole[:: drive.stride], flags, provenance(self, experiment, started))

    def run_many(self, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
        """Return the datasets of runs of equal size, one after the other, stacked along ``run``."""
        return run_each(self, experiments, progress)
