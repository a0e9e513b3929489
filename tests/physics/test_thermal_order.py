"""Orders of the two thermal schemes, and what a step does with given noise.

Outside cases C1 to C6 test integrators of dX = a(X) dt + b(X) o dW for any a and b. The thermal kernels know one
equation only, the Landau-Lifshitz equation on the sphere, so that of these

* C4 (magpy), strong order of that equation, applies as it stands;
* C2 (magpy), X0 exp(a t + b W) of dX = a X dt + b X o dW, applies with imaginary a and b: a moment in the plane across
  the field and the noise turns by h t + s W, the pathwise law that C1 (magpy, Ornstein-Uhlenbeck) states for another
  equation;
* C5 (magpy), one step of Heun's scheme by hand, applies with our drift and diffusion in place of its polynomials;
* C3 (magpy, implicit midpoint) and C6 (magpy, Runge-Kutta of order 4 and Cash-Karp) test schemes that are not here.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from magheat.kernels.batch import aligned
from magheat.kernels.interaction import PairTable
from magheat.kernels.lane_type import WIDTH, load, sqrt
from magheat.kernels.noise import uniforms
from magheat.kernels.numba_options import kernel
from magheat.kernels.physics import DRIVE_ROWS, OFFSET, cross, dot
from magheat.kernels.thermal import Bath, Walker, correct, correct_heun, field_at, predict, predict_heun, settle, shake
from magheat.kernels.thermal_motion import angle_of, generator, kicked, put_three, three, two_kicks

from .thermal_runs import boltzmann, single, walked


@kernel
def heun_along(w, bath, moments, increments):
    """Heun's steps with given s dW (paths of W lanes, steps, 3, W); ``moments`` (paths, 3, W), first and then last."""
    dt, damping = load(bath.step, 0), load(bath.damping, 0)
    fx, fy, fz = field_at(w, bath, 0.0)
    for path in range(moments.shape[0]):
        put_three(w.y, 0, *three(moments[path], 0))
        settle_at_start(w, bath, fx, fy, fz)
        for k in range(increments.shape[1]):
            put_three(w.kick, k % 2, *three(increments[path, k], 0))
            predict_heun(w, 1, k, dt, damping)
            correct_heun(w, bath, 1, k, dt, damping, fx, fy, fz)
            settle(w, bath, 1, fx, fy, fz, fx, fy, fz)
        put_three(moments[path], 0, *three(w.y, 0))


@kernel
def settle_at_start(w, bath, fx, fy, fz):
    put_three(w.turn, 0, *three(w.y, 0))
    settle(w, bath, 1, fx, fy, fz, fx, fy, fz)


@kernel
def put_kick(w, m, noise, damping):
    """Lay given noise s dW out in the plane in which the scheme "split" draws it."""
    mx, my, mz = three(m, 0)
    kx, ky, kz = three(noise, 0)
    ax, ay, az = generator(mx, my, mz, kx, ky, kz, damping)
    tx, ty, tz = cross(mx, my, mz, ax, ay, az)
    one, none = 1.0 + 0.0 * mx, 0.0 * mx
    c = dot(tx, ty, tz, *kicked(mx, my, mz, none, one, none))
    s = dot(tx, ty, tz, *kicked(mx, my, mz, none, none, one))
    square = c * c + s * s
    put_three(w.kick, 0, *angle_of(square, c / sqrt(square), s / sqrt(square)))


@kernel
def split_along(w, bath, moments, increments):
    """The same by the scheme "split", two increments to a step."""
    half, damping = 0.5 * load(bath.step, 0), load(bath.damping, 0)
    fx, fy, fz = field_at(w, bath, 0.0)
    for path in range(moments.shape[0]):
        put_three(w.y, 0, *three(moments[path], 0))
        for k in range(0, increments.shape[1], 2):
            settle_at_start(w, bath, fx, fy, fz)
            put_kick(w, w.turn, increments[path, k], damping)
            shake(w, 1, 0)
            settle(w, bath, 1, fx, fy, fz, fx, fy, fz)
            predict(w, 1, half, damping)
            correct(w, bath, 1, half, damping, fx, fy, fz)
            put_kick(w, w.turn, increments[path, k + 1], damping)
            shake(w, 1, 0)
            settle(w, bath, 1, fx, fy, fz, fx, fy, fz)
        put_three(moments[path], 0, *three(w.y, 0))


ALONG = {"heun": (heun_along, 1), "split": (split_along, 2)}


def one_moment(step, *, damping=0.5, field=(0.3, 0.0, 0.4), h_k=1.0):
    """The kernels' arrays of one moment to a lane."""
    drive = aligned(DRIVE_ROWS, WIDTH)
    drive[OFFSET : OFFSET + 3] = np.array(field)[:, None]
    axis, whole = aligned(3, WIDTH), np.zeros((1, WIDTH), np.int64)
    axis[2] = 1.0

    def row(value):
        out = aligned(1, WIDTH)
        out[:] = value
        return out

    bath = Bath(
        axis,
        row(h_k),
        PairTable(aligned(4, WIDTH)),
        drive,
        np.zeros((1, 6, WIDTH)),
        row(damping),
        row(1.0),
        row(step),
        whole,
        whole,
        whole,
    )
    return bath, Walker(*(aligned(k, WIDTH) for k in (5, 3, 3, 6, 3)), np.zeros(WIDTH, np.int64))


def ends(scheme, finest, parts, strength, duration, *, start=(0.6, 0.0, 0.8), **changes):
    """Last moments (paths, 3, W) with ``parts`` increments of the finest path to one of the scheme's own."""
    along, each = ALONG[scheme]
    paths, steps, _, _ = finest.shape
    increments = strength * finest.reshape(paths, steps // parts, parts, 3, WIDTH).sum(2)
    bath, walker = one_moment(duration * each * parts / steps, **changes)
    moments = np.tile(np.array(start)[:, None], (paths, 1, WIDTH))
    along(walker, bath, moments, increments)
    return moments


@pytest.mark.parametrize("scheme", ["split", "heun"])
def test_strong_order_is_one_half_for_noise_that_does_not_commute(scheme):  # C4
    """E|dY| between neighbouring steps, increments summed up from one path; slope of its logarithm against that of dt.

    The scheme "split" takes its noise in the plane across the moment: there the increments of the path are laid.
    """
    duration, steps, rng = 1.0, 1024, np.random.default_rng(5)
    finest = rng.normal(scale=math.sqrt(duration / steps), size=(250, steps, 3, WIDTH))
    parts = 2 ** np.arange(6)
    last = [ends(scheme, finest, p, 0.7, duration) for p in parts]
    errors = [np.linalg.norm(fine - coarse, axis=1).mean() for fine, coarse in pairwise(last)]
    slope = np.polyfit(np.log2(parts[1:]), np.log2(errors), 1)[0]
    assert 0.45 < slope < 0.55


@pytest.mark.parametrize("scheme", ["split", "heun"])
def test_a_moment_across_its_field_and_noise_turns_as_stratonovich_says(scheme):  # C2, C1
    """Without damping, h and noise along z: m_x + i m_y = exp(i (h t + s W)), with no drift towards the centre."""
    duration, steps, rng = 1.0, 2048, np.random.default_rng(6)
    finest = np.zeros((40, steps, 3, WIDTH))
    finest[:, :, 2] = rng.normal(scale=math.sqrt(duration / steps), size=(40, steps, WIDTH))
    angle = 0.8 * duration + 0.7 * finest[:, :, 2].sum(1)
    errors = []
    for parts in (32, 8):
        given = {"start": (1.0, 0.0, 0.0), "field": (0.0, 0.0, 0.8), "damping": 0.0, "h_k": 0.0}
        m = ends(scheme, finest, parts, 0.7, duration, **given)
        errors.append(np.abs(m[:, 0] + 1j * m[:, 1] - np.exp(1j * angle)).mean())
    assert errors[1] < 0.01
    assert errors[0] / errors[1] > 3  # noise in one direction commutes: order one


def test_one_step_of_heun_is_what_the_formula_says():  # C5, with the drift and diffusion of our equation
    alpha, dt, h_k, field = 0.5, 0.1, 1.0, np.array([0.3, 0.0, 0.4])
    noise = 0.7 * np.array([0.1, 0.01, -0.2])

    def change(m):
        b = (field + h_k * m[2] * np.array([0, 0, 1])) * dt + noise
        return -np.cross(m, b) - alpha * np.cross(m, np.cross(m, b))

    m = np.array([0.6, 0.0, 0.8])
    expected = m + (change(m) + change(m + change(m))) / 2
    expected /= np.linalg.norm(expected)
    given = np.tile(noise[:, None], (1, 1, 1, WIDTH))
    found = ends("heun", given, 1, 1.0, dt, damping=alpha)
    np.testing.assert_allclose(found[0], np.tile(expected[:, None], WIDTH), atol=1e-15)


@kernel
def diffuse(out, seed, zeros, variance, moment):
    """Kicks of one variance on one moment: where it goes, (kicks, 3, W)."""
    mx, my, mz = three(moment, 0)
    for k in range(out.shape[0] // 2):
        a, b, c, d = uniforms(k, seed, zeros, zeros, 0)
        two_kicks(out[2 * k], 0, a, b, c, d, variance, variance)
        for half in range(2):
            put_three(out[2 * k + half], 0, *kicked(mx, my, mz, *three(out[2 * k], half)))


@pytest.mark.parametrize("moment", [(0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.6, -0.48, -0.64)])
def test_noise_alone_is_free_diffusion_on_the_sphere(moment):
    """<P_l(cos phi)> = exp(-l (l + 1) v/2) to v^3, all directions alike, and a length of one."""
    variance, kicks = 0.05, 20_000
    out, zeros = np.zeros((kicks + 1, 6, WIDTH)), np.zeros((1, WIDTH), np.int64)
    seeds = np.arange(WIDTH)[None]
    rows = aligned(3, WIDTH)
    rows[:] = np.array(moment)[:, None]
    diffuse(out, seeds, zeros, variance, rows)
    m = np.moveaxis(out[:kicks, :3], 1, -1).reshape(-1, 3)
    np.testing.assert_allclose(np.linalg.norm(m, axis=1), 1, atol=4e-15)
    cosine = m @ np.array(moment)
    for degree in (1, 2, 3):
        harmonic = np.polynomial.legendre.Legendre.basis(degree)(cosine)
        rate = degree * (degree + 1) / 2
        allowed = 4 * stats.sem(harmonic) + (rate * variance) ** 3
        assert harmonic.mean() == pytest.approx(math.exp(-rate * variance), abs=allowed)
    side = np.cross(moment, (1.0, 0.0, 0.0) if abs(moment[0]) < 0.5 else (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side)
    angle = np.arctan2(m @ np.cross(moment, side), m @ side)
    assert stats.kstest(angle, stats.uniform(-math.pi, 2 * math.pi).cdf).pvalue > 1e-3


def bias_of(scheme, step, damping, runs=64):
    """Relative bias of <m_z^2> at K V = 2 k_B T, with its standard error; ``step`` in 1/(gamma' H_K)."""
    samples, _ = walked(
        [single(2.0, 20, damping=damping, seed=s, samples_per_cycle=int(600 / step)) for s in range(runs)],
        scheme=scheme,
        step=step,
        steps=4,
    )
    means = (samples[:, int(20 / step) :, 2:60:3] ** 2).mean((1, 2))
    expected = boltzmann(lambda x: x * x, 2.0)
    return means.mean() / expected - 1, stats.sem(means) / expected


@pytest.mark.parametrize(("scheme", "steps", "order"), [("split", (0.8, 0.4), 2), ("heun", (0.2, 0.1), 1)])
def test_weak_order(scheme, steps, order):
    """The bias of <m_z^2> at alpha = 1 falls with the square of the step, or with the step."""
    (coarse, error), (fine, fine_error) = (bias_of(scheme, step, 1.0) for step in steps)
    found, spread = math.log2(coarse / fine), math.hypot(error / coarse, fine_error / fine) / math.log(2)
    assert spread < 0.1
    assert found == pytest.approx(order, abs=0.25 + 3 * spread)
