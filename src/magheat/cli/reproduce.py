"""``magheat reproduce``: a paper, figure by figure, as a report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from magheat.cli import outputs, progress
from magheat.cli.endings import stop_at_once
from magheat.errors import SpecError

#: Studies, and the stages that each can be made by.
STUDIES: dict[str, tuple[str, ...]] = {"local-heat": (), "slp-learning": ("loops", "learning")}
#: What is said before the long one.
LONG = (
    "this takes about 40 minutes on two cores; it may be stopped at any time, the same command goes on from there "
    "(make demo has a reduced version)"
)


def reproduce(
    study: Annotated[str, typer.Argument(help=f"Which paper: {', '.join(STUDIES)}.", metavar="STUDY")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the report; reports/STUDY by default.", metavar="DIR")
    ] = None,
    stage: Annotated[
        str | None,
        typer.Option("--stage", help="One stage of slp-learning (loops, learning); all by default.", metavar="STAGE"),
    ] = None,
) -> None:
    """Reproduce a paper's figures from its own parameters.

    slp-learning takes about 40 minutes on two cores, all but one of them for --stage learning. It can be stopped at any
    time: finished trainings are kept in DIR/kept, and the same command goes on from there.
    """
    if study not in STUDIES:
        raise SpecError(f"STUDY must be one of {', '.join(STUDIES)}; got {study!r}.")
    if stage is not None and stage not in STUDIES[study]:
        known = f"one of {', '.join(STUDIES[study])}" if STUDIES[study] else "left out: this study has no stages"
        raise SpecError(f"--stage of {study} must be {known}; got {stage!r}.")
    make_report(study, Path("reports") / study if out is None else out, stage)


def make_report(study: str, folder: Path, stage: str | None = None, *, reduced: bool = False) -> None:
    """Run the study with progress from the first second, and end by naming its report.

    A reduced one takes a minute or less, whatever the study.
    """
    outputs.require_folder("--out", folder)
    started = time.monotonic()
    if study == "slp-learning" and stage != "loops" and not reduced:
        typer.echo(f"magheat: {LONG}", err=True)
    with progress.watching("Starting ...") as watch:
        with stop_at_once():
            _prepare_kernels(watch, ensembles=study == "slp-learning")
        report = _reproduced(study, folder, stage, watch, reduced=reduced)
    typer.echo(f"Wrote the report {report} in {time.monotonic() - started:.0f} s; open it in a browser.")


def _reproduced(study: str, folder: Path, stage: str | None, watch: progress.Watch, *, reduced: bool) -> Path:
    if study == "slp-learning":
        from magheat.studies import slp_learning

        return slp_learning.reproduce(folder, progress.Telling(watch), stage, slp_learning.REDUCED if reduced else None)
    from magheat.studies import local_heat

    return local_heat.reproduce(folder, progress.Telling(watch))


def _prepare_kernels(watch: progress.Watch, *, ensembles: bool) -> None:
    """Compile what is not in the disk cache yet, before anything is written."""
    if progress.compiled(particles=2) and (not ensembles or progress.compiled_ensembles()):
        return
    watch.stage(progress.COMPILING)
    from magheat.benchmarks.warm import warm, warm_ensemble

    warm(2)
    if ensembles:
        warm_ensemble()
