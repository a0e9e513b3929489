"""One look for all figures: colours that colour-blind readers can tell apart, quiet axes."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Okabe and Ito's colours, black and yellow left out: black is for means and fields, yellow is too light for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
#: Colour map for many particles; dark to light in every kind of sight, its lightest end cut off.
COLOUR_MAP = "viridis"
GREY = "#6E6E6E"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that size in inches, laid out so that labels do not collide."""
    return Figure(figsize=(width, height), layout="constrained")


def quiet(axes: Axes, *, zero_lines: bool = False) -> None:
    """Take the ink that says nothing off the axes; with ``zero_lines``, mark both zeros."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)
    axes.grid(True, color="#E8E8E8", linewidth=0.6)
    axes.set_axisbelow(True)
    if zero_lines:
        axes.axhline(0.0, color="#B0B0B0", linewidth=0.8, zorder=1)
        axes.axvline(0.0, color="#B0B0B0", linewidth=0.8, zorder=1)
