"""Intervals that hold: split conformal prediction, scaled by a model of how far the prediction is off, place by place.

A second model, of boosted trees, learns the size that nine of ten residuals (as learnt, of unit spread) stay below,
place by place, on rows that the first has not seen. On further unseen rows the residuals are divided by what it says;
the quantile of these scores at the level that is asked for, times what it says for a new row, is half the width there.
The quantile is taken apart for small, middling and large predictions. Under exchangeability the coverage is the level,
among each of these as well.

Source: Papadopoulos et al., Normalized nonconformity measures for regression conformal prediction (2008); Lei et al.,
Distribution-free predictive inference for regression, JASA 113 (2018), section 2; Romano, Patterson, Candes,
Conformalized quantile regression (2019), for a scale that is a quantile; Vovk, Gammerman, Shafer, Algorithmic Learning
in a Random World (2005), section 4.5, for the parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magheat.surrogates.models import Regressor, fit_boosting, fit_quantile
from magheat.units import FloatArray

#: Residuals below this, in units of the output's spread, are as good as none.
_LEAST = 1e-6
#: Parts by the size of the prediction, and how many rows each must have at least.
_MOST_PARTS, _LEAST_ROWS = 10, 600
#: Share of the residuals that the scale is taken at: the level that is asked for most.
_LEVEL = 0.9
#: Probabilities at which the scores are kept.
LEVELS = np.concatenate([np.arange(0, 0.99, 0.005), np.arange(0.99, 1.00001, 0.0005)])


@dataclass(frozen=True)
class Conformal:
    """How far off predictions are.

    Parameters
    ----------
    regressor
        Predicts the logarithm of what nine of ten residuals stay below, but for a constant, (rows, outputs).
    probability
        (q,) levels.
    edges
        (parts - 1, outputs) predictions at which the parts meet.
    score
        (parts, outputs, q) scores that are not exceeded with these probabilities.
    """

    regressor: Regressor
    probability: FloatArray
    edges: FloatArray
    score: FloatArray

    def half_width(self, features: FloatArray, predicted: FloatArray, level: float) -> FloatArray:
        """(rows, outputs) half widths at this level, in units of the outputs' spread."""
        widths = local_scale(self.regressor, features)
        at_level = self._at(level)
        for k in range(widths.shape[1]):
            widths[:, k] *= at_level[np.searchsorted(self.edges[:, k], predicted[:, k]), k]
        return widths

    def _at(self, level: float) -> FloatArray:
        """(parts, outputs) scores at a level: straight lines between those that are kept, all at once."""
        p = self.probability
        if not p[0] < level < p[-1]:
            ends: FloatArray = self.score[..., 0 if level <= p[0] else -1]
            return ends
        i = int(np.searchsorted(p, level, side="right")) - 1
        slope = (self.score[..., i + 1] - self.score[..., i]) / (p[i + 1] - p[i])
        result: FloatArray = slope * (level - p[i]) + self.score[..., i]
        return result


def local_scale(regressor: Regressor, features: FloatArray) -> FloatArray:
    """What the model of residuals says, but for a constant, (rows, outputs)."""
    result: FloatArray = np.exp(np.clip(regressor.predict(features), -12, 12))
    return result


def learn_scale(features: FloatArray, residuals: FloatArray, seed: int) -> Regressor:
    """The model of the logarithm of the residuals' sizes, but for a constant, which the scores take up."""
    logs = np.log(np.abs(residuals) + _LEAST)
    return fit_quantile(features, logs - logs.mean(axis=0), _LEVEL, seed)


def calibrate(regressor: Regressor, features: FloatArray, predicted: FloatArray, residuals: FloatArray) -> Conformal:
    """Scores of rows that neither model has seen; ``predicted`` and ``residuals`` are (rows, outputs)."""
    scores = np.abs(residuals) / local_scale(regressor, features)
    parts = int(np.clip(len(scores) // _LEAST_ROWS, 1, _MOST_PARTS))
    edges = np.quantile(predicted, np.arange(1, parts) / parts, axis=0)
    table = np.empty((parts, scores.shape[1], LEVELS.size))
    for k in range(scores.shape[1]):
        place = np.searchsorted(edges[:, k], predicted[:, k])
        for part in range(parts):
            table[part, k] = _quantiles(scores[place == part, k])
    return Conformal(regressor, LEVELS, edges, table)


def evenly_wide(features: int, half_width: FloatArray) -> Conformal:
    """Intervals of the same width everywhere: (outputs, `LEVELS`), in units of the outputs' spread."""
    outputs = len(half_width)
    nothing = fit_boosting(np.zeros((2, features)), np.zeros((2, outputs)), seed=0, trees=1)
    return Conformal(nothing, LEVELS, np.empty((0, outputs)), half_width[np.newaxis])


def _quantiles(scores: FloatArray) -> FloatArray:
    """Of a finite sample: rank ceil((rows + 1) p), the largest score beyond the last rank."""
    ordered = np.sort(scores)
    result: FloatArray = ordered[np.clip(np.ceil((len(ordered) + 1) * LEVELS).astype(int), 1, len(ordered)) - 1]
    return result
