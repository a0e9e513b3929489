"""Reading snapshots: nothing is believed of a folder before the hashes of its files are right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from magheat.errors import SchemaError, SpecError
from magheat.spec.checks import unknown_name
from magheat.units import shown

#: Version of the folder's layout; one with a higher number is refused.
FORMAT = 1
PROGRAM = "magheat snapshot"
ROWS, LOOPS, SCHEMA = "rows.parquet", "loops.parquet", "schema.json"


def read_snapshot(folder: str | Path, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The rows of a snapshot, once its files are known to be those that were written.

    Loops are in ``loops.parquet`` beside them: ``polars.read_parquet(folder / "loops.parquet")``.

    Parameters
    ----------
    folder
        A folder that `Store.snapshot` returned.
    columns
        Which columns, in this order; all by default.

    Returns
    -------
    DataFrame
        As of `Store.table`, in the order of the keys.

    Raises
    ------
    SchemaError
        When the folder is none of magheat's, of a newer magheat, or not as it was written.
    SpecError
        For a column that the snapshot does not have.
    """
    if not isinstance(folder, str | Path):
        raise SpecError(f"folder must be the path of a snapshot; got {shown(folder)}.")
    told = verified(Path(folder))
    if columns is not None:
        _require_columns(columns, [column["name"] for column in told["columns"]])
    frame = pl.read_parquet(Path(folder) / ROWS, columns=None if columns is None else list(columns))
    return frame if columns is None else frame.select(columns)


def _require_columns(columns: Sequence[str], known: Sequence[str]) -> None:
    if isinstance(columns, str) or not all(isinstance(name, str) for name in columns):
        raise SpecError(f"columns must be a list of names; got {shown(columns)}.")
    for name in columns:
        if name not in known:
            raise SpecError(unknown_name(f"column {name}", name, known))
    if len(set(columns)) < len(columns):
        raise SpecError(f"columns must be there once each; got {shown(list(columns))}.")


def verified(folder: Path) -> dict[str, Any]:
    """What ``schema.json`` tells, once it is known to be true of the files beside it."""
    told, where = _told(folder), shown(str(folder))
    for name, line in told["files"].items():
        path = folder / name
        if not path.is_file():
            raise SchemaError(f"snapshot {where} must be whole; {name} is missing; write it again.")
        if file_line(path) != line:
            raise SchemaError(f"snapshot {where} must be as it was written; {name} was changed; write it again.")
    return told


def _told(folder: Path) -> dict[str, Any]:
    where = shown(str(folder))
    try:
        told = json.loads((folder / SCHEMA).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SchemaError(f"snapshot must be a folder that Store.snapshot wrote; {where} has no {SCHEMA}.") from None
    except (OSError, ValueError) as error:
        raise SchemaError(f"snapshot {where} must be whole; its {SCHEMA} cannot be read: {error}.") from None
    if not isinstance(told, dict) or told.get("program") != PROGRAM or not isinstance(told.get("format"), int):
        raise SchemaError(f"snapshot must be a folder that Store.snapshot wrote; {where} is of another program.")
    if told["format"] > FORMAT:
        raise SchemaError(
            f"snapshot {where} must have a format up to {FORMAT}; it has {told['format']}: upgrade magheat."
        )
    if not _complete(told):
        raise SchemaError(f"snapshot {where} must be whole; its {SCHEMA} is incomplete; write it again.")
    return told


def _complete(told: dict[str, Any]) -> bool:
    """Whether there is all that a reader looks at."""
    columns, files = told.get("columns"), told.get("files")
    if not (isinstance(columns, list) and isinstance(files, dict) and ROWS in files and "rows" in told):
        return False
    return all(isinstance(column, dict) and isinstance(column.get("name"), str) for column in columns)


def file_line(path: Path) -> dict[str, Any]:
    """Size and hash of a file."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    return {"bytes": path.stat().st_size, "blake2b": digest}
