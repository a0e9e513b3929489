"""One attempted step of either Runge-Kutta pair, its error, and what every lane does next.

Heat and work feed back into nothing, so only the last stage needs them. Every decision is taken lane by lane with
selects, so that a run's bits do not depend on its neighbours.
"""

from magheat.kernels import dop853, dormand_prince
from magheat.kernels.interaction import worst_of_state
from magheat.kernels.lane_type import larger, load, smaller, sqrt, store, where_less_equal
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.physics import dot
from magheat.kernels.right_hand_side import right_hand_side

DORMAND_PRINCE, DOP853 = 0, 1

#: Rows of the clock. TIME runs from 0 to STOP on the current piece of the drive; PROPOSAL is the step that the
#: controller wants, STEP the one that is tried; ACCEPTED tells of the last attempt; REACHED is the time reached by it.
TIME, STEP, PROPOSAL, MEMORY, STOP, RTOL, ACCEPTED, REACHED, NEXT_SAMPLE, ATTEMPTS, LIMIT, CLOCK_ROWS = range(12)
FIRST_STEP, SMALLEST_STEP, HOPELESS = 0.01, 1e-13, 1e200
#: Order 8 serves long precession: the small change of energy at each renormalisation has one sign and adds up over
#: 1e5 steps, so that its steps are held ten times tighter than asked, at a third more steps.
SAFETY = 10.0


@device
def stage_54(y, y_new, k, t, dt, rows, n, p, s):
    """State and rates of stage ``s`` of the 5(4) pair."""
    for r in range(rows):
        store(y_new, r, load(y, r) + dt * dormand_prince.stage_sum(k, r, s))
    right_hand_side(k[s], y_new, t + dormand_prince.NODES[s] * dt, n, p)


@kernel
def try_step_54(y, y_new, k, t, dt, n, p):
    """All stages from ``y`` over ``dt``; k[0] holds the rates at t, k[6] those at the end."""
    for s in range(1, 6):
        stage_54(y, y_new, k, t, dt, 3 * n, n, p, s)
    stage_54(y, y_new, k, t, dt, 5 * n, n, p, 6)


@device
def stage_853(y, y_new, k, t, dt, rows, n, p, s):
    """State and rates of stage ``s`` of the 8(5,3) pair."""
    for r in range(rows):
        store(y_new, r, load(y, r) + dt * dop853.stage_sum(k, r, s))
    right_hand_side(k[s], y_new, t + dop853.NODES[s] * dt, n, p)


@kernel
def try_step_853(y, y_new, k, t, dt, n, p):
    """All stages from ``y`` over ``dt``, one call each so that every weight is a constant; k[12] is the end."""
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 1)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 2)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 3)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 4)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 5)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 6)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 7)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 8)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 9)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 10)
    stage_853(y, y_new, k, t, dt, 3 * n, n, p, 11)
    stage_853(y, y_new, k, t, dt, 5 * n, n, p, 12)


@device
def extra_stage(y, scratch, k, t, dt, n, p, s):
    """State and rates of one of the stages that only the dense output of the 8(5,3) pair needs."""
    for r in range(3 * n):
        store(scratch, r, load(y, r) + dt * dop853.dense_stage_sum(k, r, s))
    right_hand_side(k[s], scratch, t + dop853.NODES[s] * dt, n, p)


@kernel
def dense_stages_853(y, scratch, k, clock, n, p):
    """Rates of stages 13 to 15; the step is the last one tried."""
    t, dt = load(clock, TIME), load(clock, STEP)
    extra_stage(y, scratch, k, t, dt, n, p, 13)
    extra_stage(y, scratch, k, t, dt, n, p, 14)
    extra_stage(y, scratch, k, t, dt, n, p, 15)


@device
def largest_error(k, n, method):
    """Largest squared error estimate of any row, per squared step; HOPELESS where a rate is not finite.

    The maximum of two numbers drops a NaN, so the sum of all rows watches over it.
    """
    worst = 0.0 * load(k[0], 0)
    total = worst
    if method == DORMAND_PRINCE:
        for r in range(5 * n):
            error = dormand_prince.row_error(k, r)
            worst, total = larger(worst, error), total + error
    else:
        for r in range(5 * n):
            error = dop853.row_error(k, r)
            worst, total = larger(worst, error), total + error
    return where_less_equal(total, HOPELESS, worst, HOPELESS)


@device
def growth_of(error, memory, method):
    """Factor for the next step from the squared relative error, and the root that the next call remembers.

    5(4): err^(-1/4) memory with memory = err_before^(1/8), a proportional-integral rule that damps the
    oscillation of stiff decay; 8(5,3): err^(-1/8). Exponents are powers of two, so that square roots do.
    """
    root = sqrt(sqrt(sqrt(sqrt(error))))
    if method == DORMAND_PRINCE:
        return 0.9 / root * memory, sqrt(root)
    return 0.9 / root, root


@device
def normalise(y, n):
    """Bring every moment back to length one."""
    for i in range(n):
        x, v, z = load(y, 3 * i), load(y, 3 * i + 1), load(y, 3 * i + 2)
        scale = 1.0 / sqrt(dot(x, v, z, x, v, z))
        store(y, 3 * i, x * scale)
        store(y, 3 * i + 1, v * scale)
        store(y, 3 * i + 2, z * scale)


@device
def control(clock, error, method):
    """Accept or refuse each lane's step and propose the next: rows REACHED, ACCEPTED, PROPOSAL, MEMORY, ATTEMPTS."""
    t, dt, stop = load(clock, TIME), load(clock, STEP), load(clock, STOP)
    before, memory = load(clock, PROPOSAL), load(clock, MEMORY)
    one, zero = 0.0 * dt + 1.0, 0.0 * dt
    growth, root = growth_of(larger(error, 1e-16), where_less_equal(error, 1.0, memory, one), method)
    wanted = dt * smaller(larger(growth, 0.2), 5.0)
    unclipped = where_less_equal(before, dt, wanted, larger(wanted, before))
    reached = where_less_equal(stop - (t + dt), 1e-13 * stop, stop, t + dt)
    store(clock, ACCEPTED, where_less_equal(error, 1.0, one, zero))
    store(clock, REACHED, where_less_equal(error, 1.0, reached, zero - 1.0))
    store(clock, PROPOSAL, where_less_equal(error, 1.0, unclipped, wanted))
    store(clock, MEMORY, where_less_equal(error, 1.0, root, memory))
    store(clock, ATTEMPTS, load(clock, ATTEMPTS) + 1.0)


@kernel
def attempt(y, y_new, k, clock, n, p, method):
    """Try one step on every lane; ``y_new`` is normalised, nothing is committed."""
    t, dt = load(clock, TIME), load(clock, STEP)
    if method == DORMAND_PRINCE:
        try_step_54(y, y_new, k, t, dt, n, p)
    else:
        try_step_853(y, y_new, k, t, dt, n, p)
    scale = dt / load(clock, RTOL)
    if method == DOP853:
        scale = SAFETY * scale
    error = smaller(worst_of_state(p.interaction, largest_error(k, n, method)) * scale * scale, HOPELESS)
    control(clock, error, method)
    normalise(y_new, n)


@kernel
def commit(y, y_new, k, clock, n, last):
    """Move the lanes whose step was accepted to its end, and set the next step of all."""
    refused = 1.0 - load(clock, ACCEPTED)
    for r in range(5 * n):
        store(y, r, where_less_equal(refused, 0.5, load(y_new, r), load(y, r)))
        store(k[0], r, where_less_equal(refused, 0.5, load(k[last], r), load(k[0], r)))
    store(clock, TIME, where_less_equal(refused, 0.5, load(clock, REACHED), load(clock, TIME)))
    clip(clock)


@device
def clip(clock):
    """Step of the next attempt: the proposal, or what is left of the piece when that is no more."""
    left = load(clock, STOP) - load(clock, TIME)
    proposal = load(clock, PROPOSAL)
    store(clock, STEP, where_less_equal(left, proposal * (1.0 + 1e-6), left, proposal))


@kernel
def clip_lanes(clock):
    """The same for all lanes, after stops have changed."""
    clip(clock)
