"""Particles in common arrangements: in order, at random, in clusters; their sizes and their easy axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from magheat.spec.arrangement.aggregate import aggregate
from magheat.spec.arrangement.axes import random_axes, textured_axes
from magheat.spec.arrangement.fractal import fractal
from magheat.spec.arrangement.regular import chain, lattice, pair, ring
from magheat.spec.arrangement.sizes import lognormal_diameters
from magheat.spec.arrangement.suspension import suspension
from magheat.spec.particles import Particles

__all__ = [
    "aggregate",
    "chain",
    "fractal",
    "lattice",
    "lognormal_diameters",
    "pair",
    "random_axes",
    "ring",
    "suspension",
    "textured_axes",
]

#: Name in a file -> what makes the particles.
ARRANGEMENTS: Mapping[str, Callable[..., Particles]] = MappingProxyType(
    {make.__name__: make for make in (pair, chain, ring, lattice, suspension, fractal, aggregate)}
)
