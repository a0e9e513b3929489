"""Pictures of results: Datasets in, matplotlib Figures out, without pyplot and its global state."""

from magheat.plotting.fit_figure import fit_figure
from magheat.plotting.run_figure import run_figure
from magheat.plotting.save import FORMATS, require_format, save
from magheat.plotting.style import COLOURS, new_figure
from magheat.plotting.trade_off_figure import Shown, trade_off_figure

__all__ = [
    "COLOURS",
    "FORMATS",
    "Shown",
    "fit_figure",
    "new_figure",
    "require_format",
    "run_figure",
    "save",
    "trade_off_figure",
]
