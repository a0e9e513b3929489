"""``magheat predict``: what a model says, of one row on the command line or of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from magheat.cli import outputs, progress
from magheat.cli.words import ensemble_flags, number
from magheat.errors import SpecError

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from magheat.surrogates import Surrogate

#: The model that `make demo` and `magheat train` leave.
DEFAULT = Path("models/two-well/current")
#: Rows of a table that are shown, and how wide where nobody watches.
_SHOWN, _WIDE = 20, 160


def predict(
    what: Annotated[
        list[str],
        typer.Argument(help='Inputs, such as diameter="18 nm" amplitude="150 Oe"; or a CSV or Parquet file.'),
    ],
    model: Annotated[Path, typer.Option("--model", help="Folder of the model.", metavar="DIR")] = DEFAULT,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="CSV or Parquet file for the predictions.", metavar="FILE")
    ] = None,
    level: Annotated[float, typer.Option("--level", help="Share of true values that intervals hold.")] = 0.9,
    extrapolate: Annotated[
        bool, typer.Option("--extrapolate", help="Give values where nothing was taught, too.")
    ] = False,
) -> None:
    """Predict coercive field, remanence, loss and SLP from a model, with intervals, in milliseconds."""
    from magheat.cli import prediction_tables as tables

    table = _table_named(what)
    if table is not None:
        outputs.require_file("the table", table)
    if out is not None:
        tables.require_suffix(out, "--out")
        outputs.require_writable("--out", out)
        outputs.require_different({"the table": table, "--out": out})
    with progress.watching("Loading the model ...", patience=progress.HEARTBEAT) as watch:
        from magheat.surrogates import load

        surrogate = load(model)
        rows = tables.from_words(what, surrogate) if table is None else tables.from_file(table, surrogate)
        watch.stage("Predicting ...")
        predicted = surrogate.predict(rows, level=level, extrapolate=extrapolate)
        if out is not None:
            with outputs.writing("--out", out):
                tables.write(tables.beside(rows, predicted), out)
    if table is None:
        _show_one(surrogate, rows, predicted, level, extrapolate)
    else:
        _show_many(surrogate, predicted, level)
    if out is not None:
        typer.echo(f"Wrote {out}: {progress.grouped(rows.height)} rows, SI.")


def _table_named(what: list[str]) -> Path | None:
    """The file, where there is one argument and it is no input."""
    files = [word for word in what if "=" not in word]
    if files and len(what) > 1:
        raise SpecError(f"arguments must be inputs, NAME=VALUE, or one file; got {files[0]!r} among {len(what)}.")
    return Path(files[0]) if files else None


def _show_one(surrogate: Surrogate, rows: pl.DataFrame, predicted: pl.DataFrame, level: float, all_given: bool) -> None:
    """One prediction: a line per output, then what is to be known of it."""
    from rich.console import Console

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


def _show_many(surrogate: Surrogate, predicted: pl.DataFrame, level: float) -> None:
    """The first rows, then how many are out of range or have a low barrier."""
    from rich.console import Console

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
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD if live else None, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place in (0, len(columns) - 1) else "right", no_wrap=place == 0)
    return table


def _unit(name: str) -> tuple[str, float]:
    """The unit that people use for a column, and its SI value."""
    from magheat.store.columns import meaning_of

    si = meaning_of(name).unit
    handy = {"A/m": ("kA/m", 1e3), "W/kg": ("W/g", 1e3), "Hz": ("kHz", 1e3), "m": ("nm", 1e-9)}
    return handy.get(si, ("" if si == "1" else si, 1.0))
