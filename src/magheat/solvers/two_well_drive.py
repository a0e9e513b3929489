"""The drive of two-well particles by its form: the same bits for every amplitude and frequency of one waveform."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from magheat.analysis.loop import descending_branch
from magheat.kernels.two_well import Walk
from magheat.spec.applied_field import Sinusoidal, Square, Static, Trapezoidal, Triangular
from magheat.spec.field_base import AppliedField
from magheat.units import FloatArray

#: H(t + T/2) = -H(t), or H(-t) = H(t), to this share of the largest field makes a waveform symmetric.
_SYMMETRIC = 1e-9
#: Trapezoids that rise in less than this share of a period are refused where they are made.
_FLATTEST = 1 - 2e-9


class Form(NamedTuple):
    """What a drive is but for its size and frequency; hashable."""

    kind: str  # "constant", "cosine", "trapezoid" or "other"
    phase: float = 0.0  # rad
    bias: float = 0.0  # in amplitudes; of "constant" the field, 1, 0 or -1
    flat_fraction: float = 0.0
    other: AppliedField | None = None


class Drive(NamedTuple):
    """One period of a field in steps, or half of an antisymmetric one, and how the loop is read; n steps."""

    shape: FloatArray  # (2 n + 1,) at the ends and middles of steps, in units of the largest field
    half: bool
    mirrored: bool  # the half comes up as it went down, bit by bit
    stride: int  # steps between samples
    largest: float  # field, in the unit of ``form_of``
    branch: Walk  # samples down from the highest field to the lowest
    round: Walk  # samples once round the loop, or half of it
    half_round: bool
    retraced: bool  # H(-t) = H(t)


COSINE = Form("cosine")


def form_of(drive: AppliedField) -> tuple[Form, float]:
    """Return the form of a drive, and the unit of its field in A/m."""
    if isinstance(drive, Static):
        return Form("constant", bias=float(np.sign(drive.amplitude))), abs(drive.amplitude) or 1.0
    if isinstance(drive, Sinusoidal | Triangular | Trapezoidal | Square):
        if drive.amplitude == 0:
            return Form("constant", bias=float(np.sign(drive.bias))), abs(drive.bias) or 1.0
        bias = drive.bias / drive.amplitude
        if isinstance(drive, Sinusoidal):
            return Form("cosine", drive.phase, bias), drive.amplitude
        return Form("trapezoid", drive.phase, bias, _flat_fraction(drive)), drive.amplitude
    return Form("other", other=drive), 1.0


def _flat_fraction(drive: Triangular | Trapezoidal | Square) -> float:
    if isinstance(drive, Square):
        # Rounded: with the default rise time, a share of the period, round-off would make forms of many frequencies.
        return min(max(round(1 - 2 * drive.rise_time * drive.frequency, 14), 0.0), _FLATTEST)
    return drive.flat_fraction if isinstance(drive, Trapezoidal) else 0.0


@lru_cache(maxsize=16)
def drive_of(form: Form, samples: int, least: int) -> Drive:
    """Return steps that hit every sample, at least ``2 least`` a period, and the ways along which loops are read."""
    stride = max(1, -(-2 * least // samples))
    if samples % 2 and stride % 2:
        stride += 1
    steps = samples * stride
    shape = _shape(form, steps)
    largest = float(np.abs(shape).max())
    shape /= largest if largest > 0 else 1.0
    half = bool((np.abs(shape[:steps] + shape[steps:-1]) <= _SYMMETRIC).all())
    retraced = bool((np.abs(shape - shape[::-1]) <= _SYMMETRIC).all())
    field = shape[: -1 : 2 * stride]
    run = steps // 2 if half else steps
    # Where the half period starts and ends at samples, half the way round is enough.
    half_round = half and samples % 2 == 0
    way = np.arange(samples // 2 + 1 if half_round else samples + 1)
    run_shape = np.ascontiguousarray(shape[: 2 * run + 1])
    return Drive(
        run_shape,
        half,
        half and bool((run_shape == -run_shape[::-1]).all()),
        stride,
        largest or 1.0,
        _walk(descending_branch(field), field, stride, run),
        _walk(way, field, stride, run),
        half_round,
        retraced,
    )


def _walk(samples: np.ndarray, field: FloatArray, stride: int, run: int) -> Walk:
    """Steps, of which ``run`` are run, of samples in the order given; the sample after the last is the first."""
    samples = samples % field.size
    step = samples * stride
    beyond = step > run
    return Walk(np.where(beyond, step - run, step).astype(np.int64), np.where(beyond, -1.0, 1.0), field[samples].copy())


def _shape(form: Form, steps: int) -> FloatArray:
    """(2 steps + 1,) field at the ends and middles of the steps of one period, in the unit of ``form_of``."""
    if form.other is not None:
        times = np.arange(2 * steps + 1) / (2 * steps) * form.other.period
        along: FloatArray = np.asarray(form.other.field(times)) @ np.asarray(form.other.direction)
        return along
    if form.kind == "constant":
        return np.full(2 * steps + 1, form.bias)
    turns = np.arange(2 * steps + 1) / (2 * steps)
    if form.kind == "trapezoid":
        unit = Trapezoidal(amplitude=1.0, frequency=1.0, flat_fraction=form.flat_fraction, phase=form.phase)
        return np.asarray(unit.field(turns))[:, 2] + form.bias
    if form.phase == 0 and steps % 2 == 0:
        descent = cosine_descent(steps // 2)
        return np.concatenate([descent, -descent[1:]]) + form.bias
    result: FloatArray = np.cos(2 * np.pi * turns + form.phase) + form.bias
    return result


def cosine_descent(steps: int) -> FloatArray:
    """Half a period of a cosine from 1 to -1 at the ends and middles of steps, antisymmetric to the last bit."""
    shape = np.cos(np.pi * np.arange(2 * steps + 1) / (2 * steps))
    result: FloatArray = (shape - shape[::-1]) / 2
    return result
