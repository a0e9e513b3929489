"""What all applied fields have in common: the base class, and the checks of their arguments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from magheat.errors import SpecError
from magheat.spec import waveform as wave
from magheat.spec.checks import Vector, broken, not_negative, positive, replaced
from magheat.spec.checks import direction as unit_direction
from magheat.spec.waveform import Waveform
from magheat.units import FloatArray, Quantities, Quantity, parse

#: A field of this size (A/m, 1257 T) or more is no coil's but a wrong unit.
LARGEST_FIELD = 1e9
Z_AXIS: Vector = (0.0, 0.0, 1.0)


class AppliedField(ABC):
    """What every applied field has: `amplitude` (A/m), `frequency` (Hz), `direction` (a unit vector), `waveform`."""

    __slots__ = ()

    amplitude: float
    frequency: float
    direction: Vector

    @abstractmethod
    def waveform(self) -> Waveform:
        """The field as numbers, for the kernels."""

    def field(self, t: ArrayLike) -> FloatArray:
        """H at the times ``t`` (any shape, s): (..., 3) in A/m."""
        return wave.field(self.waveform(), t)

    def rate(self, t: ArrayLike) -> FloatArray:
        """dH/dt at the times ``t`` (any shape, s): (..., 3) in A/(m s)."""
        return wave.rate(self.waveform(), t)

    def replace(self, **changes: Any) -> Self:
        """The field with some arguments changed."""
        return replaced(self, changes)

    @property
    def period(self) -> float:
        """Duration of one cycle, in s."""
        return 1.0 / self.frequency

    @property
    def is_linear(self) -> bool:
        """Whether H stays along ``direction``: only then does a loop of M against H have a meaning."""
        drive = self.waveform()
        parts = np.array([drive.offset, drive.cosine, drive.sine])
        across = np.cross(parts, drive.direction)
        return bool(np.abs(across).max() <= 1e-12 * np.abs(parts).max())


def common_arguments(
    owner: str, amplitude: Quantity, frequency: Quantity, direction: Quantities, phase: Quantity, bias: Quantity
) -> dict[str, Any]:
    """The five arguments that every periodic field has, checked."""
    return {
        "amplitude": field_amplitude(amplitude, f"{owner}.amplitude"),
        "frequency": _frequency(frequency, f"{owner}.frequency"),
        "direction": unit_direction(direction, f"{owner}.direction"),
        "phase": parse(phase, "rad", f"{owner}.phase"),
        "bias": limited_field(bias, f"{owner}.bias"),
    }


def field_amplitude(value: Quantity, name: str) -> float:
    """An amplitude in A/m, >= 0."""
    not_negative(value, "A/m", name, "a phase of '180 deg' turns the field round")
    return limited_field(value, name)


def limited_field(value: Quantity, name: str) -> float:
    """A field in A/m, of a size that a coil can have."""
    number = parse(value, "A/m", name)
    if abs(number) < LARGEST_FIELD:
        return number
    raise SpecError(broken(name, f"< {LARGEST_FIELD:g} A/m (1257 T)", value, "A/m", "check its unit"))


def _frequency(value: Quantity, name: str) -> float:
    number = positive(value, "Hz", name, "such as '500 kHz'")
    if 1e-12 < number < 1e18:
        return number
    raise SpecError(broken(name, "> 1e-12 and < 1e18 Hz", value, "Hz", "such as '500 kHz'"))
