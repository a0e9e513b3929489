"""Directions, rays and neighbours: what every way to build a cluster of spheres needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magheat.units import FloatArray

#: Overlap, relative to the distance of contact, that is round-off.
ROUND_OFF = 1e-10


def stream(seed: int, number: int) -> np.random.Generator:
    """Generator of a stream of random numbers of its own, ``number`` >= 1, for the same seed."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, number])))


def random_directions(count: int, generator: np.random.Generator) -> FloatArray:
    """Unit vectors (count, 3), uniform on the sphere."""
    # Height and longitude of a uniform point on the sphere are independent and uniform (Archimedes).
    height, longitude = generator.uniform(-1.0, 1.0, count), generator.uniform(-np.pi, np.pi, count)
    radius = np.sqrt(1.0 - height**2)
    return np.column_stack([radius * np.cos(longitude), radius * np.sin(longitude), height])


def frames(axes: FloatArray) -> FloatArray:
    """Right-handed orthonormal frames (n, 3, 3) in rows, the first row along each of the unit vectors (n, 3)."""
    helper = np.where(np.abs(axes[:, 2:]) < 0.7, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    second = np.cross(helper, axes)
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    return np.stack([axes, second, np.cross(axes, second)], axis=1)


def at_angle(axes: FloatArray, cosine: FloatArray, generator: np.random.Generator) -> FloatArray:
    """Unit vectors (n, 3) at given angles to the unit vectors (n, 3), turned about them at random."""
    turn = generator.uniform(-np.pi, np.pi, len(axes))
    sine = np.sqrt(np.maximum(1.0 - cosine**2, 0.0))
    parts = np.column_stack([cosine, sine * np.cos(turn), sine * np.sin(turn)])
    turned: FloatArray = np.einsum("nk,nkc->nc", parts, frames(axes))
    return turned


def cosine_of_triangle(a: FloatArray, b: FloatArray, opposite: FloatArray) -> FloatArray:
    """Cosine of the angle between the sides a and b of triangles."""
    cosine: FloatArray = np.clip((a**2 + b**2 - opposite**2) / (2 * a * b), -1.0, 1.0)
    return cosine


def first_contact(start: FloatArray, direction: FloatArray, places: FloatArray, reach: FloatArray) -> float | None:
    """How far a sphere flies along a straight line until it touches one of the others; None where it misses them.

    Parameters
    ----------
    start, direction
        Of the flight, (3,); the direction is a unit vector.
    places
        Centres of the others, (n, 3).
    reach
        Distances of contact with each, (n,).
    """
    away = places - start
    along = away @ direction
    depth = reach**2 - (np.einsum("nc,nc->n", away, away) - along**2)
    met = depth > 0
    return float((along[met] - np.sqrt(depth[met])).min()) if met.any() else None


def pairs_within(tree: object, other: object, distance: float) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Indices i and j of points of two k-d trees at most ``distance`` apart, and how far apart they are."""
    found = tree.sparse_distance_matrix(other, distance, output_type="ndarray")  # type: ignore[attr-defined]
    return found["i"], found["j"], found["v"]
