"""Particles in common arrangements, and random easy axes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from magheat.errors import SpecError
from magheat.spec.checks import direction as unit_direction
from magheat.spec.checks import explain_arguments, integer, not_negative, positive
from magheat.spec.material import Material
from magheat.spec.particles import Particles
from magheat.units import FloatArray, Quantities, Quantity, parse_array, shown

__all__ = ["chain", "lattice", "pair", "random_axes"]

#: More particles than this are a slip of the pen.
_MOST_PARTICLES = 10_000_000


@explain_arguments
def pair(
    *,
    diameters: Quantities,
    gap: Quantity,
    easy_axis_angles: Quantities,
    material: Material | Sequence[Material],
) -> Particles:
    """Two particles along x, the first at the origin, with easy axes in the xz plane.

    Parameters
    ----------
    diameters
        Two, in m, > 0.
    gap
        From surface to surface, in m, >= 0; at 0 the spheres touch.
    easy_axis_angles
        Two angles from z towards x, in rad.
    material
        One, or a sequence of two.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """
    first, second = (float(d) for d in parse_array(diameters, "m", "pair.diameters", (2,)))
    angles = parse_array(easy_axis_angles, "rad", "pair.easy_axis_angles", (2,))
    if np.abs(angles).max() > 2 * math.pi:
        raise SpecError(
            f"pair.easy_axis_angles must be at most 2 pi rad; got {shown(easy_axis_angles)}; plain numbers are "
            f"radians, write '30 deg' for degrees"
        )
    distance = (first + second) / 2 + _gap(gap, "pair.gap")
    return Particles(
        positions=[[0.0, 0.0, 0.0], [distance, 0.0, 0.0]],
        diameters=[first, second],
        easy_axes=[[math.sin(angle), 0.0, math.cos(angle)] for angle in angles],
        material=material,
    )


@explain_arguments
def chain(
    *,
    count: int,
    diameter: Quantity,
    gap: Quantity,
    material: Material | Sequence[Material],
    direction: Quantities = (0.0, 0.0, 1.0),
    easy_axes: Quantities | None = None,
) -> Particles:
    """Equal particles in a straight row, the first at the origin.

    Parameters
    ----------
    count
        Number of particles, >= 1.
    diameter
        In m, > 0.
    gap
        From surface to surface, in m, >= 0.
    material
        One, or one per particle.
    direction
        Of the chain, (3,).
    easy_axes
        (3,) or (count, 3); along the chain by default.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """
    number = integer(count, "chain.count", 1, _MOST_PARTICLES)
    size = positive(diameter, "m", "chain.diameter", "such as '20 nm'")
    along = unit_direction(direction, "chain.direction")
    spacing = size + _gap(gap, "chain.gap")
    return Particles(
        positions=np.arange(number)[:, None] * spacing * np.array(along),
        diameters=size,
        easy_axes=along if easy_axes is None else easy_axes,
        material=material,
    )


@explain_arguments
def lattice(
    *,
    shape: Sequence[int],
    diameter: Quantity,
    gap: Quantity,
    material: Material | Sequence[Material],
    easy_axes: Quantities = (0.0, 0.0, 1.0),
) -> Particles:
    """Equal particles on a simple cubic lattice, the first at the origin; the last index runs fastest.

    Parameters
    ----------
    shape
        Number of particles along x, y and z, each >= 1.
    diameter
        In m, > 0.
    gap
        From surface to surface of nearest neighbours, in m, >= 0.
    material
        One, or one per particle.
    easy_axes
        (3,) or (count, 3); see `random_axes`.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """
    if isinstance(shape, str) or not isinstance(shape, Sequence | np.ndarray) or len(shape) != 3:
        raise SpecError(f"lattice.shape must be three integers, along x, y and z; got {shown(shape)}")
    counts = [integer(number, f"lattice.shape[{i}]", 1) for i, number in enumerate(shape)]
    if math.prod(counts) >= _MOST_PARTICLES:
        raise SpecError(f"lattice.shape must be fewer than {_MOST_PARTICLES} particles; got {math.prod(counts)}")
    size = positive(diameter, "m", "lattice.diameter", "such as '20 nm'")
    spacing = size + _gap(gap, "lattice.gap")
    places = np.stack(np.meshgrid(*(np.arange(number) for number in counts), indexing="ij"), axis=-1)
    return Particles(positions=places.reshape(-1, 3) * spacing, diameters=size, easy_axes=easy_axes, material=material)


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
    count = integer(n, "random_axes.n", 1, _MOST_PARTICLES)
    generator = np.random.Generator(np.random.Philox(integer(seed, "random_axes.seed", 0, 2**63)))
    # Height and longitude of a uniform point on the sphere are independent and uniform (Archimedes).
    height, longitude = generator.uniform(-1.0, 1.0, count), generator.uniform(-np.pi, np.pi, count)
    radius = np.sqrt(1.0 - height**2)
    return np.column_stack([radius * np.cos(longitude), radius * np.sin(longitude), height])


def _gap(value: Quantity, name: str) -> float:
    gap = not_negative(value, "m", name, "surface to surface, 0 for spheres that touch")
    if gap >= 1.0:
        raise SpecError(f"{name} must be < 1 m; got {shown(value)}; plain numbers are metres, write '7.1 nm'")
    return gap
