"""One process that computes, as the server sees it: it may be late, be killed, and is then replaced."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from magheat import errors
from magheat.errors import MagheatError
from magheat.web.jobs import process
from magheat.web.tasks.work import Done, Task

#: A fresh interpreter: a copy of a server with threads may hold a lock for ever.
_SPAWN = multiprocessing.get_context("spawn")
#: Seconds between two looks at the clock, and those that a process may take to start; compiling takes most of them.
_LOOK, _STARTING = 0.1, 600.0


class LostError(Exception):
    """The process is gone, and with it what it was doing."""


class LateError(Exception):
    """The time is over."""


class CancelledError(Exception):
    """Nobody wants it any more."""


class DefectError(Exception):
    """An error that no request should be able to cause."""


class Worker:
    """A process that does one task at a time. Only one thread may use it."""

    def __init__(self, *, niceness: int = 0, warm: bool = True) -> None:
        self.niceness, self.warm = niceness, warm
        self._process: Any = None
        self._connection: Connection | None = None
        self._ready = False
        self._lock = threading.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Number of the process; None where there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process unless it is there; it warms up by itself."""
        with self._lock:
            if self._closed or (self._process is not None and self._process.is_alive()):
                return
            self._connection, other = _SPAWN.Pipe()
            arguments = (other, self.niceness, self.warm)
            self._process = _SPAWN.Process(target=process.compute, args=arguments, daemon=True, name="magheat worker")
            self._process.start()
            other.close()
            self._ready = False

    def run(
        self,
        task: Task,
        seconds: float,
        progress: Callable[[float], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Done:
        """Do a task, and end the process where that takes too long or is not wanted any more.

        Raises
        ------
        MagheatError
            What the task itself refuses.
        LostError, LateError, CancelledError, DefectError
            What became of it otherwise.
        """
        self.start()
        try:
            if not self._ready:
                self._take(_STARTING, None, cancelled)
                self._ready = True
            self._there.send(task)
            done: Done = self._take(seconds, progress, cancelled)
        except (EOFError, OSError):
            reason = self._how_it_ended()
            self.start()
            raise LostError(reason) from None
        except (LateError, CancelledError):
            self._end()
            self.start()
            raise
        return done

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        self._end()

    @property
    def _there(self) -> Connection:
        if self._connection is None:
            raise EOFError
        return self._connection

    def _take(
        self, seconds: float, progress: Callable[[float], None] | None, cancelled: Callable[[], bool] | None
    ) -> Any:
        """The next message that is no progress."""
        deadline = time.monotonic() + seconds
        connection = self._there
        while True:
            if connection.poll(_LOOK):
                what, content = connection.recv()
                if what != process.PROGRESS:
                    return _taken(what, content)
                if progress is not None:
                    progress(content)
            if cancelled is not None and cancelled():
                raise CancelledError
            if time.monotonic() > deadline:
                raise LateError

    def _how_it_ended(self) -> str:
        """In words, once the process is gone."""
        ended = self._process
        if ended is None:
            return "the server ended it"
        ended.join(5)
        code = ended.exitcode
        self._end()
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f"its process was ended by {signal.Signals(-code).name}, perhaps for lack of memory"
        return "its process ended before it was done"

    def _end(self) -> None:
        with self._lock:
            if self._process is None:
                return
            self._process.kill()
            self._process.join(5)
            if self._connection is not None:
                self._connection.close()
            self._process, self._connection = None, None


def _taken(what: str, content: Any) -> Any:
    """What a message holds, or the error that it tells of."""
    if what == process.REFUSED:
        name, sentence = content
        kind = getattr(errors, name, MagheatError)
        raise kind(sentence)
    if what == process.FAILED:
        raise DefectError(content)
    return content
