"""The applied field as numbers: an offset, one harmonic and a piecewise cubic, all that the kernels know of a drive."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from magheat.units import FloatArray

#: Breaks closer than this share of the period are one.
_SAME_BREAK = 1e-12


class Waveform(NamedTuple):
    """One period of an applied field, repeated for ever.

    H(t) = offset + cosine cos(2 pi f t) + sine sin(2 pi f t) + direction p(t), in A/m, where on piece i of the period
    p(t) = sum_j cubics[i, j] (t - knots[i])^j.
    """

    offset: FloatArray
    """(3,) A/m."""
    cosine: FloatArray
    """(3,) A/m."""
    sine: FloatArray
    """(3,) A/m."""
    direction: FloatArray
    """(3,) unit vector: of the piecewise cubic, and for projections."""
    knots: FloatArray
    """(k+1,) s, from 0 to the period; the field has no kink but there."""
    cubics: FloatArray
    """(k, 4) A/m s^-j; one piece of zeros for a purely harmonic field."""
    frequency: float
    """Hz."""


def field(waveform: Waveform, t: ArrayLike) -> FloatArray:
    """H at the times ``t`` (any shape, s): (..., 3) in A/m."""
    turn, piece, since = _fold(waveform, t)
    c0, c1, c2, c3 = np.moveaxis(waveform.cubics[piece], -1, 0)
    shape = c0 + since * (c1 + since * (c2 + since * c3))
    harmonic = np.cos(turn)[..., None] * waveform.cosine + np.sin(turn)[..., None] * waveform.sine
    result: FloatArray = waveform.offset + harmonic + shape[..., None] * waveform.direction
    return result


def rate(waveform: Waveform, t: ArrayLike) -> FloatArray:
    """dH/dt at the times ``t`` (any shape, s): (..., 3) in A/(m s). At a kink, the one that follows."""
    turn, piece, since = _fold(waveform, t)
    _, c1, c2, c3 = np.moveaxis(waveform.cubics[piece], -1, 0)
    slope = c1 + since * (2 * c2 + since * 3 * c3)
    harmonic = np.cos(turn)[..., None] * waveform.sine - np.sin(turn)[..., None] * waveform.cosine
    result: FloatArray = 2 * np.pi * waveform.frequency * harmonic + slope[..., None] * waveform.direction
    return result


def harmonic(
    offset: FloatArray, cosine: FloatArray, sine: FloatArray, direction: FloatArray, frequency: float
) -> Waveform:
    """A waveform with no piecewise part: vectors (3,) in A/m, ``direction`` a unit vector, Hz."""
    return Waveform(
        offset, cosine, sine, direction, np.array([0.0, 1.0 / frequency]), np.zeros((1, 4)), float(frequency)
    )


def piecewise(
    offset: FloatArray, direction: FloatArray, starts: FloatArray, cubics: FloatArray, shift: float, frequency: float
) -> Waveform:
    """A waveform along ``direction`` from a piecewise cubic of the phase, in cycles.

    Parameters
    ----------
    offset, direction
        (3,), A/m and a unit vector.
    starts
        (k,) where the pieces start, in cycles, ascending, all less than 1 after the first.
    cubics
        (k, 4) coefficients in (phase - start)^j, A/m.
    shift
        Phase at t = 0, in cycles.
    frequency
        Hz.
    """
    starts, cubics = _rotated(starts, cubics, shift)
    knots = np.append(starts, 1.0) / frequency
    zero = np.zeros(3)
    return Waveform(offset, zero, zero, direction, knots, cubics * frequency ** np.arange(4.0), float(frequency))


def linear_pieces(phases: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Starts (k,) and cubics (k, 4) of straight lines through k + 1 points; repeated phases count once."""
    keep = np.append(np.diff(phases) > _SAME_BREAK, True)
    phases, values = phases[keep], values[keep]
    slopes = np.diff(values) / np.diff(phases)
    return phases[:-1], np.column_stack([values[:-1], slopes, np.zeros_like(slopes), np.zeros_like(slopes)])


def _fold(waveform: Waveform, t: ArrayLike) -> tuple[FloatArray, NDArray[np.intp], FloatArray]:
    """Angle of the harmonic, piece, and time since the start of the piece. A multiple of the period folds to 0."""
    cycles = np.asarray(t, dtype=float) * waveform.frequency
    # t = k/f is k cycles only to round-off: what misses the next cycle by that much belongs to it.
    slack = 4 * np.finfo(float).eps * np.maximum(1.0, np.abs(cycles))
    phase = np.maximum(cycles - np.floor(cycles + slack), 0.0)
    within = phase / waveform.frequency
    piece = np.searchsorted(waveform.knots, within, side="right") - 1
    piece = np.clip(piece, 0, len(waveform.cubics) - 1)
    return 2 * np.pi * phase, piece, within - waveform.knots[piece]


def _rotated(starts: FloatArray, cubics: FloatArray, shift: float) -> tuple[FloatArray, FloatArray]:
    """The same periodic pieces, counted from the phase ``shift``: the first starts at 0."""
    ends = np.append(starts[1:], starts[0] + 1.0)
    origin = starts[0] + (shift - starts[0]) % 1.0
    first = int(np.searchsorted(ends, origin + _SAME_BREAK, side="right")) % len(starts)
    # Within _SAME_BREAK of a break, the break is the origin, and no sliver of a piece is left.
    origin = starts[first] if first == 0 and origin > ends[-1] - _SAME_BREAK else max(origin, starts[first])
    into = origin - starts[first] if origin - starts[first] > _SAME_BREAK else 0.0
    origin = starts[first] + into
    order = (np.arange(len(starts)) + first) % len(starts)
    moved, pieces = (starts[order] - origin) % 1.0, cubics[order]
    moved[0] = 0.0
    if into > 0.0:
        moved = np.append(moved, (starts[first] - origin) % 1.0)
        c0, c1, c2, c3 = cubics[first]
        there = [c0 + into * (c1 + into * (c2 + into * c3)), c1 + into * (2 * c2 + into * 3 * c3), c2 + 3 * into * c3]
        pieces = np.vstack([[*there, c3], pieces[1:], cubics[first]])
    return moved, pieces
