"""Figure 3: magnetization, energy and temperature of both particles through the first half cycle."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.constants import OERSTED
from magheat.studies import style
from magheat.studies.files import Columns
from magheat.studies.local_heat.cases import AMPLITUDE, FREQUENCY, NAMES
from magheat.studies.local_heat.events import Jump, first_half_cycle

FloatArray = npt.NDArray[np.float64]


class Course(NamedTuple):
    """What one solver says of the first half cycle; (t, 2) where nothing else is said."""

    time: FloatArray  # (t,) s
    field: FloatArray  # (t,) Oe
    magnetization: FloatArray  # of M_s
    energy: FloatArray  # of 8 K V_tot
    rise: FloatArray  # K
    moments: FloatArray  # (t, 2, 3)


class Trajectory(NamedTuple):
    """Dynamics at damping 1 and the quasi-static limit, x = 7.1 nm."""

    dynamic: Course
    static: Course
    jumps: list[Jump]
    run: xr.Dataset


def compute(run: xr.Dataset, quasi_static: xr.Dataset) -> Trajectory:
    """First half cycle of an LLG run, its jumps, and the minimiser's course beside it."""
    return Trajectory(_course(run), _course(quasi_static), first_half_cycle(run)[0], run)


def _course(run: xr.Dataset) -> Course:
    half = run.isel(time=slice(0, int(run.attrs["samples_per_cycle"]) // 2 + 1))
    stored = 8 * float((run["anisotropy_constant"] * run["volume"]).sum())
    return Course(
        time=half["time"].values,
        field=half["applied_field"].values / OERSTED,
        magnetization=(half["magnetization"] / half["saturation_magnetization"]).transpose("time", "particle").values,
        energy=half["energy"].transpose("time", "particle").values / stored,
        rise=half["temperature_rise"].transpose("time", "particle").values,
        moments=half["moment_direction"].transpose("time", "particle", "component").values,
    )


def tables(numbers: Trajectory) -> dict[str, Columns]:
    """The curves, and the jumps."""
    course, static = numbers.dynamic, numbers.static
    curves: dict[str, npt.ArrayLike] = {"time (s)": course.time, "applied field (Oe)": course.field}
    for i, name in enumerate(NAMES):
        curves[f"M/M_s of {name} (1)"] = course.magnetization[:, i]
        curves[f"energy of {name} / 8 K V_tot (1)"] = course.energy[:, i]
        curves[f"temperature rise of {name} (K)"] = course.rise[:, i]
    for i, name in enumerate(NAMES):
        m, energy = (
            np.interp(course.time, static.time, values[:, i]) for values in (static.magnetization, static.energy)
        )
        curves[f"M/M_s of {name}, quasi-static (1)"] = m
        curves[f"energy of {name} / 8 K V_tot, quasi-static (1)"] = energy
    return {"fig3_course.csv": curves, "fig3_jumps.csv": jump_table(numbers.jumps)}


def jump_table(jumps: list[Jump]) -> Columns:
    """One row per jump."""
    columns: dict[str, npt.ArrayLike] = {
        "jump": [1 + k for k in range(len(jumps))],
        "who switches": [jump.words for jump in jumps],
        "loss of stability (s)": [jump.start for jump in jumps],
        "rung down (s)": [jump.end for jump in jumps],
        "applied field at the loss of stability (Oe)": [jump.field for jump in jumps],
    }
    for i, name in enumerate(NAMES):
        columns[f"{name} crosses its hard plane (s)"] = [jump.switch_time[i] for jump in jumps]
        columns[f"heat of {name} (J)"] = [jump.heat[i] for jump in jumps]
        columns[f"temperature rise of {name} (K)"] = [jump.rise[i] for jump in jumps]
    return columns


def draw(numbers: Trajectory, width: float = style.WIDE) -> Figure:
    """Three panels over one time axis."""
    drawn = style.figure(width, 6.4 if width > 5 else 6.8)
    panels = drawn.subplots(3, 1, sharex=True)
    course, static = numbers.dynamic, numbers.static
    rows = (
        (course.magnetization, static.magnetization, "$M$ along the field / $M_s$"),
        (course.energy, static.energy, "$E$ / (8$KV_{\\mathrm{tot}}$)"),
        (1e3 * course.rise, None, "temperature rise (mK)"),
    )
    for k, (axes, (values, limit, words)) in enumerate(zip(panels, rows, strict=True)):
        for i, (name, colour) in enumerate(zip(NAMES, style.COLOURS, strict=True)):
            axes.plot(1e6 * course.time, values[:, i], color=colour, label=name)
            if limit is not None:
                axes.plot(1e6 * static.time, limit[:, i], color=style.INK, linewidth=0.7, linestyle=(0, (2, 2)))
        axes.set_ylabel(words)
        axes.text(0.012, 0.96 if k else 0.8, f"({'abc'[k]})", transform=axes.transAxes, va="top")
        style.zero_lines(axes, x=False)
        _mark_jumps(axes, numbers.jumps, words=k == 0)
    _finish(panels, numbers)
    return drawn


def _mark_jumps(axes: Axes, jumps: list[Jump], *, words: bool) -> None:
    for k, jump in enumerate(jumps):
        axes.axvspan(1e6 * jump.start, 1e6 * jump.end, color=style.FAINT, linewidth=0, zorder=0.2)
        if words:
            text = f"jump {k + 1}\n{jump.words}\n{1e6 * np.nanmax(jump.switch_time):.3f} µs"
            side, offset, time = ("left", 5, jump.end) if k else ("right", -5, jump.start)
            at: dict[str, Any] = {"textcoords": "offset points", "ha": side, "va": "center", "fontsize": 7.5}
            axes.annotate(text, (1e6 * time, -0.1), (offset, 0), **at)


def _finish(panels: npt.NDArray[np.object_], numbers: Trajectory) -> None:
    top, energy, heat = panels
    top.set(xlim=(0, 1), ylim=(-1.08, 1.08), yticks=[-1, -0.5, 0, 0.5, 1])
    top.legend(loc="lower left", ncols=2, handlelength=1.4)
    top.text(0.015, 0.24, "dotted: quasi-static", transform=top.transAxes, fontsize=7.5)
    energy.margins(y=0.08)
    heat.set_ylim(bottom=-0.25)
    heat.set_xlabel("time (µs)")
    for i, colour in enumerate(style.COLOURS):
        end = 1e3 * numbers.dynamic.rise[-1, i]
        at: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "color": colour, "fontsize": 7.5}
        heat.annotate(f"{end:.2f}", (1.0, end), (-2, 3), **at)
    fields = np.array([500, 400, 200, 0, -200, -400, -500])
    above = top.secondary_xaxis("top")
    times = np.arccos(fields * OERSTED / AMPLITUDE) / (2 * np.pi * FREQUENCY)
    above.set_ticks(1e6 * times, [f"{h}".replace("-", "−") for h in fields])
    above.tick_params(labelsize=7, colors=style.QUIET, length=2.5)
    above.set_xlabel("applied field (Oe)", color=style.QUIET, fontsize=7.5, labelpad=2)
    above.spines["top"].set(linewidth=0.5, color=style.QUIET)
