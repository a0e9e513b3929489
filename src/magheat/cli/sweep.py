"""``magheat sweep``: a design from a TOML file into a knowledge base."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from magheat.cli import outputs, progress
from magheat.cli.endings import INTERRUPTED, ended_like_interrupted
from magheat.cli.store_option import DEFAULT, StoreOption

if TYPE_CHECKING:
    from magheat.sweeps.designs import Design
    from magheat.sweeps.runner import Summary

#: Rows of a dry run, and failed rows, that are shown.
_SHOWN = 10
#: Axes that a dry run shows side by side; of more, it shows so many rows side by side.
_MOST_ACROSS, _SHOWN_DOWN = 5, 4


def sweep(
    file: Annotated[Path, typer.Argument(help="The design, a TOML file; see examples/sweeps/.", metavar="DESIGN.toml")],
    store: StoreOption = DEFAULT,
    engine: Annotated[
        str | None, typer.Option("--engine", help="A Dask scheduler, tcp://HOST:PORT.", metavar="ADDRESS")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try rows again that failed before.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes; one per core by default.", min=1, metavar="N")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check, count and show the first rows.")] = False,
) -> None:
    """Compute every row of a design that the knowledge base does not have yet."""
    outputs.require_file("DESIGN.toml", file)
    if dry_run:
        _show(file)
        return
    with progress.watching("Starting ...", patience=progress.HEARTBEAT) as watch, ended_like_interrupted():
        from magheat.sweeps.design_file import read_design
        from magheat.sweeps.runner import Interrupted, Tally, sweep

        def told(tally: Tally) -> None:
            if tally.done:
                watch.count(tally.done, tally.rows, tally.new)

        watch.stage("Reading the design ...")
        design = read_design(file)
        watch.stage("Computing (the first time, kernels are compiled) ...")
        try:
            summary = sweep(design, store, engine, told, retry, workers=workers)
        except Interrupted as interrupted:
            summary = interrupted.summary
            watch.stage("")
            there = summary.new + summary.known
            typer.echo(
                f"magheat: interrupted; {progress.grouped(there)} of {progress.grouped(summary.rows)} rows are in "
                f"{_named(store)}; the same command goes on from there",
                err=True,
            )
            raise typer.Exit(INTERRUPTED) from None
    _report(design, summary, store)


def _show(file: Path) -> None:
    """What a sweep would do."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from magheat.analysis.words import number
    from magheat.sweeps.building import require_ends
    from magheat.sweeps.design_file import read_design

    design = read_design(file)
    require_ends(design)
    console = Console()
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    shown = range(min(design.count, _SHOWN if len(design.axes) <= _MOST_ACROSS else _SHOWN_DOWN))
    cells = [[number(v) if isinstance(v, float) else str(v) for v in design.values(row).values()] for row in shown]
    lines = [["Row", *(axis.name for axis in design.axes)]]
    lines += [[design.label(row), *values] for row, values in zip(shown, cells, strict=True)]
    if len(design.axes) > _MOST_ACROSS:  # a line per axis: their names would not fit side by side
        lines = [list(line) for line in zip(*lines, strict=True)]
    for index, name in enumerate(lines[0]):
        table.add_column(name, no_wrap=index == 0, justify="right" if index else "left", overflow="fold")
    for line in lines[1:]:
        table.add_row(*line)
    console.print(table, highlight=False)
    typer.echo(f"{progress.grouped(design.count)} rows, {design.kind}, SI; nothing was run.")
    _remarks(design)
    for bad in design.unread[:_SHOWN]:
        typer.echo(f"{bad.row} cannot be read: {bad.reason}")


def _report(design: Design, summary: Summary, store: str) -> None:
    """What the sweep did, in sentences."""
    g = progress.grouped
    typer.echo(
        f"{g(summary.rows)} rows: {g(summary.new)} new, {g(summary.known)} already there, {g(summary.failed)} failed; "
        f"{progress.duration(summary.seconds)}"
        + (f", {progress.rounded(summary.rate)} new rows/s." if summary.new else ".")
    )
    _remarks(design)
    for line in _failed(summary):
        typer.echo(line)
    if summary.failed:
        typer.echo("Failed rows are left out the next time; --retry tries them again.")
    typer.echo(f"The rows are in {_named(store)}: magheat store info --store {_named(store)}")


def _failed(summary: Summary) -> list[str]:
    """A line for every reason that is told, with the rows that it stopped."""
    by_reason: dict[str, list[str]] = {}
    for failure in summary.failures:
        by_reason.setdefault(failure.reason, []).append(failure.row)
    told = list(by_reason.items())[:_SHOWN]
    lines = [f"{_counted(rows)} failed: {reason}" for reason, rows in told]
    untold = summary.failed - sum(len(rows) for _, rows in told)
    return [*lines, f"... and {progress.grouped(untold)} more."] if untold else lines


def _counted(rows: list[str]) -> str:
    others = len(rows) - 1
    return rows[0] + (f" and {others} other{'s' if others > 1 else ''}" if others else "")


def _named(store: str) -> str:
    """A store as it was written, for a shell to take, but without its password."""
    from magheat.store.address import address, in_words

    return in_words(address(store)) if "://" in store else shlex.quote(store)


def _remarks(design: Design) -> None:
    for note in design.notes():
        typer.echo(note)
