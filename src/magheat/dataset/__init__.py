"""The form of a result: names, dimensions and units of a run with particles, and how it is put on disk.

A result is a plain :class:`xarray.Dataset`; everything here is a function that makes, checks, stacks, writes or
reads one. Scalars that may differ from run to run (``frequency``, ``interactions``, ``field_is_linear``, and where
the solver gives them ``amplitude`` and ``damping``) are coordinates, so that they follow a selection along ``run``;
``cycles`` and ``samples_per_cycle`` are attributes, because runs are stacked only when they agree.
"""

from magheat.dataset.ensembles import (
    ENSEMBLE_COORDINATES,
    ENSEMBLE_FLAGS,
    ENSEMBLE_VARIABLES,
    LOW_BARRIER,
    ensemble_run,
    reduced_barrier,
)
from magheat.dataset.files import FORMAT, read_netcdf, write_netcdf
from magheat.dataset.form import require
from magheat.dataset.particles import (
    COORDINATES,
    OPTIONAL_COORDINATES,
    VARIABLES,
    check,
    particle_run,
    samples_per_cycle,
    with_checks,
)
from magheat.dataset.stacking import stack

__all__ = [
    "COORDINATES",
    "ENSEMBLE_COORDINATES",
    "ENSEMBLE_FLAGS",
    "ENSEMBLE_VARIABLES",
    "FORMAT",
    "LOW_BARRIER",
    "OPTIONAL_COORDINATES",
    "VARIABLES",
    "check",
    "ensemble_run",
    "particle_run",
    "read_netcdf",
    "reduced_barrier",
    "require",
    "samples_per_cycle",
    "stack",
    "with_checks",
    "write_netcdf",
]
