"""The whole study: numbers, tables, figures, report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from magheat.studies.kept import FOLDER, Kept
from magheat.studies.telling import Telling, silence
from magheat.studies.thermal import report
from magheat.studies.thermal.cases import Plan
from magheat.studies.thermal.report import Numbers
from magheat.studies.thermal.runs import compute as compute_runs
from magheat.studies.thermal.summary import summaries
from magheat.studies.validity import report as validity
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
        At what temperatures, how often and how finely the pair is run; the study's own way when None.
    """
    tell = progress or silence
    numbers = compute(out, tell, plan)
    return write_study(out, report.tables(numbers), report.drawings(numbers), partial(report.html, numbers), tell)


def compute(out: Path, tell: Telling = silence, plan: Plan | None = None) -> Numbers:
    """All numbers of the study; finished runs are kept in the folder."""
    plan = Plan() if plan is None else plan
    tell(f"{plan.runs} runs at each of {len(plan.temperatures)} temperatures ...")
    kept = Kept(out / FOLDER)
    runs = compute_runs(plan, kept, tell)
    return Numbers(plan, runs, summaries(runs), validity.compute(plan.solvers, kept, tell))
