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
    """(exp(r) - 1 - r)/r^2 for |r| <= 0.35 by its Taylor series; the first term left out is below 2^-54."""
    s = 1.1470745597729725e-11 * r + 1.6059043836821613e-10
    s = s * r + 2.08767569878681e-09
    s = s * r + 2.505210838544172e-08
    s = s * r + 2.7557319223985894e-07
    s = s * r + 2.755731922398589e-06
    s = s * r + 2.48015873015873e-05
    s = s * r + 1.984126984126984e-04
    s = s * r + 1.388888888888889e-03
    s = s * r + 8.333333333333333e-03
    s = s * r + 4.1666666666666664e-02
    s = s * r + 1.6666666666666666e-01
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
