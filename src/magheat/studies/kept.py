"""Numbers of work that is done, kept beside the report: an interrupted study goes on where it stopped.

A file holds arrays and nothing that could be run, and is named by what it was computed from: other rows, settings or
versions have other names. It is there as a whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from magheat._version import __version__
from magheat.solvers.checkpoint import UNREADABLE
from magheat.whole import whole_file

#: Numbers of one piece of work, by name.
Numbers = dict[str, npt.NDArray[Any]]

#: Name of the folder of finished work beside a report.
FOLDER = "kept"
#: Raise when the same words would stand for other numbers.
_FORM = 1


class Kept:
    """A folder of finished pieces of work, which also depend on the versions of some packages."""

    def __init__(self, folder: Path, packages: tuple[str, ...] = ("numpy",)) -> None:
        self._folder, self._packages = folder, packages

    def get(self, what: str, made_from: Mapping[str, Any], compute: Callable[[], Numbers]) -> Numbers:
        """The numbers of a piece of work: those that are kept, or else computed now and kept.

        Parameters
        ----------
        what
            A word for people; the file's name begins with it.
        made_from
            All that the numbers depend on, as plain JSON types.
        compute
            Does the work.
        """
        path = self.path(what, made_from)
        found = _read(path)
        if found is None:
            found = compute()
            self._folder.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as temporary, temporary.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **found)
        return found

    def path(self, what: str, made_from: Mapping[str, Any]) -> Path:
        """Where the numbers of a piece of work lie, or would."""
        words = json.dumps({"form": _FORM, "versions": self._versions(), **made_from}, sort_keys=True, default=list)
        name = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
        return self._folder / f"{what}-{name}.npz"

    def _versions(self) -> dict[str, str]:
        return {"magheat": __version__} | {name: version(name) for name in self._packages}


def _read(path: Path) -> Numbers | None:
    """The arrays of a file; None where there is none, or one that cannot be read."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, *UNREADABLE):
        return None
