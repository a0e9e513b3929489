"""Numbers with units, at the edge only: a float is SI already, a string such as ``"500 Oe"`` is converted here.

Pint does the conversions with our own definition file (``units.txt``), in exact fractions, so that ``"22 nm"`` and
``22e-9`` are the same float. A string reaches pint only after its characters, length and shape were checked, because
pint evaluates expressions (``"9**9**9 m"`` would never return).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from magheat.errors import SpecError

if TYPE_CHECKING:
    import pint

__all__ = ["FloatArray", "Quantities", "Quantity", "parse", "parse_array", "parse_magnetization", "shown"]

#: What a physical argument accepts: an SI number or a string with a unit.
Quantity: TypeAlias = float | str
#: What an array argument accepts: SI numbers, strings with units, nested sequences of them, or an array.
Quantities: TypeAlias = Sequence[Any] | NDArray[Any]
#: A float64 array in SI.
FloatArray: TypeAlias = NDArray[np.float64]

#: SI unit -> what it measures, and what a user may write for it.
_QUANTITIES = {
    "A/m": ("a field", "A/m, kA/m, Oe, kOe, T, mT or G"),
    "J/m^3": ("an energy density", "J/m^3, kJ/m^3 or erg/cm^3"),
    "m": ("a length", "m, nm, um or angstrom"),
    "K": ("a temperature", "K or degC"),
    "Hz": ("a frequency", "Hz, kHz or MHz"),
    "s": ("a time", "s, us or ns"),
    "rad": ("an angle", "rad or deg"),
    "kg/m^3": ("a density", "kg/m^3 or g/cm^3"),
    "J/(m^3 K)": ("a heat capacity per volume", "J/(m^3 K) or J/(cm^3 K)"),
    "1": ("a plain number", "a finite number without a unit"),
}
_MAGNETIZATION = (
    "a magnetization",
    "A/m, kA/m or emu/cm^3 (emu/g times the density in g/cm^3 is emu/cm^3; Oe, G and T are ambiguous here)",
)

_LONGEST_STRING = 80
_FACTOR = r"[A-Za-zÅ]+(?:\^?-?[0-9])?"
_SEPARATOR = r"(?: ?[*/.] ?| )"
_GROUP = rf"\( ?{_FACTOR}(?:{_SEPARATOR}{_FACTOR})* ?\)"
_UNIT = rf"{_FACTOR}(?:{_SEPARATOR}(?:{_FACTOR}|{_GROUP}))*"
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER_AND_UNIT = re.compile(rf"({_NUMBER}) ?({_UNIT})?")
_POWER = re.compile(r"(?<=[A-Za-zÅ])\^?(-?[0-9])")
_FIELD_UNIT = re.compile(r"(?:Oe|oersted|G|gauss|T|tesla)s?(?![A-Za-z])")

#: Typographic forms that people paste -> the plain form.
_PLAIN = (
    ("°C", "degC"),
    ("℃", "degC"),
    ("°F", "degF"),
    ("°", "deg"),
    ("**", "^"),
    *((sign, "u") for sign in "µμ"),
    *((sign, "-") for sign in "−⁻"),
    *((sign, "*") for sign in "·⋅"),
    *((sign, str(digit)) for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")),
    ("\u212b", "Å"),
)


class _UnitError(Exception):
    """Why a unit does not fit, as the last clause of a sentence."""


def parse(value: Quantity, unit: str, name: str) -> float:
    """SI value of an argument.

    Parameters
    ----------
    value
        Real number, taken as SI, or a string with a number and a unit, such as ``"500 Oe"``.
    unit
        SI unit of the argument: ``"A/m"`` (a field), ``"J/m^3"``, ``"m"``, ``"K"``, ``"Hz"``, ``"s"``, ``"rad"``,
        ``"kg/m^3"``, ``"J/(m^3 K)"`` or ``"1"``. A field may be written as a flux density B = mu_0 H in a vacuum:
        1 mT is 10 Oe exactly (mu_0 = 4 pi 1e-7 H/m; CODATA's differs by 1.3e-10).
    name
        The argument's name, for the error, such as ``"Sinusoidal.amplitude"``.

    Raises
    ------
    SpecError
        For anything but a finite real number in a unit of the right kind.
    """
    return _parse(value, unit, name, *_QUANTITIES.get(unit, ("a quantity", unit)))


def parse_magnetization(value: Quantity, name: str) -> float:
    """SI value in A/m of a magnetization: as `parse`, but in A/m or emu/cm^3 only.

    Oersted, gauss and tesla are refused: whether "480 G" means M or 4 pi M is anybody's guess.
    """
    if isinstance(value, str) and _FIELD_UNIT.search(value[:_LONGEST_STRING]):
        raise SpecError(_sentence(name, value, *_MAGNETIZATION, "it is in a unit of fields"))
    return _parse(value, "A/m", name, *_MAGNETIZATION)


def parse_array(value: Quantities, unit: str, name: str, shape: tuple[int | None, ...]) -> FloatArray:
    """Read-only float64 array in SI, a copy of ``value``.

    Parameters
    ----------
    value
        Array, or (nested) sequence of numbers and strings; strings as in `parse`.
    unit, name
        As in `parse`.
    shape
        The shape that the result must have; ``None`` leaves a length free.

    Raises
    ------
    SpecError
        For the wrong shape, or any element that `parse` refuses, which the error names by its indices.
    """
    array = _as_array(value, name)
    if array.ndim != len(shape) or any(want not in (None, have) for want, have in zip(shape, array.shape, strict=True)):
        wanted, got = (", ".join("n" if length is None else str(length) for length in s) for s in (shape, array.shape))
        raise SpecError(f"{name} must have the shape ({wanted}); got {shown(value)} of the shape ({got})")
    if array.dtype.kind in "iuf":
        result = array.astype(np.float64)
    else:
        elements = (parse(array.item(index), unit, f"{name}{list(index)}") for index in np.ndindex(array.shape))
        result = np.fromiter(elements, np.float64, array.size).reshape(array.shape)
    if not np.isfinite(result).all():
        index = [int(i) for i in np.argwhere(~np.isfinite(result))[0]]
        raise SpecError(f"{name}{index} must be finite; got {result[tuple(index)]}; give a number in {unit}")
    result.flags.writeable = False
    return result


def shown(value: object) -> str:
    """``value`` as an error message shows it: its repr on one line, 60 characters at most."""
    try:
        text = " ".join(repr(value.item() if isinstance(value, np.generic) else value).split())
    except ValueError:  # an integer of thousands of digits
        text = f"a {type(value).__name__} too long to print"
    return text if len(text) <= 60 else text[:57] + "..."


def _as_array(value: Quantities, name: str) -> NDArray[Any]:
    """``value`` as an array of numbers, or of objects where it holds strings."""
    try:
        array = np.asarray(value)
        return array if array.dtype.kind in "iuf" else np.array(value, dtype=object)
    except (ValueError, TypeError):
        raise SpecError(f"{name} must be an array of numbers with rows of equal length; got {shown(value)}") from None


def _parse(value: Quantity, unit: str, name: str, kind: str, examples: str) -> float:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    try:
        if isinstance(value, str):
            result = _parse_string(value, unit)
        elif isinstance(value, Real) and not isinstance(value, bool):
            result = float(value)
        else:
            raise _UnitError(f"it is of type {type(value).__name__}")
        if not math.isfinite(result):
            raise _UnitError("it is not finite")
    except OverflowError:
        raise SpecError(_sentence(name, value, kind, examples, "it is not finite")) from None
    except _UnitError as error:
        raise SpecError(_sentence(name, value, kind, examples, str(error))) from None
    return result


def _sentence(name: str, value: object, kind: str, examples: str, reason: str) -> str:
    return f"{name} must be {kind}; got {shown(value)}: {reason}; write {examples}"


def _parse_string(text: str, unit: str) -> float:
    if len(text) > _LONGEST_STRING:
        raise _UnitError(f"it is longer than {_LONGEST_STRING} characters")
    if not text.isascii() or "**" in text:
        for typographic, plain in _PLAIN:
            text = text.replace(typographic, plain)
    match = _NUMBER_AND_UNIT.fullmatch(" ".join(text.split()))
    if match is None:
        raise _UnitError("it is not one number and one unit")
    number, written = match.groups()
    rough = float(number)
    if (written is None) != (unit == "1"):
        raise _UnitError("it has no unit" if written is None else "it has a unit")
    if not math.isfinite(rough):
        raise _UnitError("it is not finite")
    # A number that is 0 as a float may be "1e-999999999", a fraction that would fill the memory.
    exact = Fraction(number) if rough else Fraction(0)
    if written is None:
        return rough
    factor, offset = _conversion(_POWER.sub(r"**\1", written), unit)
    return float(exact * factor + offset)


@lru_cache(maxsize=256)
def _conversion(written: str, unit: str) -> tuple[Fraction, Fraction]:
    """Factor and offset from the unit ``written`` to the SI ``unit``."""
    written = re.sub(r" ?([*/.]) ?| ", lambda match: "*" if match[1] in (None, ".") else match[1], written)
    for target in (unit, "T") if unit == "A/m" else (unit,):
        if (found := _linear_map(written, target)) is not None:
            factor, offset = found
            return (factor, offset) if target == unit else (factor * 10_000 * _conversion("Oe", unit)[0], offset)
    kinds = [kind for other, (kind, _) in _QUANTITIES.items() if other != "1" and _linear_map(written, other)]
    raise _UnitError(f"it is {kinds[0]}" if kinds else "its unit is of another kind")


def _linear_map(written: str, unit: str) -> tuple[Fraction, Fraction] | None:
    """Factor and offset between two units; None where the dimensions differ."""
    import pint

    registry = _registry()
    try:
        source = registry.parse_units(written)
        zero, one = (
            registry.Quantity(Fraction(x), source).to(unit.replace("^", "**").replace(" ", "*")).magnitude
            for x in (0, 1)
        )
    except pint.DimensionalityError:
        return None
    except pint.UndefinedUnitError:
        raise _UnitError("its unit is unknown") from None
    except (pint.PintError, ValueError, TypeError, AttributeError, KeyError):
        raise _UnitError("its unit makes no sense") from None
    return one - zero, zero


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[Any]:
    """Pint's registry of our units; pint is imported by the first string, not by ``import magheat``."""
    import pint

    path = Path(__file__).with_name("units.txt")
    return pint.UnitRegistry(str(path), non_int_type=Fraction, cache_folder=None)
