"""Fractal clusters from clusters: two halves touch at the distance of their centres that the law asks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magheat.spec.arrangement.geometry import ROUND_OFF, at_angle, cosine_of_triangle, frames, pairs_within
from magheat.spec.arrangement.particle_cluster import Law, by_particles
from magheat.units import FloatArray

#: Clusters of fewer particles are built particle by particle.
_SEED_SIZE = 12
#: Contacts that are tried before two clusters count as not fitting, turns about each, and fresh clusters to try with.
_CONTACTS, _TURNS, _PARTNERS = 150, 8, 3


class _Half(NamedTuple):
    """A cluster about its mean: centres (n, 3), their distances from the mean (n,), distances of contact (n,)."""

    places: FloatArray
    radius: FloatArray
    contact: FloatArray


def by_clusters(contact: FloatArray, law: Law, generator: np.random.Generator) -> FloatArray | None:
    """Centres (n, 3) about their mean, of a cluster made of two of half the size, these likewise, and so on.

    None where clusters of the law do not fit together, which is so for high fractal dimensions.

    Parameters
    ----------
    contact
        Distances of contact of equal spheres, (n,): diameters with the gap.
    law
        Square of the radius of gyration of n particles.
    """
    count = len(contact)
    if count < 2 * _SEED_SIZE:
        return by_particles(contact, law, generator)
    first = _half(contact[: count // 2], law, generator)
    for _ in range(_PARTNERS if first is not None else 0):
        second = _half(contact[count // 2 :], law, generator)
        if first is None or second is None:
            return None
        if (joined := _joined(first, second, law, generator)) is not None:
            return joined
    return None


def _half(contact: FloatArray, law: Law, generator: np.random.Generator) -> _Half | None:
    places = by_clusters(contact, law, generator)
    return None if places is None else _Half(places, np.linalg.norm(places, axis=1), contact)


def _joined(one: _Half, two: _Half, law: Law, generator: np.random.Generator) -> FloatArray | None:
    """Both clusters in contact, (n, 3) about their mean; None where no way was found."""
    n1, n2 = len(one.places), len(two.places)
    n = n1 + n2
    # Steiner: n R^2 = n1 R1^2 + n2 R2^2 + d^2 n1 n2/n, d between the centres.
    square = n / (n1 * n2) * (n * law(n) - float((one.places**2).sum()) - float((two.places**2).sum()))
    if square <= 0:
        return None
    placed = _placed(one, two, square**0.5, generator)
    if placed is None:
        return None
    places: FloatArray = np.concatenate([one.places, placed])
    places -= places.mean(axis=0)
    return places


def _placed(one: _Half, two: _Half, distance: float, generator: np.random.Generator) -> FloatArray | None:
    """Centres of the second cluster, (n2, 3), in contact with the first and without overlap."""
    from scipy.spatial import cKDTree

    tree = cKDTree(one.places)
    for _ in range(_CONTACTS):
        if (found := _contact(one, two, distance, generator)) is None:
            continue
        centre, turned = found
        for places in turned:
            if _apart(tree, one, places + centre, two.contact):
                return places + centre
    return None


def _contact(
    one: _Half, two: _Half, distance: float, generator: np.random.Generator
) -> tuple[FloatArray, list[FloatArray]] | None:
    """A random contact: the centre of the second cluster (3,), and its particles about it, turned in some ways.

    Particle i of the first and j of the second touch when the sides r_i, distance, r_j and their reach close.
    """
    i = int(generator.integers(len(one.places)))
    reach = (one.contact[i] + two.contact) / 2
    least = np.maximum(np.abs(two.radius - reach), abs(distance - one.radius[i]))
    most = np.minimum(two.radius + reach, distance + one.radius[i])
    partners = np.flatnonzero((least < most) & (two.radius > 1e-9))
    if one.radius[i] < 1e-9 or not partners.size:
        return None
    j = int(partners[generator.integers(partners.size)])
    # Uniform in the square of the distance is uniform over the directions of the second centre.
    to_host = np.sqrt(generator.uniform(least[j] ** 2, most[j] ** 2))
    host = one.places[i]
    centre = distance * _turned_from(host, one.radius[i], distance, to_host, generator)
    towards = _turned_from(host - centre, to_host, two.radius[j], reach[j], generator)
    return centre, _turns(two.places, two.places[j] / two.radius[j], towards, generator)


def _turned_from(
    side: FloatArray, length: float, other: float, opposite: float, generator: np.random.Generator
) -> FloatArray:
    """Unit vector of the second side of a triangle, (3,), at random about the first."""
    cosine = cosine_of_triangle(np.array([length]), np.array([other]), np.array([opposite]))
    turned: FloatArray = at_angle(side[None] / np.linalg.norm(side), cosine, generator)[0]
    return turned


def _turns(
    places: FloatArray, source: FloatArray, target: FloatArray, generator: np.random.Generator
) -> list[FloatArray]:
    """The places turned so that one direction becomes the other, and then about it by evenly spread angles."""
    seen, onto = places @ frames(source[None])[0].T, frames(target[None])[0]
    start = generator.uniform(0.0, 2 * np.pi)
    return [seen @ _about_first(start + turn) @ onto for turn in 2 * np.pi * np.arange(_TURNS) / _TURNS]


def _about_first(angle: float) -> FloatArray:
    """Rotation (3, 3) about the first axis, for rows."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])


def _apart(tree: object, one: _Half, places: FloatArray, contact: FloatArray) -> bool:
    """Whether no sphere of a cluster overlaps one at these places."""
    from scipy.spatial import cKDTree

    longest = float(one.contact.max() + contact.max()) / 2
    i, j, apart = pairs_within(tree, cKDTree(places), longest)
    return bool((apart >= (one.contact[i] + contact[j]) / 2 * (1 - ROUND_OFF)).all())
