"""Thermal runs on all cores: W runs to a row of lanes, or one large system; sample by sample, so that all can stop."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np

from magheat.kernels.batch import aligned, cores, dismiss, shares_of, teams_for, together
from magheat.kernels.integrate import Runs
from magheat.kernels.interaction import PairTable, Sites
from magheat.kernels.lane_type import WIDTH
from magheat.kernels.physics import CUBIC, DRIVE_ROWS, PIECE_START
from magheat.kernels.stints import Keeper, in_stints, restore
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


class Part(NamedTuple):
    """What one thread walks at a time: W runs on their lanes, or its particles of one large system."""

    bath: Bath
    walker: Walker | Lonely
    members: np.ndarray  # runs
    first: int | None  # of the particles; None on lanes

    def write(self, samples: np.ndarray, row: int, n: int) -> None:
        """Copy the state into a row of the samples."""
        if self.first is None:
            samples[self.members, row] = self.walker.y[:, : self.members.size].T
        else:
            write_share(samples[self.members[0], row], self.walker.y, self.first, n)

    def start(self) -> None:
        """Find the field from which the first step starts."""
        if isinstance(self.walker, Walker):
            start(self.walker, self.bath, self.bath.h_k.shape[0], 0.0)

    def walk(self, plan: Plan, sample: int, control: np.ndarray) -> bool:
        """Walk from one sample to the next; False when stopped in between."""
        move = walk_alone if isinstance(self.walker, Lonely) else walk_heun if plan.scheme == HEUN else walk_split
        rows, per_cycle = self.bath.h_k.shape[0], plan.samples_per_cycle * plan.steps
        done: bool = move(self.walker, self.bath, rows, sample * plan.steps, plan.steps, per_cycle, control)
        return done

    def without_others(self) -> "Part":
        """Leave out what only particles that interact need."""
        y, place = self.walker.y, self.walker.place
        lonely = Lonely(y, aligned(3 * STRETCH, WIDTH), aligned(3 * (STRETCH + 1), WIDTH), place)
        return self._replace(bath=self.bath._replace(interaction=PairTable(aligned(1, WIDTH))), walker=lonely)


def walk_runs(
    runs: Runs,
    noise: Noise,
    plan: Plan,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
    keeper: Keeper | None = None,
) -> np.ndarray:
    """Return the samples (runs, cycles samples_per_cycle + 1, 5n) of all runs.

    Ctrl-C stops at the next step and is raised again; ``progress`` is told the fraction done, five times a second. With
    a ``keeper`` the work is kept at a sample every few seconds, and goes on from there.
    """
    kept = keeper.load() if keeper else None
    crew = np.array(teams_for(runs, threads or cores())) if kept is None else kept["crew"]
    parts = parts_of(runs, noise, plan, *crew)
    walk = Walk(parts, plan, crew, runs.start.shape[0], runs.h_k.shape[1])
    walk.go_on_from(kept)
    # the threads of a team wait for one another, so that none may wait for a place
    workers = len(parts) if crew[1] > 1 else min(threads or cores(), len(parts))
    with ThreadPoolExecutor(workers) as pool:
        keep = None if keeper is None else lambda: keeper.keep(walk.state())
        in_stints(partial(walk.go, pool, progress), 1, keep)
    return walk.samples


class Walk:
    """All runs on their way, every part at a sample of its own; at the same one between stints."""

    def __init__(self, parts: list[Part], plan: Plan, crew: np.ndarray, runs: int, n: int) -> None:
        self.parts, self.plan, self.crew, self.n = parts, plan, crew, n
        self.points = plan.cycles * plan.samples_per_cycle
        self.samples = np.zeros((runs, self.points + 1, 5 * n))
        self.control, self.done = np.zeros(4, np.int64), np.zeros(len(parts), np.int64)

    def state(self) -> dict[str, np.ndarray]:
        """All that going on needs."""
        moving = {f"{i}.{k}": rows for i, part in enumerate(self.parts) for k, rows in enumerate(part.walker)}
        return moving | {"crew": self.crew, "done": self.done, "samples": self.samples[:, : self.done[0] + 1]}

    def go_on_from(self, kept: Mapping[str, np.ndarray] | None) -> None:
        """Take up what was kept."""
        if kept is not None:
            self.done[:] = kept["done"]
            restore(self.state(), kept)

    def go(self, pool: ThreadPoolExecutor, progress: Callable[[float], None] | None, amount: int) -> bool:
        """Walk on by so many samples; whether that was the end."""
        stop = min(int(self.done[0]) + amount, self.points)

        def report() -> None:
            if progress is not None:
                progress(float(self.done.sum() / (len(self.parts) * self.points)))

        return together(pool, [partial(self.work, i, stop) for i in range(len(self.parts))], report, self.halt)

    def work(self, i: int, stop: int) -> bool:
        """One part walks up to a sample; whether that was the last."""
        part = self.parts[i]
        if self.done[i] == 0:
            part.start()
            part.write(self.samples, 0, self.n)
        while self.done[i] < stop:
            if not part.walk(self.plan, int(self.done[i]), self.control):
                return False
            part.write(self.samples, int(self.done[i]) + 1, self.n)
            self.done[i] += 1
        return stop == self.points

    def halt(self) -> None:
        """Have all parts stop at their next step."""
        self.control[1] = 1
        dismiss(part.bath.interaction for part in self.parts)


def parts_of(runs: Runs, noise: Noise, plan: Plan, teams: int, size: int) -> list[Part]:
    """Few particles: up to W runs to a part, all of them interacting or none; many: each run to a team of threads."""
    lonely = (plan.scheme != HEUN) & ~(runs.pair.any(1) | runs.strength.any(1))
    parts = []
    for alone in (False, True):
        which = np.flatnonzero(lonely == alone)
        if runs.position.shape[1] > 0:
            found = [part for run in which for part in large_system(runs, noise, run, size)]
        else:
            found = [lanes_of_runs(runs, noise, which[i : i + WIDTH]) for i in range(0, which.size, WIDTH)]
        parts += [part.without_others() for part in found] if alone else found
    return parts


def lanes_of_runs(runs: Runs, noise: Noise, members: np.ndarray) -> Part:
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
    return Part(bath, walker, members, None)


def large_system(runs: Runs, noise: Noise, run: int, size: int) -> list[Part]:
    """One run, shared out to a team of so many threads."""
    shares = shares_of(runs.h_k.shape[1], size, bool(runs.strength[run].any()))
    return [share_of_system(runs, noise, run, share) for share in shares]


def share_of_system(runs: Runs, noise: Noise, run: int, sites: Sites) -> Part:
    """Put a thread's particle i on lane i mod W of row i // W; empty places stand still and act on nobody."""
    blocks, first = sites.strength.shape[0], sites.first
    n = min(blocks * WIDTH, runs.h_k.shape[1] - first)
    here, own, threefold = np.divmod(np.arange(n), WIDTH), slice(first, first + n), slice(3 * first, 3 * (first + n))

    def rows(values: np.ndarray) -> np.ndarray:
        out = aligned(blocks, WIDTH)
        out[here] = values
        return out

    def vectors(values: np.ndarray, fill: np.ndarray) -> np.ndarray:
        fill.reshape(blocks, 3, WIDTH)[here[0], :, here[1]] = values.reshape(n, 3)
        return fill

    vectors(runs.position[run, threefold], sites.position)
    sites.strength[here] = runs.strength[run, own]
    everywhere = np.ones(WIDTH)
    bath = Bath(
        axis=vectors(runs.axis[run, threefold], aligned(3 * blocks, WIDTH)),
        h_k=rows(runs.h_k[run, own]),
        interaction=sites,
        drive=_first_piece(np.outer(runs.drive[run], everywhere), np.repeat(runs.piece[run][None], WIDTH, axis=0)),
        piece=np.ascontiguousarray(np.repeat(runs.piece[run][..., None], WIDTH, axis=-1)),
        damping=runs.motion[run, 1] * everywhere[None],
        noise=rows(noise.strength[run, own]),
        step=noise.step[run] * everywhere[None],
        seed=np.full((1, WIDTH), noise.seed[run]),
        run=np.full((1, WIDTH), noise.run[run]),
        particle=first + np.arange(blocks * WIDTH).reshape(blocks, WIDTH),
    )
    walker = _walker(blocks)
    walker.y[2 : 3 * blocks : 3] = 1.0
    vectors(runs.start[run, threefold], walker.y[: 3 * blocks])
    return Part(bath, walker, np.array([run]), first)


def _walker(rows: int) -> Walker:
    moments = (aligned(k * rows, WIDTH) for k in (5, 3, 3, 6, 3))
    return Walker(*moments, np.zeros(WIDTH, np.int64))


def _first_piece(drive: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """The rows of a drive (18, W) with the cubics of the first piece of (W, pieces, 6) in them."""
    out = aligned(DRIVE_ROWS, WIDTH)
    out[:] = drive
    out[CUBIC : CUBIC + 4], out[PIECE_START] = piece[:, 0, 1:5].T, piece[:, 0, 5]
    return out


def write_share(sample: np.ndarray, y: np.ndarray, first: int, n: int) -> None:
    """Copy the state of a thread's particles, from ``first`` on, into a row of the samples."""
    blocks = y.shape[0] // 5
    own = min(blocks * WIDTH, n - first)
    moments = np.moveaxis(y[: 3 * blocks].reshape(blocks, 3, WIDTH), 1, 2).reshape(-1, 3)[:own]
    sample[3 * first : 3 * (first + own)] = moments.ravel()
    sample[3 * n + first : 3 * n + first + own] = y[3 * blocks : 4 * blocks].ravel()[:own]
    sample[4 * n + first : 4 * n + first + own] = y[4 * blocks :].ravel()[:own]
