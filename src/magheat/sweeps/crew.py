"""Work for an engine's stations, and the search for the one row that kills its workers.

When a worker dies, every job at its station is suspect. A suspect runs again with a station for itself; if the worker
dies once more the job is halved, down to the one row that does it. That row is guilty only when it has killed a worker
twice while it was alone: a worker that something else has killed, such as a short memory, condemns nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from typing import Any, NamedTuple

import numpy as np

from magheat.errors import MagheatError
from magheat.sweeps.engines import Engine, Station, gone
from magheat.sweeps.outcomes import Outcome, ready

#: So often a row must kill a worker while it is alone.
_GUILTY = 2


class Job(NamedTuple):
    """Some rows of one task."""

    task: int
    rows: np.ndarray  # (r,) index in the design
    keys: tuple[str, ...]
    crashes: int = 0  # while it was alone

    def halves(self) -> tuple[Job, Job]:
        """Two jobs of half the rows each."""
        middle = len(self.rows) // 2
        return self._part(slice(None, middle)), self._part(slice(middle, None))

    def _part(self, part: slice) -> Job:
        return Job(self.task, self.rows[part], self.keys[part])


class Crash(NamedTuple):
    """A row that kills its workers stands in for an outcome."""

    reason: str = "crashed its worker, twice while nothing else ran there"


class Crew:
    """Keeps all stations busy with the jobs that an iterator yields, and no more of them in memory than that takes."""

    def __init__(self, engine: Engine, work: Callable[[Job], tuple[Any, ...]]) -> None:
        """``work`` turns a job into a function and its arguments."""
        self._stations, self._work = engine.stations, work
        self._running: dict[Future[Any], tuple[Station, Job]] = {}
        self._reserved: set[int] = set()  # stations, by identity, that a suspect has for itself
        self._suspects: deque[Job] = deque()

    def run(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Outcome | Crash]]:
        """The outcome of every job, in the order in which they end.

        Raises
        ------
        MagheatError
            When workers die whatever they do, or the cluster is gone.
        """
        while True:
            self._employ(jobs)
            if not self._running:
                return
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                station, job = self._running.pop(future)
                result = self._result(future, station, job)
                if result is not None:
                    yield job, result

    def _employ(self, jobs: Iterator[Job]) -> None:
        """Give work to every station that has room; suspects first, and those to empty stations only."""
        for station in self._stations:
            busy = sum(other is station for other, _ in self._running.values())
            if self._suspects:
                if busy == 0:
                    self._reserved.add(id(station))
                    self._start(station, self._suspects.popleft())
                continue
            if id(station) in self._reserved:
                continue
            for _ in range(station.capacity - busy):
                job = next(jobs, None)
                if job is None:
                    return
                self._start(station, job)

    def _start(self, station: Station, job: Job) -> None:
        function, *arguments = self._work(job)
        self._running[station.submit(function, *arguments)] = station, job

    def _result(self, future: Future[Any], station: Station, job: Job) -> Outcome | Crash | None:
        """The outcome; None where the job has to be tried again."""
        alone = id(station) in self._reserved
        self._reserved.discard(id(station))
        try:
            outcome: Outcome = future.result()
            return outcome
        except CancelledError:
            raise gone() from None
        except Exception as error:
            if not station.died(error):
                raise
        if not alone:
            self._suspects.append(job)
        elif len(job.rows) > 1:
            self._suspects.extend(job.halves())
        elif job.crashes + 1 < _GUILTY:
            self._suspects.append(job._replace(crashes=job.crashes + 1))
        else:
            self._require_alive(station)
            return Crash()
        return None

    def _require_alive(self, station: Station) -> None:
        """Accuse no row where a worker dies of nothing at all."""
        try:
            station.submit(ready).result()
        except Exception as error:
            if not station.died(error):
                raise
            raise MagheatError("workers die as soon as they start; look at their memory, disk and limits") from None
