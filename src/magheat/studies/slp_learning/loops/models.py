"""Where the two-well model, linear response and Stoner and Wohlfarth agree, and where they part; random axes."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.constants import BOLTZMANN, MU_0
from magheat.solvers.base import Progress
from magheat.solvers.linear_response import LinearResponse
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_table import two_well_loops
from magheat.spec.ensemble import Ensemble
from magheat.spec.material import Material
from magheat.studies.files import Columns
from magheat.studies.slp_learning.cases import ATTEMPT_TIME, FloatArray
from magheat.studies.slp_learning.database import Database, reduced_barriers
from magheat.studies.slp_learning.loops import stoner_wohlfarth

MATERIAL = Material(saturation_magnetization=4.5e5, anisotropy_constant=2e4)
TEMPERATURE, FREQUENCY = 300.0, 100e3
ANISOTROPY_FIELD = 2 * 2e4 / (MU_0 * 4.5e5)
#: Reduced fields H_V/H_K of the curves.
FIELDS = (0.05, 0.35, 1.2)
#: Areas agree when they differ by no more than this share of the two-well one.
AGREES = 0.1
#: Below this area over K nothing is lost that anyone would measure.
NOTHING = 1e-3


class Plane(NamedTuple):
    """Areas over K on a plane of sigma = K V/(k_B T) and h = H_V/H_K."""

    sigma: FloatArray  # (x,)
    field: FloatArray  # (y,)
    two_well: FloatArray  # (y, x)
    linear: FloatArray  # (y, x)
    cold: FloatArray  # (y,) Stoner and Wohlfarth


class Rows(NamedTuple):
    """The database's rows once more, without interaction: areas in J/m^3 by three models; and its sigma."""

    sigma: FloatArray
    two_well: FloatArray
    linear: FloatArray
    cold: FloatArray


class Models(NamedTuple):
    """Curves against the diameter, the plane, and the database's rows."""

    curves: Plane  # h of FIELDS
    plane: Plane
    rows: Rows
    major: float  # area over K of Stoner and Wohlfarth's loop
    seconds: float


def compute(database: Database, points: int = 90, progress: Progress | None = None) -> Models:
    """All three models on all points."""
    tell = progress or (lambda _: None)
    started = time.perf_counter()
    areas = stoner_wohlfarth.compute()
    tell(0.4)
    curves = _plane(areas, sigma_of(np.linspace(8e-9, 40e-9, max(33, points))), np.array(FIELDS))
    tell(0.5)
    plane = _plane(areas, np.geomspace(1.0, 1000.0, points), np.geomspace(0.005, 2.0, points))
    tell(0.9)
    rows = _rows(areas, database)
    tell(1.0)
    major = float(stoner_wohlfarth.random_axes_area(areas, np.array([1.0]))[0])
    return Models(curves, plane, rows, major, time.perf_counter() - started)


def sigma_of(diameter: FloatArray) -> FloatArray:
    """Sigma of the curves' material and temperature."""
    sigma: FloatArray = MATERIAL.anisotropy_constant * np.pi / 6 * diameter**3 / (BOLTZMANN * TEMPERATURE)
    return sigma


def diameter_of(sigma: FloatArray | float) -> FloatArray:
    """Diameter of the curves' material at such a sigma, m."""
    diameter: FloatArray = np.cbrt(np.asarray(sigma) * 6 * BOLTZMANN * TEMPERATURE / (np.pi * 2e4))
    return diameter


def _plane(areas: stoner_wohlfarth.AxisAreas, sigma: FloatArray, field: FloatArray) -> Plane:
    k, diameter = MATERIAL.anisotropy_constant, diameter_of(sigma)
    table: dict[str, npt.ArrayLike] = {
        "saturation_magnetization": MATERIAL.saturation_magnetization,
        "anisotropy_constant": k,
        "interaction": 0.0,
        "temperature": TEMPERATURE,
        "frequency": FREQUENCY,
        "diameter": np.tile(diameter, field.size),
        "amplitude": np.repeat(field * ANISOTROPY_FIELD, diameter.size),
    }
    loops = two_well_loops(table, "random", "none", solver=TwoWell(attempt_time=ATTEMPT_TIME))
    chi = np.array([_loss_susceptibility(MATERIAL, d, TEMPERATURE, FREQUENCY) for d in diameter.tolist()])
    linear = np.pi * MU_0 * chi * (field[:, None] * ANISOTROPY_FIELD) ** 2 / k
    cold = stoner_wohlfarth.random_axes_area(areas, field)
    return Plane(sigma, field, loops["loss_per_cycle"].to_numpy().reshape(field.size, -1) / k, linear, cold)


def _loss_susceptibility(material: Material, diameter: float, temperature: float, frequency: float) -> float:
    """Chi'' of random axes, by the solver of linear response."""
    ensemble = Ensemble(material=material, diameter=diameter)
    return -LinearResponse(attempt_time=ATTEMPT_TIME).susceptibility(ensemble, temperature, frequency).imag


def _rows(areas: stoner_wohlfarth.AxisAreas, database: Database) -> Rows:
    names = [name for name in database.levels if name != "interaction"]
    columns = {name: database.column(name) for name in names}
    loops = two_well_loops(columns | {"interaction": 0.0}, "random", "none", solver=TwoWell(attempt_time=ATTEMPT_TIME))
    m_s, k, field = (columns[n] for n in ("saturation_magnetization", "anisotropy_constant", "amplitude"))
    kinds = ("saturation_magnetization", "anisotropy_constant", "diameter", "temperature", "frequency")
    unique, back = np.unique(np.column_stack([columns[n] for n in kinds]), axis=0, return_inverse=True)
    chi = [
        _loss_susceptibility(Material(saturation_magnetization=m, anisotropy_constant=one), d, t, f)
        for m, one, d, t, f in unique.tolist()
    ]
    linear = np.pi * MU_0 * np.array(chi)[back.ravel()] * field**2
    cold = k * stoner_wohlfarth.random_axes_area(areas, field * MU_0 * m_s / (2 * k))
    return Rows(reduced_barriers(database), loops["loss_per_cycle"].to_numpy(), linear, cold)


def agreement(two_well: FloatArray, other: FloatArray, least: FloatArray | float) -> npt.NDArray[np.bool_]:
    """Where another model's area is that of the two-well model, and more than nothing."""
    result: npt.NDArray[np.bool_] = (np.abs(other - two_well) <= AGREES * two_well) & (two_well > least)
    return result


def tables(numbers: Models) -> dict[str, Columns]:
    """Curves against the diameter, and the plane, a row per point."""
    curves, plane = numbers.curves, numbers.plane
    columns: dict[str, npt.ArrayLike] = {
        "diameter (nm)": diameter_of(curves.sigma) / 1e-9,
        "K V/(k_B T) (1)": curves.sigma,
    }
    for k, h in enumerate(curves.field.tolist()):
        columns[f"two-well area / K, H_V = {h:g} H_K (1)"] = curves.two_well[k]
        columns[f"linear response, H_V = {h:g} H_K (1)"] = curves.linear[k]
        columns[f"Stoner-Wohlfarth, H_V = {h:g} H_K (1)"] = np.full(curves.sigma.size, curves.cold[k])
    flat = {
        "K V/(k_B T) (1)": np.tile(plane.sigma, plane.field.size),
        "H_V/H_K (1)": np.repeat(plane.field, plane.sigma.size),
        "two-well area / K (1)": plane.two_well.ravel(),
        "linear response (1)": plane.linear.ravel(),
        "Stoner-Wohlfarth (1)": np.repeat(plane.cold, plane.sigma.size),
    }
    return {"three_models_curves.csv": columns, "three_models_plane.csv": flat}
