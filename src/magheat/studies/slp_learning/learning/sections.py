"""The learning's part of the report: figures with captions, tables, findings."""
from __future__ import annotations
from magheat.studies.drawings import Drawing
from magheat.studies.slp_learning.learning import figure_asked, figures_between, figures_grid
from magheat.studies.slp_learning.learning.study import Learning


def drawings(numbers: Learning) -> tuple[Drawing, ...]:
    """The figures."""
    return (
        Drawing("fig1a", lambda width: figures_grid.draw_shown(numbers, width)),
        Drawing("every_loop", lambda width: figures_grid.draw_every(numbers, width)),
        Drawing("fig2", lambda width: figure_asked.draw(numbers, width)),
        Drawing("between", lambda width: figures_between.draw_pairs(numbers, width)),
        Drawing("learning_curves", lambda width: figures_between.draw_curves(numbers, width)),
    )
