"""Random places of hard spheres in a container: put in one by one, or pressed in, then shaken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magheat.spec.arrangement.containers import Container
from magheat.units import FloatArray

#: Volume fraction up to which spheres are put in one by one: random sequential addition jams at 0.38, walls make it
#: less, and the last spheres take long.
_ONE_BY_ONE = 0.2
#: Random close packing, 0.64, is not reached in reasonable time; neither is anything beyond it, which is a crystal.
DENSEST = 0.6
#: Spheres are pressed in this much too large, so that a finite number of rounds ends without any overlap.
_MARGIN, _ROUNDS = 1e-3, 1500
#: Part of their overlap by which each of two spheres moves: to part them takes 0.5, more takes a fifth of the rounds.
_PUSH = 0.9
#: Monte Carlo sweeps of spheres that were put in, and of those that were pressed in and touch too often at first.
_FEW_SWEEPS, _MANY_SWEEPS = 100, 600
#: Longest move in units of the free path; of those tried, the fastest to forget how it was begun.
_MOVE = 0.5
_ATTEMPTS = 200


def packed(
    contact: FloatArray, container: Container, fraction: float, generator: np.random.Generator
) -> FloatArray | None:
    """Centres (n, 3) of hard spheres that fill a fraction of a container, or None where they could not be put in.

    Up to a fraction of 0.2 they are put in one by one where there is room (random sequential addition), beyond that at
    random places, from which spheres that overlap push each other away. Then all are shaken by Monte Carlo moves, which
    keep the equal probability of all arrangements without overlap.

    Parameters
    ----------
    contact
        Diameters, (n,).
    container
        What they are in.
    fraction
        Part of its volume that they fill.
    """
    if contact.max() > container.width:
        return None
    longest = _MOVE * ((0.64 / fraction) ** (1 / 3) - 1) * float(contact.mean())
    places = _put_in(contact, container, generator) if fraction <= _ONE_BY_ONE else None
    if places is not None:
        return _shaken(places, contact, container, longest, _FEW_SWEEPS, generator)
    places = pressed(container.drawn(contact, generator), contact, container)
    return None if places is None else _shaken(places, contact, container, longest, _MANY_SWEEPS, generator)


def pressed(places: FloatArray, contact: FloatArray, container: Container) -> FloatArray | None:
    """Places without overlap, (n, 3), that spheres reach by pushing each other away; None where they are stuck."""
    inflated = contact * (1 + _MARGIN)
    for _ in range(_ROUNDS):
        i, j, depth, away = _overlaps(places, inflated)
        reach = (inflated[i] + inflated[j]) / 2
        if not (depth > _MARGIN / 2 * reach).any():
            return places
        push = (_PUSH * depth)[:, None] * away
        places = places.copy()
        np.add.at(places, i, push)
        np.add.at(places, j, -push)
        places = container.confined(places, contact)
    return None


def _put_in(contact: FloatArray, container: Container, generator: np.random.Generator) -> FloatArray | None:
    """Random sequential addition, (n, 3); None where there seems to be no room left."""
    places = np.empty((len(contact), 3))
    placed = np.zeros(len(contact), dtype=bool)
    for _ in range(_ATTEMPTS):
        left = np.flatnonzero(~placed)
        trial = container.drawn(contact[left], generator)
        done = np.flatnonzero(placed)
        every = np.concatenate([places[done], trial])
        i, j, _, _ = _overlaps(every, np.concatenate([contact[done], contact[left]]))
        kept = _first_come(i, j, len(done), len(every))
        places[left[kept]], placed[left[kept]] = trial[kept], True
        if placed.all():
            return places
    return None


def _first_come(i: NDArray[np.intp], j: NDArray[np.intp], there: int, total: int) -> NDArray[np.bool_]:
    """Which of the spheres after the first ``there`` stay, when of two that overlap the later one goes."""
    stays = [True] * total
    first, second = np.minimum(i, j), np.maximum(i, j)
    order = np.lexsort((first, second))
    for a, b in zip(first[order].tolist(), second[order].tolist(), strict=True):
        stays[b] = stays[b] and not stays[a]
    return np.array(stays[there:])


def _shaken(
    places: FloatArray,
    contact: FloatArray,
    container: Container,
    longest: float,
    sweeps: int,
    generator: np.random.Generator,
) -> FloatArray:
    """Places after Monte Carlo sweeps with moves up to ``longest`` in x, y and z, (n, 3).

    All spheres try to move at once. Two of which either's trial is in the way of the other, where it is or where it
    wants to go, both stay; so does one that would leave the container. The reverse moves meet the same refusals, which
    is detailed balance for the uniform distribution.
    """
    count = len(contact)
    doubled = np.concatenate([contact, contact])
    for _ in range(sweeps):
        trial = places + longest * generator.uniform(-1.0, 1.0, (count, 3))
        stays = (container.confined(trial, contact) != trial).any(axis=1)
        i, j, _, _ = _overlaps(np.concatenate([places, trial]), doubled)
        a, b = i % count, j % count
        stays[a[a != b]] = True
        stays[b[a != b]] = True
        places = np.where(stays[:, None], places, trial)
    return places


def _overlaps(
    places: FloatArray, contact: FloatArray
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray, FloatArray]:
    """Pairs i, j of spheres that overlap, by how much, and the unit vectors from j to i."""
    from scipy.spatial import cKDTree

    pairs = cKDTree(places).query_pairs(float(contact.max()), output_type="ndarray")
    i, j = pairs[:, 0], pairs[:, 1]
    apart = places[i] - places[j]
    distance = np.linalg.norm(apart, axis=1)
    depth = (contact[i] + contact[j]) / 2 - distance
    real = (depth > 0) & (distance > 0)
    return i[real], j[real], depth[real], apart[real] / distance[real, None]
