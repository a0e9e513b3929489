"""``magheat recommend``: which solver fits an experiment, and why."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from magheat.cli import outputs, progress
from magheat.cli.endings import stop_at_once

if TYPE_CHECKING:
    from rich.console import Console

    from magheat.workflows.recommend import Recommendation

#: Number of the regime -> what it is.
_MEANINGS = {
    "barrier": "Least barrier K V/(k_B T)",
    "field": "Largest field over H_K",
    "moment": "Largest mu0 M_s V H/(k_B T)",
    "escapes": "Least jumps in a period at the largest field",
    "coupling": "Largest field of a nearest neighbour over H_K",
    "speed": "Frequency over gamma_0 H_K",
}


def recommend(
    file: Annotated[Path, typer.Argument(help="The experiment, a TOML file; see examples/.", metavar="FILE.toml")],
    error: Annotated[float, typer.Option("--error", help="Relative error of the heat that is good enough.")] = 0.25,
    seconds: Annotated[float, typer.Option("--seconds", help="Longest time on one core.")] = 600.0,
) -> None:
    """Say which solver fits an experiment, and what the others would make of it."""
    outputs.require_file("FILE.toml", file)
    with progress.watching("Starting ...", patience=progress.HEARTBEAT), stop_at_once():
        from magheat.cli.summary import printed
        from magheat.spec.io import from_toml
        from magheat.workflows.recommend import recommend as recommended

        found = recommended(from_toml(file)[0], error=error, seconds=seconds)
    typer.echo(printed(print_recommendation, found), nl=False)


def print_recommendation(found: Recommendation, console: Console) -> None:
    """Print the solver to take, the numbers behind the choice and what the others would make of it."""
    from magheat.cli.summary import new_table, say

    say(console, f"Take --solver {found.chosen.name}: {found.verdict}")
    console.print()
    for name, value in dataclasses.asdict(found.regime).items():
        say(console, f"{_MEANINGS[name]:<52}{value:.2g}")
    console.print()
    table = new_table(console, "Solver", "Error", "Time")
    for one in found.advice:
        if one.solver is not None:
            table.add_row(one.name, one.shown_error, one.shown_time)
    console.print(table, highlight=False)
    console.print()
    for one in found.advice:
        say(console, f"{one.name}: {one.reason if one.solver is None else one.reason + '.'}")
