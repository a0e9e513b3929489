"""The knowledge base at a million rows: how fast they go in, and how fast they come out for training."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from magheat.benchmarks.measurement import Measurement
from magheat.store import Store, read_snapshot
from magheat.store.columns import FLAGS, INPUTS, OUTPUTS

ROWS = 1_000_000
#: Rows per transaction, each of which is on the disk when it is acknowledged.
CHUNK = 5_000
_TRAINING = [*INPUTS, *OUTPUTS]


def random_rows(start: int, count: int) -> pl.DataFrame:
    """Rows with keys as random as those of a sweep."""
    generator = np.random.default_rng(start)
    keys = [hashlib.blake2b(str(i).encode(), digest_size=16).hexdigest() for i in range(start, start + count)]
    numbers = {name: generator.random(count) for name in _TRAINING}
    flags = {name: generator.random(count) < 0.5 for name in FLAGS}
    return pl.DataFrame({"key": keys, **numbers, **flags, "axis_angle": generator.random(count)})


def measure_store(rows: int = ROWS) -> Iterator[Measurement]:
    """Workload W6: unique random keys in transactions of some thousand rows, then a snapshot, then what training reads.

    In the folder for temporary files: a disk in memory would flatter the first number.
    """
    what = f"W6 knowledge base, {rows:.0e} rows".replace("e+0", "e")
    with tempfile.TemporaryDirectory(prefix="magheat-bench-") as folder, Store(Path(folder) / "kb.sqlite") as store:
        seconds = [_seconds_to_put(store, start) for start in range(0, rows, CHUNK)]
        yield Measurement(what, "rows in, all of them", rows / sum(seconds), "rows/s", 25_000)
        last = seconds[-max(1, len(seconds) // 10) :]
        yield Measurement(what, "rows in, the last tenth", len(last) * CHUNK / sum(last), "rows/s")
        started = time.perf_counter()
        snapshot = store.snapshot(folder)
        yield Measurement(what, "snapshot written", time.perf_counter() - started, "s")
        started = time.perf_counter()
        table = read_snapshot(snapshot, _TRAINING)
        yield Measurement(what, f"{table.width} columns read from it", time.perf_counter() - started, "s", 2.0, True)
        snapshot.chmod(0o755)  # or it could not be removed


def _seconds_to_put(store: Store, start: int) -> float:
    table = random_rows(start, CHUNK)
    started = time.perf_counter()
    store.put_rows(table, source="simulated", solver="two-well", model_version=1, provenance={"from": "benchmark"})
    return time.perf_counter() - started
