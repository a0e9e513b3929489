"""The two kinds of model: a neural network, kept as ONNX, and boosted trees, kept as LightGBM's text.

Both learn several outputs of unit spread from features of unit spread, and predict from what is kept on disk: a model
that was just trained and one that was loaded are the same bytes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from magheat.errors import SchemaError
from magheat.units import FloatArray

if TYPE_CHECKING:
    from sklearn.neural_network import MLPRegressor

Progress = Callable[[float], None]

#: Options of LightGBM for the same trees every time, on one thread: beside busy cores several take ten times as long.
_SAME_EVERY_TIME = {"deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1}
#: Rows for which trees take all threads.
_MANY = 10_000
#: Trees that say how far off a model is.
_QUANTILE_TREES = 40
#: Units of the layers of a network.
_LAYERS = (128, 128, 64)
#: Stages of falling step size that the passes over the rows are divided into.
_STAGES = 40
#: Step of the optimiser in the first stage, and its least share later.
_FIRST_STEP, _LEAST_SHARE = 3e-3, 5e-3


class Regressor(Protocol):
    """Something that predicts and can be kept."""

    kind: ClassVar[str]

    def predict(self, features: FloatArray) -> FloatArray:
        """(rows, outputs) of unit spread, from (rows, features) of unit spread."""

    def files(self) -> dict[str, bytes]:
        """What is kept: bytes by file name."""


@dataclass(frozen=True)
class Network:
    """A neural network as ONNX.

    Parameters
    ----------
    content
        The ONNX model, single precision.
    outputs
        How many numbers it predicts for a row.
    """

    kind: ClassVar[str] = "network"
    content: bytes
    outputs: int

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(self.content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no common base class of its errors
            raise SchemaError(
                f"network.onnx must be an ONNX model; it cannot be loaded: {type(error).__name__}"
            ) from None

    def predict(self, features: FloatArray) -> FloatArray:
        """(rows, outputs) of unit spread, from (rows, features) of unit spread."""
        given = {self._session.get_inputs()[0].name: features.astype(np.float32)}
        # the converter flattens several outputs into one column, row by row
        result: FloatArray = self._session.run(None, given)[0].reshape(-1, self.outputs).astype(np.float64)
        return result

    def files(self) -> dict[str, bytes]:
        """What is kept: bytes by file name."""
        return {"network.onnx": self.content}


@dataclass(frozen=True)
class Boosting:
    """Boosted trees, one model per output; features may be missing (NaN)."""

    kind: ClassVar[str] = "boosting"
    texts: tuple[str, ...]

    @cached_property
    def _boosters(self) -> list[Any]:
        import lightgbm

        try:
            return [lightgbm.Booster(model_str=text) for text in self.texts]
        except lightgbm.basic.LightGBMError as error:
            raise SchemaError(f"boosting-*.txt must be LightGBM models; they cannot be loaded: {error}") from None

    def predict(self, features: FloatArray) -> FloatArray:
        """(rows, outputs) of unit spread, from (rows, features) of unit spread."""
        threads = 1 if len(features) < _MANY else 0  # few rows wait for a second thread longer than they take
        return np.column_stack([booster.predict(features, num_threads=threads) for booster in self._boosters])

    def files(self) -> dict[str, bytes]:
        """What is kept: bytes by file name."""
        return {f"boosting-{k}.txt": text.encode() for k, text in enumerate(self.texts)}


def fit_network(features: FloatArray, outputs: FloatArray, seed: int, progress: Progress | None = None) -> Network:
    """Return a network trained on (rows, features) and (rows, outputs), all of unit spread."""
    estimator = trained_estimator(features, outputs, seed, progress, _LAYERS)
    return Network(as_onnx(estimator, features.shape[1]), outputs.shape[1])


def trained_estimator(
    features: FloatArray, outputs: FloatArray, seed: int, progress: Progress | None, layers: tuple[int, ...]
) -> MLPRegressor:
    """Return scikit-learn's network, trained in stages of falling step size; the last stages settle it."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor
    from threadpoolctl import threadpool_limits

    rows = len(features)
    single = [np.ascontiguousarray(part, np.float32) for part in (features, outputs)]  # twice as fast as double
    x, y = single[0], single[1].ravel() if outputs.shape[1] == 1 else single[1]
    estimator = MLPRegressor(
        hidden_layer_sizes=layers,
        activation="tanh",  # loops change smoothly: half the error of rectifiers, and no slower
        alpha=1e-6,
        batch_size=int(np.clip(rows // 128, 16, 128)),
        warm_start=True,
        tol=0.0,
        n_iter_no_change=10**6,
        random_state=seed,
    )
    # one thread: the matrices are small, and threads that wait for one another beside busy cores take ten times as long
    with warnings.catch_warnings(), threadpool_limits(1, "blas"):
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of passes is chosen, not awaited
        warnings.filterwarnings("error", "Training interrupted", UserWarning)
        ends = np.unique(np.rint(np.linspace(0, passes(rows), _STAGES + 1)).astype(int))
        for begin, end in pairwise(ends.tolist()):
            share = (1 + np.cos(np.pi * begin / ends[-1])) / 2
            estimator.set_params(max_iter=end - begin, learning_rate_init=_FIRST_STEP * max(share, _LEAST_SHARE))
            _fit_stage(estimator, x, y)
            if progress is not None:
                progress(end / ends[-1])
    return estimator


def _fit_stage(estimator: MLPRegressor, x: NDArray[np.float32], y: NDArray[np.float32]) -> None:
    """Train on; Ctrl-C, which scikit-learn makes a warning of, is Ctrl-C again."""
    try:
        estimator.fit(x, y)
    except UserWarning:
        raise KeyboardInterrupt from None
    if estimator.n_iter_ < estimator.max_iter:
        raise KeyboardInterrupt


def passes(rows: int) -> int:
    """Passes over the rows in all: more for few rows, so that small tables are learnt as well."""
    return int(np.clip(22_000 / np.sqrt(max(rows, 1)), 20, 200))


def as_onnx(estimator: MLPRegressor, features: int) -> bytes:
    """The estimator as an ONNX model of single precision."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    content: bytes = to_onnx(
        estimator, initial_types=[("features", FloatTensorType([None, features]))]
    ).SerializeToString()
    return content


def fit_boosting(
    features: FloatArray, outputs: FloatArray, seed: int, progress: Progress | None = None, trees: int = 0
) -> Boosting:
    """Return boosted trees trained on (rows, features) and (rows, outputs); features may be missing (NaN)."""
    import lightgbm

    rows, texts = len(features), []
    options = {
        "objective": "regression",
        "learning_rate": 0.05,
        "num_leaves": int(np.clip(rows // 20, 4, 63)),
        "min_data_in_leaf": int(np.clip(rows // 100, 3, 10)),
        "seed": seed,
        **_SAME_EVERY_TIME,
    }
    for k in range(outputs.shape[1]):
        told = [] if progress is None else [_share_of_trees(progress, k, outputs.shape[1])]
        booster = lightgbm.train(
            options, lightgbm.Dataset(features, outputs[:, k]), trees or int(np.clip(rows, 100, 800)), callbacks=told
        )
        texts.append(booster.model_to_string())
    return Boosting(tuple(texts))


def _share_of_trees(progress: Progress, output: int, outputs: int) -> Callable[[Any], None]:
    """What LightGBM calls after every tree."""
    return lambda state: progress((output + (state.iteration + 1) / state.end_iteration) / outputs)


def fit_quantile(features: FloatArray, outputs: FloatArray, level: float, seed: int) -> Boosting:
    """Return boosted trees that say below what this share of the outputs lies, place by place."""
    import lightgbm

    rows = len(features)
    options = {
        "objective": "quantile",
        "alpha": level,
        "learning_rate": 0.15,
        "num_leaves": int(np.clip(rows // 20, 2, 15)),
        "min_data_in_leaf": int(np.clip(rows // 50, 3, 80)),
        "feature_fraction": 0.7,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        **_SAME_EVERY_TIME,
        "seed": seed,
    }
    boosters = [lightgbm.train(options, lightgbm.Dataset(features, column), _QUANTILE_TREES) for column in outputs.T]
    return Boosting(tuple(booster.model_to_string() for booster in boosters))


#: Kinds of model that a user may ask for.
FITS: Mapping[str, Callable[[FloatArray, FloatArray, int, Progress | None], Regressor]] = MappingProxyType(
    {"network": fit_network, "boosting": fit_boosting}
)


def from_files(kind: str, files: Mapping[str, bytes], outputs: int) -> Regressor:
    """The model whose files these are.

    Raises
    ------
    SchemaError
        For an unknown kind or a file that is missing.
    """
    try:
        if kind == Network.kind:
            return Network(files["network.onnx"], outputs)
        if kind == Boosting.kind:
            return Boosting(tuple(files[f"boosting-{k}.txt"].decode() for k in range(outputs)))
    except KeyError as error:
        raise SchemaError(f"a model of the kind {kind!r} must have the file {error.args[0]}; it is missing") from None
    raise SchemaError(f"model kind must be one of {', '.join(FITS)}; got {kind!r}")
