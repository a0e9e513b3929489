"""Figures on disk, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from magheat.errors import SpecError
from magheat.whole import whole_file

#: Suffixes that :func:`save` can write.
FORMATS = (".png", ".svg")
_DPI = 160


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure as PNG or SVG, by the suffix; an interruption leaves the old file and nothing else.

    The same figure gives the same bytes: no date is written.

    Raises
    ------
    SpecError
        When the suffix is neither, the folder does not exist or ``path`` is a folder.
    """
    target = Path(path)
    suffix = require_format(target)
    if not target.parent.is_dir() or target.is_dir():
        raise SpecError(f"path must name a file in an existing folder; got {str(path)!r}.")
    metadata = {"Software": None} if suffix == ".png" else {"Date": None}
    FigureCanvasAgg(figure)
    with whole_file(target) as temporary, mpl.rc_context({"svg.hashsalt": "magheat"}):
        figure.savefig(temporary, format=suffix[1:], dpi=_DPI, metadata=metadata)


def require_format(path: Path, name: str = "path") -> str:
    """Suffix of a picture's file name, in lower case; ``name`` is what an error calls it.

    Raises
    ------
    SpecError
        When it is none that can be written.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise SpecError(f"{name} must end in {' or '.join(FORMATS)}; got {str(path)!r}.")
    return suffix
