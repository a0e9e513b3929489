"""Kinetic Monte Carlo of interacting particles with two wells each, in a field that changes with time.

A particle i flips from a state s to s', in which all moments have followed. The plain barrier, with the others frozen,
puts the top between them at E(s) + b_f seen from one side and at E(s') + b_r from the other. One top for both, and no
lower than either state, keeps detailed balance to round-off: half-way between the two or, nearer to the lowest path
with relaxing neighbours, which is below either, the lower of them. Half-way the barrier is

    max(0, E(s') - E(s), (b_f + b_r + E(s') - E(s))/2).

Rates change with the field. Flips come by thinning (P. A. W. Lewis and G. S. Shedler, Nav. Res. Logist. Q. 26, 403
(1979)): within a step proposals come at a rate that no flip's rate exceeds, and each is accepted with the ratio of the
rate at that very time to the bound. This has no error of the step; where a rate does exceed its bound, the flips that
this hides are counted.
"""

import math
from typing import NamedTuple

import numpy as np

from magheat.kernels.local_well import top_energy
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.two_well_rates import field_share
from magheat.kernels.well_states import (
    Wells,
    add_drops,
    add_work,
    copy_wells,
    local_field,
    relax,
    renew_fields,
    settle,
    total_energy,
)

FINISHED, PAUSED = range(2)
#: Numbers of a run's progress: segment, place on it from 0 to 1, step in A/m, hazard of the bound until the next
#: proposal (negative: to be drawn), random numbers used, whether the plain barriers on the bench are those of here.
SEGMENT, ALONG, STEP, CLOCK, USED, FRESH = range(6)
#: What is counted: flips, proposals, flips hidden by a bound (their expected number), losses of stability, avalanches.
FLIPS, PROPOSALS, HIDDEN, FALLS, AVALANCHES = range(5)
#: What a flip leads to: a state, a state after others flipped, too, or back.
TO_STATE, TO_AVALANCHE, NOWHERE = range(3)
#: A barrier's correction, once computed, counts as known while the local field has moved by less than NEAR H_K, and
#: then to within KNOWN k_B T. Of one that is raised only HIGHEST counts, since others may lose their wells next time.
#: That of a flip that leads to no state counts as OPEN.
NEAR, KNOWN, HIGHEST, OPEN = 0.1, 0.7, 0.3, -1.5
#: A bound takes in this share of the barrier's change over the step, and k_B T.
CHANGE, SLACK = 0.25, 0.01
#: Largest of (1 - h^2)(1 + h).
MOST_SHARE = 32.0 / 27.0
#: rad; a moment that moves farther in a step has fallen. A step is halved down to this share of the largest.
LARGEST_MOVE, SMALLEST = 0.3, 1e-3
#: Work of a particle that settles, in pairs.
SETTLING = 50


class Path(NamedTuple):
    """Applied fields, joined by straight lines."""

    time: np.ndarray  # (nodes,) s
    field: np.ndarray  # (nodes, 3) A/m
    sample: np.ndarray  # (nodes,) int64: the row of the samples that a node fills, -1 for none
    largest_step: float  # A/m


class Run(NamedTuple):
    """Where a run stands."""

    here: Wells
    heat: np.ndarray  # (n,) k_B T
    work: np.ndarray  # (n,) k_B T
    progress: np.ndarray  # (6,)
    tally: np.ndarray  # (5,)


class Bench(NamedTuple):
    """Memory of one run."""

    there: Wells
    trial: Wells
    middle: Wells
    bound: np.ndarray  # (n,) per s
    plain: np.ndarray  # (2, n) plain barriers at here and at the end of the step, k_B T
    correction: np.ndarray  # (n,) barrier less the plain one, k_B T
    known_at: np.ndarray  # (3, n) local field over H_K along the axis and across, side, where it was computed
    field: np.ndarray  # (3, 3) A/m: at here, at the end of the step, at a proposal


class Samples(NamedTuple):
    """What is written at the nodes that are samples."""

    moments: np.ndarray  # (t, n, 3)
    heat: np.ndarray  # (t, n) k_B T
    work: np.ndarray  # (t, n) k_B T


@kernel
def barrier(c, i, field, spins):
    """The plain barrier of particle i, with the others frozen, k_B T."""
    along, b = local_field(c, i, field, spins)
    u, zeeman = 0.0, 0.0
    for k in range(3):
        u += c.m[k, i] * spins.axis[k, i]
        zeeman += c.m[k, i] * (field[k] + c.h[k, i])
    return spins.sigma[i] * (top_energy(along, b) - 1.0 + u * u) + spins.p[i] * zeeman


@kernel
def flip(trial, here, i, field, spins):
    """The state ``trial`` to which a flip of particle i leads, what kind it is, and the rounds it took."""
    copy_wells(trial, here)
    trial.side[i] = -here.side[i]
    settle(trial, i, field, False, 1.0, spins)
    rounds, lost = relax(trial, field, False, spins)
    if not lost:
        return TO_STATE, rounds
    if trial.lost[i] > 0.0:
        return NOWHERE, rounds
    more, _ = relax(trial, field, True, spins)
    rounds += more
    return (TO_AVALANCHE if trial.side[i] != here.side[i] else NOWHERE), rounds


@kernel
def symmetric_barrier(here, trial, kind, i, field, spins):
    """Barrier of a flip from ``here`` to ``trial``, k_B T."""
    plain = barrier(here, i, field, spins)
    if kind != TO_STATE:
        return plain
    gain = total_energy(trial, field, spins) - total_energy(here, field, spins)
    back = barrier(trial, i, field, spins) + gain
    top = min(plain, back) if spins.lower else 0.5 * (plain + back)
    return max(top, max(gain, 0.0))


@kernel
def attempt_rate(here, trial, kind, i, field, spins):
    """Attempts per s; with Brown's dependence on the field, its mean before and after the flip."""
    if not spins.field_dependent:
        return spins.attempts[i]
    h, _ = local_field(here, i, field, spins)
    if kind == TO_STATE:
        after, _ = local_field(trial, i, field, spins)
        h = 0.5 * (h + after)
    h *= here.side[i]
    return spins.attempts[i] * (field_share(h) if abs(h) < 1.0 else 1.0)


@kernel
def flip_rate(trial, here, i, field, spins):
    """Rate at which particle i flips, per s, its barrier, and the rounds it took; the new state is in ``trial``."""
    kind, rounds = flip(trial, here, i, field, spins)
    b = symmetric_barrier(here, trial, kind, i, field, spins)
    rate = 0.0 if kind == NOWHERE else attempt_rate(here, trial, kind, i, field, spins) * math.exp(-b)
    return rate, b, kind, rounds


@device
def is_known(bench, here, i, along, b):
    """Whether the correction of particle i was computed near its present state."""
    x, y = along - bench.known_at[0, i], b - bench.known_at[1, i]
    return bench.known_at[2, i] == here.side[i] and x * x + y * y < NEAR * NEAR


@kernel
def learn(bench, here, i, field, b, kind, spins):
    """Keep the correction of a barrier that was computed."""
    along, across = local_field(here, i, field, spins)
    bench.known_at[0, i], bench.known_at[1, i], bench.known_at[2, i] = along, across, here.side[i]
    found = b - barrier(here, i, field, spins) if kind == TO_STATE else OPEN
    bench.correction[i] = min(found, HIGHEST)


@kernel
def fill_barriers(bench, run, spins):
    """The plain barriers at here, unless they are known, and at the end of the step."""
    for i in range(spins.p.shape[0]):
        if run.progress[FRESH] == 0.0:
            bench.plain[0, i] = barrier(run.here, i, bench.field[0], spins)
        bench.plain[1, i] = barrier(bench.there, i, bench.field[1], spins)


@kernel
def fill_bounds(bench, here, spins):
    """Bounds of all rates over the step; returns their sum."""
    total, top = 0.0, MOST_SHARE if spins.field_dependent else 1.0
    interacting = spins.p.shape[0] > 1 and spins.strength[0] != 0.0
    for i in range(spins.p.shape[0]):
        first, last = bench.plain[0, i], bench.plain[1, i]
        least = min(first, last) - CHANGE * abs(last - first) - SLACK
        if interacting:
            along, b = local_field(here, i, bench.field[0], spins)
            known = is_known(bench, here, i, along, b)
            least += bench.correction[i] - KNOWN if known else -spins.doubt[i]
        bench.bound[i] = top * spins.attempts[i] * math.exp(min(0.0, -least))
        total += bench.bound[i]
    return total


@device
def choose(bound, share):
    """Index at which the running sum of the bounds reaches ``share``."""
    running, last = 0.0, 0
    for i in range(bound.shape[0]):
        running += bound[i]
        last = i
        if running >= share:
            break
    return last


@device
def set_field(row, path, k, along):
    """Field at a place on a segment."""
    for c in range(3):
        row[c] = path.field[k, c] + along * (path.field[k + 1, c] - path.field[k, c])


@kernel
def largest_move(here, there):
    """Longest way, rad, that a moment moved."""
    most = 0.0
    for i in range(here.side.shape[0]):
        square = 0.0
        for c in range(3):
            square += (there.m[c, i] - here.m[c, i]) ** 2
        most = max(most, square)
    return math.sqrt(most)


@kernel
def store_sample(samples, row, run):
    """Write the present state into the samples."""
    for i in range(run.heat.shape[0]):
        for c in range(3):
            samples.moments[row, i, c] = run.here.m[c, i]
        samples.heat[row, i], samples.work[row, i] = run.heat[i], run.work[i]


@kernel
def start(samples, run, bench, path, spins):
    """Settle the first state, falling from lost wells, and store it; nothing of that is counted."""
    set_field(bench.field[0], path, 0, 0.0)
    renew_fields(run.here, spins)
    relax(run.here, bench.field[0], True, spins)
    store_sample(samples, 0, run)


@kernel
def reach(to, run, row, bench, spins):
    """Bring ``to`` to the field of a row of the bench by reversible motion from here; whether it is one, and rounds."""
    copy_wells(to, run.here)
    rounds, lost = relax(to, bench.field[row], False, spins)
    return not lost and largest_move(run.here, to) <= LARGEST_MOVE, rounds


@kernel
def arrive(run, to, row, bench, spins):
    """Go over to the state ``to``, reached by reversible motion, and book its field work."""
    add_work(run.work, run.here, bench.field[0], to, bench.field[row], spins)
    go_on(run, to, row, bench)


@kernel
def go_on(run, to, row, bench):
    """Take over a state and its field."""
    copy_wells(run.here, to)
    run.progress[FRESH] = 0.0
    for c in range(3):
        bench.field[0, c] = bench.field[row, c]


@kernel
def fall_to(run, bench, spins):
    """Stability is lost within the smallest step: change the field with all moments held, then fall."""
    here, there = run.here, bench.there
    for i in range(spins.p.shape[0]):
        for c in range(3):
            run.work[i] -= spins.p[i] * here.m[c, i] * (bench.field[1, c] - bench.field[0, c])
    rounds, _ = relax(there, bench.field[1], True, spins)
    add_drops(run.heat, 1.0, here, bench.field[1], there, bench.field[1], spins)
    run.tally[FALLS] += 1
    go_on(run, there, 1, bench)
    return rounds


@kernel
def accept(run, bench, i, kind, spins):
    """Carry out a flip: heat of the flipper with the others frozen, then of the relaxation of all."""
    middle, trial, field = bench.middle, bench.trial, bench.field[0]
    copy_wells(middle, run.here)
    middle.side[i] = -run.here.side[i]
    settle(middle, i, field, False, 1.0, spins)
    add_drops(run.heat, 1.0, run.here, field, middle, field, spins)
    add_drops(run.heat, 1.0, middle, field, trial, field, spins)
    copy_wells(run.here, trial)
    run.progress[FRESH] = 0.0
    run.tally[FLIPS] += 1
    run.tally[AVALANCHES] += kind == TO_AVALANCHE


@kernel
def advance(samples, run, bench, path, spins, randoms, most_work):
    """Run to the end of the path (FINISHED), or until random numbers or the work allotted are used up (PAUSED)."""
    segments, n, work = path.time.shape[0] - 1, spins.p.shape[0], 0
    p = run.progress
    code = FINISHED
    while p[SEGMENT] < segments:
        if p[USED] + 4 > randoms.shape[0] or work > most_work:
            code = PAUSED
            break
        k = int(p[SEGMENT])
        length, duration = segment(path, k)
        set_field(bench.field[0], path, k, p[ALONG])
        rest = 1.0 - p[ALONG]
        step = min(p[STEP] / length, rest) if length > 0.0 else rest
        end = 1.0 if step >= rest else p[ALONG] + step
        set_field(bench.field[1], path, k, end)
        reversible, rounds = reach(bench.there, run, 1, bench, spins)
        work += (rounds + 2) * n * (n + SETTLING)
        if not reversible:
            if step * length > SMALLEST * path.largest_step:
                p[STEP] = 0.5 * step * length
                continue
            work += fall_to(run, bench, spins) * n * (n + SETTLING)
        else:
            anew, more = propose(run, bench, path, k, end, duration, randoms, spins)
            work += more
            if anew:
                continue
            arrive(run, bench.there, 1, bench, spins)
            for i in range(n):
                bench.plain[0, i] = bench.plain[1, i]
            p[FRESH] = 1.0
            p[STEP] = min(2.0 * p[STEP], path.largest_step)
        p[ALONG] = end
        if end == 1.0:
            p[SEGMENT], p[ALONG] = k + 1, 0.0
            if path.sample[k + 1] >= 0:
                renew_fields(run.here, spins)
                store_sample(samples, path.sample[k + 1], run)
    return code


@device
def segment(path, k):
    """Length of a segment in A/m and its duration."""
    square = 0.0
    for c in range(3):
        square += (path.field[k + 1, c] - path.field[k, c]) ** 2
    return math.sqrt(square), path.time[k + 1] - path.time[k]


@kernel
def propose(run, bench, path, k, end, duration, randoms, spins):
    """Make proposals up to the end of the step; returns whether it must be laid out anew, and the work.

    That is so after a flip, when random numbers run out, and when a proposal's state is not reached reversibly.
    """
    p, n, work = run.progress, spins.p.shape[0], 0
    while True:
        fill_barriers(bench, run, spins)
        total = fill_bounds(bench, run.here, spins)
        if p[USED] + 3 > randoms.shape[0]:
            return True, work
        if p[CLOCK] < 0.0:
            p[CLOCK] = -math.log(1.0 - draw(p, randoms))
        hazard = total * (end - p[ALONG]) * duration
        if p[CLOCK] >= hazard:
            p[CLOCK] -= hazard
            return False, work
        place = min(p[ALONG] + p[CLOCK] / (total * duration), end)
        set_field(bench.field[2], path, k, place)
        reversible, rounds = reach(bench.middle, run, 2, bench, spins)
        work += rounds * n * (n + SETTLING)
        if not reversible:
            p[STEP] *= 0.5
            return True, work
        p[ALONG], p[CLOCK] = place, -1.0
        arrive(run, bench.middle, 2, bench, spins)
        i = choose(bench.bound, total * draw(p, randoms))
        rate, b, kind, rounds = flip_rate(bench.trial, run.here, i, bench.field[0], spins)
        work += rounds * n * (n + SETTLING)
        learn(bench, run.here, i, bench.field[0], b, kind, spins)
        run.tally[PROPOSALS] += 1
        run.tally[HIDDEN] += max(rate / max(bench.bound[i], 1e-300) - 1.0, 0.0)
        if draw(p, randoms) * bench.bound[i] < rate:
            accept(run, bench, i, kind, spins)
            return True, work


@device
def draw(progress, randoms):
    """The next random number, 0 <= r < 1."""
    number = randoms[int(progress[USED])]
    progress[USED] += 1.0
    return number
