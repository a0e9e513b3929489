"""Easy axes: all alike, random, or scattered about a direction."""

from __future__ import annotations

import math

import numpy as np

from magheat.errors import SpecError
from magheat.spec.arrangement.geometry import at_angle, random_directions, stream
from magheat.spec.checks import direction as unit_direction
from magheat.spec.checks import explain_arguments, integer
from magheat.units import FloatArray, Quantities, Quantity, parse, shown

#: More particles than this are a slip of the pen.
MOST_PARTICLES = 10_000_000
_TEXTURE = 3
#: Below this concentration the axes are random; the inverse of their distribution would lose its digits.
_UNIFORM = 1e-7


@explain_arguments
def random_axes(n: int, seed: int) -> FloatArray:
    """Unit vectors (n, 3), uniform on the sphere; the same for the same seed.

    Parameters
    ----------
    n
        How many, >= 1.
    seed
        Integer, 0 <= seed < 2^63.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """
    count = integer(n, "random_axes.n", 1, MOST_PARTICLES)
    generator = np.random.Generator(np.random.Philox(integer(seed, "random_axes.seed", 0, 2**63)))
    return random_directions(count, generator)


@explain_arguments
def textured_axes(n: int, seed: int, *, direction: Quantities, spread: Quantity) -> FloatArray:
    """Unit vectors (n, 3), scattered about a direction and its opposite; the same for the same seed.

    The distribution is Watson's, with the density exp(kappa cos^2 theta) on the sphere, theta from the direction: of
    all distributions of axes with the same mean of cos^2 theta it is the one of greatest entropy.

    Parameters
    ----------
    n
        How many, >= 1.
    seed
        Integer, 0 <= seed < 2^63.
    direction
        Of the texture, (3,).
    spread
        Mean angle to the direction, in rad, from 0 to 90 deg, defined by sin^2(spread) = <sin^2 theta>: 0 for aligned
        axes, 54.74 deg for random ones, 90 deg for axes across the direction. The order parameter <P2> is
        1 - 1.5 sin^2(spread); a rocking curve that is narrow and Gaussian has the standard deviation spread/sqrt(2).

    Raises
    ------
    SpecError
        For a value that breaks its rule.

    Notes
    -----
    Source: G. S. Watson, Biometrika 52, 193 (1965).
    """
    count = integer(n, "textured_axes.n", 1, MOST_PARTICLES)
    generator = stream(integer(seed, "textured_axes.seed", 0, 2**63), _TEXTURE)
    along = np.array(unit_direction(direction, "textured_axes.direction"))
    angle = parse(spread, "rad", "textured_axes.spread")
    if not 0 <= angle <= math.pi / 2 * (1 + 1e-12):
        raise SpecError(
            f"textured_axes.spread must be >= 0 and <= 90 deg; got {shown(spread)}; plain numbers are radians"
        )
    cosine = _watson_cosines(math.cos(angle) ** 2, count, generator)
    return at_angle(np.tile(along, (count, 1)), cosine, generator)


def axes_for(value: Quantities | str, count: int, seed: int, owner: str) -> Quantities:
    """Easy axes of an arrangement: those given, or random ones from its seed."""
    if not isinstance(value, str):
        return value
    if value == "random":
        return random_axes(count, seed)
    raise SpecError(f"{owner}.easy_axes must be 'random' or axes (3,) or (n, 3); got {shown(value)}")


def _watson_cosines(mean_square: float, count: int, generator: np.random.Generator) -> FloatArray:
    """Cosines (count,) >= 0 whose square has the given mean, with the density exp(kappa t^2) on [0, 1]."""
    if mean_square >= 1.0 - 1e-12:
        return np.ones(count)
    if mean_square <= 1e-12:
        return np.zeros(count)
    kappa = _concentration(mean_square)
    if abs(kappa) < _UNIFORM:
        return generator.uniform(0.0, 1.0, count)
    return _bipolar(kappa, count, generator) if kappa > 0 else _girdle(-kappa, count, generator)


def _concentration(mean_square: float) -> float:
    """Kappa at which <t^2> is as given; positive for axes nearer to the direction than random ones."""
    from scipy.optimize import brentq

    # Asymptotically 1 - <t^2> = 1/kappa and <t^2> = 1/(2|kappa|).
    low, high = -2 / mean_square - 2, 2 / (1 - mean_square) + 2
    return float(brentq(lambda kappa: _mean_square(kappa) - mean_square, low, high, xtol=1e-14, rtol=1e-13))


def _mean_square(kappa: float) -> float:
    """<t^2> of the density exp(kappa t^2) on [0, 1]."""
    from scipy.special import dawsn, erf

    if abs(kappa) < 1e-2:
        return 1 / 3 + kappa * (4 / 45 + kappa * (8 / 945 - kappa * 16 / 14175))
    root = math.sqrt(abs(kappa))
    if kappa > 0:
        return float(1 / (2 * root * dawsn(root)) - 1 / (2 * kappa))
    return float(-1 / (2 * kappa) - math.exp(kappa) / (math.sqrt(math.pi) * root * erf(root)))


def _bipolar(kappa: float, count: int, generator: np.random.Generator) -> FloatArray:
    """From the density exp(kappa t^2), kappa > 0, below its envelope exp(kappa t): two in three to one in two stay."""
    kept = np.empty(0)
    while kept.size < count:
        share = generator.uniform(0.0, 1.0, count)
        t = 1.0 + np.log(share + (1.0 - share) * math.exp(-kappa)) / kappa
        kept = np.concatenate([kept, t[generator.uniform(0.0, 1.0, count) < np.exp(kappa * t * (t - 1.0))]])
    return np.clip(kept[:count], 0.0, 1.0)


def _girdle(kappa: float, count: int, generator: np.random.Generator) -> FloatArray:
    """From the density exp(-kappa t^2), kappa > 0, by its inverse."""
    from scipy.special import erf, erfinv

    root = math.sqrt(kappa)
    cosine: FloatArray = np.clip(erfinv(generator.uniform(0.0, 1.0, count) * erf(root)) / root, 0.0, 1.0)
    return cosine
