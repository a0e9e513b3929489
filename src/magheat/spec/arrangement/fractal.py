"""Fractal clusters of a given number, dimension and prefactor."""

from __future__ import annotations

import math
from collections.abc import Sequence

from magheat.errors import SpecError
from magheat.spec.arrangement.axes import axes_for
from magheat.spec.arrangement.cluster_cluster import by_clusters
from magheat.spec.arrangement.geometry import stream
from magheat.spec.arrangement.particle_cluster import Law, by_particles
from magheat.spec.arrangement.sizes import drawn_diameters, gap_of
from magheat.spec.checks import broken, explain_arguments, integer, one_of, positive
from magheat.spec.material import Material
from magheat.spec.particles import Particles
from magheat.units import FloatArray, Quantities, Quantity, parse

_METHODS = ("cluster-cluster", "particle-cluster")
_PLACES = 2
_MOST = 20_000
#: Relative deviation from the law that is round-off.
_EXACT = 1e-9


@explain_arguments
def fractal(
    *,
    count: int,
    diameter: Quantity,
    material: Material | Sequence[Material],
    fractal_dimension: Quantity = 1.8,
    prefactor: Quantity = 1.3,
    gap: Quantity = 0.0,
    method: str = "cluster-cluster",
    easy_axes: Quantities | str = "random",
    diameter_spread: Quantity = 0.0,
    seed: int = 1,
) -> Particles:
    """A cluster of touching particles with count = prefactor (R_g/a)^fractal_dimension, exactly.

    R_g is the radius of gyration of the centres, R_g^2 = <|r - <r>|^2>, each particle counting alike; a is half the
    mean distance of contact, (<D> + gap)/2. The centre <r> is the origin.

    Parameters
    ----------
    count
        Number of particles, >= 2.
    diameter
        In m, > 0; the median where sizes are spread.
    material
        One, or one per particle.
    fractal_dimension
        From 1 to 3. Clusters that meet by diffusion have 1.8, those that react slowly 2.1, those that grow particle by
        particle 2.5.
    prefactor
        k_f, > 0; about 1.3 for clusters that meet by diffusion.
    gap
        From surface to surface of particles in contact, in m, >= 0: twice the thickness of a coating.
    method
        "cluster-cluster": halves, made likewise, meet; the structure of real aggregates, up to a dimension of about
        2.3. "particle-cluster": particles come one by one, for any dimension, which short
        distances follow less well.
    easy_axes
        "random", or axes (3,) or (count, 3).
    diameter_spread
        Standard deviation of ln D, see `lognormal_diameters`.
    seed
        Of places, sizes and axes; these are `lognormal_diameters` and `random_axes` of the same seed.

    Raises
    ------
    SpecError
        For a value that breaks its rule, and where touching spheres cannot make such a cluster.

    Notes
    -----
    Source: the tunable algorithms of Filippov, Zurita and Rosner, J. Colloid Interface Sci. 229, 261 (2000), for
    spheres of several sizes as in Moran et al., Comput. Phys. Commun. 239, 225 (2019), but with every centre of the
    same weight. Other conventions add 3/5 a^2 or a^2 to R_g^2, which matters to a few particles only.
    """
    number = integer(count, "fractal.count", 2, _MOST + 1, "larger ones take hours; put several side by side")
    sizes = drawn_diameters(number, seed, diameter, diameter_spread, "fractal")
    contact = sizes + gap_of(gap, "fractal")
    way = one_of(method, _METHODS, "fractal.method")
    dimension = parse(fractal_dimension, "1", "fractal.fractal_dimension")
    if not 1 <= dimension <= 3:
        hint = "1.8 for clusters that meet by diffusion"
        raise SpecError(broken("fractal.fractal_dimension", ">= 1 and <= 3", fractal_dimension, "1", hint))
    factor = positive(prefactor, "1", "fractal.prefactor", "about 1.3")
    _require_possible(number, dimension, factor)
    unit = float(contact.mean()) / 2
    places = _places(contact / unit, _law(dimension, factor), way, seed)
    if places is None:
        raise SpecError(_out_of_reach(contact / unit, dimension, factor, way, seed))
    return Particles(
        positions=places * unit,
        diameters=sizes,
        easy_axes=axes_for(easy_axes, number, seed, "fractal"),
        material=material,
    )


def _law(dimension: float, prefactor: float) -> Law:
    """Square of the radius of gyration of n particles, in units of a^2."""
    return lambda n: float((n / prefactor) ** (2 / dimension))


def _places(contact: FloatArray, law: Law, way: str, seed: int) -> FloatArray | None:
    """Centres (n, 3) in units of a; None where the law was not met."""
    make = by_clusters if way == "cluster-cluster" else by_particles
    places = make(contact, law, stream(seed, _PLACES))
    if places is None or abs(_square(places) / law(len(contact)) - 1) > _EXACT:
        return None
    return places


def _square(places: FloatArray) -> float:
    """Square of the radius of gyration of centres about their mean at 0."""
    return float((places**2).sum() / len(places))


def _require_possible(count: int, dimension: float, prefactor: float) -> None:
    """Refuse clusters longer than a straight chain, or denser than the densest packing of spheres."""
    chain = (count**2 - 1) / 3
    ball = 0.6 * max((count * math.sqrt(18) / math.pi) ** (2 / 3) - 1, 0.1)
    least, most = (count / square ** (dimension / 2) for square in (chain, ball))
    if least * (1 - _EXACT) <= prefactor <= most:
        return
    raise SpecError(
        f"fractal.prefactor must be from {least:.3g} (a straight chain) to {most:.3g} (the densest packing) for "
        f"{count} particles of the dimension {dimension:g}; got {prefactor:g}; 1.3 suits clusters of 1.8"
    )


def _out_of_reach(contact: FloatArray, dimension: float, prefactor: float, way: str, seed: int) -> str:
    """The sentence about a cluster that could not be built, with the prefactor that can."""
    count = len(contact)
    nearest = _square(by_particles(contact, _law(dimension, prefactor), stream(seed, _PLACES)))
    reached = count / nearest ** (dimension / 2)
    met = abs(reached / prefactor - 1) < 1e-6
    fix = "take method='particle-cluster'" if met else f"take a prefactor near {reached:.2g}, or another dimension"
    return (
        f"fractal.fractal_dimension and prefactor must be in reach of method={way!r}; got {dimension:g} and "
        f"{prefactor:g} for {count} particles, for which it found no place; {fix}"
    )
