"""The page that the paper lacks: which rows, which features, which model - and how far each holds between the rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from magheat.solvers.base import Progress
from magheat.studies.slp_learning.learning import models
from magheat.studies.slp_learning.learning.crew import side_by_side
from magheat.studies.slp_learning.learning.kept import Kept, Numbers
from magheat.studies.slp_learning.learning.protocol import split
from magheat.studies.slp_learning.learning.samples import Sample
from magheat.studies.slp_learning.learning.scoring import Scores, joined, score


class Line(NamedTuple):
    """One combination, trained n times on 90 % of its rows."""

    design: str  # "grid" or "Sobol"
    view: str
    kind: str
    rows: int  # it was trained on
    unseen: Scores  # (n, 3) on the other 10 % of its own design
    between: Scores  # (n, 3) on loops between the values of any grid
    two_wells: Scores  # (n, 3) on those of them with K V/(k_B T) >= 3
    no_wells: Scores  # (n, 3) on the others


def compare(designs: Mapping[str, Sample], between: Sample, trainings: int, kept: Kept, tell: Progress) -> list[Line]:
    """Every design, seen both ways, by every kind of model."""
    wanted = [(design, view, kind) for design in designs for view in models.VIEWS for kind in models.KINDS]
    each = [(*one, number) for one in wanted for number in range(trainings)]

    def trained(design: str, view: models.View, kind: str, number: int, _: Progress) -> Numbers:
        sample = designs[design]
        named = {"rows": [sample.digest(), between.digest()], "view": view.name, "kind": kind, "number": number}
        named["settings"] = models.SETTINGS[kind]
        return kept.get(f"compared-{kind}", named, lambda: _train(sample, between, view, kind, number))

    found = dict(zip(each, side_by_side([partial(trained, *one) for one in each], tell), strict=True))
    return [
        _line(
            designs[design], between, design, view.name, kind, [found[design, view, kind, k] for k in range(trainings)]
        )
        for design, view, kind in wanted
    ]


def _train(sample: Sample, between: Sample, view: models.View, kind: str, number: int) -> Numbers:
    parts = split(sample.height, 20_000 + number, np.empty(0, dtype=np.intp))
    fitted = models.fit(kind, view, sample.at(parts.train), seed=20_000 + number)
    return {
        "test": parts.test,
        "on_test": fitted.predict(sample.at(parts.test).inputs),
        "between": fitted.predict(between.inputs),
    }


def _line(sample: Sample, between: Sample, design: str, view: str, kind: str, found: list[Numbers]) -> Line:
    wells = between.two_wells()
    return Line(
        design,
        view,
        kind,
        sample.height - len(found[0]["test"]),
        joined([score(one["on_test"], sample.at(one["test"])) for one in found]),
        *(joined([score(one["between"], between, rows) for one in found]) for rows in (slice(None), wells, ~wells)),
    )
