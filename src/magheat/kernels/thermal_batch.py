"""Thermal runs on all cores: W runs to a row of lanes, or one large system; sample by sample, so that all can stop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from magheat.kernels.batch import aligned, blocks_of, cores, empty_sites, watch
from magheat.kernels.integrate import Runs
from magheat.kernels.interaction import PairTable
from magheat.kernels.lane_type import WIDTH
from magheat.kernels.physics import CUBIC, DRIVE_ROWS, PIECE_START
from magheat.kernels.thermal import HEUN, Bath, Walker, start, walk_heun, walk_split
from magheat.kernels.thermal_alone import STRETCH, Lonely, walk_alone


class Noise(NamedTuple):
    """What thermal runs need beyond ``Runs``; the first axis is the run."""

    strength: np.ndarray  # (runs, n): s of every particle
    step: np.ndarray  # (runs,): dt
    seed: np.ndarray  # (runs,) int64
    run: np.ndarray  # (runs,) int64


class Plan(NamedTuple):
    """What runs that go together share."""

    scheme: int
    samples_per_cycle: int
    cycles: int
    steps: int  # between samples


def walk_runs(
    runs: Runs,
    noise: Noise,
    plan: Plan,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """Return the samples (runs, cycles samples_per_cycle + 1, 5n) of all runs.

    Ctrl-C stops at the next step and is raised again; ``progress`` is told the fraction done, five times a second.
    """
    total, n = runs.start.shape[0], runs.h_k.shape[1]
    points = plan.cycles * plan.samples_per_cycle
    samples = np.zeros((total, points + 1, 5 * n))
    large = runs.position.shape[1] > 0
    lonely = (plan.scheme != HEUN) & ~(runs.pair.any(1) | runs.strength.any(1))
    groups = [group for kind in (False, True) for group in in_groups(np.flatnonzero(lonely == kind), large)]
    control, done = np.zeros(4, np.int64), np.zeros(len(groups), np.int64)

    def work(group: int) -> None:
        members = groups[group]
        load = large_system if large else lanes_of_runs
        bath, walker = load(runs, noise, members)
        write = write_large if large else write_lanes
        rows = bath.h_k.shape[0]
        move = walk_heun if plan.scheme == HEUN else walk_split
        if lonely[members[0]]:
            bath, walker, move = without_others(bath, walker)
        else:
            start(walker, bath, rows, 0.0)
        write(samples, walker.y, members, 0, n)
        per_cycle = plan.samples_per_cycle * plan.steps
        for k in range(points):
            if not move(walker, bath, rows, k * plan.steps, plan.steps, per_cycle, control):
                return
            write(samples, walker.y, members, k + 1, n)
            done[group] = k + 1

    def report() -> None:
        if progress is not None:
            progress(float(done.sum() / (len(groups) * points)))

    with ThreadPoolExecutor(min(threads or cores(), len(groups))) as pool:
        pending = {pool.submit(work, group) for group in range(len(groups))}
        try:
            watch(pending, report)
        except BaseException:
            control[1] = 1
            raise
    return samples


def in_groups(which: np.ndarray, large: bool) -> list[np.ndarray]:
    """Runs that share a row of lanes: one large system, or up to W small ones."""
    width = 1 if large else WIDTH
    return [which[first : first + width] for first in range(0, which.size, width)]


def without_others(bath: Bath, walker: Walker) -> tuple[Bath, Lonely, Callable]:
    """Leave out what only rows that interact need."""
    lonely = Lonely(walker.y, aligned(3 * STRETCH, WIDTH), aligned(3 * (STRETCH + 1), WIDTH), walker.place)
    return bath._replace(interaction=PairTable(aligned(1, WIDTH))), lonely, walk_alone


def lanes_of_runs(runs: Runs, noise: Noise, members: np.ndarray) -> tuple[Bath, Walker]:
    """Put up to W runs on lanes; a lane without a run repeats the last."""
    n = runs.h_k.shape[1]
    which = members[np.minimum(np.arange(WIDTH), members.size - 1)]

    def rows(values: np.ndarray) -> np.ndarray:
        out = aligned(max(values.shape[1], 1), WIDTH)
        out[: values.shape[1]] = values[which].T
        return out

    bath = Bath(
        axis=rows(runs.axis),
        h_k=rows(runs.h_k),
        interaction=PairTable(rows(runs.pair)),
        drive=_first_piece(rows(runs.drive), runs.piece[which]),
        piece=np.ascontiguousarray(np.moveaxis(runs.piece[which], 0, -1)),
        damping=rows(runs.motion[:, 1:]),
        noise=rows(noise.strength),
        step=rows(noise.step[:, None]),
        seed=noise.seed[which][None],
        run=noise.run[which][None],
        particle=np.repeat(np.arange(n)[:, None], WIDTH, axis=1),
    )
    walker = _walker(n)
    walker.y[: 3 * n] = runs.start[which].T
    return bath, walker


def large_system(runs: Runs, noise: Noise, members: np.ndarray) -> tuple[Bath, Walker]:
    """Put particle i of one run on lane i mod W of row i // W; empty places stand still and act on nobody."""
    run, n = members[0], runs.h_k.shape[1]
    blocks = blocks_of(n)
    sites = empty_sites(n)
    here = np.divmod(np.arange(n), WIDTH)

    def rows(values: np.ndarray) -> np.ndarray:
        out = aligned(blocks, WIDTH)
        out[here] = values
        return out

    def vectors(values: np.ndarray, fill: np.ndarray) -> np.ndarray:
        fill.reshape(blocks, 3, WIDTH)[here[0], :, here[1]] = values.reshape(n, 3)
        return fill

    vectors(runs.position[run], sites.position)
    sites.strength[here] = runs.strength[run]
    everywhere = np.ones(WIDTH)
    bath = Bath(
        axis=vectors(runs.axis[run], aligned(3 * blocks, WIDTH)),
        h_k=rows(runs.h_k[run]),
        interaction=sites,
        drive=_first_piece(np.outer(runs.drive[run], everywhere), np.repeat(runs.piece[run][None], WIDTH, axis=0)),
        piece=np.ascontiguousarray(np.repeat(runs.piece[run][..., None], WIDTH, axis=-1)),
        damping=runs.motion[run, 1] * everywhere[None],
        noise=rows(noise.strength[run]),
        step=noise.step[run] * everywhere[None],
        seed=np.full((1, WIDTH), noise.seed[run]),
        run=np.full((1, WIDTH), noise.run[run]),
        particle=np.arange(blocks * WIDTH).reshape(blocks, WIDTH),
    )
    walker = _walker(blocks)
    walker.y[2 : 3 * blocks : 3] = 1.0
    vectors(runs.start[run], walker.y[: 3 * blocks])
    return bath, walker


def _walker(rows: int) -> Walker:
    moments = (aligned(k * rows, WIDTH) for k in (5, 3, 3, 6, 3))
    return Walker(*moments, np.zeros(WIDTH, np.int64))


def _first_piece(drive: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """The rows of a drive (18, W) with the cubics of the first piece of (W, pieces, 6) in them."""
    out = aligned(DRIVE_ROWS, WIDTH)
    out[:] = drive
    out[CUBIC : CUBIC + 4], out[PIECE_START] = piece[:, 0, 1:5].T, piece[:, 0, 5]
    return out


def write_lanes(samples: np.ndarray, y: np.ndarray, members: np.ndarray, row: int, n: int) -> None:
    """Copy the state of every lane into the results."""
    samples[members, row] = y[:, : members.size].T


def write_large(samples: np.ndarray, y: np.ndarray, members: np.ndarray, row: int, n: int) -> None:
    """Copy the state of all particles into the results."""
    blocks = y.shape[0] // 5
    sample = samples[members[0], row]
    sample[: 3 * n] = np.moveaxis(y[: 3 * blocks].reshape(blocks, 3, WIDTH), 1, 2).reshape(-1, 3)[:n].ravel()
    sample[3 * n : 4 * n] = y[3 * blocks : 4 * blocks].ravel()[:n]
    sample[4 * n :] = y[4 * blocks :].ravel()[:n]
