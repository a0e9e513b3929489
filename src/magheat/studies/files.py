"""Tables and pages on disk, whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

#: Columns by their header, which ends in the unit: "time (s)".
Columns = Mapping[str, npt.ArrayLike]


def write_text(path: Path, text: str) -> None:
    """Write a file under a temporary name in its folder, then rename it."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        temporary.write_text(text, encoding="utf-8", newline="")
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


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
