"""``magheat fit``: the particles whose loop was measured, with confidence intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from magheat.cli import outputs, pairs, progress
from magheat.cli.endings import stop_at_once
from magheat.errors import SpecError

if TYPE_CHECKING:
    from magheat.store.importers.trace import Trace
    from magheat.units import FloatArray


def fit(
    file: Annotated[
        Path,
        typer.Argument(help="The loop: a CSV with field and magnetization, or a magnetometer's file.", metavar="FILE"),
    ],
    frequency: Annotated[str, typer.Option("--frequency", help='Of the measurement, such as "100 kHz".')],
    temperature: Annotated[str, typer.Option("--temperature", help='Of the measurement, such as "300 K".')],
    fix: Annotated[
        list[str] | None,
        typer.Option("--fix", help="A known parameter, such as diameter='16 nm'.", metavar="NAME=VALUE"),
    ] = None,
    bounds: Annotated[
        list[str] | None,
        typer.Option("--bounds", help="Where a parameter may lie, such as diameter='8..25 nm'.", metavar="N=L..H"),
    ] = None,
    axes: Annotated[str, typer.Option("--axes", help='random, or an angle such as "0 deg".')] = "random",
    interaction: Annotated[str, typer.Option("--interaction", help="Diameter over distance; 0 for none.")] = "0",
    interaction_model: Annotated[
        str, typer.Option("--interaction-model", help="barrier, mean-field or none.")
    ] = "barrier",
    density: Annotated[
        str | None, typer.Option("--density", help='Of the magnetic phase, such as "5.18 g/cm^3"; magnetite.')
    ] = None,
    loop: Annotated[str | None, typer.Option("--loop", help="Which loop, where the file has several.")] = None,
    level: Annotated[float, typer.Option("--level", help="Of the confidence intervals.")] = 0.95,
    seed: Annotated[int, typer.Option("--seed", help="Of the starts of the search.")] = 0,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw both loops, as PNG or SVG by the suffix.", metavar="PLOT.png")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Keep the particles as an experiment for magheat run.", metavar="OUT.toml"),
    ] = None,
) -> None:
    """Find K, D, the spread of D and M_s of the two-well particles whose loop was measured.

    Parameters to fix or bound: anisotropy_constant, diameter, diameter_spread, saturation_magnetization.
    """
    outputs.require_file("FILE", file)
    outputs.require_plot_and_output({"FILE": file}, plot, output)
    fixed, within = pairs.values_of("--fix", fix or []), pairs.bounds_of("--bounds", bounds or [])
    with progress.watching("Starting ...", patience=progress.HEARTBEAT) as watch, stop_at_once():
        from magheat.cli.inverse_tables import print_fit
        from magheat.cli.summary import printed
        from magheat.spec.material import magnetite
        from magheat.workflows.fit_loop import fit_loop

        field, magnetization = _loop(file, loop, density)
        if not progress.compiled_ensembles():
            watch.stage(progress.COMPILING)
        found = fit_loop(
            field,
            magnetization,
            frequency=frequency,
            temperature=temperature,
            fixed=fixed,
            bounds=within,
            axes=axes,
            interaction=pairs.plain(interaction) or 0.0,
            interaction_model=interaction_model,
            density=magnetite.density if density is None else pairs.plain(density) or density,
            level=level,
            seed=seed,
            progress=progress.Simulating(watch),
        )
    written = []
    try:
        written = outputs.write_plot_and_output(found, plot, output)
    finally:
        typer.echo(printed(print_fit, found), nl=False)
    for line in written or ["Nothing was kept: add -o OUT.toml for an experiment, --plot PLOT.png for a picture."]:
        typer.echo(line)


def _loop(file: Path, name: str | None, density: str | None) -> tuple[FloatArray, FloatArray]:
    """Field and magnetization of the one loop that is meant: a closed cycle after a virgin curve, or all there is."""
    from magheat.store.importers import read_curves, sample_of
    from magheat.store.importers.trace import find_cycle

    given = {} if density is None else {"density": density}
    trace = _chosen(read_curves(file, sample=sample_of(given, "--")), name)
    cycle = find_cycle(trace)
    if cycle is not None and cycle.closed and cycle.field.size < 0.9 * trace.field.size:
        return cycle.field, cycle.response
    return trace.field, trace.response


def _chosen(traces: tuple[Trace, ...], name: str | None) -> Trace:
    names = [trace.name or f"{k + 1}" for k, trace in enumerate(traces)]
    if name is None and len(traces) == 1:
        return traces[0]
    if name not in names:
        got = "" if name is None else f"; got {name!r}"
        raise SpecError(f"--loop must be one of {', '.join(names)}{got}.")
    return traces[names.index(name)]
