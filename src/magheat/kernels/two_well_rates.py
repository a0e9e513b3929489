"""Wells, populations and rates of one two-well particle in a field h (of any sign, over H_K), lanes alike.

q is the share in the well A on the positive side at equilibrium; beyond h_sw that well, or the other, is alone, and
both have its moment.
"""

from magheat.kernels.exponential import exp
from magheat.kernels.lane_type import larger, where_less_equal
from magheat.kernels.numba_options import device
from magheat.kernels.wells import NO_FIELD, both_wells, magnitude, saddle_energy


@device
def half_populations(exponent):
    """1/(1 + exp(-exponent)) - 1/2."""
    faster = exp(-magnitude(exponent))
    half = 0.5 * (1.0 - faster) / (1.0 + faster)
    return where_less_equal(0.0, exponent, half, -half)


@device
def moments_aligned(h):
    """Mean and swing of the moments of a particle along the field."""
    outside = where_less_equal(1.0, magnitude(h), 1.0, 0.0)
    return outside * where_less_equal(0.0, h, 1.0, -1.0), 2.0 - 2.0 * outside


@device
def field_share(h):
    """(1 - h^2)(1 + h), by which Brown's rate over a high barrier (1 + h)^2 depends on the field; aligned."""
    return (1.0 + h) * (1.0 - h) * (1.0 + h)


@device
def escapes_aligned(h, sigma, field_dependent):
    """Rates out of A and out of B, in attempts, of a particle along the field, |h| < 1.

    Brown's field-dependent prefactor multiplies them by (1 - h^2)(1 +- h): Phys. Rev. 130, 1677 (1963), high barriers.
    """
    away = exp(-sigma * (1.0 + h) * (1.0 + h))
    back = exp(-sigma * (1.0 - h) * (1.0 - h))
    if field_dependent:
        return field_share(h) * away, field_share(-h) * back
    return away, back


@device
def wells_aligned(h, sigma, field_dependent):
    """Q - 1/2, mean and swing of the moments of a particle along the field; with the populations of its rates."""
    size, side = magnitude(h), where_less_equal(0.0, h, 1.0, -1.0)
    if field_dependent:
        away, back = escapes_aligned(where_less_equal(1.0, size, 0.0, h), sigma, True)
        tilt = 0.5 * (back - away) / (back + away)
    else:
        tilt = half_populations(4.0 * sigma * h)
    mean, swing = moments_aligned(h)
    return where_less_equal(1.0, size, 0.5 * side, tilt), mean, swing


@device
def wells_at(h, c, s, h_sw, fold_a, fold_b, reach, sigma):
    """Q - 1/2, mean and swing of the moments of a particle at an angle."""
    size = larger(magnitude(h), NO_FIELD)
    side = where_less_equal(0.0, h, 1.0, -1.0)
    e_low, m_low, e_high, m_high = both_wells(size, c, s, h_sw, fold_a, fold_b, reach)
    tilt = half_populations(sigma * (e_high - e_low))
    tilt = where_less_equal(h_sw, size, 0.5, tilt)
    m_high = where_less_equal(h_sw, size, m_low, m_high)
    return side * tilt, 0.5 * side * (m_low + m_high), m_low - m_high


@device
def rate_aligned(h, sigma, field_dependent):
    """Rate out of A plus rate out of B, in attempts; minus 1 beyond h_sw."""
    away, back = escapes_aligned(h, sigma, field_dependent)
    return where_less_equal(1.0, magnitude(h), -1.0, away + back)


@device
def escapes_at(size, c, s, h_sw, fold_a, fold_b, reach, sigma):
    """Rates out of the stable and out of the metastable well at an angle, in attempts, 0 < size < h_sw."""
    e_low, _, e_high, _ = both_wells(size, c, s, h_sw, fold_a, fold_b, reach)
    e_top = saddle_energy(size, c, s, h_sw, fold_b, reach)
    return exp(-sigma * (e_top - e_low)), exp(-sigma * (e_top - e_high))


@device
def rate_at(h, c, s, h_sw, fold_a, fold_b, reach, sigma):
    """As ``rate_aligned``, at an angle."""
    size = larger(magnitude(h), NO_FIELD)
    away, back = escapes_at(size, c, s, h_sw, fold_a, fold_b, reach, sigma)
    return where_less_equal(h_sw, size, -1.0, away + back)
