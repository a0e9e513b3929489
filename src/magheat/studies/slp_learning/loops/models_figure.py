"""The picture of three models: area against diameter at three fields, and who agrees where."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from magheat.constants import MU_0, OERSTED
from magheat.studies import style
from magheat.studies.slp_learning.cases import GRID
from magheat.studies.slp_learning.loops.maps import blocking
from magheat.studies.slp_learning.loops.models import (
    AGREES,
    ANISOTROPY_FIELD,
    FREQUENCY,
    NOTHING,
    Models,
    diameter_of,
)

_TWO_WELL, _LINEAR, _COLD = style.INK, style.COLOURS[1], style.COLOURS[0]
_LEAST, _MOST = 1e-5, 20.0
#: Areas over K below this are round-off.
_ROUND_OFF = 1e-14
_X_TICKS, _Y_TICKS = (1, 3, 10, 30, 100, 300, 1000), (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2)
#: Where the ratios of linear response to the two-well area are written, (sigma, h).
_LABELS = ((40.0, 0.02), (9.2, 0.25), (1.8, 0.47), (4.3, 1.0))


def draw(numbers: Models, width: float = style.WIDE) -> Figure:
    """Three panels of curves above the plane; all below one another where the page is narrow."""
    narrow = width < 5
    count = numbers.curves.field.size
    if narrow:
        drawn = style.figure(width, 12.4)
        panels = drawn.subplots(count + 1, 1, height_ratios=[1.0] * count + [1.5])
        above, below = panels[:-1], panels[-1]
    else:
        drawn = style.figure(width, 6.6)
        top, bottom = np.asarray(drawn.subfigures(2, 1, height_ratios=[1, 1.45]))
        above, below = top.subplots(1, count, sharey=True), bottom.subplots()
    for k, axes in enumerate(above):
        _draw_curves(axes, numbers, k)
        if narrow or k == 0:
            axes.set_ylabel("area / $K$")
        axes.set_xlabel("diameter (nm)")
    above[0].legend(loc="upper right", fontsize=7, handlelength=2.2, borderaxespad=0.1)
    _draw_plane(below, numbers, narrow=narrow)
    style.panel_name(below, "abcdef"[count], f"who is within {100 * AGREES:.0f} % of the two-well area")
    return drawn


def _draw_curves(axes: Axes, numbers: Models, k: int) -> None:
    curves = numbers.curves
    x, h = diameter_of(curves.sigma) / 1e-9, float(curves.field[k])
    axes.axvspan(x[0], float(diameter_of(3.0)) / 1e-9, color=style.FAINT, linewidth=0, zorder=0.2)
    axes.plot(x, curves.two_well[k], color=_TWO_WELL, linewidth=1.8, label="two-well")
    axes.plot(x, curves.linear[k], color=_LINEAR, linestyle=(0, (4, 1.5)), label="linear response")
    if curves.cold[k] > 0:
        axes.axhline(curves.cold[k], color=_COLD, linestyle=(0, (1.2, 1.2)), linewidth=1.6)
    axes.plot([], [], color=_COLD, linestyle=(0, (1.2, 1.2)), linewidth=1.6, label="Stoner-Wohlfarth, 0 K")
    axes.set(yscale="log", ylim=(_LEAST, _MOST), xlim=(x[0], x[-1]))
    axes.set_yticks([1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10])
    style.panel_name(axes, "abc"[k], f"$H_V$ = {h:g} $H_K$ ({h * ANISOTROPY_FIELD / OERSTED:.0f} Oe)")


def _draw_plane(axes: Axes, numbers: Models, *, narrow: bool) -> None:
    plane = numbers.plane
    x, y, area = plane.sigma, plane.field, plane.two_well
    lost = np.log10(np.maximum(area, 1e-30))
    axes.contourf(x, y, lost, levels=[-31, np.log10(NOTHING)], colors=[style.FAINT])
    steps = np.log10([1 - AGREES, 1 + AGREES])
    known = area > _ROUND_OFF
    linear = np.where(known, np.log10(plane.linear / np.where(known, area, 1.0)), np.nan)
    switched = known & (plane.cold[:, None] > 0)
    cold = np.where(switched, np.log10(np.maximum(plane.cold[:, None], 1e-9) / np.where(known, area, 1.0)), np.nan)
    for share, colour, alpha in ((linear, _LINEAR, 0.4), (cold, _COLD, 0.45)):
        axes.contourf(x, y, share, levels=steps, colors=[colour], alpha=alpha)
    levels = np.log10([0.1, 0.5, 2, 10])
    lines = axes.contour(x, y, linear, levels, colors=_LINEAR, linewidths=0.8, linestyles="solid")
    axes.plot(x, 0.5 / x, color=_LINEAR, linewidth=1.3, linestyle=(0, (1, 1.5)))
    how: dict[str, Any] = {"fontsize": 7, "color": _LINEAR, "textcoords": "offset points"}
    axes.annotate("$2\\sigma h$ = 1", (100, y[0]), (2, 3), **how)
    axes.set(xscale="log", yscale="log", xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    named = {float(level): f"×{10.0**level:g}" for level in levels}
    axes.clabel(lines, fmt=named, fontsize=7, inline_spacing=2, manual=_LABELS)
    axes.set_xlabel("$\\sigma$ = $KV/k_BT$")
    axes.set_ylabel("$H_V$ / $H_K$")
    for one in (axes.xaxis, axes.yaxis):
        ticks = _X_TICKS if one is axes.xaxis else _Y_TICKS
        one.set_ticks(ticks, [f"{value:g}" for value in ticks])
        one.set_ticks([], minor=True)
    _draw_borders(axes, numbers)
    handles: list[Any] = [
        Patch(facecolor=_LINEAR, alpha=0.4, label="linear response"),
        Patch(facecolor=_COLD, alpha=0.45, label="Stoner-Wohlfarth, 0 K"),
        Patch(facecolor=style.FAINT, label=f"two-well area below {NOTHING:g} $K$"),
        Patch(facecolor="none", edgecolor=style.INK, linestyle=(0, (4, 2)), label="range of the database"),
    ]
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2 if narrow else 4, fontsize=7)


def _draw_borders(axes: Axes, numbers: Models) -> None:
    """No two wells below sigma = 3; h = 1/2; where the particle relaxes once per radian; the database's range."""
    sigma = numbers.rows.sigma
    (low_m, *_, high_m), (low_k, *_, high_k) = GRID["saturation_magnetization"], GRID["anisotropy_constant"]
    weakest = min(GRID["amplitude"]) * MU_0 * low_m / (2 * high_k)
    strongest = max(GRID["amplitude"]) * MU_0 * high_m / (2 * low_k)
    corner = (max(float(sigma.min()), 1.0), weakest)
    box = Rectangle(corner, float(sigma.max()) - corner[0], strongest - weakest, facecolor="none")
    box.set(edgecolor=style.INK, linestyle=(0, (4, 2)), linewidth=1.0)
    axes.add_patch(box)
    quiet: dict[str, Any] = {"color": style.QUIET, "linewidth": 0.9, "linestyle": (0, (1, 1.5))}
    words: dict[str, Any] = {"fontsize": 7, "color": style.INK, "textcoords": "offset points"}
    axes.axvline(3.0, **quiet)
    axes.annotate("$\\sigma$ = 3", (3.0, 0.005), (-2, 4), rotation=90, ha="right", va="bottom", **words)
    blocked = blocking(FREQUENCY)
    axes.axvline(blocked, **quiet)
    axes.annotate("$2\\pi f\\tau_N$ = 1", (blocked, 0.005), (-2, 4), rotation=90, ha="right", va="bottom", **words)
    axes.axhline(0.5, **quiet)
    axes.annotate("first axes switch at 0 K", (1000, 0.5), (-3, -3), ha="right", va="top", **words)
