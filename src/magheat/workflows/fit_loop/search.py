"""The loop nearest to a measurement: many random starts at once, the best of them followed down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from magheat.units import FloatArray
from magheat.workflows.fit_loop.model import Resolution
from magheat.workflows.fit_loop.parameters import Slopes, Task, coordinate, slopes

#: Of the search, of the answer, and of the check on the answer.
COARSE, FINE, FINEST = Resolution(60, 8, 0.1), Resolution(200, 16, 0.05), Resolution(400, 32, 0.025)
#: Where starts are drawn, SI; of M_s in units of the largest magnetization.
_STARTS = {
    "anisotropy_constant": (3e3, 1e5),
    "diameter": (5e-9, 4e-8),
    "diameter_spread": (0.0, 0.4),
    "saturation_magnetization": (1.0, 6.0),
}
#: Starts that are followed, coarsely, and of their ends the best that are followed finely.
_FOLLOWED, _FINISHED = 16, 5
#: Spreads that are tried from the best end.
_SPREADS = (0.0, 0.08, 0.2, 0.35)
#: Starts, and ends, this near in all coordinates count as one.
_SAME_START, _SAME_END = 0.2, 0.02


class Valleys(NamedTuple):
    """What a search has found."""

    ends: list[Slopes]  # the best first, none twice
    evaluations: int  # loops


class Descent(NamedTuple):
    """Where a search has come to."""

    slopes: Slopes
    evaluations: int  # loops


def follow(
    task: Task,
    start: FloatArray,
    resolution: Resolution,
    most: int,
    held: Mapping[int, float] | None = None,
    *,
    tolerance: float = 1e-5,
) -> Descent:
    """Least squares from a start by Gauss-Newton steps in a trust region, inside the bounds.

    Parameters
    ----------
    task
        What is fitted.
    start
        (p,) coordinates.
    resolution
        Of the loops.
    most
        Steps.
    held
        Index of a coordinate -> where it stays.
    tolerance
        Relative change of the sum of squares at which it ends.
    """
    from scipy.optimize import least_squares

    held = held or {}
    low, high = task.box
    moving = np.array([i for i in range(start.size) if i not in held], dtype=np.int64)
    whole = np.clip(start, low, high)
    for i, place in held.items():
        whole[i] = place
    if not moving.size:
        return Descent(slopes(task, whole, resolution), 1 + 2 * start.size)
    known: dict[bytes, Slopes] = {}

    def at(part: FloatArray) -> Slopes:
        key = part.tobytes()
        if key not in known:
            point = whole.copy()
            point[moving] = part
            known[key] = slopes(task, point, resolution)
        return known[key]

    width = high[moving] - low[moving]
    inside = np.clip(whole[moving], low[moving] + 1e-9 * width, high[moving] - 1e-9 * width)
    scale = float(np.ptp(task.magnetization))
    end = least_squares(
        lambda part: at(part).residual / scale,
        inside,
        jac=lambda part: at(part).jacobian[:, moving] / scale,
        bounds=(low[moving], high[moving]),
        x_scale="jac",
        ftol=tolerance,
        xtol=1e-7,
        gtol=1e-10,
        max_nfev=most,
    )
    best = min([*known.values()], key=lambda one: one.cost) if known else at(end.x)
    return Descent(best, len(known) * (1 + 2 * start.size))


def search(task: Task, starts: int, seed: int, progress: Callable[[float], None] | None = None) -> Valleys:
    """The best fits that starts all over the bounds lead to; quite different particles can have much the same loop."""
    told = progress or (lambda done: None)
    drawn = _starts(task, starts, seed)
    first = task.residuals(task.loops(drawn, COARSE))
    evaluations = len(drawn)
    told(0.1)
    order = np.argsort((first**2).sum(axis=1), kind="stable")
    followed = _apart(list(drawn[order]), _SAME_START)[:_FOLLOWED]
    ends: list[Slopes] = []
    for k, start in enumerate(followed):
        end, used = follow(task, start, COARSE, 15)
        ends.append(end)
        evaluations += used
        told(0.1 + 0.5 * (k + 1) / len(followed))
    ends.sort(key=lambda one: one.cost)
    hopped, used = _hops(task, ends[0])
    ends = sorted([*ends, *hopped], key=lambda one: one.cost)
    evaluations += used
    finished = []
    rough = _apart([end.point for end in ends], _SAME_END)[:_FINISHED]
    for k, point in enumerate(rough):
        end, used = follow(task, point, FINE, 30, tolerance=1e-9)
        finished.append(end)
        evaluations += used
        told(0.6 + 0.4 * (k + 1) / len(rough))
    finished.sort(key=lambda one: one.cost)
    kept = _apart([end.point for end in finished], _SAME_END)
    return Valleys([end for end in finished if any(end.point is point for point in kept)], evaluations)


def _hops(task: Task, found: Slopes) -> tuple[list[Slopes], int]:
    """Fits with other spreads, from the best one: sharp loops have a narrow valley at no spread beside a wide one."""
    if "diameter_spread" not in task.free:
        return [], 0
    index, hops, evaluations = task.free.index("diameter_spread"), [], 0
    low, high = (float(end[index]) for end in task.box)
    for spread in _SPREADS:
        held, used = follow(task, found.point, COARSE, 10, {index: min(max(spread**2, low), high)})
        end, more = follow(task, held.point, COARSE, 10)
        hops += [held, end]
        evaluations += used + more
    return hops, evaluations


def _apart(points: list[FloatArray], distance: float) -> list[FloatArray]:
    """The points without those that lie near to an earlier one."""
    kept: list[FloatArray] = []
    for point in points:
        if all(np.abs(point - other).max() > distance for other in kept):
            kept.append(point)
    return kept


def _starts(task: Task, count: int, seed: int) -> FloatArray:
    """(count, p) points of a scrambled Sobol sequence in the part of the bounds where particles are."""
    from scipy.stats import qmc

    largest = float(np.ptp(task.magnetization)) / 2
    low, high = task.box
    ends = []
    for i, name in enumerate(task.free):
        unit = largest if name == "saturation_magnetization" else 1.0
        a, b = (float(coordinate(name, unit * end)) for end in _STARTS[name])
        a, b = max(a, low[i]), min(b, high[i])
        ends.append((a, b) if a < b else (low[i], high[i]))
    drawn = qmc.Sobol(len(ends), seed=np.random.default_rng(seed)).random(1 << (count - 1).bit_length())[:count]
    a, b = np.array(ends).T
    # the spread itself is drawn evenly, its square is the coordinate
    drawn[:, [name == "diameter_spread" for name in task.free]] **= 2
    result: FloatArray = a + drawn * (b - a)
    return result
