"""What is known about a surrogate: what it learnt from, how good it is on rows that it has not seen, where it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from magheat._version import __version__
from magheat.dataset import LOW_BARRIER
from magheat.surrogates.features import SCALES, sigma
from magheat.surrogates.rows import Parts, Rows
from magheat.surrogates.surrogate import Surrogate, has_barrier, per_mass
from magheat.surrogates.tables import numbers
from magheat.surrogates.validation import coverage, scores, shortcomings
from magheat.units import FloatArray

if TYPE_CHECKING:
    import polars as pl

#: What a model and its numbers may depend on.
_PACKAGES = ("scikit-learn", "skl2onnx", "onnxruntime", "lightgbm", "numpy", "polars")
#: Relative errors are of values above so many floors of the transform.
_FLOORS = 10
FLOOR_IN_WORDS = (
    f"{_FLOORS} times the floor of the transform, times the scale of the output where it has one: of two wells 1 % of "
    "the most that it can be"
)


def card_of(surrogate: Surrogate, frame: pl.DataFrame, parts: Parts, options: Mapping[str, Any]) -> dict[str, Any]:
    """The card, in plain JSON types; ``frame`` is the table that was learnt from."""
    names = [*surrogate.domain.inputs, *surrogate.transforms]
    card: dict[str, Any] = {
        **options,
        "features": surrogate.features,
        "inputs": {name: list(ends) for name, ends in surrogate.domain.ranges.items()}
        | {name: list(words) for name, words in surrogate.domain.words.items()},
        "outputs": list(surrogate.outputs),
        "rows": {"fit": parts.fit.size, "scale": parts.scale.size, "calibrate": parts.calibrate.size}
        | {name: rows.size for name, rows in parts.scored.items()},
        "table": digest(frame.select(names)),
        "floor": FLOOR_IN_WORDS,
        "scores": {},
        "coverage": {},
        "low_barrier": {},
        "warnings": [],
        "versions": versions(),
    }
    for name, rows in parts.scored.items():
        _score(card, name, surrogate, rows)
    return card


def _score(card: dict[str, Any], name: str, surrogate: Surrogate, rows: Rows) -> None:
    """Put scores and coverage on these rows into the card."""
    predicted = surrogate.predict(rows.frame, extrapolate=True)
    truth, floors = with_slp(surrogate, rows)
    inputs = {one: rows.columns[one] for one in surrogate.domain.ranges}
    by = "slp" if "slp" in surrogate.outputs else surrogate.outputs[0]
    card["scores"][name] = scored(truth, predicted, floors)
    card["coverage"][name] = coverage(inputs, truth, predicted, by)
    card["warnings"] += shortcomings(card["coverage"][name], name, rows.size)
    if has_barrier(rows.columns):
        low = sigma(rows.columns) < LOW_BARRIER
        parts = {"rows": low, "other_rows": ~low}
        card["low_barrier"][name] = {"share": float(low.mean())} | {
            what: scored(truth, predicted, floors, among) for what, among in parts.items() if among.any()
        }


def with_slp(surrogate: Surrogate, rows: Rows) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """What is true of every output of a surrogate, slp included, and above what a relative error means something."""
    scales, one = SCALES[surrogate.features](rows.columns), np.ones(rows.size)
    floors = {name: _FLOORS * t.floor * scales.get(name, one) for name, t in surrogate.transforms.items()}
    truth = dict(rows.truth)
    if "slp" in surrogate.outputs and "slp" not in truth:
        density = numbers(rows.frame, "density") if "density" in rows.frame.columns else None
        factor = per_mass(rows.columns, density)
        for values in (truth, floors):
            values["slp"] = values["loss_per_cycle"] * factor
    return truth, floors


def scored(
    truth: Mapping[str, FloatArray],
    predicted: pl.DataFrame,
    floors: Mapping[str, FloatArray],
    among: np.ndarray | slice = slice(None),
) -> dict[str, dict[str, float | None]]:
    """Scores of every output, among some of the rows; None where there is nothing to score."""
    found = {
        name: scores(values[among], predicted[name].to_numpy()[among], floors[name][among])
        for name, values in truth.items()
    }
    return {name: {key: _known(value) for key, value in one.items()} for name, one in found.items()}


def _known(value: float) -> float | None:
    """A number as JSON has it."""
    return value if np.isfinite(value) else None


def versions() -> dict[str, str]:
    """What it was made with."""
    found = {"magheat": __version__}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # put on the path without being installed
            found[package] = "unknown"
    return found


def digest(frame: pl.DataFrame) -> str:
    """Content hash of a table, 32 hexadecimal digits: of its names and values, row by row in their order."""
    import polars as pl

    result = hashlib.blake2b(f"{frame.height} ".encode(), digest_size=16)
    for column in frame.get_columns():
        result.update(f"{column.name} ".encode() + column.is_null().to_numpy().tobytes())
        if column.dtype.is_numeric():
            result.update(column.fill_null(0).cast(pl.Float64).to_numpy().astype("<f8").tobytes())
        else:
            texts = column.cast(pl.String).fill_null("")
            result.update(texts.str.len_bytes().to_numpy().astype("<u4").tobytes() + "".join(texts).encode())
    return result.hexdigest()
