"""Run lowered experiments on all cores: allocate, choose the road by the number of particles, watch, collect."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np

from magheat.kernels.integrate import Results, Runs, Scratch, integrate_runs
from magheat.kernels.integrate_large import integrate_large_runs
from magheat.kernels.interaction import PairTable, Sites
from magheat.kernels.lane_type import WIDTH
from magheat.kernels.physics import DRIVE_ROWS
from magheat.kernels.right_hand_side import Parameters
from magheat.kernels.step import CLOCK_ROWS

#: Up to this many particles a run takes one lane and a pair table; above, every particle takes a lane.
LARGEST_ON_ONE_LANE = 24


def aligned(*shape: int) -> np.ndarray:
    """Zeros on a 64-byte boundary: a row that straddles two cache lines costs two loads."""
    size = int(np.prod(shape))
    raw = np.zeros(size + 8)
    return raw[(-raw.ctypes.data // 8) % 8 :][:size].reshape(shape)


def blocks_of(particles: int) -> int:
    """Rows of W lanes that hold this many particles."""
    return -(-particles // WIDTH)


def empty_sites(particles: int) -> Sites:
    """Places for particles, each far from all others and without moment."""
    blocks = blocks_of(particles)
    sites = Sites(aligned(3 * blocks, WIDTH), aligned(blocks, WIDTH), np.zeros((blocks * WIDTH, 6)))
    sites.position[0::3] = 1e6 * (1 + np.arange(blocks * WIDTH).reshape(blocks, WIDTH))
    return sites


def thread_memory(runs: Runs) -> tuple[Parameters, Scratch]:
    """Parameters and scratch of one thread."""
    n, large = runs.h_k.shape[1], runs.position.shape[1] > 0
    rows = blocks_of(n) if large else n
    interaction = empty_sites(n) if large else PairTable(aligned(runs.pair.shape[1], WIDTH))
    p = Parameters(
        aligned(3 * rows, WIDTH), aligned(rows, WIDTH), interaction, aligned(DRIVE_ROWS, WIDTH), aligned(2, WIDTH)
    )
    s = Scratch(
        aligned(5 * rows, WIDTH),
        aligned(5 * rows, WIDTH),
        aligned(16, 5 * rows, WIDTH),
        aligned(5 * rows, WIDTH),
        aligned(CLOCK_ROWS, WIDTH),
        np.zeros((5, WIDTH), np.int64),
        aligned(16, WIDTH),
    )
    return p, s


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def integrate(
    runs: Runs,
    samples_per_cycle: int,
    method: int,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Results:
    """Integrate all runs; returns samples, attempted steps and status of each.

    Ctrl-C stops the kernels at their next step and is raised again. ``progress`` is called about five times a second
    with the fraction of samples (of runs, when none are asked) that are done.
    """
    total, n = runs.start.shape[0], runs.h_k.shape[1]
    rows = int(runs.cycles.max()) * samples_per_cycle + 1
    results = Results(np.zeros((total, rows, 5 * n)), np.zeros(total, np.int64), np.zeros(total, np.int64))
    control = np.zeros(4, np.int64)
    large = runs.position.shape[1] > 0
    compiled = integrate_large_runs if large else integrate_runs
    workers = min(threads or cores(), total if large else -(-total // WIDTH))

    def work() -> None:
        p, s = thread_memory(runs)
        compiled(results, control, runs, p, s, samples_per_cycle, method)

    def report() -> None:
        if progress is not None:
            done, asked = control[2:], (total, int(runs.cycles.sum()) * samples_per_cycle)
            progress(float(done[1] / asked[1] if samples_per_cycle else done[0] / asked[0]))

    with ThreadPoolExecutor(workers) as pool:
        pending = {pool.submit(work) for _ in range(workers)}
        try:
            watch(pending, report)
        except BaseException:
            control[1] = 1
            raise
    return results


def watch(pending: set, report: Callable[[], None]) -> None:
    """Wait for all threads, report, and raise what a thread raised."""
    while pending:
        finished, pending = wait(pending, timeout=0.2, return_when="FIRST_COMPLETED")
        for one in finished:
            one.result()
        report()
