"""On the grid and off it: predicted areas against true ones; and how errors fall with the number of loops."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.studies import style
from magheat.studies.slp_learning.cases import FloatArray
from magheat.studies.slp_learning.learning.comparison import Line
from magheat.studies.slp_learning.learning.curves import Steps
from magheat.studies.slp_learning.learning.models import BOOSTING, FOREST, NETWORK, PHYSICS, RAW
from magheat.studies.slp_learning.learning.samples import OUTPUTS
from magheat.studies.slp_learning.learning.study import Learning

_AREA = OUTPUTS.index("loss_per_cycle")
_LEAST, _MOST = 1.0, 3e4  # J/m^3
_COLOUR = {RAW.name: style.COLOURS[0], PHYSICS.name: style.COLOURS[1]}
_MARKER = {FOREST: "s", NETWORK: "o", BOOSTING: "^"}
_LINE: dict[str, Any] = {FOREST: "solid", NETWORK: (0, (4, 1.5)), BOOSTING: (0, (1, 1.3))}


def draw_pairs(numbers: Learning, width: float = style.WIDE) -> Figure:
    """Predicted against simulated areas: the same forests twice, and the model that users get."""
    narrow = width < 5
    drawn = style.figure(width, 9.6 if narrow else 2.75)
    panels = drawn.subplots(*((3, 1) if narrow else (1, 3)), squeeze=False).ravel()
    between, forest = numbers.between.outputs[:, _AREA], numbers.repeats[FOREST]
    tested = np.concatenate(forest.tests)
    told = [
        (numbers.grid.outputs[tested, _AREA], np.concatenate(forest.on_tests)[:, _AREA], "forest, on the grid"),
        (between, forest.between[0][:, _AREA], "forest, off the grid"),
        (between, numbers.users.answers.between[:, _AREA], "surrogate, off the grid"),
    ]
    for k, (axes, (true, predicted, words)) in enumerate(zip(panels, told, strict=True)):
        colour = style.COLOURS[1] if k == 2 else style.COLOURS[0]
        how: dict[str, Any] = {"linestyle": "", "marker": ".", "markersize": 3.0, "alpha": 0.35, "markeredgewidth": 0}
        inside = (true >= _LEAST) & (predicted >= _LEAST)
        axes.plot(true[inside], predicted[inside], color=colour, rasterized=True, **how)
        axes.plot([_LEAST, _MOST], [_LEAST, _MOST], color=style.INK, linewidth=0.8)
        axes.set(xscale="log", yscale="log", xlim=(_LEAST, _MOST), ylim=(_LEAST, _MOST), aspect="equal")
        axes.set_xticks([1, 10, 100, 1e3, 1e4])
        axes.set_yticks([1, 10, 100, 1e3, 1e4])
        axes.set_xticks([], minor=True)
        axes.set_yticks([], minor=True)
        style.panel_name(axes, "abc"[k], words)
        if narrow or k == 0:
            axes.set_ylabel("predicted area (J/m³)")
        axes.set_xlabel("simulated area (J/m³)")
    return drawn


def draw_curves(numbers: Learning, width: float = style.WIDE) -> Figure:
    """1 - R^2 and median relative error of the worst output, against the number of loops learnt from."""
    narrow = width < 5
    drawn = style.figure(width, 8.2 if narrow else 3.9)
    panels = drawn.subplots(*((2, 1) if narrow else (1, 2)), squeeze=False).ravel()
    _draw_curve(panels[0], numbers, lambda one: (1 - np.atleast_2d(one.r_squared)).max(axis=-1))
    _draw_curve(panels[1], numbers, lambda one: np.atleast_2d(one.median).max(axis=-1))
    panels[0].set_ylabel("1 − $R^2$, worst output")
    panels[1].set_ylabel("median relative error, worst output")
    for letter, axes in zip("ab", panels, strict=True):
        axes.set_xlabel("loops learnt from")
        style.panel_name(axes, letter)
    _legend(drawn, panels[0], narrow=narrow)
    return drawn


def _draw_curve(axes: Axes, numbers: Learning, value: Any) -> None:
    for one in numbers.steps:
        _draw_steps(axes, one, value, color=_COLOUR[one.view], marker=_MARKER[one.kind], linestyle=_LINE[one.kind])
    for line in numbers.lines:
        _draw_line(axes, line, value)
    users = numbers.users.steps
    _draw_steps(axes, users, value, color=style.INK, marker="D", linestyle="solid", linewidth=1.9)
    axes.set(xscale="log", yscale="log")
    largest = max(users.rows.max(), *(one.rows.max(initial=0) for one in numbers.steps))
    ticks = [t for t in (1e3, 2e3, 4e3, 8e3) if t <= 1.1 * largest] if largest < 2e4 else [1e3, 1e4, 1e5, 1e6]
    axes.set_xticks(ticks, [f"{tick:,.0f}".replace(",", "\u202f") for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlim(800, 1.3 * largest)
    axes.grid(axis="y", color=style.FAINT, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)


def _draw_steps(axes: Axes, one: Steps, value: Any, **how: Any) -> None:
    if one.rows.size:
        axes.plot(one.rows, [float(value(score)[0]) for score in one.scores], markersize=4.2, **how)


def _draw_line(axes: Axes, line: Line, value: Any) -> None:
    """Trained on the grid: open symbols; on as many Sobol points: full ones."""
    values: FloatArray = value(line.between)
    colour = _COLOUR[line.view]
    face = "none" if line.design == "grid" else colour
    axes.plot(
        line.rows,
        values.mean(),
        color=colour,
        marker=_MARKER[line.kind],
        markersize=5.5,
        markerfacecolor=face,
        zorder=3,
    )


def _legend(drawn: Figure, axes: Axes, *, narrow: bool) -> None:
    handles = []
    for view in (RAW.name, PHYSICS.name):
        for kind in (FOREST, NETWORK, BOOSTING):
            how: dict[str, Any] = {"color": _COLOUR[view], "marker": _MARKER[kind], "linestyle": _LINE[kind]}
            handles += axes.plot([], [], markersize=4.2, label=f"{kind}, {view}", **how)
    handles += axes.plot(
        [], [], color=style.INK, marker="D", markersize=4.2, linewidth=1.9, label="surrogate of magheat"
    )
    handles += axes.plot(
        [], [], color=style.QUIET, marker="s", linestyle="", markerfacecolor="none", label="open: from the grid"
    )
    drawn.legend(handles=handles, loc="outside lower center", ncols=2 if narrow else 4, fontsize=7.5, handlelength=2.8)
