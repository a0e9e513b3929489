"""The paper's protocol: the grid split at random in 90 and 10 %, both models trained anew, again and again.

The loops that are shown are in no training set. The forest is asked more often, for every loop of the grid to be
predicted often enough by forests that have not seen it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from magheat.solvers.base import Progress
from magheat.studies.crew import side_by_side
from magheat.studies.kept import Kept, Numbers
from magheat.studies.slp_learning.cases import FloatArray
from magheat.studies.slp_learning.learning import models
from magheat.studies.slp_learning.learning.samples import Rows, Sample

#: Share of the rows that a model is tested on.
TESTED = 0.1


class Split(NamedTuple):
    """Rows by what they are for."""

    train: Rows
    test: Rows


class Material(NamedTuple):
    """What the models of the protocol learn from, and what they are asked."""

    grid: Sample
    shown: Rows  # rows of the grid that are in no training set
    between: Sample  # loops between the values of the grid
    asked: Sample  # loops of the paper's figure 2


class Repeats(NamedTuple):
    """One kind of model, trained so many times (n) on random parts of the grid."""

    tests: list[Rows]  # n times the rows tested
    on_tests: list[FloatArray]  # n times (rows tested, 3)
    shown: FloatArray  # (n, rows shown, 3)
    between: FloatArray  # (n, rows, 3)
    asked: FloatArray  # (n, rows, 3)
    train_seconds: FloatArray  # (n,) of one core
    predict_seconds: FloatArray  # (n,) of one core, per 1000 rows


def split(rows: int, number: int, apart: Rows) -> Split:
    """The split with this number; rows that are kept apart are in neither part."""
    order = np.random.default_rng([20, number]).permutation(np.setdiff1d(np.arange(rows), apart))
    tested = round(TESTED * order.size)
    return Split(np.sort(order[tested:]), np.sort(order[:tested]))


def repeat(material: Material, kinds: tuple[str, ...], count: int, kept: Kept, tell: Progress) -> dict[str, Repeats]:
    """Repeats of the protocol by kind of model."""
    made_from = {
        "rows": [one.digest() for one in (material.grid, material.between, material.asked)],
        "shown": material.shown.tolist(),
    }

    def one(kind: str, number: int, _: Progress) -> Numbers:
        named = {**made_from, "kind": kind, "number": number, "settings": models.SETTINGS[kind]}
        return kept.get(f"repeat-{kind}", named, lambda: _one_repeat(material, kind, number))

    wanted = [(kind, number) for number in range(count) for kind in kinds]
    with models.training():
        found = side_by_side({each: partial(one, *each) for each in wanted}, tell)
    return {kind: _gathered([found[kind, number] for number in range(count)]) for kind in kinds}


def _one_repeat(material: Material, kind: str, number: int) -> Numbers:
    parts = split(material.grid.height, number, material.shown)
    fitted = models.fit(kind, models.RAW, material.grid.at(parts.train), seed=number)
    started = time.thread_time()
    between = fitted.predict(material.between.inputs)
    seconds = (time.thread_time() - started) * 1000 / material.between.height
    return {
        "test": parts.test,
        "on_test": fitted.predict(material.grid.at(parts.test).inputs),
        "shown": fitted.predict(material.grid.at(material.shown).inputs),
        "between": between,
        "asked": fitted.predict(material.asked.inputs),
        "seconds": np.array([fitted.seconds, seconds]),
    }


def _gathered(found: list[Numbers]) -> Repeats:
    stacked = (np.stack([one[name] for one in found]) for name in ("shown", "between", "asked", "seconds"))
    shown, between, asked, seconds = stacked
    return Repeats([one["test"] for one in found], [one["on_test"] for one in found], shown, between, asked, *seconds.T)


def predict_unseen(grid: Sample, count: int, kept: Kept, tell: Progress) -> list[tuple[Rows, FloatArray]]:
    """(rows tested, (rows tested, 3) predictions) of forests on so many splits of the whole grid."""
    made_from: Mapping[str, object] = {"rows": grid.digest(), "settings": models.SETTINGS[models.FOREST]}

    def one(number: int, _: Progress) -> Numbers:
        return kept.get("unseen", {**made_from, "number": number}, lambda: _one_unseen(grid, number))

    with models.training():
        found = side_by_side({number: partial(one, number) for number in range(count)}, tell)
    return [(numbers["test"], numbers["on_test"]) for numbers in found.values()]


def _one_unseen(grid: Sample, number: int) -> Numbers:
    # numbers of their own: the repeats of the protocol have splits and seeds from 0
    parts = split(grid.height, 10_000 + number, np.empty(0, dtype=np.intp))
    fitted = models.fit(models.FOREST, models.RAW, grid.at(parts.train), seed=10_000 + number)
    return {"test": parts.test, "on_test": fitted.predict(grid.at(parts.test).inputs)}
