"""The whole study: numbers, tables, figures, report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from magheat.api import simulate
from magheat.solvers.llg import LLG
from magheat.studies.drawings import Drawing
from magheat.studies.local_heat import (
    damping,
    damping_figure,
    jump_energies,
    lag,
    loops,
    report,
    trajectory,
    transfers,
)
from magheat.studies.local_heat.cases import experiment
from magheat.studies.local_heat.events import first_half_cycle
from magheat.studies.local_heat.report import Numbers
from magheat.studies.telling import Telling, silence
from magheat.studies.writing import write_study

#: The lower damping of the ledger picture; the lowest round one at which a single run is reproducible.
_LOW_DAMPING = 0.01


def reproduce(out: Path, progress: Telling | None = None, plan: damping.Plan | None = None) -> Path:
    """Write the study's tables, figures and report, and return the path of ``report.html``.

    Parameters
    ----------
    out
        Folder, made if need be. Files of an earlier run are replaced, each as a whole.
    progress
        Called with words when a stage begins and with the fraction of it that is done.
    plan
        How finely damping is sampled; the study's own when None.
    """
    tell = progress or silence
    numbers = compute(tell, plan)
    tables = (
        loops.tables(numbers.loops)
        | lag.tables(numbers.lag)
        | trajectory.tables(numbers.trajectory)
        | jump_energies.tables(numbers.energies)
        | damping.tables(numbers.damping)
        | transfers.tables(numbers.flows)
        | report.tables(numbers)
    )
    return write_study(out, tables, _drawings(numbers), partial(report.html, numbers), tell)


def compute(tell: Telling, plan: damping.Plan | None = None) -> Numbers:
    """All numbers of the study."""
    tell("Quasi-static loops (figure 2) ...")
    quasi_static = loops.compute()
    tell("Dynamics at damping 1, at three frequencies (figure 3) ...")
    dynamic = lag.compute(quasi_static, progress=tell)
    apart = dynamic.runs.isel(run=1)
    course = trajectory.compute(apart, quasi_static[1].run)
    tell("Energies of the jumps (figure 4) ...")
    energies = jump_energies.compute(apart, course.jumps)
    low = simulate(experiment(damping=_LOW_DAMPING), solver=LLG(check_sensitivity=False, check_error=False))
    flows = transfers.compute([(1.0, apart, course.jumps), (_LOW_DAMPING, low, first_half_cycle(low)[0])])
    tell("Heat against damping (figure 5) ...")
    swept = damping.compute(plan, progress=tell)
    return Numbers(quasi_static, dynamic, course, energies, swept, flows)


def _drawings(numbers: Numbers) -> tuple[Drawing, ...]:
    return (
        Drawing("fig2", lambda width: loops.draw(numbers.loops, width)),
        Drawing("fig3", lambda width: trajectory.draw(numbers.trajectory, width)),
        Drawing("fig4", lambda width: jump_energies.draw(numbers.energies, width)),
        Drawing("fig5", lambda width: damping_figure.draw(numbers.damping, width)),
        Drawing("fig6_ledger", lambda width: transfers.draw(numbers.flows, width)),
    )
