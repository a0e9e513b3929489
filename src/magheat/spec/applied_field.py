"""The applied field: what the coil does, as a function of time.

Every periodic field is ``amplitude * shape(2 pi f t + phase) + bias`` along its direction, with the shape's maximum,
1, at phase 0. Amplitudes are fields in A/m; a string may be in A/m, kA/m, Oe, or as a flux density in T, mT or G.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from magheat.errors import SpecError
from magheat.spec import waveform as wave
from magheat.spec.checks import Vector, broken, explain_arguments, positive, store
from magheat.spec.checks import direction as unit_direction
from magheat.spec.field_base import Z_AXIS, AppliedField, common_arguments, field_amplitude, limited_field
from magheat.spec.sampled_field import Sampled
from magheat.spec.waveform import Waveform
from magheat.units import Quantities, Quantity, parse

__all__ = [
    "KINDS",
    "AppliedField",
    "Elliptical",
    "Rotating",
    "Sampled",
    "Sinusoidal",
    "Square",
    "Static",
    "Trapezoidal",
    "Triangular",
]

#: The shortest rise of a square field, in periods.
_SHORTEST_RISE = 1e-9


@dataclass(frozen=True, slots=True, init=False)
class Sinusoidal(AppliedField):
    """H = amplitude cos(2 pi f t + phase) + bias, along ``direction``.

    Parameters
    ----------
    amplitude
        In A/m, >= 0.
    frequency
        In Hz, > 0.
    direction
        (3,), normalised here.
    phase
        In rad; at 0 the field starts at its maximum.
    bias
        Static field along ``direction``, in A/m.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """

    amplitude: float
    frequency: float
    direction: Vector
    phase: float
    bias: float

    @explain_arguments
    def __init__(
        self,
        *,
        amplitude: Quantity,
        frequency: Quantity,
        direction: Quantities = Z_AXIS,
        phase: Quantity = 0.0,
        bias: Quantity = 0.0,
    ) -> None:
        store(self, **common_arguments("Sinusoidal", amplitude, frequency, direction, phase, bias))

    def waveform(self) -> Waveform:
        """The field as numbers."""
        along = np.array(self.direction)
        cosine, sine = self.amplitude * np.cos(self.phase), -self.amplitude * np.sin(self.phase)
        return wave.harmonic(self.bias * along, cosine * along, sine * along, along, self.frequency)


@dataclass(frozen=True, slots=True, init=False)
class Triangular(AppliedField):
    """A field that falls and rises at a constant rate: from the maximum at phase 0 to the minimum at pi and back.

    Parameters
    ----------
    amplitude, frequency, direction, phase, bias
        As for `Sinusoidal`.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """

    amplitude: float
    frequency: float
    direction: Vector
    phase: float
    bias: float

    @explain_arguments
    def __init__(
        self,
        *,
        amplitude: Quantity,
        frequency: Quantity,
        direction: Quantities = Z_AXIS,
        phase: Quantity = 0.0,
        bias: Quantity = 0.0,
    ) -> None:
        store(self, **common_arguments("Triangular", amplitude, frequency, direction, phase, bias))

    def waveform(self) -> Waveform:
        """The field as numbers: two pieces."""
        return _trapezoid(self, self.phase, self.bias, flat_fraction=0.0)


@dataclass(frozen=True, slots=True, init=False)
class Trapezoidal(AppliedField):
    """A field with plateaus at both ends and constant rates between; phase 0 is the middle of the upper plateau.

    Parameters
    ----------
    amplitude, frequency, direction, phase, bias
        As for `Sinusoidal`.
    flat_fraction
        Share of the period that both plateaus take together, in [0, 1); 0 is a triangle.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """

    amplitude: float
    frequency: float
    direction: Vector
    flat_fraction: float
    phase: float
    bias: float

    @explain_arguments
    def __init__(
        self,
        *,
        amplitude: Quantity,
        frequency: Quantity,
        direction: Quantities = Z_AXIS,
        flat_fraction: Quantity = 0.5,
        phase: Quantity = 0.0,
        bias: Quantity = 0.0,
    ) -> None:
        fraction = parse(flat_fraction, "1", "Trapezoidal.flat_fraction")
        if not 0 <= fraction <= 1 - 2 * _SHORTEST_RISE:
            raise SpecError(
                broken("Trapezoidal.flat_fraction", ">= 0 and < 1", flat_fraction, "1", "it is a share of the period")
            )
        store(
            self,
            **common_arguments("Trapezoidal", amplitude, frequency, direction, phase, bias),
            flat_fraction=fraction,
        )

    def waveform(self) -> Waveform:
        """The field as numbers."""
        return _trapezoid(self, self.phase, self.bias, self.flat_fraction)


@dataclass(frozen=True, slots=True, init=False)
class Square(AppliedField):
    """A field that switches between two plateaus within a finite time; phase 0 is the middle of the upper plateau.

    Parameters
    ----------
    amplitude, frequency, direction, phase, bias
        As for `Sinusoidal`.
    rise_time
        Duration of one full reversal, from plateau to plateau at a constant rate, in s; at most half a period, by
        default a hundredth.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """

    amplitude: float
    frequency: float
    direction: Vector
    rise_time: float
    phase: float
    bias: float

    @explain_arguments
    def __init__(
        self,
        *,
        amplitude: Quantity,
        frequency: Quantity,
        direction: Quantities = Z_AXIS,
        rise_time: Quantity | None = None,
        phase: Quantity = 0.0,
        bias: Quantity = 0.0,
    ) -> None:
        common = common_arguments("Square", amplitude, frequency, direction, phase, bias)
        period = 1.0 / common["frequency"]
        rise = 0.01 * period if rise_time is None else parse(rise_time, "s", "Square.rise_time")
        if not _SHORTEST_RISE * period <= rise <= 0.5 * period * (1 + 1e-12):
            rule = f">= {_SHORTEST_RISE * period:.3g} and <= {0.5 * period:.6g} s (half a period)"
            raise SpecError(broken("Square.rise_time", rule, rise_time, "s", "a coil cannot jump; take a period/100"))
        store(self, **common, rise_time=rise)

    def waveform(self) -> Waveform:
        """The field as numbers."""
        flat_fraction = max(1.0 - 2.0 * self.rise_time * self.frequency, 0.0)
        return _trapezoid(self, self.phase, self.bias, flat_fraction)


@dataclass(frozen=True, slots=True, init=False)
class Static(AppliedField):
    """A constant field; one "cycle" is its duration.

    Parameters
    ----------
    amplitude
        In A/m, of any sign.
    duration
        In s, > 0.
    direction
        (3,), normalised here.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """

    amplitude: float
    duration: float
    direction: Vector
    frequency: float = field(init=False, repr=False)

    @explain_arguments
    def __init__(self, *, amplitude: Quantity, duration: Quantity, direction: Quantities = Z_AXIS) -> None:
        seconds = positive(duration, "s", "Static.duration", "such as '1 us'")
        if not 1e-18 < seconds < 1e12:
            raise SpecError(broken("Static.duration", "> 1e-18 and < 1e12 s", duration, "s", "such as '1 us'"))
        store(
            self,
            amplitude=limited_field(amplitude, "Static.amplitude"),
            duration=seconds,
            direction=unit_direction(direction, "Static.direction"),
            frequency=1.0 / seconds,
        )

    def waveform(self) -> Waveform:
        """The field as numbers."""
        along, zero = np.array(self.direction), np.zeros(3)
        return wave.harmonic(self.amplitude * along, zero, zero, along, self.frequency)


@dataclass(frozen=True, slots=True, init=False)
class Rotating(AppliedField):
    """A field of constant size that starts along ``direction`` and turns about ``normal``, right-handed.

    Parameters
    ----------
    amplitude, frequency, phase, bias
        As for `Sinusoidal`; the bias is along ``direction``.
    direction
        (3,), normalised here.
    normal
        (3,) axis of rotation, perpendicular to ``direction``; y by default, so that z turns towards x.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """

    amplitude: float
    frequency: float
    direction: Vector
    normal: Vector
    phase: float
    bias: float

    @explain_arguments
    def __init__(
        self,
        *,
        amplitude: Quantity,
        frequency: Quantity,
        direction: Quantities = Z_AXIS,
        normal: Quantities = (0.0, 1.0, 0.0),
        phase: Quantity = 0.0,
        bias: Quantity = 0.0,
    ) -> None:
        common = common_arguments("Rotating", amplitude, frequency, direction, phase, bias)
        store(self, **common, normal=_normal(normal, common["direction"], "Rotating.normal"))

    def waveform(self) -> Waveform:
        """The field as numbers."""
        return _ellipse(self, self.normal, self.amplitude, self.phase, self.bias)


@dataclass(frozen=True, slots=True, init=False)
class Elliptical(AppliedField):
    """A field whose tip runs round an ellipse, right-handed about ``normal``.

    Parameters
    ----------
    amplitude, frequency, direction, normal, phase, bias
        As for `Rotating`; ``amplitude`` is the half axis along ``direction``.
    minor_amplitude
        The half axis across, along normal x direction, in A/m, >= 0.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """

    amplitude: float
    minor_amplitude: float
    frequency: float
    direction: Vector
    normal: Vector
    phase: float
    bias: float

    @explain_arguments
    def __init__(
        self,
        *,
        amplitude: Quantity,
        minor_amplitude: Quantity,
        frequency: Quantity,
        direction: Quantities = Z_AXIS,
        normal: Quantities = (0.0, 1.0, 0.0),
        phase: Quantity = 0.0,
        bias: Quantity = 0.0,
    ) -> None:
        common = common_arguments("Elliptical", amplitude, frequency, direction, phase, bias)
        minor = field_amplitude(minor_amplitude, "Elliptical.minor_amplitude")
        turning = _normal(normal, common["direction"], "Elliptical.normal")
        store(self, **common, minor_amplitude=minor, normal=turning)

    def waveform(self) -> Waveform:
        """The field as numbers."""
        return _ellipse(self, self.normal, self.minor_amplitude, self.phase, self.bias)


#: The word for each kind of field, as TOML files have it.
KINDS: Mapping[str, type[AppliedField]] = MappingProxyType(
    {
        kind.__name__.lower(): kind
        for kind in (Sinusoidal, Triangular, Trapezoidal, Square, Static, Rotating, Elliptical, Sampled)
    }
)


def _normal(value: Quantities, direction: Vector, name: str) -> Vector:
    """Unit normal, made exactly perpendicular to ``direction``; refused where it is not so by itself."""
    normal = unit_direction(value, name)
    along = float(np.dot(normal, direction))
    if abs(along) > 1e-6:
        raise SpecError(f"{name} must be perpendicular to the direction; got a cosine of {along:.3g} with it")
    return normal if abs(along) < 1e-15 else unit_direction(np.array(normal) - along * np.array(direction), name)


def _trapezoid(drive: AppliedField, phase: float, bias: float, flat_fraction: float) -> Waveform:
    """The waveform of a trapezoid; both plateaus together take ``flat_fraction`` of the period."""
    quarter = flat_fraction / 4
    phases = np.array([-quarter, quarter, 0.5 - quarter, 0.5 + quarter, 1.0 - quarter])
    starts, cubics = wave.linear_pieces(phases, drive.amplitude * np.array([1.0, 1.0, -1.0, -1.0, 1.0]))
    along = np.array(drive.direction)
    return wave.piecewise(bias * along, along, starts, cubics, phase / (2 * np.pi), drive.frequency)


def _ellipse(drive: AppliedField, normal: Vector, minor: float, phase: float, bias: float) -> Waveform:
    """The waveform of a field that runs round an ellipse."""
    along = np.array(drive.direction)
    across = np.cross(normal, along)
    cosine = drive.amplitude * np.cos(phase) * along + minor * np.sin(phase) * across
    sine = minor * np.cos(phase) * across - drive.amplitude * np.sin(phase) * along
    return wave.harmonic(bias * along, cosine, sine, along, drive.frequency)
