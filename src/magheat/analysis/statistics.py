"""Mean, standard error and spread over the members of an ensemble, whole or by class."""

from __future__ import annotations

import numpy as np
import xarray as xr

from magheat.errors import SchemaError


def summarize(values: xr.DataArray, dim: str) -> xr.Dataset:
    """Mean, standard error of the mean, spread and number of members along one dimension.

    NaN members do not count. The spread is the standard deviation of one member (n - 1 in the denominator); it and
    the standard error are NaN with fewer than two members.

    Returns
    -------
    Dataset
        ``mean``, ``standard_error``, ``spread`` in the unit of ``values``, and ``members``.

    Raises
    ------
    SchemaError
        When the dimension is not there.
    """
    if dim not in values.dims:
        raise SchemaError(f"values must have the dimension {dim}; got {values.dims}.")
    units = values.attrs.get("units", "1")
    members = values.notnull().sum(dim)
    mean = values.sum(dim) / members.where(members > 0)
    squares = ((values - mean) ** 2).sum(dim)
    spread = (squares / (members - 1).where(members > 1)) ** 0.5
    error = spread / members.where(members > 1) ** 0.5
    words = {"mean": "Mean", "standard_error": "Standard error of the mean", "spread": "Standard deviation of a member"}
    parts = {"mean": mean, "standard_error": error, "spread": spread}
    result = {name: part.assign_attrs(units=units, long_name=words[name]) for name, part in parts.items()}
    return xr.Dataset(result | {"members": members.assign_attrs(units="1", long_name="Members")})


def summarize_classes(values: xr.DataArray, classes: xr.DataArray, dim: str) -> xr.Dataset:
    """:func:`summarize` of each class, along ``kind``, with the ``fraction`` of all members that the class has.

    Parameters
    ----------
    values
        Numbers along ``dim`` and any other dimensions.
    classes
        Label of each member, along ``dim`` only.
    dim
        The members.

    Raises
    ------
    SchemaError
        When ``classes`` is not a label per member.
    """
    if classes.dims != (dim,) or classes.sizes[dim] != values.sizes.get(dim) or not classes.size:
        raise SchemaError(f"classes must hold one label per member along {dim}; got dimensions {dict(classes.sizes)}.")
    kinds, counts = np.unique(classes.values, return_counts=True)
    parts = [summarize(values.isel({dim: np.flatnonzero(classes.values == kind)}), dim) for kind in kinds]
    result = xr.concat(parts, "kind", join="exact").assign_coords(kind=kinds)
    fraction = xr.DataArray(counts / counts.sum(), dims="kind", attrs={"units": "1", "long_name": "Share of members"})
    return result.assign(fraction=fraction)
