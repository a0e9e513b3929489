"""Run a design: what the knowledge base does not have yet is computed, and kept as it comes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat._version import __version__
from magheat.errors import MagheatError
from magheat.solvers.base import Solver
from magheat.store.rows import row_key
from magheat.sweeps.building import one_solver, plan_of, require_ends, solver_at
from magheat.sweeps.crew import Crash, Crew, Job
from magheat.sweeps.design_file import read_design
from magheat.sweeps.designs import BadRow, Design, fingerprint
from magheat.sweeps.engines import open_engine
from magheat.sweeps.interruption import undisturbed
from magheat.sweeps.keys import Template, experiment_keys, task_key, template_of
from magheat.sweeps.outcomes import Outcome, compute

if TYPE_CHECKING:
    from magheat.store import Store

#: Failed rows that a summary tells one by one.
MOST_TOLD = 100
#: Seconds that a job should take: long against handing it over, short against losing it.
_JOB_SECONDS = 0.5
#: Share of the last job in the estimate of a row's time: the first jobs load kernels, and rows differ.
_LAST = 0.5
#: Rows of the first jobs, and the least: of ensembles, and of particles, of which one pass of a kernel takes 16.
_FIRST_OF_ENSEMBLES, _LEAST_OF_ENSEMBLES = 128, 64
_FIRST_OF_PARTICLES, _LEAST_OF_PARTICLES = 16, 1


class Tally(NamedTuple):
    """How far a sweep is, in rows.

    Parameters
    ----------
    rows
        All of the design, those that could not be read included.
    known
        Those that were in the knowledge base.
    new
        Those that are there now.
    failed
        Those that cannot be computed, or read.
    """

    rows: int
    known: int
    new: int
    failed: int

    @property
    def done(self) -> int:
        """Rows that nothing is left to do for."""
        return self.known + self.new + self.failed


class Summary(NamedTuple):
    """How a sweep ended.

    Parameters
    ----------
    rows
        All of the design, those that could not be read included.
    new
        Those that were computed and kept.
    known
        Those that were in the knowledge base before.
    failed
        Those that cannot be computed, or read.
    failures
        The first 100 of these, each with its reason.
    seconds
        Wall time in s.
    """

    rows: int
    new: int
    known: int
    failed: int
    failures: tuple[BadRow, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """New rows per second."""
        return self.new / self.seconds if self.seconds > 0 else 0.0


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in a sweep; ``summary`` says what is in the knowledge base all the same."""

    def __init__(self, summary: Summary) -> None:
        super().__init__("the sweep was interrupted; what was finished is kept")
        self.summary = summary


Progress = Callable[[Tally], None]


def sweep(
    design: Design | str | Path,
    store: Store | str | Path,
    engine: str | None = None,
    progress: Progress | None = None,
    retry: bool = False,
    *,
    workers: int | None = None,
) -> Summary:
    """Compute every row of a design that a knowledge base does not have yet, and keep it there.

    A sweep may be interrupted at any moment and begun again: only what is missing is computed. Rows that cannot be
    computed are remembered with the reason and left out the next time.

    Parameters
    ----------
    design
        A TOML file, the text of one, or what `read_design` made of it.
    store
        The knowledge base, or its URL.
    engine
        None for processes of this machine, or ``"tcp://HOST:PORT"`` for a Dask cluster.
    progress
        Called with a `Tally` after every job.
    retry
        Whether rows that failed before are tried again.
    workers
        Processes; one per core by default.

    Returns
    -------
    Summary
        How many rows there are, are new, were known, and failed, and why; seconds.

    Raises
    ------
    SpecError
        Before anything is run, for a design that makes no experiments, or a store or engine that is not there.
    MagheatError
        When workers cannot start or the engine is gone; what was finished is kept.

    Notes
    -----
    In a script, call it under ``if __name__ == "__main__":``, because worker processes import the script.
    """
    started = time.perf_counter()
    chosen = design if isinstance(design, Design) else read_design(design)
    require_ends(chosen)
    opened = None
    if isinstance(store, str | Path):
        from magheat.store import Store as KnowledgeBase

        store = opened = KnowledgeBase(store)
    try:
        run = _Sweep(chosen, store, retry, progress)
        run.begin()
        if run.unfinished:
            run.work(engine, workers)
    except KeyboardInterrupt:
        raise Interrupted(run.summary(started)) from None
    finally:
        if opened is not None:
            opened.close()
    return run.summary(started)


class _Task(NamedTuple):
    """A run of rows of the design that is finished or not."""

    key: str
    start: int
    stop: int


class _Sweep:
    """One sweep as it runs: which tasks are open, and how many rows have which end."""

    def __init__(self, design: Design, store: Store, retry: bool, progress: Progress | None) -> None:
        self._design, self._store, self._retry, self._progress = design, store, retry, progress
        self._plan = plan_of(design)
        self._solver = solver_at(self._plan, design.points[0])
        self._tally = Tally(design.count + len(design.unread), 0, 0, len(design.unread))
        self._failures = list(design.unread[:MOST_TOLD])
        self._open: dict[int, int] = {}  # task -> rows that nobody has told about yet
        self._spoiled: set[int] = set()  # tasks with a row that failed: never marked, so that they are told each time
        self._seconds_per_row: float | None = None
        self.unfinished: list[_Task] = []

    def begin(self) -> None:
        """Find the tasks that are not finished."""
        tasks = list(_tasks(self._design, self._solver))
        finished = self._store.finished(task.key for task in tasks)
        # Rows that failed are in no finished task, so that there is nothing to retry in these.
        self.unfinished = [task for task in tasks if task.key not in finished]
        self._quarantined = self._store.quarantined()
        self._count(known=sum(task.stop - task.start for task in tasks if task.key in finished))

    def work(self, address: str | None, workers: int | None) -> None:
        """Run what is not finished."""
        jobs = self._jobs()
        first = next(jobs, None)  # a sweep of which every row is known needs no workers
        if first is None:
            return
        engine = open_engine(address, workers)
        try:
            crew = Crew(engine, self._work)
            for job, outcome in crew.run(_chained(first, jobs)):
                with undisturbed():
                    if isinstance(outcome, Outcome):
                        self._keep(job, outcome)
                    else:
                        self._condemn(job, outcome)
        finally:
            engine.close()

    def summary(self, started: float) -> Summary:
        """What there is to say now."""
        t = self._tally
        return Summary(t.rows, t.new, t.known, t.failed, tuple(self._failures), time.perf_counter() - started)

    def _work(self, job: Job) -> tuple[Any, ...]:
        return compute, self._plan, self._design.points[job.rows], job.keys

    def _jobs(self) -> Iterator[Job]:
        """The rows to compute, task by task, in jobs of a size that time decides."""
        template = template_of(self._plan, self._design.points)
        for number, task in enumerate(self.unfinished):
            rows, keys = self._missing(number, task, template)
            self._open[number] = len(rows)
            if not rows:
                self._finish(number)
            done = 0
            while done < len(rows):
                part = slice(done, done + self._job_size(len(rows) - done))
                yield Job(number, np.array(rows[part]), tuple(keys[part]))
                done = part.stop

    def _missing(self, number: int, task: _Task, template: Template | None) -> tuple[list[int], list[str]]:
        """The rows of a task to compute, with their keys; the others are counted."""
        wanted: dict[str, int] = {}
        for row, key in zip(range(task.start, task.stop), self._keys(task, template), strict=True):
            if isinstance(key, MagheatError):
                self._fail(number, row, str(key))
            elif key in self._quarantined and not self._retry:
                self._fail(number, row, self._quarantined[key])
            elif key in wanted:
                self._count(known=1)  # the same row twice
            else:
                wanted[key] = row
        known = self._store.known(wanted, with_loop=self._design.loops)
        self._count(known=len(known))
        left = {key: row for key, row in wanted.items() if key not in known}
        if released := [key for key in left if key in self._quarantined]:
            self._store.release(released)
        return list(left.values()), list(left)

    def _keys(self, task: _Task, template: Template | None) -> Iterator[str | MagheatError]:
        points = self._design.points[task.start : task.stop]
        shared, options = one_solver(self._plan), _options(self._solver)
        for row, key in enumerate(experiment_keys(self._plan, template, points)):
            if isinstance(key, MagheatError):
                yield key
                continue
            try:
                solver = self._solver if shared else solver_at(self._plan, points[row])
            except MagheatError as error:
                yield error
                continue
            yield row_key(key, solver.name, options if shared else _options(solver), solver.model_version)

    def _job_size(self, rows: int) -> int:
        """Rows of the next job, an even share of those left in its task."""
        ensembles = "ensemble" in self._plan.tables
        if self._seconds_per_row is None:
            wanted = _FIRST_OF_ENSEMBLES if ensembles else _FIRST_OF_PARTICLES
        else:
            least = _LEAST_OF_ENSEMBLES if ensembles else _LEAST_OF_PARTICLES
            wanted = max(least, int(_JOB_SECONDS / self._seconds_per_row))
        return -(-rows // max(1, round(rows / wanted)))

    def _keep(self, job: Job, outcome: Outcome) -> None:
        """Put rows into the knowledge base, with the mark of the task where they are its last."""
        for position, reason, lasting in outcome.failures:
            if lasting:
                self._store.quarantine(job.keys[position], reason, self._values(int(job.rows[position])))
            self._fail(job.task, int(job.rows[position]), reason)
        self._open[job.task] -= len(job.rows)
        before = self._tally
        try:
            task = self._completes(job.task)
            new = self._put(outcome, task) if outcome.keys or task else 0
            self._learn(outcome.seconds / len(job.rows))
            self._count(new=new, known=len(outcome.keys) - new)
        except KeyboardInterrupt:  # what was put a moment before is there all the same, and told
            self._tally = before._replace(new=before.new + len(self._store.known(outcome.keys)))
            raise

    def _learn(self, here: float) -> None:
        """Seconds that a row took go into the estimate."""
        before = self._seconds_per_row
        self._seconds_per_row = here if before is None else (1 - _LAST) * before + _LAST * here

    def _condemn(self, job: Job, crash: Crash) -> None:
        self._store.quarantine(job.keys[0], crash.reason, self._values(int(job.rows[0])))
        self._fail(job.task, int(job.rows[0]), crash.reason)
        self._open[job.task] -= 1

    def _finish(self, number: int) -> None:
        """Mark a task of which nothing was missing."""
        if number not in self._spoiled:
            self._put(Outcome([], [], {}, [], 0.0), self.unfinished[number].key)

    def _completes(self, number: int) -> str | None:
        """The key of a task that has nothing open and nothing failed."""
        return self.unfinished[number].key if self._open[number] == 0 and number not in self._spoiled else None

    def _put(self, outcome: Outcome, task: str | None) -> int:
        names = dict.fromkeys(name for row in outcome.rows for name in row)
        table: dict[str, list[Any]] = {name: [row.get(name) for row in outcome.rows] for name in names}
        return self._store.put_rows(
            {**table, "key": outcome.keys},
            source="simulated",
            solver=self._solver.name,
            model_version=self._solver.model_version,
            provenance=self._provenance(),
            loops=outcome.loops or None,
            task=task,
        )

    def _provenance(self) -> dict[str, Any]:
        """All that makes a row again, with the row's own columns: each axis says what its column replaces."""
        varied = {axis.path[1] for axis in self._design.axes if axis.path[0] == "solver"}
        return {
            "sweep": self._design.name,
            "design": self._design.kind,
            "design_seed": self._design.seed,
            "magheat_version": __version__,
            "solver_options": {name: value for name, value in _options(self._solver).items() if name not in varied},
            "experiment": self._design.tables,
            "axes": {axis.name: ".".join(map(str, axis.path)) for axis in self._design.axes},
        }

    def _values(self, row: int) -> dict[str, Any]:
        """Which row failed, for whoever looks at the list of them."""
        return {"sweep": self._design.name, "magheat_version": __version__, "values": self._design.values(row)}

    def _fail(self, number: int, row: int, reason: str) -> None:
        self._spoiled.add(number)
        if len(self._failures) < MOST_TOLD:
            self._failures.append(BadRow(self._design.label(row), reason))
        self._count(failed=1)

    def _count(self, known: int = 0, new: int = 0, failed: int = 0) -> None:
        t = self._tally
        self._tally = Tally(t.rows, t.known + known, t.new + new, t.failed + failed)
        if self._progress is not None:
            self._progress(self._tally)


def _tasks(design: Design, solver: Solver) -> Iterator[_Task]:
    told = fingerprint(design, solver)
    for start in range(0, design.count, design.chunk):
        stop = min(start + design.chunk, design.count)
        yield _Task(task_key(told, solver.model_version, design.points[start:stop]), start, stop)


def _options(solver: Solver) -> dict[str, Any]:
    fields = dataclasses.fields(solver)  # type: ignore[arg-type]
    return {field.name: getattr(solver, field.name) for field in fields if field.name != "threads"}


def _chained(first: Job, rest: Iterator[Job]) -> Iterator[Job]:
    yield first
    yield from rest
