"""The best value against the limit on field times frequency, and what the best particle and field are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.errors import SchemaError
from magheat.plotting.style import COLOURS, GREY, new_figure, quiet

if TYPE_CHECKING:
    import polars as pl

_LIMITS = ((BREZOVICH_LIMIT, "Brezovich"), (HERGT_DUTZ_LIMIT, "Hergt-Dutz"))
#: More small panels than this stand in two columns.
_MOST_IN_A_COLUMN = 4


class Shown(NamedTuple):
    """A column of the table and how it is written."""

    name: str
    scale: float
    unit: str

    @property
    def label(self) -> str:
        """Words and unit of an axis."""
        words = _WORDS.get(self.name, self.name.replace("_", " "))
        unit = self.unit.replace("^2", "²").replace("^3", "³")
        return f"{words}\n({unit})" if unit else words


_WORDS = {
    "slp": "SLP",
    "ilp": "ILP",
    "saturation_magnetization": "M$_s$",
    "anisotropy_constant": "K",
    "interaction": "D/d",
}


def trade_off_figure(table: pl.DataFrame, value: Shown, inputs: Sequence[Shown]) -> Figure:
    """Best value and best inputs against the limit, a row of the table each; both medical limits are marked.

    Parameters
    ----------
    table
        Columns ``limit`` (A/(m s)) and those that are shown, SI.
    value
        What is the highest, drawn large.
    inputs
        What it takes, drawn small.

    Raises
    ------
    SchemaError
        When the table lacks one of the columns or has no rows.
    """
    for name in ("limit", value.name, *(one.name for one in inputs)):
        if name not in table.columns or not table.height:
            raise SchemaError(f"table must have rows and the column {name}; it has {', '.join(table.columns)}.")
    columns = 1 if len(inputs) <= _MOST_IN_A_COLUMN else 2
    rows = -(-len(inputs) // columns)
    figure = new_figure(6.2 + 2.9 * columns, max(4.4, 1.55 * rows + 0.8))
    halves = figure.add_gridspec(1, 2, width_ratios=(5.2, 3.6 * columns))
    left, right = figure.add_subfigure(halves[0]), figure.add_subfigure(halves[1])
    axes = left.subplots()
    _draw(axes, table, value, COLOURS[0])
    axes.set_yscale("log")
    axes.set_xlabel("Limit on field × frequency (A/(m s))")
    for limit, name in _LIMITS:
        axes.annotate(
            name, (limit, 1.0), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=9, color=GREY
        )
    panels = right.subplots(rows, columns, sharex=True, squeeze=False)
    for one, panel in zip(inputs, panels.T.ravel(), strict=False):
        _draw(panel, table, one, COLOURS[1])
        panel.margins(y=0.15)
    for panel in panels.T.ravel()[len(inputs) :]:
        panel.set_visible(False)
    for column in panels.T:
        [panel for panel in column if panel.get_visible()][-1].tick_params(labelbottom=True)
    right.supxlabel("Limit (A/(m s))", fontsize=10)
    return figure


def _draw(axes: Axes, table: pl.DataFrame, one: Shown, colour: str) -> None:
    axes.plot(
        table["limit"].to_numpy(), table[one.name].to_numpy() / one.scale, "o-", color=colour, markersize=3.5, lw=1.5
    )
    axes.set_xscale("log")
    axes.set_ylabel(one.label, fontsize=10)
    for limit, _ in _LIMITS:
        axes.axvline(limit, color=GREY, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    quiet(axes)
