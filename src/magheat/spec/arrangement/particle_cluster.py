"""Fractal clusters particle by particle, each at the distance from the centre that the law of the cluster asks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from magheat.spec.arrangement.geometry import ROUND_OFF, at_angle, cosine_of_triangle, random_directions
from magheat.units import FloatArray

#: Square of the radius of gyration of n particles.
Law = Callable[[int], float]
#: Places tried at once, and how often before the distance is changed.
_BATCH, _BATCHES = 64, 4
#: By how much.
_WIDER = 1.05


def by_particles(contact: FloatArray, law: Law, generator: np.random.Generator) -> FloatArray:
    """Centres (n, 3) about their mean, of a cluster in which every particle touches an earlier one.

    Where the law asks a small cluster for what spheres cannot do, the nearest thing is done; later particles make up
    for it.

    Parameters
    ----------
    contact
        Distances of contact of equal spheres, (n,): diameters with the gap.
    law
        Square of the radius of gyration of n particles.
    """
    places = np.zeros((len(contact), 3))
    for n in range(1, len(contact)):
        places[:n] -= places[:n].mean(axis=0)
        # Steiner: (n+1) R^2 = n R_n^2 + d^2 n/(n+1), d from the mean of the first n.
        square = (n + 1) / n * ((n + 1) * law(n + 1) - float((places[:n] ** 2).sum()))
        places[n] = _attached(places[:n], contact[: n + 1], max(square, 1e-6) ** 0.5, generator)
    centred: FloatArray = places - places.mean(axis=0)
    return centred


def _attached(known: FloatArray, contact: FloatArray, distance: float, generator: np.random.Generator) -> FloatArray:
    """Where the last sphere touches one of the others and overlaps none, at a distance from the origin or near it."""
    reach = (contact[:-1] + contact[-1]) / 2
    if len(known) == 1:
        return np.asarray(reach * random_directions(1, generator)[0])
    from_centre = np.linalg.norm(known, axis=1)
    distance = min(distance, float((from_centre + reach).max()))
    while True:
        meets = (np.abs(distance - from_centre) <= reach) & (distance + from_centre >= reach) & (from_centre > 1e-9)
        hosts = np.flatnonzero(meets)
        for _ in range(_BATCHES if hosts.size else 0):
            host = hosts[generator.integers(0, hosts.size, _BATCH)]
            trial = _touching(known[host], from_centre[host], reach[host], distance, generator)
            if (place := _free(trial, host, known, reach)) is not None:
                return place
        farthest = float((from_centre + reach).max())
        if distance == farthest:  # round-off only: nothing is in the way out there
            outermost = int(np.argmax(from_centre + reach))
            tip: FloatArray = known[outermost] * (farthest / from_centre[outermost])
            return tip
        distance = min(distance * _WIDER + 1e-2 * reach[0], farthest)


def _touching(
    host: FloatArray, radius: FloatArray, reach: FloatArray, distance: float, generator: np.random.Generator
) -> FloatArray:
    """Places (k, 3) at a distance from the origin and in contact with hosts (k, 3) at radii (k,) from it."""
    cosine = cosine_of_triangle(radius, np.full_like(radius, distance), reach)
    return distance * at_angle(host / radius[:, None], cosine, generator)


def _free(trial: FloatArray, host: NDArray[np.intp], known: FloatArray, reach: FloatArray) -> FloatArray | None:
    """The first of the places at which nothing but its host is touched."""
    square = (trial**2).sum(axis=1)[:, None] - 2 * trial @ known.T + (known**2).sum(axis=1)
    close = square < reach**2 * (1 - 1e-6)
    close[np.arange(len(trial)), host] = False
    for index in np.flatnonzero(~close.any(axis=1)):
        # Products of large numbers lose digits: what passed is looked at again by differences, the host, too.
        apart = np.linalg.norm(known - trial[index], axis=1)
        if (apart >= reach * (1 - ROUND_OFF)).all():
            place: FloatArray = trial[index]
            return place
    return None
