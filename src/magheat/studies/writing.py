"""A study's folder: tables, figures in both forms, and the page that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from magheat.studies.drawings import Drawing, draw_all
from magheat.studies.files import Columns, write_csv
from magheat.studies.telling import Telling
from magheat.whole import write_text

#: The page, from (wide, narrow) SVG texts by name and the names of the tables.
Page = Callable[[dict[str, tuple[str, str]], list[str]], str]


def write_study(
    out: Path, tables: Mapping[str, Columns], drawings: Sequence[Drawing], html: Page, tell: Telling
) -> Path:
    """Write all of it into a folder, made if need be, each file as a whole; the path of ``report.html``."""
    tell("Drawing the figures ...")
    out.mkdir(parents=True, exist_ok=True)
    for name, columns in tables.items():
        write_csv(out / name, columns)
    pictures = draw_all(drawings, out, tell)
    path = out / "report.html"
    write_text(path, html(pictures, sorted(tables)))
    return path
