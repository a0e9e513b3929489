"""The numbers that the inverse questions are about: unit, scale that people use, and their sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from magheat.constants import OERSTED
from magheat.errors import SpecError
from magheat.spec.checks import unknown_name
from magheat.units import Quantity, parse, parse_magnetization, shown


class Meaning(NamedTuple):
    """A quantity by its name."""

    unit: str  # SI
    scale: float  # of the unit that people use, in SI
    written: str  # that unit
    lowest: float  # SI
    lowest_itself: bool  # whether that is allowed
    highest: float
    example: str


QUANTITIES: dict[str, Meaning] = {
    "saturation_magnetization": Meaning("A/m", 1e3, "kA/m", 0.0, False, 1e8, "'450 kA/m'"),
    "anisotropy_constant": Meaning("J/m^3", 1e3, "kJ/m^3", 0.0, False, 1e9, "'20 kJ/m^3'"),
    "diameter": Meaning("m", 1e-9, "nm", 0.0, False, 1e-3, "'16 nm'"),
    "diameter_spread": Meaning("1", 1.0, "", 0.0, True, 2.0, "0.1"),
    "interaction": Meaning("1", 1.0, "", 0.0, True, 1.0, "0.3"),
    "temperature": Meaning("K", 1.0, "K", 0.0, False, 1e4, "'310 K'"),
    "frequency": Meaning("Hz", 1e3, "kHz", 0.0, False, 1e12, "'100 kHz'"),
    "amplitude": Meaning("A/m", 1e3, "kA/m", 0.0, False, 1e9, "'150 Oe'"),
}


def read(name: str, value: Quantity, where: str) -> float:
    """SI value of a quantity, within what it can be.

    Raises
    ------
    SpecError
        Naming ``where``, the rule, the value and an example.
    """
    meaning = QUANTITIES[name]
    if name == "saturation_magnetization":
        number = parse_magnetization(value, where)
    else:
        number = parse(value, meaning.unit, where)
    # what has a unit must stay below its highest value, as everywhere; a ratio may be it
    above = number >= meaning.lowest if meaning.lowest_itself else number > meaning.lowest
    below = number <= meaning.highest if meaning.unit == "1" else number < meaning.highest
    if above and below:
        return number
    rule = f"{'>=' if meaning.lowest_itself else '>'} {meaning.lowest:g} and "
    rule += f"{'<=' if meaning.unit == '1' else '<'} {meaning.highest:g}"
    unit = "" if meaning.unit == "1" else f" {meaning.unit}"
    raise SpecError(f"{where} must be {rule}{unit}; got {shown(value)}; such as {meaning.example}.")


def read_pair(name: str, pair: object, where: str) -> tuple[float, float]:
    """Lowest and highest value of a quantity, SI.

    Raises
    ------
    SpecError
        For anything but two values in ascending order.
    """
    if isinstance(pair, str | bytes) or not isinstance(pair, Iterable) or len(values := list(pair)) != 2:
        raise SpecError(f"{where} must be a pair (lowest, highest); got {shown(pair)}.")
    low, high = (read(name, value, f"{where}[{i}]") for i, value in enumerate(values))
    if low < high:
        return low, high
    raise SpecError(f"{where} must have its lowest value first and another one second; got {shown(pair)}.")


def require_known(names: Iterable[object], known: Iterable[str], where: str) -> None:
    """Refuse a name that is none of those known.

    Raises
    ------
    SpecError
        Saying what was likely meant.
    """
    known = tuple(known)
    for name in names:
        if name not in known:
            raise SpecError(unknown_name(f"{where}[{shown(name)}]", str(name), known))


def require_mapping(value: object, where: str, example: str) -> None:
    """Refuse anything but a mapping of names.

    Raises
    ------
    SpecError
        With an example.
    """
    if not isinstance(value, Mapping):
        raise SpecError(f"{where} must be a mapping of names, such as {example}; got {shown(value)}.")


def power(value: float) -> str:
    """Three significant digits, as in 4.85e8."""
    return f"{value:.3g}".replace("e+", "e").replace("e0", "e")


def told(name: str, value: float) -> str:
    """A value in the unit that people use, such as "16.2 nm"; a field in Oe, too."""
    meaning = QUANTITIES[name]
    text = f"{value / meaning.scale:.4g}" + (f" {meaning.written}" if meaning.written else "")
    return f"{text} ({value / OERSTED:.4g} Oe)" if name == "amplitude" else text
