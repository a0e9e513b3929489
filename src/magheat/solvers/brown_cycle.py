"""The periodic state of Brown's equation in a periodic field: implicit steps over a period, GMRES for its return.

Steps are L-stable, diagonally implicit Runge-Kutta of order two: harmonics of high degree decay faster than explicit
steps could follow. The equation is linear, so that the state which comes back after a period (after half of one, turned
by pi, where the field is antisymmetric) solves a linear system: of many modes only those slower than the field survive
a pass, and GMRES needs about as many passes as there are such modes.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, gmres, splu

from magheat.errors import ConvergenceError
from magheat.solvers.brown_equation import Brown
from magheat.units import FloatArray

#: The one implicit coefficient at which two stages are L-stable and of order two.
_GAMMA = 1 - 1 / math.sqrt(2)
_MOST_PASSES = 200
_TOLERANCE = 1e-9


class Passage:
    """One period of the field, or half of an antisymmetric one, in equal steps.

    Parameters
    ----------
    brown
        The equation.
    field
        (2 n + 1, 3) xi at the ends and middles of n steps, in the frame of the easy axis.
    duration
        Of all steps, in units of 2 tau_D.
    half
        Whether the field goes on with its opposite, within one plane through the easy axis.
    """

    def __init__(self, brown: Brown, field: FloatArray, duration: float, half: bool) -> None:
        self.brown, self.half = brown, half
        steps = (len(field) - 1) // 2
        self.step = duration / steps
        ends, middles = field[::2], field[1::2]
        # The first stage stands at the share gamma of the step: on the parabola through both ends and the middle.
        g = _GAMMA
        self.first = (1 - g) * (1 - 2 * g) * ends[:-1] + 4 * g * (1 - g) * middles + g * (2 * g - 1) * ends[1:]
        self.last = ends[1:]
        # A turn by pi about the normal of the plane (y) brings the field back: cosines change with l, sines against it.
        sign = (-1.0) ** brown.degree
        self.turn = np.where(brown.order < 0, -sign, sign) if half else np.ones(sign.size)

    def walk(self, state: FloatArray, means: FloatArray | None = None) -> FloatArray:
        """The state at the end; <m> after every step is written into ``means`` (steps, 3)."""
        identity = sparse.identity(state.size, format="csc")
        for k in range(len(self.last)):
            implicit = _GAMMA * self.step
            slope = splu(identity - implicit * self._rates(self.first[k])).solve(self._rates(self.first[k]) @ state)
            matrix = self._rates(self.last[k])
            middle = state + (1 - _GAMMA) * self.step * slope
            state = splu(identity - implicit * matrix).solve(middle)
            if means is not None:
                means[k] = self.brown.mean @ state
        return state

    def _rates(self, xi: FloatArray) -> sparse.csc_matrix:
        terms = [x * matrix for x, matrix in zip(xi, self.brown.field, strict=True) if x != 0]
        return sum(terms, self.brown.still)

    def periodic_state(self) -> FloatArray:
        """The state that comes back, (n,) with 1 in front.

        Raises
        ------
        ConvergenceError
            When the moment forgets too little in a period for it to be found.
        """
        size = self.turn.size
        isotropic = np.zeros(size)
        isotropic[0] = 1.0

        def leaves(rest: FloatArray) -> FloatArray:
            state = np.concatenate([[0.0], rest])
            return (state - self.turn * self.walk(state))[1:]

        start = self.turn * self.walk(isotropic)
        if size == 1:
            return isotropic
        missing = (self.turn * self.walk(start) - start)[1:]
        operator = LinearOperator((size - 1, size - 1), matvec=leaves, dtype=float)
        change, status = gmres(
            operator, missing, rtol=0.0, atol=_TOLERANCE, restart=min(size - 1, _MOST_PASSES), maxiter=1
        )
        if status != 0:
            raise ConvergenceError(
                "the periodic state of Brown's equation was not found: the moment forgets too little in a period; take "
                "a lower frequency, a smaller particle or no bias."
            )
        found: FloatArray = start + np.concatenate([[0.0], change])
        return found
