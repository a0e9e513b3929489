"""Threads that go through one large system together, each with rows of its own, and meet where they need the others'.

A team is an int64 array: how many threads it has, whether they shall stop, how many have arrived, how often all have
met, and a word from the first to all. Whoever waits turns on the spot, for microseconds as a rule, and offers its core
to other programs when that takes long.
"""

import os

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from magheat.kernels.numba_options import kernel

#: Places in a team, each in a cache line of its own.
SIZE, STOP, ARRIVED, MEETINGS, WORD, PLACES = 0, 8, 16, 24, 32, 40
#: Looks at the others before a thread that waits offers its core to other programs.
PATIENCE = 2000

offer_core = types.ExternalFunction("SwitchToThread" if os.name == "nt" else "sched_yield", types.int32())


def new_team(size: int) -> np.ndarray:
    """A team of so many threads."""
    team = np.zeros(PLACES, np.int64)
    team[SIZE] = size
    return team


def place_of(context, builder, sig, args):
    return builder.gep(make_array(sig.args[0])(context, builder, args[0]).data, [args[1]])


@intrinsic
def look(typingctx, team, place):
    """What stands at a place now, whichever thread wrote it."""

    def codegen(context, builder, sig, args):
        return builder.load_atomic(place_of(context, builder, sig, args), "seq_cst", 8)

    return types.int64(team, types.intp), codegen


@intrinsic
def count_up(typingctx, team, place):
    """Add one at a place, safe between threads; its value before."""

    def codegen(context, builder, sig, args):
        one = ir.Constant(ir.IntType(64), 1)
        return builder.atomic_rmw("add", place_of(context, builder, sig, args), one, "seq_cst")

    return types.int64(team, types.intp), codegen


@kernel
def meet(team):
    """Wait until all threads of the team are here, or are told to stop."""
    size = team[SIZE]
    if size == 1:
        return
    meetings = look(team, MEETINGS)
    if count_up(team, ARRIVED) == size - 1:
        team[ARRIVED] = 0
        count_up(team, MEETINGS)
        return
    looks = 0
    while look(team, MEETINGS) == meetings and look(team, STOP) == 0:
        looks += 1
        if looks > PATIENCE:
            offer_core()
