"""The surrogate: how long it takes to train, and to serve one row and a million."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import polars as pl

from magheat.benchmarks.measurement import Measurement
from magheat.solvers.two_well_table import two_well_loops
from magheat.surrogates import Surrogate, train
from magheat.workflows.learning_paper import sobol_points

#: Loops to train on, others to calibrate with, rows to serve at once, and calls of one row.
ROWS, CALIBRATION, SERVED, CALLS = 65_536, 16_384, 1_000_000, 500


def measure_learning(rows: int = ROWS, served: int = SERVED) -> Iterator[Measurement]:
    """Workload W7: a model of the learning paper's box, trained and asked; making the loops is not counted."""
    what = f"W7 surrogate of {rows} two-well loops"
    table, calibration = (two_well_loops(sobol_points(n, seed)) for n, seed in ((rows, 1), (CALIBRATION, 2)))
    started = time.perf_counter()
    surrogate = train(table, calibration=calibration)
    yield Measurement(what, "training", time.perf_counter() - started, "s", 180, True)
    yield Measurement(what, "one row served", 1e3 * _seconds_for_one(surrogate), "ms", 1.0, True)
    many = pl.DataFrame(sobol_points(served, 3))
    started = time.perf_counter()
    surrogate.predict(many)
    yield Measurement(
        what, f"{served:.0e} rows served".replace("e+0", "e"), time.perf_counter() - started, "s", 20, True
    )


def _seconds_for_one(surrogate: Surrogate) -> float:
    """Median of many calls, each with another row; the first ones warm up."""
    rows = [{name: float(value) for name, value in row.items()} for row in _rows(CALLS)]
    seconds = []
    for row in rows:
        started = time.perf_counter()
        surrogate.predict(row)
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds[CALLS // 10 :]))


def _rows(count: int) -> Iterator[dict[str, float]]:
    points = sobol_points(count, 4)
    for row in range(count):
        yield {name: values[row] for name, values in points.items()}
