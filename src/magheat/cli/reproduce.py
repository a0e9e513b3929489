"""``magheat reproduce``: a paper, figure by figure, as a report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from magheat.cli import outputs, progress
from magheat.cli.endings import stop_at_once
from magheat.errors import SpecError

STUDIES = ("local-heat",)


def reproduce(
    study: Annotated[str, typer.Argument(help="Which paper: local-heat.", metavar="STUDY")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the report; reports/STUDY by default.", metavar="DIR")
    ] = None,
) -> None:
    """Reproduce a paper's figures from its own parameters."""
    if study not in STUDIES:
        raise SpecError(f"STUDY must be one of {', '.join(STUDIES)}; got {study!r}.")
    make_report(study, Path("reports") / study if out is None else out)


def make_report(study: str, folder: Path) -> None:
    """Run the study with progress from the first second, and end by naming its report."""
    outputs.require_folder("--out", folder)
    started = time.monotonic()
    with progress.watching("Starting ...") as watch:
        with stop_at_once():
            _prepare_kernels(watch)
        report = _reproduced(study, folder, watch)
    typer.echo(f"Wrote the report {report} in {time.monotonic() - started:.0f} s; open it in a browser.")


def _reproduced(study: str, folder: Path, watch: progress.Watch) -> Path:
    from magheat.studies import local_heat

    return {"local-heat": local_heat.reproduce}[study](folder, progress.Telling(watch))


def _prepare_kernels(watch: progress.Watch) -> None:
    """Compile what is not in the disk cache yet, before anything is written."""
    if progress.compiled(particles=2):
        return
    watch.stage(progress.COMPILING)
    from magheat.benchmarks.warm import warm

    warm(2)
