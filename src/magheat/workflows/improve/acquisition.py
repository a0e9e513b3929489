"""Which points to simulate next: those at which a model is least sure.

How sure it is, its intervals say: the widest of its outputs' 90 % intervals, in the units in which it learns them, so
that no output counts more than another. Points are drawn from many Sobol points of the box without being put back, each
with a chance in proportion to the square of that width. So most of them lie where the model is least sure, they are
spread as widely as that region is, and no part of the box is left out for good. docs/improve.md has the measurements
that this was chosen by.

Source: Settles, Active learning literature survey, University of Wisconsin (2009), section 3.1; Efraimidis, Spirakis,
Weighted random sampling with a reservoir, Inf. Process. Lett. 97 (2006), for the draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from magheat.units import FloatArray
from magheat.workflows.learning_paper import Range, sobol_points

if TYPE_CHECKING:
    from magheat.surrogates import Surrogate

#: Candidates per point that is chosen, and the most of them.
_CANDIDATES, MOST = 16, 2**20
#: Level of the intervals, and the power of their width that chances are in proportion to.
_LEVEL, _POWER = 0.9, 2
#: Rows whose widths are computed at once.
_CHUNK = 65_536
_QUARTERS = (0.25, 0.5, 0.75)


class Chosen(NamedTuple):
    """Points to simulate.

    Parameters
    ----------
    points
        Input -> (n,) values, SI.
    width_ratio
        Median width of the intervals at the points over that anywhere in the box.
    quartiles
        Input -> the values between which the middle half of the points lies, SI; first those inputs in which the points
        differ most from points anywhere in the box.
    """

    points: dict[str, FloatArray]
    width_ratio: float
    quartiles: dict[str, tuple[float, float]]


def choose(surrogate: Surrogate, box: Mapping[str, Range], count: int, seed: int) -> Chosen:
    """Return so many points of a box at which a model is least sure.

    The same model, box, count and seed give the same points.

    Parameters
    ----------
    surrogate
        The model; its inputs are those of the box.
    box
        Input -> range.
    count
        How many points.
    seed
        Of the candidates and of the draw.
    """
    candidates = sobol_points(max(count, min(_CANDIDATES * count, MOST)), seed, box)
    widths = uncertainty(surrogate, candidates)
    chosen = drawn(widths**_POWER, count, seed)
    points = {name: values[chosen] for name, values in candidates.items()}
    return Chosen(points, float(np.median(widths[chosen]) / np.median(widths)), _quartiles(points, candidates))


def uncertainty(surrogate: Surrogate, columns: Mapping[str, FloatArray]) -> FloatArray:
    """(rows,) half the width of the widest interval of a row, in units of the spread of what is learnt."""
    rows = len(next(iter(columns.values())))
    parts = []
    for start in range(0, rows, _CHUNK):
        part = {name: columns[name][start : start + _CHUNK] for name in surrogate.domain.inputs}
        _, half_widths = surrogate.as_learnt(part, _LEVEL)
        parts.append(half_widths.max(axis=1))
    result: FloatArray = np.concatenate(parts)
    return result


def drawn(weights: FloatArray, count: int, seed: int) -> np.ndarray:
    """Indices of a weighted draw without putting back, in rising order.

    Each gets the key log w - log E with E of an exponential distribution; the largest keys are drawn.
    """
    waiting = np.random.default_rng(seed).exponential(size=len(weights))
    keys = np.log(np.maximum(weights, np.finfo(float).tiny)) - np.log(waiting)
    return np.sort(np.argpartition(keys, len(keys) - count)[len(keys) - count :])


def _quartiles(
    points: Mapping[str, FloatArray], candidates: Mapping[str, FloatArray]
) -> dict[str, tuple[float, float]]:
    """First and third quartile of every input, the input whose quartiles stand out most among the candidates first."""
    found, apart = {}, {}
    for name, values in points.items():
        low, middle, high = np.quantile(values, _QUARTERS)
        place = np.searchsorted(np.sort(candidates[name]), (low, middle, high)) / len(candidates[name])
        found[name], apart[name] = (float(low), float(high)), float(np.abs(place - _QUARTERS).max())
    return {name: found[name] for name in sorted(found, key=lambda name: -apart[name])}
