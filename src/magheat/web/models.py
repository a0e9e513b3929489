"""The folder of models: the current one, loaded once and again when it changes, and what all of them are."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from magheat.errors import MagheatError, SchemaError
from magheat.surrogates import Surrogate, load
from magheat.surrogates.features import suits_two_wells
from magheat.surrogates.registry import CURRENT
from magheat.web.tasks.outputs import INPUT_UNITS, OUTPUT_UNITS

#: Kind of the models that answer: folder below that of models.
KIND = "two-well"
#: Models that are listed.
_LISTED = 50
#: Level of the intervals that a list tells.
_LEVEL = 0.9


class NoModelError(SchemaError):
    """There is no model that could predict."""


class Current(NamedTuple):
    """A model and the hash that it is known by."""

    hash: str
    folder: Path
    surrogate: Surrogate


class Models:
    """Models of the two-well loops in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / KIND
        self._lock = threading.Lock()
        self._current: Current | None = None

    @property
    def hash(self) -> str | None:
        """Name that ``current`` points to; None where there is nothing."""
        try:
            return (self.folder / CURRENT).readlink().name
        except OSError:
            return None

    def ready(self) -> Current | None:
        """The current model if it is loaded already: no waiting."""
        found = self._current
        return found if found is not None and found.hash == self.hash else None

    def current(self) -> Current:
        """The current model, read from the disk if need be.

        Raises
        ------
        SchemaError
            When there is none, or it cannot be read.
        """
        with self._lock:
            found = self.ready()
            if found is not None:
                return found
            name = self.hash
            if name is None:
                raise NoModelError(
                    "there is no model yet; make demo or magheat train makes one, and magheat serve --models DIR "
                    "says where it is."
                )
            folder = self.folder / name
            surrogate = load(folder)
            if not suits_two_wells(surrogate.domain.inputs):
                raise SchemaError("the current model must take the seven inputs of the two-well model; train another.")
            self._current = Current(name, folder, surrogate)
            return self._current

    def folder_or_none(self) -> str | None:
        """Folder of the current model as a process that computes takes it; None where there is none."""
        try:
            return str(self.current().folder)
        except MagheatError:
            return None

    def listed(self) -> list[dict[str, Any]]:
        """What every readable model is, the newest first."""
        found = []
        for folder in _newest(self.folder)[:_LISTED]:
            try:
                found.append(_described(folder))
            except MagheatError:
                continue
        return found


def _newest(folder: Path) -> list[Path]:
    try:
        inside = [one for one in folder.iterdir() if one.is_dir() and not one.is_symlink() and one.name[0] != "."]
        return sorted(inside, key=lambda one: one.stat().st_mtime, reverse=True)
    except OSError:
        return []


@lru_cache(maxsize=_LISTED)
def _described(folder: Path) -> dict[str, Any]:
    """What a model is; its content never changes, since its name is its hash."""
    surrogate = load(folder)
    ranges = surrogate.domain.ranges
    outputs = [*surrogate.outputs, *(["ilp"] if "slp" in surrogate.outputs else [])]
    return {
        "name": KIND,
        "hash": folder.name,
        "inputs": [
            {"name": name, "unit": INPUT_UNITS.get(name, ""), "lower": low, "upper": high}
            for name, (low, high) in ranges.items()
        ],
        "outputs": [{"name": name, "unit": OUTPUT_UNITS.get(name, "")} for name in outputs],
        "level": _LEVEL,
        "card_text": (folder / "card.md").read_text(encoding="utf-8"),
    }
