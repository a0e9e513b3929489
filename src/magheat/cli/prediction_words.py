"""Predictions on the screen: one row with its intervals, or a table of them, and what is to be known of both."""

from __future__ import annotations

from typing import Any

import polars as pl
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from magheat.analysis.words import ensemble_flags, number
from magheat.cli import progress
from magheat.store.columns import meaning_of
from magheat.surrogates import Surrogate

#: Rows of a table that are shown, and how wide where nobody watches.
_SHOWN, _WIDE = 20, 160


def show_one(surrogate: Surrogate, rows: pl.DataFrame, predicted: pl.DataFrame, level: float, all_given: bool) -> None:
    """One prediction: a line per output, then what is to be known of it."""
    console, row = Console(), predicted.row(0, named=True)
    if row["in_range"] or all_given:
        console.print(_one(surrogate, row, level, console.is_terminal), highlight=False)
    for name in (row["out_of_range"] or "").split(", "):
        if name:
            typer.echo(_beyond(surrogate, name, rows[name][0]))
    if not row["in_range"]:
        told = "Values and intervals are a guess there." if all_given else "--extrapolate gives values all the same."
        typer.echo(f"Out of range: nothing was taught there. {told}")
    for sentence in ensemble_flags({"low_barrier": row.get("low_barrier", False)}):
        typer.echo(sentence)


def _one(surrogate: Surrogate, row: dict[str, Any], level: float, live: bool) -> Table:
    table = _table(["Output", "Value", "From", "To", "Unit"], live)
    for name in surrogate.outputs:
        unit, scale = _unit(name)
        values = [row[name + end] for end in ("", "_lower", "_upper")]
        table.add_row(name, *("-" if value is None else number(value / scale) for value in values), unit)
    table.columns[2].header = f"{100 * level:g} % from"
    return table


def _beyond(surrogate: Surrogate, name: str, value: Any) -> str:
    """Which input is out of range, and what the range is."""
    if name in surrogate.domain.words:
        return f"{name} = {value}; taught were {', '.join(surrogate.domain.words[name])}."
    low, high = surrogate.domain.ranges[name]
    unit, scale = _unit(name)
    return (
        f"{name} = {number(value / scale)} {unit}; taught was {number(low / scale)} to {number(high / scale)} {unit}."
    )


def show_many(surrogate: Surrogate, predicted: pl.DataFrame, level: float) -> None:
    """The first rows, then how many are out of range or have a low barrier."""
    console = Console()
    console = console if console.is_terminal else Console(width=_WIDE)
    units = [_unit(name) for name in surrogate.outputs]
    heads = [f"{name}\n({unit})" if unit else name for name, (unit, _) in zip(surrogate.outputs, units, strict=True)]
    table = _table(["Row", *heads, ""], console.is_terminal)
    for place, row in enumerate(predicted[:_SHOWN].iter_rows(named=True), 1):
        cells = [_cell(row, name, scale) for name, (_, scale) in zip(surrogate.outputs, units, strict=True)]
        flags = ["out of range"] * (not row["in_range"]) + ["low barrier"] * bool(row.get("low_barrier"))
        table.add_row(str(place), *cells, ", ".join(flags))
    console.print(table, highlight=False)
    count = progress.grouped
    told = f"{count(predicted.height)} rows, {100 * level:g} % intervals"
    told += f"; the first {_SHOWN} are shown" if predicted.height > _SHOWN else ""
    outside = int((~predicted["in_range"]).sum())
    told += f"; {count(outside)} out of range" if outside else ""
    if "low_barrier" in predicted.columns and (low := int(predicted["low_barrier"].sum())):
        told += f"; {count(low)} with K V below 3 k_B T, where the two-well model does not hold"
    typer.echo(told + ".")


def _cell(row: dict[str, Any], name: str, scale: float) -> str:
    value, low, high = (row[name + end] for end in ("", "_lower", "_upper"))
    if value is None:
        return "-"
    return f"{number(value / scale)} [{number(low / scale)}, {number(high / scale)}]"


def _table(columns: list[str], live: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD if live else None, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place in (0, len(columns) - 1) else "right", no_wrap=place == 0)
    return table


def _unit(name: str) -> tuple[str, float]:
    """The unit that people use for a column, and its SI value."""
    si = meaning_of(name).unit
    handy = {"A/m": ("kA/m", 1e3), "W/kg": ("W/g", 1e3), "Hz": ("kHz", 1e3), "m": ("nm", 1e-9)}
    return handy.get(si, ("" if si == "1" else si, 1.0))
