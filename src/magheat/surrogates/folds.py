"""Honest scores for rows that come in groups, such as the samples of one publication.

Rows of one group are alike for reasons that no column tells: one synthesis, one calorimeter, one way to evaluate it. A
model that has seen some of them predicts the others far better than those of a new group, which is what people ask
about. So a group is never split: every row is predicted once, by a model that has seen no row of its group, and that
is repeated with other partitions. The score of a split by rows stands beside it, to tell how much it flatters.

The output is positive and all errors are those of its logarithm to base 10. What learns is a function of the places of
the rows to learn from; what it returns maps places of rows to predictions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magheat.units import FloatArray

Places = NDArray[np.intp]
Labels = NDArray[Any]
Predict = Callable[[Places], FloatArray]
Learn = Callable[[Places], Predict]


def groups_in_folds(groups: Labels, folds: int, seed: int) -> Places:
    """(rows,) the fold of each row, 0 to folds - 1: whole groups at random, equally many in each fold."""
    names, place = np.unique(groups, return_inverse=True)
    return rows_in_folds(names.size, min(folds, names.size), seed)[place]


def rows_in_folds(rows: int, folds: int, seed: int) -> Places:
    """(rows,) the fold of each row, at random and of equal size."""
    return np.random.default_rng(seed).permutation(np.arange(rows) % folds)


def out_of_fold(learn: Learn, fold: Places) -> FloatArray:
    """(rows, ...) what is predicted of each row by what was learnt from all other folds."""
    parts = {int(one): np.flatnonzero(fold == one) for one in np.unique(fold)}
    predicted = [learn(np.flatnonzero(fold != one))(unseen) for one, unseen in parts.items()]
    result: FloatArray = np.concatenate(predicted)[np.argsort(np.concatenate(list(parts.values())))]
    return result


def log_scores(true: FloatArray, predicted: FloatArray, groups: Labels) -> dict[str, float]:
    """How good predictions are; both are logarithms to base 10, and rows without a prediction are left out.

    ``r_squared`` of the logarithm, and ``r_squared_low`` and ``r_squared_high``, between which nine of ten tables with
    as many groups like these would put it; ``factor_off``, the median of how many times too large or too small, and
    ``factor_off_per_group``, the same with every group counting alike; ``within_factor_2`` and ``predicted``, shares.
    """
    told = np.isfinite(predicted)
    if not told.any():
        return dict.fromkeys(_SCORES, float("nan")) | {"predicted": 0.0}
    y, names, error = true[told], groups[told], np.abs(predicted[told] - true[told])
    low, high = np.quantile(_r_squared_of_groups_drawn(y, error, names), (0.05, 0.95))
    found = (
        _r_squared(np.array([y.size, y.sum(), y @ y, error @ error])),
        low,
        high,
        10 ** np.median(error),
        10 ** weighted_quantile(error, alike(names), 0.5),
        (error <= np.log10(2)).mean(),
        told.mean(),
    )
    return {name: float(value) for name, value in zip(_SCORES, found, strict=True)}


_SCORES = (
    "r_squared",
    "r_squared_low",
    "r_squared_high",
    "factor_off",
    "factor_off_per_group",
    "within_factor_2",
    "predicted",
)
#: Tables that are drawn, groups at random and with repetition.
_DRAWS = 1000


def _r_squared(sums: FloatArray) -> FloatArray:
    """R^2, of (..., 4) sums over rows of 1, y, y^2 and the squared error; NaN where y does not vary."""
    count, total, squares, errors = np.moveaxis(sums, -1, 0)
    about_mean = squares - total**2 / count
    varies = about_mean > 1e-12 * squares
    result: FloatArray = 1 - errors / np.where(varies, about_mean, np.nan)
    return result


def _r_squared_of_groups_drawn(true: FloatArray, error: FloatArray, groups: Labels) -> FloatArray:
    """(draws,) R^2 of tables whose groups are drawn from these (cluster bootstrap); where it can be told."""
    names, place = np.unique(groups, return_inverse=True)
    sums = np.zeros((names.size, 4))
    np.add.at(sums, place, np.column_stack([np.ones(true.size), true, true**2, error**2]))
    drawn = np.random.default_rng(0).multinomial(names.size, np.full(names.size, 1 / names.size), _DRAWS)
    found = _r_squared(drawn @ sums)
    return found[np.isfinite(found)] if np.isfinite(found).any() else np.array([np.nan])


def mean_and_spread(repeats: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Of every score its mean over repeats and, as NAME_spread, their standard deviation."""
    values = {name: np.array([one[name] for one in repeats]) for name in repeats[0]}
    means = {name: float(found.mean()) for name, found in values.items()}
    return means | {
        f"{name}_spread": float(found.std(ddof=1)) if found.size > 1 else 0.0 for name, found in values.items()
    }


def label_mean(labels: Labels, true: FloatArray) -> Learn:
    """The mean of each label, such as a material; that of all rows where the label is unknown."""

    def learn(rows: Places) -> Predict:
        overall = float(true[rows].mean())
        means = {name: float(true[rows[labels[rows] == name]].mean()) for name in np.unique(labels[rows])}
        return lambda asked: np.array([means.get(name, overall) for name in labels[asked]])

    return learn


def overall_mean(true: FloatArray) -> Learn:
    """The mean of all rows."""
    return label_mean(np.zeros(true.size, int), true)


def as_given(prediction: FloatArray) -> Learn:
    """A prediction that has learnt nothing, such as one from physics alone."""
    return lambda rows: lambda asked: prediction[asked]


def constant_factor(prediction: FloatArray, true: FloatArray) -> Learn:
    """A given prediction times one factor that is learnt."""

    def learn(rows: Places) -> Predict:
        shift = float(np.nanmean(true[rows] - prediction[rows]))
        return lambda asked: prediction[asked] + shift

    return learn


def alike(groups: Labels) -> FloatArray:
    """(rows,) weights of sum 1 that let every group count alike, whatever its number of rows."""
    names, place, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    result: FloatArray = 1.0 / (sizes[place] * names.size)
    return result


def weighted_quantile(values: FloatArray, weights: FloatArray, level: float) -> float:
    """The least value that so much of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order[min(int(np.searchsorted(reached, level * (1 - 1e-12))), values.size - 1)]])


def not_exceeded(sizes: FloatArray, groups: Labels, level: float) -> float:
    """What the error of a row of a new group does not exceed with this probability.

    Every group counts alike, and a further one, the new group itself, may be off by any amount; where that leaves
    nothing to go by (a level above groups/(groups + 1)), the largest error that was seen. If groups are exchangeable,
    so that the sizes of the errors of each were found without it, the probability holds for one row of a new group.
    For a few groups it is an average over many such tables, not a promise for each.

    Source: Lee, Barber, Willett, Distribution-free inference with hierarchical data, arXiv:2306.06342 (2023).
    """
    count = np.unique(groups).size
    return weighted_quantile(sizes, alike(groups) * count / (count + 1), level)
