"""Static branches of a set of particles: at which fields a pattern of wells has a minimum, remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeGuard

import numpy as np
import numpy.typing as npt

from magheat.constants import MU_0
from magheat.kernels.relaxation import relax
from magheat.kernels.system import System

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Tilt of every moment before each descent, rad: leaves the ridge that an exactly aligned particle would stay on.
TILT = 1e-6
#: A moment that turns by more than this in a field step below _SMALL_STEP of the field has jumped, rad; otherwise the
#: step is halved, and a turn that does not shrink with it is a jump.
JUMP_ANGLE = 1.0
_SMALL_STEP = 0.02
_HALVINGS = 4
_FIRST_STEP = 8


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
    runs of the same particles; on other drives only equal fields share an answer. Turning every moment and the field
    round leaves the energy as it is: patterns are kept with the first particle up.

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
        self._anisotropy_field = float(
            np.max(2 * system.anisotropy_constant / (MU_0 * system.saturation_magnetization))
        )
        random = np.random.default_rng(1)  # any fixed tilt without symmetry will do
        self._tilt = TILT * random.standard_normal(system.easy_axes.shape)
        self._patterns: dict[bytes, _Known] = {}
        self._losses: dict[tuple[bytes, bytes, bytes], bool] = {}

    def settle(self, moments: FloatArray, field: FloatArray, pattern: BoolArray) -> bool:
        """Learn the minimum below recorded moments (n, 3), if it has this pattern; whether it has."""
        sign = _sign(pattern)
        known, key, x = self._known(pattern), _key(sign * field), self._along(sign * field)
        if known.verdict(key, x):
            return True
        state = self._descend(moments, field)
        if not self._keeps(state, pattern):
            return False
        known.learn_minimum(key, x, sign * field, sign * state)
        return True

    def stable(self, pattern: BoolArray, field: FloatArray) -> bool:
        """Whether the pattern has a minimum at this field."""
        sign = _sign(pattern)
        known, key, x = self._known(pattern), _key(sign * field), self._along(sign * field)
        verdict = known.verdict(key, x)
        if verdict is not None:
            return verdict
        state = self._descend(self._nearest(pattern, field), field)
        if self._keeps(state, pattern):
            known.learn_minimum(key, x, sign * field, sign * state)
            return True
        known.learn_loss(key, x)
        return False

    def first_loss(self, pattern: BoolArray, fields: FloatArray, low: int, high: int) -> int | None:
        """First sample in (low, high] at which a pattern that is stable at ``low`` has been lost by a jump.

        ``fields`` is (t, 3); the pattern is taken to be lost once in between. None where it is left continuously, or
        not left at all when followed sample by sample.
        """
        limit, step, below = high, _FIRST_STEP, high
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
        return self._confirmed(pattern, fields, high, limit)

    def _confirmed(self, pattern: BoolArray, fields: FloatArray, first: int, limit: int) -> int | None:
        """First of the samples up to ``limit`` at which the minimum, followed one by one, is left by a jump."""
        sign, known = _sign(pattern), self._known(pattern)
        state = self._nearest(pattern, fields[first - 1])
        for sample in range(first, limit + 1):
            here = sign * fields[sample]
            place = (_name(pattern), _key(sign * fields[sample - 1]), _key(here))
            if place not in self._losses:
                there = self._descend(state, fields[sample])
                if self._keeps(there, pattern):
                    known.learn_minimum(_key(here), self._along(here), here, sign * there)
                    state = there
                    continue
                self._losses[place] = self._jumps(state, there, fields[sample - 1], fields[sample])
            return sample if self._losses[place] else None
        return None

    def _jumps(self, state: FloatArray, end: FloatArray | None, low: FloatArray, high: FloatArray) -> bool:
        """Whether a minimum at field ``low`` gets to its ``end`` at field ``high`` by a turn that stays finite."""
        pattern, first, turn = self._signs(state), 0.0, np.inf
        for _ in range(_HALVINGS + 1):
            if end is None:
                return True
            turn = _turn(state, end)
            first = first or turn
            step = float(np.linalg.norm(high - low))
            if turn > JUMP_ANGLE and step < _SMALL_STEP * max(self._anisotropy_field, float(np.linalg.norm(high))):
                return True
            middle = (low + high) / 2
            there = self._descend(state, middle)
            if self._keeps(there, pattern):
                state, low = there, middle
                end = self._descend(state, high)
            else:
                end, high = there, middle
        return turn > first / 2

    def _known(self, pattern: BoolArray) -> _Known:
        return self._patterns.setdefault(_name(pattern), _Known())

    def _along(self, field: FloatArray) -> float:
        return float("nan") if self._direction is None else float(field @ self._direction)

    def _nearest(self, pattern: BoolArray, field: FloatArray) -> FloatArray:
        """Remembered minimum of a pattern at the nearest field; the easy axes when there is none."""
        minima, sign = list(self._known(pattern).minima.values()), _sign(pattern)
        if not minima:
            axes: FloatArray = np.where(pattern[:, None], 1.0, -1.0) * self._system.easy_axes
            return axes
        distances = np.linalg.norm(np.array([at for at, _ in minima]) - sign * field, axis=1)
        return sign * minima[int(np.argmin(distances))][1]

    def _descend(self, moments: FloatArray, field: FloatArray) -> FloatArray | None:
        """Minimum below a tilted state, (n, 3); None so close to a loss of stability that it never comes to rest."""
        tilted = moments + np.cross(self._tilt, moments)
        tilted /= np.linalg.norm(tilted, axis=-1, keepdims=True)
        minimum: FloatArray
        minimum, at_rest = relax(tilted, field, self._system)
        return minimum if at_rest else None

    def _keeps(self, state: FloatArray | None, pattern: BoolArray) -> TypeGuard[FloatArray]:
        return state is not None and np.array_equal(self._signs(state), pattern)

    def _signs(self, moments: FloatArray) -> BoolArray:
        signs: BoolArray = (moments * self._system.easy_axes).sum(-1) > 0
        return signs


def _sign(pattern: BoolArray) -> float:
    """1 for a pattern with the first particle up, -1 for one that is kept turned round."""
    return 1.0 if pattern[0] else -1.0


def _name(pattern: BoolArray) -> bytes:
    same: BoolArray = pattern == pattern[0]
    return same.tobytes()


def _key(field: FloatArray) -> bytes:
    return (np.round(field, 3) + 0.0).tobytes()  # 1e-3 A/m: equal phases of two cycles are one; + 0.0 drops -0.0


def _turn(before: FloatArray, after: FloatArray) -> float:
    """Largest angle between two states, rad."""
    return float(np.arccos(np.clip((before * after).sum(-1), -1.0, 1.0)).max())
