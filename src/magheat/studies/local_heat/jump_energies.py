"""Figure 4: energy that a particle gives up in a jump against the heat that it releases."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.analysis import local_energy_changes
from magheat.api import simulate
from magheat.solvers.energy_minimizer import EnergyMinimizer
from magheat.studies import style
from magheat.studies.files import Columns
from magheat.studies.local_heat.cases import APART, NAMES, experiment
from magheat.studies.local_heat.events import Jump

FloatArray = npt.NDArray[np.float64]

#: Samples of the quasi-static cycle: just before a jump the state moves as the square root of the distance to it.
SAMPLES = 160_000
#: Four meanings of a particle's energy change (physics.md 1.5), by the name that analysis gives them.
DEFINITIONS = {
    "full_dipolar": "full dipolar energy",
    "half_dipolar": "half the dipolar energy",
    "own": "no dipolar energy",
    "local_loop": "local loop, µ0 V ∫ H dM",
}


class JumpEnergies(NamedTuple):
    """Jumps 1 and 2 of the pair at 7.1 nm; energies in units of the global loop's energy per cycle."""

    changes: dict[str, FloatArray]  # by definition: (jump, particle), from the quasi-static loops
    heat: FloatArray  # (jump, particle), from the dynamics at damping 1
    switches: npt.NDArray[np.bool_]  # (jump, particle)
    angles: FloatArray  # (jump, particle, 2) rad, of the moment from the field towards x, before and after
    static_unit: float  # J, the quasi-static global loop
    dynamic_unit: float  # J, the dynamic one


def compute(run: xr.Dataset, jumps: list[Jump], samples_per_cycle: int = SAMPLES) -> JumpEnergies:
    """Energy changes over the minimiser's jumps and heats of the LLG run's, each in units of its own global loop."""
    quasi_static = simulate(experiment(APART, samples_per_cycle=samples_per_cycle), solver=EnergyMinimizer())
    static_unit = float(quasi_static["field_work"].isel(time=-1).sum())
    dynamic_unit = float(run["field_work"].isel(time=-1).sum())
    time = quasi_static["time"].values
    changes: dict[str, list[FloatArray]] = {name: [] for name in DEFINITIONS}
    ends: list[FloatArray] = []
    for when in quasi_static.attrs["jump_time"][: len(jumps)]:
        after = int(np.searchsorted(time, when))
        change = local_energy_changes(quasi_static, time[after - 1], time[after])
        for name, values in changes.items():
            values.append(change[name].values / static_unit)
        ends.append(_angles(quasi_static.isel(time=[after - 1, after])))
    return JumpEnergies(
        changes={name: np.array(values) for name, values in changes.items()},
        heat=np.array([jump.heat for jump in jumps]) / dynamic_unit,
        switches=np.array([jump.switches for jump in jumps]),
        angles=np.array(ends),
        static_unit=static_unit,
        dynamic_unit=dynamic_unit,
    )


def _angles(ends: xr.Dataset) -> FloatArray:
    """(particle, time) rad of the moments from the field towards x."""
    moments = ends["moment_direction"].transpose("particle", "time", "component").values
    turned: FloatArray = np.arctan2(moments[..., 0], moments[..., 2])
    return turned


def tables(numbers: JumpEnergies) -> dict[str, Columns]:
    """One row per definition, and one for the heat."""
    rows = [*(f"energy change, {words}" for words in DEFINITIONS.values()), "heat (dynamics, damping 1)"]
    values = [*numbers.changes.values(), numbers.heat]
    columns: dict[str, npt.ArrayLike] = {"quantity": rows}
    for k in range(len(numbers.heat)):
        for i, name in enumerate(NAMES):
            columns[f"jump {k + 1}, {name} (global loop energy)"] = [value[k, i] for value in values]
    columns["global loop energy (J)"] = [numbers.static_unit] * len(numbers.changes) + [numbers.dynamic_unit]
    return {"fig4_energies.csv": columns}


def draw(numbers: JumpEnergies, width: float = style.WIDE) -> Figure:
    """Bars in pairs: energy given up, heat released; a sketch of what the particle does below each pair."""
    drawn = style.figure(width, 4.2 if width > 5 else 4.0)
    axes, sketches = drawn.subplots(2, 1, height_ratios=[5, 1], sharex=True)
    given_up = -numbers.changes["full_dipolar"].ravel()
    heat, colours = numbers.heat.ravel(), style.COLOURS * len(numbers.heat)
    size = 8 if width > 5 else 6.5
    for x, colour in enumerate(colours):
        axes.bar(x - 0.2, given_up[x], 0.36, color=colour, linewidth=0)
        axes.bar(x + 0.2, heat[x], 0.36, facecolor="none", edgecolor=colour, hatch="/////", linewidth=1.0)
        for at, value in ((x - 0.2, given_up[x]), (x + 0.2, heat[x])):
            text = f"{value:.3f}".replace("-", "−")
            offset, side = ((0, 2), "bottom") if value >= 0 else ((0, -2), "top")
            axes.annotate(text, (at, value), offset, textcoords="offset points", fontsize=size, va=side, ha="center")
    _finish(axes, given_up)
    _draw_sketches(sketches, numbers, narrow=width < 5)
    return drawn


def _finish(axes: Axes, given_up: FloatArray) -> None:
    axes.axhline(0.0, color=style.INK, linewidth=0.7)
    axes.axvline(1.5, color=style.FAINT, linewidth=0.9)
    axes.set_ylabel("energy / global loop's energy")
    axes.set_ylim(min(-0.02, 1.35 * given_up.min()), 1.18 * given_up.max())
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(bottom=False, labelbottom=False)
    axes.bar(0, 0, color=style.QUIET, label="energy given up, −Δe (quasi-static)")
    axes.bar(0, 0, facecolor="none", edgecolor=style.QUIET, hatch="/////", label="heat released (dynamics, damping 1)")
    axes.legend(loc="lower left", handlelength=1.6, bbox_to_anchor=(0.0, 1.0))


def _draw_sketches(axes: Axes, numbers: JumpEnergies, *, narrow: bool) -> None:
    """Direction of the moment before (pale) and after (dark) the jump, under each pair of bars; the field points up."""
    axes.set(xlim=(-0.6, 3.6), ylim=(-1, 1))
    axes.axis("off")
    for x, switches in enumerate(numbers.switches.ravel()):
        name, colour = NAMES[x % 2], style.COLOURS[x % 2]
        words = f"{name} {'switches' if switches else 'wobbles'}"
        size = 7 if narrow else 8
        axes.annotate(words, (x, 0.0), (0, -17), textcoords="offset points", ha="center", va="top", fontsize=size)
        _draw_moment(axes, x, colour, numbers.angles.reshape(-1, 2)[x])
    for k in range(len(numbers.heat)):
        axes.annotate(f"jump {k + 1}", (2 * k + 0.5, 1.0), (0, 4), textcoords="offset points", ha="center", fontsize=9)


def _draw_moment(axes: Axes, x: float, colour: str, angles: FloatArray) -> None:
    """Two arrows in a circle, in points around a place; angles in rad from up."""
    axes.plot(x, 0.0, marker="o", markersize=23, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=0.8)
    for angle, alpha in zip(angles, (0.35, 1.0), strict=True):
        tip = (13.5 * float(np.sin(angle)), 13.5 * float(np.cos(angle)))
        arrow = {"arrowstyle": "<|-", "color": colour, "alpha": alpha, "linewidth": 1.6, "mutation_scale": 9}
        arrow |= {"shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (x, 0), tip, xycoords="data", textcoords="offset points", arrowprops=arrow)
