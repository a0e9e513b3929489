"""What random spheres are put into: a cube or a sphere about the origin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from magheat.spec.arrangement.geometry import random_directions
from magheat.units import FloatArray


class Container(Protocol):
    """Room for spheres, with hard walls: none of a sphere is outside."""

    @property
    def width(self) -> float:
        """Diameter of the largest sphere that fits in."""

    def drawn(self, diameters: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Centres (n, 3), uniform over where spheres of these diameters may be."""

    def confined(self, places: FloatArray, diameters: FloatArray) -> FloatArray:
        """The nearest centres (n, 3) at which such spheres are inside; those that are stay, bit by bit."""


@dataclass(frozen=True)
class Cube:
    """A cube with the edge ``width``."""

    width: float

    @classmethod
    def of_volume(cls, volume: float) -> Cube:
        """The cube of a volume."""
        return cls(volume ** (1 / 3))

    def drawn(self, diameters: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Uniform centres, (n, 3)."""
        shares = generator.uniform(-0.5, 0.5, (len(diameters), 3))
        return shares * (self.width - diameters)[:, None]

    def confined(self, places: FloatArray, diameters: FloatArray) -> FloatArray:
        """Centres within the walls, (n, 3)."""
        most = (self.width - diameters)[:, None] / 2
        return np.clip(places, -most, most)


@dataclass(frozen=True)
class Ball:
    """A sphere with the diameter ``width``."""

    width: float

    @classmethod
    def of_volume(cls, volume: float) -> Ball:
        """The sphere of a volume."""
        return cls((6 * volume / math.pi) ** (1 / 3))

    def drawn(self, diameters: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Uniform centres, (n, 3)."""
        share = generator.uniform(0.0, 1.0, len(diameters)) ** (1 / 3)
        return random_directions(len(diameters), generator) * (share * (self.width - diameters) / 2)[:, None]

    def confined(self, places: FloatArray, diameters: FloatArray) -> FloatArray:
        """Centres within the wall, (n, 3)."""
        most, distance = (self.width - diameters) / 2, np.linalg.norm(places, axis=1)
        out = distance > most
        result = places.copy()
        result[out] *= (most[out] / distance[out])[:, None]
        return result
