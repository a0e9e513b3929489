"""The dataset of a run with particles: names, dimensions and units, and how it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.dataset.form import require, variable
from magheat.errors import SchemaError

FloatArray = npt.NDArray[np.float64]

#: name -> (dimensions, unit, long name) of every variable of a run with particles.
VARIABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "applied_field": (("time",), "A/m", "Applied field along the drive's direction"),
    "applied_field_vector": (("time", "component"), "A/m", "Applied field"),
    "moment_direction": (("time", "particle", "component"), "1", "Direction of the moment"),
    "magnetization": (("time", "particle"), "A/m", "Magnetization along the drive's direction"),
    "released_heat": (("time", "particle"), "J", "Heat released since the start"),
    "field_work": (("time", "particle"), "J", "Work done by the applied field since the start"),
    "dipolar_work": (("time", "particle"), "J", "Work done by the other particles since the start"),
    "energy": (("time", "particle"), "J", "Energy, with the full dipolar energy"),
    "temperature_rise": (("time", "particle"), "K", "Adiabatic temperature rise since the start"),
}

#: name -> (dimensions, unit, long name) of every coordinate that is not a dimension.
COORDINATES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "position": (("particle", "component"), "m", "Position of the centre"),
    "diameter": (("particle",), "m", "Diameter"),
    "volume": (("particle",), "m^3", "Volume"),
    "easy_axis": (("particle", "component"), "1", "Easy axis"),
    "saturation_magnetization": (("particle",), "A/m", "Saturation magnetization"),
    "anisotropy_constant": (("particle",), "J/m^3", "Uniaxial anisotropy constant"),
    "density": (("particle",), "kg/m^3", "Density of the magnetic phase"),
    "heat_capacity": (("particle",), "J/(m^3 K)", "Volumetric heat capacity"),
    "iron_mass_fraction": (("particle",), "1", "Mass fraction of iron in the magnetic phase"),
    "direction": (("component",), "1", "Direction of the drive"),
    "frequency": ((), "Hz", "Frequency of the drive"),
    "interactions": ((), "1", "Whether the dipolar interaction is on"),
    "field_is_linear": ((), "1", "Whether the applied field stays on one line"),
}

#: Scalar coordinates that a solver may give and that analysis uses when they are there.
OPTIONAL_COORDINATES: dict[str, tuple[str, str]] = {
    "amplitude": ("A/m", "Amplitude of the applied field"),
    "damping": ("1", "Damping"),
    "temperature": ("K", "Temperature"),
}

_CHECKS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "heat_sensitivity": (("particle",), "1", "Relative difference of the heat of a twin with a tilted start"),
    "heat_error": (("particle",), "J", "Difference of the heat per cycle to a run at ten times the tolerance"),
    "reproducible": ((), "1", "Whether the heat survives a tilt of the start by 1e-8 rad"),
}


def particle_run(
    *,
    time: FloatArray,
    direction: FloatArray,
    field: FloatArray,
    field_is_linear: bool,
    moments: FloatArray,
    released_heat: FloatArray,
    field_work: FloatArray,
    energy: FloatArray,
    positions: FloatArray,
    diameters: FloatArray,
    easy_axes: FloatArray,
    saturation_magnetization: FloatArray,
    anisotropy_constant: FloatArray,
    density: FloatArray,
    heat_capacity: FloatArray,
    iron_mass_fraction: FloatArray,
    frequency: float,
    cycles: int,
    samples_per_cycle: int,
    interactions: bool,
    attrs: Mapping[str, Any],
    amplitude: float | None = None,
    damping: float | None = None,
    temperature: float | None = None,
) -> xr.Dataset:
    """Dataset of one run, from the arrays that a solver ends with.

    Dipolar work comes by difference from the energy ledger, ``heat = field work + dipolar work - change of energy``,
    magnetization by projection and temperature rise from the heat.

    Parameters
    ----------
    time
        (t,) s; t = cycles * samples_per_cycle + 1, both ends included.
    direction
        (3,) unit vector of the drive.
    field
        (t, 3) A/m.
    field_is_linear
        Whether the field stays on the line of ``direction``; false for rotating and elliptical drives.
    moments
        (t, n, 3) unit vectors.
    released_heat, field_work, energy
        (t, n) J, the first two cumulative from the start.
    positions, diameters
        (n, 3) and (n,) m.
    easy_axes
        (n, 3) unit vectors.
    saturation_magnetization, anisotropy_constant, density, heat_capacity, iron_mass_fraction
        (n,) in A/m, J/m^3, kg/m^3, J/(m^3 K), 1.
    frequency
        Hz.
    cycles, samples_per_cycle
        How ``time`` is divided.
    interactions
        Whether the dipolar interaction was on.
    attrs
        What identifies the run: experiment (JSON), key, magheat_version, solver, solver_options, seed, wall_time_s.
    amplitude, damping, temperature
        A/m, 1 and K; coordinates when given.

    Raises
    ------
    SchemaError
        When an array does not have the shape that the others ask for.
    """
    sizes = {"time": cycles * samples_per_cycle + 1, "particle": len(diameters), "component": 3}
    coordinates: dict[str, Any] = {
        "position": positions,
        "diameter": diameters,
        "volume": np.pi * np.asarray(diameters, dtype=np.float64) ** 3 / 6,
        "easy_axis": easy_axes,
        "saturation_magnetization": saturation_magnetization,
        "anisotropy_constant": anisotropy_constant,
        "density": density,
        "heat_capacity": heat_capacity,
        "iron_mass_fraction": iron_mass_fraction,
        "direction": direction,
        "frequency": float(frequency),
        "interactions": bool(interactions),
        "field_is_linear": bool(field_is_linear),
    }
    given = {
        "applied_field_vector": field,
        "moment_direction": moments,
        "released_heat": released_heat,
        "field_work": field_work,
        "energy": energy,
    }
    coords: dict[str, Any] = {name: variable(name, COORDINATES[name], v, sizes) for name, v in coordinates.items()}
    variables = {name: variable(name, VARIABLES[name], value, sizes) for name, value in given.items()}
    derived = {
        "applied_field": field @ direction,
        "magnetization": saturation_magnetization * (moments @ direction),
        "dipolar_work": released_heat + (energy - energy[0]) - field_work,
        "temperature_rise": released_heat / (heat_capacity * coordinates["volume"]),
    }
    variables |= {name: variable(name, VARIABLES[name], value, sizes) for name, value in derived.items()}
    for name, value in (("amplitude", amplitude), ("damping", damping), ("temperature", temperature)):
        if value is not None:
            coords[name] = variable(name, ((), *OPTIONAL_COORDINATES[name]), float(value), sizes)
    coords["time"] = variable("time", (("time",), "s", "Time"), time, sizes)
    coords["particle"] = ("particle", np.arange(len(diameters)), {"units": "1", "long_name": "Particle"})
    coords["component"] = ("component", np.array(["x", "y", "z"]), {"units": "1", "long_name": "Component"})
    divisions = {"cycles": int(cycles), "samples_per_cycle": int(samples_per_cycle)}
    ordered = {name: variables[name] for name in VARIABLES}
    return xr.Dataset(ordered, coords, attrs=dict(attrs) | divisions)


def with_checks(
    ds: xr.Dataset,
    *,
    heat_sensitivity: FloatArray | None = None,
    heat_error: FloatArray | None = None,
    reproducible: bool | None = None,
) -> xr.Dataset:
    """The dataset of a run with what its twin and its coarser run say about the heat; what is None stays absent.

    Parameters
    ----------
    ds
        A run with particles.
    heat_sensitivity
        (n,) difference of the heat per cycle to the twin's, relative to the largest heat.
    heat_error
        (n,) J, difference of the heat per cycle to the run at ten times the tolerance.
    reproducible
        Whether every entry of ``heat_sensitivity`` is below 1e-3.
    """
    given = {"heat_sensitivity": heat_sensitivity, "heat_error": heat_error, "reproducible": reproducible}
    sizes = {"particle": ds.sizes["particle"]}
    told = {name: variable(name, _CHECKS[name], v, sizes) for name, v in given.items() if v is not None}
    return ds.assign(told) if told else ds


def check(ds: xr.Dataset) -> xr.Dataset:
    """The same dataset, once it is known to be a run with particles in the form that analysis relies on.

    Raises
    ------
    SchemaError
        Naming what is missing or has the wrong dimensions.
    """
    require(ds, *VARIABLES, *COORDINATES)
    for name, (dims, _, _) in (VARIABLES | COORDINATES).items():
        if set(ds[name].dims) - {"run"} != set(dims):
            raise SchemaError(f"{name} must have the dimensions {dims}; got {ds[name].dims}.")
    samples_per_cycle(ds)
    return ds


def samples_per_cycle(ds: xr.Dataset) -> int:
    """Samples in one cycle of a run with particles, which must be whole.

    Raises
    ------
    SchemaError
        When the dataset is no longer a whole run (time was cut or thinned).
    """
    require(ds, "time", "cycles", "samples_per_cycle")
    cycles, samples = int(ds.attrs["cycles"]), int(ds.attrs["samples_per_cycle"])
    if ds.sizes["time"] != cycles * samples + 1:
        raise SchemaError(
            f"time must have cycles x samples_per_cycle + 1 = {cycles * samples + 1} points; got {ds.sizes['time']}. "
            "Pass the whole run, not a part of it."
        )
    return samples
