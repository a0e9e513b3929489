"""``magheat optimize``: the best particle and field under a limit, as a table, a picture and an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from magheat.cli import outputs, pairs, progress
from magheat.cli.endings import stop_at_once


def optimize(
    free: Annotated[
        list[str],
        typer.Option("--free", help="An input to choose, with bounds, such as diameter='8..25 nm'.", metavar="N=L..H"),
    ],
    fix: Annotated[
        list[str] | None,
        typer.Option("--fix", help="An input that is given, such as temperature='310 K'.", metavar="NAME=VALUE"),
    ] = None,
    objective: Annotated[str, typer.Option("--objective", help="slp, ilp or loss_per_cycle.", metavar="NAME")] = "slp",
    limit: Annotated[
        str,
        typer.Option("--limit", help="On H f: hergt-dutz, brezovich, none or a number, A/(m s).", metavar="NAME"),
    ] = "hergt-dutz",
    model: Annotated[
        Path | None, typer.Option("--model", help="A surrogate's folder, to search with first.", metavar="DIR")
    ] = None,
    axes: Annotated[str, typer.Option("--axes", help='random, or an angle such as "0 deg".')] = "random",
    interaction_model: Annotated[
        str, typer.Option("--interaction-model", help="barrier, mean-field or none.")
    ] = "barrier",
    density: Annotated[str | None, typer.Option("--density", help='Such as "5.18 g/cm^3"; magnetite.')] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the search; the same seed gives the same answer.")] = 0,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the trade-off, as PNG or SVG by the suffix.", metavar="PLOT.png")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Keep the answer as an experiment for magheat run.", metavar="OUT.toml"),
    ] = None,
) -> None:
    """Find the particle and the field that heat best under a limit on field times frequency.

    The inputs are saturation_magnetization, anisotropy_constant, diameter, interaction, temperature, frequency and
    amplitude; each must be fixed or free.
    """
    outputs.require_plot_and_output({}, plot, output)
    given = pairs.bounds_of("--free", free), pairs.values_of("--fix", fix or [])
    with progress.watching("Starting ...", patience=progress.HEARTBEAT) as watch, stop_at_once():
        from magheat.cli.inverse_tables import print_optimum
        from magheat.cli.summary import printed
        from magheat.spec.material import magnetite
        from magheat.workflows.optimize import optimize as find

        if not progress.compiled_ensembles():
            watch.stage(progress.COMPILING)
        best = find(
            objective,
            free=given[0],
            fixed=given[1],
            limit=None if limit == "none" else pairs.plain(limit),
            surrogate=model,
            axes=axes,
            interaction_model=interaction_model,
            density=magnetite.density if density is None else pairs.plain(density) or density,
            seed=seed,
            progress=progress.Simulating(watch),
        )
    written = []
    try:
        written = outputs.write_plot_and_output(best, plot, output)
    finally:
        typer.echo(printed(print_optimum, best), nl=False)
    for line in written or ["Nothing was kept: add -o OUT.toml for an experiment, --plot PLOT.png for the trade-off."]:
        typer.echo(line)
