"""Scores of predictions for all three outputs: R^2 and relative errors, of all loops or of some."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magheat.studies.slp_learning.cases import FloatArray
from magheat.studies.slp_learning.learning.samples import FLOOR, Sample
from magheat.surrogates.validation import scores


class Scores(NamedTuple):
    """Of the three outputs in their order; each (3,), or (n, 3) of several trainings."""

    r_squared: FloatArray
    median: FloatArray  # of the relative error, above the floor
    high: FloatArray  # its 95th percentile
    above: FloatArray  # share of the rows above the floor


def score(predicted: FloatArray, sample: Sample, rows: np.ndarray | slice = slice(None)) -> Scores:
    """Scores of (rows, 3) predictions, or of some of the rows; the floor is 1 % of the most that an output can be."""
    true, floor = sample.outputs[rows], FLOOR * sample.scales()[rows]
    found = [scores(true[:, k], predicted[rows][:, k], floor[:, k]) for k in range(true.shape[1])]
    names = ("r_squared", "median_relative_error", "relative_error_95", "share_above_floor")
    return Scores(*(np.array([one[name] for one in found]) for name in names))


def joined(found: list[Scores]) -> Scores:
    """Several trainings' scores, (n, 3) each."""
    return Scores(*(np.stack(values) for values in zip(*found, strict=True)))
