"""The knowledge base as users see it: put runs and tables in, get rows, loops and tables out."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select, update

from magheat import analysis
from magheat.errors import SpecError
from magheat.store import database, reads, schema, writes
from magheat.store.address import address, in_words, require_there
from magheat.store.frames import checked
from magheat.store.info import Info, counted
from magheat.store.rows import key_of, model_version_of, origin_of_run, row_of
from magheat.store.snapshot import write_snapshot
from magheat.units import Quantity, shown

if TYPE_CHECKING:
    import polars as pl
    import xarray as xr

    from magheat.store.importers import Format, ImportReport, Profile


class Store:
    """A knowledge base: runs and measurements as rows with their loops, in a file or on a server.

    It is made when there is none, and brought to today's form when it is older. What a method has returned from is on
    the disk: a killed process or a power cut takes nothing of it, and leaves no half of anything. Several processes may
    use one store at once. Use it in a ``with`` block, or call `close`.

    Parameters
    ----------
    url
        A file, such as "kb.sqlite" or "sqlite:///kb.sqlite", not on a network file system; or a database on a server of
        PostgreSQL, "postgresql+psycopg://user@host/database".
    create
        Whether to make a store where there is none.

    Raises
    ------
    SpecError
        When the store cannot be reached, read or written.
    SchemaError
        When it is newer than this magheat, damaged, or no knowledge base.
    """

    def __init__(self, url: str | Path, *, create: bool = True) -> None:
        self._url = address(url)
        if not create:
            require_there(self._url)
        self._engine = database.open_engine(self._url)
        self._closed = False
        self._finalizer = weakref.finalize(self, self._engine.dispose)
        try:
            database.prepare(self._engine, create=create)
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        """Where it is, without its password."""
        return f"Store({in_words(self._url)})"

    def __enter__(self) -> Store:
        """The store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give back the connections; the store is of no use afterwards."""
        self._closed = True
        self._finalizer()

    def put(self, result: xr.Dataset) -> str:
        """Keep one run, as a row with its loop.

        The row says what `magheat.store.row_of` reads off the run; the loop is that of the whole sample over the last
        cycle. A run that is there already is left as it is.

        Parameters
        ----------
        result
            One run, as ``mh.simulate`` returns it.

        Returns
        -------
        str
            Key of the row, of 32 hexadecimal digits: equal for equal experiments, solvers and options.

        Raises
        ------
        SchemaError
            When the dataset is not a whole run.
        SpecError
            When it holds several runs, or the store cannot be written.
        """
        key, row = key_of(result), row_of(result)
        loop = analysis.sample_loop(result)
        self.put_rows(
            {name: [value] for name, value in row.items()} | {"key": [key]},
            source="simulated",
            solver=str(result.attrs["solver"]),
            model_version=model_version_of(result),
            provenance=origin_of_run(result),
            loops={key: (loop["applied_field"].values, loop["magnetization"].values)},
        )
        return key

    def put_rows(
        self,
        table: Mapping[str, Any] | pl.DataFrame,
        *,
        source: str,
        solver: str | None = None,
        model_version: int | None = None,
        provenance: Mapping[str, Any],
        loops: Mapping[str, tuple[Any, Any]] | None = None,
        task: str | None = None,
    ) -> int:
        """Keep many rows in one transaction: all of them, their loops and the mark of the task, or nothing.

        Rows whose key is there already are left as they are, but get the loop that they lack; of two rows with one key
        in the table the first counts.

        Parameters
        ----------
        table
            A Polars frame, or a mapping of column to values. Must have ``key``; may have any input, output and flag of
            a knowledge base, SI, and columns of other names, with numbers, true and false, or text. NaN counts as
            missing; infinities are refused.
        source
            "simulated" or "measured".
        solver, model_version
            What computed the rows.
        provenance
            Where they come from, as JSON can hold it.
        loops
            Key -> applied field and magnetization over one period, end left out, (points,) A/m each.
        task
            Key of the piece of a sweep that these rows complete; see `finished`.

        Returns
        -------
        int
            How many rows are new.

        Raises
        ------
        SpecError
            Naming what cannot be stored: then nothing was.
        """
        rows, kinds = checked(table)
        origin = writes.origin_of(source, solver, model_version, provenance)
        lines = writes.packed_loops(loops, set(rows["key"])) if loops else {}
        tasks = [] if task is None else [{"key": _key(task, "task")}]
        with self._writing() as connection:
            new = 0
            if rows.height:
                writes.register(connection, kinds)
                new = writes.insert_rows(connection, rows, writes.provenance_id(connection, origin))
            writes.insert_loops(connection, lines)
            writes.insert_new(connection, schema.finished_tasks, tasks)
        return new

    def import_(
        self,
        path: str | Path,
        profile: Profile | str | Path | None = None,
        *,
        format: Format | None = None,
        sample: Mapping[str, Quantity] | None = None,
        moment_column: str | None = None,
    ) -> ImportReport:
        """Keep the measured data of a file: a table of SAR, or hysteresis loops of a magnetometer.

        A row that cannot be read is reported with its line, and the others go in, all in one transaction. Nothing is
        guessed: what the file does not say is missing. A file that is imported twice adds nothing.

        Parameters
        ----------
        path
            The file; what it is is found from its content. CSV, ``.dat`` of Quantum Design, text of MicroMag 2900/3900
            and of Lake Shore's 7400 and 8600 series.
        profile
            What the columns mean: a TOML file or a `magheat.store.importers.Profile`. A table needs one.
        format
            What the file must be: "table", "loop", "quantum-design", "micromag", "lake-shore-8600" or
            "lake-shore-7400".
        sample
            Of the sample of a loop, what the file does not say: mass (kg), volume (m^3), density (kg/m^3); numbers in
            SI or strings such as "5.2 mg".
        moment_column
            Which column of a file of Quantum Design holds the moment, where several have numbers.

        Returns
        -------
        ImportReport
            How many rows were new, how many were there, and which lines were refused and why.

        Raises
        ------
        SchemaError
            For a file that cannot be understood as a whole, or has no row that can be read.
        SpecError
            For a wrong profile, or a store that cannot be written.
        """
        from magheat.store import importers

        imported = importers.read_measured(
            path,
            importers.profile_from(profile),
            format=format,
            sample=importers.sample_of(sample or {}, "sample "),
            moment_column=moment_column,
        )
        return importers.import_into(self.put_rows, imported)

    def get(self, key: str) -> dict[str, Any] | None:
        """One row with all that it holds; None where there is no such key."""
        with self._reading() as connection:
            return reads.row_at(connection, _key(key, "key"))

    def loop(self, key: str) -> xr.Dataset | None:
        """The loop of a row, as `magheat.analysis` takes it; None where it has none.

        ``applied_field`` and ``magnetization`` (time) in A/m over one period, end left out, and what the row knows of
        drive and sample as coordinates.
        """
        with self._reading() as connection:
            return reads.loop_at(connection, _key(key, "key"))

    def known(self, keys: Iterable[str], *, with_loop: bool = False) -> set[str]:
        """Which of these keys have a row, or a row with its loop."""
        with self._reading() as connection:
            return reads.present(connection, schema.rows.c.key, _keys(keys, "keys"), with_loop=with_loop)

    def finished(self, tasks: Iterable[str]) -> set[str]:
        """Which of these tasks are marked as finished."""
        with self._reading() as connection:
            return reads.present(connection, schema.finished_tasks.c.key, _keys(tasks, "tasks"))

    def quarantine(self, key: str, reason: str, provenance: Mapping[str, Any]) -> None:
        """Remember a row that crashes its worker or cannot be computed; a new reason takes the place of an old one."""
        if not isinstance(reason, str) or not reason.strip() or not _is_text(reason):
            raise SpecError(f"reason must be text; got {shown(reason)}.")
        table, told = schema.quarantine, {"reason": reason, "content": writes.json_text(provenance, "provenance")}
        with self._writing() as connection:
            if not writes.insert_new(connection, table, [{"key": _key(key, "key"), **told}]):
                connection.execute(update(table).where(table.c.key == key).values(told))

    def quarantined(self) -> dict[str, str]:
        """Key -> reason of every row that is kept out."""
        table = schema.quarantine.c
        with self._reading() as connection:
            lines = connection.execute(select(table.key, table.reason).order_by(table.key))
            return {key: reason for key, reason in lines}

    def release(self, keys: Iterable[str]) -> None:
        """Forget that these rows were kept out."""
        table = schema.quarantine
        with self._writing() as connection:
            for part in writes.batches(_keys(keys, "keys")):
                connection.execute(delete(table).where(table.c.key.in_(part)))

    def table(
        self, *, source: str | None = None, solver: str | None = None, columns: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """The rows as a Polars frame, in the order in which they came.

        Parameters
        ----------
        source, solver
            Only rows of this source, "simulated" or "measured", and of this solver.
        columns
            Only rows that have all of these.

        Returns
        -------
        DataFrame
            First inputs, outputs and flags, which are always there; then what else the store's rows have, in the order
            in which it came; then source, solver, model_version, key and provenance (JSON text). What is missing is
            null.

        Raises
        ------
        SpecError
            For an unknown source, or a column that no row of the store has.
        """
        with self._reading() as connection:
            return reads.table_of(connection, source, solver, columns)

    def snapshot(self, folder: str | Path) -> Path:
        """Write all that is in the store into a folder of its own below ``folder``, as Parquet; its path.

        See `magheat.store.read_snapshot` for the way back. The same content gives the same name, and is written once.

        Raises
        ------
        SpecError
            When the folder cannot be written to.
        """
        with self._reading() as connection:
            return write_snapshot(connection, Path(folder))

    def info(self) -> Info:
        """Count what is in the store."""
        with self._reading() as connection:
            return counted(connection)

    def _writing(self) -> AbstractContextManager[Connection]:
        self._require_open()
        return database.writing(self._engine)

    def _reading(self) -> AbstractContextManager[Connection]:
        self._require_open()
        return database.reading(self._engine)

    def _require_open(self) -> None:
        if self._closed:
            raise SpecError(
                f"store {in_words(self._url)} must be open; it was closed; open it again with mh.Store(...)."
            )


def _key(value: object, name: str) -> str:
    if isinstance(value, str) and _is_text(value) and 0 < len(value.encode()) <= schema.KEY_LENGTH:
        return value
    raise SpecError(f"{name} must be text of 1 to {schema.KEY_LENGTH} bytes; got {shown(value)}.")


def _is_text(value: str) -> bool:
    """Whether a database takes it: not half a surrogate pair."""
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def _keys(values: Iterable[str], name: str) -> list[str]:
    if isinstance(values, str):
        raise SpecError(f"{name} must be a list of keys; got the text {shown(values)}.")
    return [_key(value, name) for value in values]
