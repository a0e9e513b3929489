"""What physics alone says of a measured SLP, from what a table of publications tells of each sample.

Such a table tells the composition, the magnetization per mass, a surface over volume and the field. Everything else is
read into it, and stays a reading:

- the diameter is 6 over the surface per volume, taken in 1/nm: right for spheres of one size;
- M_s is the reported magnetization per mass times the density of the compound;
- K is the size of the bulk's cubic constant K_1, mixed in proportion to the divalent metals. Nanoparticles have more,
  from shape and surface, and K stands in an exponent;
- 300 K, no interactions, no spread of sizes, W/g of the compound; water around the particles, where they can turn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat.constants import MU_0
from magheat.solvers.linear_response import LinearResponse
from magheat.solvers.two_well_table import two_well_loops
from magheat.spec.ensemble import Ensemble
from magheat.spec.material import Material, maghemite, magnetite
from magheat.surrogates.tables import as_frame, numbers, require_columns
from magheat.units import FloatArray

if TYPE_CHECKING:
    import polars as pl

    Table = Mapping[str, Any] | pl.DataFrame

#: What a prediction is made of.
REQUIRED = ("composition", "area_over_volume_as_written", "mass_saturation_magnetization", "amplitude", "frequency")
#: The columns that `with_physics` adds, all SLP in W/kg.
LINEAR_RESPONSE, TWO_WELLS, LARGEST_LOOP = "slp_linear_response", "slp_two_wells", "slp_largest_loop"
TEMPERATURE = 300.0
#: Below this, in W/kg, no calorimeter sees anything; blocked particles in a weak field have 0, which has no logarithm.
LEAST_SLP = 1.0
#: Of water at 300 K, Pa s.
_WATER = 0.85e-3
_METAL = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?|\.\d+)?")


class Compound(NamedTuple):
    """Constants of the bulk at room temperature."""

    anisotropy_constant: float
    """Size of K_1, J/m^3."""
    density: float
    """kg/m^3."""


#: Ferrites M Fe2O4 by their divalent metal. Sizes of K_1 at room temperature, rounded, and X-ray densities: Smit and
#: Wijn, Ferrites (1959); Cullity and Graham, Introduction to Magnetic Materials, 2nd ed. (2009), for magnetite as in
#: `magheat.magnetite`. Cobalt: 180 to 200 kJ/m^3 in Rosensweig, J. Magn. Magn. Mater. 252, 370 (2002); single crystals
#: have up to 290. Zinc ferrite is no ferrimagnet in the bulk and has no K_1: in a mixture zinc counts for nothing.
FERRITES: Mapping[str, Compound] = MappingProxyType(
    {
        "Fe": Compound(magnetite.anisotropy_constant, magnetite.density),
        "Mn": Compound(3.0e3, 5000.0),
        "Co": Compound(1.9e5, 5290.0),
        "Ni": Compound(6.2e3, 5380.0),
        "Cu": Compound(6.0e3, 5350.0),
        "Mg": Compound(2.5e3, 4520.0),
        "Zn": Compound(0.0, 5330.0),
    }
)


def compound_of(composition: str) -> Compound | None:
    """Constants of a compound written like "Co0.7Fe0.3Fe2O4" or "Fe2O3"; None if there are none in the tables.

    Parameters
    ----------
    composition
        Elements with their numbers; the metals of a spinel add up to 3 for 4 oxygens, whatever is told of iron.
    """
    written = composition.strip()
    metals: dict[str, float] = {}
    for name, number in _METAL.findall(written):
        metals[name] = metals.get(name, 0.0) + float(number or 1)
    if not metals or "".join(name + number for name, number in _METAL.findall(written)) != written:
        return None
    oxygen = metals.pop("O", 0.0)
    if set(metals) == {"Fe"} and math.isclose(2 * oxygen, 3 * metals["Fe"]):
        return Compound(maghemite.anisotropy_constant, maghemite.density)
    iron = metals.pop("Fe", 0.0)
    shares = metals | {"Fe": 1.0 - sum(metals.values())}
    if oxygen != 4 or iron < 2 - 1e-9 or shares["Fe"] < -1e-9 or not set(shares) <= set(FERRITES):
        return None
    anisotropy = sum(share * FERRITES[metal].anisotropy_constant for metal, share in shares.items())
    if anisotropy < 1.0:
        return None
    return Compound(anisotropy, sum(share * FERRITES[metal].density for metal, share in shares.items()))


def as_two_wells(table: Table) -> pl.DataFrame:
    """What the two-well model takes, as it can be read into rows of measured data; missing where it cannot.

    Parameters
    ----------
    table
        Columns `REQUIRED`, as `magheat.Store.table` gives them for measured rows.

    Returns
    -------
    polars.DataFrame
        saturation_magnetization (A/m), anisotropy_constant (J/m^3), diameter (m), density (kg/m^3), interaction,
        temperature (K), amplitude (A/m), frequency (Hz).

    Raises
    ------
    SchemaError
        When a column is missing or of the wrong kind.
    """
    import polars as pl

    frame = as_frame(table)
    require_columns(frame, REQUIRED, "column")
    found = [compound_of(str(name)) if name is not None else None for name in frame["composition"].to_list()]
    constants = np.array([one or (math.nan, math.nan) for one in found], dtype=np.float64).reshape(-1, 2)
    per_mass, surface = (numbers(frame, REQUIRED[k]) for k in (2, 1))
    columns = {
        "saturation_magnetization": per_mass * constants[:, 1],
        "anisotropy_constant": constants[:, 0],
        "diameter": 6e-9 / np.where(surface > 0, surface, np.nan),
        "density": constants[:, 1],
        "interaction": np.zeros(len(frame)),
        "temperature": np.full(len(frame), TEMPERATURE),
        "amplitude": numbers(frame, "amplitude"),
        "frequency": numbers(frame, "frequency"),
    }
    return pl.DataFrame({name: pl.Series(values, nan_to_null=True) for name, values in columns.items()})


def with_physics(table: Table) -> pl.DataFrame:
    """The table with what three models say of each row, in W/kg; missing where the row does not tell enough.

    ``slp_two_wells``: immobile particles that switch, loops of any amplitude (`magheat.two_well_loops`).
    ``slp_linear_response``: particles that relax by Neel and, in water, by turning; linear in the field, but never more
    than the largest loop. ``slp_largest_loop``: 4 mu0 sigma_s H f, with sigma_s the reported magnetization per mass,
    which no loop exceeds.

    Raises
    ------
    SchemaError
        When a column is missing or of the wrong kind.
    """
    import polars as pl

    frame, read = as_frame(table), as_two_wells(table)
    told = read.select(pl.all_horizontal(pl.all().is_not_null())).to_series().to_numpy()
    rows = read.filter(told)
    per_mass, amplitude, frequency = (numbers(frame, name) for name in REQUIRED[2:])
    largest = 4 * MU_0 * per_mass * amplitude * frequency
    two_wells, linear = (np.full(len(frame), np.nan) for _ in range(2))
    two_wells[told] = np.maximum(two_well_loops(rows)["slp"].to_numpy(), LEAST_SLP)
    linear[told] = np.clip(_linear_response(rows), LEAST_SLP, largest[told])
    found = {TWO_WELLS: two_wells, LINEAR_RESPONSE: linear, LARGEST_LOOP: largest}
    return frame.with_columns(pl.Series(name, values, nan_to_null=True) for name, values in found.items())


def _linear_response(rows: pl.DataFrame) -> FloatArray:
    """(rows,) pi mu0 chi'' H^2 f/density, W/kg, of particles that may turn in water."""
    solver = LinearResponse(viscosity=_WATER)
    chi = np.array([_susceptibility(solver, row).imag for row in rows.iter_rows(named=True)])
    amplitude, frequency, density = (rows[name].to_numpy() for name in ("amplitude", "frequency", "density"))
    result: FloatArray = -np.pi * MU_0 * chi * amplitude**2 * frequency / density
    return result


def _susceptibility(solver: LinearResponse, row: Mapping[str, float]) -> complex:
    material = Material(
        saturation_magnetization=row["saturation_magnetization"],
        anisotropy_constant=row["anisotropy_constant"],
        density=row["density"],
    )
    return solver.susceptibility(
        Ensemble(material=material, diameter=row["diameter"]), row["temperature"], row["frequency"]
    )
