"""How many standard deviations a prediction is off: (p_v - e_v)/sigma, as in the paper's figure 1(a).

p_v is the mean of the predictions for a loop and sigma their standard deviation, over trainings that have not seen it:
how well trainings agree with one another, not how well they agree with the truth.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magheat.studies.slp_learning.cases import FloatArray
from magheat.studies.slp_learning.learning.samples import Rows

#: The paper's bound.
BOUND = 3.0


class Deviations(NamedTuple):
    """Predictions for loops, n of each, held against the loops."""

    times: FloatArray  # (rows,) predictions of a loop
    mean: FloatArray  # (rows, 3)
    sigma: FloatArray  # (rows, 3) standard deviation of one prediction; NaN for fewer than two
    true: FloatArray  # (rows, 3)

    @property
    def relative(self) -> FloatArray:
        """(rows, 3) (p_v - e_v)/sigma; NaN where sigma is unknown, 0 where nothing is off."""
        off = self.mean - self.true
        with np.errstate(divide="ignore", invalid="ignore"):
            found: FloatArray = np.where(off == 0, np.where(np.isnan(self.sigma), np.nan, 0.0), off / self.sigma)
        return found

    def within(self, rows: np.ndarray | slice = slice(None)) -> FloatArray:
        """(3,) share of the loops, or of some of them, that are off by no more than the bound."""
        relative = self.relative[rows]
        known = ~np.isnan(relative)
        with np.errstate(invalid="ignore"):
            inside = (np.abs(relative) <= BOUND) & known
        share: FloatArray = inside.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        return share


def of_repeats(predicted: FloatArray, true: FloatArray) -> Deviations:
    """Deviations of (n, rows, 3) predictions from (rows, 3) loops."""
    count = np.full(len(true), float(len(predicted)))
    sigma = predicted.std(axis=0, ddof=1) if len(predicted) > 1 else np.full_like(true, np.nan)
    return Deviations(count, predicted.mean(axis=0), sigma, true)


def of_unseen(found: list[tuple[Rows, FloatArray]], true: FloatArray) -> Deviations:
    """Deviations of predictions for the rows that each split tested, from (rows, 3) loops."""
    count, first, second = np.zeros(len(true)), np.zeros_like(true), np.zeros_like(true)
    for rows, predicted in found:
        off = predicted - true[rows]  # about the truth, which is near: sums of squares keep their digits
        count[rows] += 1
        first[rows] += off
        second[rows] += off**2
    n = count[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, first / n, np.nan)
        variance = np.where(n > 1, (second - n * mean**2) / (n - 1), np.nan)
    return Deviations(count, true + mean, np.sqrt(np.maximum(variance, 0.0)), true)
