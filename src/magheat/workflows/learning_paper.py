"""What the learning paper varies: its kind of grid, and the box around it that Sobol points fill evenly.

M. Coïsson, G. Barrera, F. Celegato, P. Allia and P. Tiberto, Specific loss power of magnetic nanoparticles: a machine
learning approach (INRIM, Torino).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from magheat.constants import OERSTED
from magheat.units import FloatArray

if TYPE_CHECKING:
    from magheat.sweeps.designs import Design


class Range(NamedTuple):
    """Ends of an input in SI, and whether it is spread evenly in its logarithm."""

    low: float
    high: float
    logarithmic: bool = False


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
#: The same box without a grid, interaction from none.
BOX: Mapping[str, Range] = MappingProxyType(
    {
        "saturation_magnetization": Range(3.0e5, 4.5e5),
        "anisotropy_constant": Range(1e4, 3e4, logarithmic=True),
        "diameter": Range(8e-9, 25e-9),
        "interaction": Range(0.0, 0.8),
        "temperature": Range(300.0, 320.0),
        "frequency": Range(50e3, 400e3, logarithmic=True),
        "amplitude": Range(50 * OERSTED, 300 * OERSTED),
    }
)
#: Where the inputs stand in an experiment's tables.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "saturation_magnetization": "material.saturation_magnetization",
        "anisotropy_constant": "material.anisotropy_constant",
        "diameter": "ensemble.diameter",
        "interaction": "ensemble.interaction",
        "temperature": "experiment.temperature",
        "frequency": "applied_field.frequency",
        "amplitude": "applied_field.amplitude",
    }
)
_HEAD = """
[material]
saturation_magnetization = "450 kA/m"
anisotropy_constant = "2e4 J/m^3"

[ensemble]
diameter = "16 nm"
axes = "random"
interaction_model = "barrier"

[applied_field]
kind = "sinusoidal"
amplitude = "100 Oe"
frequency = "100 kHz"

[experiment]
samples_per_cycle = 400

[solver]
name = "two-well"
"""


def grid_points() -> dict[str, FloatArray]:
    """All combinations of the grid as columns, 3888 rows, SI."""
    return factorial(GRID)


def factorial(levels: Mapping[str, tuple[float, ...]]) -> dict[str, FloatArray]:
    """All combinations of the levels as columns, the last input varying fastest."""
    grids = np.meshgrid(*levels.values(), indexing="ij")
    return {name: grid.ravel() for name, grid in zip(levels, grids, strict=True)}


def sobol_points(count: int, seed: int, box: Mapping[str, Range] = BOX) -> dict[str, FloatArray]:
    """Scrambled Sobol points of a box as columns, SI; those of a longer call of the same seed begin with these."""
    from scipy.stats import qmc

    sequence = qmc.Sobol(len(box), scramble=True, bits=48, seed=np.random.default_rng(seed))
    shares = sequence.random_base2((count - 1).bit_length())[:count].T
    return {name: _between(ends, share) for (name, ends), share in zip(box.items(), shares, strict=True)}


def edge_points(count: int, seed: int, box: Mapping[str, Range] = BOX) -> dict[str, FloatArray]:
    """Points on faces, edges and corners of a box, SI: every second coordinate lies at one of its ends.

    Most corners of seven inputs are far from any Sobol point, and most points that people ask about are near them.
    """
    generator = np.random.default_rng(seed)
    points = sobol_points(count, seed, box)
    for name, ends in box.items():
        side = generator.random(count)
        points[name] = np.where(side < 0.25, ends.low, np.where(side < 0.5, ends.high, points[name]))
    return points


def box_design(count: int, seed: int = 1) -> Design:
    """The sweep of so many Sobol points of the box, as examples/sweeps/box.toml has it."""
    from magheat.sweeps.design_file import read_design

    axes = "".join(
        f'[[sweep.axes]]\nfield = "{FIELDS[name]}"\nlow = {ends.low!r}\nhigh = {ends.high!r}\n'
        f'scale = "{"log" if ends.logarithmic else "linear"}"\n'
        for name, ends in BOX.items()
    )
    return read_design(f'{_HEAD}[sweep]\nname = "box"\ndesign = "sobol"\ncount = {count}\nseed = {seed}\n{axes}')


def _between(ends: Range, share: FloatArray) -> FloatArray:
    if ends.logarithmic:
        values = np.exp(np.log(ends.low) + share * (np.log(ends.high) - np.log(ends.low)))
    else:
        values = ends.low + share * (ends.high - ends.low)
    result: FloatArray = np.clip(values, ends.low, ends.high)
    return result
