"""The form of a result: names, dimensions and units of a run with particles, and how it is put on disk.

A result is a plain :class:`xarray.Dataset`; everything here is a function that makes, checks, stacks, writes or
reads one. Scalars that may differ from run to run (``frequency``, ``interactions``, ``field_is_linear``, and where
the solver gives them ``amplitude`` and ``damping``) are coordinates, so that they follow a selection along ``run``;
``cycles`` and ``samples_per_cycle`` are attributes, because runs are stacked only when they agree.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.errors import SchemaError, SpecError

FloatArray = npt.NDArray[np.float64]

#: Version of the layout on disk; a file with a higher number is refused.
FORMAT = 1
_FORMAT_KEY = "magheat_format"
_JSON_KEY = "magheat_json_attributes"

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

#: The same of a run with an ensemble: one steady cycle, end left out.
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
#: What a model of ensembles doubts about its own result.
ENSEMBLE_FLAGS: dict[str, str] = {
    "low_barrier": "Whether K V is below 3 k_B T, where there are no two wells to speak of",
    "not_converged": "Whether the interaction did not settle",
    "may_break_symmetry": "Whether the mean field could magnetize the sample by itself",
    "above_brezovich": "Whether H f is above 4.85e8 A/(m s)",
    "above_hergt_dutz": "Whether H f is above 5e9 A/(m s)",
}

#: Scalar coordinates that a solver may give and that analysis uses when they are there.
OPTIONAL_COORDINATES: dict[str, tuple[str, str]] = {
    "amplitude": ("A/m", "Amplitude of the applied field"),
    "damping": ("1", "Damping"),
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
    amplitude, damping
        A/m and 1; coordinates when given.

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
    coords: dict[str, Any] = {name: _variable(name, COORDINATES[name], v, sizes) for name, v in coordinates.items()}
    variables = {name: _variable(name, VARIABLES[name], value, sizes) for name, value in given.items()}
    derived = {
        "applied_field": field @ direction,
        "magnetization": saturation_magnetization * (moments @ direction),
        "dipolar_work": released_heat + (energy - energy[0]) - field_work,
        "temperature_rise": released_heat / (heat_capacity * coordinates["volume"]),
    }
    variables |= {name: _variable(name, VARIABLES[name], value, sizes) for name, value in derived.items()}
    for name, value in (("amplitude", amplitude), ("damping", damping)):
        if value is not None:
            coords[name] = _variable(name, ((), *OPTIONAL_COORDINATES[name]), float(value), sizes)
    coords["time"] = _variable("time", (("time",), "s", "Time"), time, sizes)
    coords["particle"] = ("particle", np.arange(len(diameters)), {"units": "1", "long_name": "Particle"})
    coords["component"] = ("component", np.array(["x", "y", "z"]), {"units": "1", "long_name": "Component"})
    divisions = {"cycles": int(cycles), "samples_per_cycle": int(samples_per_cycle)}
    ordered = {name: variables[name] for name in VARIABLES}
    return xr.Dataset(ordered, coords, attrs=dict(attrs) | divisions)


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
    variables = {name: _variable(name, ENSEMBLE_VARIABLES[name], value, sizes) for name, value in given.items()}
    for name, words in ENSEMBLE_FLAGS.items():
        variables[name] = _variable(name, ((), "1", words), bool(flags[name]), sizes)
    coords: dict[str, Any] = {
        name: _variable(name, ((), *form), float(scalars[name]), sizes) for name, form in ENSEMBLE_COORDINATES.items()
    }
    coords["time"] = _variable("time", (("time",), "s", "Time"), time, sizes)
    return xr.Dataset(variables, coords, attrs=dict(attrs))


def _variable(name: str, form: tuple[tuple[str, ...], str, str], value: Any, sizes: Mapping[str, int]) -> xr.Variable:
    dims, unit, long_name = form
    array = np.asarray(value)
    shape = tuple(sizes[dim] for dim in dims)
    if array.shape != shape:
        raise SchemaError(f"{name} must have shape {shape} ({', '.join(dims)}); got {array.shape}.")
    return xr.Variable(dims, array, attrs={"units": unit, "long_name": long_name})


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
    told = {name: _variable(name, _CHECKS[name], v, sizes) for name, v in given.items() if v is not None}
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


def require(ds: xr.Dataset, *names: str) -> None:
    """Refuse a dataset that lacks one of the variables, coordinates or attributes named.

    Raises
    ------
    SchemaError
        Naming all that are missing.
    """
    if not isinstance(ds, xr.Dataset):
        raise SchemaError(f"dataset must be an xarray.Dataset; got {type(ds).__name__}.")
    missing = [name for name in names if name not in ds.variables and name not in ds.attrs]
    if missing:
        have = ", ".join(map(str, ds.variables)) or "nothing"
        raise SchemaError(
            f"dataset must have {', '.join(missing)}; got one with {have}. Use a run with particles, whole."
        )


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


def stack(runs: Sequence[xr.Dataset]) -> xr.Dataset:
    """Runs with the same particles, times and cycles as one dataset with the dimension ``run``, first.

    Variables gain the dimension; a coordinate only where it differs between runs; an attribute that differs becomes
    a coordinate along ``run`` (as JSON text where the values are of mixed kinds).

    Raises
    ------
    SchemaError
        When there is no run, or variables, particle counts or times differ.
    """
    if not runs:
        raise SchemaError("runs must hold at least one dataset; got none.")
    first = runs[0]
    for index, ds in enumerate(runs[1:], start=1):
        _require_stackable(first, ds, index)
    variables: dict[str, xr.Variable] = {}
    for name, model in first.variables.items():
        arrays = [ds.variables[name].values for ds in runs]
        if name in first.coords and all(np.array_equal(arrays[0], other) for other in arrays[1:]):
            variables[str(name)] = model
        else:
            variables[str(name)] = xr.Variable(("run", *model.dims), np.stack(arrays), attrs=model.attrs)
    attrs: dict[str, Any] = {}
    for name in first.attrs:
        values = [ds.attrs[name] for ds in runs]
        if all(value == values[0] for value in values[1:]):
            attrs[name] = values[0]
        else:
            told = {"units": "s" if name.endswith("_s") else "1", "long_name": name.replace("_", " ")}
            variables[name] = xr.Variable(("run",), _texts_or_numbers(values), attrs=told)
    variables["run"] = xr.Variable(("run",), np.arange(len(runs)), attrs={"units": "1", "long_name": "Run"})
    coords = {name: v for name, v in variables.items() if name not in first.data_vars}
    return xr.Dataset({str(name): variables[str(name)] for name in first.data_vars}, coords, attrs=attrs)


def _require_stackable(first: xr.Dataset, other: xr.Dataset, index: int) -> None:
    for what, a, b in (
        ("variables", set(first.variables), set(other.variables)),
        ("attributes", set(first.attrs), set(other.attrs)),
    ):
        if a != b:
            names = ", ".join(sorted(map(str, a ^ b)))
            raise SchemaError(f"runs must all have the same {what}; run {index} and run 0 differ in {names}.")
    if dict(first.sizes) != dict(other.sizes) or not np.array_equal(first["time"], other["time"]):
        raise SchemaError(
            f"runs must have equal particle counts and times; run 0 has {dict(first.sizes)}, "
            f"run {index} {dict(other.sizes)}. Use a sweep."
        )


def _texts_or_numbers(values: Sequence[Any]) -> npt.NDArray[Any]:
    if all(isinstance(value, str) for value in values):
        return np.array(values)
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return np.array(values)
    return np.array([json.dumps(value) for value in values])


def write_netcdf(ds: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a dataset to a NetCDF file, whole or not at all.

    It is written under a temporary name in the same folder, flushed to the disk and renamed; an interruption leaves
    the old file, if there was one, and nothing else. xarray reads it without magheat, too.

    Parameters
    ----------
    ds
        A run, one or many.
    path
        The file, in a folder that exists.

    Raises
    ------
    SpecError
        When the folder does not exist or ``path`` is a folder.
    """
    target = Path(path)
    if not target.parent.is_dir() or target.is_dir():
        raise SpecError(f"path must name a file in an existing folder; got {str(path)!r}.")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        _encode_attributes(ds).to_netcdf(temporary, engine="h5netcdf")
        _flush(temporary)
        os.replace(temporary, target)
        _flush(target.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_netcdf(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a dataset that :func:`write_netcdf` wrote, into memory.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SchemaError
        When the file is missing, damaged, of another program or of a newer layout.
    """
    if not Path(path).is_file():
        raise SchemaError(f"path must name an existing file; got {str(path)!r}.")
    try:
        h5py.File(path, "r").close()  # h5netcdf leaves a half-made object behind, with a trace, when this fails
        with xr.open_dataset(path, engine="h5netcdf", decode_times=False) as opened:
            ds = opened.load()
    except (OSError, ValueError, KeyError, RuntimeError, AttributeError) as error:
        raise SchemaError(
            f"path must name a whole NetCDF file; got {str(path)!r}, which cannot be read: it is damaged or of "
            "another kind."
        ) from error
    version = ds.attrs.get(_FORMAT_KEY)
    if not isinstance(version, (int, np.integer)):
        raise SchemaError(f"path must name a file that magheat wrote; {str(path)!r} has no {_FORMAT_KEY} attribute.")
    if version > FORMAT:
        raise SchemaError(
            f"{_FORMAT_KEY} must be at most {FORMAT}; got {version} in {str(path)!r}. A newer magheat reads it."
        )
    return _decode_attributes(ds)


def _encode_attributes(ds: xr.Dataset) -> xr.Dataset:
    """The same data with attributes that NetCDF can hold: None, bool, lists and mappings go into one JSON text."""
    plain: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in ds.attrs.items():
        simple = isinstance(value, (str, int, float)) and not isinstance(value, bool)
        (plain if simple else rest)[str(name)] = value
    return ds.assign_attrs({}).pipe(_with_attrs, {**plain, _JSON_KEY: json.dumps(rest), _FORMAT_KEY: FORMAT})


def _with_attrs(ds: xr.Dataset, attrs: Mapping[str, Any]) -> xr.Dataset:
    changed = ds.copy()
    changed.attrs = dict(attrs)
    return changed


def _decode_attributes(ds: xr.Dataset) -> xr.Dataset:
    plain = {n: v.item() if isinstance(v, np.generic) else v for n, v in ds.attrs.items()}
    rest = json.loads(plain.pop(_JSON_KEY, "{}"))
    plain.pop(_FORMAT_KEY)
    return _with_attrs(ds, plain | rest)
