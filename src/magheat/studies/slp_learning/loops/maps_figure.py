"""The picture of what the model says, with the medical limits where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from magheat.constants import OERSTED
from magheat.studies import style
from magheat.studies.findings import digits
from magheat.studies.slp_learning.cases import INPUTS
from magheat.studies.slp_learning.loops.maps import (
    AMPLITUDE,
    ANISOTROPY_CONSTANT,
    LIMITS,
    Map,
    Maps,
    best_diameters,
    blocking,
    diameter_at,
    limit_fields,
    switching_anisotropy,
)

#: Classes of loop area, J/m^3; below the first and above the last are classes, too.
LEVELS = (3, 10, 30, 100, 300, 1000, 2000, 5000, 10_000, 15_000)
#: Lines of equal SLP, W/g.
LINES = (1, 10, 100, 1000)
#: On the maps, whose colours do not follow the page's: words and lines.
_DARK, _LIGHT = "#101010", "#ffffff"


def draw(numbers: Maps, width: float = style.WIDE) -> Figure:
    """Two rows of two maps; below one another where the page is narrow."""
    narrow = width < 5
    drawn = style.figure(width, 13.6 if narrow else 6.9)
    panels = drawn.subplots(*((4, 1) if narrow else (2, 2)), squeeze=False)
    shades = ListedColormap(colormaps["viridis"](np.linspace(0.0, 1.0, len(LEVELS) + 1)))
    norm = BoundaryNorm(LEVELS, len(LEVELS) + 1, extend="both")
    for k, (axes, one) in enumerate(zip(panels.ravel(), numbers.maps, strict=True)):
        x, y = one.diameter / 1e-9, one.values / INPUTS[one.across].scale
        filled = axes.contourf(x, y, one.area, levels=LEVELS, cmap=shades, norm=norm, extend="both")
        filled.set_edgecolor("face")
        filled.set_linewidth(0.2)
        lines = axes.contour(x, y, one.slp / 1e3, levels=LINES, colors=_LIGHT, linewidths=0.7)
        for text in axes.clabel(lines, fmt=lambda value: f"{value:g} W/g", fontsize=6.5, colors=_DARK):
            text.set_path_effects([withStroke(linewidth=2.0, foreground=_LIGHT)])
        style.panel_name(axes, "abcd"[k], _title(one))
        _draw_lines(axes, one, last=narrow or k % 2 == 1)
        axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        if one.across != "amplitude":
            axes.set_yticks(np.arange(10, 31, 5))
        if narrow or k >= 2:
            axes.set_xlabel("diameter (nm)")
        if narrow or k % 2 == 0:
            told = INPUTS[one.across]
            axes.set_ylabel(f"{told.words} ${told.symbol.replace('_V', '_{V}')}$ ({told.unit})")
    place: dict[str, Any] = {"location": "bottom", "shrink": 0.9, "aspect": 45 if not narrow else 28, "pad": 0.015}
    bar = drawn.colorbar(filled, ax=panels, ticks=LEVELS[::2] if narrow else LEVELS, format="%g", **place)
    parts = ("$\\mu_0$ × loop area (J/m³)", "lines: specific loss power (W per g of magnetic phase)")
    bar.set_label(("\n" if narrow else "; ").join(parts))
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=7.5, length=0)
    return drawn


def _title(one: Map) -> str:
    frequency = f"{one.frequency / 1e3:.0f} kHz"
    if one.across == "amplitude":
        return f"{frequency}, $K$ = {ANISOTROPY_CONSTANT / 1e3:.0f} kJ/m³"
    product = AMPLITUDE * one.frequency
    exponent = int(np.floor(np.log10(product)))
    number = f"{digits(product / 10.0**exponent, 2)}·10$^{exponent}$"
    return f"{frequency}, {AMPLITUDE / OERSTED:.0f} Oe: $Hf$ = {number} A/(m s)"


def _draw_lines(axes: Axes, one: Map, *, last: bool) -> None:
    if one.across == "amplitude":
        _draw_limits(axes, one)
        _draw_ridge(axes, one)
        for sigma, words in ((3.0, "$\\sigma$ = 3"), (blocking(one.frequency), "$2\\pi f\\tau_N$ = 1")):
            place = float(diameter_at(sigma, ANISOTROPY_CONSTANT)) / 1e-9
            axes.axvline(place, color=_LIGHT, linewidth=1.0, linestyle=(0, (1, 1.5)))
            _say(axes, words, (place, 0.75 * one.values[-1] / OERSTED), (-2, 0), rotation=90, ha="right", va="center")
        return
    y = one.values / 1e3
    for sigma, words in ((3.0, "$\\sigma$ = 3"), (blocking(one.frequency), "$2\\pi f\\tau_N$ = 1")):
        axes.plot(diameter_at(sigma, one.values) / 1e-9, y, color=_LIGHT, linewidth=1.0, linestyle=(0, (1, 1.5)))
        _say(axes, words, (float(diameter_at(sigma, one.values[-1])) / 1e-9, y[-1]), (4, -3), ha="left", va="top")
    half = switching_anisotropy() / 1e3
    if y[0] < half < y[-1]:
        axes.axhline(half, color=_LIGHT, linewidth=1.2, linestyle=(0, (5, 2)))
        _say(axes, "$H_V$ = $H_K$/2: below, the field switches", (25, half), (-3, 3), ha="right", va="bottom")


def _draw_limits(axes: Axes, one: Map) -> None:
    """Lines of H f = limit where they lie on the map; a word on those above it."""
    top, above = one.values[-1], []
    for name, field in limit_fields(one.frequency).items():
        words = f"{name}, {LIMITS[name]:.3g} A/(m s)".replace("e+0", "·10^").replace("e+", "·10^")
        number, power = words.split("·10^")[0], words.split("·10^")[1][0]
        words = f"{number}·10$^{power}$ A/(m s)"
        if field > top:
            above.append(f"{name}: {field / OERSTED:.0f} Oe, above this map")
            continue
        axes.axhline(field / OERSTED, color=_LIGHT, linewidth=2.6, zorder=3)
        axes.axhline(field / OERSTED, color=style.COLOURS[0], linewidth=1.4, zorder=3.1)
        _say(axes, words, (25, field / OERSTED), (-3, 3), ha="right", va="bottom")
    for words in above:
        _say(axes, words, (25, top / OERSTED), (-3, -3), ha="right", va="top")


def _draw_ridge(axes: Axes, one: Map) -> None:
    """The diameter that heats most at each field."""
    best = best_diameters(one)
    axes.plot(best / 1e-9, one.values / OERSTED, color=_DARK, linewidth=1.0)


def _say(axes: Axes, words: str, at: tuple[float, float], offset: tuple[float, float], **how: Any) -> None:
    text = axes.annotate(words, at, offset, textcoords="offset points", fontsize=7, color=_DARK, zorder=5, **how)
    text.set_path_effects([withStroke(linewidth=2.0, foreground=_LIGHT)])
