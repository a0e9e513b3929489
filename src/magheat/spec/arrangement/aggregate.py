"""Aggregates that grow particle by particle: where each first touches, it stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from magheat.spec.arrangement.axes import axes_for
from magheat.spec.arrangement.geometry import at_angle, first_contact, random_directions, stream
from magheat.spec.arrangement.sizes import drawn_diameters, gap_of
from magheat.spec.checks import explain_arguments, integer, one_of
from magheat.spec.material import Material
from magheat.spec.particles import Particles
from magheat.units import FloatArray, Quantities, Quantity

_PLACES = 2
_MOST = 20_000
#: A walker nearer to contact than this part of its own size flies the rest.
_NEAR = 1e-3

#: Where a sphere that comes from outside the radius ``far`` first touches: places (n, 3) and reach (n,) of the others.
Arrival = Callable[[FloatArray, FloatArray, float, np.random.Generator], FloatArray]


@explain_arguments
def aggregate(
    *,
    count: int,
    diameter: Quantity,
    material: Material | Sequence[Material],
    method: str = "diffusion",
    gap: Quantity = 0.0,
    easy_axes: Quantities | str = "random",
    diameter_spread: Quantity = 0.0,
    seed: int = 1,
) -> Particles:
    """A cluster that grows by particles from afar, each of which stays where it first touches.

    Its fractal dimension follows from how they come; for one that is given, take `fractal`. The mean of the centres is
    the origin.

    Parameters
    ----------
    count
        Number of particles, >= 1.
    diameter
        In m, > 0; the median where sizes are spread.
    material
        One, or one per particle.
    method
        "diffusion": by Brownian paths (diffusion-limited aggregation), which makes open clusters of the fractal
        dimension 2.5. "ballistic": on straight lines from all sides, which makes dense ones of the dimension 3.
    gap
        From surface to surface of particles in contact, in m, >= 0: twice the thickness of a coating.
    easy_axes
        "random", or axes (3,) or (count, 3).
    diameter_spread
        Standard deviation of ln D, see `lognormal_diameters`.
    seed
        Of places, sizes and axes; these are `lognormal_diameters` and `random_axes` of the same seed.

    Raises
    ------
    SpecError
        For a value that breaks its rule.

    Notes
    -----
    Sources: T. A. Witten and L. M. Sander, Phys. Rev. Lett. 47, 1400 (1981); M. J. Vold, J. Colloid Sci. 18, 684
    (1963). Brownian paths are followed by steps to spheres that are free of particles, on which a path ends uniformly;
    out of the cluster's reach they are followed exactly, back or to infinity.
    """
    number = integer(count, "aggregate.count", 1, _MOST + 1, "larger ones take hours; put several side by side")
    sizes = drawn_diameters(number, seed, diameter, diameter_spread, "aggregate")
    contact = sizes + gap_of(gap, "aggregate")
    arrival = _ARRIVALS[one_of(method, tuple(_ARRIVALS), "aggregate.method")]
    unit = float(contact.mean())
    return Particles(
        positions=_grown(contact / unit, arrival, stream(seed, _PLACES)) * unit,
        diameters=sizes,
        easy_axes=axes_for(easy_axes, number, seed, "aggregate"),
        material=material,
    )


def _grown(contact: FloatArray, arrival: Arrival, generator: np.random.Generator) -> FloatArray:
    """Centres (n, 3) about their mean."""
    places = np.zeros((len(contact), 3))
    extent = 0.0
    for n in range(1, len(contact)):
        reach = (contact[:n] + contact[n]) / 2
        places[n] = arrival(places[:n], reach, extent + float(reach.max()), generator)
        extent = max(extent, float(np.linalg.norm(places[n])))
    centred: FloatArray = places - places.mean(axis=0)
    return centred


def _on_a_line(places: FloatArray, reach: FloatArray, far: float, generator: np.random.Generator) -> FloatArray:
    """First contact of a straight flight, uniform over directions and over the cross-section that may meet."""
    while True:
        along = random_directions(1, generator)
        aside = at_angle(along, np.zeros(1), generator)[0] * far * np.sqrt(generator.uniform())
        start = aside - 2 * far * along[0]
        if (flight := first_contact(start, along[0], places, reach)) is not None:
            return np.asarray(start + flight * along[0])


def _on_a_brownian_path(
    places: FloatArray, reach: FloatArray, far: float, generator: np.random.Generator
) -> FloatArray:
    """First contact of a Brownian path from infinity."""
    walker = _from_infinity(far, generator)
    while True:
        apart = walker - places
        free = np.sqrt(np.einsum("nc,nc->n", apart, apart)) - reach
        nearest = int(np.argmin(free))
        if free[nearest] < _NEAR * reach[nearest]:
            inwards = -apart[nearest] / np.linalg.norm(apart[nearest])
            return np.asarray(walker + inwards * (first_contact(walker, inwards, places, reach) or 0.0))
        walker = walker + free[nearest] * random_directions(1, generator)[0]
        distance = float(np.linalg.norm(walker))
        if distance > far:
            walker = _returned(walker, distance, far, generator)


def _returned(walker: FloatArray, distance: float, far: float, generator: np.random.Generator) -> FloatArray:
    """Where a path from outside a sphere first meets it; a path that never does is replaced by one from infinity."""
    if generator.uniform() * distance > far:
        return _from_infinity(far, generator)
    # Poisson's kernel of the outside: the density over the sphere is as 1/s^3, so 1/s is uniform between its ends.
    share = generator.uniform()
    s = 1 / (share / (distance + far) + (1 - share) / (distance - far))
    cosine = np.array([np.clip((distance**2 + far**2 - s**2) / (2 * distance * far), -1.0, 1.0)])
    return np.asarray(at_angle(walker[None] / distance, cosine, generator)[0] * far)


def _from_infinity(far: float, generator: np.random.Generator) -> FloatArray:
    """Where a path first meets a sphere about the cluster, (3,): anywhere alike."""
    return np.asarray(random_directions(1, generator)[0] * far)


_ARRIVALS: dict[str, Arrival] = {"diffusion": _on_a_brownian_path, "ballistic": _on_a_line}
