"""``magheat improve``: more loops where a model is least sure, and the model again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from magheat.cli import outputs, progress
from magheat.cli.endings import INTERRUPTED, ended_like_interrupted
from magheat.cli.store_option import DEFAULT, StoreOption

if TYPE_CHECKING:
    from rich.table import Table

    from magheat.workflows.improve import Improvement

#: Folder of the models that `make demo` and `magheat train` leave.
MODELS = Path("models/two-well")
#: Failed points, and inputs in which the chosen points stand out most, that are shown.
_FAILURES, _INPUTS = 10, 3
_SCORES = ("r_squared", "median_relative_error", "relative_error_95")


def improve(
    store: StoreOption = DEFAULT,
    model: Annotated[
        Path, typer.Option("--model", help="Folder of the model, or of models with a current one.", metavar="DIR")
    ] = MODELS,
    budget: Annotated[int, typer.Option("--budget", help="Points to simulate.", metavar="N")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Of the choice.", metavar="N")] = 0,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes; one per core by default.", min=1, metavar="N")
    ] = None,
) -> None:
    """Simulate where a model is least sure, add that to the knowledge base, and learn again from all of it."""
    with progress.watching("Loading ...", patience=progress.HEARTBEAT) as watch, ended_like_interrupted():
        from magheat.sweeps.runner import Interrupted
        from magheat.workflows.improve import improve as improved

        if model.is_dir():
            outputs.require_folder("--model", model.resolve())
        try:
            found = improved(store, model, budget, seed=seed, workers=workers, progress=progress.Telling(watch))
        except KeyboardInterrupt as interrupted:
            watch.stage("")
            known = "what was simulated is in the knowledge base"
            if isinstance(interrupted, Interrupted):
                there = interrupted.summary.new + interrupted.summary.known
                known = f"{progress.grouped(there)} of {progress.grouped(budget)} points are in the knowledge base"
            typer.echo(
                f"magheat: interrupted; {known}, the model is as it was; the same command goes on from there", err=True
            )
            raise typer.Exit(INTERRUPTED) from None
    _report(found)


def _report(found: Improvement) -> None:
    """What was added, where, and what it brought."""
    from rich.console import Console

    console, g, summary = Console(), progress.grouped, found.summary
    typer.echo(
        f"{g(summary.rows)} points chosen: {g(summary.new)} new, {g(summary.known)} already there, "
        f"{g(summary.failed)} failed."
    )
    for failure in summary.failures[:_FAILURES]:
        typer.echo(f"{failure.row} failed: {failure.reason}")
    typer.echo(
        f"Rows to learn from: {g(found.rows_before)} before, {g(found.rows - found.rows_before)} added, "
        f"{g(found.rows)} now."
    )
    typer.echo(
        f"The model's intervals were {found.chosen.width_ratio:.2g} times as wide there as anywhere in the box "
        "(medians)."
    )
    typer.echo(f"Half of the chosen points lie at {_where(found)}.")
    typer.echo(f"Scored on {g(found.score_rows)} others, {found.scored_on}:")
    console.print(_scores(found, console.is_terminal), highlight=False)
    current = found.folder.parent / "current"
    typer.echo(f"The model is in {found.folder}; {current} points to it; card.md there tells more.")


def _where(found: Improvement) -> str:
    """The ranges in which the chosen points stand out most."""
    from magheat.analysis.words import number
    from magheat.dataset import ENSEMBLE_COORDINATES

    told = []
    for name, (low, high) in list(found.chosen.quartiles.items())[:_INPUTS]:
        unit = ENSEMBLE_COORDINATES.get(name, ("", ""))[0]
        told.append(f"{name} {number(low)} to {number(high)} {'' if unit == '1' else unit}".rstrip())
    return ", ".join(told)


def _scores(found: Improvement, live: bool) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD if live else None, pad_edge=False)
    table.add_column("Output", no_wrap=True)
    for column in ("R² before", "now", "Median error before", "now", "95 % below, before", "now"):
        table.add_column(column, justify="right")
    for output, after in found.after.items():
        cells = [_cell(name, one[name]) for name in _SCORES for one in (found.before[output], after)]
        table.add_row(output, *cells)
    return table


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.5f}" if name == "r_squared" else f"{100 * value:.2g} %"
