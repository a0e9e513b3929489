"""Beyond the paper: the ledger as a picture. Who gave energy to whom in each jump and over the whole cycle.

The interaction energy is a reservoir of its own. A particle draws on it as its moment turns in the others' field:

    heat = field work + drawn from the interaction - change of own energy (anisotropy and Zeeman)

All terms come from states of the integrator, none from stored samples. What the particles draw adds up to the loss of
the reservoir, over any interval; ``residual`` says how well.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon

from magheat.analysis import energy_ledger, local_energy_changes
from magheat.studies import style
from magheat.studies.files import Columns
from magheat.studies.local_heat.cases import NAMES
from magheat.studies.local_heat.events import Jump

FloatArray = npt.NDArray[np.float64]

_ZEPTO = 1e21
#: Energies below this are not drawn, 1e-21 J.
_LEAST = 0.05


class Flows(NamedTuple):
    """Energies that flowed in one interval; (2,) J, A and B."""

    damping: float
    words: str
    start: float  # s
    stop: float  # s
    heat: FloatArray
    field_work: FloatArray
    own: FloatArray  # change of anisotropy and Zeeman energy
    drawn: FloatArray  # from the interaction
    reservoir: float  # J, change of the dipolar energy
    residual: float  # drawn plus change of the reservoir, over the sum of heats


def compute(runs: list[tuple[float, xr.Dataset, list[Jump]]]) -> list[Flows]:
    """Flows in the first two jumps and over the whole cycle, for each (damping, run, jumps)."""
    flows = []
    for damping, run, jumps in runs:
        for k, jump in enumerate(jumps[:2]):
            flows.append(_flows(run, damping, f"jump {k + 1}: {jump.words}", jump.start, jump.end))
        flows.append(_flows(run, damping, "whole cycle", 0.0, float(run["time"][-1])))
    return flows


def _flows(run: xr.Dataset, damping: float, words: str, start: float, stop: float) -> Flows:
    ledger, changes = energy_ledger(run, start, stop), local_energy_changes(run, start, stop)
    heat, work, own = ledger["released_heat"].values, ledger["field_work"].values, changes["own"].values
    drawn = heat + own - work
    reservoir = float(ledger["dipolar_energy_change"])
    return Flows(
        damping=damping,
        words=words,
        start=start,
        stop=stop,
        heat=heat,
        field_work=work,
        own=own,
        drawn=drawn,
        reservoir=reservoir,
        residual=float((drawn.sum() + reservoir) / heat.sum()),
    )


def tables(flows: list[Flows]) -> dict[str, Columns]:
    """One row per interval."""
    columns: dict[str, npt.ArrayLike] = {
        "damping (1)": [flow.damping for flow in flows],
        "interval": [flow.words for flow in flows],
        "start (s)": [flow.start for flow in flows],
        "stop (s)": [flow.stop for flow in flows],
    }
    for i, name in enumerate(NAMES):
        columns[f"heat of {name} (J)"] = [flow.heat[i] for flow in flows]
        columns[f"field work on {name} (J)"] = [flow.field_work[i] for flow in flows]
        columns[f"change of own energy of {name} (J)"] = [flow.own[i] for flow in flows]
        columns[f"drawn by {name} from the interaction (J)"] = [flow.drawn[i] for flow in flows]
    columns["change of the interaction energy (J)"] = [flow.reservoir for flow in flows]
    columns["residual / sum of heats (1)"] = [flow.residual for flow in flows]
    return {"fig6_ledger.csv": columns}


def draw(flows: list[Flows], width: float = style.WIDE) -> Figure:
    """One diagram per interval, a row per damping; below one another on a narrow page."""
    columns = 3 if width > 5 else 1
    rows = -(-len(flows) // columns)
    panel = (2.45, 2.75) if columns > 1 else (3.6, 2.75)
    drawn = style.figure(width, (panel[1] + 0.3) * rows)
    most = max(float(np.abs([flow.heat, flow.field_work, flow.own, flow.drawn]).max()) for flow in flows)
    for k, (axes, flow) in enumerate(zip(drawn.subplots(rows, columns, squeeze=False).ravel(), flows, strict=True)):
        _draw_flows(axes, flow, panel[0], 0.82 / most)
        style.panel_name(axes, "abcdefghi"[k], f"α = {flow.damping:g}, {flow.words}")
    return drawn


def _draw_flows(axes: Axes, flow: Flows, width: float, scale: float) -> None:
    """A above, B below, the interaction between them; lengths are inches, widths of arrows energies times scale."""
    axes.set(xlim=(0, width), ylim=(0, 2.75), aspect="equal")
    axes.axis("off")
    centre, middle = width / 2, 1.12
    heights = (2.1, 0.34)
    for i, (y, colour) in enumerate(zip(heights, style.COLOURS, strict=True)):
        _draw_particle(axes, flow, i, (centre, y), scale)
        edge, end = (y - 0.25, middle + 0.2) if i == 0 else (y + 0.25, middle - 0.2)
        points = ((centre, end), (centre, edge)) if flow.drawn[i] > 0 else ((centre, edge), (centre, end))
        _arrow(axes, *points, abs(flow.drawn[i]) * scale, colour)
        axes.text(
            centre + 0.12 + abs(flow.drawn[i]) * scale / 2,
            (edge + end) / 2,
            _number(abs(flow.drawn[i])),
            fontsize=7,
            va="center",
            color=colour,
        )
    box = FancyBboxPatch(
        (centre - 0.42, middle - 0.17),
        0.84,
        0.34,
        boxstyle="round,pad=0,rounding_size=0.08",
        facecolor=style.FAINT,
        edgecolor=style.QUIET,
        linewidth=0.7,
    )
    axes.add_patch(box)
    sign = "+" if flow.reservoir > 0 else "−"
    stored = f"{sign}{_number(abs(flow.reservoir))}" if abs(flow.reservoir) * _ZEPTO >= _LEAST else "±0"
    axes.text(centre, middle, f"interaction\n{stored}", ha="center", va="center", fontsize=7, linespacing=1.1)


def _draw_particle(axes: Axes, flow: Flows, i: int, at: tuple[float, float], scale: float) -> None:
    """A particle with what comes from its own energy and the field, and its heat."""
    (x, y), colour = at, style.COLOURS[i]
    inputs = [(-flow.own[i], "own energy"), (flow.field_work[i], "field")]
    inputs = [one for one in inputs if abs(one[0]) * _ZEPTO >= _LEAST]
    thick = [abs(energy) * scale for energy, _ in inputs]
    slots = [max(value, 0.27) for value in thick]
    top = y + sum(slots) / 2
    for (energy, words), value, slot in zip(inputs, thick, slots, strict=True):
        level, top = top - slot / 2, top - slot
        ends = ((0.62, level), (x - 0.27, level))
        _arrow(axes, *(ends if energy > 0 else ends[::-1]), value, style.QUIET)
        axes.text(0.57, level, f"{words}\n{_number(abs(energy))}", ha="right", va="center", fontsize=7, linespacing=1.0)
    end = axes.get_xlim()[1] - 0.42
    _arrow(axes, (x + 0.27, y), (end, y), flow.heat[i] * scale, colour)
    axes.text(end + 0.05, y, f"heat\n{_number(flow.heat[i])}", ha="left", va="center", fontsize=7, linespacing=1.05)
    axes.add_patch(Circle((x, y), 0.2, facecolor=colour, linewidth=0, zorder=3))
    axes.text(x, y, NAMES[i], color=style.PAPER, ha="center", va="center", fontweight="bold", zorder=4)


def _number(energy: float) -> str:
    """Energy in 1e-21 J: three digits or one decimal."""
    value = energy * _ZEPTO
    return f"{value:.0f}" if value >= 99.5 else f"{value:.1f}"


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], thick: float, colour: str) -> None:
    """A straight arrow as wide as its energy; dashed and thin where that could not be seen."""
    a, b = np.array(start), np.array(end)
    along = (b - a) / np.linalg.norm(b - a)
    across = np.array([-along[1], along[0]])
    body, head = max(thick, 0.012) / 2, max(thick, 0.012) / 2 + 0.045
    neck = b - 0.1 * along
    corners = [a + body * across, neck + body * across, neck + head * across, b]
    corners += [neck - head * across, neck - body * across, a - body * across]
    faint = 1.0 if thick >= 0.012 else 0.45
    axes.add_patch(Polygon(corners, closed=True, facecolor=colour, linewidth=0, alpha=0.85 * faint))
