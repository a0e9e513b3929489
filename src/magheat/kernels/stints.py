"""Long work in stints, so that what is done can be kept in between and gone on with later."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

#: Seconds that a stint should take, and least seconds from one time of keeping to the next.
STINT, INTERVAL = 1.0, 5.0
#: Keeping takes at most one part in so many of the time.
SHARE = 20
#: More than any run takes.
WITHOUT_END = 1 << 62


class Keeper(Protocol):
    """Where arrays outlive the process."""

    def load(self) -> dict[str, np.ndarray] | None:
        """What was kept, or None."""

    def keep(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep these instead of what was kept before."""


def in_stints(go: Callable[[int], bool], first: int, keep: Callable[[], None] | None) -> None:
    """Call ``go`` with amounts of work, the first one given, until it says that all is done; ``keep`` in between."""
    if keep is None:
        go(WITHOUT_END)
        return
    amount, pause, kept = first, INTERVAL, time.monotonic()
    while True:
        begun = time.monotonic()
        if go(amount):
            return
        now = time.monotonic()
        amount = max(1, int(amount * min(4.0, STINT / max(now - begun, 1e-6))))
        if now - kept >= pause:
            keep()
            kept = time.monotonic()
            pause = max(INTERVAL, SHARE * (kept - now))


def restore(state: Mapping[str, np.ndarray], kept: Mapping[str, np.ndarray] | None) -> None:
    """Put what was kept into the arrays of a state."""
    if kept is not None:
        for name, values in state.items():
            values[...] = kept[name]
