"""How the cost of a thermal run grows with the number of particles: ``python -m magheat.benchmarks.scaling``."""

from __future__ import annotations

import time
import tracemalloc
from typing import NamedTuple

import numpy as np

from magheat.benchmarks.suite import pairs_per_second
from magheat.kernels.batch import cores
from magheat.kernels.thermal import SPLIT
from magheat.kernels.thermal_batch import Plan, walk_runs
from magheat.solvers import llg_thermal
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.experiment import Experiment
from magheat.spec.material import magnetite
from magheat.spec.particles import Particles

SIZES = (2, 24, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000)
#: Ordered pairs that a measurement goes through on every thread, and the most steps that it takes.
_PAIRS, _STEPS = 2e9, 100_000


class Cost(NamedTuple):
    """What one system of so many particles costs on so many threads."""

    particles: int
    threads: int
    spin_steps: float  # per second
    pairs: float  # ordered, per second, all threads together
    memory: float  # bytes per particle while it runs, two samples included


def cluster(count: int) -> Experiment:
    """Particles of 12 nm on a cubic lattice at 310 K, their moments and axes in any direction."""
    side = range(int(np.ceil(count ** (1 / 3))))
    places = np.array(np.meshgrid(side, side, side)).reshape(3, -1).T[:count]
    axes, moments = _directions(count, 1), _directions(count, 2)
    return Experiment(
        particles=Particles(
            positions=14e-9 * places, diameters=np.full(count, 12e-9), easy_axes=axes, material=magnetite
        ),
        applied_field=Sinusoidal(amplitude="200 Oe", frequency="300 kHz"),
        temperature=310.0,
        damping=0.1,
        initial_moments=moments,
        samples_per_cycle=20,
    )


def _directions(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    directions: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return directions


def cost(count: int, threads: int, systems: int = 1) -> Cost:
    """Walk through some systems of the same size; the kernels are compiled."""
    prepared = [llg_thermal.prepare(cluster(count).replace(seed=seed), 1e-3) for seed in range(1, systems + 1)]
    runs, noise = llg_thermal.lowered(prepared)
    fields = 2 * systems * count * max(count - 1, 50)
    steps = int(np.clip(_PAIRS * threads / fields, 1, _STEPS))
    tracemalloc.start()
    begun = time.perf_counter()
    walk_runs(runs, noise, Plan(SPLIT, 1, 1, steps), threads)
    seconds = time.perf_counter() - begun
    memory = tracemalloc.get_traced_memory()[1] / (count * systems)
    tracemalloc.stop()
    # two fields of all on all in every step, one before the first and one after its half step of noise
    pairs = systems * count * (count - 1) * 2 * (steps + 1)
    return Cost(count, threads, systems * count * steps / seconds, pairs / seconds, memory)


def main() -> None:
    """Print the tables."""
    all_cores = cores()
    cost(2, 1), cost(50, 1)  # compiles
    print(f"{'N':>7} {'threads':>7} {'spin-steps/s':>12} {'pairs/s':>9} {'per core':>9} {'field':>9} {'bytes/N':>8}")
    for count in SIZES:
        field = pairs_per_second(count) if 50 <= count <= 10_000 else float("nan")
        for threads in sorted({1, all_cores}) if count < 100_000 else [all_cores]:
            one = cost(count, threads)
            print(
                f"{count:7d} {threads:7d} {one.spin_steps:12.2e} {one.pairs:9.2e} {one.pairs / threads:9.2e} "
                f"{field:9.2e} {one.memory:8.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
