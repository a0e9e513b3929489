"""Follow one local minimum of the energy along a path of applied fields, by Newton steps that cannot leave its well.

A step is accepted when every Newton iterate has a positive definite Hessian, no moment turns by more than a bound and
the field work equals the change of energy: reversible motion, checked each time. Where steps that small in field fail,
the minimum is lost and the kernel returns.
"""

import math
from typing import NamedTuple

import numpy as np

from magheat.constants import MU_0
from magheat.kernels.dense import (
    cholesky,
    copy,
    largest,
    largest_distance,
    length2,
    normalise,
    product,
    solve,
)
from magheat.kernels.energy import fill_dipolar_fields, fill_relaxation_matrix, fill_tangent_bases
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.reduced import anisotropy_field
from magheat.kernels.system import System

FINISHED, LOST, PAUSED, NOT_A_MINIMUM = range(4)
SEGMENT, ALONG, FIELD_STEP = range(3)
NEWTON_STEPS, MODE_ITERATIONS = 12, 40
CONVERGED_MOVE = 1e-9  # rad; Newton is quadratic, so that the state is then right to round-off
CONVERGED_TORQUE = 1e-13  # of the largest field: where a neutral mode makes moves that mean nothing
CLOSURE = 1e-10  # field work against change of energy in one step, of sum p (|H_eff| + H_K)


class Bounds(NamedTuple):
    """What a step may do."""

    largest_move: float  # rad, of any moment in one step
    field_step: float  # A/m, the smallest step: below it a minimum counts as lost


class Weights(NamedTuple):
    """Constants of the particles, (n,)."""

    h_k: np.ndarray  # A/m
    p: np.ndarray  # mu_0 M_s V, J m/A
    root: np.ndarray  # sqrt(p/p_0)


class Point(NamedTuple):
    """A state with all that Newton's method left behind."""

    m: np.ndarray  # (1, n, 3)
    bases: np.ndarray  # (n, 2, 3)
    factor: np.ndarray  # (2n, 2n) Cholesky factor of the relaxation matrix, lower triangle
    rate: np.ndarray  # (n, 3) dm/d(path parameter) on the present segment
    energy: np.ndarray  # (2,) total energy, J; largest |H_eff| + H_K, A/m


class Scratch(NamedTuple):
    """Memory of one run."""

    h: np.ndarray  # (1, n, 3)
    rows: np.ndarray  # (6, n)
    right: np.ndarray  # (2n,)
    field: np.ndarray  # (3,)
    leap: np.ndarray  # (3,) change of field over the segment


class Path(NamedTuple):
    """Applied fields, joined by straight lines."""

    field: np.ndarray  # (nodes, 3) A/m
    sample: np.ndarray  # (nodes,) int64: the row of the samples that a node fills, -1 for none


class Samples(NamedTuple):
    """What is written at the nodes that are samples."""

    moments: np.ndarray  # (t, n, 3)
    heat: np.ndarray  # (t, n) J
    work: np.ndarray  # (t, n) J


class State(NamedTuple):
    """Where a run stands; written by the kernel, and by its caller after a jump."""

    m: np.ndarray  # (n, 3)
    heat: np.ndarray  # (n,) J
    work: np.ndarray  # (n,) J
    progress: np.ndarray  # (3,): segment, place on it between 0 and 1, next step in A/m


class Memory(NamedTuple):
    """Everything that the kernels write to besides results."""

    here: Point
    there: Point
    scratch: Scratch


def memory_for(n: int) -> Memory:
    """Memory for n particles."""
    return Memory(empty_point(n), empty_point(n), empty_scratch(n))


def weights_of(system: System) -> Weights:
    """Constants of a system's particles."""
    p = MU_0 * system.saturation_magnetization * system.volume
    return Weights(anisotropy_field(system), p, np.sqrt(p / p[0]))


def empty_point(n: int) -> Point:
    """Room for one state."""
    return Point(np.zeros((1, n, 3)), np.zeros((n, 2, 3)), np.zeros((2 * n, 2 * n)), np.zeros((n, 3)), np.zeros(2))


def empty_scratch(n: int) -> Scratch:
    """Room for fields and right-hand sides."""
    return Scratch(np.zeros((1, n, 3)), np.zeros((6, n)), np.zeros(2 * n), np.zeros(3), np.zeros(3))


@kernel
def follow(samples, state, path, memory, weights, bounds, system, most_steps):
    """Follow the minimum from ``state`` to the end of the path; returns one of the four codes.

    LOST leaves ``state`` at the last minimum with the step that failed in ``progress``; PAUSED comes after
    ``most_steps`` attempts, so that the caller can be interrupted.
    """
    here, there, s = memory.here, memory.there, memory.scratch
    segments = path.field.shape[0] - 1
    k, along, h_step = int(state.progress[SEGMENT]), state.progress[ALONG], state.progress[FIELD_STEP]
    copy(here.m[0], state.m)
    set_field(s, path, min(k, segments - 1), along)
    if not newton(here, s, weights, bounds, system):
        return NOT_A_MINIMUM
    length, code = begin_segment(here, s, path, k, segments, weights), PAUSED
    for _ in range(most_steps):
        if along >= 1.0 or length == 0.0:
            k, along = k + 1, 0.0
            store_sample(samples, path.sample[k], here, state)
            length = begin_segment(here, s, path, k, segments, weights)
        if k >= segments:
            code = FINISHED
            break
        if length == 0.0:
            continue
        step = min(h_step / length, 1.0 - along)
        set_field(s, path, k, along + step)
        last = step * length <= bounds.field_step
        if try_step(there, here, step, last, s, weights, bounds, system):
            add_work(state.work, here, there, step, s, weights)
            here, there = there, here
            along = 1.0 if step >= 1.0 - along else along + step
            h_step = max(h_step, 2.0 * step * length)
        elif last:
            h_step, code = step * length, LOST
            break
        else:
            h_step = 0.5 * step * length
    copy(state.m, here.m[0])
    state.progress[SEGMENT], state.progress[ALONG], state.progress[FIELD_STEP] = k, along, h_step
    return code


@kernel
def find_minimum(m, field, memory, weights, bounds, system):
    """Turn ``m`` into the minimum at ``field`` if Newton reaches it inside its well; returns whether it did."""
    place(memory.here, memory.scratch, m, field)
    if not newton(memory.here, memory.scratch, weights, bounds, system):
        return False
    if not largest_distance(memory.here.m[0], m) <= bounds.largest_move:
        return False
    copy(m, memory.here.m[0])
    return True


@kernel
def soften(mode, m, field, memory, weights, bounds, system):
    """Turn ``mode`` (2n, any vector) into the softest mode of the relaxation matrix, by inverse iteration.

    Modes of equal rate keep the mixture that they had. False when the matrix is not finite.
    """
    point, s = memory.here, memory.scratch
    place(point, s, m, field)
    set_fields(point, s, weights, system)
    fill_tangent_bases(point.bases, point.m[0])
    shift = bounds.field_step
    fill_relaxation_matrix(point.factor, point.m[0], s.h[0], point.bases, weights.h_k, system)
    while not cholesky(point.factor, shift):
        shift *= 2.0
        if not shift < 1e30:
            return False
        fill_relaxation_matrix(point.factor, point.m[0], s.h[0], point.bases, weights.h_k, system)
    for _ in range(MODE_ITERATIONS):
        scale = 1.0 / math.sqrt(length2(mode))
        for r in range(mode.shape[0]):
            mode[r] *= scale
        solve(point.factor, mode)
    return True


@kernel
def try_step(there, here, step, last, s, weights, bounds, system):
    """Predict along the tangent, correct with Newton, and judge the step; the new state is in ``there``."""
    n = weights.p.shape[0]
    if not step * largest(here.rate) <= bounds.largest_move:
        return False
    for i in range(n):
        for c in range(3):
            there.m[0, i, c] = here.m[0, i, c] + step * here.rate[i, c]
        normalise(there.m[0, i])
    if not newton(there, s, weights, bounds, system):
        return False
    if not largest_distance(there.m[0], here.m[0]) <= bounds.largest_move:
        return False
    set_rate(there, s, weights)
    work, scale = 0.0, 0.0
    for i in range(n):
        work += work_of(here, there, i, step, s, weights)
        scale += weights.p[i]
    return last or abs(work - (there.energy[0] - here.energy[0])) <= CLOSURE * scale * there.energy[1]


@kernel
def newton(point, s, weights, bounds, system):
    """Newton's method on the tangent planes; false when an iterate leaves the region of positive curvature."""
    for _ in range(NEWTON_STEPS):
        set_fields(point, s, weights, system)
        fill_tangent_bases(point.bases, point.m[0])
        fill_relaxation_matrix(point.factor, point.m[0], s.h[0], point.bases, weights.h_k, system)
        # A mode that costs nothing (a plane of easy directions, a free rotation) is followed, not taken for a loss.
        if not cholesky(point.factor, 1e-2 * bounds.field_step + 1e-12 * point.energy[1]):
            return False
        torque = project(s.right, point.bases, s.h[0], weights.root)
        solve(point.factor, s.right)
        move = turn(point.m[0], s.right, point.bases, weights.root)
        if not move <= bounds.largest_move:
            return False
        if move < CONVERGED_MOVE or torque < CONVERGED_TORQUE * point.energy[1]:
            return True
    return False


@device
def place(point, s, m, field):
    """Start from a state and a field of the caller's."""
    copy(point.m[0], m)
    for c in range(3):
        s.field[c] = field[c]


@device
def set_field(s, path, k, along):
    """Field at a place on a segment."""
    for c in range(3):
        s.field[c] = path.field[k, c] + along * (path.field[k + 1, c] - path.field[k, c])


@kernel
def begin_segment(point, s, path, k, segments, weights):
    """Prepare the tangent of a segment; returns the segment's length in A/m (0 past the end)."""
    if k >= segments:
        return 0.0
    for c in range(3):
        s.leap[c] = path.field[k + 1, c] - path.field[k, c]
    set_rate(point, s, weights)
    return math.sqrt(product(s.leap, s.leap))


@kernel
def set_fields(point, s, weights, system):
    """Effective fields of all particles into ``s.h``, total energy and largest field into ``point.energy``."""
    m, energy, scale = point.m, 0.0, 0.0
    fill_dipolar_fields(s.h, m, s.rows, system)
    for i in range(weights.p.shape[0]):
        h, u = s.h[0, i], system.easy_axes[i]
        projection = product(m[0, i], u)
        energy -= weights.p[i] * (0.5 * product(m[0, i], h) + product(m[0, i], s.field))
        energy += 0.5 * weights.p[i] * weights.h_k[i] * (1.0 - projection * projection)
        for c in range(3):
            h[c] += s.field[c] + weights.h_k[i] * projection * u[c]
        scale = max(scale, math.sqrt(product(h, h)) + abs(weights.h_k[i]))
    point.energy[0], point.energy[1] = energy, scale


@kernel
def project(right, bases, vectors, root):
    """Tangential parts of one vector per particle, times root; returns the largest without it."""
    most = 0.0
    for i in range(root.shape[0]):
        for a in range(2):
            part = product(bases[i, a], vectors[i])
            most = max(most, abs(part))
            right[2 * i + a] = root[i] * part
    return most


@device
def turn(m, x, bases, root):
    """Move every moment along its tangent plane by x/root and normalise it; returns the largest move."""
    most = 0.0
    for i in range(root.shape[0]):
        a, b = x[2 * i] / root[i], x[2 * i + 1] / root[i]
        most = max(most, math.sqrt(a * a + b * b))
        for c in range(3):
            m[i, c] += a * bases[i, 0, c] + b * bases[i, 1, c]
        normalise(m[i])
    return most


@kernel
def set_rate(point, s, weights):
    """dm/d(path parameter) at a minimum: the Hessian's answer to the change of field over the segment."""
    for i in range(weights.p.shape[0]):
        for a in range(2):
            s.right[2 * i + a] = weights.root[i] * product(point.bases[i, a], s.leap)
    solve(point.factor, s.right)
    for i in range(weights.p.shape[0]):
        a, b = s.right[2 * i] / weights.root[i], s.right[2 * i + 1] / weights.root[i]
        for c in range(3):
            point.rate[i, c] = a * point.bases[i, 0, c] + b * point.bases[i, 1, c]


@device
def work_of(here, there, i, step, s, weights):
    """-p int m.dH of one particle over a step: the trapezoid with Hermite's correction at its ends."""
    mean = 0.5 * (product(here.m[0, i], s.leap) + product(there.m[0, i], s.leap))
    ends = (product(here.rate[i], s.leap) - product(there.rate[i], s.leap)) / 12.0
    return -weights.p[i] * step * (mean + step * ends)


@kernel
def add_work(work, here, there, step, s, weights):
    """Add the field work of an accepted step."""
    for i in range(work.shape[0]):
        work[i] += work_of(here, there, i, step, s, weights)


@device
def store_sample(samples, row, here, state):
    """Write the present state into the samples."""
    if row >= 0:
        copy(samples.moments[row], here.m[0])
        for i in range(state.heat.shape[0]):
            samples.heat[row, i], samples.work[row, i] = state.heat[i], state.work[i]
