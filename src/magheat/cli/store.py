"""``magheat store``: what is in a knowledge base, how measured data get in, and how all of it gets out as Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from magheat.cli import progress
from magheat.cli.endings import one_sentence
from magheat.cli.store_import import import_
from magheat.cli.store_option import DEFAULT, StoreOption

if TYPE_CHECKING:
    from rich.table import Table

    from magheat.store import Info

app = typer.Typer(
    name="store",
    help="Look into a knowledge base, bring measured data in, take what is in it elsewhere.",
    no_args_is_help=True,
)


def info(store: StoreOption = DEFAULT) -> None:
    """Count what is in a knowledge base."""
    with progress.watching("Counting ...", patience=progress.HEARTBEAT):
        from magheat.store import Store

        with Store(store, create=False) as opened:
            counted = opened.info()
    _print(counted)


def export(
    out: Annotated[Path, typer.Option("--out", help="Folder in which the snapshot gets its own.", metavar="DIR")],
    store: StoreOption = DEFAULT,
) -> None:
    """Write all rows and loops as Parquet, into a folder that is never changed again."""
    with progress.watching("Writing a snapshot ...", patience=progress.HEARTBEAT):
        from magheat.store import Store

        with Store(store, create=False) as opened:
            folder = opened.snapshot(out)
            counted = opened.info()
    typer.echo(f"Wrote {folder}: {counted.rows} rows, {counted.loops} loops; README.md in it explains the columns.")


app.command()(one_sentence(info))
app.command("import")(one_sentence(import_))
app.command()(one_sentence(export))


def _print(counted: Info) -> None:
    from rich.console import Console

    console = Console()
    console.print(f"Knowledge base {counted.store}", soft_wrap=True, markup=False, highlight=False)
    typer.echo(f"Schema {counted.schema_version}, {_bytes(counted.size)} on the disk")
    console.print(_counts(counted))
    if counted.ranges:
        console.print(_ranges(counted))


def _counts(counted: Info) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("What")
    table.add_column("Number", justify="right")
    for (source, solver), rows in counted.counts.items():
        table.add_row(f"rows {source}{'' if solver is None else f', {solver}'}", str(rows))
    table.add_row("rows in all", str(counted.rows))
    table.add_row("loops", str(counted.loops))
    table.add_row("finished pieces of sweeps", str(counted.finished_tasks))
    table.add_row("rows in quarantine", str(counted.quarantined))
    return table


def _ranges(counted: Info) -> Table:
    from rich import box
    from rich.table import Table

    from magheat.store.columns import INPUTS

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Input")
    for name in ("Lowest", "Highest"):
        table.add_column(name, justify="right")
    table.add_column("Unit")
    for name, (lowest, highest) in counted.ranges.items():
        table.add_row(name, f"{lowest:.4g}", f"{highest:.4g}", "-" if INPUTS[name].unit == "1" else INPUTS[name].unit)
    return table


def _bytes(size: int) -> str:
    for scale, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size} bytes"
