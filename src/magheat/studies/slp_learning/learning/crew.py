"""Pieces of work side by side, one per core."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from magheat.kernels.batch import cores
from magheat.solvers.base import Progress
from magheat.studies.slp_learning.learning.models import training

T = TypeVar("T")
#: Seconds between two words about how far the work is.
_PATIENCE = 0.5


def side_by_side(work: Sequence[Callable[[Progress], T]], progress: Progress) -> list[T]:
    """What each piece returns, in their order.

    A piece may tell how far it is; that is also where Ctrl-C and the errors of others end it. Those that do not are
    waited for, seconds at most.
    """
    shares, ended = [0.0] * len(work), threading.Event()

    def one(place: int) -> T:
        def tell(done: float) -> None:
            if ended.is_set():
                raise KeyboardInterrupt
            shares[place] = done

        result = work[place](tell)
        shares[place] = 1.0
        return result

    with training(), ThreadPoolExecutor(cores()) as crew:
        futures = [crew.submit(one, place) for place in range(len(work))]
        try:
            unfinished = set(futures)
            while unfinished:
                done, unfinished = wait(unfinished, _PATIENCE, "FIRST_EXCEPTION")
                for future in done:
                    future.result()
                progress(sum(shares) / len(shares))
        except BaseException:
            ended.set()
            crew.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]
