"""Where an optimum is looked for: bounds, a limit on H f and a lowest barrier, as a box whose every point is allowed.

A point of the unit cube becomes values one after the other: temperature, anisotropy constant and diameter, each between
bounds that keep K V/(k_B T) above its lowest value, then frequency and amplitude, each between bounds that keep H f
below its limit. So the search needs no penalties, and what it returns obeys the limits to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from magheat.constants import BOLTZMANN
from magheat.dataset import reduced_barrier
from magheat.errors import SpecError
from magheat.surrogates.features import TWO_WELL_INPUTS
from magheat.units import FloatArray
from magheat.workflows.quantities import power, read, read_pair, require_known, require_mapping, told

Rows = dict[str, FloatArray]

#: Searched by their logarithms.
_LOGARITHMIC = frozenset(TWO_WELL_INPUTS) - {"interaction", "temperature"}
#: Keeps round-off from bringing a barrier below its lowest value.
_MARGIN = 1e-12
#: In this order each value finds its bounds from those before it.
_ORDER = (
    "saturation_magnetization",
    "interaction",
    "temperature",
    "anisotropy_constant",
    "diameter",
    "frequency",
    "amplitude",
)


@dataclass(frozen=True)
class Space:
    """Fixed values, bounds of the free ones, and what they must obey together.

    Parameters
    ----------
    fixed
        Name -> value, SI.
    free
        Name -> (lowest, highest), SI.
    limit
        Of amplitude times frequency, A/(m s); infinite for none.
    lowest_barrier
        Of K V/(k_B T).
    """

    fixed: Mapping[str, float]
    free: Mapping[str, tuple[float, float]]
    limit: float
    lowest_barrier: float

    @property
    def names(self) -> tuple[str, ...]:
        """The free inputs, in the order in which a point of the cube has them."""
        return tuple(name for name in _ORDER if name in self.free)

    def ends(self, name: str) -> tuple[float, float]:
        """Lowest and highest value of an input, equal where it is fixed."""
        return self.free[name] if name in self.free else (self.fixed[name], self.fixed[name])

    def rows(self, cube: FloatArray) -> Rows:
        """Inputs by name, (n,) each, of points (n, d) of the unit cube."""
        rows: Rows = {}
        place = {name: k for k, name in enumerate(self.names)}
        for name in _ORDER:
            low, high = (np.full(len(cube), end) for end in self.ends(name))
            if name in self.free:
                low, high = self._allowed(name, rows, low, high)
                rows[name] = _between(low, high, cube[:, place[name]], name in _LOGARITHMIC)
            else:
                rows[name] = low
        return {name: rows[name] for name in TWO_WELL_INPUTS}

    def cube(self, values: Mapping[str, float]) -> FloatArray:
        """(d,) the point of the cube at these inputs, or the nearest that is allowed."""
        rows: Rows = {}
        point = []
        for name in _ORDER:
            low, high = (np.array([end]) for end in self.ends(name))
            if name in self.free:
                low, high = self._allowed(name, rows, low, high)
                share = _share(float(low[0]), float(high[0]), values[name], name in _LOGARITHMIC)
                point.append(share)
                rows[name] = _between(low, high, np.array([share]), name in _LOGARITHMIC)
            else:
                rows[name] = low
        return np.array(point)

    def _allowed(self, name: str, rows: Rows, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Bounds of one input where those before it in order have the values ``rows``."""
        barrier = self.lowest_barrier * BOLTZMANN * (1 + _MARGIN)
        if name == "temperature" and barrier > 0:
            most = self.ends("anisotropy_constant")[1] * _volume(self.ends("diameter")[1]) / barrier
            high = np.minimum(high, most)
        elif name == "anisotropy_constant":
            low = np.maximum(low, barrier * rows["temperature"] / _volume(self.ends("diameter")[1]))
        elif name == "diameter":
            least = barrier * rows["temperature"] / rows["anisotropy_constant"]
            low = np.maximum(low, np.cbrt(6 / np.pi * least))
        elif name == "frequency":
            high = np.minimum(high, _quotient(self.limit, np.full(high.shape, self.ends("amplitude")[0])))
        elif name == "amplitude":
            high = np.minimum(high, _quotient(self.limit, rows["frequency"]))
        return np.minimum(low, high), high


def _volume(diameter: float) -> float:
    return np.pi / 6 * diameter**3


def _quotient(limit: float, factor: FloatArray) -> FloatArray:
    """The largest number whose product with ``factor`` does not exceed the limit, as floats multiply."""
    result = limit / factor
    for _ in range(2):
        result = np.where(result * factor > limit, np.nextafter(result, 0.0), result)
    return result


def _between(low: FloatArray, high: FloatArray, share: FloatArray, logarithmic: bool) -> FloatArray:
    """Values at shares of the way from low to high, both ends met exactly."""
    middle = low * (high / low) ** share if logarithmic else low + share * (high - low)
    inside = np.clip(middle, low, high)
    return np.where(share <= 0, low, np.where(share >= 1, high, inside))


def _share(low: float, high: float, value: float, logarithmic: bool) -> float:
    if not low < high:
        return 0.0
    share = np.log(value / low) / np.log(high / low) if logarithmic else (value - low) / (high - low)
    return float(np.clip(share, 0.0, 1.0))


def read_space(fixed: Mapping[str, Any] | None, free: Mapping[str, Any], limit: float, lowest_barrier: float) -> Space:
    """The space that a user's mappings describe, if there is anything in it.

    Raises
    ------
    SpecError
        For an input that is unknown, missing, given twice or out of range, and where no point obeys the limits.
    """
    fixed = {} if fixed is None else fixed
    require_mapping(fixed, "fixed", "{'temperature': '310 K'}")
    require_mapping(free, "free", "{'diameter': ('8 nm', '25 nm')}")
    require_known(fixed, TWO_WELL_INPUTS, "fixed")
    require_known(free, TWO_WELL_INPUTS, "free")
    if not free:
        raise SpecError("free must name at least one input with its bounds; such as {'diameter': ('8 nm', '25 nm')}.")
    for name in free:
        if name in fixed:
            raise SpecError(f"{name} must be fixed or free; got both; leave one out.")
    missing = [name for name in TWO_WELL_INPUTS if name not in fixed and name not in free]
    if missing:
        raise SpecError(
            f"fixed and free must name all seven inputs of the two-well model; {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} in neither; nothing is guessed."
        )
    space = Space(
        {name: read(name, value, f"fixed['{name}']") for name, value in fixed.items()},
        {name: read_pair(name, pair, f"free['{name}']") for name, pair in free.items()},
        limit,
        lowest_barrier,
    )
    _require_points(space)
    return space


def _require_points(space: Space) -> None:
    """Refuse a space in which nothing obeys the limits."""
    amplitude, frequency = space.ends("amplitude")[0], space.ends("frequency")[0]
    if amplitude * frequency > space.limit:
        raise SpecError(
            f"limit must allow the lowest amplitude at the lowest frequency; {told('amplitude', amplitude)} at "
            f"{told('frequency', frequency)} is {power(amplitude * frequency)} A/(m s), beyond {power(space.limit)}; "
            "allow a lower field or frequency."
        )
    largest = reduced_barrier(
        np.array(space.ends("anisotropy_constant")[1]),
        np.array(space.ends("diameter")[1]),
        np.array(space.ends("temperature")[0]),
    )
    if largest < space.lowest_barrier * (1 + 2 * _MARGIN):
        raise SpecError(
            f"fixed and free must allow K V/(k_B T) >= {space.lowest_barrier:g}, below which two wells do not hold; "
            f"the most that they allow is {float(largest):.3g}; allow larger diameters or K, or lower lowest_barrier."
        )
