"""Figure 2: loop area against diameter, field and interaction at inputs that are on no line of the grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from magheat.constants import OERSTED
from magheat.studies.slp_learning.cases import ASKED, GRID, FloatArray
from magheat.studies.slp_learning.learning.samples import Sample, simulated
from magheat.surrogates.features import TWO_WELL_INPUTS

#: What the paper leaves open of its figure 2; values of the grid.
OPEN: Mapping[str, float] = {
    "saturation_magnetization": 4.5e5,
    "anisotropy_constant": 2e4,
    "diameter": 17e-9,
    "interaction": 0.5,
}
#: What varies, panel by panel, from where to where; interaction 0 to 0.2 lies outside the grid.
PANELS: Mapping[str, tuple[float, float]] = {
    "diameter": (8e-9, 25e-9),
    "amplitude": (50 * OERSTED, 300 * OERSTED),
    "interaction": (0.0, 0.8),
}


class Curve(NamedTuple):
    """Where the points of one panel lie."""

    name: str  # of the input that varies
    values: FloatArray  # (points,) SI
    rows: slice  # of the points among all that are asked
    on_grid: np.ndarray  # (points,) whether the grid reaches so far


def curves(points: int) -> list[Curve]:
    """The panels, so many points each."""
    found = []
    for k, (name, (low, high)) in enumerate(PANELS.items()):
        values = np.linspace(low, high, points)
        inside = (values >= min(GRID[name]) * (1 - 1e-9)) & (values <= max(GRID[name]) * (1 + 1e-9))
        found.append(Curve(name, values, slice(k * points, (k + 1) * points), inside))
    return found


def inputs(points: int) -> dict[str, FloatArray]:
    """All points of all panels as columns."""
    columns = {name: np.full(len(PANELS) * points, ({**OPEN, **ASKED})[name]) for name in TWO_WELL_INPUTS}
    for curve in curves(points):
        columns[curve.name][curve.rows] = curve.values
    return columns


def compute(points: int) -> Sample:
    """The simulator's own loops at all points."""
    return simulated(inputs(points))


def nearest_on_grid(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """The same points moved to the nearest values of the grid, to the lower of two that are as near.

    A tree asks whether an input is at most half way between two values that its rows have, and between the values of
    a grid that is all that it can ask; where few rows are left, some of the values may be missing.
    """
    found = {}
    for name, values in columns.items():
        levels = np.asarray(GRID[name])
        middles = (levels[1:] + levels[:-1]) / 2
        found[name] = levels[np.searchsorted(middles * (1 + 1e-9), values)]
    return found
