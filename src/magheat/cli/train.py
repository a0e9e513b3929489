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

        named = None if outputs is None else _names(outputs, "--outputs")
        shared: dict[str, Any] = {
            "inputs": None if inputs is None else _names(inputs, "--inputs"),
            "where": _pairs(where or []),
            "seed": seed,
            "progress": progress.Telling(watch),
        }
        if source == "measured":
            from magheat.workflows.measured import train_measured

            output = _measured_output(named, model)
            folder = train_measured(store, out or MODELS / source, output=output, groups=groups or "doi", **shared)
        else:
            from magheat.surrogates.training import TWO_WELL_OUTPUTS
            from magheat.workflows.learning import train_from_store

            folder = train_from_store(
                store, out, outputs=named or TWO_WELL_OUTPUTS, model=model, groups=groups, source=source, **shared
            )
        watch.stage("Checking ...")
        card = load(folder).card
    report(card, folder)


def report(card: dict[str, Any], folder: Path) -> None:
    """How good a model is, and where it lies."""
    from magheat.surrogates.group_card import ACROSS_GROUPS, trust
    from magheat.surrogates.registry import CURRENT

    typer.echo(f"A {card['model']} learnt from {progress.grouped(card['rows']['fit'])} rows.")
    if card.get("kind") == ACROSS_GROUPS:
        for sentence in trust(card):
            typer.echo(sentence)
    else:
        _report_scores(card)
    typer.echo(f"The model is in {folder}; {folder.parent / CURRENT} points to it; card.md there tells more.")


def _report_scores(card: dict[str, Any]) -> None:
    """Scores on rows that the model has not seen."""
    from rich.console import Console

    console, rows = Console(), card["rows"]
    for name in card["scores"]:
        typer.echo(f"Scored on {progress.grouped(rows[name])} others, {name}:")
        console.print(_scores(card, name, console.is_terminal), highlight=False)
    for warning in card["warnings"]:
        typer.echo(f"Careful: {warning}")


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


def _measured_output(outputs: list[str] | None, model: str | None) -> str:
    """The one output of a model of measured rows."""
    if outputs is not None and len(outputs) > 1:
        raise SpecError(f"--outputs must be one column for measured rows; got {', '.join(outputs)}.")
    if model not in (None, "boosting"):
        raise SpecError(f"--model must be boosting for measured rows, or left out; got {model!r}.")
    return outputs[0] if outputs else "slp"


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
