"""The page that the paper lacks: which rows, which features, which model - and how far each holds between the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from magheat.studies.kept import Kept, Numbers
from magheat.studies.slp_learning.learning import models
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


class Combination(NamedTuple):
    """What is trained: which rows, how they are seen, by what, for which time."""

    design: str
    view: models.View
    kind: str
    number: int


def combinations(designs: Iterable[str], trainings: int) -> list[Combination]:
    """Every design, seen both ways, by every kind of model, so many times."""
    return [
        Combination(design, view, kind, number)
        for design in designs
        for view in models.VIEWS
        for kind in models.KINDS
        for number in range(trainings)
    ]


def trained(one: Combination, sample: Sample, between: Sample, kept: Kept) -> Numbers:
    """A combination's predictions for the rows that it did not learn from."""
    named: dict[str, Any] = {"rows": [sample.digest(), between.digest()], "view": one.view.name, "kind": one.kind}
    named |= {"number": one.number, "settings": models.SETTINGS[one.kind]}
    return kept.get(f"compared-{one.kind}", named, lambda: _train(sample, between, one.view, one.kind, one.number))


def lines(found: Mapping[Combination, Numbers], designs: Mapping[str, Sample], between: Sample) -> list[Line]:
    """The scores of all combinations, their trainings side by side."""
    by_line: dict[tuple[str, str, str], list[Numbers]] = {}
    for one, numbers in found.items():
        by_line.setdefault((one.design, one.view.name, one.kind), []).append(numbers)
    return [_line(designs[name[0]], between, *name, numbers) for name, numbers in by_line.items()]


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
