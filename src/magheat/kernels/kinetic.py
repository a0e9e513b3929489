"""Kinetic Monte Carlo of interacting particles with two wells each, in a field that changes with time.

Between flips the moments follow the field at the bottom of their wells, without heat. Flips come by thinning (P. A. W.
Lewis and G. S. Shedler, Nav. Res. Logist. Q. 26, 403 (1979)): within a step of the field proposals come at a rate that
no flip's rate exceeds, and each is accepted with the ratio of the rate at that very time to the bound. This has no
error of the step; where a rate does exceed its bound, the flips that this hides are counted.
"""

import math
from typing import NamedTuple

import numpy as np

from magheat.kernels.flip_bounds import Found, choose, fill_bounds, learn
from magheat.kernels.flips import TO_AVALANCHE, add_heat_of_flip, flip_rate
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.settling import relax
from magheat.kernels.well_states import Wells, add_drops, add_field_work, copy_wells, renew_fields

#: Where a run stands: segment, place on it from 0 to 1, step in A/m.
SEGMENT, ALONG, STEP = range(3)
#: What is counted: flips, proposals, flips hidden by a bound (their expected number), losses of stability, avalanches.
FLIPS, PROPOSALS, HIDDEN, FALLS, AVALANCHES = range(5)
#: Random numbers of a step: when the next proposal comes, whose it is, whether it is accepted.
WHEN, WHOSE, WHETHER = range(3)
#: rad; a moment that moves farther in a step has fallen. A step is halved down to this share of the largest.
LARGEST_MOVE, SMALLEST = 0.3, 1e-3


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
    progress: np.ndarray  # (3,)
    tally: np.ndarray  # (5,)
    found: Found


class Bench(NamedTuple):
    """Memory of one run: states that are looked at, and bounds of the rates."""

    there: Wells
    trial: Wells
    middle: Wells
    bound: np.ndarray  # (n,) per s


class Samples(NamedTuple):
    """What is written at the nodes that are samples."""

    moments: np.ndarray  # (t, n, 3)
    heat: np.ndarray  # (t, n) k_B T
    work: np.ndarray  # (t, n) k_B T


@kernel
def start(samples, run, path, spins):
    """Settle the first state, falling from lost wells, and store it; nothing of that is counted."""
    set_field(run.here, path, 0, 0.0)
    renew_fields(run.here, spins)
    relax(run.here, True, spins)
    store_sample(samples, 0, run)


@kernel
def advance(samples, run, bench, path, spins, randoms, most_flips):
    """Go on by as many steps as there are rows of random numbers (steps, 3), at most to the end of the path."""
    p = run.progress
    for row in range(randoms.shape[0]):
        if p[SEGMENT] >= path.time.shape[0] - 1 or run.tally[FLIPS] > most_flips:
            break
        go_on(run, bench, path, spins, randoms[row])
        if p[ALONG] >= 1.0:
            p[SEGMENT], p[ALONG] = p[SEGMENT] + 1.0, 0.0
            sample = path.sample[int(p[SEGMENT])]
            if sample >= 0:
                renew_fields(run.here, spins)  # so that round-off does not gather
                store_sample(samples, sample, run)


@kernel
def go_on(run, bench, path, spins, random):
    """One step of the field, or its part up to the next proposal; one that is too long is only halved."""
    p, k, there = run.progress, int(run.progress[SEGMENT]), bench.there
    size, end = next_step(p, path, k)
    if not reach(there, run.here, path, k, end, spins):
        give_way(run, bench, path, size, end, spins)
        return
    total = fill_bounds(bench.bound, run.found, run.here, there, spins)
    duration = (end - p[ALONG]) * (path.time[k + 1] - path.time[k])
    wait = -math.log(1.0 - random[WHEN]) / total  # without memory, so that every step may draw anew
    if not wait < duration:
        arrive(run, there, spins)
        p[ALONG], p[STEP] = end, min(2.0 * p[STEP], path.largest_step)
        return
    place = p[ALONG] + wait / duration * (end - p[ALONG])
    if not reach(there, run.here, path, k, place, spins):
        give_way(run, bench, path, size, place, spins)
        return
    arrive(run, there, spins)
    p[ALONG] = place
    propose(run, bench, choose(bench.bound, total * random[WHOSE]), random[WHETHER], spins)


@kernel
def next_step(p, path, k):
    """Size of the next step on a segment, A/m, and where it ends."""
    square = 0.0
    for c in range(3):
        square += (path.field[k + 1, c] - path.field[k, c]) ** 2
    length, rest = math.sqrt(square), 1.0 - p[ALONG]
    if p[STEP] >= rest * length:
        return rest * length, 1.0
    return p[STEP], p[ALONG] + p[STEP] / length


@device
def set_field(c, path, k, along):
    """Put a state into the field at a place on a segment."""
    for x in range(3):
        c.applied[x] = path.field[k, x] + along * (path.field[k + 1, x] - path.field[k, x])


@kernel
def reach(to, here, path, k, along, spins):
    """Bring ``to`` from here to the field at a place by settling; returns whether that is a reversible motion."""
    copy_wells(to, here)
    set_field(to, path, k, along)
    lost = relax(to, False, spins)
    return not lost and largest_move(here, to) <= LARGEST_MOVE


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
def arrive(run, there, spins):
    """Go over to a state by reversible motion: the trapezoid is its work, less what would be heat, so none is left."""
    add_field_work(run.work, run.here, there, spins)
    add_drops(run.work, -1.0, run.here, there, spins)
    copy_wells(run.here, there)


@kernel
def give_way(run, bench, path, size, along, spins):
    """Stability is lost on the way to ``there``: take a smaller step or, within the smallest one, fall."""
    p = run.progress
    if size > SMALLEST * path.largest_step:
        p[STEP] = 0.5 * size
        return
    there, middle = bench.there, bench.middle
    copy_wells(middle, run.here)  # the field changes while all moments are held; then they fall
    set_field(middle, path, int(p[SEGMENT]), along)
    add_field_work(run.work, run.here, middle, spins)
    relax(there, True, spins)
    add_drops(run.heat, 1.0, middle, there, spins)
    copy_wells(run.here, there)
    run.tally[FALLS] += 1
    p[ALONG] = along


@kernel
def propose(run, bench, i, chance, spins):
    """Look at the flip of particle i, and carry it out where the chance is below the ratio of its rate to the bound."""
    trial, bound = bench.trial, bench.bound[i]
    rate, b, kind = flip_rate(trial, run.here, i, spins)
    learn(run.found, run.here, i, b, kind, spins)
    run.tally[PROPOSALS] += 1
    run.tally[HIDDEN] += max(rate / bound - 1.0, 0.0)
    if chance * bound < rate:
        add_heat_of_flip(run.heat, run.here, trial, bench.middle, i, spins)
        copy_wells(run.here, trial)
        run.tally[FLIPS] += 1
        run.tally[AVALANCHES] += kind == TO_AVALANCHE


@kernel
def store_sample(samples, row, run):
    """Write the present state into the samples."""
    for i in range(run.heat.shape[0]):
        for c in range(3):
            samples.moments[row, i, c] = run.here.m[c, i]
        samples.heat[row, i], samples.work[row, i] = run.heat[i], run.work[i]
