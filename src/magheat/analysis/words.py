"""Numbers and verdicts in the words that the command line prints."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from magheat import analysis
from magheat.analysis import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.constants import OERSTED

#: What stands where a loop has no such number.
NOT_FOR_ROTATING = "not defined for a rotating drive"


def number(value: float) -> str:
    """Four significant digits, or all before the point of a number below ten million; a dash for NaN."""
    if math.isnan(value):
        return "-"
    if 1e4 <= abs(value) < 1e7:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.4g}"


def power(value: float) -> str:
    """Three significant digits, as in 4.85e8."""
    return f"{value:.3g}".replace("e+", "e").replace("e0", "e")


def times(ratio: float) -> str:
    """A ratio as "1.4x" or "410x"."""
    return f"{ratio:.2g}x" if ratio < 99.5 else f"{ratio:.0f}x"


def frequency(value: float) -> str:
    """Hz in the unit that people use."""
    for scale, unit in ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz")):
        if value >= scale:
            return f"{value / scale:.4g} {unit}"
    return f"{value:.4g} Hz"


def field(value: float) -> str:
    """A/m as kA/m and Oe."""
    return f"{number(value / 1e3)} kA/m ({number(value / OERSTED)} Oe)"


def drive(ds: xr.Dataset) -> str:
    """Amplitude and frequency of the drive."""
    if is_static(ds):
        return f"static field of {field(float(ds['applied_field'][0]))}"
    rotating = "" if is_linear(ds) else ", rotating"
    return f"{field(float(analysis.field_amplitude(ds)))} at {frequency(float(ds['frequency']))}{rotating}"


def is_static(ds: xr.Dataset) -> bool:
    """Whether the applied field never changes."""
    fields = ds["applied_field_vector" if "applied_field_vector" in ds else "applied_field"]
    return bool((np.ptp(fields.values, axis=0) == 0).all())


def is_thermal(ds: xr.Dataset) -> bool:
    """Whether the moments have a temperature, so that one cycle is one draw."""
    return float(ds.get("temperature", 0.0)) > 0


def is_linear(ds: xr.Dataset) -> bool:
    """Whether the field stays on one line; that of an ensemble always does."""
    return "field_is_linear" not in ds or bool(ds["field_is_linear"])


def ensemble_flags(ds: Mapping[Hashable, Any]) -> list[str]:
    """What a loop of an ensemble warns of."""
    told = {
        "low_barrier": "Low barrier: K V is below 3 k_B T, where two wells with rates between them are a poor picture.",
        "not_converged": "Not converged: the interaction had not settled after all sweeps.",
        "may_break_symmetry": "The mean field is strong enough to break the symmetry of the loop: others may exist.",
    }
    return [sentence for name, sentence in told.items() if name in ds and bool(ds[name])]


def safety(ds: xr.Dataset) -> str:
    """Field times frequency against both limits."""
    return products(float(analysis.field_frequency_product(ds)["product"]))


def products(product: float) -> str:
    """A product in A/(m s) against both limits."""
    verdicts = [
        _limit("Brezovich limit", BREZOVICH_LIMIT, product / BREZOVICH_LIMIT),
        _limit("Hergt-Dutz limit", HERGT_DUTZ_LIMIT, product / HERGT_DUTZ_LIMIT),
    ]
    return f"{power(product)} A/(m s): " + "; ".join(verdicts)


def _limit(name: str, limit: float, ratio: float) -> str:
    of = f"the {name} ({power(limit)})"
    return f"exceeds {of} by {times(ratio)}" if ratio > 1 else f"within {of}, {number(100 * ratio)} % of it"


def reproducibility(ds: xr.Dataset) -> str:
    """Whether the heats survive a slightly tilted start."""
    if "reproducible" not in ds:
        if ds.attrs.get("solver") == "minimize":
            return "Reproducible: the quasi-static path has no ringing that could be chaotic."
        if is_thermal(ds):
            return thermal_heat(ds)
        return "Not checked whether it is reproducible: no twin with a tilted start ran along."
    worst = float(ds["heat_sensitivity"].max())
    if bool(ds["reproducible"]):
        return f"Reproducible: a twin tilted by 1e-8 rad gives the same heats to {_next_power_of_ten(worst)}."
    return (
        f"NOT reproducible: a twin tilted by 1e-8 rad gives heats that differ by up to {100 * worst:.2g} % of the "
        "largest; the heats are a draw from a distribution; use mh.ensemble_heat."
    )


def thermal_heat(ds: xr.Dataset) -> str:
    """What the mean over the cycles is worth, where one cycle is one draw."""
    # of the sum: particles pass heat to each other, and their errors go together
    of_all = ds.assign(released_heat=ds["released_heat"].sum("particle"))
    mean = analysis.mean_heat(of_all, first_cycle=min(1, int(ds.attrs["cycles"]) - 1))
    if int(mean["members"]) < 2:
        return "At a temperature one cycle is one draw: take 16 cycles and more, or mh.simulate_many, for a mean."
    heat, error = float(mean["mean"]), float(mean["standard_error"])
    return (
        f"At a temperature one cycle is one draw: over the cycles but the first the heat of all is {heat:.3e} "
        f"+- {error:.1e} J (standard error)."
    )


def flips(ds: xr.Dataset) -> str | None:
    """What is said of flips over a barrier, which are no jumps; None at 0 K, where there are none."""
    if not is_thermal(ds):
        return None
    if "flips" not in ds.attrs:
        return "Flips over a barrier by thermal motion are not listed: only losses of stability are."
    count = int(ds.attrs["flips"])
    return (
        f"Flips over a barrier are not listed, only losses of stability are; the whole run has {count} "
        f"{'flip' if count == 1 else 'flips'}."
    )


def accuracy(ds: xr.Dataset) -> str | None:
    """How well the heats are integrated; None where that was not checked."""
    if "heat_error" not in ds:
        return None
    error = float(np.abs(ds["heat_error"]).max())
    largest = float(np.abs(analysis.heat_per_cycle(ds)).max())
    share = f", {error / largest:.1g} of the largest heat" if largest > 0 else ""
    return f"Heat error: at most {error:.1e} J{share}, against a run at ten times the tolerance."


def periodicity(ds: xr.Dataset) -> str | None:
    """A warning where the last cycle does not close, so that its numbers are not those of a steady state.

    At a temperature no cycle closes, in a steady state either.
    """
    if is_static(ds) or is_thermal(ds):
        return None
    samples = int(ds.attrs["samples_per_cycle"])
    ends = ds["moment_direction"].isel(time=[-1 - samples, -1]).values
    gap = float(np.linalg.norm(ends[1] - ends[0], axis=-1).max())
    if gap < 1e-3:
        return None
    return (
        f"The last cycle does not close: a moment ends {gap:.2g} (of 2 at most) away from where it began. "
        "Take more cycles for steady numbers."
    )


def _next_power_of_ten(value: float) -> str:
    return "the last digit" if value == 0 else f"1e{math.ceil(math.log10(value)):d}"
