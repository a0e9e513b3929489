"""What a long run has done so far, in a file, from which the same run goes on to the same bits."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from magheat.errors import SpecError
from magheat.whole import whole_file

#: Marks a file as one of ours; what is in it is raised with the number.
_FORM = "magheat checkpoint 1"
#: What reading an archive of arrays raises where it is torn or something else.
UNREADABLE = (zipfile.BadZipFile, zlib.error, ValueError, TypeError, KeyError, EOFError, NotImplementedError)


@dataclass(frozen=True)
class Checkpoint:
    """The file of one run: written whole or not at all, read by the same run only.

    Parameters
    ----------
    path
        The file.
    run
        What decides the bits of the run: experiment, solver, options, versions.

    Raises
    ------
    SpecError
        When there can be no such file.
    """

    path: Path
    run: str

    def __post_init__(self) -> None:
        if not self.path.parent.is_dir():
            raise SpecError(
                f"checkpoint must name a file in an existing folder; there is no folder {str(self.path.parent)!r}."
            )
        if self.path.exists() and not self.path.is_file():
            raise SpecError(f"checkpoint must name a file; got {str(self.path)!r}, which is something else.")

    def load(self) -> dict[str, np.ndarray] | None:
        """Return what was kept, or None where there is no file.

        Raises
        ------
        SpecError
            When the file is no checkpoint, is torn, or belongs to another run.
        """
        if not self.path.exists():
            return None
        try:
            with self.path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                if str(file["form"]) != _FORM:
                    raise KeyError
                kept = {name: file[name] for name in file.files} if str(file["run"]) == self.run else None
        except UNREADABLE:
            raise SpecError(
                f"checkpoint must be a file that a run of magheat has left, or a new name; {str(self.path)!r} is torn "
                f"or something else. Take another name, or delete the file to start anew."
            ) from None
        if kept is None:
            raise SpecError(
                f"checkpoint must be of the same experiment, solver, options and version of magheat; "
                f"{str(self.path)!r} is of another run. Take another name, or delete the file to start anew."
            )
        return kept

    def keep(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Replace what was kept."""
        content: dict[str, Any] = {"form": np.array(_FORM), "run": np.array(self.run), **arrays}
        with whole_file(self.path) as temporary, temporary.open("wb") as file:
            np.savez(file, **content)

    def remove(self) -> None:
        """Delete the file, once the result is safe."""
        self.path.unlink(missing_ok=True)
