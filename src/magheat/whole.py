"""Files and folders that appear whole or not at all, whatever interrupts their writing."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Inside, a temporary name beside the target to write to; at the end it is on the disk, in the target's place.

    An error or an interruption leaves the old file, if there was one, and nothing else.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        yield temporary
        flush(temporary)
        os.replace(temporary, target)
        flush(target.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


@contextlib.contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Inside, a folder beside the target to write files into; at the end they are on the disk, under the target's name.

    An error or an interruption leaves nothing. Where a folder of this name is there by then, with something in it, that
    one stays, and there is an OSError.
    """
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial"))
    try:
        yield temporary
        for path in sorted(temporary.iterdir()):
            flush(path)
        temporary.chmod(0o755)
        flush(temporary)
        os.rename(temporary, target)
        flush(target.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(target: Path, text: str) -> None:
    """Write a text file whole or not at all, its line ends as they are in the text."""
    with whole_file(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


def flush(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
