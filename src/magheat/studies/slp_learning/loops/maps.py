"""What the model says: specific loss power over diameter and field, and over diameter and anisotropy, as numbers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.constants import BOLTZMANN, MU_0, OERSTED
from magheat.solvers.base import Progress
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_table import two_well_loops
from magheat.studies.files import Columns
from magheat.studies.slp_learning.cases import ASKED, ATTEMPT_TIME, GRID, INPUTS, FloatArray

#: Frequencies of the two columns of maps: the one that the paper asks about, and the highest of the grid.
FREQUENCIES = (ASKED["frequency"], max(GRID["frequency"]))
#: Of all maps.
SATURATION_MAGNETIZATION, INTERACTION, TEMPERATURE = 4.5e5, 0.5, ASKED["temperature"]
#: Of the maps over diameter and field, and over diameter and anisotropy.
ANISOTROPY_CONSTANT, AMPLITUDE = 2e4, ASKED["amplitude"]
LIMITS: Mapping[str, float] = {"Brezovich": BREZOVICH_LIMIT, "Hergt and Dutz": HERGT_DUTZ_LIMIT}


class Map(NamedTuple):
    """SLP over the diameter and one more input."""

    across: str  # name of the input along y
    frequency: float  # Hz
    diameter: FloatArray  # (x,) m
    values: FloatArray  # (y,) of the other input, SI
    slp: FloatArray  # (y, x) W/kg of magnetic phase
    area: FloatArray  # (y, x) J/m^3


class Maps(NamedTuple):
    """Four maps, and what they cost."""

    maps: list[Map]
    loops: int
    seconds: float


def compute(points: int = 70, progress: Progress | None = None) -> Maps:
    """Two maps over diameter and field, then two over diameter and anisotropy."""
    diameter = np.linspace(min(GRID["diameter"]), max(GRID["diameter"]), points)
    field = np.linspace(5 * OERSTED, max(GRID["amplitude"]), points)
    anisotropy = np.linspace(min(GRID["anisotropy_constant"]), max(GRID["anisotropy_constant"]), points)
    wanted = [(name, f) for name in ("amplitude", "anisotropy_constant") for f in FREQUENCIES]
    started, maps = time.perf_counter(), []
    for k, (name, frequency) in enumerate(wanted):
        maps.append(_map(name, frequency, diameter, field if name == "amplitude" else anisotropy))
        if progress is not None:
            progress((k + 1) / len(wanted))
    return Maps(maps, sum(one.slp.size for one in maps), time.perf_counter() - started)


def _map(across: str, frequency: float, diameter: FloatArray, values: FloatArray) -> Map:
    table: dict[str, npt.ArrayLike] = {
        "saturation_magnetization": SATURATION_MAGNETIZATION,
        "anisotropy_constant": ANISOTROPY_CONSTANT,
        "interaction": INTERACTION,
        "temperature": TEMPERATURE,
        "frequency": frequency,
        "amplitude": AMPLITUDE,
        "diameter": np.tile(diameter, values.size),
        across: np.repeat(values, diameter.size),
    }
    loops = two_well_loops(table, "random", "barrier", solver=TwoWell(attempt_time=ATTEMPT_TIME))
    slp, area = (loops[name].to_numpy().reshape(values.size, -1) for name in ("slp", "loss_per_cycle"))
    return Map(across, frequency, diameter, values, slp, area)


def limit_fields(frequency: float) -> dict[str, float]:
    """Fields at which H f reaches each limit, A/m."""
    return {name: limit / frequency for name, limit in LIMITS.items()}


def diameter_at(sigma: float, anisotropy_constant: FloatArray | float) -> FloatArray:
    """Diameter at which K V = sigma k_B T in the maps, m."""
    volume = sigma * BOLTZMANN * TEMPERATURE / np.asarray(anisotropy_constant)
    diameter: FloatArray = np.cbrt(6 * volume / np.pi)
    return diameter


def blocking(frequency: float) -> float:
    """Sigma at which a particle without field relaxes once per radian of the cycle: 2 pi f tau_0 exp(sigma) = 1."""
    return float(-np.log(2 * np.pi * frequency * ATTEMPT_TIME))


def switching_anisotropy(reduced_field: float = 0.5) -> float:
    """K at which the field of the maps over anisotropy is so much of H_K; 1/2 switches the first axes, J/m^3."""
    return MU_0 * SATURATION_MAGNETIZATION * AMPLITUDE / (2 * reduced_field)


def best_diameters(one: Map) -> FloatArray:
    """Diameter of the largest SLP in every row of a map, between its points; NaN where it lies at the edge. m."""
    best, rows = np.argmax(one.slp, axis=1), np.arange(one.values.size)
    middle = np.clip(best, 1, one.diameter.size - 2)
    left, centre, right = (np.log(one.slp[rows, middle + k]) for k in (-1, 0, 1))
    offset = 0.5 * (left - right) / (left - 2 * centre + right)
    diameter: FloatArray = one.diameter[middle] + offset * (one.diameter[1] - one.diameter[0])
    return np.where(best == middle, diameter, np.nan)


def best_allowed(one: Map, limit: float) -> tuple[float, float, float]:
    """Diameter, other input and SLP at the best of a map over the field where H f keeps to a limit and sigma >= 3."""
    allowed = (one.values * one.frequency <= limit)[:, None] & (one.diameter >= diameter_at(3.0, ANISOTROPY_CONSTANT))
    row, column = np.unravel_index(np.argmax(np.where(allowed, one.slp, -1.0)), one.slp.shape)
    return float(one.diameter[column]), float(one.values[row]), float(one.slp[row, column])


def tables(numbers: Maps) -> dict[str, Columns]:
    """One file per map, a row per point."""
    found: dict[str, Columns] = {}
    for one in numbers.maps:
        told = INPUTS[one.across]
        name = "field" if one.across == "amplitude" else "anisotropy"
        unit = {"Oe": "Oe", "kJ/m³": "kJ/m^3"}[told.unit]
        found[f"map_{name}_{one.frequency / 1e3:.0f}kHz.csv"] = {
            "diameter (nm)": np.tile(one.diameter / 1e-9, one.values.size),
            f"{told.words} ({unit})": np.repeat(one.values / told.scale, one.diameter.size),
            "SLP (W/g)": one.slp.ravel() / 1e3,
            "mu_0 x area (J/m^3)": one.area.ravel(),
        }
    return found
