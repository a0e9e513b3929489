"""Particles in order: pair, chain, ring and lattice."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from magheat.errors import SpecError
from magheat.spec.arrangement.axes import MOST_PARTICLES
from magheat.spec.arrangement.sizes import drawn_diameters, gap_of
from magheat.spec.checks import direction as unit_direction
from magheat.spec.checks import explain_arguments, integer, one_of
from magheat.spec.material import Material
from magheat.spec.particles import Particles
from magheat.units import FloatArray, Quantities, Quantity, parse_array, shown

#: Centres in the cubic cell of a lattice, in units of its edge.
_CELLS = {
    "simple-cubic": ((0.0, 0.0, 0.0),),
    "face-centred-cubic": ((0.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.5, 0.0, 0.5), (0.5, 0.5, 0.0)),
}


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
    distance = (first + second) / 2 + gap_of(gap, "pair")
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
    diameter_spread: Quantity = 0.0,
    seed: int = 1,
) -> Particles:
    """Particles in a straight row, the first at the origin.

    Parameters
    ----------
    count
        Number of particles, >= 1.
    diameter
        In m, > 0; the median where sizes are spread.
    gap
        From surface to surface, in m, >= 0.
    material
        One, or one per particle.
    direction
        Of the chain, (3,).
    easy_axes
        (3,) or (count, 3); along the chain by default.
    diameter_spread
        Standard deviation of ln D, see `lognormal_diameters`.
    seed
        Of the sizes.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """
    sizes = drawn_diameters(count, seed, diameter, diameter_spread, "chain")
    along = unit_direction(direction, "chain.direction")
    between = gap_of(gap, "chain")
    return Particles(
        positions=_row(sizes, between)[:, None] * np.array(along),
        diameters=sizes,
        easy_axes=along if easy_axes is None else easy_axes,
        material=material,
    )


@explain_arguments
def ring(
    *,
    count: int,
    diameter: Quantity,
    gap: Quantity,
    material: Material | Sequence[Material],
    normal: Quantities = (0.0, 0.0, 1.0),
    easy_axes: Quantities | None = None,
    diameter_spread: Quantity = 0.0,
    seed: int = 1,
) -> Particles:
    """Particles at the corners of a regular polygon about the origin.

    Parameters
    ----------
    count
        Number of particles, >= 3.
    diameter
        In m, > 0; the median where sizes are spread.
    gap
        From surface to surface of neighbours, in m, >= 0; where sizes are spread, of two as large as the largest.
    material
        One, or one per particle.
    normal
        Of the ring's plane, (3,).
    easy_axes
        (3,) or (count, 3); along the ring by default.
    diameter_spread
        Standard deviation of ln D, see `lognormal_diameters`.
    seed
        Of the sizes.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """
    number = integer(count, "ring.count", 3, MOST_PARTICLES, "two make a pair")
    sizes = drawn_diameters(number, seed, diameter, diameter_spread, "ring")
    spacing = float(sizes.max()) + gap_of(gap, "ring")
    first, second = _across(unit_direction(normal, "ring.normal"))
    angle = 2 * math.pi * np.arange(number)[:, None] / number
    outwards, along = (np.cos(a) * first + np.sin(a) * second for a in (angle, angle + math.pi / 2))
    return Particles(
        positions=outwards * (spacing / (2 * math.sin(math.pi / number))),
        diameters=sizes,
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
    structure: str = "simple-cubic",
    diameter_spread: Quantity = 0.0,
    seed: int = 1,
) -> Particles:
    """Particles on a cubic lattice, the first at the origin; the last index runs fastest.

    Parameters
    ----------
    shape
        Number of cubic cells along x, y and z, each >= 1.
    diameter
        In m, > 0; the median where sizes are spread.
    gap
        From surface to surface of nearest neighbours, in m, >= 0; where sizes are spread, of two as large as the
        largest.
    material
        One, or one per particle.
    easy_axes
        (3,) or (count, 3); see `random_axes`.
    structure
        "simple-cubic", one particle per cell, or "face-centred-cubic", four, of which each inside has twelve nearest
        neighbours.
    diameter_spread
        Standard deviation of ln D, see `lognormal_diameters`.
    seed
        Of the sizes.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """
    if isinstance(shape, str) or not isinstance(shape, Sequence | np.ndarray) or len(shape) != 3:
        raise SpecError(f"lattice.shape must be three integers, along x, y and z; got {shown(shape)}")
    cell = np.array(_CELLS[one_of(structure, tuple(_CELLS), "lattice.structure")])
    counts = [integer(number, f"lattice.shape[{i}]", 1) for i, number in enumerate(shape)]
    total = math.prod(counts) * len(cell)
    if total >= MOST_PARTICLES:
        raise SpecError(f"lattice.shape must be fewer than {MOST_PARTICLES} particles; got {total}")
    sizes = drawn_diameters(total, seed, diameter, diameter_spread, "lattice")
    spacing = float(sizes.max()) + gap_of(gap, "lattice")
    edge = spacing if len(cell) == 1 else spacing * math.sqrt(2)
    cells = np.stack(np.meshgrid(*(np.arange(number) for number in counts), indexing="ij"), axis=-1).reshape(-1, 1, 3)
    return Particles(
        positions=(cells + cell).reshape(-1, 3) * edge, diameters=sizes, easy_axes=easy_axes, material=material
    )


def _row(sizes: FloatArray, gap: float) -> FloatArray:
    """Places along a line, (n,), the first at 0; equal sizes make equal steps without round-off adding up."""
    if sizes.min() == sizes.max():
        return np.arange(len(sizes), dtype=np.float64) * (float(sizes[0]) + gap)
    ends: FloatArray = np.concatenate([np.zeros(1), np.cumsum((sizes[1:] + sizes[:-1]) / 2 + gap)])
    return ends


def _across(normal: tuple[float, float, float]) -> tuple[FloatArray, FloatArray]:
    """Two directions that make a right-handed frame with the normal: x and y where that is z."""
    axis = np.array(normal)
    helper = np.array([0.0, 1.0, 0.0]) if abs(axis[1]) < 0.9 else np.array([0.0, 0.0, 1.0])
    first: FloatArray = np.cross(helper, axis)
    first = first / np.linalg.norm(first)
    second: FloatArray = np.cross(axis, first)
    return first, second
