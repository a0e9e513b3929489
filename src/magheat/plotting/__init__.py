"""Pictures of results: Datasets in, matplotlib Figures out, without pyplot and its global state."""

from magheat.plotting.cluster_figure import cluster_figure, draw_cluster
from magheat.plotting.cluster_scene import cluster_scene
from magheat.plotting.fit_figure import fit_figure
from magheat.plotting.run_figure import run_figure
from magheat.plotting.save import FORMATS, require_format, save
from magheat.plotting.style import COLOURS, new_figure
from magheat.plotting.trade_off_figure import Shown, trade_off_figure

__all__ = [
    "COLOURS",
    "FORMATS",
    "Shown",
    "cluster_figure",
    "cluster_scene",
    "draw_cluster",
    "fit_figure",
    "new_figure",
    "require_format",
    "run_figure",
    "save",
    "trade_off_figure",
]
