"""What a loop does not tell, and where its fit is not to be trusted, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from magheat.dataset import LOW_BARRIER
from magheat.workflows.fit_loop.intervals import Covariance, Interval, standard_errors
from magheat.workflows.fit_loop.parameters import Slopes, Task, value
from magheat.workflows.fit_loop.search import FINEST
from magheat.workflows.quantities import told

#: Share of the variance left over that is worth a word.
_POOR = 0.05
#: Half widths of intervals, in the value, beyond which the loop hardly knows a parameter.
_VAGUE = 0.5
#: Shift by the finest computation, in half widths of the interval, that is worth a word.
_COARSE_SHIFT = 0.2


class Fit(NamedTuple):
    """The best fit, how sure it is, and other particles that the loop does not rule out at once."""

    found: Slopes
    covariance: Covariance
    ends: list[Interval]
    others: list[Slopes]
    evaluations: int


def warnings(
    task: Task,
    fit: Fit,
    values: Mapping[str, float],
    lower: Mapping[str, float],
    upper: Mapping[str, float],
    level: float,
) -> list[str]:
    """What the loop does not tell, and where the model is not to be trusted."""
    found, covariance = fit.found, fit.covariance
    sentences = []
    for name in task.free:
        sentence = _about_interval(name, values[name], lower[name], upper[name])
        if sentence is not None:
            sentences.append(sentence)
    sentences += _about_bounds(task, found)
    sentences += _about_pair(task, covariance, level)
    if covariance.noise.correlation > 0:
        sentences.append(
            f"Residuals of neighbouring samples are alike (correlation {covariance.noise.correlation:.2g}): the noise "
            "is filtered, or the model misses something; intervals are wider for the first and do not cover the second."
        )
    if (left := found.cost / (float(np.var(task.magnetization)) * task.magnetization.size)) > _POOR:
        sentences.append(f"The fit leaves {100 * left:.2g} % of the variance of the magnetization unexplained.")
    barrier = task.model.barrier(values["anisotropy_constant"], values["diameter"])
    if barrier < LOW_BARRIER:
        sentences.append(f"K V of the median particle is {barrier:.2g} k_B T; below 3 two wells do not hold.")
    if _shift(task, found, covariance, level) > _COARSE_SHIFT:
        sentences.append("Finer steps would move a parameter by more than a fifth of its error bar.")
    return sentences


def others(task: Task, fit: Fit) -> list[str]:
    """Quite different particles whose loop is nearly as near."""
    sentences = []
    for other in fit.others:
        rise = (other.cost - fit.found.cost) / (fit.covariance.noise.level**2 * fit.covariance.colour)
        numbers = [told(name, float(value(name, at))) for name, at in zip(task.free, other.point, strict=True)]
        parts = ", ".join(f"{name} {number}" for name, number in zip(task.free, numbers, strict=True))
        sentences.append(
            f"Other particles fit nearly as well ({np.sqrt(max(rise, 0.0)):.2g} standard errors worse): {parts}; fix "
            "what you know."
        )
    return sentences


def _about_interval(name: str, at: float, low: float, high: float) -> str | None:
    if name == "diameter_spread":
        if np.isinf(high):
            return "diameter_spread: the loop does not tell it."
        return f"diameter_spread: the loop does not tell it from 0; it is below {high:.2g}." if low == 0 else None
    if low == 0 and np.isinf(high):
        return f"{name}: the loop does not tell it."
    if low == 0:
        return f"{name}: the loop sets no lower bound; it is below {told(name, high)}."
    if np.isinf(high):
        return f"{name}: the loop sets no upper bound; it is above {told(name, low)}."
    if (high - low) / 2 > _VAGUE * at:
        return f"{name}: the loop hardly tells it, {told(name, low)} to {told(name, high)}."
    return None


def _about_bounds(task: Task, found: Slopes) -> list[str]:
    """Parameters that a bound holds; a spread of 0 is none."""
    low, high = task.box
    near = 1e-4 * (high - low)
    sentences = []
    for i, name in enumerate(task.free):
        if found.point[i] > high[i] - near[i] or (name != "diameter_spread" and found.point[i] < low[i] + near[i]):
            at = told(name, float(value(name, found.point[i])))
            sentences.append(f"{name} lies at its bound, {at}; the intervals of the others hold only for that bound.")
    return sentences


def _about_pair(task: Task, covariance: Covariance, level: float) -> list[str]:
    """K and D where the loop knows little more than the barrier K V or the moment M_s V."""
    sentences = []
    pairs = (("anisotropy_constant", "the barrier K V"), ("saturation_magnetization", "the moment M_s V"))
    for name, words in pairs:
        if name not in task.free or "diameter" not in task.free:
            continue
        direction = np.zeros(len(task.free))
        direction[task.free.index(name)], direction[task.free.index("diameter")] = 1.0, 3.0
        together = float(np.sqrt(direction @ covariance.matrix @ direction))
        alone = float(np.sqrt(covariance.matrix[task.free.index(name), task.free.index(name)]))
        quantile = standard_errors(covariance, level)
        if together < alone / 4 and alone * quantile > 0.1:
            sentences.append(
                f"The loop tells {words} to {100 * quantile * together:.2g} %, but {name} and diameter apart only to "
                f"{100 * quantile * alone:.2g} % (of {name}); fix one of them if it is known."
            )
    return sentences


def _shift(task: Task, found: Slopes, covariance: Covariance, level: float) -> float:
    """The largest move of a parameter that a finer computation would make, in half widths of its interval."""
    finest = task.residuals(task.loops(found.point[None], FINEST))[0]
    move = covariance.white @ (found.jacobian.T @ (finest - found.residual))
    half = standard_errors(covariance, level) * np.sqrt(np.diagonal(covariance.matrix))
    return float(np.max(np.abs(move) / np.where(half > 0, half, np.inf)))
