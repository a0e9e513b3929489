"""Entry point of the command line: nothing but the list of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from magheat._version import __version__
from magheat.cli.bench import bench
from magheat.cli.demo import demo
from magheat.cli.endings import one_sentence
from magheat.cli.fit import fit
from magheat.cli.improve import improve
from magheat.cli.optimize import optimize
from magheat.cli.predict import predict
from magheat.cli.reproduce import reproduce
from magheat.cli.run import run
from magheat.cli.serve import serve
from magheat.cli.store import app as store
from magheat.cli.sweep import sweep
from magheat.cli.train import train

app = typer.Typer(
    name="magheat",
    help="Which magnetic nanoparticle heats, how much, and when?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"magheat {__version__}")
        raise typer.Exit


@app.callback()
def magheat(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Which magnetic nanoparticle heats, how much, and when?"""


for command in (run, sweep, train, improve, predict, optimize, fit, reproduce, demo, serve, bench):
    app.command()(one_sentence(command))
app.add_typer(store)

if __name__ == "__main__":
    app()
