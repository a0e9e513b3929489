"""``magheat run``: one experiment from a TOML file to a dataset, a picture and a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from magheat.cli import outputs, progress
from magheat.cli.endings import INTERRUPTED, ended_like_interrupted, stop_at_once

if TYPE_CHECKING:
    import xarray as xr

    from magheat.solvers.base import Solver
    from magheat.solvers.checkpoint import Checkpoint


def run(
    file: Annotated[Path, typer.Argument(help="The experiment, a TOML file; see examples/.", metavar="FILE.toml")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Keep the run in this NetCDF file.", metavar="OUT.nc")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the run, as PNG or SVG by the suffix.", metavar="PLOT.png")
    ] = None,
    solver: Annotated[
        str | None,
        typer.Option(
            "--solver",
            help="llg, minimize, kinetic-monte-carlo, two-well, linear-response or fokker-planck, instead of what the "
            "file says.",
            metavar="NAME",
        ),
    ] = None,
    rtol: Annotated[
        float | None, typer.Option("--rtol", help="Relative tolerance, instead of what the file says.", metavar="X")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            help="Of a long run with llg: keep what is done in this file; the same command goes on from there.",
            metavar="FILE.npz",
        ),
    ] = None,
) -> None:
    """Simulate one experiment and say which particle heats, how much and when."""
    _require_names(file, output, plot, checkpoint)
    with progress.watching("Starting ...", patience=progress.HEARTBEAT) as watch:
        with stop_at_once() if checkpoint is None else _going_on_later(checkpoint):
            ds, kept = _simulated(file, solver, rtol, checkpoint, watch)
        watch.stage("Reading the result ...")
        lines = _summary(ds)
    try:  # files first, for a pipe that is closed early; the numbers all the same, where a file cannot be written
        written = _write(ds, output, plot)
    finally:
        typer.echo(lines, nl=False)
    if kept is not None:
        kept.remove()
    for line in written or ["Nothing was kept: add -o OUT.nc for the dataset, --plot PLOT.png for a picture."]:
        typer.echo(line)


@contextmanager
def _going_on_later(checkpoint: Path) -> Iterator[None]:
    """Inside, Ctrl-C and its like leave what is done so far, and say so."""
    with ended_like_interrupted():
        try:
            yield
        except KeyboardInterrupt:
            if not checkpoint.exists():
                raise
            typer.echo(f"magheat: interrupted; the same command goes on from {checkpoint}", err=True)
            raise typer.Exit(INTERRUPTED) from None


def _require_names(file: Path, output: Path | None, plot: Path | None, checkpoint: Path | None) -> None:
    outputs.require_file("FILE.toml", file)
    outputs.require_different({"FILE.toml": file, "--output": output, "--plot": plot, "--checkpoint": checkpoint})
    if checkpoint is not None:
        outputs.require_writable("--checkpoint", checkpoint)
    if output is not None:
        outputs.require_writable("--output", output)
    if plot is not None:
        outputs.require_picture("--plot", plot)
        outputs.require_writable("--plot", plot)


def _simulated(
    file: Path, name: str | None, rtol: float | None, checkpoint: Path | None, watch: progress.Watch
) -> tuple[xr.Dataset, Checkpoint | None]:
    """The dataset of the experiment in the file, and what it went on from, to be removed when the dataset is safe."""
    from magheat.api import checkpoint_of, run_with, simulate, solver_of
    from magheat.spec.io import from_toml

    experiment, table = from_toml(file)
    solver = solver_of(_solver(table, name), rtol)
    if not progress.compiled(1 if experiment.particles is None else experiment.particles.count):
        watch.stage(progress.COMPILING)
    told = progress.Simulating(watch)
    if checkpoint is None:
        return simulate(experiment, solver, progress=told), None
    kept = checkpoint_of(checkpoint, experiment, solver)
    return run_with(kept, experiment, solver, told), kept


def _solver(table: dict[str, Any], name: str | None) -> Solver:
    """The solver of the file's [solver] table; of another one by name, its defaults."""
    from magheat.api import solver_of, solver_of_table

    if name is None or solver_of(name).name == table.get("name", "llg"):
        return solver_of_table(table)
    return solver_of(name)


def _summary(ds: xr.Dataset) -> str:
    """The tables as text, in colours where they go to a terminal."""
    from rich.console import Console

    from magheat.cli.summary import print_summary

    console = Console()
    with console.capture() as captured:
        print_summary(ds, console)
    return captured.get()


def _write(ds: xr.Dataset, output: Path | None, plot: Path | None) -> list[str]:
    """Write what was asked for, each file whole or not at all, before anything is printed; say what was written."""
    written = []
    if output is not None:
        from magheat.dataset import write_netcdf

        with outputs.writing("--output", output):
            write_netcdf(ds, output)
        written.append(f"Wrote {output}")
    if plot is not None:
        from magheat.plotting import run_figure, save

        with outputs.writing("--plot", plot):
            save(run_figure(ds), plot)
        written.append(f"Wrote {plot}")
    return written
