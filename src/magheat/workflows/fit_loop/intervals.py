"""How sure the parameters of a fitted loop are.

Where the sum of squares is a parabola, intervals are Student's from the Jacobian, widened where neighbouring residuals
are alike (a first-order autoregression). At both ends of every interval the parabola is put to the test: the other
parameters are fitted again, and where the sum of squares has not risen by what it should, the end is looked for along
that profile; where it never rises enough, the interval is open.

Sources: G. A. F. Seber and C. J. Wild, Nonlinear Regression (1989), sections 5.1, 5.4 and 6.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from magheat.units import FloatArray
from magheat.workflows.fit_loop.parameters import Slopes, Task
from magheat.workflows.fit_loop.search import FINE, follow

#: Rises at the ends of an interval, in what they should be, that count as those of a parabola.
_PARABOLA = (0.9, 1.11)
#: Steps of the fits along a profile, and of the search for an end.
_STEPS, _TRIALS = 10, 12
#: Share of the largest singular value below which a direction counts as not seen by the loop.
_BLIND = 1e-9
_MOST_CORRELATED = 0.98


class Noise(NamedTuple):
    """What the residuals say."""

    level: float  # A/m, standard deviation
    correlation: float  # of neighbours; 0 where none is seen
    freedom: float  # degrees of freedom


class Covariance(NamedTuple):
    """Of the coordinates."""

    matrix: FloatArray  # (p, p)
    inflation: FloatArray  # (p,) its diagonal over that of uncorrelated residuals
    noise: Noise
    white: FloatArray  # (p, p) inverse of J^T J
    colour: float  # the mean inflation: what a sum of squares counts for less by


class Interval(NamedTuple):
    """Of one coordinate; infinite where open."""

    lower: float
    upper: float
    quadratic: bool


def covariance_of(found: Slopes) -> Covariance:
    """Covariance of the coordinates at the best fit, and the noise."""
    residual, jacobian = found.residual, found.jacobian
    count, parameters = jacobian.shape
    fitted = parameters + 1  # and the constant of the magnetization
    spans = np.sqrt((jacobian**2).sum(axis=0))
    spans[spans == 0] = 1.0
    _, singular, rows = np.linalg.svd(jacobian / spans, full_matrices=False)
    singular = np.maximum(singular, _BLIND * singular[0])
    inverse = (rows.T / singular**2) @ rows / np.outer(spans, spans)
    cost = float(residual @ residual)
    explained, _ = np.linalg.qr(np.column_stack([np.ones(count), jacobian / spans]))
    correlation = _correlation(residual, explained)
    coloured = jacobian.T @ _filtered(jacobian, correlation)
    variance = cost / _expected(explained, correlation)[0]
    matrix = variance * inverse @ coloured @ inverse
    freedom = max(count * (1 - correlation) / (1 + correlation) - fitted, 1.0)
    inflation = np.diagonal(matrix) / (variance * np.diagonal(inverse))
    noise = Noise(float(np.sqrt(variance)), correlation, freedom)
    return Covariance(matrix, inflation, noise, inverse, float(np.mean(inflation)))


def _correlation(residual: FloatArray, explained: FloatArray) -> float:
    """Correlation of neighbours round the loop that leaves residuals like these; 0 where they may be chance.

    Fitting takes the slow part of the noise away, so that the residuals' own correlation is too small.
    """
    cost = float(residual @ residual)
    if cost == 0:
        return 0.0
    seen = float(residual @ np.roll(residual, 1)) / cost

    def ratio(correlation: float) -> float:
        square, neighbours = _expected(explained, correlation)
        return neighbours / square

    low, high = 0.0, _MOST_CORRELATED
    if seen - ratio(0.0) < 2 / np.sqrt(residual.size):
        return 0.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if ratio(middle) < seen else (low, middle)
    return low


def _expected(explained: FloatArray, correlation: float) -> tuple[float, float]:
    """Expected sums of r_i^2 and r_i r_(i+1) of residuals r of noise of unit variance.

    ``explained`` (n, q) spans what the fit removes from the noise, orthonormal.
    """
    count = len(explained)
    filtered = _filtered(explained, correlation)
    shifted = (np.roll(explained, 1, axis=0) + np.roll(explained, -1, axis=0)) / 2
    own = explained.T @ filtered
    square = count - float(np.trace(own))
    neighbours = count * correlation - 2 * float(np.sum(shifted * filtered))
    return max(square, 1.0), neighbours + float(np.sum((explained.T @ shifted) * own))


def _filtered(columns: FloatArray, correlation: float) -> FloatArray:
    """A column times the correlations rho^distance round the loop."""
    if correlation == 0:
        return columns
    count = len(columns)
    distance = np.minimum(np.arange(count), count - np.arange(count))
    spectrum = np.fft.rfft(correlation**distance)[:, None]
    result: FloatArray = np.fft.irfft(spectrum * np.fft.rfft(columns, axis=0), n=count, axis=0)
    return result


def standard_errors(covariance: Covariance, level: float) -> float:
    """How many standard errors lie between a value and the ends of its interval, after Student."""
    from scipy.stats import t as student

    return float(student.ppf(0.5 + level / 2, covariance.noise.freedom))


def intervals(
    task: Task,
    found: Slopes,
    covariance: Covariance,
    level: float,
    progress: Callable[[float], None] | None = None,
) -> tuple[list[Interval], int, Slopes]:
    """Interval of every coordinate, loops computed, and a better fit where a profile came upon one."""
    quantile = standard_errors(covariance, level)
    results: list[Interval] = []
    used, best = 0, found
    for i in range(found.point.size):
        ends, quadratic = [], True
        for side in (-1.0, 1.0):
            profile = _Profile(task, found, covariance, i, side, quantile)
            end, parabola = profile.end()
            ends.append(end)
            quadratic &= parabola
            used += profile.used
            if profile.best.cost < best.cost:
                best = profile.best
            if progress is not None:
                progress((i + len(ends) / 2) / found.point.size)
        results.append(Interval(ends[0], ends[1], quadratic))
    return results, used, best


class _Profile:
    """The sum of squares along one coordinate, all others fitted, on one side of the best fit."""

    def __init__(
        self, task: Task, found: Slopes, covariance: Covariance, index: int, side: float, quantile: float
    ) -> None:
        self.task, self.found, self.index, self.side = task, found, index, side
        self.best, self.used = found, 0
        variance = covariance.noise.level**2
        # In the units of uncorrelated residuals the sum of squares rises by t^2 s^2 times the inflation.
        self.rise_wanted = quantile**2 * variance * float(covariance.inflation[index])
        self.half = quantile * float(np.sqrt(covariance.matrix[index, index]))
        white = covariance.white
        self.along = white[:, index] / white[index, index]
        low, high = task.box
        self.bound = float(high[index] if side > 0 else low[index])

    def end(self) -> tuple[float, bool]:
        """Coordinate at which the interval ends, infinite for an open one, and whether the parabola was right."""
        room = abs(self.bound - self.found.point[self.index])
        if self.half < room:
            rise = self._rise(self.half)
            if _PARABOLA[0] <= rise <= _PARABOLA[1]:
                return self._at(self.half), True
            known = [(0.0, 0.0), (self.half, rise)]
        else:
            known = [(0.0, 0.0)]
        return self._searched(known, room), False

    def _searched(self, known: list[tuple[float, float]], room: float) -> float:
        """Where the rise is what it should be: outwards in steps, then between the two that enclose it."""
        while known[-1][1] < 1:
            last = known[-1][0]
            step = min(room, 2 * last if last > 0 else room)
            if last >= room:
                return self.side * np.inf
            known.append((step, self._rise(step)))
        low, high = known[-2], known[-1]
        for _ in range(_TRIALS):
            if high[0] - low[0] < 0.02 * high[0] or abs(high[1] - 1) < 0.03:
                break
            a, b = np.sqrt(max(low[1], 0.0)), np.sqrt(high[1])
            share = float(np.clip((1 - a) / (b - a), 0.1, 0.9)) if b < 10 else 0.5
            middle = low[0] + share * (high[0] - low[0])
            there = (middle, self._rise(middle))
            low, high = (there, high) if there[1] < 1 else (low, there)
        return self._at(high[0])

    def _at(self, distance: float) -> float:
        return float(self.found.point[self.index] + self.side * distance)

    def _rise(self, distance: float) -> float:
        """Rise of the sum of squares at a distance, in what it should be at the end of the interval."""
        start = self.found.point + self.side * distance * self.along
        end, used = follow(self.task, start, FINE, _STEPS, {self.index: self._at(distance)})
        self.used += used
        if end.cost < self.best.cost:
            self.best = end
        return (end.cost - self.found.cost) / self.rise_wanted
