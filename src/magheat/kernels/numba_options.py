"""How kernels are compiled: one set of options for physics (inlined) and one for loops.

The fast-math flags allow fused and reordered arithmetic but neither approximate functions nor the assumption that
NaN does not occur: a step whose error estimate is NaN must be refused, not accepted.

Kernels work in memory that the caller owns and allocate nothing, so Numba's reference counting is switched off
(``_nrt``): its atomic counters at every inlined call took two thirds of the time of a step of two particles.
"""

from numba import njit

FAST = {"contract", "nsz", "arcp", "reassoc"}
INLINED = {"fastmath": FAST, "error_model": "numpy", "forceinline": True, "_nrt": False}

#: Physics: plain arithmetic that compiles for one number and for W of them alike.
device = njit(cache=True, **INLINED)
#: Loops over rows, particles and runs; they release the interpreter lock.
kernel = njit(fastmath=FAST, error_model="numpy", nogil=True, cache=True, _nrt=False)
