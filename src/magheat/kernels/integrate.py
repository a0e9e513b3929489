"""Integrate many runs: one run per lane from a queue shared by threads, or one particle per lane for large systems.

Pieces and cycles end on steps, so that neither a kink of the drive nor the end of a cycle is ever stepped over or
interpolated. Samples inside an accepted step come from the interpolant of the pair and are normalised.
"""

from typing import NamedTuple

import numpy as np

from magheat.kernels import dop853, dormand_prince
from magheat.kernels.lane_type import WIDTH, any_less_equal, load, smaller, store, take_next
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.physics import CUBIC, DRIVE_ROWS, PIECE_START, RATE
from magheat.kernels.right_hand_side import right_hand_side
from magheat.kernels.step import (
    ATTEMPTS,
    DORMAND_PRINCE,
    FIRST_STEP,
    LIMIT,
    MEMORY,
    NEXT_SAMPLE,
    PROPOSAL,
    REACHED,
    RTOL,
    SMALLEST_STEP,
    STEP,
    STOP,
    TIME,
    attempt,
    clip_lanes,
    commit,
    dense_stages_853,
    normalise,
)

NEVER = 1e300  # finite, so that no lane ever computes with infinities
RUNNING, DONE, TOO_MANY_STEPS, STEP_TOO_SMALL = range(4)


class Runs(NamedTuple):
    """Lowered experiments of n particles each; the first axis is the run."""

    axis: np.ndarray  # (runs, 3n)
    h_k: np.ndarray  # (runs, n)
    pair: np.ndarray  # (runs, 4nn); (runs, 0) for large systems
    position: np.ndarray  # (runs, 3n); (runs, 0) for few particles
    strength: np.ndarray  # (runs, n) or (runs, 0)
    drive: np.ndarray  # (runs, 18), the cubic of the first piece
    piece: np.ndarray  # (runs, pieces, 6): length, four coefficients, start within the cycle
    motion: np.ndarray  # (runs, 2) precession, damping
    start: np.ndarray  # (runs, 3n)
    rtol: np.ndarray  # (runs,)
    cycles: np.ndarray  # (runs,) int64
    limit: np.ndarray  # (runs,) most attempted steps


class Results(NamedTuple):
    """What a call writes; the first axis is the run."""

    samples: np.ndarray  # (runs, cycles samples_per_cycle + 1, 5n), or (runs, 1, 5n) for the end alone
    attempts: np.ndarray  # (runs,) int64
    status: np.ndarray  # (runs,) int64, see RUNNING and the others


class Scratch(NamedTuple):
    """Memory of one thread; rows are aligned to cache lines."""

    y: np.ndarray  # (5n, W)
    y_new: np.ndarray  # (5n, W)
    k: np.ndarray  # (16, 5n, W)
    fresh: np.ndarray  # (5n, W)
    clock: np.ndarray  # (CLOCK_ROWS, W)
    place: np.ndarray  # (5, W) int64: run, cycle, piece, next sample of each lane, do its rates need renewal
    weights: np.ndarray  # (16, W) of the interpolant


RUN, CYCLE, PIECE, SAMPLE, RENEW = range(5)
#: In place of a run: the lane waits for one, or nothing has been done at all.
NONE, NOT_BEGUN = -1, -2


@device
def enter_piece(p, clock, place, runs, samples_per_cycle, lane):
    """Put the current piece of the drive on a lane and start its clock."""
    run = place[RUN, lane]
    piece = runs.piece[run, place[PIECE, lane]]
    for c in range(4):
        p.drive[CUBIC + c, lane] = piece[1 + c]
    p.drive[PIECE_START, lane] = piece[5]
    clock[TIME, lane], clock[STOP, lane] = 0.0, piece[0]
    clock[NEXT_SAMPLE, lane] = sample_time(p, place, samples_per_cycle, lane)


@device
def sample_time(p, place, samples_per_cycle, lane):
    """Time of a lane's next sample on the clock of its current piece; never, where no samples are asked."""
    if samples_per_cycle == 0:
        return NEVER
    into = (place[SAMPLE, lane] - place[CYCLE, lane] * samples_per_cycle) / samples_per_cycle
    return into / p.drive[RATE, lane] - p.drive[PIECE_START, lane]


@device
def start_clock(clock, runs, run, lane):
    """Set everything of a lane's clock that does not depend on the piece."""
    clock[PROPOSAL, lane], clock[MEMORY, lane] = FIRST_STEP, 1.0
    clock[RTOL, lane], clock[ATTEMPTS, lane], clock[LIMIT, lane] = runs.rtol[run], 0.0, runs.limit[run]


@device
def write_state(samples, y, n, run, row, lane):
    """Copy a lane's state into a row of the results, as it is."""
    for r in range(5 * n):
        samples[run, row, r] = y[r, lane]


@device
def put_on_lane(p, s, runs, samples_per_cycle, samples, run, lane):
    """A run takes a lane: parameters, start, clock, first sample."""
    n = runs.h_k.shape[1]
    for r in range(3 * n):
        p.axis[r, lane] = runs.axis[run, r]
        s.y[r, lane] = runs.start[run, r]
    for i in range(n):
        p.h_k[i, lane] = runs.h_k[run, i]
        s.y[3 * n + i, lane], s.y[4 * n + i, lane] = 0.0, 0.0
    for r in range(runs.pair.shape[1]):
        p.interaction.pair[r, lane] = runs.pair[run, r]
    for r in range(DRIVE_ROWS):
        p.drive[r, lane] = runs.drive[run, r]
    p.motion[0, lane], p.motion[1, lane] = runs.motion[run, 0], runs.motion[run, 1]
    s.place[RUN, lane], s.place[CYCLE, lane], s.place[PIECE, lane], s.place[SAMPLE, lane] = run, 0, 0, 1
    start_clock(s.clock, runs, run, lane)
    enter_piece(p, s.clock, s.place, runs, samples_per_cycle, lane)
    if samples_per_cycle > 0:
        write_state(samples, s.y, n, run, 0, lane)


@device
def idle(clock, place, lane):
    """A lane without a run goes on with what it has and never reports."""
    place[RUN, lane] = NONE
    clock[STOP, lane], clock[NEXT_SAMPLE, lane], clock[LIMIT, lane] = NEVER, NEVER, NEVER


@kernel
def interpolate(state, y, k, weights, clock, n, method):
    """Write every lane's state at its next sample, moments normalised, from the rates of the step just tried."""
    dt = load(clock, STEP)
    theta = smaller((load(clock, NEXT_SAMPLE) - load(clock, TIME)) / dt, 1.0)
    if method == DORMAND_PRINCE:
        stages = 7
        dormand_prince.dense_weights(weights, theta)
    else:
        stages = 16
        dop853.dense_weights(weights, theta)
    for r in range(5 * n):
        total = 0.0 * dt
        for s in range(stages):
            total = total + load(weights, s) * load(k[s], r)
        store(state, r, load(y, r) + dt * total)
    normalise(state, n)


@device
def due(s, runs, samples_per_cycle, lane):
    """Does a lane's next sample lie in the step just accepted, the end of the piece included."""
    clock, place = s.clock, s.place
    if place[RUN, lane] < 0 or samples_per_cycle == 0:
        return False
    if place[SAMPLE, lane] > runs.cycles[place[RUN, lane]] * samples_per_cycle:
        return False
    reached = clock[REACHED, lane]
    slack = 1e-12 * clock[STOP, lane] if reached >= clock[STOP, lane] else 0.0
    return clock[NEXT_SAMPLE, lane] <= reached + slack


@device
def another_sample(p, s, samples_per_cycle, lane):
    """Set a lane's clock to the sample after the one just taken."""
    s.place[SAMPLE, lane] += 1
    s.clock[NEXT_SAMPLE, lane] = sample_time(p, s.place, samples_per_cycle, lane)


@kernel
def collect_samples(p, s, runs, samples, samples_per_cycle, method, control):
    """Every sample that lies inside the accepted step of its lane; all lanes are interpolated at once."""
    n = runs.h_k.shape[1]
    if method != DORMAND_PRINCE:
        dense_stages_853(s.y, s.fresh, s.k, s.clock, n, p)
    more = True
    while more:
        more = False
        interpolate(s.fresh, s.y, s.k, s.weights, s.clock, n, method)
        for lane in range(WIDTH):
            if due(s, runs, samples_per_cycle, lane):
                write_state(samples, s.fresh, n, s.place[RUN, lane], s.place[SAMPLE, lane], lane)
                control[3] += 1
                another_sample(p, s, samples_per_cycle, lane)
                more |= due(s, runs, samples_per_cycle, lane)


@device
def next_piece(p, clock, place, runs, samples_per_cycle, lane):
    """Enter the piece that follows; False when the run is over."""
    run = place[RUN, lane]
    place[PIECE, lane] += 1
    if place[PIECE, lane] == runs.piece.shape[1] or runs.piece[run, place[PIECE, lane], 0] <= 0.0:
        place[PIECE, lane] = 0
        place[CYCLE, lane] += 1
        if place[CYCLE, lane] == runs.cycles[run]:
            return False
    enter_piece(p, clock, place, runs, samples_per_cycle, lane)
    return True


@device
def outcome(clock, lane):
    """Why a lane cannot go on, or RUNNING."""
    if clock[ATTEMPTS, lane] >= clock[LIMIT, lane]:
        return TOO_MANY_STEPS
    if clock[PROPOSAL, lane] <= SMALLEST_STEP:
        return STEP_TOO_SMALL
    return RUNNING


@device
def settle_lane(p, s, runs, results, samples_per_cycle, lane):
    """Look after one lane that has reached a stop or cannot go on: 0 nothing, 1 new piece, 2 its run is over."""
    run = s.place[RUN, lane]
    if run < 0:
        return 0
    status, moved = outcome(s.clock, lane), 0
    if s.clock[TIME, lane] >= s.clock[STOP, lane]:
        moved = 1
        if not next_piece(p, s.clock, s.place, runs, samples_per_cycle, lane):
            status = DONE
    if status == RUNNING:
        return moved
    results.status[run], results.attempts[run] = status, np.int64(s.clock[ATTEMPTS, lane])
    if samples_per_cycle == 0:
        write_state(results.samples, s.y, runs.h_k.shape[1], run, 0, lane)
    return 2


@kernel
def renew_rates(p, s, n):
    """Rates of the lanes marked for renewal; the others keep their bits."""
    right_hand_side(s.fresh, s.y, load(s.clock, TIME), n, p)
    for lane in range(WIDTH):
        if s.place[RENEW, lane] > 0:
            for r in range(5 * n):
                s.k[0, r, lane] = s.fresh[r, lane]


@device
def next_run(control, total):
    """Index of the next run of the shared queue; ``total`` when there is none or the caller wants to stop."""
    if control[1] != 0:
        return total
    return min(take_next(control), total)


@kernel
def fill_lanes(results, control, runs, p, s, samples_per_cycle):
    """A first run for every lane, as long as there are any."""
    n, total = runs.h_k.shape[1], runs.start.shape[0]
    for lane in range(WIDTH):
        run = next_run(control, total)
        put_on_lane(p, s, runs, samples_per_cycle, results.samples, min(run, total - 1), lane)
        s.place[RENEW, lane] = 1
        if run == total:
            idle(s.clock, s.place, lane)
    renew_rates(p, s, n)
    clip_lanes(s.clock)


@kernel
def integrate_runs(results, control, runs, p, s, samples_per_cycle, method, steps):
    """Take runs from the queue, W at a time, until it is empty; False when not done after so many attempted steps.

    ``control``: next run, stop requested, runs finished, samples written.
    """
    n, total = runs.h_k.shape[1], runs.start.shape[0]
    last = dormand_prince.LAST if method == DORMAND_PRINCE else dop853.LAST
    if s.place[RUN, 0] == NOT_BEGUN:
        fill_lanes(results, control, runs, p, s, samples_per_cycle)
    busy = 0
    for lane in range(WIDTH):
        busy += s.place[RUN, lane] >= 0
    while busy > 0 and control[1] == 0:
        if steps == 0:
            return False
        steps -= 1
        attempt(s.y, s.y_new, s.k, s.clock, n, p, method)
        if any_less_equal(load(s.clock, NEXT_SAMPLE), load(s.clock, REACHED) * (1.0 + 1e-12)):
            collect_samples(p, s, runs, results.samples, samples_per_cycle, method, control)
        commit(s.y, s.y_new, s.k, s.clock, n, last)
        stopped = any_less_equal(load(s.clock, STOP), load(s.clock, TIME))
        stopped |= any_less_equal(load(s.clock, LIMIT), load(s.clock, ATTEMPTS))
        if not (stopped or any_less_equal(load(s.clock, PROPOSAL), SMALLEST_STEP)):
            continue
        changed = False
        for lane in range(WIDTH):
            event = settle_lane(p, s, runs, results, samples_per_cycle, lane)
            s.place[RENEW, lane] = event
            changed |= event > 0
            if event == 2:
                control[2] += 1
                run = next_run(control, total)
                if run < total:
                    put_on_lane(p, s, runs, samples_per_cycle, results.samples, run, lane)
                else:
                    idle(s.clock, s.place, lane)
                    busy -= 1
        if changed:
            renew_rates(p, s, n)
        clip_lanes(s.clock)
    return True
