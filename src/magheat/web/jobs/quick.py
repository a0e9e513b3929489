"""Processes that answer at once: a few, with a short line before them."""

from __future__ import annotations

import queue
import threading

from magheat.web.jobs.worker import Worker
from magheat.web.tasks.work import Done, Task


class BusyError(Exception):
    """Too many wait already."""


class Quick:
    """Workers for whoever waits for an answer.

    Parameters
    ----------
    workers
        How many.
    waiting
        How many may wait for one that is free.
    seconds
        What a task may take.
    """

    def __init__(self, workers: int, waiting: int, seconds: float) -> None:
        self.workers = [Worker() for _ in range(workers)]
        self.seconds = seconds
        self._free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._places = threading.Semaphore(workers + waiting)
        for worker in self.workers:
            self._free.put(worker)

    def start(self) -> None:
        """Start all processes; they warm up by themselves."""
        for worker in self.workers:
            worker.start()

    def run(self, task: Task) -> Done:
        """Do a task, in a thread that may wait.

        Raises
        ------
        BusyError
            When too many wait already.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            worker = self._free.get()
            try:
                return worker.run(task, self.seconds)
            finally:
                self._free.put(worker)
        finally:
            self._places.release()

    def close(self) -> None:
        """End all processes."""
        for worker in self.workers:
            worker.close()
