"""Three figures of the pair at temperatures: courses, who switches when, heat."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.constants import OERSTED
from magheat.studies import style
from magheat.studies.estimates import Estimate
from magheat.studies.local_heat.cases import AMPLITUDE, FREQUENCY, NAMES
from magheat.studies.thermal.runs import Runs
from magheat.studies.thermal.summary import Summary
from magheat.studies.thermal.switching import ROUTES

FloatArray = npt.NDArray[np.float64]

_HALF = 0.5e6 / FREQUENCY  # half a cycle, us
#: Temperatures whose courses are drawn, as far as they were run.
_SHOWN = (0.0, 30.0, 100.0, 300.0)
#: Shades of the routes, dark where the pair does what it does at 0 K.
_SHADES = (0.82, 0.55, 0.38, 0.2, 0.08)


def draw_courses(runs: list[Runs], width: float = style.WIDE) -> Figure:
    """Magnetization and net heat of some runs through half a cycle, a column to a temperature."""
    shown = [one for one in runs if one.temperature in _SHOWN] or runs[:4]
    narrow = width < 5
    drawn = style.figure(width, 2.2 * len(shown) if narrow else 4.0)
    panels: Any = drawn.subplots(*((len(shown), 2) if narrow else (2, len(shown))), sharex=True, squeeze=False)
    panels = panels.T if narrow else panels
    for column, one in enumerate(shown):
        seen = slice(0, one.courses.shape[1] // 2 + 1, 2)
        time = np.linspace(0, 2 * _HALF, one.courses.shape[1])[seen]
        for axes, values, unit in (
            (panels[0, column], one.courses[:, seen], 1.0),
            (panels[1, column], one.rises[:, seen], 1e3),
        ):
            for i, colour in enumerate(style.COLOURS):
                line = {"linewidth": 1.4} if len(values) == 1 else {"linewidth": 0.5, "alpha": 0.5}
                axes.plot(time, unit * values[:, :, i].T, color=colour, **line)
            axes.axvline(_HALF / 2, color=style.FAINT, linewidth=0.8, zorder=0.2)
        panels[0, column].set_ylim(-1.1, 1.1)
        panels[0, column].set_title(f"{one.temperature:g} K", loc="center")
    _label_courses(panels, narrow=narrow)
    return drawn


def _label_courses(panels: Any, *, narrow: bool) -> None:
    low, high = (f([axes.get_ylim() for axes in panels[1]]) for f in (np.min, np.max))
    for axes in panels[1]:
        axes.set_ylim(low, high)
        style.zero_lines(axes, x=False)
    for axes in panels.ravel():
        axes.set(xlim=(0, _HALF), xticks=[0, _HALF / 2, _HALF])
    for axes in panels[0] if narrow else panels[0, :1]:
        axes.set_ylabel("$M/M_s$")
    for axes in panels[1] if narrow else panels[1, :1]:
        axes.set_ylabel("temperature rise (mK)")
    for axes in panels[:, -1] if narrow else panels[1]:
        axes.set_xlabel("time (µs)")
    for i, (name, colour) in enumerate(zip(NAMES, style.COLOURS, strict=True)):
        panels[0, 0].text(0.03, 0.2 - 0.13 * i, name, color=colour, transform=panels[0, 0].transAxes, weight="bold")


def draw_switching(found: list[Summary], width: float = style.WIDE) -> Figure:
    """When each switches first, how often, and in which order, against temperature."""
    narrow = width < 5
    drawn = style.figure(width, 8.4 if narrow else 3.4)
    first, often, order = drawn.subplots(3, 1) if narrow else drawn.subplots(1, 3, width_ratios=(1.5, 1, 1.2))
    kelvin = np.array([one.temperature for one in found])
    for i, (name, colour) in enumerate(zip(NAMES, style.COLOURS, strict=True)):
        times = 1e6 * np.array([one.times[:, i] for one in found])
        first.vlines(kelvin, times[:, 0], times[:, 4], color=colour, linewidth=0.9)
        first.vlines(kelvin, times[:, 1], times[:, 3], color=colour, linewidth=3.2)
        first.plot(
            kelvin, times[:, 2], style.MARKERS[i], color=colour, markerfacecolor=style.PAPER, markersize=4.5, label=name
        )
        _with_errors(often, kelvin, [one.crossings.at(i) for one in found], i, hollow=True, dashed=True)
        _with_errors(often, kelvin, [one.switches.at(i) for one in found], i)
    first.axhline(_HALF / 2, color=style.QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.5)
    first.set_ylabel("first switch, after the maximum (µs)")
    _field_axis(first)
    often.set_ylabel("per half cycle")
    often.set_ylim(bottom=0)
    often.plot([], [], color=style.INK, label="switches")
    often.plot([], [], color=style.INK, linestyle=(0, (2, 2)), label="crossings")
    often.legend(loc="upper left", handlelength=1.6)
    _draw_order(order, found)
    for axes, letter, words in ((first, "a", "when"), (often, "b", "how often"), (order, "c", "in which order")):
        style.panel_name(axes, letter, words)
        axes.set_xlabel("temperature (K)")
    first.legend(loc="lower left", ncols=2, handletextpad=0.2)
    return drawn


def _field_axis(axes: Axes) -> None:
    """The applied field at the times of the axis, on the right."""
    right = axes.secondary_yaxis("right")
    low, high = axes.get_ylim()
    fields = np.arange(-500, 501, 100)
    times = 1e6 * np.arccos(fields * OERSTED / AMPLITUDE) / (2 * np.pi * FREQUENCY)
    seen = (times > low) & (times < high)
    right.set_ticks(times[seen], [f"{h}".replace("-", "−") for h in fields[seen]])
    right.tick_params(labelsize=7, colors=style.QUIET, length=2.5)
    right.set_ylabel("applied field (Oe)", color=style.QUIET, fontsize=7.5, labelpad=2)
    right.spines["right"].set(linewidth=0.5, color=style.QUIET)


def _draw_order(axes: Axes, found: list[Summary]) -> None:
    """Shares of the routes as stacked bars, a bar to a temperature."""
    places, bottom = np.arange(len(found)), np.zeros(len(found))
    for route, words in enumerate(ROUTES):
        share = np.array([one.shares[route] for one in found])
        if share.any():
            axes.bar(places, share, 0.8, bottom, color=style.INK, alpha=_SHADES[route], linewidth=0, label=words)
        bottom = bottom + share
    axes.set(ylim=(0, 1), ylabel="share of half cycles")
    axes.set_xticks(places, [f"{one.temperature:g}" for one in found], rotation=90 if len(found) > 6 else 0)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, columnspacing=0.8, handlelength=1.0)


def _with_errors(
    axes: Axes, x: FloatArray, estimates: list[Estimate], particle: int, *, hollow: bool = False, dashed: bool = False
) -> None:
    """Means of A or B with standard errors, joined by a line."""
    colour = style.COLOURS[particle]
    axes.errorbar(
        x,
        [float(one.value) for one in estimates],
        [float(np.nan_to_num(one.error)) for one in estimates],
        fmt=style.MARKERS[particle],
        color=colour,
        linestyle=(0, (2, 2)) if dashed else "-",
        linewidth=1.0,
        markersize=4,
        markerfacecolor=style.PAPER if hollow else colour,
        elinewidth=0.9,
        capsize=2,
    )


def draw_heat(found: list[Summary], width: float = style.WIDE) -> Figure:
    """Heat and own area per cycle, and heat per jump, against temperature."""
    narrow = width < 5
    drawn = style.figure(width, 9.4 if narrow else 3.5)
    panels: Any = drawn.subplots(3, 1) if narrow else drawn.subplots(1, 3, width_ratios=(1.3, 1, 1))
    kelvin = np.array([one.temperature for one in found])
    for i, name in enumerate(NAMES):
        _with_errors(panels[0], kelvin, [one.heat.at(i).scaled(1e21) for one in found], i)
        _with_errors(panels[0], kelvin, [one.area.at(i).scaled(1e21) for one in found], i, hollow=True, dashed=True)
        for jump in range(2):
            _with_errors(panels[1 + jump], kelvin, [one.jump_heat.at(jump, i).scaled(1e21) for one in found], i)
        panels[0].plot([], [], style.MARKERS[i] + "-", color=style.COLOURS[i], markersize=4, label=f"heat of {name}")
        panels[0].plot(
            [],
            [],
            style.MARKERS[i],
            color=style.COLOURS[i],
            markersize=4,
            linestyle=(0, (2, 2)),
            markerfacecolor=style.PAPER,
            label=f"own loop of {name}",
        )
    total = {"color": style.INK, "linewidth": 1.0, "markersize": 3.5}
    panels[0].errorbar(
        kelvin,
        [1e21 * float(one.total_heat.value) for one in found],
        [1e21 * float(np.nan_to_num(one.total_heat.error)) for one in found],
        fmt="D-",
        **total,
    )
    panels[0].plot([], [], "D-", **total, label="both")
    panels[0].legend(loc="upper right", fontsize=7, handlelength=1.8, labelspacing=0.25)
    for axes, letter, words in zip(
        panels, "abc", ("per cycle", "jump 1 (B switches)", "jump 2 (A switches)"), strict=True
    ):
        style.panel_name(axes, letter, words)
        style.zero_lines(axes, x=False)
        axes.set_xlabel("temperature (K)")
        axes.set_ylabel("heat (10⁻²¹ J)" if axes is not panels[0] else "heat, or loop area × V (10⁻²¹ J)")
    return drawn
