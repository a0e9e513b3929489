"""Linear response: the formula that everyone in the field compares with."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from magheat import dataset
from magheat.constants import BOLTZMANN, MU_0
from magheat.errors import SpecError
from magheat.solvers.base import Progress, provenance, require_support
from magheat.solvers.ensembles import Sizes, ensemble_dataset, needs_wells, sizes_of
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.checks import explained
from magheat.spec.experiment import ensemble_of

if TYPE_CHECKING:
    import xarray as xr

    from magheat.spec.ensemble import Ensemble
    from magheat.spec.experiment import Experiment

#: Least number above zero.
_LEAST = math.ulp(0.0)


@explained
@dataclass(frozen=True, kw_only=True)
class LinearResponse:
    """Magnetization in proportion to the field, lagging by Neel's and Brown's relaxation.

    M = H_0 (chi' cos wt + chi'' sin wt) with chi' - i chi'' = chi_0/(1 + i w tau) and chi_0 = mu0 M_s^2 V/(3 k_B T)
    for random axes, cos^2 psi of three times that for axes at an angle psi; 1/tau = 1/tau_N + 1/tau_B. It holds where
    mu0 M_s V H_0 < k_B T and H_0 is far below H_K; nothing here checks that.

    Parameters
    ----------
    neel_time
        "arrhenius": tau_N = ``attempt_time`` exp(sigma), sigma = K V/(k_B T), as the two-well model has it at no
        field; "rosensweig": sqrt(pi)/2 ``attempt_time`` exp(sigma)/sqrt(sigma).
    attempt_time
        tau0 in s.
    viscosity
        Of the carrier, Pa s: tau_B = 3 eta V_H/(k_B T). None: the particles cannot turn.
    shell
        Thickness of what turns with a particle, in m, of V_H.
    size_points
        Diameters, and anisotropy constants, in the average over a distribution of them.

    Raises
    ------
    SpecError
        For an option that breaks its rule.

    Notes
    -----
    Source: R. E. Rosensweig, J. Magn. Magn. Mater. 252, 370 (2002).
    """

    name: ClassVar[str] = "linear-response"
    model_version: ClassVar[int] = 1
    neel_time: Literal["arrhenius", "rosensweig"] = "arrhenius"
    attempt_time: float = 1e-9
    viscosity: float | None = None
    shell: float = 0.0
    size_points: int = 24

    def __post_init__(self) -> None:
        if self.neel_time not in ("arrhenius", "rosensweig"):
            raise SpecError(f"LinearResponse.neel_time must be 'arrhenius' or 'rosensweig'; got {self.neel_time!r}.")
        for option, good, rule in (
            ("attempt_time", _between(self.attempt_time, _LEAST, 1), "> 0 and < 1 s"),
            ("viscosity", self.viscosity is None or _between(self.viscosity, _LEAST, math.inf), "> 0 Pa s, or None"),
            ("shell", _between(self.shell, 0, 1e-3), ">= 0 and < 1e-3 m"),
            ("size_points", _between(self.size_points, 1, 201, int), "a whole number >= 1 and <= 200"),
        ):
            if not good:
                raise SpecError(f"LinearResponse.{option} must be {rule}; got {getattr(self, option)!r}.")

    def supports(self, experiment: Experiment) -> str | None:
        """Return why the experiment cannot be run, or None."""
        reason = needs_wells(self, experiment)
        if reason is not None:
            return reason
        if not isinstance(experiment.applied_field, Sinusoidal) or experiment.applied_field.bias != 0:
            return (
                "Experiment.applied_field must be Sinusoidal without bias for the solver 'linear-response'; got "
                f"{experiment.applied_field!r}; take solver='two-well'."
            )
        if experiment.interactions and ensemble_of(experiment).interaction > 0:
            return (
                "Experiment.ensemble must have interaction 0 for the solver 'linear-response'; got "
                f"{ensemble_of(experiment).interaction:g}; take solver='two-well', or interactions=False."
            )
        return None

    def run(self, experiment: Experiment, progress: Progress | None = None) -> xr.Dataset:
        """Return the dataset of one steady cycle; ``progress`` is told the fraction done."""
        started = time.perf_counter()
        require_support(self, experiment)
        drive, ensemble = experiment.applied_field, ensemble_of(experiment)
        chi = self.susceptibility(ensemble, experiment.temperature, drive.frequency)
        turns = np.arange(experiment.samples_per_cycle) / experiment.samples_per_cycle
        phase = 2 * np.pi * turns + drive.phase  # type: ignore[attr-defined]
        magnetization = drive.amplitude * (chi * np.exp(1j * phase)).real
        if progress is not None:
            progress(1.0)
        return ensemble_dataset(experiment, magnetization, {}, provenance(self, experiment, started))

    def run_many(self, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
        """Return the datasets of runs of equal size, stacked along ``run``."""
        runs = [self.run(one) for one in experiments]
        if progress is not None:
            progress(1.0)
        return dataset.stack(runs)

    def susceptibility(self, ensemble: Ensemble, temperature: float, frequency: float) -> complex:
        """Complex susceptibility chi' - i chi'' of the magnetic phase."""
        d_spread, k_spread = ensemble.diameter_spread, ensemble.anisotropy_spread
        sizes = sizes_of(
            np.array([ensemble.diameter]),
            np.array([d_spread]),
            np.array([ensemble.material.anisotropy_constant]),
            np.array([k_spread]),
            (self.size_points if d_spread > 0 else 1, self.size_points if k_spread > 0 else 1),
        )
        angle = ensemble.axes
        share = 1 / 3 if isinstance(angle, str) else math.cos(angle) ** 2
        volume = np.pi / 6 * sizes.diameter**3
        static = share * MU_0 * ensemble.material.saturation_magnetization**2 * volume / (BOLTZMANN * temperature)
        lag = 2j * np.pi * frequency * self.relaxation_time(sizes, temperature)
        return complex((sizes.weight * static / (1 + lag)).sum())

    def relaxation_time(self, sizes: Sizes, temperature: float) -> np.ndarray:
        """Tau of every size, in s."""
        sigma = np.pi / 6 * sizes.diameter**3 * sizes.anisotropy_constant / (BOLTZMANN * temperature)
        neel = self.attempt_time * np.exp(np.minimum(sigma, 600.0))
        if self.neel_time == "rosensweig":
            neel = neel * math.sqrt(math.pi) / (2 * np.sqrt(sigma))
        if self.viscosity is None:
            return neel
        brown = self.viscosity * np.pi / 2 * (sizes.diameter + 2 * self.shell) ** 3 / (BOLTZMANN * temperature)
        tau: np.ndarray = neel * brown / (neel + brown)
        return tau


def _between(value: Any, least: float, most: float, kind: type = float) -> bool:
    """Whether an option is a number >= ``least`` and < ``most``; a whole one where ``kind`` is int."""
    number = isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
    return bool(number and least <= value < most)
