"""The paper's two models and a third, as a user of scikit-learn and LightGBM would set them up; two ways to be shown.

"Raw": the seven inputs in the units that people use (a forest takes a column whose range is below 1e-7 for constant:
diameters in metres would be ignored) and the three outputs. "Physics": the dimensionless numbers of two wells and the
outputs over the most that each can be (`magheat.surrogates.features`). Outputs are then centred and of unit spread: a
forest splits by the sum of their variances, and M_r in A/m would drown the rest. So are the inputs of the network;
trees have no use for that.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import numpy as np

from magheat.studies.slp_learning.cases import INPUTS, FloatArray
from magheat.studies.slp_learning.learning.samples import OUTPUTS, Sample, scales
from magheat.surrogates.features import TWO_WELL_INPUTS, two_well_features

Columns = Mapping[str, FloatArray]

FOREST, NETWORK, BOOSTING = "forest", "network", "boosting"
KINDS = (FOREST, NETWORK, BOOSTING)
#: The paper's.
PAPERS = (FOREST, NETWORK)

#: Settings beyond the libraries' own defaults; part of what a kept result was computed from.
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    FOREST: {"n_estimators": 100},
    NETWORK: {"hidden_layer_sizes": (100, 100), "max_iter": 500},
    BOOSTING: {"learning_rate": 0.05, "num_leaves": 31, "min_data_in_leaf": 10, "rounds": 800},
}


class View(NamedTuple):
    """What a model is shown of a loop, and what it is asked for."""

    name: str
    features: Callable[[Columns], FloatArray]
    scales: Callable[[Columns], FloatArray]  # (rows, 3) units of the outputs


class Estimator(Protocol):
    """Something that predicts rows of numbers from rows of numbers."""

    def predict(self, features: FloatArray) -> FloatArray:
        """(rows, 3) of unit spread."""


class Fitted(NamedTuple):
    """A model that was trained."""

    estimator: Estimator
    view: View
    inputs: tuple[FloatArray, FloatArray]  # what the features are centred by and divided by
    outputs: tuple[FloatArray, FloatArray]  # the same of the outputs in units of their scales
    seconds: float  # of one core, of the training

    def predict(self, columns: Columns) -> FloatArray:
        """(rows, 3) outputs in SI."""
        features = (self.view.features(columns) - self.inputs[0]) / self.inputs[1]
        learnt: FloatArray = np.asarray(self.estimator.predict(features), dtype=np.float64)
        found: FloatArray = (learnt * self.outputs[1] + self.outputs[0]) * self.view.scales(columns)
        return found


def _raw(columns: Columns) -> FloatArray:
    return np.column_stack([columns[name] / INPUTS[name].scale for name in TWO_WELL_INPUTS])


def _ones(columns: Columns) -> FloatArray:
    return np.ones((len(columns[TWO_WELL_INPUTS[0]]), len(OUTPUTS)))


RAW = View("raw", _raw, _ones)
PHYSICS = View("physics", two_well_features, scales)
VIEWS = (RAW, PHYSICS)


def fit(kind: str, view: View, sample: Sample, seed: int) -> Fitted:
    """A model trained on all rows of the sample, on one core: threads that wait for one another lose by far more."""
    features, learnt = view.features(sample.inputs), sample.outputs / view.scales(sample.inputs)
    inputs, outputs = _spread(features) if kind == NETWORK else _as_they_are(features), _spread(learnt)
    started = time.thread_time()
    estimator = _FITS[kind]((features - inputs[0]) / inputs[1], (learnt - outputs[0]) / outputs[1], seed)
    return Fitted(estimator, view, inputs, outputs, time.thread_time() - started)


def _spread(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    width = values.std(axis=0)
    return values.mean(axis=0), np.where(width > 0, width, 1.0)


def _as_they_are(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.zeros(values.shape[1]), np.ones(values.shape[1])


def _forest(features: FloatArray, outputs: FloatArray, seed: int) -> Estimator:
    from sklearn.ensemble import RandomForestRegressor

    fitted: Estimator = RandomForestRegressor(random_state=seed, n_jobs=1, **SETTINGS[FOREST]).fit(features, outputs)
    return fitted


def _network(features: FloatArray, outputs: FloatArray, seed: int) -> Estimator:
    from sklearn.neural_network import MLPRegressor

    try:
        fitted: Estimator = MLPRegressor(random_state=seed, **SETTINGS[NETWORK]).fit(features, outputs)
    except UserWarning as warning:  # scikit-learn turns Ctrl-C into a warning, which `training` turns back
        raise KeyboardInterrupt from warning
    return fitted


class _Boosted(NamedTuple):
    boosters: list[Any]  # one per output

    def predict(self, features: FloatArray) -> FloatArray:
        return np.column_stack([one.predict(features, num_threads=1) for one in self.boosters])


def _boosting(features: FloatArray, outputs: FloatArray, seed: int) -> Estimator:
    import lightgbm

    own = dict(SETTINGS[BOOSTING])
    rounds = own.pop("rounds")
    options = {**own, "seed": seed, "num_threads": 1, "verbosity": -1}
    options |= {"objective": "regression", "deterministic": True, "force_row_wise": True}
    return _Boosted([lightgbm.train(options, lightgbm.Dataset(features, one), rounds) for one in outputs.T])


_FITS: Mapping[str, Callable[[FloatArray, FloatArray, int], Estimator]] = {
    FOREST: _forest,
    NETWORK: _network,
    BOOSTING: _boosting,
}


@contextmanager
def training() -> Iterator[None]:
    """Inside, matrix products take one core, since models are trained side by side, and 500 passes have to do.

    Round threads and not in them: both settings are the process's.
    """
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("error", "Training interrupted", UserWarning)
        yield
