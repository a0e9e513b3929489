"""The database: a loop for every row of the grid, and how long that takes here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from magheat.dataset import reduced_barrier
from magheat.kernels.batch import cores
from magheat.solvers.base import Progress
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_table import two_well_loops
from magheat.studies.files import Columns
from magheat.studies.slp_learning.cases import ATTEMPT_TIME, GRID, INPUTS, FloatArray, factorial

if TYPE_CHECKING:
    import polars as pl

#: Outputs, and the flags that go with them.
OUTPUTS = ("coercive_field", "remanence", "loss_per_cycle", "slp")
#: A line of the grid is judged if its largest area (J/m^3) is beyond this, by changes beyond this share of it.
_LEAST_AREA, _LEAST_CHANGE = 1.0, 1e-3


class Database(NamedTuple):
    """Loops of a factorial grid."""

    levels: Mapping[str, tuple[float, ...]]
    rows: pl.DataFrame  # inputs, outputs and flags by the knowledge base's names, SI
    seconds: float  # on all cores
    seconds_alone: float  # on one core
    cores: int
    same: bool  # whether one core and all give the same bits

    def column(self, name: str) -> FloatArray:
        """One column as an array."""
        values: FloatArray = self.rows[name].to_numpy()
        return values

    def grid(self, name: str) -> FloatArray:
        """One column with a dimension per input."""
        return self.column(name).reshape([len(values) for values in self.levels.values()])


class Trend(NamedTuple):
    """What one input does to an output along the lines of the grid; shares of the lines that are judged."""

    name: str
    rises: float
    falls: float
    turns: float
    lines: int


def compute(levels: Mapping[str, tuple[float, ...]] | None = None, progress: Progress | None = None) -> Database:
    """All loops of the grid, once on all cores and once on one."""
    levels = GRID if levels is None else levels
    table = factorial(levels)
    two_well_loops({name: values[:1] for name, values in table.items()})  # loads what is loaded once
    solver = TwoWell(attempt_time=ATTEMPT_TIME)
    started = time.perf_counter()
    rows = two_well_loops(table, "random", "barrier", solver=solver, progress=progress)
    between = time.perf_counter()
    alone = two_well_loops(table, "random", "barrier", solver=TwoWell(attempt_time=ATTEMPT_TIME, threads=1))
    ended = time.perf_counter()
    return Database(levels, rows, between - started, ended - between, cores(), rows.equals(alone))


def reduced_barriers(database: Database) -> FloatArray:
    """Sigma = K V/(k_B T) of every row."""
    return reduced_barrier(*(database.column(name) for name in ("anisotropy_constant", "diameter", "temperature")))


def share(database: Database, flag: str) -> float:
    """Share of the rows that carry a flag."""
    return float(database.column(flag).mean())


def trends(database: Database, output: str = "loss_per_cycle") -> list[Trend]:
    """Whether an output rises or falls throughout along the lines of the grid, or turns, input by input."""
    values = database.grid(output)
    found = []
    for axis, name in enumerate(database.levels):
        lines = np.moveaxis(values, axis, -1).reshape(-1, values.shape[axis])
        largest = lines.max(axis=1)
        told = largest > _LEAST_AREA
        steps = np.diff(lines[told], axis=1) / largest[told, None]
        up, down = (steps > _LEAST_CHANGE).any(axis=1), (steps < -_LEAST_CHANGE).any(axis=1)
        rises, falls, turns = (float(x.mean()) if x.size else np.nan for x in (up & ~down, down & ~up, up & down))
        found.append(Trend(name, rises, falls, turns, int(told.sum())))
    return found


def linear_fit(database: Database, output: str) -> float:
    """R^2 of the best linear function of the seven inputs."""
    inputs = np.column_stack([database.column(name) / INPUTS[name].scale for name in database.levels])
    target = database.column(output)
    design = np.column_stack([np.ones(target.size), inputs])
    rest = target - design @ np.linalg.lstsq(design, target, rcond=None)[0]
    return float(1 - rest.var() / target.var())


def tables(database: Database) -> dict[str, Columns]:
    """Along which inputs the area rises, falls and turns."""
    found = trends(database)
    return {
        "trends.csv": {
            "input": [one.name for one in found],
            "lines of the grid (1)": [one.lines for one in found],
            "area rises (1)": [one.rises for one in found],
            "area falls (1)": [one.falls for one in found],
            "area turns (1)": [one.turns for one in found],
        }
    }
