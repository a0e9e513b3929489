"""Rate equations of many two-well particles over one period of the field: the exact periodic loop.

A lane is one particle of one orientation, size and anisotropy. Lanes come in groups of whole blocks of W: the lanes
of a group are either one sample, whose magnetization is their weighted sum, or W samples of one particle each.

With d = p - 1/2, p the share in the well A on the positive side, M = mean + d swing, where mean and swing are half
the sum, and the difference, of the wells' moments. d relaxes to q - 1/2 as dd/dt = -G (d - (q - 1/2)); over a step
with q linear and G at its middle it changes by (q0 - 1/2 - d)(1 - e^-z) + (q1 - q0)(1 - (1 - e^-z)/z), z = G dt.
That is affine in d, and so is the whole period, which gives the start that repeats itself.
"""

from typing import NamedTuple

import numpy as np

from magheat.kernels.exponential import exp, relaxed
from magheat.kernels.lane_type import (
    WIDTH,
    any_less_equal,
    larger,
    load,
    smaller,
    store,
    sum_everywhere,
    take_next,
    where_less_equal,
)
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.two_well_rates import moments_aligned, rate_aligned, rate_at, wells_aligned, wells_at
from magheat.kernels.wells import magnitude

#: Rows of a lane's parameters. COS, SIN: of the axis's angle to the field; H_SW, FOLD_A, FOLD_B, REACH: see ``wells``
#: (1 - lambda_c, lambda_c, and how far from it the roots are near h_sw); SIGMA: K V/(k_B T); H_SCALE: unit of the
#: shape over H_K; RATE: attempts per step; STIFFENING: interaction barrier over k_B T per squared moment; WEIGHT: in
#: the sample's moment; FEEDBACK: mean field over H_K at saturation.
COS, SIN, H_SW, FOLD_A, FOLD_B, REACH, SIGMA, H_SCALE, RATE, STIFFENING, WEIGHT, FEEDBACK = range(12)
LANE_ROWS = 12
#: Interactions.
ALONE, BARRIER, MEAN_FIELD = 0, 1, 2
#: How a run ends.
DONE, NOT_CONVERGED, BLOCKED = 0, 1, 2
#: Rows of what a sample's pass gives: coercive field and area in units of the shape's, remanence, last change of the
#: moment, sweeps, status.
COERCIVE, REMANENT, AREA, CHANGE, SWEEPS, STATUS = range(6)
OUTPUT_ROWS = 6
#: The smallest of numbers > 0 that are not denormal.
SMALLEST = 2.2250738585072014e-308
#: A particle that forgets less than this of its start in a full period would need 1e10 periods to find its own
#: periodic state: it is blocked. A sample may hold this share of such particles (the largest of any distribution are);
#: they then stand at the mean that the period would give them in the end.
SHORTEST_MEMORY, MOST_BLOCKED = 1e-10, 0.01
#: Share of the largest d below which one is round-off.
NOTHING = 1e-14
#: Bounds of the share of a sweep's change that is followed.
GENTLEST, BOLDEST = 0.1, 2.0


class Walk(NamedTuple):
    """Points of the period in the order in which they are read; p of them."""

    step: np.ndarray  # (p,) whole numbers, 0 to n
    sign: np.ndarray  # (p,) -1 in the half of an antisymmetric period that is not run
    field: np.ndarray  # (p,) in units of H_SCALE H_K


class Lots(NamedTuple):
    """What is to be run; g groups."""

    lanes: np.ndarray  # (blocks LANE_ROWS, W)
    first: np.ndarray  # (g + 1,) block with which each group starts
    shape: np.ndarray  # (2 steps + 1,) field at the ends and middles of steps, in units of H_SCALE H_K
    branch: Walk  # down from the highest field to the lowest
    round: Walk  # once round the loop, or half of it; the first point again at the end


class Choice(NamedTuple):
    """How it is run."""

    together: bool  # the lanes of a group are one sample
    aligned: bool  # every axis lies along the field
    half: bool  # the shape is half an antisymmetric period
    mirrored: bool  # ... which comes up as it went down: step n - 1 - k takes place at minus the field of step k
    remember: bool  # all lanes of a group have their wells on the desk; else they are laid anew in each sweep
    half_round: bool  # so is the way round
    retraced: bool  # down and up the field takes the same places, so that what follows it at once has no area
    field_dependent: bool  # Brown's prefactor at the field; aligned only
    interaction: int
    tolerance: float
    most_sweeps: int


class Desk(NamedTuple):
    """Memory of one thread; b blocks that are remembered, n steps."""

    tilt: np.ndarray  # (b (n + 1), W) q - 1/2
    mean: np.ndarray  # (b (n + 1), W)
    swing: np.ndarray  # (b (n + 1), W)
    rate: np.ndarray  # (b n, W) G dt without interaction; negative beyond h_sw
    gone: np.ndarray  # (n, W) of one block: share of d that a step forgets
    push: np.ndarray  # (n, W) and what it adds
    moment: np.ndarray  # (n + 1, W)
    lagging: np.ndarray  # (n + 1, W) the part of it that d carries
    fresh: np.ndarray  # (2 (n + 1), W) the same two of the present sweep
    residual: np.ndarray  # (n + 1, W) of the last sweep
    flag: np.ndarray  # (4, W) active, change, blocked share, share of the change that is followed
    told: np.ndarray  # (3, W) coercive field, remanence, area


@device
def lay_ends(desk, place, k, n, tilt, mean, swing):
    """Write down the wells at the end of a step."""
    at = place * (n + 1) + k
    store(desk.tilt, at, tilt)
    store(desk.mean, at, mean)
    store(desk.swing, at, swing)


@device
def lay_aligned(desk, lots, choice, block, place, n):
    """Wells and rates of one block of aligned particles at all steps."""
    row = block * LANE_ROWS
    sigma, scale = load(lots.lanes, row + SIGMA), load(lots.lanes, row + H_SCALE)
    attempts, back = load(lots.lanes, row + RATE), load(lots.lanes, row + FEEDBACK)
    for k in range(n // 2 + 1 if choice.mirrored else n + 1):
        h = scale * lots.shape[2 * k]
        if choice.interaction == MEAN_FIELD:
            h = h + back * load(desk.moment, k)
        tilt, mean, swing = wells_aligned(h, sigma, choice.field_dependent)
        lay_ends(desk, place, k, n, tilt, mean, swing)
        if choice.mirrored:
            lay_ends(desk, place, n - k, n, -tilt, -mean, swing)
    for k in range((n + 1) // 2 if choice.mirrored else n):
        h = scale * lots.shape[2 * k + 1]
        if choice.interaction == MEAN_FIELD:
            h = h + 0.5 * back * (load(desk.moment, k) + load(desk.moment, k + 1))
        rate = attempts * rate_aligned(h, sigma, choice.field_dependent)
        store(desk.rate, place * n + k, rate)
        if choice.mirrored:
            store(desk.rate, place * n + n - 1 - k, rate)


@device
def lay_at_angles(desk, lots, choice, block, place, n):
    """Wells and rates of one block of particles at any angle at all steps."""
    row = block * LANE_ROWS
    c, s = load(lots.lanes, row + COS), load(lots.lanes, row + SIN)
    h_sw, reach = load(lots.lanes, row + H_SW), load(lots.lanes, row + REACH)
    fold_a, fold_b = load(lots.lanes, row + FOLD_A), load(lots.lanes, row + FOLD_B)
    sigma, scale = load(lots.lanes, row + SIGMA), load(lots.lanes, row + H_SCALE)
    attempts, back = load(lots.lanes, row + RATE), load(lots.lanes, row + FEEDBACK)
    for k in range(n // 2 + 1 if choice.mirrored else n + 1):
        h = scale * lots.shape[2 * k]
        if choice.interaction == MEAN_FIELD:
            h = h + back * load(desk.moment, k)
        tilt, mean, swing = wells_at(h, c, s, h_sw, fold_a, fold_b, reach, sigma)
        lay_ends(desk, place, k, n, tilt, mean, swing)
        if choice.mirrored:
            lay_ends(desk, place, n - k, n, -tilt, -mean, swing)
    for k in range((n + 1) // 2 if choice.mirrored else n):
        h = scale * lots.shape[2 * k + 1]
        if choice.interaction == MEAN_FIELD:
            h = h + 0.5 * back * (load(desk.moment, k) + load(desk.moment, k + 1))
        rate = attempts * rate_at(h, c, s, h_sw, fold_a, fold_b, reach, sigma)
        store(desk.rate, place * n + k, rate)
        if choice.mirrored:
            store(desk.rate, place * n + n - 1 - k, rate)


@device
def relax_block(desk, lots, choice, block, place, n):
    """What every step of one block forgets and adds; how much the period forgets."""
    stiff = load(lots.lanes, block * LANE_ROWS + STIFFENING)
    start = place * (n + 1)
    total = 0.0 * stiff
    before, m0 = load(desk.tilt, start), load(desk.moment, 0)
    mirrored = choice.mirrored and choice.interaction == ALONE
    for k in range((n + 1) // 2 if mirrored else n):
        z = load(desk.rate, place * n + k)
        if choice.interaction == BARRIER:
            m1 = load(desk.moment, k + 1)
            m = 0.5 * (m0 + m1)
            m0 = m1
            z = where_less_equal(0.0, z, z * exp(-stiff * m * m), -z)
        else:
            z = magnitude(z)
        after = load(desk.tilt, start + k + 1)
        take_step(desk, mirrored, k, n, z, before, after)
        total, before = total + z, after
    return total


@device
def take_step(desk, mirrored, k, n, z, before, after):
    """Write down what a step with z = G dt forgets and adds, and its mirror image."""
    gone, drawn = relaxed(z)
    climb = (after - before) * drawn
    store(desk.gone, k, gone)
    store(desk.push, k, climb + before * gone)
    if mirrored:
        store(desk.gone, n - 1 - k, gone)
        store(desk.push, n - 1 - k, climb - after * gone)


@device
def relax_along(desk, lots, choice, block, n):
    """As ``relax_block``, for particles along the field that feel no others, whose wells need no place on the desk."""
    row = block * LANE_ROWS
    sigma, scale = load(lots.lanes, row + SIGMA), load(lots.lanes, row + H_SCALE)
    attempts = load(lots.lanes, row + RATE)
    total = 0.0 * sigma
    before, _, _ = wells_aligned(scale * lots.shape[0], sigma, choice.field_dependent)
    for k in range((n + 1) // 2 if choice.mirrored else n):
        z = magnitude(attempts * rate_aligned(scale * lots.shape[2 * k + 1], sigma, choice.field_dependent))
        after, _, _ = wells_aligned(scale * lots.shape[2 * k + 2], sigma, choice.field_dependent)
        take_step(desk, choice.mirrored, k, n, z, before, after)
        total, before = total + z, after
    return total


@device
def periodic_start(desk, choice, n, total, weight):
    """D with which the period repeats itself; the share of blocked particles is noted."""
    end, kept, peak = 0.0 * weight, 0.0 * weight + 1.0, 0.0 * weight
    for k in range(n):
        gone = load(desk.gone, k)
        end = end - end * gone + load(desk.push, k)
        kept = kept - kept * gone
        peak = larger(peak, magnitude(end))
    if choice.half:
        # Of blocked particles nothing is left at the turning points but round-off, of either sign: none, then.
        return where_less_equal(magnitude(end), NOTHING * peak, 0.0, -end / (1.0 + kept))
    forgotten, _ = relaxed(total)
    blocked = where_less_equal(forgotten, SHORTEST_MEMORY, weight, 0.0)
    store(desk.flag, 2, load(desk.flag, 2) + blocked)
    return end / larger(forgotten, SMALLEST)  # both are known to full relative precision


@device
def close_block(desk, lots, choice, block, place, n, total, first):
    """Add one block's moments over the periodic state to the sample's, or begin with them."""
    row = block * LANE_ROWS
    weight, scale = load(lots.lanes, row + WEIGHT), load(lots.lanes, row + H_SCALE)
    along = choice.aligned and choice.interaction == ALONE
    start = periodic_start(desk, choice, n, total, weight)
    d = start
    for k in range(n + 1):
        if choice.half and k == n:
            d = -start
        if along:
            mean, swing = moments_aligned(scale * lots.shape[2 * k])
        else:
            mean, swing = load(desk.mean, place * (n + 1) + k), load(desk.swing, place * (n + 1) + k)
        part = weight * swing * d
        whole = weight * mean + part
        if not first:
            part, whole = load(desk.fresh, n + 1 + k) + part, load(desk.fresh, k) + whole
        store(desk.fresh, n + 1 + k, part)
        store(desk.fresh, k, whole)
        if k < n:
            d = d - d * load(desk.gone, k) + load(desk.push, k)


@device
def measure(desk, choice, n):
    """Sum the present sweep over the sample; how far it moved the moments, and by how much to follow it.

    The share to follow is Aitken's, from this residual r and the last: -share (r' . (r - r'))/|r - r'|^2. It calms
    what swings to and fro and hurries what creeps.
    """
    share = load(desk.flag, 3)
    worst, along, across = 0.0 * share, 0.0 * share, 0.0 * share
    for k in range(n + 1):
        m, j = load(desk.fresh, k), load(desk.fresh, n + 1 + k)
        if choice.together:
            m, j = sum_everywhere(m), sum_everywhere(j)
            store(desk.fresh, k, m)
            store(desk.fresh, n + 1 + k, j)
        if choice.interaction != ALONE:
            residual, last = m - load(desk.moment, k), load(desk.residual, k)
            worst = larger(worst, magnitude(residual))
            along = along + last * (residual - last)
            across = across + (residual - last) * (residual - last)
            store(desk.residual, k, residual)
    if choice.interaction != ALONE:
        share = where_less_equal(across, 0.0, share, smaller(larger(-share * along / across, GENTLEST), BOLDEST))
        active = load(desk.flag, 0)
        store(desk.flag, 1, where_less_equal(active, 0.0, load(desk.flag, 1), worst))
        store(desk.flag, 3, share)


@device
def follow(desk, choice, n):
    """Take the present sweep's moments, on lanes that still move; whole where that settles them."""
    active = load(desk.flag, 0)
    share = where_less_equal(load(desk.flag, 1), choice.tolerance, 1.0, load(desk.flag, 3))
    for k in range(n + 1):
        m, old = load(desk.fresh, k), load(desk.moment, k)
        store(desk.moment, k, where_less_equal(active, 0.0, old, old + share * (m - old)))
        store(desk.lagging, k, where_less_equal(active, 0.0, load(desk.lagging, k), load(desk.fresh, n + 1 + k)))


@device
def sweep(desk, lots, choice, group, n, anew):
    """One pass over all lanes of a group at the moments of the last; ``anew``: their wells are not on the desk."""
    first = lots.first[group]
    for lane in range(WIDTH):
        desk.flag[2, lane] = 0.0
    for block in range(first, lots.first[group + 1]):
        place = block - first if choice.remember else 0
        if choice.aligned and choice.interaction == ALONE:
            total = relax_along(desk, lots, choice, block, n)
        else:
            if anew and choice.aligned:
                lay_aligned(desk, lots, choice, block, place, n)
            elif anew:
                lay_at_angles(desk, lots, choice, block, place, n)
            total = relax_block(desk, lots, choice, block, place, n)
        close_block(desk, lots, choice, block, place, n, total, block == first)


@device
def clear(desk, choice, n):
    """No moment, nothing known; without interaction nothing but the present sweep is ever written."""
    if choice.interaction != ALONE:
        for k in range(n + 1):
            for lane in range(WIDTH):
                desk.moment[k, lane] = 0.0
                desk.lagging[k, lane] = 0.0
                desk.residual[k, lane] = 0.0
    for lane in range(WIDTH):
        desk.flag[0, lane], desk.flag[1, lane], desk.flag[2, lane], desk.flag[3, lane] = 1.0, 1.0, 0.0, 1.0


@device
def read_branch(moments, start, walk, zero):
    """Coercive field and remanence on the way down, lanes alike; straight lines between the points.

    The last change of sign counts; a moment of exactly zero has the sign of the one before it.
    """
    coercive, remanent, signed = zero + np.nan, zero + np.nan, zero
    h_a, m_a, signed_h = 0.0, zero, 0.0
    for j in range(walk.step.size):
        h, m = walk.field[j], walk.sign[j] * load(moments, start + walk.step[j])
        if any_less_equal(m * signed, -SMALLEST):
            crossing = m_a * (h - h_a) / (m - m_a) - h_a
            coercive = where_less_equal(0.0, m * signed, coercive, crossing)
        if signed_h * h < 0.0:
            remanent = m_a - h_a * (m - m_a) / (h - h_a)
        signed = where_less_equal(magnitude(m), 0.0, signed, where_less_equal(0.0, m, 1.0, -1.0))
        signed_h = signed_h if h == 0.0 else h
        h_a, m_a = h, m
    return coercive, remanent


@device
def read_area(moments, start, walk, zero):
    """Closed integral of the field over the moment, lanes alike."""
    area, before = zero, walk.sign[0] * load(moments, start + walk.step[0])
    for j in range(1, walk.step.size):
        after = walk.sign[j] * load(moments, start + walk.step[j])
        area = area + 0.5 * (walk.field[j] + walk.field[j - 1]) * (after - before)
        before = after
    return area


@device
def read_loop(desk, lots, choice, n):
    """Write what is read off the loops of all lanes into the rows of ``desk.told``."""
    zero = 0.0 * load(desk.flag, 0)
    if choice.interaction == ALONE:
        coercive, remanent = read_branch(desk.fresh, 0, lots.branch, zero)
        area = read_area(desk.fresh, n + 1 if choice.retraced else 0, lots.round, zero)
    else:
        coercive, remanent = read_branch(desk.moment, 0, lots.branch, zero)
        lagging = choice.retraced and choice.interaction == BARRIER
        area = read_area(desk.lagging if lagging else desk.moment, 0, lots.round, zero)
    store(desk.told, COERCIVE, coercive)
    store(desk.told, REMANENT, remanent)
    store(desk.told, AREA, 2.0 * area if choice.half_round else area)


@kernel
def two_well_groups(out, moments, control, lots, choice, desk):
    """Run groups from the shared counter until none is left; control: next, stop, groups done.

    ``out`` is (samples, OUTPUT_ROWS), ``moments`` (samples, n + 1) or (0, 0) where they are not wanted; a sample is a
    group, or a lane of one.
    """
    n = (lots.shape.size - 1) // 2
    while control[1] == 0:
        group = take_next(control)
        if group >= lots.first.size - 1:
            break
        clear(desk, choice, n)
        sweeps, moving = 0, True
        while moving and control[1] == 0:
            sweep(desk, lots, choice, group, n, sweeps == 0 or not choice.remember)
            sweeps += 1
            if choice.together or choice.interaction != ALONE:
                measure(desk, choice, n)
            moving = choice.interaction != ALONE
            if moving:
                if sweeps == 1:
                    clear_share(desk)
                follow(desk, choice, n)
                moving = note_progress(desk, choice, sweeps)
        read_loop(desk, lots, choice, n)
        for lane in range(1 if choice.together else WIDTH):
            row = group if choice.together else group * WIDTH + lane
            if row < out.shape[0]:
                for what in (COERCIVE, REMANENT, AREA):
                    out[row, what] = desk.told[what, lane]
                out[row, CHANGE], out[row, SWEEPS] = desk.flag[1, lane], sweeps
                out[row, STATUS] = status_of(desk, choice, lane)
                for k in range(moments.shape[1]):
                    moments[row, k] = desk.fresh[k, lane] if choice.interaction == ALONE else desk.moment[k, lane]
        control[2] += 1


@device
def status_of(desk, choice, lane):
    """How the sample of a lane ended."""
    blocked = desk.flag[2, lane]
    if choice.together:
        blocked = 0.0
        for other in range(WIDTH):
            blocked += desk.flag[2, other]
    if blocked > MOST_BLOCKED:
        return 1.0 * BLOCKED
    converged = choice.interaction == ALONE or desk.flag[0, lane] == 0.0
    return 1.0 * DONE if converged else 1.0 * NOT_CONVERGED


@device
def clear_share(desk):
    """The first sweep has no residual before it: it is followed whole."""
    for lane in range(WIDTH):
        desk.flag[3, lane] = 1.0


@device
def note_progress(desk, choice, sweeps):
    """Let converged lanes rest; is any lane still moving?"""
    moving = False
    for lane in range(WIDTH):
        if desk.flag[0, lane] > 0.0 and desk.flag[1, lane] <= choice.tolerance:
            desk.flag[0, lane] = 0.0
        moving = moving or desk.flag[0, lane] > 0.0
    return moving and sweeps < choice.most_sweeps
