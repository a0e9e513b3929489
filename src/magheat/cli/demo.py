"""``magheat demo``: the local-heat paper, reproduced into ./reports/local-heat."""

from __future__ import annotations

from pathlib import Path

from magheat.cli.reproduce import make_report


def demo() -> None:
    """Reproduce the local-heat paper and name the report to open."""
    make_report("local-heat", Path("reports") / "local-heat")
