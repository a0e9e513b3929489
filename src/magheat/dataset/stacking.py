"""Runs of equal size as one dataset with the dimension ``run``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.errors import SchemaError


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
