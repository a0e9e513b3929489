"""From bytes to lines, cells and numbers, without losing the count of lines."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from magheat.errors import SchemaError
from magheat.store.importers.records import Refused
from magheat.units import shown

#: Bytes; measured tables are kilobytes, and a whole file is held in memory.
LARGEST_FILE = 256 * 2**20
#: A quoted cell over more lines than this is taken for a quote that was never closed.
_LONGEST_RECORD = 100
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


class Text(NamedTuple):
    """A file of text: its lines (the first is line 1), name, digest of its bytes, and how it was decoded."""

    lines: list[str]
    name: str
    content: str
    notes: tuple[str, ...]


class Record(NamedTuple):
    """The cells of one row of a table and the number of its first line."""

    line: int
    cells: list[str]


def read_text(path: str | Path) -> Text:
    """Lines of a file of text, whatever ends them.

    UTF-8 or, with its mark at the start, UTF-16; anything else is read as Windows-1252, which is what the instruments'
    programs write, and a note says so.

    Raises
    ------
    SchemaError
        For a file that cannot be opened, is empty, too large or not text.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise SchemaError(f"{path} must be smaller than {LARGEST_FILE >> 20} MiB; it has {size >> 20}; split it")
        content = path.read_bytes()
    except OSError as error:
        raise SchemaError(f"{path} cannot be read: {error.strerror or error}; check its name") from None
    text, notes = _decoded(content, path)
    if not text.strip():
        raise SchemaError(f"{path} must hold a table of measured data; it is empty")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Text(lines, path.name, hashlib.blake2b(content, digest_size=16).hexdigest(), notes)


def _decoded(content: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        notes = ("The file is not UTF-8 and was read as Windows-1252.",)
    if _CONTROL.search(text):
        raise SchemaError(f"{path} must be a file of text; it holds bytes that no text has; export it as CSV or text")
    return text, notes


def records(lines: Sequence[str], first: int, delimiter: str, comment: str = "#") -> Iterator[Record | Refused]:
    """Rows of a delimited table from line ``first`` (1 is the file's first); empty and comment lines are skipped.

    A quoted cell may hold delimiters and line breaks. A line whose quote is never closed is refused alone, and the
    next line is a row again.
    """
    index = first - 1
    while index < len(lines):
        line = lines[index]
        if '"' not in line:
            if line.strip(f" \t{delimiter}") and not line.lstrip().startswith(comment):
                yield Record(index + 1, [cell.strip() for cell in line.split(delimiter)])
            index += 1
            continue
        if line.lstrip().startswith(comment):
            index += 1
            continue
        found, taken = _quoted(lines, index, delimiter)
        yield found
        index += taken


def _quoted(lines: Sequence[str], index: int, delimiter: str) -> tuple[Record | Refused, int]:
    """The row that starts at ``index``, and over how many lines it goes."""
    reader = csv.reader(
        (line + "\n" for line in lines[index : index + _LONGEST_RECORD]),
        delimiter=delimiter,
        strict=True,
    )
    try:
        cells = next(reader)
    except csv.Error:
        return Refused(index + 1, "its quotes do not match: a cell in quotes must end in one before the delimiter"), 1
    return Record(index + 1, [cell.strip() for cell in cells]), reader.line_num


def is_number(cell: str) -> bool:
    """Whether a text is a number with a decimal point."""
    return _NUMBER.fullmatch(cell) is not None


def number(cell: str, name: str, decimal: str = ".") -> float:
    """The finite number in a cell.

    Raises
    ------
    SchemaError
        One clause that names the column and shows the cell.
    """
    plain = cell.replace(",", ".") if decimal == "," and "." not in cell else cell
    if not _NUMBER.fullmatch(plain):
        raise SchemaError(f"{name} must be a finite number; got {shown(cell)}")
    value = float(plain)
    if not math.isfinite(value):
        raise SchemaError(f"{name} must be a finite number; got {shown(cell)}, which is beyond what a float holds")
    return value
