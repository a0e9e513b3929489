"""The workloads of ``magheat bench``: best of several runs each, beside the bar and the machine's own limit."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from magheat import api
from magheat.benchmarks.learning import measure_learning
from magheat.benchmarks.measurement import Measurement
from magheat.benchmarks.store import measure_store
from magheat.constants import OERSTED
from magheat.kernels.batch import aligned, empty_sites, integrate
from magheat.kernels.integrate import Runs
from magheat.kernels.interaction import all_pairs_field
from magheat.kernels.lane_type import WIDTH
from magheat.kernels.peak import CHAINS, multiply_add
from magheat.kernels.thermal_batch import walk_runs
from magheat.solvers import llg_thermal
from magheat.solvers.llg import LLG, METHODS, lowered, prepare
from magheat.solvers.lowering import stack
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_table import two_well_loops
from magheat.spec import arrangement
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material, magnetite
from magheat.units import FloatArray
from magheat.workflows.learning_paper import grid_points

#: Right-hand sides per attempted step of the pairs 5(4) and 8(5,3).
STAGES = {"dormand-prince": 6, "dop853": 12}
#: Floating-point operations of one ordered pair in ``interaction.field_at_distance``, sqrt and division one each.
OPERATIONS_PER_PAIR = 27


def paper_pair(**changes: float) -> Experiment:
    """One cycle of the pair of the local-heat paper: 22 and 18 nm, 7.1 nm apart, 500 Oe, 500 kHz."""
    material = Material(saturation_magnetization="480 emu/cm^3", anisotropy_constant="1e5 erg/cm^3")
    pair = arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=material
    )
    drive = Sinusoidal(amplitude="500 Oe", frequency="500 kHz")
    return Experiment(particles=pair, applied_field=drive, cycles=1).replace(**changes)


def best(action: Callable[[], object], repeats: int = 5) -> float:
    """Shortest of several wall times, s, after one run that warms up."""
    action()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def measure_peak() -> Measurement:
    """Multiply-add peak of one core, floating-point operations per second (two per multiply-add)."""
    rows, turns = aligned(10, WIDTH), 200_000
    rows[8], rows[9] = 0.5, 1.0
    seconds = best(lambda: multiply_add(rows, turns))
    return Measurement("limit", "multiply-add peak, one core", 2 * CHAINS * WIDTH * turns / seconds / 1e9, "GFLOP/s")


def measure_one_run() -> Iterator[Measurement]:
    """Workload W1: one pair, one cycle at alpha = 0.1, heat right to 1e-6; twin and error run not counted."""
    experiment = paper_pair(damping=0.1)
    solver = LLG(rtol=1e-7, check_sensitivity=False, check_error=False, threads=1)
    exact = api.simulate(experiment, LLG(rtol=1e-11, check_sensitivity=False, check_error=False))
    heat = api.simulate(experiment, solver)["released_heat"][-1]
    error = float(abs(heat / exact["released_heat"][-1] - 1).max())
    seconds = best(lambda: api.simulate(experiment, solver))
    yield Measurement("W1 one pair, one cycle", "wall time", 1e3 * seconds, "ms", 15.0, True)
    yield Measurement("W1 one pair, one cycle", "relative error of the heat", error, "1", 1e-6, True)


def lowered_sweep(rtol: float) -> Runs:
    """64 runs of the pair, damping 0.02 to 1."""
    prepared = [prepare(paper_pair(damping=float(alpha))) for alpha in np.geomspace(0.02, 1, 64)]
    return stack([lowered(one, one.start, rtol, 1e9) for one in prepared])


def measure_sweep() -> Iterator[Measurement]:
    """Workload W1: 64 runs of the pair on one core, right-hand sides per second of the integration."""
    runs = lowered_sweep(1e-7)
    for name, method in METHODS.items():
        for samples, what in ((0, "heat only"), (2000, "2000 samples")):
            attempts = int(integrate(runs, samples, method, threads=1).attempts.sum())
            seconds = best(lambda m=method, s=samples: integrate(runs, s, m, threads=1))  # type: ignore[misc]
            rate = attempts * STAGES[name] / seconds
            # the dense output of order 7 evaluates up to three more right-hand sides per step, which are not counted
            bar = None if name == "dop853" and samples else 8e7
            yield Measurement(f"W1 sweep of 64 runs, {name}, {what}", "rate", rate, "rhs/s", bar)


def pairs_per_second(n: int) -> float:
    """Ordered pairs whose dipolar field one core adds up in a second."""
    generator, sites = np.random.default_rng(1), empty_sites(n)
    sites.position[:] = 100 * generator.normal(size=sites.position.shape)
    sites.strength[:] = 1.0
    moments, h = aligned(*sites.position.shape), aligned(*sites.position.shape)
    moments[:] = generator.normal(size=moments.shape)
    return n * (n - 1) / best(lambda: all_pairs_field(h, moments, sites))


def measure_thermal() -> Iterator[Measurement]:
    """Workload W2: 64 thermal macrospins that do not feel each other on one core, noise, heat and work included."""
    particle = arrangement.chain(count=1, diameter="14 nm", gap="1 nm", material=magnetite)
    one = Experiment(
        particles=particle,
        applied_field=Sinusoidal(amplitude="200 Oe", frequency="300 kHz"),
        temperature=300.0,
        damping=0.1,
        cycles=1,
        samples_per_cycle=40,
    )
    prepared = [llg_thermal.prepare(one.replace(seed=seed), 1e-3) for seed in range(64)]
    runs, noise = llg_thermal.lowered(prepared)
    for scheme in llg_thermal.SCHEMES:
        plan = llg_thermal.plan_of(prepared[0], scheme)
        seconds = best(lambda p=plan: walk_runs(runs, noise, p, threads=1), repeats=20)  # type: ignore[misc]
        rate = len(prepared) * plan.cycles * plan.samples_per_cycle * plan.steps / seconds
        yield Measurement(
            f"W2 {len(prepared)} thermal macrospins, {scheme}", "rate, one core", rate, "spin-steps/s", 1e8
        )


def measure_pairs(peak: float) -> Iterator[Measurement]:
    """Workload W3: the dipolar field of all on all, one core."""
    for n in (1000, 10_000):
        rate = pairs_per_second(n)
        share = rate * OPERATIONS_PER_PAIR / (1e9 * peak)
        yield Measurement(f"W3 all pairs, N = {n}", "rate", rate, "pairs/s", 0.9e9, of_peak=share)


def aligned_loops(rows: int) -> dict[str, FloatArray | float]:
    """Loops of particles along the field over the box of the learning paper."""
    generator = np.random.default_rng(1)
    return {
        "saturation_magnetization": 4e5,
        "anisotropy_constant": generator.uniform(1e4, 3e4, rows),
        "diameter": generator.uniform(8e-9, 25e-9, rows),
        "interaction": 0.0,
        "temperature": 300.0,
        "frequency": 1e5,
        "amplitude": generator.uniform(50 * OERSTED, 300 * OERSTED, rows),
    }


def measure_two_wells() -> Iterator[Measurement]:
    """Workloads W4 and W5: two-well loops, tables in and out included."""
    rows = 16_000
    table = aligned_loops(rows)
    solver = TwoWell(steps=1000, threads=1)  # half a period is integrated, the other follows by symmetry
    seconds = best(lambda: two_well_loops(table, 0.0, "none", solver=solver))
    yield Measurement(
        "W4 aligned two-well loops, 1000 steps integrated", "rate, one core", rows / seconds, "loops/s", 2e5
    )
    grid = grid_points()
    count = grid["diameter"].size
    for points in (16, 32):
        what = f"W5 {count} interacting two-well loops, {points} axes"
        solver = TwoWell(axis_points=points)
        seconds = best(lambda s=solver: two_well_loops(grid, solver=s), repeats=3)  # type: ignore[misc]
        yield Measurement(what, "wall time", seconds, "s", 3.0, True)
        solver = TwoWell(axis_points=points, threads=1)
        seconds = best(lambda s=solver: two_well_loops(grid, solver=s), repeats=3)  # type: ignore[misc]
        yield Measurement(what, "one loop on one core", 1e3 * seconds / count, "ms", 1.0, True)


START_UP = """
import magheat as mh
pair = mh.arrangement.pair(diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"),
                           material=mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4))
drive = mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz")
mh.simulate(mh.Experiment(particles=pair, applied_field=drive, cycles=1))
"""


def measure_start_up() -> Iterator[Measurement]:
    """Second process: from its start to the first result of a small run, kernels from the disk cache."""
    seconds = best(lambda: subprocess.run([sys.executable, "-c", START_UP], check=True), repeats=3)
    yield Measurement("start-up of a second process", "first result", seconds, "s", 2.0, True)


def run_benchmarks(progress: Callable[[Measurement], None] | None = None) -> list[Measurement]:
    """Measure everything; ``progress`` is told each line as soon as it is known."""
    lines: list[Measurement] = []

    def add(line: Measurement) -> None:
        lines.append(line)
        if progress is not None:
            progress(line)

    add(measure_peak())
    for group in (
        measure_one_run(),
        measure_sweep(),
        measure_thermal(),
        measure_pairs(lines[0].value),
        measure_two_wells(),
        measure_start_up(),
        measure_store(),
        measure_learning(),
    ):
        for line in group:
            add(line)
    return lines
