"""The loop nearest to a measurement: many random starts at once, the best of them followed down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from magheat.units import FloatArray
from magheat.workflows.loop_model import Resolution
from magheat.workflows.loop_parameters import Slopes, Task, coordinate, slopes

#: Of the search, of the answer, and of the check on the answer.
COARSE, FINE, FINEST = Resolution(60, 8, 0.1), Resolution(200, 16, 0.05), Resolution(400, 32, 0.025)
#: Where starts are drawn, SI; of M_s in units of the largest magnetization.
_STARTS = {
    "anisotropy_constant": (3e3, 1e5),
    "diameter": (5e-9, 4e-8),
    "diameter_spread": (0.02, 0.4),
    "saturation_magnetization": (1.0, 2.5),
}
#: Starts that are followed, coarsely, and of those the best that are followed to the end.
_FOLLOWED, _FINISHED = 5, 2
#: Two ends this near in all coordinates are one.
_SAME = 0.02


class Descent(NamedTuple):
    """Where a search has come to."""

    slopes: Slopes
    evaluations: int  # loops


def follow(
    task: Task, start: FloatArray, resolution: Resolution, most: int, held: Mapping[int, float] | None = None
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
        ftol=1e-8,
        xtol=1e-7,
        gtol=1e-10,
        max_nfev=most,
    )
    best = min([*known.values()], key=lambda one: one.cost) if known else at(end.x)
    return Descent(best, len(known) * (1 + 2 * start.size))


def search(task: Task, starts: int, seed: int, progress: Callable[[float], None] | None = None) -> Descent:
    """The best fit that starts all over the bounds lead to."""
    told = progress or (lambda done: None)
    drawn = _starts(task, starts, seed)
    first = task.residuals(task.loops(drawn, COARSE))
    evaluations = len(drawn)
    told(0.1)
    ends: list[Slopes] = []
    order = np.argsort((first**2).sum(axis=1), kind="stable")[:_FOLLOWED]
    for k, i in enumerate(order):
        end, used = follow(task, drawn[i], COARSE, 15)
        ends.append(end)
        evaluations += used
        told(0.1 + 0.4 * (k + 1) / len(order))
    ends.sort(key=lambda one: one.cost)
    apart = [end for k, end in enumerate(ends) if all(np.abs(end.point - one.point).max() > _SAME for one in ends[:k])]
    finished = []
    for k, one in enumerate(apart[:_FINISHED]):
        end, used = follow(task, one.point, FINE, 40)
        finished.append(end)
        evaluations += used
        told(0.5 + 0.5 * (k + 1) / _FINISHED)
    return Descent(min(finished, key=lambda one: one.cost), evaluations)


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
    result: FloatArray = a + drawn * (b - a)
    return result
