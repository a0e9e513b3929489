"""Intervals that hold: split conformal prediction, scaled by a model of how far the prediction is off, place by place.

A second model learns the logarithm of the residuals (as learnt, of unit spread) on rows that the first has not seen. On
further unseen rows the residuals are divided by what it says; the quantile of these scores at the level that is asked
for, times what it says for a new row, is half the width there. Under exchangeability the coverage is the level.

Source: Papadopoulos et al., Normalized nonconformity measures for regression conformal prediction (2008); Lei et al.,
Distribution-free predictive inference for regression, JASA 113 (2018), section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from magheat.surrogates.models import Regressor
from magheat.units import FloatArray

#: Residuals below this, in units of the output's spread, are as good as none.
_LEAST = 1e-6
#: Probabilities at which the scores are kept.
_GRID = np.concatenate([np.arange(0, 0.99, 0.005), np.arange(0.99, 1.00001, 0.0005)])


@dataclass(frozen=True)
class Conformal:
    """How far off predictions are.

    Parameters
    ----------
    regressor
        Predicts the logarithm of the residual's size, (rows, outputs).
    probability, score
        (q,) levels and (q, outputs) scores that are not exceeded with this probability.
    """

    regressor: Regressor
    probability: FloatArray
    score: FloatArray

    def half_width(self, features: FloatArray, level: float) -> FloatArray:
        """(rows, outputs) half widths at this level, in units of the outputs' spread."""
        at_level = np.array([np.interp(level, self.probability, column) for column in self.score.T])
        result: FloatArray = at_level * local_scale(self.regressor, features)
        return result


def local_scale(regressor: Regressor, features: FloatArray) -> FloatArray:
    """What the model of residuals expects, (rows, outputs)."""
    result: FloatArray = np.exp(np.clip(regressor.predict(features), -12, 12))
    return result


def learn_scale(
    fit: Callable[[FloatArray, FloatArray], Regressor], features: FloatArray, residuals: FloatArray
) -> Regressor:
    """The model of the logarithm of the residuals' sizes, but for a constant, which the scores take up."""
    logs = np.log(np.abs(residuals) + _LEAST)
    return fit(features, logs - logs.mean(axis=0))


def calibrate(regressor: Regressor, features: FloatArray, residuals: FloatArray) -> Conformal:
    """Scores of rows that neither model has seen."""
    scores = np.sort(np.abs(residuals) / local_scale(regressor, features), axis=0)
    rows = len(scores)
    # the finite-sample quantile: rank ceil((rows + 1) p), the largest score beyond the last rank
    ranks = np.clip(np.ceil((rows + 1) * _GRID).astype(int), 1, rows) - 1
    return Conformal(regressor, _GRID, scores[ranks])
