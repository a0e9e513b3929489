"""The pair of the local-heat paper and the field that drives it."""

from __future__ import annotations

from typing import NamedTuple

from magheat.constants import OERSTED
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.arrangement import pair
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material
from magheat.spec.particles import Particles

CITATION = (
    "C. Muñoz-Menendez, D. Serantes, O. Chubykalo-Fesenko, S. Ruta, O. Hovorka, P. Nieves, K. L. Livesey, D. Baldomir "
    "and R. Chantrell, Disentangling local heat contributions in interacting magnetic nanoparticles, Physical Review B "
    "102, 214412 (2020)"
)
DOI = "10.1103/PhysRevB.102.214412"

#: The paper's names of the two particles, in the order in which they are stored.
NAMES = ("A", "B")
A, B = 0, 1
AMPLITUDE = 500 * OERSTED
FREQUENCY = 500e3
MATERIAL = Material(saturation_magnetization="480 emu/cm^3", anisotropy_constant="1e5 erg/cm^3", heat_capacity=3.48e6)


class Case(NamedTuple):
    """One of the three pairs of the paper's figure 2."""

    name: str
    gap: float  # m
    interactions: bool


ALONE = Case("no interaction", 7.1e-9, False)
APART = Case("x = 7.1 nm", 7.1e-9, True)
CLOSE = Case("x = 1.5 nm", 1.5e-9, True)
CASES = (ALONE, APART, CLOSE)


def particles(case: Case) -> Particles:
    """A (22 nm, easy axis along the field) and B (18 nm, easy axis 30 degrees off), side by side across the field."""
    angles = ("0 deg", "30 deg")
    return pair(diameters=("22 nm", "18 nm"), gap=case.gap, easy_axis_angles=angles, material=MATERIAL)


def experiment(
    case: Case = APART,
    *,
    damping: float = 1.0,
    frequency: float = FREQUENCY,
    samples_per_cycle: int = 4000,
    seed: int = 1,
) -> Experiment:
    """One cycle of 500 Oe cos(2 pi f t) from saturation, at 0 K."""
    return Experiment(
        particles=particles(case),
        applied_field=Sinusoidal(amplitude=AMPLITUDE, frequency=frequency),
        damping=damping,
        interactions=case.interactions,
        cycles=1,
        samples_per_cycle=samples_per_cycle,
        seed=seed,
    )
