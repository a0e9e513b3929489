"""Units as headers write them, and the factors to SI."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from magheat.errors import SchemaError, SpecError
from magheat.units import parse, parse_magnetization, shown

#: Column name -> SI unit. Columns of the knowledge base, and what measurements add to them.
SI_UNITS = {
    "saturation_magnetization": "A/m",
    "anisotropy_constant": "J/m^3",
    "diameter": "m",
    "interaction": "1",
    "temperature": "K",
    "frequency": "Hz",
    "amplitude": "A/m",
    "coercive_field": "A/m",
    "remanence": "A/m",
    "loss_per_cycle": "J/m^3",
    "slp": "W/kg",
    "density": "kg/m^3",
    "concentration": "kg/m^3",
    "mass_magnetization": "A m^2/kg",
    "mass_saturation_magnetization": "A m^2/kg",
    "mass_remanence": "A m^2/kg",
    "mass_loss_per_cycle": "J/kg",
    "moment": "A m^2",
    "moment_remanence": "A m^2",
    "static_coercive_field": "A/m",
    "static_remanence": "A/m",
    "static_mass_remanence": "A m^2/kg",
    "applied_field": "A/m",
    "magnetization": "A/m",
    "sample_mass": "kg",
    "sample_volume": "m^3",
    "sample_density": "kg/m^3",
}
#: Fields M in A/m: oersted, gauss and tesla are refused for them, because nobody knows whether 4 pi is in it.
MAGNETIZATIONS = frozenset({"saturation_magnetization", "remanence", "magnetization", "static_remanence"})

_BRACKETS = re.compile(r"(.*?)\s*[(\[]([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)?)[)\]]\s*", re.DOTALL)
#: Spellings without a separator -> with one.
_SPELLINGS = {
    "am^2": "A m^2",
    "am2": "A m^2",
    "am^2/kg": "A m^2/kg",
    "am2/kg": "A m^2/kg",
    "c": "degC",
    "grams": "g",
    "-": "1",
    "": "1",
}


class Scale(NamedTuple):
    """``si = factor * written + offset``."""

    factor: float
    offset: float

    def __call__(self, written: float) -> float:
        """The SI value of a written number."""
        return self.factor * written + self.offset


def split_header(cell: str) -> tuple[str, str | None]:
    """Name and unit of a header such as "Field amplitude (Oe)" or "Moment (m) [emu]"; None where it has no unit."""
    match = _BRACKETS.fullmatch(cell)
    return (match[1].strip(), match[2].strip()) if match else (cell.strip(), None)


@lru_cache(maxsize=256)
def scale(written: str, name: str, si: str) -> Scale:
    """Factor and offset from the unit ``written`` to ``si``, the SI unit of the column ``name``.

    Raises
    ------
    SchemaError
        For an unknown unit, or one of another kind.
    """
    unit = _spelled(written)
    if unit == si == "1":
        return Scale(1.0, 0.0)
    try:
        if name in MAGNETIZATIONS:
            return Scale(parse_magnetization(f"1 {unit}", name), 0.0)
        offset = parse(f"0 {unit}", si, name)
        # 1 degC - 0 degC is not 1 in floats; an offset means a temperature, whose factors are exact in thousands.
        factor = parse(f"1 {unit}", si, name) if offset == 0 else (parse(f"1000 {unit}", si, name) - offset) / 1000
    except SpecError as error:
        reason = str(error).rpartition(": ")[2]
        raise SchemaError(f"{name} must be in a unit of {si}; got {shown(written)}: {reason}") from None
    return Scale(factor, offset)


def kind_of_response(written: str) -> str | None:
    """Which of magnetization, mass_magnetization and moment a unit measures; None for none of them."""
    for name in ("magnetization", "mass_magnetization", "moment"):
        try:
            scale(written, name, SI_UNITS[name])
        except SchemaError:
            continue
        return name
    return None


def _spelled(written: str) -> str:
    unit = " ".join(written.split()).replace("²", "^2").replace("³", "^3")
    for dot in "·⋅":
        unit = unit.replace(dot, " ")
    return _SPELLINGS.get(unit.lower(), unit)
