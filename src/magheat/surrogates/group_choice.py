"""Which model to learn from few groups of rows: the one that is least off on groups that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from magheat.surrogates.features import FEATURES, SCALES
from magheat.surrogates.fitting import View
from magheat.surrogates.folds import (
    Labels,
    Learn,
    Places,
    Predict,
    groups_in_folds,
    not_exceeded,
    out_of_fold,
    rows_in_folds,
)
from magheat.surrogates.models import Boosting, fit_boosting
from magheat.surrogates.outputs import log_transform_of
from magheat.surrogates.rows import Rows
from magheat.units import FloatArray

#: What an output may be measured in (`magheat.surrogates.features`), and the inputs that this takes.
_MEASURES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "plain": (),
        "per-drive": ("amplitude", "frequency"),
        "share-of-largest-loop": ("amplitude", "frequency", "mass_saturation_magnetization"),
    }
)
#: Trees that are tried, and the leaves of each: more of either learn the groups.
_TREES, _LEAVES = (40, 160), 4
#: Folds of the choice.
_FOLDS = 5

#: A partition of labelled rows into folds, by a seed.
Partition = Callable[[Labels, int, int], Places]


class Candidate(NamedTuple):
    """A kind of model: what the output is measured in, and how many trees there are."""

    features: str
    trees: int


class Chosen(NamedTuple):
    """The candidate that was least off, (rows,) by how much, and R^2 of each that was tried."""

    candidate: Candidate
    error: FloatArray
    tried: dict[Candidate, float]


def by_rows(groups: Labels, folds: int, seed: int) -> Places:
    """(rows,) folds that do not care for groups."""
    return rows_in_folds(groups.size, folds, seed)


def candidates(rows: Rows) -> list[Candidate]:
    """The kinds of model that the rows allow for."""
    fitting = [
        features
        for features, needed in _MEASURES.items()
        if set(needed) <= set(rows.columns)
        and set(SCALES[features]({name: np.ones(1) for name in needed})) <= set(rows.truth)
    ]
    return [Candidate(features, trees) for features in fitting for trees in _TREES]


def fit(rows: Rows, candidate: Candidate, seed: int) -> tuple[View, Boosting]:
    """One model of these rows, and how it sees them; trees need no centred features."""
    scales = SCALES[candidate.features](rows.columns)
    transforms = {name: log_transform_of(truth / scales.get(name, 1.0)) for name, truth in rows.truth.items()}
    count = FEATURES[candidate.features](rows.columns).shape[1]
    view = View(candidate.features, np.zeros(count), np.ones(count), transforms)
    return view, fit_boosting(view.shown(rows), view.learnt(rows), seed, trees=candidate.trees, leaves=_LEAVES)


def choose(rows: Rows, groups: Labels, seed: int, partition: Partition = groups_in_folds) -> Chosen:
    """The candidate that is least off on rows of unseen groups, in the mean square of the logarithm."""
    fold, true = partition(groups, _FOLDS, seed), logs(rows)
    errors = {one: np.abs(out_of_fold(_learner(rows, one, seed), fold) - true) for one in candidates(rows)}
    best = min(errors, key=lambda one: float((errors[one] ** 2).mean()))
    about_mean = float(((true - true.mean()) ** 2).mean())
    return Chosen(best, errors[best], {one: 1 - float((error**2).mean()) / about_mean for one, error in errors.items()})


def procedure(
    rows: Rows, groups: Labels, seed: int, level: float, partition: Partition, tell: Callable[[], None]
) -> Learn:
    """Choose without the rows put aside, learn, and predict (rows, 2): a logarithm, and how far that may be off."""

    def learn(places: Places) -> Predict:
        some, names = part_of(rows, places), groups[places]
        chosen = choose(some, names, seed, partition)
        half = not_exceeded(chosen.error, names, level)
        view, regressor = fit(some, chosen.candidate, seed)
        tell()
        return lambda asked: np.column_stack([_predicted(rows, asked, view, regressor), np.full(asked.size, half)])

    return learn


def part_of(rows: Rows, places: Places) -> Rows:
    """Some of the rows."""
    columns, truth = ({name: values[places] for name, values in one.items()} for one in (rows.columns, rows.truth))
    return Rows(rows.frame[places], columns, truth)


def logs(rows: Rows) -> FloatArray:
    """(rows,) logarithm to base 10 of the one output."""
    (truth,) = rows.truth.values()
    result: FloatArray = np.log10(truth)
    return result


def _learner(rows: Rows, candidate: Candidate, seed: int) -> Learn:
    """Learn with one candidate."""

    def learn(places: Places) -> Predict:
        view, regressor = fit(part_of(rows, places), candidate, seed)
        return lambda asked: _predicted(rows, asked, view, regressor)

    return learn


def _predicted(rows: Rows, asked: Places, view: View, regressor: Boosting) -> FloatArray:
    """(rows,) logarithm to base 10 of the one output."""
    some = part_of(rows, asked)
    ((name, transform),) = view.transforms.items()
    scaled = transform.back(regressor.predict(view.shown(some))[:, 0])
    result: FloatArray = np.log10(scaled * SCALES[view.features](some.columns).get(name, 1.0))
    return result
