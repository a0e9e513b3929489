"""Where the work is done: processes of this machine, or a Dask cluster."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING, Any, Protocol

from magheat._version import __version__
from magheat.errors import MagheatError, SpecError
from magheat.kernels.batch import cores
from magheat.sweeps.outcomes import ready
from magheat.units import shown

if TYPE_CHECKING:
    from distributed import Client

#: Jobs that a worker has at a time: one that runs and one that waits, so that it need not wait for the driver.
_AHEAD = 2
#: Seconds to reach a scheduler, to wait for its first worker, and between two counts of its workers.
_REACH, _FIRST_WORKER, _RECOUNT = 5.0, 60.0, 5.0


class Station(Protocol):
    """Workers that go down together: when one dies, every job at the station is suspect."""

    @property
    def capacity(self) -> int:
        """Jobs that it should have at a time."""

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        """Have something done; where its worker died before, by a new one."""

    def died(self, error: BaseException) -> bool:
        """Whether an error says that the worker died, rather than that the job failed."""


class Engine(Protocol):
    """All stations of a sweep."""

    stations: list[Station]

    def close(self) -> None:
        """End all workers at once, whatever they are doing."""


def open_engine(address: str | None, workers: int | None) -> Engine:
    """Processes of this machine, or the cluster at ``tcp://HOST:PORT``.

    Raises
    ------
    SpecError
        For an address that is none, a package that is missing, or a scheduler that does not answer.
    MagheatError
        When no worker can be started.
    """
    if address is None:
        return Processes(workers or cores())
    if not isinstance(address, str) or not address.startswith(("tcp://", "tls://")):
        raise SpecError(f"engine must be None or an address such as 'tcp://127.0.0.1:8786'; got {shown(address)}")
    if workers is not None:
        raise SpecError(f"workers must be left out with an engine, whose workers are what they are; got {workers}")
    return Cluster(address)


class Processes:
    """A process per worker, each in a pool of its own, so that one that dies takes no other's jobs with it."""

    def __init__(self, workers: int) -> None:
        context = _context()
        # No worker ever reads from this pipe: its end tells them that the driver is gone, however it went.
        lifeline, self._held = context.Pipe(duplex=False)
        self._lifeline = lifeline
        self._processes = [Process(context, lifeline) for _ in range(workers)]
        self.stations: list[Station] = list(self._processes)
        try:
            self._processes[0].submit(ready).result()
        except BrokenProcessPool:
            self.close()
            raise MagheatError(
                "the workers of the sweep cannot start; in a script, put the sweep under "
                "`if __name__ == '__main__':`, because workers import the script"
            ) from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End all workers at once."""
        self._held.close()
        self._lifeline.close()
        for process in self._processes:
            process.close()


class Process:
    """A pool of one process, made anew when it broke."""

    capacity = _AHEAD

    def __init__(self, context: BaseContext, lifeline: Connection) -> None:
        self._context, self._lifeline = context, lifeline
        self._pool = self._new()

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        """Have something done by the process, or by a new one."""
        try:
            future = self._pool.submit(function, *arguments)
        except BrokenProcessPool:
            self._pool.shutdown(wait=True)
            self._pool = self._new()
            future = self._pool.submit(function, *arguments)
        self._hang_up()
        return future

    def died(self, error: BaseException) -> bool:
        """Whether the process died."""
        return isinstance(error, BrokenProcessPool)

    def close(self) -> None:
        """Wait for the process, which has been told to end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _hang_up(self) -> None:
        """Leave the end of the pipe that results come from to the process alone, once that has started.

        While this process held it too, a worker that died in the middle of a long result left the pool waiting for the
        rest of it for ever: no end of file would come.
        """
        # There is no public way to this end.
        self._pool._result_queue._writer.close()  # type: ignore[attr-defined]

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, self._context, initializer=_begin, initargs=(self._lifeline,))


class Cluster:
    """The workers of a Dask scheduler, one station: whose job killed a worker is seen when it runs alone."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client, KilledWorker
        except ImportError:
            raise SpecError(
                "engine needs the package 'distributed' for a Dask cluster; it is not installed: "
                "pip install 'magheat[cluster]'"
            ) from None
        self._killed = KilledWorker
        self._quiet = _quieted("distributed")
        try:
            self._client: Client = Client(address, timeout=_REACH, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError, ValueError) as error:
            _restore(self._quiet)
            raise SpecError(
                f"engine {address} does not answer ({type(error).__name__}); start it with `dask scheduler`, and "
                f"workers with `dask worker {address}`"
            ) from None
        self.stations: list[Station] = [self]
        self._capacity, self._counted = _AHEAD, 0.0
        try:
            self._greet(address)
        except BaseException:
            self.close()
            raise
        self._executor: Executor = self._client.get_executor(pure=False)  # type: ignore[no-untyped-call]

    @property
    def capacity(self) -> int:
        """Twice the threads of all workers that are there now."""
        if time.monotonic() - self._counted > _RECOUNT:
            try:
                threads = self._client.nthreads()  # type: ignore[no-untyped-call]
            except OSError:
                raise gone() from None
            self._capacity = max(_AHEAD * sum(threads.values()), 1)
            self._counted = time.monotonic()
        return self._capacity

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        """Have something done by any worker."""
        return self._executor.submit(function, *arguments)

    def died(self, error: BaseException) -> bool:
        """Whether workers died of it, again and again: Dask has tried others by then."""
        return isinstance(error, self._killed)

    def close(self) -> None:
        """Leave the cluster; what still runs there for this sweep is cancelled."""
        self._client.close(timeout=_REACH)  # type: ignore[no-untyped-call]
        _restore(self._quiet)

    def _greet(self, address: str) -> None:
        """Wait for a worker, and compare versions: another one would compute other rows under the same keys."""
        try:
            self._client.wait_for_workers(1, timeout=_FIRST_WORKER)
        except TimeoutError:
            raise SpecError(f"engine {address} has no workers; start some with `dask worker {address}`") from None
        try:
            versions = set(self._client.run(ready).values())
        except ImportError as error:
            raise SpecError(f"engine {address} has workers without magheat ({error}); install it there, too") from None
        if versions != {__version__}:
            others = ", ".join(sorted(versions - {__version__}))
            raise SpecError(f"engine {address} has workers with magheat {others}, here it is {__version__}; use one")


def gone() -> MagheatError:
    """What there is to say when an engine is lost in the middle of a sweep."""
    return MagheatError(
        "the engine is gone before the sweep was done; what was finished is kept, and the same sweep goes on from there"
    )


def _quieted(logger: str) -> list[tuple[logging.Handler, int]]:
    """The handlers of a logger, silenced, with their levels: it prints tracebacks of what is a sentence here."""
    before = [(handler, handler.level) for handler in logging.getLogger(logger).handlers]
    for handler, _ in before:
        handler.setLevel(logging.CRITICAL)
    return before


def _restore(before: list[tuple[logging.Handler, int]]) -> None:
    for handler, level in before:
        handler.setLevel(level)


def _context() -> BaseContext:
    """Fresh processes, forked from one that has imported everything where the system can do that."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["magheat.sweeps.outcomes"])
    return context


def _begin(lifeline: Connection) -> None:
    """A worker's first act: leave Ctrl-C to the driver, and end when the driver does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os._exit(0)
