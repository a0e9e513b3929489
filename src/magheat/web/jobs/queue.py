"""The queue: threads that take jobs from the table and have processes run them."""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any

from magheat.errors import MagheatError
from magheat.web.jobs import table
from magheat.web.jobs.table import Jobs
from magheat.web.jobs.worker import CancelledError, DefectError, LateError, LostError, Worker
from magheat.web.settings import Limits
from magheat.web.tasks.work import Task, packed, request_text

_LOG = logging.getLogger("magheat.web")
#: Niceness of the processes, which leave the cores to those that answer at once.
_NICENESS = 10
_TASKS = {"simulate": "simulate and keep", "map": "map", "optimize": "optimize"}
#: Jobs of a list.
_LISTED = 100


class FullError(Exception):
    """As many jobs wait as may."""


class Queue:
    """Jobs that wait, run and have ended.

    Parameters
    ----------
    jobs
        Where they are kept.
    workers
        How many run at once.
    limits
        What a job and the queue may take.
    model
        Asked for the folder of the model when a job starts.
    """

    def __init__(self, jobs: Jobs, workers: int, limits: Limits, model: Callable[[], str | None]) -> None:
        self.jobs, self.limits, self.model = jobs, limits, model
        self.workers = [Worker(niceness=_NICENESS, warm=False) for _ in range(workers)]
        self._progress: dict[str, float] = {}
        self._cancelled: set[str] = set()
        self._news = threading.Condition()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._serve, args=(worker,), name="magheat jobs", daemon=True)
            for worker in self.workers
        ]

    def start(self) -> None:
        """Take up what an earlier server left, and begin."""
        self.jobs.recover()
        for worker, thread in zip(self.workers, self._threads, strict=True):
            worker.start()
            thread.start()

    def close(self) -> None:
        """End all processes; jobs that run are taken up by the next server."""
        with self._news:
            self._closing = True
            self._news.notify_all()
        for worker in self.workers:
            worker.close()
        for thread in self._threads:
            thread.join(10)

    def add(self, kind: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Put a job at the end of the queue.

        Raises
        ------
        FullError
            When too many wait already.
        """
        job = secrets.token_hex(16)
        if not self.jobs.add(job, kind, request_text(request), self.limits.queue):
            raise FullError
        with self._news:
            self._news.notify()
        found = self.one(job)
        return found if found is not None else {}

    def one(self, job: str) -> dict[str, Any] | None:
        """A job as it is told; None for an unknown one."""
        row = self.jobs.one(job)
        return None if row is None else self._told(row, self.jobs.queued())

    def newest(self) -> list[dict[str, Any]]:
        """All jobs as they are told, newest first."""
        waiting = self.jobs.queued()
        return [self._told(row, waiting) for row in self.jobs.newest(_LISTED)]

    def remove(self, job: str) -> None:
        """Cancel a job that waits or runs; forget one that has ended."""
        row = self.jobs.one(job)
        if row is not None and row["status"] in table.ENDED:
            self.jobs.forget(job)
            return
        self._cancelled.add(job)
        self.jobs.cancel(job)

    def _told(self, row: Mapping[str, Any], waiting: list[str]) -> dict[str, Any]:
        status = row["status"]
        place = waiting.index(row["id"]) if status == table.QUEUED and row["id"] in waiting else None
        progress = 1.0 if status == table.DONE else self._progress.get(row["id"], 0.0)
        return {
            "id": row["id"],
            "kind": row["kind"],
            "status": status,
            "position": place,
            "progress": progress,
            "message": _message(status, place, progress, row["error"]),
            "created": row["created"],
            "request": json.loads(row["request"]),
            "error": row["error"],
        }

    def _serve(self, worker: Worker) -> None:
        """Run jobs one after the other."""
        while not self._closing:
            try:
                row = self.jobs.take()
                if row is not None:
                    self._run(worker, row)
                    continue
            except Exception:  # a database that is away for a moment must not end the queue
                _LOG.exception("the queue of jobs stumbled")
            with self._news:
                if not self._closing:
                    self._news.wait(1.0)

    def _run(self, worker: Worker, row: Mapping[str, Any]) -> None:
        job = row["id"]
        task = Task(_TASKS[row["kind"]], json.loads(row["request"]), self.model(), 1)
        try:
            done = worker.run(
                task,
                self.limits.seconds_of_a_job,
                lambda share: self._progress.__setitem__(job, share),
                lambda: job in self._cancelled or self._closing,
            )
            self.jobs.finish(job, packed(done.content), done.netcdf)
            self.jobs.forget_all_but(self.limits.kept)
        except Exception as error:
            if not self._closing:  # else the job is taken up by the next server
                self._ended(job, error)
        finally:
            self._progress.pop(job, None)
            self._cancelled.discard(job)

    def _ended(self, job: str, error: Exception) -> None:
        """Say why a job has no result."""
        if isinstance(error, CancelledError):
            self.jobs.cancel(job)
        elif isinstance(error, LateError):
            self.jobs.fail(job, f"the job took longer than the {self.limits.seconds_of_a_job:g} s that a job may take.")
        elif isinstance(error, LostError):
            self.jobs.fail(job, f"the job was lost: {error}.")
        elif isinstance(error, MagheatError):
            self.jobs.fail(job, str(error))
        else:
            _LOG.error("a job met a defect", exc_info=error)
            what = str(error) if isinstance(error, DefectError) else type(error).__name__
            self.jobs.fail(job, f"the job met a defect of magheat: {what}.")


def _message(status: str, place: int | None, progress: float, error: str | None) -> str:
    """How far a job is, in words."""
    if status == table.QUEUED:
        return "next in the queue" if not place else f"{place} jobs before it in the queue"
    if status == table.RUNNING:
        return f"running, {100 * progress:.0f} % done"
    return {table.DONE: "done", table.CANCELLED: "cancelled"}.get(status, error or "failed")
