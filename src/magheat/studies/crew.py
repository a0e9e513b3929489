"""Pieces of work side by side, one per core."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from magheat.kernels.batch import cores
from magheat.solvers.base import Progress

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
#: Seconds between two words about how far the work is.
_PATIENCE = 0.5


def side_by_side(
    work: Mapping[K, Callable[[Progress], T]], progress: Progress, sizes: Mapping[K, float] | None = None
) -> dict[K, T]:
    """What each piece returns, by its name, begun in their order; ``sizes`` are what each counts for in the progress.

    A piece may tell how far it is; that is also where Ctrl-C and the errors of others end it. Those that do not are
    waited for.
    """
    shares, ended = dict.fromkeys(work, 0.0), threading.Event()
    parts = sizes or dict.fromkeys(work, 1.0)
    total = sum(parts[name] for name in work)

    def one(name: K) -> T:
        def tell(done: float) -> None:
            if ended.is_set():
                raise KeyboardInterrupt
            shares[name] = done

        result = work[name](tell)
        shares[name] = 1.0
        return result

    with ThreadPoolExecutor(cores()) as crew:
        futures = {name: crew.submit(one, name) for name in work}
        try:
            unfinished = set(futures.values())
            while unfinished:
                done, unfinished = wait(unfinished, _PATIENCE, "FIRST_EXCEPTION")
                for future in done:
                    future.result()
                progress(sum(share * parts[name] for name, share in shares.items()) / total)
        except BaseException:
            ended.set()
            crew.shutdown(wait=False, cancel_futures=True)
            raise
        return {name: future.result() for name, future in futures.items()}
