"""Hysteresis loops and the numbers read off them: coercive field, remanence, loss, SLP and ILP.

A loop is a dataset with ``applied_field`` and ``magnetization`` (A/m) over one period along ``time``, end left out.
Loops of a run with particles also carry ``field_work_per_cycle`` (J), which the solver integrated: areas come from
it, because sampled loops miss part of the ringing after a jump. A loop without it is integrated by the trapezoid.
All other dimensions, such as ``particle`` and ``run``, are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.constants import MU_0
from magheat.dataset import require, samples_per_cycle
from magheat.errors import SchemaError

FloatArray = npt.NDArray[np.float64]

_MATERIAL = ("volume", "density", "iron_mass_fraction")


def hysteresis_loop(ds: xr.Dataset) -> xr.Dataset:
    """Loop of each particle over the last cycle, end left out.

    Parameters
    ----------
    ds
        A run with particles; anything that is a loop already is returned as it is.

    Returns
    -------
    Dataset
        ``applied_field(time)`` and ``magnetization(time, particle)`` in A/m, ``field_work_per_cycle(particle)`` in J,
        and the particles' volumes and densities as coordinates.

    Raises
    ------
    SchemaError
        When the dataset is neither a whole run nor a loop.
    """
    require(ds, "applied_field", "magnetization")
    if "field_work" not in ds:
        return ds
    samples = samples_per_cycle(ds)
    loop = ds[["applied_field", "magnetization"]].isel(time=slice(-1 - samples, -1))
    work = ds["field_work"].isel(time=-1, drop=True) - ds["field_work"].isel(time=-1 - samples, drop=True)
    work.attrs = {"units": "J", "long_name": "Work of the applied field per cycle"}
    return loop.assign(field_work_per_cycle=work)


def sample_loop(ds: xr.Dataset) -> xr.Dataset:
    """Loop of the whole sample over the last cycle: the volume-weighted mean of the particles' magnetizations.

    Parameters
    ----------
    ds
        A run with particles, or the loops of its particles; a loop without particles is returned as it is.

    Returns
    -------
    Dataset
        As :func:`hysteresis_loop` without ``particle``: the work is the sum, ``volume`` the total volume, ``density``
        and ``iron_mass_fraction`` those of the whole.

    Raises
    ------
    SchemaError
        When the dataset is neither a whole run nor a loop.
    """
    loop = hysteresis_loop(ds)
    if "particle" not in loop["magnetization"].dims:
        return loop
    require(loop, *_MATERIAL)
    volume, density, iron = (loop[name] for name in _MATERIAL)
    total, mass = volume.sum("particle"), (density * volume).sum("particle")
    mean = (loop["magnetization"] * volume).sum("particle") / total
    whole = {
        "volume": total,
        "density": mass / total,
        "iron_mass_fraction": (iron * density * volume).sum("particle") / mass,
    }
    for name, value in whole.items():
        value.attrs = {"units": loop[name].attrs.get("units", "1"), "long_name": f"{name} of the sample"}
    mean.attrs = {"units": "A/m", "long_name": "Magnetization of the sample"}
    result = loop.drop_dims("particle").assign(magnetization=mean).assign_coords(whole)
    if "field_work_per_cycle" in loop:
        work = loop["field_work_per_cycle"].sum("particle").assign_attrs(loop["field_work_per_cycle"].attrs)
        result = result.assign(field_work_per_cycle=work)
    return result


def loss_per_cycle(loop: xr.Dataset) -> xr.DataArray:
    """Loss in one closed cycle, mu_0 times the loop area, in J/m^3; positive means loss.

    From ``field_work_per_cycle`` where the loop has it, otherwise by the trapezoid with the periodic closure. A
    particle's own area is the work that the field does on it, not the heat it releases: neighbours exchange energy.

    Parameters
    ----------
    loop
        A loop, or a run, whose last cycle is taken.

    Returns
    -------
    DataArray
        In J/m^3: (particle) of loops of particles, a number of the loop of a sample.

    Raises
    ------
    SchemaError
        When the drive is not linear and the loop carries no work.
    """
    loop = hysteresis_loop(loop)
    if "field_work_per_cycle" in loop:
        require(loop, "volume")
        loss = loop["field_work_per_cycle"] / loop["volume"]
    else:
        _require_linear(loop, "loss_per_cycle without field_work")
        h, m = loop["applied_field"], loop["magnetization"]
        mean_h = (h + h.roll(time=-1)) / 2
        loss = (MU_0 * mean_h * (m.roll(time=-1) - m)).sum("time", skipna=False)
    return _named(loss, "loss_per_cycle", "J/m^3", "Loss per cycle")


def slp(
    loop: xr.Dataset,
    *,
    frequency: float | None = None,
    density: float | None = None,
    per: Literal["magnetic phase", "iron"] = "magnetic phase",
) -> xr.DataArray:
    """Specific loss power, loss per cycle x frequency / density, in W/kg.

    Parameters
    ----------
    loop
        A loop or a run. Of the whole sample: ``slp(sample_loop(run))``.
    frequency, density
        Hz and kg/m^3; the loop's own when None.
    per
        Mass that the power is divided by: of the magnetic phase, or of its iron.

    Raises
    ------
    SchemaError
        When the loop does not carry what was not given, or ``per`` is neither of the two.
    """
    if per not in ("magnetic phase", "iron"):
        raise SchemaError(f'per must be "magnetic phase" or "iron"; got {per!r}.')
    loop = hysteresis_loop(loop)
    f = scalar(loop, "frequency", frequency)
    mass_density = scalar(loop, "density", density)
    if per == "iron":
        mass_density = mass_density * scalar(loop, "iron_mass_fraction", None)
    of = "magnetic phase" if per == "magnetic phase" else "iron"
    return _named(loss_per_cycle(loop) * f / mass_density, "slp", "W/kg", f"Specific loss power per mass of {of}")


def ilp(loop: xr.Dataset, *, frequency: float | None = None, density: float | None = None) -> xr.DataArray:
    """Intrinsic loss power, SLP / (amplitude^2 x frequency), in H m^2/kg (1e-9 of it is the usual nH m^2/kg).

    The SLP is per mass of magnetic phase; NaN in a static field. ILP depends on the amplitude outside linear
    response.

    Parameters
    ----------
    loop, frequency, density
        As in :func:`slp`.

    Raises
    ------
    SchemaError
        When the loop does not carry what was not given.
    """
    loop = hysteresis_loop(loop)
    f = scalar(loop, "frequency", frequency)
    power = slp(loop, frequency=frequency, density=density)
    square = field_amplitude(loop) ** 2 * f
    return _named(power / square.where(square > 0), "ilp", "H m^2/kg", "Intrinsic loss power")


def field_amplitude(loop: xr.Dataset) -> xr.DataArray:
    """Amplitude of the applied field in A/m: the drive's own where the run carries it, or half its peak to peak.

    Parameters
    ----------
    loop
        A loop or a run.

    Raises
    ------
    SchemaError
        When the loop has no ``applied_field``.
    """
    require(loop, "applied_field")
    if "amplitude" in loop.coords:
        return _named(loop["amplitude"].reset_coords(drop=True), "amplitude", "A/m", "Amplitude of the applied field")
    h = loop["applied_field"]
    return _named((h.max("time") - h.min("time")) / 2, "amplitude", "A/m", "Amplitude of the applied field")


def coercive_field(loop: xr.Dataset) -> xr.DataArray:
    """Coercive field in A/m: minus the applied field at the last zero of the magnetization on the descending branch.

    The descending branch runs from the highest applied field to the lowest, the time spent at the lowest included;
    between samples the loop is a straight line. Positive for an ordinary loop, negative for an inverted one (the
    magnetization changes sign before the field does), NaN where the magnetization does not change sign and in a field
    that stands still.

    Parameters
    ----------
    loop
        A loop, or a run, whose last cycle is taken.

    Returns
    -------
    DataArray
        In A/m: (particle) of loops of particles, a number of the loop of a sample.

    Raises
    ------
    SchemaError
        For rotating and elliptical drives, which have no descending branch.
    """
    return _named(_on_branch(loop, "coercive_field", _last_crossing), "coercive_field", "A/m", "Coercive field")


def crossings(loop: xr.Dataset) -> xr.DataArray:
    """All zeros of the magnetization on the descending branch, as coercive fields in A/m along ``crossing``.

    In the order in which the field sweeps over them, NaN-padded to the most that any loop has; the last is
    :func:`coercive_field`.

    Parameters
    ----------
    loop
        A loop, or a run, whose last cycle is taken.

    Raises
    ------
    SchemaError
        For rotating and elliptical drives.
    """
    loop = hysteresis_loop(loop)
    most = max(1, loop.sizes["time"])
    padded = _on_branch(loop, "crossings", lambda h, m: _padded(0.0 - _zeros(m, h), most), ["crossing"])
    padded = padded.dropna("crossing", how="all")
    return _named(padded, "crossings", "A/m", "Coercive fields at all zeros of the descending branch")


def remanence(loop: xr.Dataset) -> xr.DataArray:
    """Magnetization in A/m where the applied field is zero on the descending branch; negative if M has switched there.

    With a bias it is still read where the whole applied field is zero; NaN where that never is, and in a field that
    stands still.

    Parameters
    ----------
    loop
        A loop, or a run, whose last cycle is taken.

    Returns
    -------
    DataArray
        In A/m: (particle) of loops of particles, a number of the loop of a sample.

    Raises
    ------
    SchemaError
        For rotating and elliptical drives.
    """
    return _named(_on_branch(loop, "remanence", _at_zero_field), "remanence", "A/m", "Remanence")


def _on_branch(
    loop: xr.Dataset,
    what: str,
    read: Callable[[FloatArray, FloatArray], FloatArray],
    output: list[str] | None = None,
) -> xr.DataArray:
    """What ``read(field, magnetization)`` says of the descending branch of every loop."""
    loop = hysteresis_loop(loop)
    _require_linear(loop, what)
    result: xr.DataArray = xr.apply_ufunc(
        lambda h, m: read(*_descending(h, m)),
        loop["applied_field"],
        loop["magnetization"],
        input_core_dims=[["time"], ["time"]],
        output_core_dims=[output or []],
        vectorize=True,
        output_dtypes=[np.float64],
    )
    return result


def _descending(h: FloatArray, m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Field and magnetization on the descending branch; a field that stands still, but not at zero, has none."""
    order = descending_branch(h) if np.ptp(h) > 0 or h[0] == 0 else np.arange(0)
    return h[order], m[order]


def descending_branch(h: FloatArray) -> npt.NDArray[np.intp]:
    """Samples, in order, from the last at the highest field to the last at the lowest; ``h`` (t,) is one period."""
    lowest = int(np.argmin(h))
    order = np.roll(np.arange(h.size), -lowest)
    rolled = h[order]
    slack = 1e-9 * (h.max() - h.min())
    start = int(np.flatnonzero(rolled >= h.max() - slack)[-1])
    above = np.flatnonzero(rolled > h.min() + slack)
    stop = int(above[0]) if above.size else h.size
    return np.concatenate([order[start:], order[:stop]])


def _zeros(y: FloatArray, x: FloatArray) -> FloatArray:
    """Places x at which y changes sign, by straight lines between samples; an exact zero counts once."""
    nonzero = np.flatnonzero(y)
    flips = np.flatnonzero(np.diff(np.sign(y[nonzero])))
    a, b = nonzero[flips], nonzero[flips + 1]
    a, b = np.where(b > a + 1, b - 1, a), b  # a run of exact zeros: its last sample is the place
    zeros: FloatArray = x[a] - y[a] * (x[b] - x[a]) / (y[b] - y[a])
    return zeros


def _last_crossing(h: FloatArray, m: FloatArray) -> FloatArray:
    zeros = _zeros(m, h)
    return np.asarray(0.0 - zeros[-1] if zeros.size else np.nan)


def _at_zero_field(h: FloatArray, m: FloatArray) -> FloatArray:
    zeros = _zeros(h, m)
    return np.asarray(zeros[-1] if zeros.size else np.nan)


def _padded(values: FloatArray, size: int) -> FloatArray:
    return np.concatenate([values, np.full(size - values.size, np.nan)])


def _require_linear(loop: xr.Dataset, what: str) -> None:
    if "field_is_linear" in loop.variables and not bool(loop["field_is_linear"].all()):
        raise SchemaError(
            f"{what} must have a drive that stays on one line; got a rotating or elliptical one. "
            "Its loss comes from field_work: loss_per_cycle."
        )


def scalar(loop: xr.Dataset, name: str, given: float | None) -> xr.DataArray:
    """A number that a loop carries as a coordinate, variable or attribute, unless another is given.

    Raises
    ------
    SchemaError
        When it is neither carried nor given.
    """
    if given is not None:
        return xr.DataArray(given)
    if name in loop.variables:
        return loop[name].reset_coords(drop=True)
    if name in loop.attrs:
        return xr.DataArray(float(loop.attrs[name]))
    raise SchemaError(f"loop must have {name}; got one without. Give it as {name}=...")


def _named(values: xr.DataArray, name: str, units: str, long_name: str) -> xr.DataArray:
    return values.rename(name).assign_attrs(units=units, long_name=long_name)
