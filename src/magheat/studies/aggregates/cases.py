"""The cluster, its field, and how often it is run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from magheat.constants import OERSTED
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.arrangement import fractal
from magheat.spec.experiment import Experiment
from magheat.spec.material import magnetite
from magheat.spec.particles import Particles

MATERIAL = magnetite
TEMPERATURE, FREQUENCY = 310.0, 300e3
AMPLITUDE = 300 * OERSTED
DIRECTION = (0.0, 0.0, 1.0)
DAMPING = 0.01
#: Median diameter, standard deviation of ln D, and gap between the surfaces of neighbours: two coatings.
DIAMETER, SPREAD, GAP = 24e-9, 0.15, 6e-9
#: Clusters that meet by diffusion.
FRACTAL_DIMENSION, PREFACTOR = 1.8, 1.3
#: Cycles that are dropped, in which the cluster forgets how it was put.
DROPPED = 1
#: Experiments of a particle in no run of a cluster; apart from theirs by more than there are runs.
_SEEDS_ALONE = 1_000_000


class Case(NamedTuple):
    """A cluster in a field; other numbers are other clusters of the same kind."""

    cluster: int = 1
    amplitude: float = AMPLITUDE  # A/m


class Plan(NamedTuple):
    """How many particles, clusters and fields, and how often and how finely they are run."""

    particles: int = 200
    runs: int = 4  # of the first cluster
    clusters: int = 1  # others, each in one run
    amplitudes: tuple[float, ...] = (200 * OERSTED,)  # others, each in one run
    cycles: int = 3 + DROPPED
    samples_per_cycle: int = 200
    bias: float = 2e-3  # of <m_z^2>, for which the solver chooses its step

    def cases(self) -> Mapping[Case, int]:
        """Runs of every case, the one that is looked at closely first."""
        others = [Case(cluster=2 + number) for number in range(self.clusters)]
        fields = [Case(amplitude=amplitude) for amplitude in self.amplitudes]
        return {Case(): self.runs} | dict.fromkeys((*others, *fields), 1)


def cluster(number: int, count: int) -> Particles:
    """A fractal cluster of magnetite particles, sizes log-normal, axes random."""
    return fractal(
        count=count,
        diameter=DIAMETER,
        diameter_spread=SPREAD,
        gap=GAP,
        fractal_dimension=FRACTAL_DIMENSION,
        prefactor=PREFACTOR,
        material=MATERIAL,
        seed=number,
    )


def together(case: Case, run: int, plan: Plan) -> Experiment:
    """The cluster; every moment starts along its axis, up or down by chance."""
    particles = cluster(case.cluster, plan.particles)
    up = np.random.default_rng([case.cluster, run]).choice([-1.0, 1.0], particles.count)
    return _experiment(particles, case, plan, up[:, None] * particles.easy_axes, seed=run)


def apart(case: Case, run: int, plan: Plan) -> list[Experiment]:
    """The same particles, each alone in the same field."""
    particles = cluster(case.cluster, plan.particles)
    return [
        _experiment(
            Particles(
                positions=np.zeros((1, 3)),
                diameters=particles.diameters[[i]],
                easy_axes=particles.easy_axes[[i]],
                material=MATERIAL,
            ),
            case,
            plan,
            particles.easy_axes[[i]],
            seed=_SEEDS_ALONE * run + i,
        )
        for i in range(particles.count)
    ]


def _experiment(particles: Particles, case: Case, plan: Plan, start: np.ndarray, seed: int) -> Experiment:
    return Experiment(
        particles=particles,
        applied_field=Sinusoidal(amplitude=case.amplitude, frequency=FREQUENCY, direction=DIRECTION),
        damping=DAMPING,
        temperature=TEMPERATURE,
        cycles=plan.cycles,
        samples_per_cycle=plan.samples_per_cycle,
        initial_moments=start,
        seed=seed,
    )
