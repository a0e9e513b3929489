"""The machine's own speed: fused multiply-adds that touch no memory."""

from magheat.kernels.lane_type import load, store
from magheat.kernels.numba_options import kernel

#: Multiply-adds per turn and lane.
CHAINS = 8


@kernel
def multiply_add(rows, turns):
    """Eight independent chains of x a + b on all lanes, ``turns`` times; rows (10, W): chains, then a and b."""
    a, b = load(rows, 8), load(rows, 9)
    r0, r1, r2, r3 = load(rows, 0), load(rows, 1), load(rows, 2), load(rows, 3)
    r4, r5, r6, r7 = load(rows, 4), load(rows, 5), load(rows, 6), load(rows, 7)
    for _ in range(turns):
        r0, r1, r2, r3 = r0 * a + b, r1 * a + b, r2 * a + b, r3 * a + b
        r4, r5, r6, r7 = r4 * a + b, r5 * a + b, r6 * a + b, r7 * a + b
    store(rows, 0, r0 + r1 + r2 + r3 + r4 + r5 + r6 + r7)
