"""Maps: an output over two inputs, with the lines of the limits on field times frequency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from magheat.analysis import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.errors import SpecError
from magheat.solvers.base import Progress
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_table import settled_or_not
from magheat.surrogates import Surrogate
from magheat.surrogates.features import TWO_WELL_INPUTS
from magheat.units import FloatArray
from magheat.web.tasks.outputs import OUTPUT_UNITS, with_ilp
from magheat.workflows.quantities import read

_LIMITS = {"brezovich": BREZOVICH_LIMIT, "hergt_dutz": HERGT_DUTZ_LIMIT}
_ENDS = ("", "_lower", "_upper")


def require_map(request: Mapping[str, Any]) -> None:
    """Refuse a map whose sides and fixed inputs are not the seven, each once and within what it can be.

    Raises
    ------
    SpecError
        Naming the input.
    """
    sides = [request[side]["name"] for side in ("x", "y")]
    if sides[0] == sides[1]:
        raise SpecError(f"x and y must be two different inputs; got {sides[0]} for both.")
    for name in TWO_WELL_INPUTS:
        given = (name in sides) + (name in request["fixed"])
        if given != 1:
            raise SpecError(f"fixed must have every input that is no side, and no side; {name} is there {given} times.")
    for name, value in request["fixed"].items():
        read(name, value, f"fixed['{name}']")
    for side in ("x", "y"):
        for end in ("lower", "upper"):
            read(request[side]["name"], request[side][end], f"{side}.{end}")
        if not request[side]["lower"] < request[side]["upper"]:
            raise SpecError(f"{side}.lower must be below {side}.upper.")


def map_of(
    request: Mapping[str, Any], surrogate: Surrogate | None, progress: Progress | None, threads: int | None
) -> dict[str, Any]:
    """The answer to a request that was checked; without a surrogate, by simulation."""
    x, y = (np.linspace(side["lower"], side["upper"], side["count"]) for side in (request["x"], request["y"]))
    names = request["x"]["name"], request["y"]["name"]
    columns = {name: np.full(x.size * y.size, value) for name, value in request["fixed"].items()}
    columns |= {names[0]: np.tile(x, y.size), names[1]: np.repeat(y, x.size)}
    if surrogate is None:
        values, in_range = _simulated(columns, request["output"], progress, threads)
    else:
        values, in_range = _predicted(columns, request["output"], surrogate)
    shape = (y.size, x.size)
    parts = [None if part is None else part.reshape(shape) for part in values]
    return {
        "x": x,
        "y": y,
        **dict(zip(("values", "lower", "upper"), parts, strict=True)),
        "in_range": in_range.reshape(shape),
        "unit": OUTPUT_UNITS[request["output"]],
        "limits": {name: _line(limit, names, (x, y), request["fixed"]) for name, limit in _LIMITS.items()},
    }


def _predicted(columns: dict[str, FloatArray], output: str, surrogate: Surrogate) -> tuple[list[Any], np.ndarray]:
    found = surrogate.predict_columns({name: columns[name] for name in TWO_WELL_INPUTS})
    values = with_ilp(found.values, columns)
    return [values[output + end] for end in _ENDS], found.in_range


def _simulated(
    columns: dict[str, FloatArray], output: str, progress: Progress | None, threads: int | None
) -> tuple[list[Any], np.ndarray]:
    frame = settled_or_not(columns, "random", "barrier", solver=TwoWell(threads=threads), progress=progress)
    name = "slp" if output == "ilp" else output
    values = with_ilp({name: frame[name].to_numpy()}, columns)
    return [values[output], None, None], np.ones(columns["diameter"].size, dtype=bool)


def _line(
    limit: float, names: tuple[str, str], sides: tuple[FloatArray, FloatArray], fixed: Mapping[str, float]
) -> list[list[float]]:
    """Points [x, y] at which field times frequency is at its limit, within the map; none where neither is a side."""
    pair = {"frequency": "amplitude", "amplitude": "frequency"}
    x, y = sides
    if names[0] in pair and names[1] in pair:
        across = np.geomspace(max(x[0], limit / y[-1]), min(x[-1], limit / y[0]), 100) if x[0] > 0 < y[0] else x[:0]
        return [[float(h), limit / float(h)] for h in across if x[0] <= h <= x[-1] and y[0] <= limit / h <= y[-1]]
    for k, name in enumerate(names):
        if name in pair:
            at = limit / fixed[pair[name]]
            if not sides[k][0] <= at <= sides[k][-1]:
                return []
            return [[at, float(end)] if k == 0 else [float(end), at] for end in sides[1 - k][[0, -1]]]
    return []
