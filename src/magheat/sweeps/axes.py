"""One axis of a sweep: the field that it varies, and its values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from magheat.errors import SpecError
from magheat.spec.checks import boolean, integer, one_of, unknown_name
from magheat.sweeps.fields import WHOLE, FieldPath, Table, leaf, path_of, si_value
from magheat.units import FloatArray, shown

SCALES = ("linear", "log")
#: More levels than this of one axis are a slip of the pen.
_MOST_LEVELS = 10**7
#: Column of the knowledge base for a field of another name.
_COLUMNS = {"diameters": "diameter", "axes": "axis_angle", "arrangement": "places"}
_KEYS = ("field", "name", "low", "high", "scale", "count", "values")


class Axis(Protocol):
    """A field that varies. Its values are told by float64 numbers, so that a row of a design is an array."""

    @property
    def path(self) -> FieldPath:
        """Where the field is in the tables of the experiment."""

    @property
    def name(self) -> str:
        """Column of the knowledge base."""

    def at(self, share: ArrayLike) -> FloatArray:
        """The numbers at shares of the axis in [0, 1)."""

    def levels(self) -> FloatArray:
        """The numbers that a factorial design takes."""

    def value(self, number: float) -> Any:
        """What a number puts into the tables."""


@dataclass(frozen=True)
class Span:
    """From ``low`` to ``high``, both included, evenly or evenly in the logarithm; whole numbers where they must be."""

    path: FieldPath
    name: str
    low: float
    high: float
    logarithmic: bool = False
    count: int | None = None
    whole: bool = False

    def at(self, share: ArrayLike) -> FloatArray:
        """The numbers at shares of the axis in [0, 1)."""
        share = np.asarray(share, np.float64)
        if self.whole:
            return np.minimum(np.floor(self._between(self.low, self.high + 1, share)), self.high)
        return np.clip(self._between(self.low, self.high, share), self.low, self.high)

    def levels(self) -> FloatArray:
        """``count`` numbers, both ends included; the ends alone where there is no count."""
        share = np.linspace(0.0, 1.0, self.count or 2)
        numbers = self._between(self.low, self.high, share)
        numbers[[0, -1]] = self.low, self.high  # to the last bit
        return np.unique(np.rint(numbers)) if self.whole else numbers

    def value(self, number: float) -> Any:
        """The number itself."""
        return int(number) if self.whole else float(number)

    def _between(self, low: float, high: float, share: FloatArray) -> FloatArray:
        if self.logarithmic:
            return np.exp(math.log(low) + share * (math.log(high) - math.log(low)))
        return low + share * (high - low)


@dataclass(frozen=True)
class Choice:
    """One of a few values; ``numbers`` stand for them in a design: themselves, or indices where they are no numbers."""

    path: FieldPath
    name: str
    values: tuple[Any, ...]
    numbers: tuple[float, ...]

    def at(self, share: ArrayLike) -> FloatArray:
        """Every value takes an equal part of [0, 1)."""
        index = np.floor(np.asarray(share, np.float64) * len(self.values)).astype(int)
        numbers: FloatArray = np.array(self.numbers)[np.minimum(index, len(self.values) - 1)]
        return numbers

    def levels(self) -> FloatArray:
        """All of them, in their order."""
        return np.array(self.numbers)

    def value(self, number: float) -> Any:
        """The value that a number stands for."""
        return self.values[self.numbers.index(number)]


def choice(path: FieldPath, name: str, values: Sequence[Any]) -> Choice:
    """An axis of these values, in SI where they are quantities."""
    where = f"[[sweep.axes]] {name}.values"
    read = [_value(path, value, where) for value in values]
    if len({repr(value) for value in read}) < len(read):
        raise SpecError(f"{where} must differ; got {shown(list(values))}")
    plain = all(isinstance(value, int | float) and not isinstance(value, bool) for value in read)
    numbers = [float(value) for value in read] if plain else [float(i) for i in range(len(read))]
    return Choice(path, name, tuple(read), tuple(numbers))


def axis_of(table: Any, tables: Table, factorial: bool) -> Axis:
    """The axis that an entry of ``[[sweep.axes]]`` describes.

    Raises
    ------
    SpecError
        For a field that the experiment does not have, an unknown key, or values that make no axis.
    """
    if not isinstance(table, dict):
        raise SpecError(f"[[sweep.axes]] must be tables with field, low and high, or values; got {shown(table)}")
    for key in table:
        if key not in _KEYS:
            raise SpecError(unknown_name(f"[[sweep.axes]] {key}", key, _KEYS))
    if "field" not in table:
        raise SpecError("[[sweep.axes]] field is required, such as 'ensemble.diameter'; it was not given")
    path = path_of(table["field"], tables, "[[sweep.axes]] field")
    name = _name(table.get("name", default_name(path)))
    if "values" not in table:
        return _span(table, path, name, factorial)
    for key in ("low", "high", "scale", "count"):
        if key in table:
            raise SpecError(f"[[sweep.axes]] {name}.{key} must not be given with values; leave one out")
    values = table["values"]
    if not isinstance(values, list) or not values:
        raise SpecError(f"[[sweep.axes]] {name}.values must be a list of at least one value; got {shown(values)}")
    return choice(path, name, values)


def default_name(path: FieldPath) -> str:
    """The column of a field: its last word, with the index of a particle or material: diameter_0."""
    index = "_".join(str(word) for word in path if isinstance(word, int))
    name = _COLUMNS.get(leaf(path), leaf(path))
    if path[0] == "materials":
        return f"{name}_of_material_{index}"
    return f"{name}_{index}" if index else name


def _span(table: Table, path: FieldPath, name: str, factorial: bool) -> Span:
    where = f"[[sweep.axes]] {name}"
    for key in ("low", "high"):
        if key not in table:
            raise SpecError(f"{where}.{key} is required, or values = [...]; it was not given")
    whole = leaf(path) in WHOLE
    low, high = (_end(path, table[key], f"{where}.{key}", whole) for key in ("low", "high"))
    logarithmic = one_of(table.get("scale", "linear"), SCALES, f"{where}.scale") == "log"
    if not low < high:
        raise SpecError(f"{where}.low must be < high; got {shown(table['low'])} and {shown(table['high'])}")
    if logarithmic and not low > 0:
        raise SpecError(f"{where}.low must be > 0 on a log scale; got {shown(table['low'])}; take scale = 'linear'")
    if factorial and "count" not in table:
        raise SpecError(f"{where}.count is required in a factorial design, or values = [...]; it was not given")
    if not factorial and "count" in table:
        raise SpecError(f"{where}.count must be left out of a design that spreads [sweep] count rows over all axes")
    count = integer(table["count"], f"{where}.count", 2, _MOST_LEVELS) if factorial else None
    return Span(path, name, low, high, logarithmic, count, whole)


def _end(path: FieldPath, value: Any, where: str, whole: bool) -> float:
    return float(integer(value, where, -(2**53), 2**53)) if whole else si_value(path, value, where)


def _value(path: FieldPath, value: Any, where: str) -> Any:
    """A value in SI; words, switches and lists as they are, for the constructor to judge."""
    if leaf(path) in WHOLE:
        return integer(value, where, -(2**53), 2**53)
    if isinstance(value, bool):
        return boolean(value, where)
    if isinstance(value, int | float):
        return si_value(path, value, where)
    if isinstance(value, str) and any(sign.isdecimal() for sign in value):
        return si_value(path, value, where)
    return value


def _name(value: Any) -> str:
    if isinstance(value, str) and value.isidentifier() and value == value.lower() and len(value) <= 60:
        return value
    raise SpecError(f"[[sweep.axes]] name must be a lower-case word such as 'gap'; got {shown(value)}")
