"""exp and what relaxes exponentially, for one number and for W of them alike, to a few units of the last digit."""

from magheat.kernels.lane_type import floor, larger, multiply_add_once, power_of_two, where_less_equal
from magheat.kernels.numba_options import device

LOG2_E = 1.4426950408889634
#: ln 2 in two parts: the first has its last 32 bits zero, so that k times it is exact.
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
#: Arguments below give exp of this one, 3e-308: a barrier of 708 k_B T stands for ever, and no denormals slow us.
LOWEST = -708.0


@device
def second_remainder(r):
    """(exp(r) - 1 - r)/r^2 for |r| <= 0.35: its Taylor series economized by Chebyshev's polynomials, to 5e-18."""
    s = 2.0918952794979583e-09 * r + 2.5106263269311678e-08
    s = s * r + 2.7557261054133115e-07
    s = s * r + 2.7557252861387166e-06
    s = s * r + 2.480158733854189e-05
    s = s * r + 0.00019841269876842176
    s = s * r + 0.0013888888888878277
    s = s * r + 0.008333333333325551
    s = s * r + 0.04166666666666668
    s = s * r + 0.1666666666666667
    return s * r + 0.5


@device
def split(x):
    """x = k ln 2 + r: 2^k, r and (exp(r) - 1 - r)/r^2."""
    k = floor(x * LOG2_E + 0.5)
    r = multiply_add_once(k, -LN2_LOW, multiply_add_once(k, -LN2_HIGH, x))  # else both parts are merged again
    return power_of_two(k), r, second_remainder(r)


@device
def exp(x):
    """exp(x) for x <= 709; at and below -708 exp(-708)."""
    scale, r, rest = split(larger(x, LOWEST))
    return multiply_add_once(scale, r + r * r * rest, scale)


@device
def relaxed(z):
    """1 - exp(-z) and 1 - (1 - exp(-z))/z for z >= 0, both to full relative precision, however small z.

    A blocked particle relaxes by 1e-12 in a step; taking 1 - exp(-z) from exp(-z) would leave four digits of that.
    """
    scale, r, rest = split(larger(-z, LOWEST))
    gone = multiply_add_once(-scale, r + r * r * rest, 1.0 - scale)
    return gone, where_less_equal(z, 0.34, z * rest, 1.0 - gone / z)
