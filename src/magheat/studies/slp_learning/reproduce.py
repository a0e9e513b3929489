"""The whole study, stage by stage: numbers, tables, figures, report."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from magheat.errors import SpecError
from magheat.solvers.two_well_table import two_well_loops
from magheat.studies.drawings import Drawing, draw_all
from magheat.studies.files import write_csv
from magheat.studies.slp_learning import (
    database,
    examples,
    maps,
    maps_figure,
    models,
    models_figure,
    report,
    stored,
)
from magheat.studies.slp_learning.cases import ASKED, GRID
from magheat.studies.slp_learning.findings_loops import Loops
from magheat.studies.telling import Telling, silence
from magheat.whole import write_text

#: Stages by name, in the order in which they are made.
STAGES = ("loops",)


class Plan(NamedTuple):
    """How finely the study looks."""

    levels: Mapping[str, tuple[float, ...]] = GRID
    points: int = 70  # along the sides of the maps
    samples_per_cycle: int = 1000  # of the loops that are drawn


def reproduce(out: Path, progress: Telling | None = None, stage: str | None = None, plan: Plan | None = None) -> Path:
    """Write tables, figures and report of a stage, or of all, and return the path of ``report.html``.

    Parameters
    ----------
    out
        Folder, made if need be. Files of an earlier run are replaced, each as a whole.
    progress
        Called with words when a part begins and with the fraction of it that is done.
    stage
        "loops"; all there are when None.
    plan
        How finely the study looks; its own way when None.

    Raises
    ------
    SpecError
        For a stage that does not exist.
    """
    if stage is not None and stage not in STAGES:
        raise SpecError(f"stage must be one of {', '.join(STAGES)}; got {stage!r}.")
    tell = progress or silence
    return write(compute(tell, plan), out, tell)


def write(numbers: Loops, out: Path, tell: Telling) -> Path:
    """Tables, knowledge base, figures and report of the loops; the path of the report."""
    out.mkdir(parents=True, exist_ok=True)
    tables = (
        database.tables(numbers.database)
        | examples.tables(numbers.examples)
        | maps.tables(numbers.maps)
        | models.tables(numbers.models)
        | report.tables(numbers)
    )
    for name, columns in tables.items():
        write_csv(out / name, columns)
    write_text(out / "database.csv", numbers.database.rows.write_csv())
    tell("The same by a sweep into a knowledge base ...")
    store = stored.put(numbers.database.levels, out, tell)
    tell("Drawing the figures ...")
    pictures = draw_all(_drawings(numbers), out, tell)
    path = out / "report.html"
    write_text(path, report.html(numbers, pictures, sorted([*tables, "database.csv"]), store.name))
    return path


def compute(tell: Telling, plan: Plan | None = None) -> Loops:
    """All numbers of the loops."""
    plan = Plan() if plan is None else plan
    tell("Loops of the database ...")
    base = database.compute(plan.levels, tell)
    tell("Example loops (figure 1b) ...")
    loops = examples.compute(base, plan.samples_per_cycle)
    tell("Maps of what the model says ...")
    seen = maps.compute(plan.points, tell)
    tell("Linear response and Stoner-Wohlfarth beside it ...")
    compared = models.compute(base, plan.points, tell)
    seconds, points = _one_curve()
    return Loops(base, loops, seen, compared, seconds, points)


def _one_curve(points: int = 100) -> tuple[float, int]:
    """Time in s for a curve of area against diameter at the inputs that the paper asks about, and its points."""
    table = {
        "saturation_magnetization": 4.5e5,
        "anisotropy_constant": 2e4,
        "diameter": np.linspace(min(GRID["diameter"]), max(GRID["diameter"]), points),
        "interaction": 0.5,
        **ASKED,
    }
    started = time.perf_counter()
    two_well_loops(table)
    return time.perf_counter() - started, points


def _drawings(numbers: Loops) -> tuple[Drawing, ...]:
    return (
        Drawing("fig1b", lambda width: examples.draw(numbers.examples, width)),
        Drawing("fig2", lambda width: maps_figure.draw(numbers.maps, width)),
        Drawing("fig3", lambda width: models_figure.draw(numbers.models, width)),
    )
