"""Figure 5: temperature against time for four dampings, and the heat of each jump against damping."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from magheat.studies import style
from magheat.studies.local_heat.cases import NAMES
from magheat.studies.local_heat.damping import ROUTES, SHOWN, Damping

FloatArray = npt.NDArray[np.float64]

#: Marker of each route, shift along the damping axis so that bars do not hide each other, shade of its share.
_MARKERS = {ROUTES[0]: None, ROUTES[1]: "D", ROUTES[2]: "^", ROUTES[3]: "x"}
_SHIFTS = {ROUTES[0]: 1.0, ROUTES[1]: 0.975, ROUTES[2]: 1.025, ROUTES[3]: 1.05}
_SHADES = {ROUTES[0]: 0.12, ROUTES[1]: 0.75, ROUTES[2]: 0.4, ROUTES[3]: 0.25}
_JUMPS = ("jump 1", "jump 2")
#: Part of the time axis that is drawn, s.
_SEEN = (0.5e-6, 1.25e-6)


def draw(numbers: Damping, width: float = style.WIDE) -> Figure:
    """All panels; in one column on a narrow page."""
    narrow = width < 5
    drawn = style.figure(width, 18.0 if narrow else 10.2)
    heights = (4.6, 11.0, 2.6) if narrow else (2.3, 6.3, 1.5)
    parts: Any = drawn.subfigures(3, 1, height_ratios=heights)
    courses, jumps, shares = parts
    _draw_courses(courses, numbers, columns=2 if narrow else 4)
    grid = jumps.subplots(4, 1, sharex=True) if narrow else jumps.subplots(2, 2, sharex=True, sharey="row")
    panels = grid if narrow else grid.T.ravel()  # jump 1: rise, heat; jump 2: rise, heat
    for k, axes in enumerate(panels):
        _draw_jump(axes, numbers, jump=k // 2, in_kelvin=k % 2 == 0)
        letter = "bcde"[k] if narrow else "bdce"[k]
        style.panel_name(axes, letter, f"{_JUMPS[k // 2]}, {'temperature rise' if k % 2 == 0 else 'heat'}")
        if narrow or k < 2:
            axes.set_ylabel("temperature rise (mK)" if k % 2 == 0 else "heat (10⁻²¹ J)")
        if narrow or k % 2:
            axes.set_xlabel("damping α")
            axes.tick_params(labelbottom=True)
    for axes in panels:
        axes.set_ylim(bottom=0)
    _explain(jumps, numbers, narrow=narrow)
    _draw_shares(shares, numbers, narrow=narrow)
    return drawn


def _draw_courses(part: SubFigure, numbers: Damping, columns: int) -> None:
    panels = part.subplots(len(SHOWN) // columns, columns, sharex=True, sharey=True, squeeze=False)
    seen = (numbers.time >= _SEEN[0]) & (numbers.time <= _SEEN[1])
    for k, (axes, courses) in enumerate(zip(panels.ravel(), numbers.courses, strict=True)):
        for i, colour in enumerate(style.COLOURS):
            lines = 1e3 * courses[:, seen, i]
            alone = len(lines) == 1
            line = {"linewidth": 1.5} if alone else {"linewidth": 0.6, "alpha": 0.55}
            axes.plot(1e6 * numbers.time[seen], lines.T, color=colour, **line)
        words = f"(a) α = {SHOWN[k]:g}" if k == 0 else f"α = {SHOWN[k]:g}"
        axes.set_title(words)
        if len(courses) > 1:
            text = f"{len(courses)} starts,\n1 µrad apart"
            axes.text(0.05, 0.95, text, transform=axes.transAxes, fontsize=7, va="top")
    for axes in panels[-1]:
        axes.set_xlabel("time (µs)")
    for axes in panels[:, 0]:
        axes.set_ylabel("temperature rise (mK)")
    panels[0, 0].set(xlim=(0.5, 1.25), xticks=[0.5, 0.75, 1.0, 1.25])
    panels[0, 0].set_ylim(bottom=0)
    for i, (name, colour) in enumerate(zip(NAMES, style.COLOURS, strict=True)):
        end = 1e3 * numbers.courses[0][0, seen, i][-1]
        panels[0, 0].text(1.2, end - 0.2, name, color=colour, ha="right", va="top", fontweight="bold")


def _draw_jump(axes: Axes, numbers: Damping, jump: int, *, in_kelvin: bool) -> None:
    singles = numbers.singles
    for i, colour in enumerate(style.COLOURS):
        unit = 1e3 / numbers.capacity[i] if in_kelvin else 1e21
        good = singles.reproducible & (np.array(singles.route) == ROUTES[0])
        values = np.where(good, singles.heat[:, jump, i] * unit, np.nan)
        axes.plot(singles.damping, values, color=colour, linewidth=0.9, alpha=0.45)
        axes.plot(singles.damping, values, color=colour, linestyle="none", marker=".", markersize=3)
        _draw_ensembles(axes, numbers, jump, i, unit)
    _damping_axis(axes)
    axes.grid(True, axis="y", color=style.FAINT, linewidth=0.5)


def _damping_axis(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_xlim(0.85e-3, 1.15)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks([1e-3, 1e-2, 1e-1, 1], ["0.001", "0.01", "0.1", "1"])


def _draw_ensembles(axes: Axes, numbers: Damping, jump: int, i: int, unit: float) -> None:
    """Means with the spread of one member, by route; at least two members to a point."""
    ensembles = numbers.ensembles
    for r, route in enumerate(ROUTES[:3]):
        seen = (ensembles.members_on[:, r] > 1) & np.isfinite(ensembles.mean[:, r, jump, i])
        marker = _MARKERS[route] or style.MARKERS[i]
        axes.errorbar(
            ensembles.damping[seen] * _SHIFTS[route],
            ensembles.mean[seen, r, jump, i] * unit,
            ensembles.spread[seen, r, jump, i] * unit,
            fmt=marker,
            color=style.COLOURS[i],
            markersize=4.2,
            markerfacecolor=style.PAPER if r == 0 else style.COLOURS[i],
            markeredgewidth=1.0,
            elinewidth=0.8,
            zorder=3,
        )


def _explain(part: SubFigure, numbers: Damping, *, narrow: bool) -> None:
    """What the markers mean, once for all panels."""
    colours = style.COLOURS
    single: dict[str, Any] = {"linewidth": 1.0, "marker": ".", "markersize": 3}
    mean: dict[str, Any] = {"linestyle": "none", "markersize": 4.5, "color": style.INK}
    entries = [
        (Line2D([], [], color=colours[0], **single), "A, single runs"),
        (Line2D([], [], color=colours[1], **single), "B, single runs"),
        (Line2D([], [], marker="o", markerfacecolor=style.PAPER, **mean), "ensemble: B, then A"),
        (Line2D([], [], marker="D", **mean), "ensemble: A and B together"),
    ]
    if numbers.ensembles.members_on[:, 2].any():
        entries.append((Line2D([], [], marker="^", **mean), "ensemble: A, then B"))
    spacing = {"columnspacing": 1.2, "handletextpad": 0.4, "fontsize": 7.5}
    part.legend(*zip(*entries, strict=True), loc="outside upper center", ncols=2 if narrow else 5, **spacing)


def _draw_shares(part: SubFigure, numbers: Damping, *, narrow: bool) -> None:
    """Share of the routes in each ensemble, as stacked bars."""
    axes, ensembles = part.subplots(), numbers.ensembles
    share = ensembles.members_on / ensembles.members
    ratio = np.sqrt(ensembles.damping[1] / ensembles.damping[0]) if ensembles.damping.size > 1 else 1.1
    left, width = ensembles.damping / ratio**0.85, ensembles.damping * (ratio**0.85 - ratio**-0.85)
    bottom = np.zeros(ensembles.damping.size)
    for r, route in enumerate(ROUTES):
        if not ensembles.members_on[:, r].any():
            continue
        look: dict[str, Any] = {"color": style.INK, "alpha": _SHADES[route], "linewidth": 0, "label": route}
        axes.bar(left, share[:, r], width, bottom, align="edge", **look)
        bottom = bottom + share[:, r]
    axes.set_xscale("log")
    axes.set(xlim=(left[0] * 0.97, (left + width)[-1] * 1.03), ylim=(0, 1), yticks=[0, 0.5, 1])
    ticks = [t for t in (1e-3, 2e-3, 5e-3, 1e-2) if left[0] < t < (left + width)[-1]]
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_ylabel("share of members")
    axes.set_xlabel("damping α")
    style.panel_name(axes, "f", "who switches when, in the first half cycle")
    title, beyond = None, numbers.singles.damping > ensembles.damping.max()
    if beyond.any() and all(np.array(numbers.singles.route)[beyond] == ROUTES[0]):
        title = f"above {ensembles.damping.max():g}: {ROUTES[0]},\nin all {int(beyond.sum())} single runs"
    part.legend(loc="outside lower center" if narrow else "outside right center", title=title, title_fontsize=7.5)
