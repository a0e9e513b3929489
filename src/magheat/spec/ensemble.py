"""Many particles without places: what the two-well model and linear response take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from magheat.errors import SpecError
from magheat.spec.checks import broken, explain_arguments, instance, one_of, positive, replaced, store
from magheat.spec.material import Material
from magheat.units import Quantity, parse, shown

#: A sphere below the one diameter (m), less than an atom, or of the other or more is no macrospin but a wrong unit.
SMALLEST_DIAMETER, LARGEST_DIAMETER = 1e-13, 1e-3
#: Standard deviation of a logarithm beyond which a distribution means nothing.
_WIDEST = 2.0
INTERACTION_MODELS = ("none", "barrier", "mean-field")


@dataclass(frozen=True, slots=True, init=False)
class Ensemble:
    """Immobile uniaxial particles of one material, by the distribution of their sizes and axes.

    Parameters
    ----------
    material
        M_s and K at the experiment's temperature.
    diameter
        In m, > 0; the median (by number) where sizes are spread.
    interaction
        Diameter over the distance of neighbours, D/d, in [0, 1]; 0 for none.
    axes
        "random", or the angle of all easy axes to the field: in rad, or as "30 deg"; 0 to 90 deg.
    interaction_model
        "barrier": interactions raise the barriers by 2 eps_d m^2, eps_d = mu0 M_s^2 V (D/d)^3/24; "mean-field": a mean
        field gamma (D/d)^3 M, gamma = (pi/6)(1/3 - N); "none".
    diameter_spread, anisotropy_spread
        Standard deviations of ln D (by number) and ln K: log-normal distributions about the medians. Magnetization is
        that of the volume, so that a particle counts by its volume.
    demagnetizing_factor
        N of the mean field, along the field: 0 for a long sample, 1 for a flat one.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """

    material: Material
    diameter: float
    interaction: float
    axes: str | float
    interaction_model: str
    diameter_spread: float
    anisotropy_spread: float
    demagnetizing_factor: float

    @explain_arguments
    def __init__(
        self,
        *,
        material: Material,
        diameter: Quantity,
        interaction: Quantity = 0.0,
        axes: Quantity = "random",
        interaction_model: str = "barrier",
        diameter_spread: Quantity = 0.0,
        anisotropy_spread: Quantity = 0.0,
        demagnetizing_factor: Quantity = 0.0,
    ) -> None:
        instance(material, Material, "Ensemble.material", "such as mh.magnetite")
        size = positive(diameter, "m", "Ensemble.diameter", "write '22 nm' for nanometres")
        if not SMALLEST_DIAMETER <= size < LARGEST_DIAMETER:
            rule, hint = f">= {SMALLEST_DIAMETER:g} and < {LARGEST_DIAMETER:g} m", "write '22 nm' for nanometres"
            raise SpecError(broken("Ensemble.diameter", rule, diameter, "m", hint))
        store(
            self,
            material=material,
            diameter=size,
            interaction=_share(interaction, "Ensemble.interaction", 1.0, "diameter over distance, 0 for none"),
            axes=axis_angle(axes, "Ensemble.axes"),
            interaction_model=one_of(interaction_model, INTERACTION_MODELS, "Ensemble.interaction_model"),
            diameter_spread=_share(diameter_spread, "Ensemble.diameter_spread", _WIDEST, "of ln D; 0.1 is narrow"),
            anisotropy_spread=_share(anisotropy_spread, "Ensemble.anisotropy_spread", _WIDEST, "of ln K"),
            demagnetizing_factor=_share(demagnetizing_factor, "Ensemble.demagnetizing_factor", 1.0, "a sphere has 1/3"),
        )

    def replace(self, **changes: Any) -> Ensemble:
        """An ensemble with some arguments changed."""
        return replaced(self, changes)


def axis_angle(value: Quantity, name: str) -> str | float:
    """The word random, or an angle in rad from 0 to pi/2."""
    if isinstance(value, str) and value == "random":
        return value
    angle = parse(value, "rad", name)
    if 0 <= angle <= math.pi / 2 * (1 + 1e-12):
        return angle
    raise SpecError(f"{name} must be 'random' or an angle >= 0 and <= 90 deg; got {shown(value)}")


def _share(value: Quantity, name: str, most: float, hint: str) -> float:
    number = parse(value, "1", name)
    if 0 <= number <= most:
        return number
    raise SpecError(broken(name, f">= 0 and <= {most:g}", value, "1", hint))
