"""The blocks of a page that run, and what the page says they print.

What runs: cells (```` ```{code-cell} ````), ```` ```python ````, and ```` ```sh ````, ```` ```bash ```` or
```` ```console ```` where there is a `magheat` command in it. In a console block, lines after `$` are commands, the
others what the command above them prints. A ```` ```text ```` block that comes next after Python or a shell block
is what that prints.

Comments, which no reader sees, say what else there is to know:

`<!-- not run: REASON -->`
    directly above a block that cannot run here; it must still be read by Python or bash without an error
`<!-- within 5 % -->`
    above a text block: its numbers hold so far
`<!-- file: NAME -->`
    above any other block: it is the file NAME for what comes after it
`<!-- sh`, code, `-->`
    runs like a shell block, to prepare what the reader has; `<!-- python` likewise
`<!-- after make demo -->`
    the page starts from what `make demo` leaves in `models/`
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from textwrap import dedent

AFTER_DEMO = "after make demo"
PART = re.compile(
    r"^<!--(?P<comment>.*?)-->|^(?P<indent> *)(?P<fence>```+)(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=indent)(?P=fence) *$",
    flags=re.DOTALL | re.MULTILINE,
)
COMMAND = re.compile(r"^\s*(?:\$ )?(?:\S+=\S+ )*(?:\S*/)?magheat\s+[a-z-]", flags=re.MULTILINE)
SHELLS = ("sh", "bash", "console")
KINDS = {"{code-cell}": "cell", "python": "python"} | dict.fromkeys(SHELLS, "sh")


@dataclass(frozen=True)
class Block:
    """One thing to do: run `code`, or write it into the file `name`."""

    kind: str  # "cell", "python", "sh" or "file"
    code: str
    line: int  # of the page, where the code begins
    told: str | None = None  # what the page says it prints
    within: float = 1e-4  # how far numbers may be off, of their size
    reason: str | None = None  # why it does not run
    name: str = ""


def blocks(text: str) -> list[Block]:
    """What a page has to run, in its order."""
    found: list[Block] = []
    comment, end, previous = "", 0, ""
    for part in PART.finditer(text):
        above = comment if not text[end : part.start()].strip() else ""
        line = text.count("\n", 0, part.start()) + 2
        comment, end = "", part.end()
        if part["comment"] is not None:
            comment = part["comment"].strip()
            kind, _, code = comment.partition("\n")
            if kind in KINDS:
                found.append(Block(KINDS[kind], code + "\n", line))
            continue
        language, body = part["info"].split(" ")[0].strip(), dedent(part["body"])
        if language == "text" and previous in ("python", "sh", "bash") and not above.startswith("file:"):
            found[-1] = replace(found[-1], told=body, within=_within(above))
        else:
            found += _of_fence(language, body, line, above)
        previous = language if COMMAND.search(body) or language == "python" else ""
    return found


def agrees(told: str, printed: str, within: float = 1e-4) -> bool:
    """Whether a page tells what was printed.

    Spaces count as one, `...` stands for anything, times with a unit, rates and hashes for any; other numbers agree
    when they are off by no more than `within` of their size.
    """
    numbers: list[str] = []
    pattern = ""
    for token in _TOKEN.finditer(told.strip()):
        if token["number"]:
            numbers.append(token["number"])
            pattern += f"({_NUMBER})"
        else:
            pattern += _ANY.get(token.lastgroup or "") or re.escape(token[0])
    match = re.fullmatch(pattern, printed.strip(), flags=re.DOTALL)
    return match is not None and all(
        abs(float(a) - float(b)) <= within * abs(float(a)) for a, b in zip(numbers, match.groups(), strict=True)
    )


def stray(text: str) -> list[str]:
    """Lines that look like commands and stand in no block that runs: indented ones, and ones in other fences.

    The line of a unit for systemd is none that a reader types.
    """
    rest = PART.sub(lambda part: part["body"] if part["body"] and _language(part) not in SHELLS else "", text)
    lines = [line for line in rest.splitlines() if re.match(r"(\t| {4,}|\$ )", line) and COMMAND.match(line)]
    fences = [part["body"] for part in PART.finditer(text) if part["body"] and _language(part) not in (*SHELLS, "ini")]
    return lines + [line for body in fences for line in body.splitlines() if COMMAND.match(line) and line not in lines]


_NUMBER = r"[-+−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
_TIME = r"\d[\d ]*(?:\.\d+)? (?:s|ms|min|(?:new )?rows/s)\b"
_HASH = r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,}\b"
_TOKEN = re.compile(
    rf"(?P<dots>\.\.\.)|(?P<time>{_TIME})|(?P<hash>{_HASH})|(?P<number>{_NUMBER})|(?P<space>\s+)|(?P<other>.)"
)
_ANY = {"dots": ".*?", "time": _TIME, "hash": _HASH, "space": r"\s+"}


def _language(part: re.Match[str]) -> str:
    return part["info"].split(" ")[0].strip()


def _of_fence(language: str, body: str, line: int, above: str) -> list[Block]:
    """What one fence has to run."""
    if above.startswith("file:"):
        return [Block("file", body, line, name=above.removeprefix("file:").strip())]
    if language in SHELLS and not COMMAND.search(body):
        return []
    if language not in KINDS:
        return []
    reason = above.removeprefix("not run:").strip() if above.startswith("not run:") else None
    if language == "{code-cell}":
        body = re.sub(r"\A(?::.*\n)+", lambda options: "\n" * options[0].count("\n"), body)
    if language == "console":
        return _of_console(body, line, reason)
    return [Block(KINDS[language], body, line, reason=reason)]


def _of_console(body: str, line: int, reason: str | None) -> list[Block]:
    """A block for each command after `$`, with the lines below it that it prints."""
    found = []
    for entry in re.finditer(r"^\$ (?P<code>(?:.*\\\n)*.*\n)(?P<told>(?:(?!\$ ).*\n?)*)", body, flags=re.MULTILINE):
        at = line + body.count("\n", 0, entry.start())
        found.append(Block("sh", entry["code"], at, told=entry["told"].strip() or None, reason=reason))
    return found


def _within(above: str) -> float:
    stated = re.fullmatch(r"within ([\d.]+) %", above)
    return float(stated[1]) / 100 if stated else Block.within
