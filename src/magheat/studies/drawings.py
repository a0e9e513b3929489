"""Figures on disk in both forms, and their text in two layouts for a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from magheat.studies import style
from magheat.studies.telling import Telling


class Drawing(NamedTuple):
    """A figure that can be drawn at two widths."""

    name: str
    draw: Callable[[float], Figure]


def draw_all(drawings: Sequence[Drawing], out: Path, tell: Telling) -> dict[str, tuple[str, str]]:
    """PNG and SVG of every figure in the folder; (wide, narrow) SVG by name for the page."""
    pictures = {}
    for k, (name, draw) in enumerate(drawings):
        with style.look():
            style.save_both(draw(style.WIDE), out, name)
            narrow = style.svg_text(draw(style.NARROW))
        pictures[name] = (out / f"{name}.svg").read_text(encoding="utf-8"), narrow
        tell((k + 1) / len(drawings))
    return pictures
