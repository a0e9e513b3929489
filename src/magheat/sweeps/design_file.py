"""A design from a TOML file: the tables of an experiment, and ``[sweep]`` with what varies in it.

.. code-block:: toml

    [sweep]
    design = "sobol"        # or "factorial", "latin-hypercube", "csv"
    count = 4096
    seed = 1

    [[sweep.axes]]
    field = "ensemble.diameter"
    low = "8 nm"
    high = "25 nm"

    [[sweep.axes]]
    field = "applied_field.frequency"
    low = "50 kHz"
    high = "400 kHz"
    scale = "log"
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from magheat.errors import SpecError
from magheat.spec.checks import boolean, integer, one_of, unknown_name
from magheat.spec.io import read_toml
from magheat.sweeps.axes import Axis, axis_of
from magheat.sweeps.csv_rows import read_rows
from magheat.sweeps.designs import KINDS, Design, laid_out, require_distinct
from magheat.sweeps.fields import Table, in_si, with_value, without_files
from magheat.units import shown

_KEYS = ("design", "name", "count", "seed", "axes", "file", "chunk", "loops")
_TABLES = ("material", "materials", "particles", "ensemble", "applied_field", "experiment", "solver", "sweep")
#: Rows of a task: of ensembles, which take a millisecond each, and of particles, which take longer.
_CHUNK_OF_ENSEMBLES, _CHUNK_OF_PARTICLES = 1024, 64
_LARGEST_CHUNK = 65536


def read_design(source: str | Path) -> Design:
    """The design in a TOML file, or in the text of one (a string with a line break).

    Raises
    ------
    SpecError
        With the file's name, for bad syntax, an unknown table, key or field, or axes and rows that make no design.
    """
    tables, name, folder = read_toml(source)
    try:
        return _design(tables, Path(name).stem if name.endswith(".toml") else "sweep", folder)
    except SpecError as error:
        raise SpecError(f"{name}: {error}") from None


def _design(tables: Table, name: str, folder: Path) -> Design:
    for table in tables:
        if table not in _TABLES:
            raise SpecError(unknown_name(f"[{table}]", table, _TABLES))
    if not isinstance(tables.get("sweep"), dict):
        raise SpecError('[sweep] is required, with design = "sobol" or the like and [[sweep.axes]]; it is missing')
    sweep = tables.pop("sweep")
    for key in sweep:
        if key not in _KEYS:
            raise SpecError(unknown_name(f"[sweep] {key}", key, _KEYS))
    if "design" not in sweep:
        raise SpecError(f"[sweep] design is required, one of {', '.join(KINDS)}; it was not given")
    kind = one_of(sweep["design"], KINDS, "[sweep] design")
    base = in_si(tables)
    ensembles = "ensemble" in base
    chunk = sweep.get("chunk", _CHUNK_OF_ENSEMBLES if ensembles else _CHUNK_OF_PARTICLES)
    seed = integer(sweep.get("seed", 0), "[sweep] seed", 0, 2**63)
    if kind == "csv":
        axes, points, lines, unread = _from_csv(sweep, base, folder)
    else:
        axes, lines, unread = _axes(sweep, base, kind == "factorial"), (), ()
        _require_count(sweep, kind)
        require_distinct(axes)
        points = laid_out(kind, axes, sweep.get("count"), seed)
    first = base
    for axis, number in zip(axes, points[0].tolist(), strict=True):
        first = with_value(first, axis.path, axis.value(number))
    solver = base.pop("solver", {})
    base = without_files(base, first, folder)
    return Design(
        name=_word(sweep.get("name", name)),
        kind=kind,
        tables=base,
        solver=solver,
        axes=tuple(axes),
        points=points,
        chunk=integer(chunk, "[sweep] chunk", 1, _LARGEST_CHUNK),
        loops=boolean(sweep.get("loops", False), "[sweep] loops"),
        seed=seed,
        lines=lines,
        unread=unread,
    )


def _from_csv(sweep: Table, base: Table, folder: Path) -> tuple[Any, ...]:
    for key in ("axes", "count", "seed"):
        if key in sweep:
            raise SpecError(f'[sweep] {key} must be left out of design = "csv"; the columns of the file are the axes')
    if not isinstance(sweep.get("file"), str):
        raise SpecError(f'[sweep] file is required by design = "csv", such as "rows.csv"; got {sweep.get("file")!r}')
    rows = read_rows(folder / sweep["file"], base)
    require_distinct(rows.axes)
    return rows.axes, rows.points, rows.lines, rows.unread


def _axes(sweep: Table, base: Table, factorial: bool) -> list[Axis]:
    if "file" in sweep:
        raise SpecError('[sweep] file must be left out unless design = "csv"')
    entries = sweep.get("axes")
    if not isinstance(entries, list) or not entries:
        raise SpecError("[[sweep.axes]] is required, once for every field that varies; there is none")
    return [axis_of(entry, base, factorial) for entry in entries]


def _require_count(sweep: Table, kind: str) -> None:
    if kind == "factorial" and "count" in sweep:
        raise SpecError("[sweep] count must be left out of a factorial design; each axis has its own count, or values")
    if kind != "factorial" and "count" not in sweep:
        raise SpecError(f"[sweep] count is required by design = {kind!r}: the number of rows; it was not given")


def _word(value: Any) -> str:
    if isinstance(value, str) and 0 < len(value) <= 100 and value.isprintable():
        return value
    raise SpecError(f"[sweep] name must be a line of text; got {shown(value)}")
