"""Loop areas over diameter and frequency, by Brown's equation and by the models that are faster."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from magheat.analysis import hysteresis_loop, loss_per_cycle
from magheat.solvers.base import Progress, Solver
from magheat.solvers.fokker_planck import FokkerPlanck
from magheat.solvers.linear_response import LinearResponse
from magheat.solvers.llg import LLG
from magheat.solvers.two_well import TwoWell
from magheat.spec.experiment import Experiment
from magheat.studies.crew import side_by_side
from magheat.studies.kept import Kept
from magheat.studies.kept import Numbers as KeptNumbers
from magheat.studies.validity.cases import Plan, ensemble, linear_response, single, two_well, yardstick
from magheat.units import FloatArray

#: Column of a fast model -> its name.
MODELS = {"two_well": "two wells", "linear_response": "linear response"}


class Maps(NamedTuple):
    """Areas in J/m^3 by (diameter, frequency), for one field."""

    field: float
    exact: FloatArray
    two_well: FloatArray
    linear_response: FloatArray
    steps: FloatArray  # of one cycle by llg

    def error(self, model: str) -> FloatArray:
        """Relative error of a model's area."""
        result: FloatArray = getattr(self, model) / self.exact - 1
        return result


def compute(plan: Plan, kept: Kept, progress: Progress) -> list[Maps]:
    """Maps of every field; finished rows are kept."""
    work: dict[tuple[float, float], Callable[[Progress], KeptNumbers]] = {
        (field, diameter): partial(_kept_row, plan, kept, field, diameter)
        for field in plan.fields
        for diameter in plan.diameters
    }
    rows = side_by_side(work, progress, {(field, d): d**3 for field, d in work})
    return [
        Maps(field, *(np.array([rows[field, d][name] for d in plan.diameters]) for name in Maps._fields[1:]))
        for field in plan.fields
    ]


def _kept_row(plan: Plan, kept: Kept, field: float, diameter: float, progress: Progress) -> KeptNumbers:
    versions = [model.model_version for model in (FokkerPlanck, TwoWell, LinearResponse, LLG)]
    made_from: dict[str, Any] = {"field": field, "diameter": diameter, "frequencies": plan.frequencies}
    made_from["models"] = versions
    return kept.get("map", made_from, lambda: _row(plan.frequencies, field, diameter, progress))


def _row(frequencies: tuple[float, ...], field: float, diameter: float, progress: Progress) -> KeptNumbers:
    """All models at one field and diameter, over the frequencies."""
    columns: dict[str, list[float]] = {name: [] for name in Maps._fields[1:]}
    for i, frequency in enumerate(frequencies):
        experiment = ensemble(diameter, frequency, field)
        columns["exact"].append(area(experiment, yardstick()))
        columns["two_well"].append(area(experiment, two_well()))
        columns["linear_response"].append(area(experiment, linear_response(experiment)))
        columns["steps"].append(LLG().expected_steps(single(diameter, frequency, field, 1)))
        progress((i + 1) / len(frequencies))
    return {name: np.array(values) for name, values in columns.items()}


def area(experiment: Experiment, solver: Solver) -> float:
    """Area of the loop of an ensemble, J/m^3."""
    return float(loss_per_cycle(hysteresis_loop(solver.run(experiment))))
