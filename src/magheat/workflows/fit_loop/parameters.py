"""What is fitted to a loop, in coordinates in which errors are nearly normal: logarithms, and the square of a spread.

The loop depends on the spread s through s^2 where s is small, so that s^2 has an ordinary error bar even at zero. A
constant of the magnetization is always fitted beside them: no pick-up coil knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from magheat.units import FloatArray
from magheat.workflows.fit_loop.model import Candidates, LoopModel, Particles, Resolution

PARAMETERS = ("anisotropy_constant", "diameter", "diameter_spread", "saturation_magnetization")
#: Steps of finite differences, in coordinates: above the roughness of averages over axes.
_STEPS = {
    "anisotropy_constant": 1e-3,
    "diameter": 3e-4,
    "diameter_spread": 2e-5,
    "saturation_magnetization": 1e-3,
}


def coordinate(name: str, value: FloatArray | float) -> FloatArray:
    """Coordinate of an SI value."""
    result: FloatArray = np.square(value) if name == "diameter_spread" else np.log(value)
    return result


def value(name: str, at: FloatArray | float) -> FloatArray:
    """SI value at a coordinate."""
    result: FloatArray = np.sqrt(np.maximum(at, 0.0)) if name == "diameter_spread" else np.exp(at)
    return result


@dataclass(frozen=True)
class Task:
    """A measured magnetization, the model, what is fixed and within what the rest lies.

    Parameters
    ----------
    model
        Of the loop.
    magnetization
        (n,) A/m at the model's phases.
    fixed
        Parameter -> SI value.
    bounds
        Free parameter -> (lowest, highest), SI.
    """

    model: LoopModel
    magnetization: FloatArray
    fixed: Mapping[str, float]
    bounds: Mapping[str, tuple[float, float]]

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the free parameters."""
        return tuple(name for name in PARAMETERS if name in self.bounds)

    @property
    def box(self) -> tuple[FloatArray, FloatArray]:
        """(p,) lowest and highest coordinates."""
        low, high = ([float(coordinate(name, self.bounds[name][end])) for name in self.free] for end in (0, 1))
        return np.array(low), np.array(high)

    def particles(self, points: FloatArray) -> Particles:
        """Candidates at coordinates (k, p)."""
        place = {name: i for i, name in enumerate(self.free)}
        columns = (
            value(name, points[:, place[name]]) if name in place else np.full(len(points), self.fixed[name])
            for name in PARAMETERS
        )
        return Particles(*columns)

    def loops(self, points: FloatArray, resolution: Resolution) -> Candidates:
        """Loops at coordinates (k, p)."""
        return self.model.loops(self.particles(points), resolution)

    def residuals(self, loops: Candidates) -> FloatArray:
        """(k, n) model less measurement, each without its mean, A/m; large where the model failed."""
        difference = loops.magnetization - self.magnetization
        difference -= difference.mean(axis=1, keepdims=True)
        difference[loops.failed] = 10 * np.ptp(self.magnetization)
        return difference


@dataclass(frozen=True)
class Slopes:
    """A point, its loop and how the loop changes with each coordinate."""

    point: FloatArray  # (p,)
    residual: FloatArray  # (n,) A/m
    jacobian: FloatArray  # (n, p) A/m per coordinate, without its mean
    outputs: FloatArray  # (4,)
    output_slopes: FloatArray  # (4, p)

    @property
    def cost(self) -> float:
        """Sum of squared residuals."""
        return float(self.residual @ self.residual)


def slopes(task: Task, point: FloatArray, resolution: Resolution) -> Slopes:
    """Loop and central differences at a point, in one batch; one-sided at the bounds."""
    low, high = task.box
    steps = np.array([_STEPS[name] for name in task.free])
    ahead, behind = np.minimum(point + steps, high), np.maximum(point - steps, low)
    moved = np.tile(point, (2 * point.size, 1))
    index = np.arange(point.size)
    moved[index, index], moved[point.size + index, index] = ahead, behind
    loops = task.loops(np.concatenate([point[None], moved]), resolution)
    all_residuals = task.residuals(loops)
    width = (ahead - behind)[:, None]
    return Slopes(
        point,
        all_residuals[0],
        ((all_residuals[1 : point.size + 1] - all_residuals[point.size + 1 :]) / width).T,
        loops.outputs[0],
        ((loops.outputs[1 : point.size + 1] - loops.outputs[point.size + 1 :]) / width).T,
    )
