"""The two wells and the saddle of a uniaxial particle in a field at an angle: exact, without trigonometry.

In units of K V the energy of a moment (u, v), u along the easy axis and v across, in the reduced field (a, b) =
h (cos psi, sin psi), h >= 0, is e = v^2 - 2 (a u + b v). It is stationary where the effective field (u + a, b) is
lambda times the moment: u = a/(lambda - 1), v = b/lambda, of length n(lambda) = 1. 1/n is concave between its poles
at 0 and 1 and beyond them, so that Newton's method on 1/n = 1 never crosses a root from its outer side. The stable
well has lambda > 1; the metastable one lies between lambda_c and 1, the saddle between 0 and lambda_c, where

    lambda_c = sin^(2/3) psi/(cos^(2/3) psi + sin^(2/3) psi)

does not depend on h: both exist below h_sw = (cos^(2/3) psi + sin^(2/3) psi)^(-3/2) (the astroid of Stoner and
Wohlfarth, Phil. Trans. R. Soc. A 240, 599 (1948)). The root with lambda < 0 is a maximum. There is no other saddle.
"""

from magheat.kernels.lane_type import any_less_equal, larger, smaller, sqrt, where_less_equal
from magheat.kernels.numba_options import device

#: Newton's method ends on a lane when its relative step is no larger; it is quadratic, so the error is far smaller. The
#: lane then rests while others go on, so that its bits do not depend on them.
SMALL_STEP = 1e-9
MOST_STEPS = 60
#: Stands for a field of zero: keeps 0/0 out.
NO_FIELD = 1e-20


@device
def magnitude(x):
    return larger(x, -x)


@device
def stable_well(a, b):
    """(u, v) of the minimum on the field's side, for a, b > 0."""
    t = larger(a, sqrt(a * a + b * b) - 1.0)  # lambda - 1
    moving = 0.0 * t + 1.0
    for _ in range(MOST_STEPS):
        p, r = 1.0 / t, 1.0 / (1.0 + t)
        x, y = a * p, b * r
        square = x * x + y * y
        step = moving * ((sqrt(square) - 1.0) * square / (x * x * p + y * y * r))
        t = t + step
        moving = where_less_equal(magnitude(step), SMALL_STEP * t, 0.0, moving)
        if not any_less_equal(0.5, moving):
            break
    return a / t, b / (1.0 + t)


@device
def inner_root(a, b, start, fold):
    """The root 0 < t <= fold of a^2/t^2 + b^2/(1 - t)^2 = 1: 1 - lambda of the metastable well, lambda of the saddle.

    ``start`` is near it; the other root lies beyond ``fold``.
    """
    t = smaller(larger(a, start), fold)
    moving = 0.0 * t + 1.0
    for _ in range(MOST_STEPS):
        p, r = 1.0 / t, 1.0 / (1.0 - t)
        x, y = a * p, b * r
        square = x * x + y * y
        slope = larger(x * x * p - y * y * r, 1e-9 * square)  # zero at the fold
        new = smaller(larger(a, t + (sqrt(square) - 1.0) * square / slope), fold)
        step = moving * (new - t)
        t = where_less_equal(moving, 0.0, t, new)
        moving = where_less_equal(magnitude(step), SMALL_STEP * t, 0.0, moving)
        if not any_less_equal(0.5, moving):
            break
    return t


@device
def energy(a, b, u, v):
    return v * v - 2.0 * (a * u + b * v)


@device
def both_wells(h, c, s, h_sw, fold_a, fold_b, reach):
    """Energies and projections on the field of the stable and the metastable well at |h| > 0; and a, b as used.

    Beyond h_sw the metastable well is the one at no field, for the caller to pass over.
    """
    a, b = h * c, h * s
    u, v = stable_well(a, b)
    inside = where_less_equal(h_sw, h, NO_FIELD, h)
    a_in, b_in = inside * c, inside * s
    near = reach * sqrt(1.0 - inside / h_sw)
    t = inner_root(a_in, b_in, fold_a - near, fold_a)
    u_met, v_met = -a_in / t, b_in / (1.0 - t)
    return energy(a, b, u, v), u * c + v * s, energy(a_in, b_in, u_met, v_met), u_met * c + v_met * s


@device
def saddle_energy(h, c, s, h_sw, fold_b, reach):
    """Energy of the saddle; beyond h_sw that at no field, 1."""
    inside = where_less_equal(h_sw, h, NO_FIELD, h)
    a, b = inside * c, inside * s
    t = inner_root(b, a, fold_b - reach * sqrt(1.0 - inside / h_sw), fold_b)
    return energy(a, b, -a / (1.0 - t), b / t)
