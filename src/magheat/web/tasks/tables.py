"""A run as a CSV table or a NetCDF file."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import xarray as xr

from magheat.dataset import write_netcdf

_OF_PARTICLES = {"magnetization": "A/m", "released_heat": "J", "temperature_rise": "K"}


def to_csv(ds: xr.Dataset) -> bytes:
    """All samples, one line each; units in the header."""
    names, columns = ["time (s)", "applied_field (A/m)"], [ds["time"].values, ds["applied_field"].values]
    if "particle" in ds.dims:
        for name, unit in _OF_PARTICLES.items():
            for particle in range(ds.sizes["particle"]):
                names.append(f"{name}_{particle} ({unit})")
                columns.append(ds[name].isel(particle=particle).values)
    else:
        names.append("magnetization (A/m)")
        columns.append(ds["magnetization"].values)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(np.column_stack(columns).tolist())
    return text.getvalue().encode()


def to_netcdf(ds: xr.Dataset) -> bytes:
    """The whole dataset."""
    with tempfile.TemporaryDirectory(prefix="magheat-") as folder:
        path = Path(folder) / "run.nc"
        write_netcdf(ds, path)
        return path.read_bytes()
