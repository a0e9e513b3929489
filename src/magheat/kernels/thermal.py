"""Thermal macrospins: fixed steps of the stochastic Landau-Lifshitz equation (Stratonovich) with exact heat and work.

In reduced units dm = m x a with a = -(b + alpha m x b), b = h dt + s sqrt(dt) xi, xi normal and s^2 = k_B T/(mu0 M_s V
H_ref) 2 alpha/(1 + alpha^2) in either form of damping: the thermal field enters both torques. Two schemes:

* ``SPLIT``: noise for half a step, motion without noise, noise for half a step; the two halves between steps are drawn
  as one (``thermal_motion``). Weak order two at every sample, and no normalisation: every part keeps |m| = 1.
* ``HEUN``: the mean of both increments, then a normalisation; strong order 1/2, weak order one.

Heat and work are the exact discrete forms: the energy is quadratic in the moments, so that heat += mean h . change of m
and work -= mean m . change of H close the books to round-off, whatever the step.
"""

from typing import NamedTuple

import numpy as np

from magheat.kernels.interaction import PairTable, Sites, dipolar_field, prepare
from magheat.kernels.lane_type import WIDTH, load, sqrt, store
from magheat.kernels.noise import box_muller, uniforms
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.physics import CUBIC, PIECE_START, applied_field, cross, dot
from magheat.kernels.thermal_motion import generator, kicked, middle, put_three, share, three, turned, two_kicks

SPLIT, HEUN = 0, 1


class Bath(NamedTuple):
    """W runs of n particles (or W particles to a row of one run) in reduced units; every array is (rows, W)."""

    axis: np.ndarray  # (3n, W)
    h_k: np.ndarray  # (n, W)
    interaction: PairTable | Sites
    drive: np.ndarray  # (18, W), see physics.applied_field
    piece: np.ndarray  # (pieces, 6, W): length, four coefficients, start within the cycle
    damping: np.ndarray  # (1, W)
    noise: np.ndarray  # (n, W): s of every particle
    step: np.ndarray  # (1, W): dt
    seed: np.ndarray  # (1, W) int64, of the noise, and so the next two
    run: np.ndarray  # (1, W) int64
    particle: np.ndarray  # (n, W) int64


class Walker(NamedTuple):
    """Where the runs are; rows of moments, heat and work as ``right_hand_side.Parameters`` says."""

    y: np.ndarray  # (5n, W)
    ahead: np.ndarray  # (3n, W) the predicted moments
    h: np.ndarray  # (3n, W) effective field at y
    kick: np.ndarray  # (6n, W) noise of every row for two steps
    turn: np.ndarray  # (3n, W) the first half of Heun's mean, then the new moments
    place: np.ndarray  # (W,) int64: piece of the drive


@device
def total_field(m, i, n, bath, fx, fy, fz):
    """H_app + H_K (m.u) u + H_dip of row i."""
    mx, my, mz = three(m, i)
    ux, uy, uz = three(bath.axis, i)
    a = load(bath.h_k, i) * dot(mx, my, mz, ux, uy, uz)
    return dipolar_field(bath.interaction, m, i, n, fx + a * ux, fy + a * uy, fz + a * uz)


@device
def draw(w, bath, n, number, k, steps, variance):
    """Noise of every row for kicks k and k + 1 of ``steps`` + 1."""
    for i in range(n):
        s = load(bath.noise, i)
        v = s * s * variance
        a, b, c, d = uniforms(number + k // 2, bath.seed, bath.run, bath.particle, i)
        two_kicks(w.kick, 2 * i, a, b, c, d, share(k, steps) * v, share(k + 1, steps) * v)


@device
def shake(w, n, k):
    """Move the new moments by the noise of kick k."""
    for i in range(n):
        mx, my, mz = three(w.turn, i)
        keep, x, v = three(w.kick, 2 * i + k % 2)
        qx, qy, qz = kicked(mx, my, mz, keep, x, v)
        put_three(w.turn, i, qx, qy, qz)


@device
def predict(w, n, half, damping):
    """Write where the field at the start of a step would lead without noise in half of it."""
    for i in range(n):
        mx, my, mz = three(w.y, i)
        hx, hy, hz = three(w.h, i)
        px, py, pz = middle(mx, my, mz, hx * half, hy * half, hz * half, damping)
        put_three(w.ahead, i, px, py, pz)


@device
def correct(w, bath, n, half, damping, fx, fy, fz):
    """Write the moments at the end of a step without noise in ``turn``; f is the mean of H_app over the step."""
    prepare(bath.interaction, w.ahead, n)
    for i in range(n):
        mx, my, mz = three(w.y, i)
        px, py, pz = three(w.ahead, i)
        hx, hy, hz = total_field(w.ahead, i, n, bath, fx, fy, fz)
        ax, ay, az = generator(px, py, pz, hx * half, hy * half, hz * half, damping)
        qx, qy, qz = turned(mx, my, mz, ax, ay, az)
        put_three(w.turn, i, qx, qy, qz)


@device
def draw_heun(w, bath, n, number, root):
    """Noise s sqrt(dt) xi of every row for two steps, ``root`` = sqrt(dt)."""
    for i in range(n):
        s = load(bath.noise, i) * root
        a, b, c, d = uniforms(2 * number, bath.seed, bath.run, bath.particle, i)
        e, f, _, _ = uniforms(2 * number + 1, bath.seed, bath.run, bath.particle, i)
        x, v = box_muller(a, b)
        z, ahead_x = box_muller(c, d)
        ahead_v, ahead_z = box_muller(e, f)
        put_three(w.kick, 2 * i, s * x, s * v, s * z)
        put_three(w.kick, 2 * i + 1, s * ahead_x, s * ahead_v, s * ahead_z)


@device
def predict_heun(w, n, k, dt, damping):
    """Write the first increment and where it leads, noise included."""
    for i in range(n):
        mx, my, mz = three(w.y, i)
        hx, hy, hz = three(w.h, i)
        kx, ky, kz = three(w.kick, 2 * i + k % 2)
        ax, ay, az = generator(mx, my, mz, hx * dt + kx, hy * dt + ky, hz * dt + kz, damping)
        dx, dy, dz = cross(mx, my, mz, ax, ay, az)
        put_three(w.turn, i, dx, dy, dz)
        put_three(w.ahead, i, mx + dx, my + dy, mz + dz)


@device
def correct_heun(w, bath, n, k, dt, damping, fx, fy, fz):
    """Write the moments at the end of Heun's step over the first increment, in ``turn``."""
    prepare(bath.interaction, w.ahead, n)
    for i in range(n):
        mx, my, mz = three(w.y, i)
        px, py, pz = three(w.ahead, i)
        hx, hy, hz = total_field(w.ahead, i, n, bath, fx, fy, fz)
        kx, ky, kz = three(w.kick, 2 * i + k % 2)
        ax, ay, az = generator(px, py, pz, hx * dt + kx, hy * dt + ky, hz * dt + kz, damping)
        dx, dy, dz = cross(px, py, pz, ax, ay, az)
        tx, ty, tz = three(w.turn, i)
        qx, qy, qz = mx + 0.5 * (dx + tx), my + 0.5 * (dy + ty), mz + 0.5 * (dz + tz)
        scale = 1.0 / sqrt(dot(qx, qy, qz, qx, qy, qz))
        put_three(w.turn, i, scale * qx, scale * qy, scale * qz)


@device
def settle(w, bath, n, fx, fy, fz, gx, gy, gz):
    """Book heat and work of the step from H_app = f to g, and move to its end."""
    prepare(bath.interaction, w.turn, n)
    for i in range(n):
        mx, my, mz = three(w.y, i)
        qx, qy, qz = three(w.turn, i)
        hx, hy, hz = three(w.h, i)
        ex, ey, ez = total_field(w.turn, i, n, bath, gx, gy, gz)
        heat = 0.5 * dot(hx + ex, hy + ey, hz + ez, qx - mx, qy - my, qz - mz)
        work = -0.5 * dot(mx + qx, my + qy, mz + qz, gx - fx, gy - fy, gz - fz)
        store(w.y, 3 * n + i, load(w.y, 3 * n + i) + heat)
        store(w.y, 4 * n + i, load(w.y, 4 * n + i) + work)
        put_three(w.h, i, ex, ey, ez)
    for r in range(3 * n):
        store(w.y, r, load(w.turn, r))


@device
def enter_pieces(w, bath, t):
    """Put every lane on the piece of the drive that holds the time ``t`` of its cycle."""
    for lane in range(WIDTH):
        time = t * bath.step[0, lane]
        k = w.place[lane]
        if time < bath.piece[k, 5, lane]:
            k = 0
        while k + 1 < bath.piece.shape[0] and bath.piece[k + 1, 0, lane] > 0.0 and time >= bath.piece[k + 1, 5, lane]:
            k += 1
        w.place[lane] = k
        for c in range(4):
            bath.drive[CUBIC + c, lane] = bath.piece[k, 1 + c, lane]
        bath.drive[PIECE_START, lane] = bath.piece[k, 5, lane]


@device
def field_at(w, bath, step_of_cycle):
    """H_app at the end of a number of steps into the cycle."""
    if bath.piece.shape[0] > 1:
        enter_pieces(w, bath, step_of_cycle)
    t = step_of_cycle * load(bath.step, 0) - load(bath.drive, PIECE_START)
    fx, fy, fz, _, _, _ = applied_field(bath.drive, t)
    return fx, fy, fz


@kernel
def start(w, bath, n, step_of_cycle):
    """Write the effective field at the state, which a step starts from."""
    fx, fy, fz = field_at(w, bath, step_of_cycle)
    prepare(bath.interaction, w.y, n)
    for i in range(n):
        hx, hy, hz = total_field(w.y, i, n, bath, fx, fy, fz)
        put_three(w.h, i, hx, hy, hz)


@kernel
def walk_split(w, bath, n, first, steps, steps_per_cycle, control):
    """Take ``steps`` steps, from one sample to the next, from number ``first`` on; False when stopped in between."""
    dt, damping = load(bath.step, 0), load(bath.damping, 0)
    half, variance = 0.5 * dt, (1.0 + damping * damping) * dt
    fx, fy, fz = field_at(w, bath, float(first % steps_per_cycle))
    number = (first // steps) * (steps // 2 + 1)
    draw(w, bath, n, number, 0, steps, variance)
    for r in range(3 * n):
        store(w.turn, r, load(w.y, r))
    shake(w, n, 0)
    settle(w, bath, n, fx, fy, fz, fx, fy, fz)
    for k in range(1, steps + 1):
        if control[1] != 0:
            return False
        predict(w, n, half, damping)
        gx, gy, gz = field_at(w, bath, float((first + k) % steps_per_cycle))
        correct(w, bath, n, half, damping, 0.5 * (fx + gx), 0.5 * (fy + gy), 0.5 * (fz + gz))
        if k % 2 == 0:
            draw(w, bath, n, number, k, steps, variance)
        shake(w, n, k)
        settle(w, bath, n, fx, fy, fz, gx, gy, gz)
        fx, fy, fz = gx, gy, gz
    return True


@kernel
def walk_heun(w, bath, n, first, steps, steps_per_cycle, control):
    """The same by Heun's scheme."""
    dt, damping = load(bath.step, 0), load(bath.damping, 0)
    root = sqrt(dt)
    fx, fy, fz = field_at(w, bath, float(first % steps_per_cycle))
    for number in range(first, first + steps):
        if control[1] != 0:
            return False
        if number == first or number % 2 == 0:
            draw_heun(w, bath, n, number // 2, root)
        predict_heun(w, n, number, dt, damping)
        gx, gy, gz = field_at(w, bath, float((number + 1) % steps_per_cycle))
        correct_heun(w, bath, n, number, dt, damping, gx, gy, gz)
        settle(w, bath, n, fx, fy, fz, gx, gy, gz)
        fx, fy, fz = gx, gy, gz
    return True
