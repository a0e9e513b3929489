"""Two figures: where the fast models hold, and how near neighbours may come."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.constants import BOLTZMANN
from magheat.studies import style
from magheat.studies.validity.cases import DIAMETER, MATERIAL, TEMPERATURE, Plan
from magheat.studies.validity.draws import Gap
from magheat.studies.validity.maps import MODELS, Maps

#: Error at which colours end, and one that is good.
_ENDS, GOOD = 0.5, 0.1
#: Barriers K V/(k_B T) on the upper scale.
_BARRIERS = (2, 5, 10, 20)


def draw_maps(plan: Plan, found: list[Maps], width: float = style.WIDE) -> Figure:
    """Error of the loop area against Brown's equation over diameter and frequency, model by field."""
    narrow = width < 5
    drawn = style.figure(width, 10.6 if narrow else 5.6)
    shape = (len(found) * len(MODELS), 1) if narrow else (len(MODELS), len(found))
    panels: Any = drawn.subplots(*shape, squeeze=False, sharex=True, sharey=True)
    cells = [(model, one) for model in MODELS for one in found]
    for axes, (model, one), letter in zip(panels.ravel(), cells, "abcdefgh", strict=False):
        mesh = _draw_map(axes, plan, one, model)
        style.panel_name(axes, letter, f"{MODELS[model]}, {one.field:g} $H_K$")
    for axes in panels[-1]:
        axes.set(xlabel="diameter (nm)", xticks=[8, 12, 16, 20])
    for axes in panels[:, 0]:
        axes.set_ylabel("frequency (Hz)")
    for axes in panels[0]:
        _barrier_axis(axes)
    bar = drawn.colorbar(mesh, ax=panels, extend="both", shrink=0.5, aspect=25, pad=0.02)
    bar.set_label("error of the loop's area")
    bar.set_ticks([-0.5, -0.25, 0, 0.25, 0.5], labels=["−50 %", "−25 %", "0", "25 %", "50 %"])
    return drawn


def _draw_map(axes: Axes, plan: Plan, one: Maps, model: str) -> Any:
    nanometres, error = 1e9 * np.array(plan.diameters), one.error(model).T
    mesh = axes.pcolormesh(
        nanometres, plan.frequencies, error, cmap="RdBu_r", vmin=-_ENDS, vmax=_ENDS, shading="gouraud", rasterized=True
    )
    axes.contourf(nanometres, plan.frequencies, np.abs(error), levels=[-1, GOOD], colors="none", hatches=["...."])
    axes.contour(nanometres, plan.frequencies, np.abs(error), levels=[GOOD], colors=style.INK, linewidths=0.9)
    axes.set_yscale("log")
    return mesh


def _barrier_axis(axes: Axes) -> None:
    """K V/(k_B T) above the diameters."""
    factor = np.pi / 6 * MATERIAL.anisotropy_constant / (BOLTZMANN * TEMPERATURE) * 1e-27
    top = axes.secondary_xaxis(
        "top", functions=(lambda d: factor * np.abs(d) ** 3, lambda s: np.cbrt(np.abs(s) / factor))
    )
    top.set_ticks(_BARRIERS)
    top.tick_params(labelsize=7, colors=style.QUIET, length=2.5)
    top.set_xlabel("$KV/k_BT$", color=style.QUIET, fontsize=7.5, labelpad=2)
    axes.title.set_position((0, 1.12))


def draw_gaps(found: list[Gap], alone: float, width: float = style.WIDE) -> Figure:
    """Loss of two neighbours against their gap, by the two solvers that know places."""
    drawn = style.figure(width if width < 5 else 4.6, 3.1)
    axes = drawn.subplots()
    gaps = 1e9 * np.array([one.gap for one in found])
    for name, words, colour, marker in (
        ("llg", "stochastic Landau-Lifshitz", style.INK, "D"),
        ("kinetic", "kinetic Monte Carlo", style.COLOURS[0], style.MARKERS[0]),
    ):
        values = np.array([getattr(one, name).value for one in found]) / 1e3
        errors = np.array([getattr(one, name).error for one in found]) / 1e3
        axes.errorbar(gaps, values, errors, fmt=f"{marker}-", color=colour, label=words, markersize=4, capsize=2)
    axes.axhline(alone / 1e3, color=style.QUIET, linestyle=(0, (4, 3)), linewidth=0.9, label="each alone, exact")
    axes.set(xscale="log", xlabel="gap (nm)", ylabel="heat per cycle (kJ/m³)", ylim=(0, None))
    ticks = [gap for gap in (1, 2, 5, 10, 20, 50) if gaps.min() <= gap <= gaps.max()]
    axes.set_xticks(ticks, [f"{gap}" for gap in ticks])
    axes.minorticks_off()
    axes.legend(loc="lower left")
    axes.set_title(f"two of {1e9 * DIAMETER:g} nm in a row along the field")
    return drawn
