"""Checks that the input is there and outputs can be written, made before a long run starts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from magheat.errors import SpecError


class Kept(Protocol):
    """An answer that can be drawn, and simulated again from a file."""

    def plot(self, path: str | Path) -> None:
        """Draw it."""

    def to_toml(self) -> str:
        """The experiment behind it."""


def require_file(name: str, path: Path) -> None:
    """Refuse an input that is not there.

    Raises
    ------
    SpecError
        With its whole path.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise SpecError(f"{name} must name an existing file; {str(path)!r} {what}.")


def require_writable(option: str, path: Path) -> None:
    """Refuse a file that could not be written in the end; an existing one will be replaced.

    Raises
    ------
    SpecError
        When the folder is missing or closed, or the name belongs to something that is no file.
    """
    if path.exists() and not path.is_file():
        raise SpecError(f"{option} must name a file; got {str(path)!r}, which is something else.")
    if not path.parent.is_dir():
        raise SpecError(
            f"{option} must name a file in an existing folder; there is no folder {str(path.parent)!r}. Make it first."
        )
    _try_to_write(option, path.parent)


def require_picture(option: str, path: Path) -> None:
    """Refuse the name of a picture whose suffix cannot be written.

    Raises
    ------
    SpecError
        Naming the suffixes that can.
    """
    from magheat.plotting import require_format

    require_format(path, option)


def require_plot_and_output(inputs: dict[str, Path | None], plot: Path | None, output: Path | None) -> None:
    """Refuse a picture or a file that could not be written, or that would replace an input or the other.

    Raises
    ------
    SpecError
        Naming the option.
    """
    require_different({**inputs, "--plot": plot, "--output": output})
    if plot is not None:
        require_picture("--plot", plot)
        require_writable("--plot", plot)
    if output is not None:
        require_writable("--output", output)


def write_plot_and_output(found: Kept, plot: Path | None, output: Path | None) -> list[str]:
    """Draw an answer and keep its experiment, each where asked for; a line of each that says so."""
    written = []
    if plot is not None:
        with writing("--plot", plot):
            found.plot(plot)
        written.append(f"Wrote {plot}")
    if output is not None:
        from magheat.whole import write_text

        with writing("--output", output):
            write_text(output, found.to_toml())
        written.append(f"Wrote {output}; magheat run {output} simulates it again.")
    return written


def require_folder(option: str, folder: Path) -> None:
    """Make a folder for outputs, with those above it, unless it is there; refuse one that cannot be written to.

    Raises
    ------
    SpecError
        When it is not a folder, or cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SpecError(f"{option} must name a folder; {str(folder)!r} cannot be made: {error.strerror}.") from None
    _try_to_write(option, folder)


def require_different(named: dict[str, Path | None]) -> None:
    """Refuse two outputs, or an output and the input, under one name.

    Raises
    ------
    SpecError
        Naming both options.
    """
    seen: dict[Path, str] = {}
    for option, path in named.items():
        if path is None:
            continue
        first = seen.setdefault(path.resolve(), option)
        if first != option:
            raise SpecError(f"{option} must name another file than {first}; got {str(path)!r} for both.")


@contextmanager
def writing(option: str, path: Path) -> Iterator[None]:
    """Inside, an error of the disk names the output that it hit.

    Raises
    ------
    SpecError
        Instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise SpecError(f"{option} {str(path)!r} could not be written: {error.strerror or error}.") from None


def _try_to_write(option: str, folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SpecError(f"{option} must be in a writable folder; {str(folder)!r} is not: {error.strerror}.") from None
