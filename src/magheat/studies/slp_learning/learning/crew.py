"""Small pieces of work side by side, one per core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from magheat.kernels.batch import cores
from magheat.solvers.base import Progress
from magheat.studies.slp_learning.learning.models import training

T = TypeVar("T")


def side_by_side(work: Sequence[Callable[[], T]], progress: Progress) -> list[T]:
    """What each piece returns, in their order. Ctrl-C waits for those that have begun, seconds at most."""
    with training(), ThreadPoolExecutor(cores()) as crew:
        futures = [crew.submit(one) for one in work]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                progress(done / len(futures))
        except BaseException:
            crew.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]
