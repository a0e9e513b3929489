"""A measured curve M(H) as a reader found it, and the cycle in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.units import FloatArray

#: A point counts as being at the highest or lowest field within this share of the field's range.
_AT_END = 0.01
#: The largest gap between the ends of a closed loop, as a share of the range of field and of magnetization.
_GAP = 0.02
#: Fewer points than this on the way down are no branch.
FEWEST_POINTS = 5


class Trace(NamedTuple):
    """Points of one curve in the order in which they were measured; all (points,), in SI.

    ``response`` is what ``kind`` says: magnetization (A/m), mass_magnetization (A m^2/kg) or moment (A m^2).
    ``temperature`` (K) is None where the file has none.
    """

    field: FloatArray
    response: FloatArray
    kind: str
    temperature: FloatArray | None = None
    name: str | None = None


class Cycle(NamedTuple):
    """The part of a trace from which the numbers are read; (points,) of the trace's units.

    A closed one is a full period, end left out; otherwise it is the descending branch alone. ``gap`` is the distance
    between the ends of the response, as a share of its range; None where the field does not come back.
    """

    field: FloatArray
    response: FloatArray
    closed: bool
    gap: float | None


def find_cycle(trace: Trace) -> Cycle | None:
    """The last full cycle between the highest and the lowest field; failing that, the last way down.

    A virgin curve before it, and smaller sweeps between, are left out. None where the field never runs from its
    highest to its lowest value over at least five points.
    """
    h, m = trace.field, trace.response
    span = float(np.ptp(h)) if h.size else 0.0
    if span == 0:
        return None
    visits = _visits(h, span)
    for first in range(len(visits) - 3, -1, -1):  # high, low, high or low, high, low
        if visits[first + 2].stop - visits[first].start > 2 * FEWEST_POINTS:
            return _between(h, m, visits[first : first + 3])
    for high, low in zip(visits[-2::-1], visits[:0:-1], strict=True):
        if high.is_high:
            start, stop = _extreme(h, high, last=True), _extreme(h, low, last=False) + 1
            if stop - start >= FEWEST_POINTS:
                return Cycle(h[start:stop], m[start:stop], closed=False, gap=None)
    return None


class _Visit(NamedTuple):
    """Points from ``start`` to ``stop`` that stay at one end of the field's range."""

    is_high: bool
    start: int
    stop: int


def _visits(h: FloatArray, span: float) -> list[_Visit]:
    """Stays at the ends of the range, high and low in turn."""
    end = np.where(h >= h.max() - _AT_END * span, 1, np.where(h <= h.min() + _AT_END * span, -1, 0))
    visits: list[_Visit] = []
    for index in np.flatnonzero(end):
        is_high = bool(end[index] > 0)
        if visits and visits[-1].is_high == is_high:
            visits[-1] = visits[-1]._replace(stop=int(index) + 1)
        else:
            visits.append(_Visit(is_high, int(index), int(index) + 1))
    return visits


def _between(h: FloatArray, m: FloatArray, visits: list[_Visit]) -> Cycle:
    start, end = _extreme(h, visits[0], last=True), _extreme(h, visits[2], last=False)
    span: float = float(np.ptp(m[start : end + 1]))
    gap = float(abs(m[end] - m[start])) / span if span > 0 else 0.0
    if gap <= _GAP:
        return Cycle(h[start:end], m[start:end], closed=True, gap=gap)
    turn = _extreme(h, visits[1], last=not visits[0].is_high)
    way_down = slice(start, turn + 1) if visits[0].is_high else slice(turn, end + 1)
    return Cycle(h[way_down], m[way_down], closed=False, gap=gap)


def _extreme(h: FloatArray, visit: _Visit, *, last: bool) -> int:
    """Index of the highest (lowest) field of a visit; of several equal ones the last or the first."""
    part: npt.NDArray[np.float64] = h[visit.start : visit.stop] * (1 if visit.is_high else -1)
    at = np.flatnonzero(part == part.max())
    return visit.start + int(at[-1 if last else 0])


def split_by_temperature(trace: Trace, step: float = 2.0) -> list[Trace]:
    """The trace cut where the temperature leaves the one that its part began with by more than ``step`` K."""
    if trace.temperature is None:
        return [trace]
    parts, start = [], 0
    for index, temperature in enumerate(trace.temperature):
        if abs(temperature - trace.temperature[start]) > step:
            parts.append(slice(start, index))
            start = index
    parts.append(slice(start, trace.temperature.size))
    return [
        trace._replace(field=trace.field[part], response=trace.response[part], temperature=trace.temperature[part])
        for part in parts
    ]
