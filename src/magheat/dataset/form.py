"""How a variable of a result is checked: its dimensions and its units; what analysis may rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from magheat.errors import SchemaError


def variable(name: str, form: tuple[tuple[str, ...], str, str], value: Any, sizes: Mapping[str, int]) -> xr.Variable:
    """An array with its form (dimensions, unit, long name), once it has the shape that the sizes ask for.

    Raises
    ------
    SchemaError
        When the shape is another one.
    """
    dims, unit, long_name = form
    array = np.asarray(value)
    shape = tuple(sizes[dim] for dim in dims)
    if array.shape != shape:
        raise SchemaError(f"{name} must have shape {shape} ({', '.join(dims)}); got {array.shape}.")
    return xr.Variable(dims, array, attrs={"units": unit, "long_name": long_name})


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
