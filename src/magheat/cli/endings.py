"""How a command ends when it cannot do its job: one sentence on stderr and an exit code, never a traceback.

Exit codes: 2 for anything the user can mend (the same as for wrong options), 130 after Ctrl-C, 1 for a defect of
magheat itself, whose traceback is shown when MAGHEAT_TRACEBACK is set.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import ParamSpec, TypeVar

import typer

from magheat.errors import MagheatError

P = ParamSpec("P")
R = TypeVar("R")

#: What typer knows how to end with, a reader of our output that went away included.
TYPERS_OWN = (typer.Exit, typer.Abort, BrokenPipeError)

WRONG, DEFECT, INTERRUPTED = 2, 1, 130
#: Seconds in which workers end and connections are closed.
_TIDYING = 5.0
_ENDS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if sys.platform != "win32" else [])]


def one_sentence(command: Callable[P, R]) -> Callable[P, R]:
    """The command, ending in one sentence instead of a traceback."""

    @functools.wraps(command)
    def careful(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            raise _ended("interrupted", INTERRUPTED) from None
        except Exception as error:
            if os.environ.get("MAGHEAT_TRACEBACK") or isinstance(error, TYPERS_OWN):
                raise
            raise _ended(*_reason(error)) from None

    return careful


def _reason(error: Exception) -> tuple[str, int]:
    if isinstance(error, MagheatError):
        return str(error), WRONG
    if isinstance(error, OSError):
        what = f"{error.filename}: " if error.filename else ""
        return f"{what}{error.strerror or error}", WRONG
    if isinstance(error, MemoryError):
        return "the experiment needs more memory than there is; take fewer particles, samples or cycles", WRONG
    about = f"{type(error).__name__}: {error}"
    return f"{about} (a defect of magheat; MAGHEAT_TRACEBACK=1 shows where)", DEFECT


def _ended(sentence: str, code: int) -> typer.Exit:
    typer.echo(f"magheat: {' '.join(sentence.split())}", err=True)
    return typer.Exit(code)


@contextmanager
def ended_like_interrupted() -> Iterator[None]:
    """Inside, SIGTERM, as batch systems send it before they kill, or a closed terminal end a command as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # What is ignored stays so: nohup asks for that.
    ends = [end for end in _ENDS if signal.getsignal(end) is not signal.SIG_IGN]
    interrupt = _Interrupt()
    before = {end: signal.signal(end, interrupt) for end in ends}
    try:
        yield
    finally:
        for end, handler in before.items():
            # After an interruption the process is about to end, and a late signal must not end it differently: Python
            # gives every signal that it handles its default back on its way out.
            signal.signal(end, signal.SIG_IGN if interrupt.came else handler)


class _Interrupt:
    """The first signal interrupts; others are impatience, until tidying up has had its time."""

    def __init__(self) -> None:
        self._first: float | None = None

    @property
    def came(self) -> bool:
        """Whether there was a signal."""
        return self._first is not None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        now = time.monotonic()
        if self._first is None:
            self._first = now
            raise KeyboardInterrupt
        if now - self._first > _TIDYING:
            os._exit(INTERRUPTED)  # whatever is in the knowledge base is whole


@contextmanager
def stop_at_once() -> Iterator[None]:
    """Inside, Ctrl-C ends the process there and then. Only for work that has nothing on disk to tidy up.

    Elsewhere Ctrl-C is an exception, which has to wait until threads that compile kernels are done: half a minute.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _stop(number: int, frame: FrameType | None) -> None:
    # os.write and os._exit only: the interrupted code may hold any lock.
    clear = b"\r\x1b[2K\x1b[?25h" if sys.stderr.isatty() else b""
    os.write(2, clear + b"magheat: interrupted; nothing was written\n")
    os._exit(INTERRUPTED)
