"""The whole study, stage by stage: numbers, tables, figures, report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from magheat.errors import SpecError
from magheat.studies.drawings import Drawing, draw_all
from magheat.studies.files import Columns, write_csv
from magheat.studies.slp_learning import database, report
from magheat.studies.slp_learning.cases import GRID
from magheat.studies.slp_learning.learning import sections as learning_sections
from magheat.studies.slp_learning.learning import study as learning
from magheat.studies.slp_learning.learning import tables as learning_tables
from magheat.studies.slp_learning.loops import sections as loops_sections
from magheat.studies.slp_learning.loops import study as loops
from magheat.studies.slp_learning.loops.findings import Loops
from magheat.studies.telling import Telling, silence
from magheat.whole import write_text

#: Stages by name, in the order in which they are made.
STAGES = ("loops", "learning")


class Plan(NamedTuple):
    """How finely the study looks."""

    levels: Mapping[str, tuple[float, ...]] = GRID
    points: int = 70  # along the sides of the maps
    samples_per_cycle: int = 1000  # of the loops that are drawn
    learning: learning.Plan = learning.Plan()


#: What a demonstration has time for.
REDUCED = Plan(learning=learning.REDUCED)


class Numbers(NamedTuple):
    """What was computed, stage by stage; None where a stage was left out."""

    database: database.Database
    loops: Loops | None
    learning: learning.Learning | None


def reproduce(out: Path, progress: Telling | None = None, stage: str | None = None, plan: Plan | None = None) -> Path:
    """Write tables, figures and report of a stage, or of all, and return the path of ``report.html``.

    Parameters
    ----------
    out
        Folder, made if need be. Files of an earlier run are replaced, each as a whole; finished pieces of the learning
        are kept in it and used again, so that an interrupted run goes on where it stopped.
    progress
        Called with words when a part begins and with the fraction of it that is done.
    stage
        "loops" or "learning"; both when None.
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
    return write(compute(out, tell, plan, STAGES if stage is None else (stage,)), out, tell)


def compute(out: Path, tell: Telling, plan: Plan | None = None, stages: tuple[str, ...] = STAGES) -> Numbers:
    """All numbers of the stages; those of learning are kept in the folder as they come."""
    plan = Plan() if plan is None else plan
    tell("Loops of the database ...")
    base = database.compute(plan.levels, tell)
    seen = loops.compute(base, plan.points, plan.samples_per_cycle, tell) if "loops" in stages else None
    learnt = learning.compute(base, plan.learning, out, tell) if "learning" in stages else None
    return Numbers(base, seen, learnt)


def write(numbers: Numbers, out: Path, tell: Telling) -> Path:
    """Tables, knowledge base, figures and report; the path of the report."""
    out.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Columns] = {}
    drawings: list[Drawing] = []
    if numbers.learning is not None:
        tables |= learning_tables.tables(numbers.learning)
        drawings += learning_sections.drawings(numbers.learning)
    if numbers.loops is not None:
        tables |= loops.tables(numbers.loops)
        drawings += loops.drawings(numbers.loops)
        loops.keep(numbers.loops, out, tell)
    write_text(out / "database.csv", numbers.database.rows.write_csv())
    tell("Drawing the figures ...")
    pictures = draw_all(drawings, out, tell)
    parts = []
    if numbers.learning is not None:
        parts.append(learning_sections.part(numbers.learning, pictures))
    if numbers.loops is not None:
        parts.append(loops_sections.part(numbers.loops, pictures))
    tables |= report.tables(parts)
    for name, columns in tables.items():
        write_csv(out / name, columns)
    path = out / "report.html"
    write_text(path, report.html(parts, sorted([*tables, "database.csv"])))
    return path
