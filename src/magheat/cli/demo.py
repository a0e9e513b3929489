"""``magheat demo``: the papers that magheat reproduces, each into a folder of ./reports."""

from __future__ import annotations

from pathlib import Path

from magheat.cli.reproduce import STUDIES, make_report


def demo() -> None:
    """Reproduce the papers and name the reports to open."""
    for study in STUDIES:
        make_report(study, Path("reports") / study)
