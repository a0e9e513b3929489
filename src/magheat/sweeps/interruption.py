"""Ctrl-C at the right moment: never between rows that are kept and the count of them."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: What a terminal, a batch system and a closed terminal send.
_WAITING = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if sys.platform != "win32" else []))


@contextmanager
def undisturbed() -> Iterator[None]:
    """Inside, Ctrl-C, SIGTERM and SIGHUP wait until the end; other threads than the main one never get them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        came.append(number)

    # a handler that no Python set cannot be put back, and so stays
    before = {number: handler for number in _WAITING if (handler := signal.getsignal(number)) is not None}
    try:
        for number in before:
            signal.signal(number, remember)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)
