"""Snapshots: all that a store holds, as Parquet files in a folder that never changes again.

The folder's name comes from a hash of its content, so that the same content is written once, and a number that was
learned from it can be traced to it. The hash is of names and values, not of files, whose bytes depend on the version of
Polars; the files have hashes of their own in ``schema.json``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import Connection, select

from magheat._version import __version__
from magheat.errors import SpecError
from magheat.store import reads, schema
from magheat.store.columns import ORIGIN, meaning_of
from magheat.store.packing import unpack
from magheat.store.snapshot_reader import FORMAT, LOOPS, PROGRAM, ROWS, SCHEMA, file_line, verified
from magheat.units import FloatArray, shown
from magheat.whole import flush, whole_folder

_README = "README.md"
#: Points of the loops in memory at once, 64 MB of both fields.
_POINTS_AT_ONCE = 4_000_000


class Loop(NamedTuple):
    """The loop of a row; fields (points,) in A/m."""

    key: str
    applied_field: FloatArray
    magnetization: FloatArray


def write_snapshot(connection: Connection, folder: Path) -> Path:
    """Write what a transaction that reads sees into a folder of its own below ``folder``, whole or not at all.

    Raises
    ------
    SpecError
        When the folder cannot be made or written to.
    SchemaError
        When a snapshot of this name is there and damaged.
    """
    frame = _sorted_rows(connection)
    content = _content_hash(connection, frame)
    target = folder / f"snapshot-{content[:16]}"
    if target.exists():
        verified(target)
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _put(connection, frame, content, target)
    except (OSError, pl.exceptions.PolarsError) as error:  # Polars has errors of its own for a full disk
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
        where = shown(str(folder))
        raise SpecError(f"snapshot could not be written into {where}: {reason}; choose another folder.") from None
    return target


def _sorted_rows(connection: Connection) -> pl.DataFrame:
    """All rows in the order of their keys, extra columns in that of their names: the same for the same content."""
    frame = reads.rows_of(connection)
    extras = sorted(reads.extra_kinds(connection))
    own = [name for name in frame.columns if name not in (*extras, "provenance_id")]
    return frame.select(*own, *extras, "provenance_id").sort("key")


def _content_hash(connection: Connection, frame: pl.DataFrame) -> str:
    digest = hashlib.blake2b(f"{PROGRAM} {FORMAT}".encode(), digest_size=16)
    origin = schema.provenance.c
    of_origin = {number: text for number, text in connection.execute(select(origin.id, origin.digest))}
    ids = frame["provenance_id"].replace_strict(of_origin, return_dtype=pl.String) if of_origin else pl.Series([""])
    for column in (*frame.drop("provenance_id").get_columns(), ids.alias("provenance")):
        digest.update(f"{column.name} {column.dtype}".encode())
        digest.update(column.is_null().to_numpy().tobytes())
        digest.update(_value_bytes(column))
    for loop in _loops(connection):
        digest.update(loop.key.encode())
        digest.update(loop.applied_field.tobytes() + loop.magnetization.tobytes())
    return digest.hexdigest()


def _value_bytes(column: pl.Series) -> bytes:
    if column.dtype == pl.String:
        texts = column.fill_null("")
        return texts.str.len_bytes().to_numpy().astype("<u4").tobytes() + "".join(texts).encode()
    if column.dtype == pl.Boolean:
        return column.fill_null(False).to_numpy().tobytes()
    kind = "<f8" if column.dtype == pl.Float64 else "<i8"
    return column.fill_null(0).to_numpy().astype(kind).tobytes()


def _loops(connection: Connection) -> Iterator[Loop]:
    """All loops in the order of their keys."""
    loops = schema.loops.c
    statement = select(schema.rows.c.key, loops.points, loops.applied_field, loops.magnetization)
    ordered = statement.join(schema.rows, schema.rows.c.id == loops.row_id).order_by(schema.rows.c.key)
    for key, points, field, magnetization in connection.execution_options(yield_per=1000).execute(ordered):
        yield Loop(key, unpack(field, points), unpack(magnetization, points))


def _put(connection: Connection, frame: pl.DataFrame, content: str, target: Path) -> None:
    """Write all files whole or not at all, then take away the right to write."""
    try:
        with whole_folder(target) as partial:
            _write(connection, frame, content, partial)
            for path in partial.iterdir():
                path.chmod(0o444)
    except OSError:
        if not target.is_dir():
            raise
        verified(target)  # another process was quicker with the same content
    target.chmod(0o555)
    flush(target.parent)


def _write(connection: Connection, frame: pl.DataFrame, content: str, folder: Path) -> None:
    counts = {name: frame.height - frame[name].null_count() for name in frame.columns if name != "provenance_id"}
    table = reads.with_origin(connection, frame)
    counts |= {name: table.height - table[name].null_count() for name in ORIGIN}
    table.write_parquet(folder / ROWS, compression="zstd", compression_level=1)
    loops = _write_loops(connection, folder)
    files = {name: file_line(folder / name) for name in (ROWS, LOOPS) if (folder / name).exists()}
    units = _stated_units(table["provenance"])
    columns = [_column_line(column, counts[column.name], units) for column in table.get_columns()]
    told = {"program": PROGRAM, "format": FORMAT, "magheat_version": __version__, "content": content}
    told |= {"rows": table.height, "loops": loops, "columns": columns, "files": files}
    (folder / _README).write_text(_readme(told), encoding="utf-8")
    (folder / SCHEMA).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_loops(connection: Connection, folder: Path) -> int:
    """Write the loops in parts, then join them; how many there are."""
    parts = folder / "parts"
    parts.mkdir()
    count, number = 0, 0
    for number, part in enumerate(_parts(_loops(connection)), 1):
        _loop_frame(part).write_parquet(parts / f"{number:06d}.parquet")
        count += len(part)
    if number:
        pl.scan_parquet(parts / "*.parquet").sink_parquet(folder / LOOPS, compression="zstd", compression_level=1)
    shutil.rmtree(parts)
    return count


def _parts(loops: Iterator[Loop]) -> Iterator[list[Loop]]:
    part: list[Loop] = []
    points = 0
    for loop in loops:
        part.append(loop)
        points += loop.applied_field.size
        if points >= _POINTS_AT_ONCE:
            yield part
            part, points = [], 0
    if part:
        yield part


def _loop_frame(part: Sequence[Loop]) -> pl.DataFrame:
    fields = {
        name: pl.Series(name, [getattr(loop, name) for loop in part], pl.List(pl.Float64))
        for name in ("applied_field", "magnetization")
    }
    return pl.DataFrame({"key": [loop.key for loop in part], **fields})


def _stated_units(provenance: pl.Series) -> dict[str, str]:
    """Column -> unit, as far as those who put rows in have said so under ``units`` of their provenance."""
    units: dict[str, str] = {}
    for text in provenance.unique(maintain_order=True).drop_nulls():
        stated = json.loads(text).get("units")
        if isinstance(stated, dict):
            units |= {str(name): str(unit) for name, unit in stated.items()}
    return units


def _column_line(column: pl.Series, count: int, stated: Mapping[str, str]) -> dict[str, Any]:
    unit, words = meaning_of(column.name)
    unit = unit or (stated.get(column.name, "") if not words else "")
    return {"name": column.name, "type": str(column.dtype), "unit": unit, "meaning": words, "count": count}


def _readme(told: dict[str, Any]) -> str:
    lines = [
        "# A snapshot of a magheat knowledge base",
        "",
        f"{told['rows']} rows and {told['loops']} loops, content {told['content']}, written by magheat "
        f"{told['magheat_version']}. This folder is never changed; its name comes from its content.",
        "",
        f"- `{ROWS}`: one row per run or measurement. What is missing is null.",
        f"- `{LOOPS}`: their hysteresis loops, where there are any: key, and applied_field and magnetization in A/m "
        "over one period, end left out.",
        f"- `{SCHEMA}`: the columns below and the hashes of the files.",
        "",
        "Read it with `magheat.store.read_snapshot(folder)`, which checks the hashes, or with anything that reads "
        "Parquet.",
        "",
        "| column | type | unit | meaning | rows that have it |",
        "|---|---|---|---|---|",
    ]
    for column in told["columns"]:
        cells = (column["name"], column["type"], column["unit"], column["meaning"], str(column["count"]))
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"
