"""What a particle is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from magheat.errors import SpecError
from magheat.spec.checks import broken, explain_arguments, not_negative, positive, replaced, store
from magheat.units import Quantity, parse, parse_magnetization


@dataclass(frozen=True, slots=True, init=False)
class Material:
    """Material of one macrospin.

    Each value is an SI number or a string with a unit; the attributes are SI floats.

    The anisotropy is uniaxial, about the particle's easy axis. A cubic material (magnetite in the bulk) will be a
    second kind of value for ``anisotropy_constant``, with its own axes, not a switch beside it.

    Parameters
    ----------
    saturation_magnetization
        M_s in A/m, > 0.
    anisotropy_constant
        Uniaxial K in J/m^3, >= 0; zero is an isotropic particle.
    density
        In kg/m^3, > 0; magnetite by default.
    heat_capacity
        Per volume, in J/(m^3 K), > 0; magnetite by default [1]_.
    iron_mass_fraction
        Mass of iron per mass of material, in (0, 1]; magnetite by default.

    Raises
    ------
    SpecError
        For a value that breaks its rule.

    References
    ----------
    .. [1] Munoz-Menendez et al., Phys. Rev. B 102, 214412 (2020).
    """

    saturation_magnetization: float
    anisotropy_constant: float
    density: float
    heat_capacity: float
    iron_mass_fraction: float

    @explain_arguments
    def __init__(
        self,
        *,
        saturation_magnetization: Quantity,
        anisotropy_constant: Quantity,
        density: Quantity = 5180.0,
        heat_capacity: Quantity = 3.48e6,
        iron_mass_fraction: Quantity = 0.7236,
    ) -> None:
        magnetization = parse_magnetization(saturation_magnetization, "Material.saturation_magnetization")
        if magnetization <= 0:
            hint = "magnetite is near 4.5e5 A/m"
            name = "Material.saturation_magnetization"
            raise SpecError(broken(name, "> 0", saturation_magnetization, "A/m", hint))
        fraction = parse(iron_mass_fraction, "1", "Material.iron_mass_fraction")
        if not 0 < fraction <= 1:
            hint = "magnetite has 0.7236"
            raise SpecError(broken("Material.iron_mass_fraction", "> 0 and <= 1", iron_mass_fraction, "1", hint))
        store(
            self,
            saturation_magnetization=magnetization,
            anisotropy_constant=not_negative(
                anisotropy_constant, "J/m^3", "Material.anisotropy_constant", "a positive K makes the axis easy"
            ),
            density=positive(density, "kg/m^3", "Material.density", "magnetite has 5180 kg/m^3"),
            heat_capacity=positive(
                heat_capacity, "J/(m^3 K)", "Material.heat_capacity", "magnetite has 3.48e6 J/(m^3 K)"
            ),
            iron_mass_fraction=fraction,
        )

    def replace(self, **changes: Any) -> Material:
        """A material with some arguments changed."""
        return replaced(self, changes)


#: Magnetite Fe3O4 at room temperature. M_s = 480 emu/cm^3 and |K_1| = 1.1e5 erg/cm^3 are the bulk values in
#: Cullity and Graham, Introduction to Magnetic Materials, 2nd ed. (2009); K_1 is cubic and negative, and its size
#: stands here for an effective uniaxial constant (nanoparticles have 1e4 to 3e4 J/m^3, from shape and surface).
#: Density 5180 kg/m^3; heat capacity from Munoz-Menendez et al., Phys. Rev. B 102, 214412 (2020);
#: iron 3 x 55.845 / 231.533.
magnetite = Material(
    saturation_magnetization=480e3,
    anisotropy_constant=11e3,
    density=5180.0,
    heat_capacity=3.48e6,
    iron_mass_fraction=0.7236,
)

#: Maghemite gamma-Fe2O3 at room temperature. M_s = 380 kA/m and |K_1| = 4.65e3 J/m^3 (cubic and negative, used as
#: an effective uniaxial constant) are the bulk values in Dunlop and Ozdemir, Rock Magnetism (1997), table 3.1.
#: Density 4900 kg/m^3; heat capacity from 104 J/(mol K), the value of hematite, which has the same formula
#: (Robie and Hemingway, USGS Bulletin 2131, 1995), at this density; iron 2 x 55.845 / 159.688.
maghemite = Material(
    saturation_magnetization=380e3,
    anisotropy_constant=4.65e3,
    density=4900.0,
    heat_capacity=3.19e6,
    iron_mass_fraction=0.6994,
)
