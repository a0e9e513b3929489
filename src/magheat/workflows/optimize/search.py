"""The highest value in the unit cube: differential evolution on whole populations, then steps along the gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from magheat.units import FloatArray

#: (n, d) points of the unit cube -> (n,) values, higher is better.
Values = Callable[[FloatArray], FloatArray]
#: Step of the central differences, in widths of the cube: above the roughness of averages over axes.
_STEP = 2e-4
#: Shares within this of a side of the cube are tried on it.
_NEAR = 0.02


class Effort(NamedTuple):
    """How thoroughly is searched."""

    members: int  # of the population, per free input
    generations: int
    polishes: int  # points that are polished


class Found(NamedTuple):
    """A point of the cube and its value."""

    point: FloatArray  # (d,)
    value: float


def evolve(
    values: Values,
    dimensions: int,
    effort: Effort,
    seed: int,
    starts: FloatArray | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Population (m, d) and values (m,) after the search, best first; ``starts`` (s, d) are members of the first."""
    from scipy.optimize import differential_evolution
    from scipy.stats import qmc

    size = max(24, effort.members * dimensions)
    first = qmc.Sobol(dimensions, seed=np.random.default_rng(seed)).random(1 << (size - 1).bit_length())[:size]
    if starts is not None:
        first[: len(starts)] = starts
    done = [0]

    def negative(points: FloatArray) -> FloatArray:
        done[0] += 1
        if progress is not None:
            progress(min(1.0, done[0] / (effort.generations + 1)))
        return -values(np.atleast_2d(points.T))

    result = differential_evolution(
        negative,
        [(0.0, 1.0)] * dimensions,
        init=first,
        maxiter=effort.generations,
        tol=1e-4,
        mutation=(0.4, 0.9),
        recombination=0.9,
        polish=False,
        updating="deferred",
        vectorized=True,
        seed=np.random.default_rng([seed, 1]),
    )
    order = np.argsort(result.population_energies, kind="stable")
    return result.population[order], -result.population_energies[order]


def climb(values: Values, start: FloatArray) -> Found:
    """Nearest top: L-BFGS-B with central differences in one batch, and every side of the cube that is near."""
    from scipy.optimize import minimize

    best = Found(start, float(values(start[None])[0]))
    scale = abs(best.value) or 1.0

    def negative(point: FloatArray) -> tuple[float, FloatArray]:
        nonlocal best
        steps = _STEP * np.eye(point.size)
        ahead, behind = np.minimum(point + steps, 1.0), np.maximum(point - steps, 0.0)
        all_values = values(np.concatenate([point[None], ahead, behind]))
        if all_values[0] > best.value:
            best = Found(point.copy(), float(all_values[0]))
        slope = (all_values[1 : point.size + 1] - all_values[point.size + 1 :]) / np.diagonal(ahead - behind)
        return -float(all_values[0]) / scale, -slope / scale

    minimize(negative, start, jac=True, method="L-BFGS-B", bounds=[(0.0, 1.0)] * start.size, options={"maxiter": 30})
    return _onto_sides(values, best)


def _onto_sides(values: Values, best: Found) -> Found:
    """The best of the point itself and those moved onto each side, or all sides, that it is near."""
    point = best.point
    side = np.where(point < _NEAR, 0.0, np.where(point > 1 - _NEAR, 1.0, point))
    moved = [np.where(np.arange(point.size) == k, side, point) for k in np.flatnonzero(side != point)]
    if not moved:
        return best
    tried = np.array([side, *moved])
    found = values(tried)
    top = int(np.argmax(found))
    if found[top] < best.value * (1 - 1e-12):
        return best
    return _onto_sides(values, Found(tried[top], float(found[top])))


def highest(
    values: Values,
    dimensions: int,
    effort: Effort,
    seed: int,
    starts: FloatArray | None = None,
    progress: Callable[[float], None] | None = None,
) -> Found:
    """The best of the cube: a population, its best members polished."""
    population, _ = evolve(values, dimensions, effort, seed, starts, progress)
    return polished(values, population, effort.polishes)


def polished(values: Values, population: FloatArray, count: int) -> Found:
    """The best top above the first ``count`` members that lie apart."""
    apart: list[FloatArray] = []
    for member in population:
        if len(apart) < count and all(np.abs(member - other).max() > 0.05 for other in apart):
            apart.append(member)
    return max((climb(values, member) for member in apart), key=lambda found: found.value)
