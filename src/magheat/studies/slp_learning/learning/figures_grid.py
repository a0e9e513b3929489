"""Figure 1(a), and the same for every loop: deviations in units of the standard deviation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.studies import style
from magheat.studies.slp_learning.cases import FloatArray
from magheat.studies.slp_learning.learning.deviations import BOUND
from magheat.studies.slp_learning.learning.models import FOREST, NETWORK, PAPERS
from magheat.studies.slp_learning.learning.samples import SYMBOLS
from magheat.studies.slp_learning.learning.study import Learning

_MARKS: dict[str, dict[str, Any]] = {
    FOREST: {"color": style.COLOURS[0], "marker": style.MARKERS[0], "markersize": 5.5},
    NETWORK: {"color": style.COLOURS[1], "marker": style.MARKERS[1], "markersize": 5.5, "markerfacecolor": "none"},
}
_TICKS = (-300, -100, -30, -10, -3, 0, 3, 10, 30, 100, 300)


def draw_shown(numbers: Learning, width: float = style.WIDE) -> Figure:
    """Deviations of the shown loops, output by output: full symbols the forest, open ones the network."""
    narrow = width < 5
    drawn = style.figure(width, 7.2 if narrow else 2.9)
    panels = drawn.subplots(*((3, 1) if narrow else (1, 3)), sharey=True, squeeze=False).ravel()
    places = np.arange(len(numbers.shown.names))
    largest = max(float(np.nanmax(np.abs(one.relative))) for one in numbers.on_shown.values())
    edge = max(10.0, 1.5 * largest)
    for k, axes in enumerate(panels):
        _bounds(axes)
        for shift, kind in zip((-0.12, 0.12), PAPERS, strict=True):
            axes.plot(places + shift, numbers.on_shown[kind].relative[:, k], linestyle="", **_MARKS[kind])
        axes.set_yscale("symlog", linthresh=BOUND, linscale=1.0)
        ticks = [tick for tick in _TICKS if abs(tick) <= edge]
        axes.set_yticks(ticks, [f"{tick}".replace("-", "−") for tick in ticks])
        axes.set_yticks([], minor=True)
        axes.set(ylim=(-edge, edge), xlim=(-0.6, places[-1] + 0.6))
        axes.set_xticks(places, numbers.shown.names)
        style.panel_name(axes, "abc"[k], SYMBOLS[k])
        if narrow or k == 0:
            axes.set_ylabel("$(p_v - e_v)$ / $\\sigma$")
        if not narrow or k == 2:
            axes.set_xlabel("loop of figure 1(b)")
    handles = [
        axes.plot([], [], linestyle="", label=f"random {k}" if k == FOREST else f"neural {k}", **_MARKS[k])[0]
        for k in PAPERS
    ]
    drawn.legend(handles=handles, loc="outside lower center", ncols=2)
    return drawn


def _bounds(axes: Axes) -> None:
    axes.axhspan(-BOUND, BOUND, color=style.FAINT, alpha=0.45, linewidth=0, zorder=0.2)
    axes.axhline(0.0, color=style.QUIET, linewidth=0.6, zorder=0.5)
    for bound in (-BOUND, BOUND):
        axes.axhline(bound, color=style.INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=0.6)


def draw_every(numbers: Learning, width: float = style.WIDE) -> Figure:
    """How many loops are within so many standard deviations; and the share within three, by diameter."""
    narrow = width < 5
    drawn = style.figure(width, 6.9 if narrow else 3.3)
    left, right = drawn.subplots(*((2, 1) if narrow else (1, 2)), squeeze=False).ravel()
    _draw_shares(left, numbers)
    _draw_by_diameter(right, numbers)
    drawn.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2 if narrow else 4, fontsize=7.5)
    return drawn


def _draw_shares(axes: Axes, numbers: Learning) -> None:
    x = np.geomspace(0.03, 300, 200)
    told = [
        (numbers.unseen.relative, style.COLOURS[0], "solid", "forest, on the grid"),
        (numbers.on_between[FOREST].relative, style.COLOURS[0], (0, (4, 1.5)), "forest, off the grid"),
        (numbers.on_between[NETWORK].relative, style.COLOURS[1], (0, (4, 1.5)), "network, off the grid"),
    ]
    normal = [math.erf(one / math.sqrt(2)) for one in x.tolist()]
    axes.plot(x, normal, color=style.QUIET, linewidth=1.0, linestyle=(0, (1, 1.5)), label="normal law")
    for relative, colour, line, words in told:
        axes.plot(x, _share_below(relative, x), color=colour, linestyle=line, label=words)
    axes.axvline(BOUND, color=style.INK, linewidth=0.9, linestyle=(0, (4, 2)))
    axes.set(xscale="log", xlim=(x[0], x[-1]), ylim=(0, 1))
    axes.set_xticks([0.1, 1, 3, 10, 100], ["0.1", "1", "3", "10", "100"])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("$|p_v - e_v|$ / $\\sigma$")
    axes.set_ylabel("share of loops that are nearer")
    style.panel_name(axes, "a", "all three outputs")


def _share_below(relative: FloatArray, x: FloatArray) -> FloatArray:
    sizes = np.sort(np.abs(relative[~np.isnan(relative)]))
    share: FloatArray = np.searchsorted(sizes, x, side="right") / max(sizes.size, 1)
    return share


def _draw_by_diameter(axes: Axes, numbers: Learning) -> None:
    levels = np.unique(numbers.grid.inputs["diameter"])
    at = numbers.grid.inputs["diameter"]
    grid = np.array([numbers.unseen.within(at == level).mean() for level in levels])
    how: dict[str, Any] = {"color": style.COLOURS[0], "markersize": 5}
    axes.plot(levels / 1e-9, grid, marker=style.MARKERS[0], **how)
    edges = np.linspace(levels[0], levels[-1], 13)
    place = np.digitize(numbers.between.inputs["diameter"], edges[1:-1])
    middles = (edges[1:] + edges[:-1]) / 2e-9
    for kind in PAPERS:
        share = [numbers.on_between[kind].within(place == k).mean() for k in range(middles.size)]
        axes.plot(middles, share, linestyle=(0, (4, 1.5)), **(_MARKS[kind] | {"markersize": 4}))
    axes.axhline(math.erf(BOUND / math.sqrt(2)), color=style.QUIET, linewidth=1.0, linestyle=(0, (1, 1.5)))
    axes.set(ylim=(0, 1.03), xlim=(7.5, 25.5))
    axes.set_xlabel("diameter (nm)")
    axes.set_ylabel("share within 3 $\\sigma$")
    style.panel_name(axes, "b", "by diameter")
