"""Figure 1(b): loops that show what the model does, and what of the inputs does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.analysis import coercive_field, hysteresis_loop, loss_per_cycle, remanence, slp
from magheat.api import simulate
from magheat.constants import OERSTED
from magheat.solvers.two_well import TwoWell
from magheat.studies import style
from magheat.studies.files import Columns
from magheat.studies.findings import digits, whole
from magheat.studies.slp_learning.cases import ATTEMPT_TIME, GRID, INPUTS, FloatArray, experiment
from magheat.studies.slp_learning.database import OUTPUTS, Database

#: Rows of the grid whose loops are of one kind each; the rest is chosen by what the database says.
_RELAXING: Mapping[str, float] = {
    "saturation_magnetization": 4.5e5,
    "anisotropy_constant": 2e4,
    "diameter": 11e-9,
    "interaction": 0.2,
    "temperature": 300.0,
    "frequency": 200e3,
    "amplitude": 300 * OERSTED,
}
_LARGE: Mapping[str, float] = {**_RELAXING, "diameter": 25e-9, "frequency": 50e3}


class Curve(NamedTuple):
    """A loop and what is read off it."""

    inputs: Mapping[str, float]  # SI
    field: FloatArray  # (t,) Oe, one closed cycle from the maximum
    magnetization: FloatArray  # (t,) of M_s
    outputs: Mapping[str, float]  # SI, by analysis of the run


class Example(NamedTuple):
    """One panel: a loop of the database, and perhaps another to compare with."""

    words: str
    curve: Curve
    other: Curve | None = None


def chosen(database: Database) -> list[tuple[str, Mapping[str, float], Mapping[str, float] | None]]:
    """What each panel shows, the inputs of its loop, and those of a loop to compare with; all are rows."""
    strong = most_changed_by_interaction(database)
    return [
        ("superparamagnetic", _RELAXING, None),
        ("relaxing within the cycle", {**_RELAXING, "diameter": 14e-9}, None),
        ("best below Hergt and Dutz", best_below(database, "above_hergt_dutz"), None),
        ("blocked", {**_LARGE, "amplitude": 100 * OERSTED}, None),
        ("switched by the field", {**_LARGE, "anisotropy_constant": 1e4}, None),
        ("most changed by interaction", strong, {**strong, "interaction": min(database.levels["interaction"])}),
    ]


def compute(database: Database, samples_per_cycle: int = 1000) -> list[Example]:
    """Six loops, each a row of the database, run one by one."""
    return [
        Example(words, _curve(inputs, samples_per_cycle), None if two is None else _curve(two, samples_per_cycle))
        for words, inputs, two in chosen(database)
    ]


def best_below(database: Database, limit: str) -> dict[str, float]:
    """Inputs of the row with the largest SLP among those that are not beyond a limit and have two wells."""
    allowed = np.logical_not(np.logical_or(database.column(limit), database.column("low_barrier")))
    return _inputs(database, int(np.argmax(np.where(allowed, database.column("slp"), -np.inf))))


def most_changed_by_interaction(database: Database) -> dict[str, float]:
    """Inputs of the row at the strongest interaction whose area differs most from that at the weakest."""
    axis = list(database.levels).index("interaction")
    area = np.moveaxis(database.grid("loss_per_cycle"), axis, 0)
    row = np.moveaxis(np.arange(database.rows.height).reshape(database.grid("slp").shape), axis, 0)
    return _inputs(database, int(row[-1].ravel()[np.argmax(np.abs(area[-1] - area[0]))]))


def _inputs(database: Database, row: int) -> dict[str, float]:
    return {name: float(database.column(name)[row]) for name in GRID}


def _curve(inputs: Mapping[str, float], samples_per_cycle: int) -> Curve:
    run = simulate(experiment(inputs, samples_per_cycle), solver=TwoWell(attempt_time=ATTEMPT_TIME))
    loop = hysteresis_loop(run)
    h = loop["applied_field"].values / OERSTED
    m = loop["magnetization"].values / inputs["saturation_magnetization"]
    values = (coercive_field(loop), remanence(loop), loss_per_cycle(loop), slp(loop))
    outputs = {name: float(value) for name, value in zip(OUTPUTS, values, strict=True)}
    return Curve(inputs, np.append(h, h[0]), np.append(m, m[0]), outputs)


def _curves(examples: list[Example]) -> list[tuple[str, Curve]]:
    named = []
    for letter, example in zip("abcdef", examples, strict=True):
        named.append((letter, example.curve))
        if example.other is not None:
            named.append((f"{letter}, weakest interaction", example.other))
    return named


def tables(examples: list[Example]) -> dict[str, Columns]:
    """The curves, and their inputs and outputs."""
    curves: dict[str, npt.ArrayLike] = {}
    named = _curves(examples)
    for name, curve in named:
        curves[f"applied field of {name} (Oe)"] = curve.field
        curves[f"M/M_s of {name} (1)"] = curve.magnetization
    values: dict[str, npt.ArrayLike] = {"loop": [name for name, _ in named]}
    for name, unit in zip(GRID, ("A/m", "J/m^3", "m", "1", "K", "Hz", "A/m"), strict=True):
        values[f"{name} ({unit})"] = [curve.inputs[name] for _, curve in named]
    for name, unit in zip(OUTPUTS, ("A/m", "A/m", "J/m^3", "W/kg"), strict=True):
        values[f"{name} ({unit})"] = [curve.outputs[name] for _, curve in named]
    return {"fig1b_curves.csv": curves, "fig1b_loops.csv": values}


def draw(examples: list[Example], width: float = style.WIDE) -> Figure:
    """Six loops with their inputs above and what is read off them inside."""
    columns = 3 if width > 5 else 1
    rows = len(examples) // columns
    drawn = style.figure(width, (3.05 if columns > 1 else 3.2) * rows)
    grid = drawn.subplots(rows, columns, squeeze=False)
    for k, (axes, example) in enumerate(zip(grid.ravel(), examples, strict=True)):
        _draw_loop(axes, example)
        axes.set_title(f"({'abcdef'[k]}) {example.words}\n{inputs_in_words(example.curve.inputs)}", fontsize=8)
        if k % columns == 0:
            axes.set_ylabel("$M$ / $M_s$")
        if k // columns == rows - 1:
            axes.set_xlabel("applied field (Oe)")
    return drawn


def inputs_in_words(inputs: Mapping[str, float]) -> str:
    """Two lines: of the material, and of the application."""
    told = {name: inputs[name] / one.scale for name, one in INPUTS.items()}
    return (
        f"{told['diameter']:.3g} nm, {told['anisotropy_constant']:.3g} kJ/m³, "
        f"{told['saturation_magnetization']:.3g} kA/m\n"
        f"Int {told['interaction']:g}, {told['amplitude']:.0f} Oe, {told['frequency']:.0f} kHz, "
        f"{told['temperature']:.0f} K"
    )


def _draw_loop(axes: Axes, example: Example) -> None:
    style.zero_lines(axes)
    curve, other = example.curve, example.other
    axes.fill(curve.field, curve.magnetization, color=style.COLOURS[0], alpha=0.14, linewidth=0)
    axes.plot(curve.field, curve.magnetization, color=style.COLOURS[0])
    if other is not None:
        axes.plot(other.field, other.magnetization, color=style.COLOURS[1], linewidth=1.1, linestyle=(0, (4, 2)))
        words = f"dashed:\nInt {other.inputs['interaction']:g}\n{_area(other)}"
        at: dict[str, Any] = {"transform": axes.transAxes, "fontsize": 7, "va": "top", "color": style.COLOURS[1]}
        axes.text(0.03, 0.97, words, **at)
    axes.text(0.98, 0.03, outputs_in_words(curve), transform=axes.transAxes, fontsize=7, ha="right", va="bottom")
    edge = 1.12 * float(np.abs(curve.field).max())
    axes.set(xlim=(-edge, edge), ylim=(-1.08, 1.08), yticks=[-1, -0.5, 0, 0.5, 1])


def outputs_in_words(curve: Curve) -> str:
    """Four short lines."""
    values = curve.outputs
    return (
        f"$H_c$ {_short(values['coercive_field'] / OERSTED)} Oe\n"
        f"$M_r$ {_short(values['remanence'] / curve.inputs['saturation_magnetization'])} $M_s$\n"
        f"{_area(curve)}\nSLP {_short(values['slp'] / 1e3)} W/g"
    )


def _area(curve: Curve) -> str:
    return f"area {_short(curve.outputs['loss_per_cycle'])} J/m³"


def _short(value: float) -> str:
    """Three digits or so, without powers of ten where they can be had."""
    if abs(value) >= 100:
        return whole(value)
    if abs(value) < 5e-4:
        return "< 0.001"
    return digits(value, 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3)
