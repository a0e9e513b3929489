"""The best value against the limit on H f: an optimum for every limit, each computed by the simulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.units import FloatArray
from magheat.workflows.optimize.objectives import Simulator
from magheat.workflows.optimize.search import Effort, Found, climb, highest
from magheat.workflows.optimize.space import Space

if TYPE_CHECKING:
    import polars as pl

#: A/(m s); between and beyond the limits that medicine quotes.
LOWEST, HIGHEST = 1e8, 1e10
#: Limits whose logarithms are nearer than this to one of medicine's give way to it.
_CLOSE = 0.15
#: Points of one population per limit: its neighbours' optima are in it.
_EFFORT = Effort(members=8, generations=12, polishes=1)


def limits_of(space: Space, points: int) -> FloatArray:
    """Limits from 1e8 to 1e10 A/(m s), those of medicine among them, without those that nothing obeys."""
    least = space.ends("amplitude")[0] * space.ends("frequency")[0]
    most = space.ends("amplitude")[1] * space.ends("frequency")[1]
    even, quoted = np.geomspace(LOWEST, HIGHEST, points), np.array([BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT])
    apart = np.abs(np.log(even[:, None] / quoted)).min(axis=1) > _CLOSE
    allowed = np.unique(np.concatenate([even[apart], quoted]))
    allowed = allowed[allowed >= least]
    # Where nothing but one product is allowed there is nothing to trade.
    return allowed if least < most and allowed.size else np.array([least])


def trade_off(
    space: Space,
    simulator: Simulator,
    objective: str,
    points: int,
    known: Sequence[dict[str, float]],
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> pl.DataFrame:
    """One row per limit: ``limit``, the inputs, outputs and flags of the best point, and ``product``.

    Each limit is searched with the optima of those below it among the first population, then again from the
    optimum of the one above; so the best value never falls as the limit rises.
    """
    limits = limits_of(space, points)
    spaces = [replace(space, limit=float(limit)) for limit in limits]
    best: list[Found] = []
    for k, one in enumerate(spaces):
        starts = [*known, *(values_at(spaces[i], best[i]) for i in range(k))]
        best.append(_searched(one, simulator, objective, starts, seed))
        if progress is not None:
            progress((k + 1) / (2 * len(spaces)))
    for k in reversed(range(len(spaces) - 1)):
        best[k] = _again(spaces[k], simulator, objective, best[k], values_at(spaces[k + 1], best[k + 1]))
        if progress is not None:
            progress(1 - k / (2 * len(spaces)))
    return _table(spaces, best, simulator)


def values_at(space: Space, found: Found) -> dict[str, float]:
    """Inputs at a point."""
    return {name: float(column[0]) for name, column in space.rows(found.point[None]).items()}


def _searched(
    space: Space, simulator: Simulator, objective: str, known: Sequence[dict[str, float]], seed: int
) -> Found:
    def values(points: FloatArray) -> FloatArray:
        return simulator.values(space.rows(points), objective)

    starts = np.array([space.cube(one) for one in known[-4:]]) if known else None
    found = highest(values, len(space.names), _EFFORT, seed, starts)
    allowed = [space.cube(one) for one in known if one["amplitude"] * one["frequency"] <= space.limit]
    if allowed:
        found = _better(values, found, np.array(allowed))
    return found


def _again(space: Space, simulator: Simulator, objective: str, found: Found, above: dict[str, float]) -> Found:
    """What is found from the optimum of the limit above, where that leads higher."""

    def values(points: FloatArray) -> FloatArray:
        return simulator.values(space.rows(points), objective)

    start = space.cube(above)
    if np.abs(start - found.point).max() < 1e-3:
        return found
    other = climb(values, start)
    return other if other.value > found.value else found


def _better(values: Callable[[FloatArray], FloatArray], found: Found, points: FloatArray) -> Found:
    there = values(points)
    top = int(np.argmax(there))
    return found if there[top] <= found.value else Found(points[top], float(there[top]))


def _table(spaces: Sequence[Space], best: Sequence[Found], simulator: Simulator) -> pl.DataFrame:
    import polars as pl

    rows = [values_at(space, found) for space, found in zip(spaces, best, strict=True)]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    frame = simulator.frame(columns)
    limits = pl.Series("limit", [space.limit for space in spaces])
    product = pl.Series("product", columns["amplitude"] * columns["frequency"])
    return frame.select(limits, pl.all(), product)
