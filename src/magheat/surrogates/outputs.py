"""Outputs as a model learns them: made dimensionless, then asinh(y/2 floor), then centred and of unit spread.

Losses span seventeen decades. Above its floor asinh is the logarithm, so that relative errors count; below, it is
linear, so that zeros and inverted loops (negative numbers) have their place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magheat.units import FloatArray

#: Share of the largest possible output below which nobody asks for a relative error.
SCALED_FLOOR = 1e-3
#: The same for outputs without a scale, as a share of the median size.
PLAIN_FLOOR = 1e-2


@dataclass(frozen=True)
class Transform:
    """How one output becomes what is learnt.

    Parameters
    ----------
    floor
        Where the logarithm ends, in units of the scale.
    mean, spread
        Of the transformed output over the rows that were learnt from.
    """

    floor: float
    mean: float
    spread: float

    def forth(self, scaled: FloatArray) -> FloatArray:
        """What is learnt, of an output in units of its scale."""
        result: FloatArray = (np.arcsinh(scaled / (2 * self.floor)) - self.mean) / self.spread
        return result

    def back(self, learnt: FloatArray) -> FloatArray:
        """The output in units of its scale."""
        result: FloatArray = 2 * self.floor * np.sinh(learnt * self.spread + self.mean)
        return result


def transform_of(scaled: FloatArray, floor: float | None) -> Transform:
    """The transform that suits an output in units of its scale; ``floor`` None: from its median size."""
    if floor is None:
        sizes = np.abs(scaled[scaled != 0])
        floor = PLAIN_FLOOR * float(np.median(sizes)) if sizes.size else 1.0
    learnt = np.arcsinh(scaled / (2 * floor))
    spread = float(learnt.std())
    return Transform(floor, float(learnt.mean()), spread if spread > 0 else 1.0)


def log_transform_of(scaled: FloatArray) -> Transform:
    """The transform of a positive output that is the logarithm, its floor being far below all values."""
    return transform_of(scaled, 1e-6 * float(scaled.min()))
