"""What runs in a process that computes: tasks one after the other, until the server is gone."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from multiprocessing.connection import Connection, wait
from multiprocessing.process import parent_process

from magheat.errors import MagheatError

#: Seconds between two messages of progress.
_PAUSE = 0.2

#: First word of a message.
READY, PROGRESS, DONE, REFUSED, FAILED = "ready", "progress", "done", "refused", "failed"


def compute(connection: Connection, niceness: int, warm: bool) -> None:
    """Do what comes through the connection; Ctrl-C is the server's to take."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(niceness)
    from magheat.web.tasks.work import do

    if warm:
        _warm()
    connection.send((READY, None))
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        try:
            message: tuple[str, object] = (DONE, do(task, _Told(connection)))
        except MagheatError as error:
            message = (REFUSED, (type(error).__name__, str(error)))
        except MemoryError:
            message = (REFUSED, ("SpecError", "experiment needs more memory than there is; take less of it."))
        except Exception as error:
            message = (FAILED, f"{type(error).__name__}: {error}")
        try:
            connection.send(message)
        except OSError:
            return


class _Told:
    """Progress, a few times a second."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.last = connection, 0.0

    def __call__(self, share: float) -> None:
        """Tell the share that is done."""
        now = time.monotonic()
        if now - self.last >= _PAUSE:
            self.last = now
            self.connection.send((PROGRESS, float(share)))


def _end_with_the_server() -> None:
    """End this process when the server is gone, whatever it computes."""
    server = parent_process()
    if server is not None:
        wait([server.sentinel])
        os._exit(1)


def _warm() -> None:
    """Compile or load the kernels before somebody waits for them."""
    from magheat.benchmarks.warm import warm, warm_ensemble

    warm_ensemble()
    warm(2)
