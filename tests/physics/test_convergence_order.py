"""Measured order of both Runge-Kutta pairs and of their interpolants, on a precessing pair with heat and work."""

import numba
import numpy as np
import pytest

from magheat.kernels import dop853, dormand_prince
from magheat.kernels.batch import memories
from magheat.kernels.integrate import Runs
from magheat.kernels.lane_type import load
from magheat.kernels.numba_options import FAST
from magheat.kernels.reduced import reduce_particles, reference_field
from magheat.kernels.right_hand_side import right_hand_side
from magheat.kernels.step import DOP853, DORMAND_PRINCE, STEP, TIME, dense_stages_853, try_step_54, try_step_853
from magheat.kernels.system import System

DURATION = 12.0


@numba.njit(fastmath=FAST, error_model="numpy", _nrt=False)  # not cached: the cache knows nothing of tests
def one_step(p, s, method):
    """Rates at the start, then one step of fixed length into ``y_new``, with the stages of the dense output."""
    right_hand_side(s.k[0], s.y, load(s.clock, TIME), 2, p)
    if method == DORMAND_PRINCE:
        try_step_54(s.y, s.y_new, s.k, load(s.clock, TIME), load(s.clock, STEP), 2, p)
    else:
        try_step_853(s.y, s.y_new, s.k, load(s.clock, TIME), load(s.clock, STEP), 2, p)
        dense_stages_853(s.y, s.fresh, s.k, s.clock, 2, p)


def coupled_pair():
    """Two unequal particles in a turning field, lowered by hand."""
    positions = np.array([[0.0, 0, 0], [2.4e-8, 0, 0]])
    axes = np.array([[0.6, 0.0, 0.8], [0.0, 0.8, 0.6]])
    system = System(positions, np.array([5e-24, 3e-24]), np.array([4e5, 5e5]), np.array([1e4, 2e4]), axes, 1.0)
    particles = reduce_particles(system, reference_field(system, 4e4))
    drive = np.zeros((1, 18))
    drive[0, 3:6], drive[0, 6:9], drive[0, 9] = (0.05, 0, 0.02), (0, 0.08, 0), 0.1
    start = np.array([[0.0, 0.6, 0.8, 0.8, 0.0, -0.6]])
    piece = np.array([[[1e9, 0.02, 0.01, 0, 0, 0]]])
    drive[0, 10:13] = (0, 0, 1)
    drive[0, 13:17] = piece[0, 0, 1:5]
    one = np.ones(1)
    return Runs(
        *(np.array(a)[None] for a in particles), drive, piece, np.array([[1.0, 0.2]]), start, one, one.astype(int), one
    )


def memory(dt):
    """Parameters and scratch with the pair on every lane and steps of ``dt``."""
    runs = coupled_pair()
    p, s = memories(runs, 1, 1)[0]
    p.axis[:], p.h_k[:], p.interaction.pair[:] = runs.axis[0][:, None], runs.h_k[0][:, None], runs.pair[0][:, None]
    p.drive[:], p.motion[:], s.y[:6] = runs.drive[0][:, None], runs.motion[0][:, None], runs.start[0][:, None]
    s.clock[STEP] = dt
    return p, s


def marched(duration, steps, method):
    """State after ``duration`` in equal steps, without control or normalisation."""
    p, s = memory(duration / steps)
    for _ in range(steps):
        one_step(p, s, method)
        s.y[:] = s.y_new
        s.clock[TIME] += s.clock[STEP]
    return s.y[:, 0].copy()


def orders(errors):
    """Orders from errors at successive halvings of the step."""
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


@pytest.mark.parametrize(("method", "order", "steps"), [(DORMAND_PRINCE, 5, (48, 96, 192)), (DOP853, 8, (6, 12, 24))])
def test_moments_heat_and_work_converge_with_the_order_of_the_pair(method, order, steps):
    exact = marched(DURATION, 400, DOP853)
    errors = np.array([np.abs(marched(DURATION, n, method) - exact) for n in steps])
    for rows in (slice(0, 6), slice(6, 8), slice(8, 10)):
        measured = orders(errors[:, rows].max(axis=1))
        assert (measured > order - 0.6).all(), measured


@pytest.mark.parametrize(("method", "order"), [(DORMAND_PRINCE, 4), (DOP853, 7)])
def test_inside_a_step_the_interpolant_errs_with_its_own_order(method, order):
    """One step's error falls one order faster than the interpolant's global order."""
    errors = []
    for dt in (0.8, 0.4, 0.2):
        p, s = memory(dt)
        one_step(p, s, method)
        weights = np.zeros(16)
        (dormand_prince if method == DORMAND_PRINCE else dop853).dense_weights(weights, 0.4)
        stages = 7 if method == DORMAND_PRINCE else 16
        inside = s.y[:, 0] + dt * weights[:stages] @ s.k[:stages, :, 0]
        errors.append(np.abs(inside - marched(0.4 * dt, 40, DOP853)).max())
    assert (orders(errors) > order + 1 - 0.6).all(), orders(errors)
