"""``magheat train``: rows of a knowledge base into a model with error bars."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from magheat.cli import outputs as checks
from magheat.cli import progress
from magheat.cli.store_option import DEFAULT, StoreOption
from magheat.errors import SpecError

if TYPE_CHECKING:
    from rich.table import Table

#: Where models are kept, each kind in a folder of its own.
MODELS = Path("models")


def train(
    store: StoreOption = DEFAULT,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of models of one kind; models/two-well by default.", metavar="DIR"),
    ] = None,
    outputs: Annotated[
        str | None, typer.Option("--outputs", help="Columns to predict, parted by commas.", metavar="A,B")
    ] = None,
    inputs: Annotated[
        str | None, typer.Option("--inputs", help="Columns to learn from, parted by commas.", metavar="A,B")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where", help="Only rows like these; sweep=NAME takes those of a sweep.", metavar="COLUMN=VALUE"
        ),
    ] = None,
    source: Annotated[str, typer.Option("--source", help="simulated or measured.", metavar="KIND")] = "simulated",
    model: Annotated[
        str | None, typer.Option("--model", help="network or boosting; by default what suits.", metavar="KIND")
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option("--groups", help="Rows of equal values here are kept together, such as doi.", metavar="COLUMN"),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the split and of the training.", metavar="N")] = 0,
) -> None:
    """Learn to predict the rows of a knowledge base, with intervals, and make that the current model."""
    with progress.watching("Loading ...", patience=progress.HEARTBEAT) as watch:
        checks.require_folder("--out", out or MODELS)
        from magheat.surrogates import load
        from magheat.surrogates.training import TWO_WELL_OUTPUTS
        from magheat.workflows.learning import train_from_store

        folder = train_from_store(
            store,
            out,
            inputs=None if inputs is None else _names(inputs, "--inputs"),
            outputs=TWO_WELL_OUTPUTS if outputs is None else _names(outputs, "--outputs"),
            model=model,
            groups=groups,
            source=source,
            where=_pairs(where or []),
            seed=seed,
            progress=progress.Telling(watch),
        )
        watch.stage("Checking ...")
        card = load(folder).card
    report(card, folder)


def report(card: dict[str, Any], folder: Path) -> None:
    """How good a model is, and where it lies."""
    from rich.console import Console

    from magheat.surrogates.registry import CURRENT

    console, rows = Console(), card["rows"]
    typer.echo(f"A {card['model']} learnt from {progress.grouped(rows['fit'])} rows.")
    for name in card["scores"]:
        typer.echo(f"Scored on {progress.grouped(rows[name])} others, {name}:")
        console.print(_scores(card, name, console.is_terminal), highlight=False)
    for warning in card["warnings"]:
        typer.echo(f"Careful: {warning}")
    typer.echo(f"The model is in {folder}; {folder.parent / CURRENT} points to it; card.md there tells more.")


def _scores(card: dict[str, Any], name: str, live: bool) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD if live else None, pad_edge=False)
    table.add_column("Output", no_wrap=True)
    for column in ("R²", "Median error", "95 % below", "90 % interval holds"):
        table.add_column(column, justify="right")
    for output, found in card["scores"][name].items():
        shares = (found["median_relative_error"], found["relative_error_95"])
        errors = ["-" if share is None else f"{100 * share:.2g} %" for share in shares]
        fit = "-" if found["r_squared"] is None else f"{found['r_squared']:.5f}"
        table.add_row(output, fit, *errors, f"{100 * card['coverage'][name][output]['overall']:.1f} %")
    return table


def _names(text: str, option: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise SpecError(f"{option} must be columns parted by commas, such as diameter,amplitude; got {text!r}.")
    return names


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (sign and name.strip() and value.strip()):
            raise SpecError(f"--where must be COLUMN=VALUE, such as interaction_model=barrier; got {text!r}.")
        pairs[name.strip()] = value.strip()
    return pairs
