"""Figures of the study: the cluster in space, heat against own loop, whom clustering helps, loops and fields."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.constants import OERSTED
from magheat.plotting import draw_cluster
from magheat.studies import style
from magheat.studies.aggregates.answers import Answers, Books, specific_loss_power
from magheat.studies.aggregates.cases import AMPLITUDE, DIRECTION

FloatArray = npt.NDArray[np.float64]

#: Together and apart.
TOGETHER, APART = style.COLOURS
#: Azimuth and elevation from which the cluster is seen, degrees.
VIEW = (-60.0, 15.0)


def draw_space(answers: Answers, width: float = style.WIDE) -> Figure:
    """Heat of every particle, and heat less own loop, in space."""
    narrow = width < 5
    drawn = style.figure(width, 7.0 if narrow else 4.0)
    panels: Any = drawn.subplots(*((2, 1) if narrow else (1, 2)))
    particles, books = answers.samples[0].particles, answers.together
    shown = (
        (1e21 * books.heat.value, None, "a", "heat per cycle (10⁻²¹ J)"),
        (1e21 * books.given.value, 0.0, "b", "heat less own loop (10⁻²¹ J)"),
    )
    for axes, (values, reference, letter, label) in zip(panels, shown, strict=True):
        limits = tuple(np.percentile(values, (2, 98)).tolist())
        colours = draw_cluster(
            axes, particles, values, reference=reference, view=VIEW, direction=DIRECTION, limits=limits
        )
        bar = drawn.colorbar(colours, ax=axes, location="bottom", shrink=0.8, aspect=28, pad=0.02, extend="both")
        bar.set_label(label)
        bar.outline.set_linewidth(0.5)
        axes.text(0.0, 1.0, f"({letter})", transform=axes.transAxes, va="top", fontsize=9)
    return drawn


def draw_local(answers: Answers, width: float = style.WIDE) -> Figure:
    """Heat of every particle against the area of its own loop, in the cluster and alone."""
    narrow = width < 5
    drawn = style.figure(width, 6.6 if narrow else 3.7)
    panels: Any = drawn.subplots(*((2, 1) if narrow else (1, 2)))
    shown = ((answers.together, TOGETHER, "in the cluster"), (answers.apart, APART, "each alone"))
    for k, (axes, (books, colour, words)) in enumerate(zip(panels, shown, strict=True)):
        _against_own_loop(axes, books, colour)
        style.panel_name(axes, "ab"[k], words)
    return drawn


def _against_own_loop(axes: Axes, books: Books, colour: str) -> None:
    x, y = books.area.scaled(1e21), books.heat.scaled(1e21)
    bars: dict[str, Any] = {"elinewidth": 0.5, "ecolor": colour, "alpha": 0.75}
    axes.errorbar(x.value, y.value, y.error, x.error, fmt="o", color=colour, markersize=2.6, **bars)
    low, high = min(axes.get_xlim()[0], axes.get_ylim()[0]), max(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([low, high], [low, high], color=style.QUIET, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0.6)
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    axes.set(xlabel="own loop: area × V (10⁻²¹ J)", ylabel="heat per cycle (10⁻²¹ J)")
    style.zero_lines(axes)


def draw_groups(answers: Answers, width: float = style.WIDE) -> Figure:
    """Heat in the cluster over heat alone, by group, with standard errors."""
    narrow = width < 5
    drawn = style.figure(width, 5.2)
    axes = drawn.subplots()
    places = _places([effect.group.question for effect in answers.effects])
    axes.axvline(1.0, color=style.QUIET, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0.6)
    for shift, colour, fill, ratios, label in (
        (-0.14, style.INK, style.INK, [effect.ratio for effect in answers.effects], "this cluster"),
        (0.14, style.INK, style.PAPER, answers.everywhere, f"mean of {1 + answers.plan.clusters} clusters"),
    ):
        axes.errorbar(
            [float(one.value) for one in ratios],
            places + shift,
            xerr=[float(np.nan_to_num(one.error)) for one in ratios],
            fmt="o",
            color=colour,
            markerfacecolor=fill,
            markersize=4.5,
            elinewidth=1.0,
            capsize=2,
            label=label,
        )
    words = [
        effect.group.name if effect.group.question == "all" else f"{effect.group.question}: {effect.group.name}"
        for effect in answers.effects
    ]
    axes.set_yticks(places, words, fontsize=7 if narrow else 8)
    axes.invert_yaxis()
    axes.grid(True, axis="x", color=style.FAINT, linewidth=0.5)
    axes.set_xlabel("heat in the cluster / heat alone")
    drawn.legend(loc="outside upper center", ncols=2)
    return drawn


def _places(questions: list[str]) -> FloatArray:
    """Places on the axis, with a little room where another question begins."""
    new = np.array([0.0] + [float(a != b) for a, b in pairwise(questions)])
    return np.arange(len(questions)) + 0.6 * np.cumsum(new)


def draw_whole(answers: Answers, width: float = style.WIDE) -> Figure:
    """Loops of the whole cluster and of its particles alone, and SLP against the field's amplitude."""
    narrow = width < 5
    drawn = style.figure(width, 6.6 if narrow else 3.3)
    loops, power = drawn.subplots(2, 1) if narrow else drawn.subplots(1, 2)
    first = answers.samples[0]
    weights = first.particles.volumes / first.particles.volumes.sum()
    field = AMPLITUDE / 1e3 * np.cos(2 * np.pi * np.arange(len(first.together.loop) + 1) / len(first.together.loop))
    for draws, colour, words in ((first.apart, APART, "each alone"), (first.together, TOGETHER, "in the cluster")):
        m = draws.loop @ weights
        loops.plot(field, np.append(m, m[0]), color=colour, label=words)
    loops.set(xlabel="applied field (kA/m)", ylabel="$M/M_s$ of all")
    style.zero_lines(loops)
    loops.legend(loc="upper left")
    style.panel_name(loops, "a", "loops of the whole")
    _draw_power(power, answers)
    style.panel_name(power, "b", "specific loss power")
    return drawn


def _draw_power(axes: Axes, answers: Answers) -> None:
    amplitudes = [amplitude / OERSTED for amplitude, _ in answers.fields]
    first = answers.samples[0]
    for k, (colour, words) in enumerate(((TOGETHER, "in the cluster"), (APART, "each alone"))):
        heats = [effect.together if k == 0 else effect.apart for _, effect in answers.fields]
        powers = [specific_loss_power(heat, first).scaled(1e-3) for heat in heats]
        axes.errorbar(
            amplitudes,
            [float(one.value) for one in powers],
            [float(np.nan_to_num(one.error)) for one in powers],
            fmt=style.MARKERS[k] + "-",
            color=colour,
            markersize=4,
            linewidth=1.2,
            capsize=2,
            label=words,
        )
    axes.set_ylim(bottom=0)
    axes.set(xlabel="amplitude (Oe)", ylabel="SLP (W/g of magnetite)")
    axes.legend(loc="upper left")
