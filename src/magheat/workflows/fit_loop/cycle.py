"""A measured loop as one period of a cosine: its amplitude, and where in the period every sample lies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magheat.errors import SpecError
from magheat.units import FloatArray, Quantities, parse_array, parse_magnetization

#: A field that departs by more than this share of its amplitude (root mean square) is no cosine in even steps.
_COSINE = 0.02
#: The same with times: then it is none at all.
_NO_COSINE = 0.05
#: Offsets of the field, in amplitudes: told, and refused.
_TOLD, _REFUSED = 0.005, 0.05
#: A gap of the magnetization between end and start, in its range, that closes no loop.
_OPEN = 0.1
#: Smallest and largest magnetization, A/m: less is the moment of a sample, and nothing known has more.
_SMALLEST, _LARGEST = 1e-3, 1e8
#: Largest part of a period without samples, rad.
_WIDEST_GAP = np.pi / 3
_FEWEST = 12


class Cycle(NamedTuple):
    """A loop in the order of the phase; n samples."""

    phase: FloatArray  # (n,) rad, 0 to 2 pi, H = amplitude cos(phase)
    field: FloatArray  # (n,) A/m, without its offset
    magnetization: FloatArray  # (n,) A/m
    amplitude: float  # A/m
    notes: tuple[str, ...]


def read_cycle(field: Quantities, magnetization: Quantities, frequency: float, time: Quantities | None) -> Cycle:
    """The loop that a user gives.

    Raises
    ------
    SpecError
        For arrays that are no loop: too short, not finite, of unequal length, not closed, or not driven by a cosine.
    """
    h = parse_array(np.asarray(field), "A/m", "field", (None,))
    m = _magnetization(magnetization)
    if h.size != m.size:
        raise SpecError(f"field and magnetization must be equally long; got {h.size} and {m.size} samples.")
    if h.size < _FEWEST:
        raise SpecError(f"field must have at least {_FEWEST} samples; got {h.size}; give the whole period.")
    if not np.ptp(h) > 0:
        raise SpecError(f"field must vary; all {h.size} samples are {h[0]:g} A/m; give one whole period.")
    if time is None:
        _require_closed(m)
        phase, amplitude, offset, kept = _without_times(h, m)
    else:
        t = parse_array(np.asarray(time), "s", "time", (None,))
        if t.size != h.size:
            raise SpecError(f"time and field must be equally long; got {t.size} and {h.size} samples.")
        phase, amplitude, offset, error = _cosine(2 * np.pi * frequency * t, h)
        kept = np.arange(h.size)
        if error > _NO_COSINE:
            raise SpecError(
                f"field must be a cosine at the frequency given; it departs from one by {100 * error:.2g} % of its "
                "amplitude; check frequency and time."
            )
    around: FloatArray = phase % (2 * np.pi)
    order = np.argsort(around, kind="stable")
    notes = _about_offset(offset, amplitude)
    cycle = Cycle(around[order], (h[kept] - offset)[order], m[kept][order], amplitude, notes)
    _require_loop(cycle)
    return cycle


def _magnetization(values: Quantities) -> FloatArray:
    array = np.asarray(values)
    if array.dtype.kind not in "iuf" and array.ndim == 1:
        array = np.array([parse_magnetization(value, f"magnetization[{i}]") for i, value in enumerate(array.tolist())])
    return parse_array(array, "A/m", "magnetization", (None,))


def _cosine(angle: FloatArray, field: FloatArray) -> tuple[FloatArray, float, float, float]:
    """Phases, amplitude and offset of the cosine nearest to the field, and its error in amplitudes."""
    columns = np.column_stack([np.cos(angle), np.sin(angle), np.ones(angle.size)])
    (a, b, offset), *_ = np.linalg.lstsq(columns, field, rcond=None)
    amplitude = float(np.hypot(a, b))
    error = float(np.sqrt(np.mean((columns @ [a, b, offset] - field) ** 2)))
    return angle + np.arctan2(-b, a), amplitude, float(offset), error / amplitude if amplitude > 0 else np.inf


def _without_times(h: FloatArray, m: FloatArray) -> tuple[FloatArray, float, float, np.ndarray]:
    """Phases, amplitude, offset, and the samples to keep: even steps where they explain the field, else from H."""
    count = h.size
    repeated = bool(h[0] == h[-1] and m[0] == m[-1])
    kept = np.arange(count - 1 if repeated else count)
    steps = _steps_per_period(h[kept])
    phase, amplitude, offset, error = _cosine(_angles(kept.size, steps), h[kept])
    if error < _COSINE:
        return phase, amplitude, offset, kept
    by_field, amplitude, offset = _by_field(h[kept])
    return by_field, amplitude, offset, kept


def _angles(count: int, steps: float) -> FloatArray:
    """Of samples in even steps of time, so many of which are a period."""
    result: FloatArray = np.arange(count, dtype=np.float64) * (2 * np.pi / steps)
    return result


def _steps_per_period(h: FloatArray) -> float:
    """Even steps in a period of the field: a whole number beside that of the samples, unless another explains more."""
    from scipy.optimize import minimize_scalar

    def error(steps: float) -> float:
        return _cosine(_angles(h.size, steps), h)[3] ** 2

    whole = min((float(h.size + k) for k in (0, -1, 1)), key=error)
    free = minimize_scalar(error, bounds=(0.85 * h.size, 1.2 * h.size), method="bounded", options={"xatol": 1e-6})
    return float(free.x) if free.fun * (1 + 12 / h.size) < error(whole) - 1e-12 else whole


def _by_field(h: FloatArray) -> tuple[FloatArray, float, float]:
    """Phases of samples whose times are unknown: the angle whose cosine is the field, on its way down or up."""
    amplitude, offset = float(h.max() - h.min()) / 2, float(h.max() + h.min()) / 2
    way = np.abs(np.diff(np.append(h, h[0]))).sum() / (4 * amplitude)
    gap = abs(h[-1] - h[0]) / (2 * amplitude)
    if way > 1.15 or gap > 0.2:
        reason = (
            f"its end is {100 * gap:.2g} % of its range from its start" if gap > 0.2 else "it turns back in between"
        )
        raise SpecError(
            f"field must run once from its highest to its lowest value and back; {reason}; give one closed period, or "
            "time."
        )
    highest = int(np.argmax(h))
    rolled = np.roll(np.arange(h.size), -highest)
    down = np.zeros(h.size, dtype=bool)
    down[rolled[: int(np.argmin(h[rolled])) + 1]] = True
    angle = np.arccos(np.clip((h - offset) / amplitude, -1.0, 1.0))
    phase: FloatArray = np.where(down, angle, 2 * np.pi - angle)
    return phase, amplitude, offset


def _about_offset(offset: float, amplitude: float) -> tuple[str, ...]:
    share = abs(offset) / amplitude
    if share > _REFUSED:
        raise SpecError(
            f"field must swing about zero; its mean is {100 * offset / amplitude:.2g} % of its amplitude; the fit "
            "knows no static field."
        )
    if share > _TOLD:
        return (f"An offset of {offset:.3g} A/m ({100 * share:.2g} % of the amplitude) was taken off the field.",)
    return ()


def _require_loop(cycle: Cycle) -> None:
    """Refuse what cannot be a loop of two-well particles."""
    gaps = np.diff(np.append(cycle.phase, cycle.phase[0] + 2 * np.pi))
    if gaps.max() > _WIDEST_GAP:
        raise SpecError(
            f"field must have samples all along its period; {np.degrees(gaps.max()):.0f} degrees of it have none; give "
            "both branches."
        )
    m, spread = cycle.magnetization, float(np.ptp(cycle.magnetization))
    if not spread > 0:
        raise SpecError(f"magnetization must vary; all samples are {m[0]:g} A/m; check the column.")
    if not _SMALLEST <= spread / 2 <= _LARGEST:
        raise SpecError(
            f"magnetization must swing by {_SMALLEST:g} to {_LARGEST:g} A/m; got {spread / 2:.3g}; it is per volume of "
            "magnetic phase, not the moment of a sample; check its unit."
        )
    centred = m - (m.max() + m.min()) / 2
    if not float(cycle.field @ centred) > 0:
        raise SpecError("magnetization must follow the field; it falls where the field rises; change its sign.")
    area = float(-np.trapezoid(np.append(centred, centred[0]), np.append(cycle.field, cycle.field[0])))
    if area < -0.05 * 2 * cycle.amplitude * spread:
        raise SpecError(
            "magnetization must lag behind the field; this loop runs the wrong way round; reverse the order."
        )


def _require_closed(magnetization: FloatArray) -> None:
    """Refuse a curve whose magnetization ends elsewhere than it began, more than its steps explain."""
    spread = float(np.ptp(magnetization))
    gap = abs(float(magnetization[-1] - magnetization[0]))
    steps = np.abs(np.diff(magnetization))
    near = max(3, magnetization.size // 20)
    if gap > _OPEN * spread and gap > 3 * max(steps[:near].max(), steps[-near:].max()):
        raise SpecError(
            f"magnetization must come back to where it began; its end is {100 * gap / spread:.2g} % of its range away; "
            "give one period of the steady loop."
        )
