"""Static branches of a set of particles: at which fields a pattern of wells has a minimum, remembered."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from magheat.errors import ConvergenceError
from magheat.kernels.relaxation import relax
from magheat.kernels.system import System

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Tilt of every moment before each descent, rad: leaves the ridge that an exactly aligned particle would stay on.
TILT = 1e-6
#: A moment that turns by more than this as the pattern is left, rad, has jumped; by less, the field step is halved.
JUMP_ANGLE = 1.0
_HALVINGS = 10


@dataclass
class _Known:
    """What is known of one pattern; x is the field along the drive, NaN when the drive is not linear."""

    minima: dict[bytes, tuple[FloatArray, FloatArray]] = field(default_factory=dict)  # field, moments
    lost: set[bytes] = field(default_factory=set)
    lowest: float = np.inf  # stable from here
    highest: float = -np.inf  # to here
    lost_below: float = -np.inf  # not stable from here down
    lost_above: float = np.inf  # nor from here up

    def verdict(self, key: bytes, x: float) -> bool | None:
        """Whether the pattern is stable, as far as that is known."""
        if key in self.minima or self.lowest <= x <= self.highest:
            return True
        if key in self.lost or x <= self.lost_below or x >= self.lost_above:
            return False
        return None

    def learn_minimum(self, key: bytes, x: float, at: FloatArray, state: FloatArray) -> None:
        """Remember a minimum; an earlier verdict that it refutes is forgotten."""
        self.minima[key] = (at, state)
        self.lost.discard(key)
        self.lowest, self.highest = min(self.lowest, x), max(self.highest, x)
        if self.lost_above <= self.highest:
            self.lost_above = np.inf
        if self.lost_below >= self.lowest:
            self.lost_below = -np.inf

    def learn_loss(self, key: bytes, x: float) -> None:
        """Remember that there is no minimum here."""
        self.lost.add(key)
        if self.lowest <= self.highest < x:
            self.lost_above = min(self.lost_above, x)
        if x < self.lowest <= self.highest:
            self.lost_below = max(self.lost_below, x)


class Branches:
    """What is known about the minima of a set of particles, by pattern and applied field.

    A pattern is (n,) bool, the signs of m.u; a field (3,) in A/m. A question descends from the remembered minimum of
    the pattern at the nearest field, from the easy axes where there is none. Every question is answered once: on a
    linear drive a pattern is taken to be stable over one interval of fields, so that what one run taught serves all
    runs of the same particles; on other drives only equal fields share an answer.

    Parameters
    ----------
    system
        The particles.
    direction
        (3,) unit vector of a linear drive, None for others.
    """

    def __init__(self, system: System, direction: FloatArray | None) -> None:
        self._system = system
        self._direction = direction
        random = np.random.default_rng(1)  # any fixed tilt without symmetry will do
        self._tilt = TILT * random.standard_normal(system.easy_axes.shape)
        self._patterns: dict[bytes, _Known] = {}
        self._losses: dict[tuple[bytes, bytes, bytes], bool] = {}

    def settle(self, moments: FloatArray, field: FloatArray, pattern: BoolArray) -> bool:
        """Learn the minimum below recorded moments (n, 3), if it has this pattern; whether it has."""
        known = self._known(pattern)
        if known.verdict(_key(field), self._along(field)):
            return True
        state = self._descend(moments, field)
        if state is None or not np.array_equal(self._signs(state), pattern):
            return False
        known.learn_minimum(_key(field), self._along(field), field, state)
        return True

    def stable(self, pattern: BoolArray, field: FloatArray) -> bool:
        """Whether the pattern has a minimum at this field."""
        known, key, x = self._known(pattern), _key(field), self._along(field)
        verdict = known.verdict(key, x)
        if verdict is not None:
            return verdict
        state = self._descend(self._nearest(pattern, field), field)
        if state is not None and np.array_equal(self._signs(state), pattern):
            known.learn_minimum(key, x, field, state)
            return True
        known.learn_loss(key, x)
        return False

    def first_loss(self, pattern: BoolArray, fields: FloatArray, low: int, high: int) -> int | None:
        """First sample in (low, high] at which a pattern that is stable at ``low`` has been lost by a jump.

        ``fields`` is (t, 3); the pattern is taken to be lost once in between. None where it is left continuously, or
        not left at all when followed sample by sample.
        """
        limit, step, below = high, 1, high
        while below > low:  # the loss lies close to the crossing: look backwards in growing steps
            below = max(low, high - step)
            if self.stable(pattern, fields[below]):
                break
            high, step = below, 2 * step
        while high - below > 1:
            middle = (below + high) // 2
            if self.stable(pattern, fields[middle]):
                below = middle
            else:
                high = middle
        return self._confirmed(pattern, fields, below, high, limit)

    def _confirmed(self, pattern: BoolArray, fields: FloatArray, below: int, high: int, limit: int) -> int | None:
        """The first sample up to ``limit`` at which the minimum, followed sample by sample, is left by a jump."""
        known = self._known(pattern)
        state = self._nearest(pattern, fields[below])
        for sample in range(high, limit + 1):
            place = (pattern.tobytes(), _key(fields[sample - 1]), _key(fields[sample]))
            if place in self._losses:
                return sample if self._losses[place] else None
            there = self._descend(state, fields[sample])
            if there is None or not np.array_equal(self._signs(there), pattern):
                self._losses[place] = self._jumps(state, fields[sample - 1], fields[sample])
                return sample if self._losses[place] else None
            state = there
            known.learn_minimum(_key(fields[sample]), self._along(fields[sample]), fields[sample], state)
        return None

    def _jumps(self, state: FloatArray, low: FloatArray, high: FloatArray) -> bool:
        """Whether the pattern of a minimum at field ``low`` is left by a finite turn on the way to ``high``."""
        pattern = self._signs(state)
        for _ in range(_HALVINGS):
            end = self._descend(state, high)
            if end is None or _turn(state, end) > JUMP_ANGLE:
                return True
            middle = (low + high) / 2
            there = self._descend(state, middle)
            if there is not None and np.array_equal(self._signs(there), pattern):
                state, low = there, middle
            else:
                high = middle
        return False

    def _known(self, pattern: BoolArray) -> _Known:
        return self._patterns.setdefault(pattern.tobytes(), _Known())

    def _along(self, field: FloatArray) -> float:
        return float("nan") if self._direction is None else float(field @ self._direction)

    def _nearest(self, pattern: BoolArray, field: FloatArray) -> FloatArray:
        """Remembered minimum of a pattern at the nearest field; the easy axes when there is none."""
        minima = list(self._known(pattern).minima.values())
        if not minima:
            axes: FloatArray = np.where(pattern[:, None], 1.0, -1.0) * self._system.easy_axes
            return axes
        distances = np.linalg.norm(np.array([at for at, _ in minima]) - field, axis=1)
        return minima[int(np.argmin(distances))][1]

    def _descend(self, moments: FloatArray, field: FloatArray) -> FloatArray | None:
        """Minimum below a tilted state, (n, 3); None so close to a loss of stability that it never comes to rest."""
        tilted = moments + np.cross(self._tilt, moments)
        tilted /= np.linalg.norm(tilted, axis=-1, keepdims=True)
        try:
            state, _ = relax(tilted[None], field[None], self._system, threads=1)
        except ConvergenceError:
            return None
        minimum: FloatArray = state[0]
        return minimum

    def _signs(self, moments: FloatArray) -> BoolArray:
        signs: BoolArray = (moments * self._system.easy_axes).sum(-1) > 0
        return signs


def _key(field: FloatArray) -> bytes:
    return (np.round(field, 3) + 0.0).tobytes()  # 1e-3 A/m: equal phases of two cycles are one; + 0.0 drops -0.0


def _turn(before: FloatArray, after: FloatArray) -> float:
    """Largest angle between two states, rad."""
    return float(np.arccos(np.clip((before * after).sum(-1), -1.0, 1.0)).max())
