"""Tables on disk, whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from magheat.whole import write_text

#: Columns by their header, which ends in the unit: "time (s)".
Columns = Mapping[str, npt.ArrayLike]


def write_csv(path: Path, columns: Columns) -> None:
    """Write columns of equal length under their headers; floats with nine digits, an empty cell for NaN."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    arrays = [np.asarray(values).tolist() for values in columns.values()]
    writer.writerows([_cell(value) for value in row] for row in zip(*arrays, strict=True))
    write_text(path, text.getvalue())


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.9g}"
    return str(value)
