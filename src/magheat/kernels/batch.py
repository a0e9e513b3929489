"""Run lowered experiments on all cores: allocate, choose the road by the number of particles, watch, collect."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from magheat.kernels.integrate import NOT_BEGUN, RUN, Results, Runs, Scratch, integrate_runs
from magheat.kernels.integrate_large import integrate_large_runs
from magheat.kernels.interaction import PairTable, Sites
from magheat.kernels.lane_type import WIDTH
from magheat.kernels.physics import DRIVE_ROWS
from magheat.kernels.right_hand_side import Parameters
from magheat.kernels.step import CLOCK_ROWS
from magheat.kernels.stints import Keeper, in_stints, restore
from magheat.kernels.team import STOP, new_team

#: Up to this many particles a run takes one lane and a pair table; above, every particle takes a lane.
LARGEST_ON_ONE_LANE = 24
#: Particles that a thread of a team has to itself at least: for fewer, meeting takes longer than it saves.
FEWEST_PER_THREAD = 64


class Memory(NamedTuple):
    """What one thread works in."""

    p: Parameters
    s: Scratch

    def state(self) -> list[np.ndarray]:
        """All that going on needs."""
        p, s, here = self.p, self.s, self.p.interaction
        where = [here.position, here.strength] if isinstance(here, Sites) else [here.pair]
        return [p.axis, p.h_k, p.drive, p.motion, *where, s.y, s.k[0], s.clock, s.place]


def aligned(*shape: int) -> np.ndarray:
    """Zeros on a 64-byte boundary: a row that straddles two cache lines costs two loads."""
    size = int(np.prod(shape))
    raw = np.zeros(size + 8)
    return raw[(-raw.ctypes.data // 8) % 8 :][:size].reshape(shape)


def blocks_of(particles: int) -> int:
    """Rows of W lanes that hold this many particles."""
    return -(-particles // WIDTH)


def shares_of(particles: int, size: int, interacting: bool = True) -> list[Sites]:
    """Places for particles, shared out to a team of threads, each far from all others and without moment.

    Particles that do not interact have no sources, and nobody looks for any.
    """
    blocks, team, error = blocks_of(particles), new_team(size), aligned(size, WIDTH)
    source = np.zeros((blocks * WIDTH if interacting else 0, 6))
    edges = np.linspace(0, blocks, size + 1).astype(int)
    shares = []
    for member, (first, stop) in enumerate(pairwise(edges)):
        places = np.arange(first * WIDTH, stop * WIDTH).reshape(-1, 1, WIDTH)
        position, strength = aligned(3 * (stop - first), WIDTH), aligned(stop - first, WIDTH)
        position.reshape(-1, 3, WIDTH)[:] = 1e6 * (1 + places)
        shares.append(Sites(position, strength, source, int(first) * WIDTH, member, team, error))
    return shares


def empty_sites(particles: int) -> Sites:
    """Places for particles, all for one thread."""
    return shares_of(particles, 1)[0]


def teams_for(runs: Runs, threads: int) -> tuple[int, int]:
    """How many teams the runs go to, and how many threads each has: one, unless there are more threads than runs."""
    total, n = runs.h_k.shape
    if runs.position.shape[1] == 0:
        return min(threads, -(-total // WIDTH)), 1
    teams = min(threads, total)
    return teams, max(1, min(threads // teams, n // FEWEST_PER_THREAD))


def memories(runs: Runs, teams: int, size: int) -> list[Memory]:
    """Memory of all threads; of runs of few particles every thread is its own team."""
    n = runs.h_k.shape[1]
    if runs.position.shape[1] > 0:
        shares = [share for _ in range(teams) for share in shares_of(n, size, bool(runs.strength.any()))]
        return [_memory(share.strength.shape[0], share) for share in shares]
    return [_memory(n, PairTable(aligned(runs.pair.shape[1], WIDTH))) for _ in range(teams)]


def _memory(rows: int, interaction: PairTable | Sites) -> Memory:
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
    s.place[RUN] = NOT_BEGUN
    return Memory(p, s)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def integrate(
    runs: Runs,
    samples_per_cycle: int,
    method: int,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
    keeper: Keeper | None = None,
) -> Results:
    """Integrate all runs; returns samples, attempted steps and status of each.

    Ctrl-C stops the kernels at their next step and is raised again. ``progress`` is called about five times a second
    with the fraction of samples (of runs, when none are asked) that are done. With a ``keeper`` the work is kept every
    few seconds, and goes on from what is kept.
    """
    total, n = runs.start.shape[0], runs.h_k.shape[1]
    rows = int(runs.cycles.max()) * samples_per_cycle + 1
    results = Results(np.zeros((total, rows, 5 * n)), np.zeros(total, np.int64), np.zeros(total, np.int64))
    control = np.zeros(4, np.int64)
    compiled = integrate_large_runs if runs.position.shape[1] > 0 else integrate_runs
    kept = keeper.load() if keeper else None
    crew = np.array(teams_for(runs, threads or cores())) if kept is None else kept["crew"]
    members = memories(runs, *crew)
    state = {"crew": crew, "control": control, **results._asdict()}
    state |= {f"{i}.{k}": rows for i, one in enumerate(members) for k, rows in enumerate(one.state())}
    restore(state, kept)

    def report() -> None:
        if progress is not None:
            done, asked = control[2:], (total, int(runs.cycles.sum()) * samples_per_cycle)
            progress(float(done[1] / asked[1] if samples_per_cycle else done[0] / asked[0]))

    def halt() -> None:
        control[1] = 1
        dismiss(one.p.interaction for one in members)

    def go(steps: int) -> bool:
        jobs = [partial(compiled, results, control, runs, *one, samples_per_cycle, method, steps) for one in members]
        return together(pool, jobs, report, halt)

    with ThreadPoolExecutor(len(members)) as pool:
        in_stints(go, 1000, partial(keeper.keep, state) if keeper else None)
    return results


def dismiss(interactions: Iterable[PairTable | Sites]) -> None:
    """No thread of a team waits for the others any more."""
    for one in interactions:
        if isinstance(one, Sites):
            one.team[STOP] = 1


def together(
    pool: ThreadPoolExecutor, jobs: list[Callable[[], bool]], report: Callable[[], None], stop: Callable[[], None]
) -> bool:
    """Do all jobs, ``report`` five times a second and raise what one raised; whether each says that it is done.

    ``stop`` is called before an error or an interruption goes on its way, for the other jobs to end.
    """
    try:
        futures = [pool.submit(job) for job in jobs]
        watch(set(futures), report)
    except BaseException:
        stop()
        raise
    return all([future.result() for future in futures])


def watch(pending: set[Future[Any]], report: Callable[[], None]) -> None:
    """Wait for all threads, report, and raise what a thread raised."""
    while pending:
        finished, pending = wait(pending, timeout=0.2, return_when="FIRST_COMPLETED")
        for one in finished:
            one.result()
        report()
