"""Thermal macrospins that do not feel each other: the scheme ``thermal.SPLIT``, one moment after the other.

Noise and fields of a stretch of steps are drawn up first, so that neither waits for the motion of the moment, whose
state then stays in registers.
"""

from typing import NamedTuple

import numpy as np

from magheat.kernels.lane_type import load, store
from magheat.kernels.noise import uniforms
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.physics import PIECE_START, RATE, cosine_sine, dot, field_at_phase
from magheat.kernels.thermal import enter_pieces
from magheat.kernels.thermal_motion import generator, kicked, middle, put_three, share, three, turned, two_kicks

#: Steps whose noise and fields are drawn up at once; even, since noise comes in twos.
STRETCH = 32


class Lonely(NamedTuple):
    """Where the runs are; rows of moments, heat and work as ``right_hand_side.Parameters`` says."""

    y: np.ndarray  # (5n, W)
    kick: np.ndarray  # (3 STRETCH, W) noise of one row
    field: np.ndarray  # (3 (STRETCH + 1), W) H_app dt/2 at the last step before the stretch and at its steps
    place: np.ndarray  # (W,) int64: piece of the drive


@device
def draw_up_fields(w, bath, first, count, steps_per_cycle):
    """Write H_app dt/2 at steps ``first`` on; within a stretch the phase of the drive goes on by rotation."""
    dt, rate = load(bath.step, 0), load(bath.drive, RATE)
    step, half = first % steps_per_cycle, 0.5 * dt
    c, s = cosine_sine(rate * (float(step) * dt))
    turn_c, turn_s = cosine_sine(rate * dt)
    for k in range(1, count + 1):
        if bath.piece.shape[0] > 1:
            enter_pieces(w, bath, float(step))
        fx, fy, fz = field_at_phase(bath.drive, float(step) * dt - load(bath.drive, PIECE_START), c, s)
        put_three(w.field, k, half * fx, half * fy, half * fz)
        c, s = turn_c * c - turn_s * s, turn_c * s + turn_s * c
        step += 1
        if step == steps_per_cycle:
            step = 0


@device
def draw_up_kicks(w, bath, i, number, begin, count, steps, variance):
    """Write the noise of row i for kicks ``begin`` on."""
    s = load(bath.noise, i)
    v = s * s * variance
    for k in range(0, count, 2):
        a, b, c, d = uniforms(number + (begin + k) // 2, bath.seed, bath.run, bath.particle, i)
        two_kicks(w.kick, k, a, b, c, d, share(begin + k, steps) * v, share(begin + k + 1, steps) * v)


@device
def advance(w, bath, n, i, begin, count, half, damping):
    """Move row i by the steps of a stretch and book its heat and work; a sample begins with a kick alone."""
    mx, my, mz = three(w.y, i)
    ux, uy, uz = three(bath.axis, i)
    h_k, heat, work = half * load(bath.h_k, i), 0.0 * mx, 0.0 * mx
    kx, ky, kz = h_k * ux, h_k * uy, h_k * uz
    fx, fy, fz = three(w.field, 0 if begin > 0 else 1)
    a = dot(mx, my, mz, kx, ky, kz)
    hx, hy, hz = fx + a * ux, fy + a * uy, fz + a * uz
    for k in range(count):
        gx, gy, gz = three(w.field, k + 1)
        qx, qy, qz = mx, my, mz
        if begin + k > 0:
            px, py, pz = middle(mx, my, mz, hx, hy, hz, damping)
            a = dot(px, py, pz, kx, ky, kz)
            bx, by, bz = 0.5 * (fx + gx) + a * ux, 0.5 * (fy + gy) + a * uy, 0.5 * (fz + gz) + a * uz
            ax, ay, az = generator(px, py, pz, bx, by, bz, damping)
            qx, qy, qz = turned(mx, my, mz, ax, ay, az)
        keep, x, v = three(w.kick, k)
        qx, qy, qz = kicked(qx, qy, qz, keep, x, v)
        a = dot(qx, qy, qz, kx, ky, kz)
        ex, ey, ez = gx + a * ux, gy + a * uy, gz + a * uz
        heat = heat + dot(hx + ex, hy + ey, hz + ez, qx - mx, qy - my, qz - mz)
        work = work - dot(mx + qx, my + qy, mz + qz, gx - fx, gy - fy, gz - fz)
        mx, my, mz = qx, qy, qz
        fx, fy, fz = gx, gy, gz
        hx, hy, hz = ex, ey, ez
    put_three(w.y, i, mx, my, mz)
    book = 0.5 / half
    store(w.y, 3 * n + i, load(w.y, 3 * n + i) + book * heat)
    store(w.y, 4 * n + i, load(w.y, 4 * n + i) + book * work)


@kernel
def walk_alone(w, bath, n, first, steps, steps_per_cycle, control):
    """``thermal.walk_split`` for rows without interaction."""
    dt, damping = load(bath.step, 0), load(bath.damping, 0)
    half, variance = 0.5 * dt, (1.0 + damping * damping) * dt
    number = (first // steps) * (steps // 2 + 1)
    for begin in range(0, steps + 1, STRETCH):
        if control[1] != 0:
            return False
        count = min(STRETCH, steps + 1 - begin)
        draw_up_fields(w, bath, first + begin, count, steps_per_cycle)
        for i in range(n):
            draw_up_kicks(w, bath, i, number, begin, count, steps, variance)
            advance(w, bath, n, i, begin, count, half, damping)
        fx, fy, fz = three(w.field, count)
        put_three(w.field, 0, fx, fy, fz)
    return True
