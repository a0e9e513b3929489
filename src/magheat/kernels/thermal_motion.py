"""One thermal step of one moment: motion without noise and free diffusion, each of which keeps |m| = 1.

Motion is Cayley's rotation by a at the middle of the step. Noise alone is diffusion on the sphere: what is along the
moment does nothing, so that two normal numbers are enough, in the plane across z laid across the moment by the shortest
turn (or the mirror image of it below the equator); precession by noise only turns them within that plane, and so only
their variance, s^2 (1 + alpha^2) dt, counts.
"""

from magheat.kernels.lane_type import larger, load, smaller, sqrt, store, where_less_equal
from magheat.kernels.noise import direction, logarithm
from magheat.kernels.numba_options import device
from magheat.kernels.physics import cross, dot


@device
def three(rows, i):
    return load(rows, 3 * i), load(rows, 3 * i + 1), load(rows, 3 * i + 2)


@device
def put_three(rows, i, x, v, z):
    store(rows, 3 * i, x)
    store(rows, 3 * i + 1, v)
    store(rows, 3 * i + 2, z)


@device
def generator(mx, my, mz, bx, by, bz, damping):
    """A of dm = m x a: -(b + alpha m x b)."""
    cx, cy, cz = cross(mx, my, mz, bx, by, bz)
    return -(bx + damping * cx), -(by + damping * cy), -(bz + damping * cz)


@device
def middle(mx, my, mz, bx, by, bz, damping):
    """Where b = h dt/2 leads."""
    ax, ay, az = generator(mx, my, mz, bx, by, bz, damping)
    cx, cy, cz = cross(mx, my, mz, ax, ay, az)
    return mx + cx, my + cy, mz + cz


@device
def turned(mx, my, mz, ax, ay, az):
    """The moment turned by 2 a, after Cayley: m' - m = (m + m') x a, solved by m' = m + 2 (m + m x a) x a/(1 + a^2)."""
    scale = 2.0 / (1.0 + dot(ax, ay, az, ax, ay, az))
    cx, cy, cz = cross(mx, my, mz, ax, ay, az)
    dx, dy, dz = cross(mx + cx, my + cy, mz + cz, scale * ax, scale * ay, scale * az)
    return mx + dx, my + dy, mz + dz


@device
def angle_of(square, c, s):
    """Cosine of the angle of diffusion, and its sine along the direction (c, s), for noise of the given square.

    Cos phi = (1 - 3 q/8)/(1 + q/8). For q of two normal numbers of variance v the mean of P_l(cos phi) is
    exp(-l (l + 1) v/2) up to v^3, as free diffusion has it for every l. One step of Newton makes (c, s) a unit vector.
    """
    square = smaller(square, 8.0)
    scale = 1.0 / (1.0 + 0.125 * square)
    across = scale * sqrt(square * (1.0 - 0.125 * square)) * (1.5 - 0.5 * (c * c + s * s))
    return scale * (1.0 - 0.375 * square), across * c, across * s


@device
def share(k, steps):
    """How much of a step's variance kick k of a sample has: half at its two ends."""
    return 0.5 if k == 0 or k == steps else 1.0


@device
def two_kicks(rows, r, a, b, c, d, first, second):
    """Write two kicks of the variances ``first`` and ``second``, from four numbers in (0, 1), at r and r + 1."""
    x, v = direction(b)
    keep, x, v = angle_of(-2.0 * first * logarithm(a), x, v)
    put_three(rows, r, keep, x, v)
    x, v = direction(d)
    keep, x, v = angle_of(-2.0 * second * logarithm(c), x, v)
    put_three(rows, r + 1, keep, x, v)


@device
def kicked(mx, my, mz, keep, x, v):
    """The moment moved across itself."""
    d = mx * x + my * v
    p = keep - d / (1.0 + larger(mz, -mz))
    return p * mx + x, p * my + v, keep * mz - where_less_equal(mz, 0.0, -d, d)
