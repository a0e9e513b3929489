"""The report of the study: what its stages have to show and to say, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from magheat.studies import page
from magheat.studies.files import Columns
from magheat.studies.findings import Finding, tally
from magheat.studies.findings import table as findings_table
from magheat.studies.slp_learning.cases import CITATION

#: Wide and narrow SVG texts of a figure.
Pictures = dict[str, tuple[str, str]]


class Part(NamedTuple):
    """What one stage adds to the report."""

    title: str
    lead: str
    points: list[str]  # what a reader in a hurry should know
    sections: list[tuple[str, str, str]]  # (name, title, HTML)
    findings: list[Finding]
    method: list[str]


def tables(parts: Sequence[Part]) -> dict[str, Columns]:
    """The findings of all parts as a CSV file."""
    return {"findings.csv": findings_table([one for part in parts for one in part.findings])}


def html(parts: Sequence[Part], files: list[str]) -> str:
    """The whole page; ``files`` lie beside it."""
    found = [one for part in parts for one in part.findings]
    title = f"Specific loss power by machine learning: {', and '.join(part.title for part in parts)}"
    method = page.bullets(line for part in parts for line in part.method)
    sections = [one for part in parts for one in part.sections]
    sections += [
        ("findings", "What the paper says, and what the numbers say", page.cards(found)),
        ("method", "How it was computed", f"{method}\n{page.links(files)}"),
    ]
    return page.report(title, _lead(parts, found), sections)


def _lead(parts: Sequence[Part], found: list[Finding]) -> str:
    text = page.paragraph(" ".join(part.lead for part in parts), "lead")
    points = [point for part in parts for point in part.points]
    points.append(f"{len(found)} sentences of the paper were held against these numbers: {tally(found)}.")
    return f'{text}\n<p class="quiet">{escape(CITATION)}.</p>\n{page.bullets(points)}\n'
