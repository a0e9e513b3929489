"""The look of the figures of studies: two principal colours, everything else in ink and greys."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.constants import OERSTED
from magheat.plotting import new_figure, save

FloatArray = npt.NDArray[np.float64]

#: A and B: red and blue of different lightness, told apart in every kind of sight; markers differ too.
COLOURS = ("#d33a2c", "#2468b4")
MARKERS = ("s", "o")
#: Text and lines; paper; faint lines; words of lesser weight. The page replaces them by its own, dark or light.
INK, PAPER, FAINT, QUIET = "#1b1f23", "#fefefe", "#dfe1e4", "#6b7076"
#: Width of a figure over the page and on a phone, inches.
WIDE, NARROW = 7.4, 3.7

_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.minor.width": 0.5,
    "ytick.minor.width": 0.5,
    "text.color": INK,
    "lines.linewidth": 1.5,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "path",
}


@contextmanager
def look() -> Iterator[None]:
    """The study's settings for as long as a figure is drawn and saved."""
    with mpl.rc_context(cast(Any, _RC)):
        yield


def figure(width: float, height: float) -> Figure:
    """An empty figure of that size in inches."""
    return new_figure(width, height)


def save_both(drawn: Figure, folder: Path, name: str) -> None:
    """Write ``name.png`` and ``name.svg``."""
    for suffix in (".png", ".svg"):
        save(drawn, folder / f"{name}{suffix}")


def svg_text(drawn: Figure) -> str:
    """The figure as SVG; the same figure gives the same text."""
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "magheat"}):
        drawn.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def panel_name(axes: Axes, letter: str, words: str = "") -> None:
    """Title such as "(a) no interaction", at the left."""
    axes.set_title(f"({letter}) {words}".rstrip())


def zero_lines(axes: Axes, *, x: bool = True, y: bool = True) -> None:
    """Faint lines through the zeros."""
    if y:
        axes.axhline(0.0, color=FAINT, linewidth=0.8, zorder=0.5)
    if x:
        axes.axvline(0.0, color=FAINT, linewidth=0.8, zorder=0.5)


def kiloampere_axis(axes: Axes) -> None:
    """A second scale in kA/m above an axis in oersted."""
    factor = OERSTED / 1e3

    def forth(h: Any) -> Any:
        return h * factor

    def back(h: Any) -> Any:
        return h / factor

    top = axes.secondary_xaxis("top", functions=(forth, back))
    top.set_xlabel("(kA/m)", color=QUIET, fontsize=7.5, labelpad=2)
    top.set_ticks([-40, -20, 0, 20, 40])
    top.tick_params(labelsize=7, colors=QUIET, length=2.5)
    top.spines["top"].set(linewidth=0.5, color=QUIET)


def hatch(
    axes: Axes, x: FloatArray, low: FloatArray, high: FloatArray, colour: str, where: npt.NDArray[np.bool_]
) -> None:
    """Fill between two curves with thin strokes and a tint of one colour."""
    axes.fill_between(x, low, high, where=where, color=colour, alpha=0.16, linewidth=0)
    strokes = axes.fill_between(x, low, high, where=where, facecolor="none", edgecolor=colour, hatch="////")
    strokes.set(linewidth=0, alpha=0.6)
