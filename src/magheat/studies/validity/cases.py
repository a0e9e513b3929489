"""Particles and fields that every solver is asked about: magnetite-like, axes along the field, at 300 K."""

from __future__ import annotations

from typing import Any, NamedTuple

from magheat.constants import MU_0
from magheat.solvers.fokker_planck import FokkerPlanck
from magheat.solvers.linear_response import LinearResponse
from magheat.solvers.two_well import TwoWell
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.arrangement import pair
from magheat.spec.ensemble import Ensemble
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material
from magheat.spec.particles import Particles
from magheat.workflows.recommend.regime import attempt_time

MATERIAL = Material(saturation_magnetization=450e3, anisotropy_constant=20e3)
#: H_K, A/m.
FIELD_SCALE = 2 * MATERIAL.anisotropy_constant / (MU_0 * MATERIAL.saturation_magnetization)
TEMPERATURE, DAMPING = 300.0, 0.1
SAMPLES = 200


_DIAMETERS = tuple(1e-9 * size for size in range(8, 21))
_FREQUENCIES = tuple(10 ** (power / 2) for power in range(8, 17))


class Plan(NamedTuple):
    """Where the solvers are compared, and how often those that draw lots are run."""

    diameters: tuple[float, ...] = _DIAMETERS
    frequencies: tuple[float, ...] = _FREQUENCIES
    fields: tuple[float, ...] = (0.02, 0.1, 0.6)  # over H_K
    gaps: tuple[float, ...] = (1e-9, 2e-9, 4e-9, 7e-9, 12e-9, 20e-9)
    runs: int = 128
    cycles: int = 5  # the first is dropped


#: The case that all six are asked about, and the two particles whose gap is changed.
DIAMETER, FREQUENCY, FIELD = 14e-9, 1e6, 0.5


def ensemble(diameter: float, frequency: float, field: float) -> Experiment:
    """Particles that do not feel each other, as the two-well model takes them."""
    return Experiment(ensemble=Ensemble(material=MATERIAL, diameter=diameter, axes=0.0), **_shared(frequency, field))


def single(diameter: float, frequency: float, field: float, cycles: int) -> Experiment:
    """One of them, with a place."""
    one = Particles(positions=[(0, 0, 0)], diameters=[diameter], easy_axes=[(0, 0, 1)], material=MATERIAL)
    return Experiment(particles=one, cycles=cycles, **_shared(frequency, field))


def neighbours(gap: float, cycles: int) -> Experiment:
    """Two of them, one behind the other along axes and field."""
    two = pair(diameters=(DIAMETER, DIAMETER), gap=gap, easy_axis_angles=("90 deg", "90 deg"), material=MATERIAL)
    shared = _shared(FREQUENCY, FIELD)
    along_x = Sinusoidal(amplitude=FIELD * FIELD_SCALE, frequency=FREQUENCY, direction=(1, 0, 0))
    return Experiment(particles=two, cycles=cycles, **(shared | {"applied_field": along_x}))


def _shared(frequency: float, field: float) -> dict[str, Any]:
    return {
        "applied_field": Sinusoidal(amplitude=field * FIELD_SCALE, frequency=frequency),
        "temperature": TEMPERATURE,
        "damping": DAMPING,
        "damping_form": "gilbert",
        "samples_per_cycle": SAMPLES,
    }


def yardstick() -> FokkerPlanck:
    """What single particles are held against."""
    return FokkerPlanck()


def two_well() -> TwoWell:
    """Two wells with Brown's attempt time."""
    return TwoWell(prefactor="brown")


def linear_response(experiment: Experiment) -> LinearResponse:
    """The formula, with Brown's attempt time."""
    return LinearResponse(attempt_time=float(attempt_time(experiment)[0]))
