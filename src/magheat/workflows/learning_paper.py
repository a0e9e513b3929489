"""The learning paper's grid of inputs, and the box of the same inputs in which users ask."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from magheat.constants import OERSTED
from magheat.units import FloatArray

#: Inputs of the model by the knowledge base's names, in the order in which they vary, the last one fastest. SI.
GRID: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "saturation_magnetization": (3.0e5, 3.75e5, 4.5e5),
        "anisotropy_constant": (1e4, 2e4, 3e4),
        "diameter": (8e-9, 11e-9, 14e-9, 17e-9, 20e-9, 25e-9),
        "interaction": (0.2, 0.5, 0.8),
        "temperature": (300.0, 320.0),
        "frequency": (50e3, 200e3, 400e3),
        "amplitude": (50 * OERSTED, 100 * OERSTED, 200 * OERSTED, 300 * OERSTED),
    }
)
#: Input -> (lowest, highest), SI.
BOX: Mapping[str, tuple[float, float]] = MappingProxyType(
    {**{name: (min(values), max(values)) for name, values in GRID.items()}, "interaction": (0.0, 0.8)}
)
_LOGARITHMIC = frozenset({"anisotropy_constant", "frequency"})


def sobol_points(count: int, seed: int) -> dict[str, FloatArray]:
    """So many points of a scrambled Sobol sequence in the box, as columns; K and f are log-uniform."""
    from scipy.stats import qmc

    shares = qmc.Sobol(len(BOX), seed=seed).random(count)
    columns = {}
    for (name, (low, high)), share in zip(BOX.items(), shares.T, strict=True):
        columns[name] = low * (high / low) ** share if name in _LOGARITHMIC else low + (high - low) * share
    return {name: np.ascontiguousarray(values) for name, values in columns.items()}
