"""Where a particle sits in its cluster, and the groups that follow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.spec.particles import Particles

FloatArray = npt.NDArray[np.float64]

#: Neighbours touch when their coatings are at most so much further apart, relative to the distance of contact.
_TOUCH = 1e-6


class Places(NamedTuple):
    """Of every particle (n,)."""

    diameter: FloatArray  # m
    neighbours: npt.NDArray[np.int64]  # that it touches
    distance: FloatArray  # from the cluster's centre, in radii of gyration
    bonds_along: FloatArray  # mean cos^2 of the angle between field and lines to the neighbours that it touches
    axis_along: FloatArray  # cos^2 of the angle between field and easy axis


class Group(NamedTuple):
    """Particles that are compared with the others of the same question."""

    question: str
    name: str
    members: npt.NDArray[np.bool_]  # (n,)


def places_of(particles: Particles, gap: float, direction: FloatArray) -> Places:
    """Places in a cluster whose neighbours have a gap (m) between them, for a field along a unit vector."""
    apart = particles.positions[:, None] - particles.positions[None]
    distance = np.linalg.norm(apart, axis=-1)
    contact = (particles.diameters[:, None] + particles.diameters[None]) / 2 + gap
    touches = (distance <= contact * (1 + _TOUCH)) & (distance > 0)
    along = np.divide(apart @ direction, distance, out=np.zeros_like(distance), where=distance > 0) ** 2
    centre = particles.positions - particles.positions.mean(axis=0)
    count = touches.sum(axis=1)
    return Places(
        particles.diameters,
        count,
        np.asarray(np.linalg.norm(centre, axis=1) / np.sqrt((centre**2).sum(axis=1).mean())),
        np.asarray((along * touches).sum(axis=1) / np.maximum(count, 1)),
        (particles.easy_axes @ direction) ** 2,
    )


def groups_of(places: Places) -> list[Group]:
    """Groups of all particles, question by question."""
    ends = places.neighbours <= 1
    knots = places.neighbours >= 3
    by_neighbours = (("ends (1 neighbour)", ends), ("links (2)", ~ends & ~knots), ("knots (3 or more)", knots))
    found = [Group("all", "all", np.ones(len(ends), dtype=bool))]
    found += _thirds("size", places.diameter, ("small", "middle", "large"))
    found += _thirds("place", places.distance, ("inner", "between", "outer"))
    found += [Group("neighbours", name, members) for name, members in by_neighbours]
    found += _thirds("neighbours' lines", places.bonds_along, ("across the field", "oblique", "along the field"))
    found += _thirds("own axis", places.axis_along, ("across the field", "oblique", "along the field"))
    return found


def _thirds(question: str, values: FloatArray, names: tuple[str, str, str]) -> list[Group]:
    """Three groups of equal number, in the order of a quantity."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    third = rank * 3 // len(values)
    return [Group(question, name, third == k) for k, name in enumerate(names)]
