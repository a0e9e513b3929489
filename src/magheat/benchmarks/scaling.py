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

#: Particles of a system and systems at once; few particles fill the lanes only with other systems.
SIZES = ((2, 64), (24, 64), *((n, 1) for n in (2, 24, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000)))
#: Ordered pairs that a measurement goes through on every thread, the most steps that it takes, and repeats.
_PAIRS, _STEPS, _REPEATS = 1e9, 100_000, 3
#: From so many particles on a measurement takes long enough to be made once.
_LONG = 50_000


class Cost(NamedTuple):
    """What systems of so many particles cost on so many threads."""

    particles: int
    systems: int
    threads: int
    spin_steps: float  # per second
    pairs: float  # ordered, per second, all threads together
    pairs_of_a_core: float  # per second of processor time: what other programs take is not counted
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


def cost(count: int, systems: int, threads: int) -> Cost:
    """Walk through systems of the same size, best of three; the kernels are compiled."""
    prepared = [llg_thermal.prepare(cluster(count).replace(seed=seed), 1e-3) for seed in range(1, systems + 1)]
    runs, noise = llg_thermal.lowered(prepared)
    steps = int(np.clip(_PAIRS * threads / (2 * systems * count * max(count, 50)), 2, _STEPS))
    # two fields of all on all in every step, one before the first and one after its half step of noise
    pairs = systems * count * (count - 1) * 2 * (steps + 1)
    tracemalloc.start()
    wall, used = [], []
    for _ in range(1 if count >= _LONG else _REPEATS):
        wall.append(-time.perf_counter())
        used.append(-time.process_time())
        walk_runs(runs, noise, Plan(SPLIT, 1, 1, steps), threads)
        wall[-1] += time.perf_counter()
        used[-1] += time.process_time()
    memory = tracemalloc.get_traced_memory()[1] / (count * systems)
    tracemalloc.stop()
    rate = systems * count * steps / min(wall)
    return Cost(count, systems, threads, rate, pairs / min(wall), pairs / min(used), memory)


def main() -> None:
    """Print the table."""
    for count in (2, 50):
        cost(count, 1, 1)  # compiles
    print("      N systems threads spin-steps/s   pairs/s of a core  field alone  bytes/N")
    for count, systems in SIZES:
        field = pairs_per_second(count) if 50 <= count < _LONG else float("nan")
        for threads in sorted({1, cores()}) if count < _LONG else [cores()]:
            c = cost(count, systems, threads)
            print(
                f"{count:7d} {systems:7d} {threads:7d} {c.spin_steps:12.2e} {c.pairs:9.2e} {c.pairs_of_a_core:9.2e} "
                f"{field:12.2e} {c.memory:8.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
