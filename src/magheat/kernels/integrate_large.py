"""Integrate runs of many particles: one particle per lane, one run after another, memory O(N).

Step, control and interpolation are those of ``integrate``; every lane keeps the same clock, because the error that
decides is the largest of all particles. All threads of a team call these kernels with particles of their own, come to
the same decisions, and wait for one another where the fields of all are needed.
"""

from magheat.kernels import dop853, dormand_prince
from magheat.kernels.integrate import (
    CYCLE,
    DONE,
    NONE,
    PIECE,
    RUN,
    RUNNING,
    SAMPLE,
    another_sample,
    due,
    enter_piece,
    interpolate,
    next_piece,
    next_run,
    outcome,
    start_clock,
)
from magheat.kernels.lane_type import WIDTH, load
from magheat.kernels.numba_options import kernel
from magheat.kernels.physics import DRIVE_ROWS
from magheat.kernels.right_hand_side import right_hand_side
from magheat.kernels.step import (
    ATTEMPTS,
    DORMAND_PRINCE,
    NEXT_SAMPLE,
    REACHED,
    STOP,
    TIME,
    attempt,
    clip_lanes,
    commit,
    dense_stages_853,
)
from magheat.kernels.team import WORD, meet


@kernel
def spread_particles(p, s, runs, run):
    """Put the thread's i-th particle on lane i mod W of block i // W; empty places are zero and act on nobody."""
    first, n, places = p.interaction.first, runs.h_k.shape[1], p.h_k.shape[0] * WIDTH
    for i in range(places):
        b, lane, j = i // WIDTH, i % WIDTH, first + i
        if j >= n:
            s.y[3 * b + 2, lane] = 1.0
            continue
        p.h_k[b, lane] = runs.h_k[run, j]
        p.interaction.strength[b, lane] = runs.strength[run, j]
        for c in range(3):
            p.axis[3 * b + c, lane] = runs.axis[run, 3 * j + c]
            p.interaction.position[3 * b + c, lane] = runs.position[run, 3 * j + c]
            s.y[3 * b + c, lane] = runs.start[run, 3 * j + c]


@kernel
def start_run(p, s, runs, samples_per_cycle, run):
    """Parameters, start and clock of a run on all lanes."""
    s.y[:] = 0.0
    spread_particles(p, s, runs, run)
    for lane in range(WIDTH):
        for r in range(DRIVE_ROWS):
            p.drive[r, lane] = runs.drive[run, r]
        p.motion[0, lane], p.motion[1, lane] = runs.motion[run, 0], runs.motion[run, 1]
        s.place[RUN, lane], s.place[CYCLE, lane], s.place[PIECE, lane], s.place[SAMPLE, lane] = run, 0, 0, 1
        start_clock(s.clock, runs, run, lane)
        enter_piece(p, s.clock, s.place, runs, samples_per_cycle, lane)
    right_hand_side(s.k[0], s.y, load(s.clock, TIME), p.h_k.shape[0], p)
    clip_lanes(s.clock)


@kernel
def write_sample(sample, state, n, blocks, first):
    """Copy the state of a thread's particles from their lanes into one row of the results."""
    for i in range(min(blocks * WIDTH, n - first)):
        b, lane, j = i // WIDTH, i % WIDTH, first + i
        for c in range(3):
            sample[3 * j + c] = state[3 * b + c, lane]
        sample[3 * n + j], sample[4 * n + j] = state[3 * blocks + b, lane], state[4 * blocks + b, lane]


@kernel
def collect_samples(p, s, runs, samples, samples_per_cycle, method, control):
    """Every sample that lies inside the accepted step."""
    n, blocks = runs.h_k.shape[1], p.h_k.shape[0]
    if not due(s, runs, samples_per_cycle, 0):
        return
    if method != DORMAND_PRINCE:
        dense_stages_853(s.y, s.fresh, s.k, s.clock, blocks, p)
    while due(s, runs, samples_per_cycle, 0):
        interpolate(s.fresh, s.y, s.k, s.weights, s.clock, blocks, method)
        write_sample(samples[s.place[RUN, 0], s.place[SAMPLE, 0]], s.fresh, n, blocks, p.interaction.first)
        control[3] += p.interaction.member == 0
        for lane in range(WIDTH):
            another_sample(p, s, samples_per_cycle, lane)


@kernel
def advance_piece(p, s, runs, samples_per_cycle):
    """Every lane enters the next piece of the drive; False when the run is over."""
    going_on = True
    for lane in range(WIDTH):
        going_on = next_piece(p, s.clock, s.place, runs, samples_per_cycle, lane)
    if going_on:
        right_hand_side(s.k[0], s.y, load(s.clock, TIME), p.h_k.shape[0], p)
        clip_lanes(s.clock)
    return going_on


@kernel
def next_of_team(control, total, interaction):
    """The next run of the queue, the same for the whole team."""
    if interaction.member == 0:
        interaction.team[WORD] = next_run(control, total)
    meet(interaction.team)
    return interaction.team[WORD]


@kernel
def integrate_large_runs(results, control, runs, p, s, samples_per_cycle, method, steps):
    """Integrate the runs of the queue one by one; arguments as for ``integrate.integrate_runs``."""
    n, blocks, total, first = runs.h_k.shape[1], p.h_k.shape[0], runs.start.shape[0], p.interaction.first
    last = dormand_prince.LAST if method == DORMAND_PRINCE else dop853.LAST
    run = s.place[RUN, 0] if s.place[RUN, 0] >= 0 else next_of_team(control, total, p.interaction)
    while run < total and control[1] == 0:
        if s.place[RUN, 0] < 0:
            start_run(p, s, runs, samples_per_cycle, run)
            if samples_per_cycle > 0:
                write_sample(results.samples[run, 0], s.y, n, blocks, first)
        status = RUNNING
        while status == RUNNING and control[1] == 0:
            if steps == 0:
                return False
            steps -= 1
            attempt(s.y, s.y_new, s.k, s.clock, blocks, p, method)
            if s.clock[NEXT_SAMPLE, 0] <= s.clock[REACHED, 0] * (1.0 + 1e-12):
                collect_samples(p, s, runs, results.samples, samples_per_cycle, method, control)
            commit(s.y, s.y_new, s.k, s.clock, blocks, last)
            status = outcome(s.clock, 0)
            if s.clock[TIME, 0] >= s.clock[STOP, 0] and not advance_piece(p, s, runs, samples_per_cycle):
                status = DONE
        results.status[run], results.attempts[run] = status, int(s.clock[ATTEMPTS, 0])
        if samples_per_cycle == 0:
            write_sample(results.samples[run, 0], s.y, n, blocks, first)
        control[2] += p.interaction.member == 0
        s.place[RUN] = NONE
        run = next_of_team(control, total, p.interaction)
    return True
