"""``magheat predict``: what a model says, of one row on the command line or of a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from magheat.cli import outputs, progress
from magheat.errors import SpecError

#: The model that `make demo` and `magheat train` leave.
DEFAULT = Path("models/two-well/current")


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
    from magheat.cli.prediction_words import show_many, show_one

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
        show_one(surrogate, rows, predicted, level, extrapolate)
    else:
        show_many(surrogate, predicted, level)
    if out is not None:
        typer.echo(f"Wrote {out}: {progress.grouped(rows.height)} rows, SI.")


def _table_named(what: list[str]) -> Path | None:
    """The file, where there is one argument and it is no input."""
    files = [word for word in what if "=" not in word]
    if files and len(what) > 1:
        raise SpecError(f"arguments must be inputs, NAME=VALUE, or one file; got {files[0]!r} among {len(what)}.")
    return Path(files[0]) if files else None
