"""Random hard spheres at a volume fraction."""

from __future__ import annotations

import math
from collections.abc import Sequence

from magheat.errors import SpecError
from magheat.spec.arrangement.axes import axes_for
from magheat.spec.arrangement.containers import Ball, Cube
from magheat.spec.arrangement.geometry import stream
from magheat.spec.arrangement.packing import DENSEST, packed
from magheat.spec.arrangement.sizes import drawn_diameters, gap_of, volume_of
from magheat.spec.checks import explain_arguments, one_of, positive
from magheat.spec.material import Material
from magheat.spec.particles import Particles
from magheat.units import FloatArray, Quantities, Quantity, shown

_CONTAINERS: dict[str, type[Cube] | type[Ball]] = {"cube": Cube, "sphere": Ball}
_PLACES = 2
#: Beyond this, a sweep of moves takes longer than a run of so many particles deserves.
_MOST = 200_000


@explain_arguments
def suspension(
    *,
    count: int,
    diameter: Quantity,
    volume_fraction: Quantity,
    material: Material | Sequence[Material],
    gap: Quantity = 0.0,
    container: str = "cube",
    easy_axes: Quantities | str = "random",
    diameter_spread: Quantity = 0.0,
    seed: int = 1,
) -> Particles:
    """Hard spheres at random places in a container about the origin.

    Parameters
    ----------
    count
        Number of particles, >= 1.
    diameter
        In m, > 0; the median where sizes are spread.
    volume_fraction
        Volume of the particles, coatings not counted, over that of the container.
    material
        One, or one per particle.
    gap
        Least distance of surfaces, in m, >= 0: twice the thickness of a coating.
    container
        "cube" or "sphere", with hard walls: particles are inside with their coatings.
    easy_axes
        "random", or axes (3,) or (count, 3).
    diameter_spread
        Standard deviation of ln D, see `lognormal_diameters`.
    seed
        Of places, sizes and axes; these are `lognormal_diameters` and `random_axes` of the same seed.

    Raises
    ------
    SpecError
        For a value that breaks its rule, and for a volume fraction that cannot be reached, with the one that can.

    Notes
    -----
    Places come from random sequential addition up to 0.2 (with coatings), beyond that from random points that push each
    other away; then 100 or 600 Monte Carlo sweeps of hard spheres shake them. Near contact they are then as close as in
    the hard-sphere liquid (Carnahan and Starling, J. Chem. Phys. 51, 635 (1969)) within ten per cent up to 0.4; beyond
    0.49 it would begin to crystallise, and this is a glass that depends on how it was made. The most, with coatings, is
    0.6; hard walls and few particles make it less.
    """
    sizes = drawn_diameters(count, seed, diameter, diameter_spread, "suspension")
    if len(sizes) > _MOST:
        raise SpecError(
            f"suspension.count must be <= {_MOST}; got {len(sizes)}, which take hours to place; take a lattice, "
            f"or places from a file"
        )
    fraction = positive(volume_fraction, "1", "suspension.volume_fraction", "such as 0.1")
    vessel = one_of(container, tuple(_CONTAINERS), "suspension.container")
    contact = sizes + gap_of(gap, "suspension")
    places = _places(sizes, contact, fraction, vessel, seed)
    if places is None:
        reachable = _reachable(sizes, contact, fraction, vessel, seed)
        digits = 10.0 ** (1 - math.floor(math.log10(reachable)))
        most = math.floor(reachable * digits) / digits
        raise SpecError(
            f"suspension.volume_fraction must be <= {most:.2g} for {len(sizes)} of these particles and gaps in a "
            f"{vessel}; got {shown(volume_fraction)}; take less, a smaller gap or a lattice"
        )
    return Particles(
        positions=places,
        diameters=sizes,
        easy_axes=axes_for(easy_axes, len(sizes), seed, "suspension"),
        material=material,
    )


def _places(sizes: FloatArray, contact: FloatArray, fraction: float, vessel: str, seed: int) -> FloatArray | None:
    """Centres (n, 3) in m; None where the fraction cannot be reached."""
    unit = float(contact.mean())
    occupied = fraction * volume_of(contact) / volume_of(sizes)
    if occupied > DENSEST and len(sizes) > 1:
        return None
    room = _CONTAINERS[vessel].of_volume(volume_of(contact / unit) / occupied)
    places = packed(contact / unit, room, occupied, stream(seed, _PLACES))
    return None if places is None else places * unit


def _reachable(sizes: FloatArray, contact: FloatArray, fraction: float, vessel: str, seed: int) -> float:
    """A fraction, below the one that was not, that is reached."""
    fraction = min(fraction, DENSEST * volume_of(sizes) / volume_of(contact))
    while _places(sizes, contact, fraction, vessel, seed) is None:
        fraction *= 0.95
    return fraction
