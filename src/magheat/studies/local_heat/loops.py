"""Figure 2: local and global loops at 0 K, quasi-static, for three pairs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from magheat.analysis import coercive_field, hysteresis_loop, loss_per_cycle, sample_loop
from magheat.api import simulate
from magheat.constants import OERSTED
from magheat.solvers.energy_minimizer import EnergyMinimizer
from magheat.studies import style
from magheat.studies.files import Columns
from magheat.studies.local_heat.cases import CASES, NAMES, Case, experiment

FloatArray = npt.NDArray[np.float64]

SAMPLES = 4000
#: A loop counts as inverted where the descending branch lies below the ascending one by this much of M_s.
_INVERTED = 1e-4


class Loop(NamedTuple):
    """Quasi-static loops of one pair; the last column of ``magnetization`` and of ``areas`` is the whole sample."""

    case: Case
    run: xr.Dataset
    field: FloatArray  # (t,) Oe, one closed cycle from the maximum
    magnetization: FloatArray  # (t, 3) of M_s: A, B, global
    areas: FloatArray  # (3,) J/m^3, mu_0 times the loop area
    coercive_fields: FloatArray  # (3,) Oe
    inverted: FloatArray  # (3, 2) Oe, range of |H| over which the loop is inverted; NaN where it nowhere is
    inverted_share: FloatArray  # (3,) share of the inverted part in the area between the branches


def compute(samples_per_cycle: int = SAMPLES) -> list[Loop]:
    """Loops of the three pairs by 0 K minimisation."""
    return [_loop(case, samples_per_cycle) for case in CASES]


def _loop(case: Case, samples_per_cycle: int) -> Loop:
    run = simulate(experiment(case, samples_per_cycle=samples_per_cycle), solver=EnergyMinimizer())
    local, whole = hysteresis_loop(run), sample_loop(run)
    both = [local["magnetization"].transpose("time", "particle").values, whole["magnetization"].values[:, None]]
    m = np.hstack(both) / run["saturation_magnetization"].values[0]
    h = local["applied_field"].values / OERSTED
    branches = [_inversion(h, m[:, i]) for i in range(3)]
    return Loop(
        case=case,
        run=run,
        field=np.append(h, h[0]),
        magnetization=np.vstack([m, m[:1]]),
        areas=np.append(loss_per_cycle(local).values, float(loss_per_cycle(whole))),
        coercive_fields=np.append(coercive_field(local).values, float(coercive_field(whole))) / OERSTED,
        inverted=np.array([limits for limits, _ in branches]),
        inverted_share=np.array([share for _, share in branches]),
    )


def _inversion(h: FloatArray, m: FloatArray) -> tuple[tuple[float, float], float]:
    """Range of |H| over which the descending branch lies below the ascending one, and its share of the area."""
    field, down, up = _branches(h, m)
    below = down - up < -_INVERTED
    if not below.any():
        return (np.nan, np.nan), 0.0
    inverted = np.trapezoid(np.where(below, up - down, 0.0), -field)
    size = np.abs(field[below])
    return (float(size.min()), float(size.max())), float(inverted / np.trapezoid(np.abs(up - down), -field))


def _branches(h: FloatArray, m: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Falling field, and magnetization of the descending and the ascending branch at it; the cycle's end left out."""
    half = h.size // 2
    return h[: half + 1], m[: half + 1], np.append(m, m[0])[half:][::-1]


def tables(loops: list[Loop]) -> dict[str, Columns]:
    """CSV files of the figure: the curves, and what is read off them."""
    h = loops[0].field
    curves: dict[str, npt.ArrayLike] = {"applied field (Oe)": h, "applied field (A/m)": h * OERSTED}
    who = (*NAMES, "global")
    for loop in loops:
        for i, name in enumerate(who):
            curves[f"M/M_s of {name}, {loop.case.name} (1)"] = loop.magnetization[:, i]
    rows = [(loop, i) for loop in loops for i in range(3)]
    areas = {
        "case": [loop.case.name for loop, _ in rows],
        "loop": [who[i] for _, i in rows],
        "mu_0 x area (J/m^3)": [loop.areas[i] for loop, i in rows],
        "coercive field (Oe)": [loop.coercive_fields[i] for loop, i in rows],
        "inverted from |H| (Oe)": [loop.inverted[i, 0] for loop, i in rows],
        "inverted to |H| (Oe)": [loop.inverted[i, 1] for loop, i in rows],
        "inverted share of the area between the branches (1)": [loop.inverted_share[i] for loop, i in rows],
    }
    return {"fig2_loops.csv": curves, "fig2_areas.csv": areas}


def draw(loops: list[Loop], width: float = style.WIDE) -> Figure:
    """Three loops with a sketch of the pair below each; below one another where the page is narrow."""
    narrow = width < 5
    if narrow:
        drawn = style.figure(width, 3.9 * len(loops))
        grid = drawn.subplots(2 * len(loops), 1, height_ratios=[3.4, 1] * len(loops)).reshape(-1, 2).T
    else:
        drawn = style.figure(width, 4.0)
        grid = drawn.subplots(2, len(loops), height_ratios=[3, 1.15])
        for axes in grid[0, 1:]:
            axes.sharey(grid[0, 0])
    for k, (axes, below, loop) in enumerate(zip(*grid, loops, strict=True)):
        _draw_loop(axes, loop, first=k == 0 or narrow)
        style.panel_name(axes, "abc"[k], loop.case.name)
        _draw_pair(below, loop)
    _label_lines(grid[0, 0], loops[0])
    return drawn


def _draw_loop(axes: Axes, loop: Loop, *, first: bool) -> None:
    style.zero_lines(axes)
    seen = _worth_drawing(loop.magnetization)
    h, m = loop.field[seen], loop.magnetization[seen]
    axes.fill(h, m[:, 2], color=style.QUIET, alpha=0.22, linewidth=0)
    axes.plot(h, m[:, 2], color=style.INK, linewidth=1.0)
    for i, colour in enumerate(style.COLOURS):
        _hatch_inverted(axes, loop, i)
        axes.plot(h, m[:, i], color=colour, linewidth=1.7)
        _arrows(axes, loop, i)
    axes.set(xlim=(-520, 520), ylim=(-1.12, 1.12), xticks=[-500, 0, 500], yticks=[-1, 0, 1])
    axes.set_xticks([-250, 250], minor=True)
    axes.set_xlabel("applied field H (Oe)", labelpad=1)
    style.kiloampere_axis(axes)
    if first:
        axes.set_ylabel("$M$ along the field / $M_s$", labelpad=-2)
    else:
        axes.tick_params(labelleft=False)


def _worth_drawing(m: FloatArray) -> npt.NDArray[np.bool_]:
    """Every 16th point, and both ends of every jump."""
    leap = (np.abs(np.diff(m, axis=0)) > 0.01).any(1)
    seen: npt.NDArray[np.bool_] = (np.arange(len(m)) % 16 == 0) | np.append(leap, False) | np.append(False, leap)
    return seen


def _hatch_inverted(axes: Axes, loop: Loop, i: int) -> None:
    """Hatch the part of a loop that is run the wrong way round."""
    if np.isnan(loop.inverted[i, 0]):
        return
    field, down, up = _branches(loop.field[:-1], loop.magnetization[:-1, i])
    seen = _worth_drawing(np.column_stack([down, up])) | (np.abs(down - up) < 2e-3)
    field, down, up = field[seen], down[seen], up[seen]
    style.hatch(axes, field, down, up, style.COLOURS[i], where=down - up < -_INVERTED)


def _arrows(axes: Axes, loop: Loop, i: int) -> None:
    """Which way round a loop is run: an arrowhead on each of its steepest places."""
    half = loop.field.size // 2
    steps = np.diff(loop.magnetization[:, i])
    for part in (slice(0, half), slice(half, None)):
        k = part.start + int(np.argmax(np.abs(steps[part])))
        x, y = loop.field[k], loop.magnetization[k : k + 2, i].mean()
        up = np.sign(steps[k])
        axes.plot(x, y, marker="^" if up > 0 else "v", color=style.COLOURS[i], markersize=5.5, clip_on=False)


def _label_lines(axes: Axes, loop: Loop) -> None:
    words = ((0, "A", (-452, -0.62)), (1, "B", (-165, -0.28)))
    for i, name, at in words:
        axes.text(*at, name, color=style.COLOURS[i], fontweight="bold", ha="center", va="center")
    axes.text(28, 0.42, "global", color=style.INK, ha="center", va="center")


def _draw_pair(axes: Axes, loop: Loop) -> None:
    """The two particles to scale, with their easy axes, the field and the gap."""
    x = loop.run["position"].sel(component="x").values * 1e9
    radius = loop.run["diameter"].values * 5e8
    axis = loop.run["easy_axis"].values
    for i, colour in enumerate(style.COLOURS):
        axes.add_patch(Circle((x[i], 0), radius[i], facecolor=colour, alpha=0.25, linewidth=0))
        axes.add_patch(Circle((x[i], 0), radius[i], fill=False, edgecolor=colour, linewidth=1.2))
        for near, far in ((0.45, 1.4), (-0.45, -1.4)):  # the letter between them
            ends = radius[i] * np.outer([near, far], axis[i, [0, 2]]) + [x[i], 0]
            axes.plot(*ends.T, color=colour, linestyle=(0, (3, 2)), linewidth=1)
        axes.text(x[i], 0, f" {NAMES[i]} ", color=colour, ha="center", va="center", fontweight="bold", fontsize=8.5)
    left, right = x[0] + radius[0], x[1] - radius[1]
    if loop.case.interactions:
        for edge in (left, right):
            axes.plot([edge, edge], [-13, -17], color=style.INK, linewidth=0.7)
        axes.text((left + right) / 2, -18.5, loop.case.name, ha="center", va="top", fontsize=7.5)
    else:
        axes.text((left + right) / 2, -18.5, "each on its own", ha="center", va="top", fontsize=7.5)
    arrow = {"arrowstyle": "-|>", "color": style.INK, "linewidth": 1.0, "mutation_scale": 8}
    axes.annotate("", (-21, 12), (-21, -12), arrowprops=arrow)
    axes.text(-23.5, 0, "H", ha="right", va="center", fontsize=8)
    axes.set(xlim=(-30, 48), ylim=(-25, 16), aspect="equal")
    axes.axis("off")
