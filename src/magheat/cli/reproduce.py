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
STUDIES: dict[str, tuple[str, ...]] = {
    "local-heat": (),
    "slp-learning": ("loops", "learning"),
    "thermal": (),
    "aggregates": (),
}
#: Minutes that the long ones take on two cores.
LONG = {"slp-learning": 40, "aggregates": 10}
#: So many particles take the kernels of large systems.
MANY = 32


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
    """Reproduce a paper's figures from its own parameters, or go on from where it ends.

    local-heat and slp-learning are papers; thermal is the local-heat paper's pair at temperatures, aggregates a cluster
    of 200 particles. slp-learning takes about 40 minutes on two cores, aggregates about 10, thermal about two. They can
    be stopped at any time: what is finished is kept in DIR/kept, and the same command goes on from there.
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
    if study in LONG and stage != "loops" and not reduced:
        typer.echo(
            f"magheat: this takes about {LONG[study]} minutes on two cores; it may be stopped at any time, the same "
            "command goes on from there",
            err=True,
        )
    with progress.watching("Starting ...") as watch:
        with stop_at_once():
            _prepare_kernels(watch, study)
        report = _reproduced(study, folder, stage, watch, reduced=reduced)
    typer.echo(f"Wrote the report {report} in {time.monotonic() - started:.0f} s; open it in a browser.")


def _reproduced(study: str, folder: Path, stage: str | None, watch: progress.Watch, *, reduced: bool) -> Path:
    tell = progress.Telling(watch)
    if study == "slp-learning":
        from magheat.studies import slp_learning

        return slp_learning.reproduce(folder, tell, stage, slp_learning.REDUCED if reduced else None)
    if study == "thermal":
        from magheat.studies import thermal

        return thermal.reproduce(folder, tell)
    if study == "aggregates":
        from magheat.studies import aggregates

        return aggregates.reproduce(folder, tell)
    from magheat.studies import local_heat

    return local_heat.reproduce(folder, tell)


def _prepare_kernels(watch: progress.Watch, study: str) -> None:
    """Compile what is not in the disk cache yet, before anything is written."""
    pair, ensembles, hot = progress.compiled(particles=2), progress.compiled_ensembles(), progress.compiled_thermal()
    ready = {"slp-learning": pair and ensembles, "thermal": pair and hot, "aggregates": hot}
    if ready.get(study, pair):
        return
    watch.stage(progress.COMPILING)
    from magheat.benchmarks import warm

    if study == "aggregates":
        warm.warm_thermal(1)
        warm.warm_thermal(MANY)
        return
    warm.warm(2)
    if study == "slp-learning":
        warm.warm_ensemble()
    if study == "thermal":
        warm.warm_thermal(2)
