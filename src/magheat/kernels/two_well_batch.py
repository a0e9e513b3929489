"""Run two-well samples on all cores: allocate, watch, collect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from magheat.kernels.batch import aligned, cores, watch
from magheat.kernels.lane_type import WIDTH
from magheat.kernels.two_well import BARRIER, OUTPUT_ROWS, Choice, Desk, Lots, two_well_groups

#: Wells that a thread may remember between sweeps, bytes; beyond, they are laid anew in each.
MOST_MEMORY = 2**28


def desk_of(blocks: int, steps: int) -> Desk:
    """Memory of one thread that remembers so many blocks."""
    ends, middles, n = blocks * (steps + 1), blocks * steps, steps
    rows = (ends, ends, ends, middles, n, n, n + 1, n + 1, 2 * (n + 1), n + 1, 4, 3)
    return Desk(*(aligned(count, WIDTH) for count in rows))


def remembered(most_blocks: int, steps: int, interaction: int) -> int:
    """Blocks of a group whose wells stay on the desk: all, or one where there is no second sweep or no room."""
    room = 4 * (steps + 1) * most_blocks * WIDTH * 8 <= MOST_MEMORY
    return most_blocks if interaction == BARRIER and room else 1


def run_two_wells(
    lots: Lots,
    choice: Choice,
    samples: int,
    keep_moments: bool = False,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Outputs (samples, OUTPUT_ROWS) of all samples and, if wanted, their moments (samples, steps + 1).

    Ctrl-C stops the kernels at their next sweep and is raised again. ``progress`` is told the fraction done about
    five times a second.
    """
    groups, steps = len(lots.first) - 1, (len(lots.shape) - 1) // 2
    out = np.full((samples, OUTPUT_ROWS), np.nan)
    moments = np.full((samples, steps + 1) if keep_moments else (0, 0), np.nan)
    control = np.zeros(4, np.int64)
    most = int(np.diff(lots.first).max())
    blocks = remembered(most, steps, choice.interaction)
    choice = choice._replace(remember=choice.interaction == BARRIER and blocks == most)
    workers = min(threads or cores(), groups)

    def work() -> None:
        two_well_groups(out, moments, control, lots, choice, desk_of(blocks, steps))

    def report() -> None:
        if progress is not None:
            progress(float(control[2]) / groups)

    with ThreadPoolExecutor(workers) as pool:
        pending = {pool.submit(work) for _ in range(workers)}
        try:
            watch(pending, report)
        except BaseException:
            control[1] = 1
            raise
    return out, moments
