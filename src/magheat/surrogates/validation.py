"""How good predictions are: on rows that neither the model nor its intervals have seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from magheat.units import FloatArray

if TYPE_CHECKING:
    import polars as pl

#: Parts by the size of a prediction, and the rows that one needs for a share of 90 % to mean something (3 points).
_PARTS, _FEWEST_IN_PART = 10, 100
#: How far coverage may be from 90 % overall, and the least in any part.
_OVERALL, _IN_PART = 0.02, 0.85


def r_squared(true: FloatArray, predicted: FloatArray) -> float:
    """1 - sum of squared errors over that about the mean; NaN where the truth does not vary."""
    about_mean = float(((true - true.mean()) ** 2).sum())
    return 1 - float(((true - predicted) ** 2).sum()) / about_mean if about_mean > 0 else float("nan")


def relative_errors(true: FloatArray, predicted: FloatArray, floor: FloatArray | float) -> FloatArray:
    """|predicted - true|/|true| of the rows with |true| above the floor."""
    told = np.abs(true) > floor
    result: FloatArray = np.abs(predicted - true)[told] / np.abs(true)[told]
    return result


def scores(true: FloatArray, predicted: FloatArray, floor: FloatArray | float) -> dict[str, float]:
    """R^2, and the median and the 95th percentile of the relative error above the floor; what share lies above it."""
    errors = relative_errors(true, predicted, floor)
    told = errors if errors.size else np.array([np.nan])
    return {
        "r_squared": r_squared(true, predicted),
        "median_relative_error": float(np.median(told)),
        "relative_error_95": float(np.quantile(told, 0.95)),
        "share_above_floor": errors.size / max(true.size, 1),
    }


def covered(true: FloatArray, predicted: pl.DataFrame, output: str) -> np.ndarray:
    """(rows,) whether the true value lies within its interval."""
    low, high = predicted[output + "_lower"].to_numpy(), predicted[output + "_upper"].to_numpy()
    result: np.ndarray = (true >= low) & (true <= high)
    return result


def shares_by(parts: int, values: FloatArray, within: np.ndarray) -> list[float]:
    """Coverage in parts of equal count, from the smallest values to the largest."""
    order = np.argsort(values, kind="stable")
    return [float(within[part].mean()) for part in np.array_split(order, parts) if part.size]


def coverage(
    columns: Mapping[str, FloatArray], true: Mapping[str, FloatArray], predicted: pl.DataFrame, by: str
) -> dict[str, Any]:
    """Coverage of every output: overall, by decile of the predicted ``by``, by quarter of every input."""
    found: dict[str, Any] = {}
    sizes = predicted[by].to_numpy()
    for output, truth in true.items():
        within = covered(truth, predicted, output)
        found[output] = {
            "overall": float(within.mean()),
            f"by_decile_of_predicted_{by}": shares_by(_PARTS, sizes, within),
            "by_quarter": {name: shares_by(4, values, within) for name, values in columns.items()},
        }
    return found


def shortcomings(found: Mapping[str, Mapping[str, Any]], name: str, rows: int) -> list[str]:
    """Where 90 % intervals do not hold what they should, in at most two sentences: overall, and in the worst part.

    Of fewer than 100 rows in a part, nobody can tell; overall, what chance alone makes is forgiven.
    """
    by_chance = 2 * float(np.sqrt(0.09 / max(rows, 1)))
    off = {output: one["overall"] for output, one in found.items()}
    off = {output: share for output, share in off.items() if abs(share - 0.9) > max(_OVERALL, by_chance)}
    told = []
    if off:
        shares = ", ".join(f"{100 * share:.1f} % of {output}" for output, share in off.items())
        told.append(f"90 % intervals hold for {shares} ({name}); 88 to 92 % is the aim.")
    if rows < _PARTS * _FEWEST_IN_PART:
        points = 100 * float(np.sqrt(0.09 * _PARTS / max(rows, 1)))
        told.append(f"{rows} rows ({name}) tell the share of a tenth of them to {points:.0f} points; none was judged.")
        return told
    worst, where, output = min((share, part, output) for output, one in found.items() for share, part in _parts_of(one))
    if worst < _IN_PART:
        share = f"{100 * worst:.1f} % of {output} in {where}"
        told.append(f"90 % intervals hold for only {share} ({name}); 85 % in every part is the aim.")
    return told


def _parts_of(shares: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """Every part that is judged: its coverage and what it is called."""
    for key, values in shares.items():
        if key.startswith("by_decile_of_predicted_"):
            by = key.removeprefix("by_decile_of_predicted_")
            yield from ((share, f"tenth {k} by predicted {by}") for k, share in enumerate(values, 1))
    for name, values in shares["by_quarter"].items():
        yield from ((share, f"quarter {k} of {name}") for k, share in enumerate(values, 1))
