"""The whole study: numbers, tables, figures, report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from magheat.studies.aggregates import report
from magheat.studies.aggregates.answers import Answers, answers
from magheat.studies.aggregates.cases import Plan
from magheat.studies.aggregates.runs import compute as compute_runs
from magheat.studies.kept import FOLDER, Kept
from magheat.studies.telling import Telling, silence
from magheat.studies.writing import write_study


def reproduce(out: Path, progress: Telling | None = None, plan: Plan | None = None) -> Path:
    """Write the study's tables, figures and report, and return the path of ``report.html``.

    Parameters
    ----------
    out
        Folder, made if need be. Files of an earlier run are replaced, each as a whole; finished runs are kept in it
        and used again, so that an interrupted study goes on where it stopped.
    progress
        Called with words when a stage begins and with the fraction of it that is done.
    plan
        How many particles, clusters and fields, and how often they are run; the study's own way when None.
    """
    tell = progress or silence
    numbers = compute(out, tell, plan)
    return write_study(out, report.tables(numbers), report.drawings(numbers), partial(report.html, numbers), tell)


def compute(out: Path, tell: Telling = silence, plan: Plan | None = None) -> Answers:
    """All numbers of the study; finished runs are kept in the folder."""
    plan = Plan() if plan is None else plan
    runs = sum(plan.cases().values())
    tell(f"{runs} runs of {plan.particles} particles, together and alone ...")
    return answers(plan, compute_runs(plan, Kept(out / FOLDER), tell))
