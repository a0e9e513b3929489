"""The dataset of a run with an ensemble: one steady cycle, and what the model doubts about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.constants import BOLTZMANN
from magheat.dataset.form import variable

FloatArray = npt.NDArray[np.float64]

#: name -> (dimensions, unit, long name) of every variable.
ENSEMBLE_VARIABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "applied_field": (("time",), "A/m", "Applied field along the drive's direction"),
    "magnetization": (("time",), "A/m", "Magnetization along the drive's direction"),
}
ENSEMBLE_COORDINATES: dict[str, tuple[str, str]] = {
    "frequency": ("Hz", "Frequency of the drive"),
    "amplitude": ("A/m", "Amplitude of the applied field"),
    "temperature": ("K", "Temperature"),
    "saturation_magnetization": ("A/m", "Saturation magnetization"),
    "anisotropy_constant": ("J/m^3", "Uniaxial anisotropy constant"),
    "diameter": ("m", "Diameter"),
    "interaction": ("1", "Diameter over distance"),
    "density": ("kg/m^3", "Density of the magnetic phase"),
    "iron_mass_fraction": ("1", "Mass fraction of iron in the magnetic phase"),
}
#: K V/(k_B T) below which there are no two wells to speak of, and rates are wrong.
LOW_BARRIER = 3.0
#: What a model of ensembles doubts about its own result.
ENSEMBLE_FLAGS: dict[str, str] = {
    "low_barrier": "Whether K V is below 3 k_B T, where there are no two wells to speak of",
    "not_converged": "Whether the interaction did not settle",
    "may_break_symmetry": "Whether the mean field could magnetize the sample by itself",
    "above_brezovich": "Whether H f is above 4.85e8 A/(m s)",
    "above_hergt_dutz": "Whether H f is above 5e9 A/(m s)",
}


def reduced_barrier(anisotropy_constant: FloatArray, diameter: FloatArray, temperature: FloatArray) -> FloatArray:
    """K V/(k_B T)."""
    result: FloatArray = anisotropy_constant * np.pi / 6 * diameter**3 / (BOLTZMANN * temperature)
    return result


def ensemble_run(
    *,
    time: FloatArray,
    field: FloatArray,
    magnetization: FloatArray,
    scalars: Mapping[str, float],
    flags: Mapping[str, bool],
    attrs: Mapping[str, Any],
) -> xr.Dataset:
    """Dataset of one steady cycle of an ensemble, end left out.

    Parameters
    ----------
    time
        (t,) s, from 0.
    field, magnetization
        (t,) A/m, along the drive's direction.
    scalars
        Every one of ENSEMBLE_COORDINATES, SI.
    flags
        Every one of ENSEMBLE_FLAGS.
    attrs
        As of :func:`particle_run`.
    """
    sizes = {"time": len(time)}
    given = {"applied_field": field, "magnetization": magnetization}
    variables = {name: variable(name, ENSEMBLE_VARIABLES[name], value, sizes) for name, value in given.items()}
    for name, words in ENSEMBLE_FLAGS.items():
        variables[name] = variable(name, ((), "1", words), bool(flags[name]), sizes)
    coords: dict[str, Any] = {
        name: variable(name, ((), *form), float(scalars[name]), sizes) for name, form in ENSEMBLE_COORDINATES.items()
    }
    coords["time"] = variable("time", (("time",), "s", "Time"), time, sizes)
    return xr.Dataset(variables, coords, attrs=dict(attrs))
