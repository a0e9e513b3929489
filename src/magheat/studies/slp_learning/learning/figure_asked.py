"""Figure 2, with the simulator's own curve over it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.studies import style
from magheat.studies.slp_learning.cases import INPUTS
from magheat.studies.slp_learning.learning.asked import Curve
from magheat.studies.slp_learning.learning.models import FOREST, NETWORK
from magheat.studies.slp_learning.learning.samples import OUTPUTS
from magheat.studies.slp_learning.learning.study import Learning

_AREA = OUTPUTS.index("loss_per_cycle")


def draw(numbers: Learning, width: float = style.WIDE) -> Figure:
    """Area against diameter, field and interaction."""
    narrow = width < 5
    drawn = style.figure(width, 8.6 if narrow else 3.2)
    panels = drawn.subplots(*((3, 1) if narrow else (1, 3)), squeeze=False).ravel()
    for k, (axes, curve) in enumerate(zip(panels, numbers.curves.panels, strict=True)):
        _draw_panel(axes, numbers, curve)
        told = INPUTS[curve.name]
        words = told.words.replace(", D/d", "")
        unit = f" ({told.unit})" if told.unit else " $D/d$"
        axes.set_xlabel(f"{words}{unit}")
        if narrow or k == 0:
            axes.set_ylabel("loop area (kJ/m³)")
        style.panel_name(axes, "abc"[k])
    handles, labels = panels[0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=2 if narrow else 4, fontsize=7.5)
    return drawn


def _draw_panel(axes: Axes, numbers: Learning, curve: Curve) -> None:
    x = curve.values / INPUTS[curve.name].scale
    true = numbers.curves.true.outputs[curve.rows, _AREA] / 1e3
    axes.plot(x, true, color=style.INK, linewidth=1.5, label="simulator", zorder=2.5)
    said = numbers.users.answers.asked[curve.rows, _AREA] / 1e3
    few = np.arange(2, x.size, max(1, x.size // 12))
    ends = np.abs(said[few, 1:] - said[few, :1]).T
    how: dict[str, Any] = {"linestyle": "", "elinewidth": 1.0, "capsize": 2}
    axes.errorbar(
        x[few],
        said[few, 0],
        ends,
        color=style.INK,
        marker="D",
        markersize=3.2,
        label="surrogate, 90 %",
        zorder=2.6,
        **how,
    )
    inside = np.flatnonzero(curve.on_grid)[:: max(1, x.size // 30)]
    for kind, colour, marker, face in (
        (NETWORK, style.COLOURS[1], style.MARKERS[1], "none"),
        (FOREST, style.COLOURS[0], style.MARKERS[0], None),
    ):
        found = numbers.curves.predicted[kind][:, curve.rows, _AREA][:, inside] / 1e3
        spread = found.std(axis=0, ddof=1) if len(found) > 1 else None
        words: dict[str, Any] = {"label": f"random {kind}, ±σ" if kind == FOREST else f"neural {kind}, ±σ"}
        look: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 3.6, "markerfacecolor": face or colour}
        axes.errorbar(x[inside], found.mean(axis=0), spread, **how, **look, **words)
    axes.axhline(0.0, color=style.FAINT, linewidth=0.8, zorder=0.5)
    axes.set_xlim(x[0] - 0.02 * (x[-1] - x[0]), x[-1] + 0.02 * (x[-1] - x[0]))
    axes.set_ylim(top=1.08 * max(float(true.max()), axes.get_ylim()[1] / 1.05))
