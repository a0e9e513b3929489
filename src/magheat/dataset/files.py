"""A dataset as a NetCDF file: written whole or not at all, read only when whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from magheat.errors import SchemaError, SpecError
from magheat.whole import whole_file

#: Version of the layout on disk; a file with a higher number is refused.
FORMAT = 1
_FORMAT_KEY = "magheat_format"
_JSON_KEY = "magheat_json_attributes"


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
    with whole_file(target) as temporary:
        _encode_attributes(ds).to_netcdf(temporary, engine="h5netcdf")


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
