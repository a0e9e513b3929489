"""A measured field as a drive."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from magheat.errors import SpecError
from magheat.spec import waveform as wave
from magheat.spec.checks import Vector, by_constructor, content, explain_arguments, one_of, positive, store
from magheat.spec.checks import direction as unit_direction
from magheat.spec.csv_table import read_columns
from magheat.spec.field_base import LARGEST_FIELD, Z_AXIS, AppliedField, limited_field
from magheat.spec.waveform import Waveform
from magheat.units import FloatArray, Quantities, Quantity, parse, parse_array

#: How far the ends of a sampled period may differ, relative to the range of its values.
#: A spline may leave the range of its samples by this factor.
_LARGEST_SWING = 2.0
_CLOSURE = 1e-6


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Sampled(AppliedField):
    """A measured field, one period of it, repeated for ever.

    Parameters
    ----------
    times
        (k,) in s, ascending; the first is taken as 0.
    values
        (k,) fields along ``direction``, in A/m. The last must repeat the first, within 1e-6 of their range.
    direction
        (3,), normalised here.
    interpolation
        ``"cubic"``, a periodic spline, or ``"linear"``, with a kink at every sample.
    phase
        In rad: the trace starts at ``phase / (2 pi)`` of its period.
    bias
        Added to all values, in A/m.
    period
        In s, where the trace lacks the sample that closes it: the first value is repeated one period after the first
        time.

    Attributes
    ----------
    amplitude
        Half of the range of the values, in A/m.
    frequency
        1 / (last - first time), in Hz.

    Raises
    ------
    SpecError
        For a value that breaks its rule, or a trace that does not close.
    """

    times: FloatArray
    values: FloatArray
    direction: Vector
    interpolation: str
    phase: float
    bias: float
    amplitude: float = field(init=False)
    frequency: float = field(init=False)

    @explain_arguments
    def __init__(
        self,
        *,
        times: Quantities,
        values: Quantities,
        direction: Quantities = Z_AXIS,
        interpolation: str = "cubic",
        phase: Quantity = 0.0,
        bias: Quantity = 0.0,
        period: Quantity | None = None,
    ) -> None:
        moments = parse_array(times, "s", "Sampled.times", (None,))
        fields = parse_array(values, "A/m", "Sampled.values", (len(moments),))
        if period is not None:
            length = positive(period, "s", "Sampled.period", "such as '2 us'")
            moments, fields = np.append(moments, moments[:1] + length), np.append(fields, fields[:1])
        moments, fields = _closed(moments, fields)
        store(
            self,
            times=moments,
            values=fields,
            direction=unit_direction(direction, "Sampled.direction"),
            interpolation=one_of(interpolation, ("cubic", "linear"), "Sampled.interpolation"),
            phase=parse(phase, "rad", "Sampled.phase"),
            bias=limited_field(bias, "Sampled.bias"),
            amplitude=float(np.ptp(fields) / 2),
            frequency=float(1.0 / moments[-1]),
        )
        self._require_tame()

    def _require_tame(self) -> None:
        """Refuse a spline that swings far beyond its samples, as it does where they lie very unevenly."""
        if self.interpolation == "linear":
            return
        fine = (self.times[:-1, None] + np.diff(self.times)[:, None] * np.arange(8) / 8).ravel()
        swing = np.abs(wave.field(self.waveform()._replace(offset=np.zeros(3)), fine)).max()
        if swing > _LARGEST_SWING * np.abs(self.values).max():
            raise SpecError(
                f"Sampled.times must be spaced evenly enough for a cubic spline; it reaches {swing:.3g} A/m between "
                f"samples of at most {np.abs(self.values).max():.3g} A/m; resample, or take interpolation='linear'"
            )

    @classmethod
    @explain_arguments
    def from_csv(
        cls,
        path: str | Path,
        *,
        direction: Quantities = Z_AXIS,
        interpolation: str = "cubic",
        phase: Quantity = 0.0,
        bias: Quantity = 0.0,
        period: Quantity | None = None,
    ) -> Sampled:
        """A field from an oscilloscope's CSV file, with a column of times and one of fields.

        Parameters
        ----------
        path
            The file; its header names both columns with their units, such as ``time (us),field (Oe)`` or
            ``t [s], B [mT]``.
        direction, interpolation, phase, bias, period
            As for `Sampled`.

        Raises
        ------
        SpecError
            With the line and the column of what is wrong.
        """
        names = {"t": "time", "h": "field", "b": "field", "applied_field": "field", "applied field": "field"}
        columns = read_columns(path, {"time": "s", "field": "A/m"}, names)
        if len(columns) < 2:
            raise SpecError(f"{path} must have the columns time and field; it has only {next(iter(columns))}")
        try:
            return cls(
                times=columns["time"],
                values=columns["field"],
                direction=direction,
                interpolation=interpolation,
                phase=phase,
                bias=bias,
                period=period,
            )
        except SpecError as error:
            raise SpecError(f"{path}: {error}") from None

    def waveform(self) -> Waveform:
        """The field as numbers: a piece per sample."""
        phases = self.times * self.frequency
        phases[-1] = 1.0
        if self.interpolation == "linear":
            starts, cubics = wave.linear_pieces(phases, self.values)
        else:
            from scipy.interpolate import CubicSpline

            starts, cubics = phases[:-1], CubicSpline(phases, self.values, bc_type="periodic").c[::-1].T
        along = np.array(self.direction)
        return wave.piecewise(self.bias * along, along, starts, cubics, self.phase / (2 * np.pi), self.frequency)

    def __eq__(self, other: object) -> bool:
        return content(self) == content(other) if isinstance(other, Sampled) else NotImplemented

    def __hash__(self) -> int:
        return hash(content(self))

    def __reduce__(self) -> Any:
        return by_constructor(self)


def _closed(times: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Times from 0, and values whose last is the first; both read-only."""
    if len(times) < 4:
        raise SpecError(f"Sampled.times must be at least 4 samples, the closing one included; got {len(times)}")
    steps = np.diff(times)
    if not (steps > 0).all():
        index = int(np.argmax(steps <= 0)) + 1
        raise SpecError(f"Sampled.times must ascend; got {times[index]} s after {times[index - 1]} s at index {index}")
    if np.abs(values).max() >= LARGEST_FIELD:
        raise SpecError(f"Sampled.values must be < {LARGEST_FIELD:g} A/m (1257 T); got {np.abs(values).max()} A/m")
    if abs(values[-1] - values[0]) > _CLOSURE * np.ptp(values):
        raise SpecError(
            f"Sampled.values must end where they start, one period later; got {values[0]} and {values[-1]} A/m;"
            " end the trace one period after its start, or give its period="
        )
    times, values = times - times[0], np.append(values[:-1], values[0])
    times.flags.writeable = values.flags.writeable = False
    return times, values
