"""Diameters and the distances that they keep."""

from __future__ import annotations

import math

import numpy as np

from magheat.errors import SpecError
from magheat.spec.arrangement.axes import MOST_PARTICLES
from magheat.spec.arrangement.geometry import stream
from magheat.spec.checks import broken, explain_arguments, integer, not_negative, positive
from magheat.units import FloatArray, Quantity, parse, shown

_SIZES = 1
#: Standard deviation of ln D beyond which nobody makes particles.
_WIDEST = 1.0


@explain_arguments
def lognormal_diameters(n: int, seed: int, *, median: Quantity, spread: Quantity) -> FloatArray:
    """Diameters (n,) in m of a log-normal distribution by number; the same for the same seed.

    Parameters
    ----------
    n
        How many, >= 1.
    seed
        Integer, 0 <= seed < 2^63.
    median
        In m, > 0. The mean is median exp(spread^2/2), that of the volume median^3 (pi/6) exp(9 spread^2/2).
    spread
        Standard deviation of ln D, from 0 to 1; 0.1 is narrow.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """
    return drawn_diameters(n, seed, median, spread, "lognormal_diameters", ("n", "median", "spread"))


def drawn_diameters(
    count: int,
    seed: int,
    median: Quantity,
    spread: Quantity,
    owner: str,
    names: tuple[str, str, str] = ("count", "diameter", "diameter_spread"),
) -> FloatArray:
    """As `lognormal_diameters`, for the arguments of an arrangement, which errors call by its names."""
    number = integer(count, f"{owner}.{names[0]}", 1, MOST_PARTICLES)
    size = positive(median, "m", f"{owner}.{names[1]}", "such as '20 nm'")
    width = parse(spread, "1", f"{owner}.{names[2]}")
    if not 0 <= width <= _WIDEST:
        raise SpecError(
            broken(f"{owner}.{names[2]}", f">= 0 and <= {_WIDEST:g}", spread, "1", "of ln D; 0.1 is narrow")
        )
    generator = stream(integer(seed, f"{owner}.seed", 0, 2**63), _SIZES)
    return size * np.exp(width * generator.standard_normal(number)) if width else np.full(number, size)


def gap_of(value: Quantity, owner: str) -> float:
    """Least distance of surfaces, in m."""
    name = f"{owner}.gap"
    gap = not_negative(value, "m", name, "surface to surface, 0 for spheres that touch")
    if gap >= 1.0:
        raise SpecError(f"{name} must be < 1 m; got {shown(value)}; plain numbers are metres, write '7.1 nm'")
    return gap


def volume_of(diameters: FloatArray) -> float:
    """Total volume of spheres, in the cube of the unit of their diameters."""
    return float(math.pi / 6 * (diameters**3).sum())
