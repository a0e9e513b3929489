"""Rows to predict, from words on the command line or a file, and predictions into a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from magheat.errors import SchemaError, SpecError
from magheat.spec.checks import unknown_name
from magheat.store.columns import meaning_of
from magheat.units import parse, parse_magnetization, shown
from magheat.whole import whole_file

if TYPE_CHECKING:
    from magheat.surrogates import Surrogate

SUFFIXES = (".csv", ".parquet")
#: "diameter (nm)" or "diameter [nm]".
_HEADER = re.compile(r"\s*([^(\[]*?)\s*(?:[(\[]\s*([^)\]]*?)\s*[)\]])?\s*")
#: A column that is no input but counts: slp is per mass.
_DENSITY = "density"
#: What Polars makes of a header that is there twice.
_DOUBLED = re.compile(r"(.*)_duplicated_\d+", re.DOTALL)


def from_words(words: Sequence[str], surrogate: Surrogate) -> pl.DataFrame:
    """One row, from words such as ``diameter=18 nm``.

    Raises
    ------
    SpecError
        For an unknown, doubled or missing input, or a value that cannot be read.
    """
    known = (*surrogate.domain.inputs, _DENSITY)
    row: dict[str, Any] = {}
    for word in words:
        name, _, text = (part.strip() for part in word.partition("="))
        if name not in known:
            raise SpecError(unknown_name(f"input {name!r}", name, known))
        if name in row:
            raise SpecError(f"input {name} must be given once; got it twice.")
        row[name] = text if name in surrogate.domain.words else _quantity(name, text)
    missing = [name for name in surrogate.domain.inputs if name not in row]
    needed = [name for name in missing if name not in surrogate.domain.may_be_missing]
    if needed:
        raise SpecError(
            f"inputs must be given, all of them; {', '.join(needed)} missing; such as {_example(needed[0])}."
        )
    return pl.DataFrame({name: [row.get(name)] for name in (*row, *missing)})


def from_file(path: Path, surrogate: Surrogate) -> pl.DataFrame:
    """The rows of a CSV or Parquet file; a header may tell a unit, as in ``diameter (nm)``, else numbers are SI.

    Raises
    ------
    SpecError
        For another kind of file, or a unit that does not fit.
    SchemaError
        When it cannot be read.
    """
    require_suffix(path, "the table")
    try:
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=None)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise SchemaError(
            f"the table must be a {path.suffix[1:]} file; {str(path)!r} cannot be read: {reason}"
        ) from None
    known, renamed = (*surrogate.domain.inputs, _DENSITY), []
    for header in frame.columns:
        match = _HEADER.fullmatch(header)
        name, unit = (match[1], match[2]) if match else (header, None)
        if name not in known:
            renamed.append(frame[header])
        elif unit and frame[header].dtype.is_numeric():
            origin, one = (_quantity(name, f"{value} {unit}") for value in (0, 1))
            renamed.append((frame[header] * (one - origin) + origin).alias(name))
        else:
            renamed.append(frame[header].alias(name))
    names = [column.name for column in renamed]
    doubled = [match[1] for header in frame.columns if (match := _DOUBLED.fullmatch(header))]
    if len(set(names)) < len(names) or any(header in frame.columns for header in doubled):
        raise SchemaError(
            f"the table must have each column once; {str(path)!r} has one of them twice: {', '.join(names)}."
        )
    return pl.DataFrame(renamed)


def beside(rows: pl.DataFrame, predicted: pl.DataFrame) -> pl.DataFrame:
    """Rows and predictions side by side; a column of the rows that a prediction is named like gets ``_given``."""
    taken, clash = {*rows.columns, *predicted.columns}, {}
    for name in rows.columns:
        if name in predicted.columns:
            other = f"{name}_given"
            while other in taken:
                other += "_given"
            clash[name] = other
            taken.add(other)
    return pl.concat([rows.rename(clash), predicted], how="horizontal")


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write a CSV or Parquet file, whole or not at all."""
    with whole_file(path) as temporary:
        if path.suffix == ".parquet":
            frame.write_parquet(temporary)
        else:
            frame.write_csv(temporary)


def require_suffix(path: Path, option: str) -> None:
    """Refuse a file of another kind.

    Raises
    ------
    SpecError
        Naming those that can be.
    """
    if path.suffix not in SUFFIXES:
        raise SpecError(f"{option} must end in {' or '.join(SUFFIXES)}; got {shown(str(path))}.")


def _quantity(name: str, text: str) -> float:
    """SI value of a number with its unit, or of a number in SI."""
    value: Any = text
    try:
        value = float(text)
    except ValueError:
        pass
    if name == "saturation_magnetization":
        return parse_magnetization(value, name)
    return parse(value, meaning_of(name).unit or "1", name)


def _example(name: str) -> str:
    if name == "saturation_magnetization":
        return f'{name}="450 kA/m"'
    examples = {"A/m": '"150 Oe"', "m": '"18 nm"', "J/m^3": '"2e4 J/m^3"', "K": '"310 K"', "Hz": '"100 kHz"'}
    return f"{name}={examples.get(meaning_of(name).unit, '0.5')}"
