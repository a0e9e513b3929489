"""Pieces of a self-contained HTML page: no script, no address to load from, light and dark, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from magheat.studies import style
from magheat.studies.findings import BORNE_OUT, NOT_BORNE_OUT, QUALIFIED, Finding

#: Colours of the figures and what stands for them on the page.
_THEME = {
    style.INK: "currentColor",
    style.PAPER: "var(--paper)",
    style.FAINT: "var(--faint)",
    style.QUIET: "var(--quiet)",
    style.COLOURS[0]: "var(--a)",
    style.COLOURS[1]: "var(--b)",
}

_KINDS = {BORNE_OUT: "good", QUALIFIED: "partly", NOT_BORNE_OUT: "bad"}

_CSS = """
:root { color-scheme: light dark; --paper: #fefefe; --ink: #1b1f23; --quiet: #6b7076; --faint: #dfe1e4; --a: #d33a2c;
  --b: #2468b4; --link: #2468b4; --good: #1d6f5c; --partly: #8a5a00; --bad: #a3263f; --tint: #f4f5f6; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e4e6e9; --quiet: #9aa0a7; --faint: #363b42;
  --a: #f2695c; --b: #6aa5ea; --link: #8bb9f0; --good: #62c3a9; --partly: #e2aa4a; --bad: #f08198; --tint: #1d2126; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0.5rem 0 0.75rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.75rem 0 0.5rem; padding-top: 0.75rem;
  border-top: 1px solid var(--faint); }
h3 { font-size: 1rem; margin: 1.5rem 0 0.25rem; }
a { color: var(--link); }
p, ul { max-width: 42rem; }
.lead { font-size: 1.05rem; }
.quiet { color: var(--quiet); }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; font-size: 0.92rem; }
figure { margin: 1.25rem 0 0.5rem; }
figure svg { display: block; width: 100%; height: auto; }
figure svg.narrow { display: none; max-width: 26rem; margin: 0 auto; }
figcaption { max-width: 42rem; font-size: 0.92rem; margin-top: 0.6rem; }
@media (max-width: 40rem) { figure svg.wide { display: none; } figure svg.narrow { display: block; } }
.scroll { overflow-x: auto; margin: 0.5rem 0 1rem; }
table { border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.8rem 0.3rem 0; text-align: right; vertical-align: baseline;
  border-bottom: 1px solid var(--faint); }
th { font-weight: 600; }
th:first-child, td:first-child { text-align: left; }
td { white-space: nowrap; }
td.words, th.words { text-align: left; white-space: normal; min-width: 5.5em; }
.finding { border-left: 4px solid var(--quiet); background: var(--tint); padding: 0.6rem 0.9rem; margin: 0.7rem 0; }
.finding q { font-style: italic; }
.finding p { margin: 0.3rem 0 0; font-size: 0.92rem; }
.finding .verdict { font-weight: 600; margin-right: 0.6em; }
.good { border-color: var(--good); } .good .verdict { color: var(--good); }
.partly { border-color: var(--partly); } .partly .verdict { color: var(--partly); }
.bad { border-color: var(--bad); } .bad .verdict { color: var(--bad); }
.points li { margin: 0.35rem 0; }
code { font-size: 0.92em; }
@media print { nav { display: none; } figure, .finding { break-inside: avoid; } }
"""


def document(title: str, body: str) -> str:
    """A whole page; ``body`` is HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def report(title: str, lead: str, sections: Sequence[tuple[str, str, str]]) -> str:
    """A whole page from what leads (HTML) and from (name, title, HTML) of every section, with links to them."""
    head = f"<h1>{escape(title)}</h1>\n{lead}" + contents((name, words) for name, words, _ in sections)
    return document(title, "\n".join([head, *(section(*one) for one in sections)]))


def section(name: str, title: str, *parts: str) -> str:
    """A section that the list of contents can point to."""
    return f'<section id="{name}">\n<h2>{escape(title)}</h2>\n' + "\n".join(parts) + "\n</section>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def bullets(lines: Iterable[str]) -> str:
    """A list of plain text."""
    return '<ul class="points">\n' + "\n".join(f"<li>{escape(line)}</li>" for line in lines) + "\n</ul>"


def contents(sections: Iterable[tuple[str, str]]) -> str:
    """Links to the sections."""
    links = "\n".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title in sections)
    return f'<nav aria-label="Contents"><ul>\n{links}\n</ul></nav>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str, words: int = 1) -> str:
    """A table of plain text that scrolls sideways on a narrow page; the first ``words`` columns stand to the left."""

    def row(cells: Sequence[str], tag: str) -> str:
        parts = [
            f"<{tag}{' class=' + chr(34) + 'words' + chr(34) if k < words else ''}>{escape(cell)}</{tag}>"
            for k, cell in enumerate(cells)
        ]
        return "<tr>" + "".join(parts) + "</tr>"

    body = "\n".join(row(cells, "td") for cells in rows)
    return (
        f'<figure class="table"><figcaption>{escape(caption)}</figcaption>\n<div class="scroll"><table>\n'
        f"<thead>{row(head, 'th')}</thead>\n<tbody>\n{body}\n</tbody></table></div></figure>"
    )


#: What cards say of sentences of a paper.
_OF_A_PAPER = (
    "Verdicts are computed: borne out where the numbers agree with the words, qualified where they agree in "
    "direction but not in degree, or only in part. Words in brackets are ours; some sentences are shortened."
)


def cards(found: Iterable[Finding], intro: str = _OF_A_PAPER) -> str:
    """Findings, one card each, after a word on what their verdicts mean."""
    drawn = [
        f'<div class="finding {_KINDS.get(one.verdict, "")}">\n<span class="verdict">{escape(one.verdict)}</span>'
        f'<span class="quiet">{escape(one.where)}</span>\n<p><q>{escape(one.sentence)}</q></p>\n'
        f"<p>{escape(one.numbers)}</p>\n</div>"
        for one in found
    ]
    return "\n".join([paragraph(intro), *drawn])


def links(files: Iterable[str]) -> str:
    """A line that points to the tables beside the page."""
    listed = ", ".join(f'<a href="{escape(name)}">{escape(name)}</a>' for name in files)
    return f"<p>Numbers behind the figures: {listed}.</p>"


def picture(name: str, wide: str, narrow: str, description: str, caption: str) -> str:
    """A figure in two layouts, of which the page shows the one that fits, and its caption (plain text)."""
    both = _inline(wide, f"{name}w", "wide", description) + "\n" + _inline(narrow, f"{name}n", "narrow", description)
    return f'<figure id="{name}">\n{both}\n<figcaption>{escape(caption)}</figcaption>\n</figure>'


def _inline(svg: str, prefix: str, kind: str, description: str) -> str:
    """An SVG file as an element of the page: ids of its own, the page's colours, as wide as its place."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    box = re.search(r'viewBox="[^"]*"', svg)
    opening = f'<svg class="{kind}" role="img" aria-label="{escape(description)}" {box[0] if box else ""}'
    opening += ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    svg = re.sub(r"^<svg[^>]*>", opening, svg)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = svg.replace("url(#", f"url(#{prefix}-").replace('href="#', f'href="#{prefix}-')
    for colour, name in _THEME.items():
        svg = svg.replace(colour, name)
    return re.sub(r"\n\s*", "\n", svg).strip()
