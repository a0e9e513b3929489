"""Who is told what a study does."""

from __future__ import annotations

from typing import Protocol


class Telling(Protocol):
    """Words begin a stage of the work, a number is the fraction of it that is done."""

    def __call__(self, *what: str | float) -> None:
        """Take note."""


def silence(*what: str | float) -> None:
    """Take no note."""
