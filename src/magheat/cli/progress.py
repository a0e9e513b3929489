"""What goes on, on stderr and from the first second: a live line with a clock, or plain lines where nobody watches."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: Seconds between plain lines while nothing else is said.
HEARTBEAT = 10.0
#: Seconds after which a rate means something.
_SHORTEST = 0.5
#: Seconds after which the time left is worth telling.
_TELLING = 5.0

COMPILING = "Compiling kernels (first time only) ..."


class Watch(Protocol):
    """Who is told what goes on."""

    def count(self, done: int, total: int, fresh: int) -> None:
        """How many of all items are done, and how many of them this run did itself: the rate is that of these."""

    def stage(self, text: str) -> None:
        """A new stage begins."""

    def fraction(self, done: float) -> None:
        """How much of the stage is done, 0 to 1."""


@contextmanager
def watching(first: str, patience: float = 0.0) -> Iterator[Watch]:
    """A watch that has already said ``first``; its live line is wiped away at the end.

    Where nobody watches it keeps silent for ``patience`` seconds, so that a short job leaves nothing in a log and a
    job that is refused leaves one sentence.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if console.is_terminal:
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as progress:
            yield _Live(progress, progress.add_task(first, total=None))
        return
    plain = _Plain(first, patience)
    try:
        yield plain
    finally:
        plain.stop()


class Pace:
    """Rate and time left of a count, from the moment at which the first item is done by this run itself."""

    def __init__(self) -> None:
        self._begun, self._fresh_then = 0.0, -1

    def told(self, done: int, total: int, fresh: int) -> str:
        """The count in words: 12 288 of 1 000 000 rows, 1 250 rows/s, 13 min left."""
        now = time.monotonic()
        if self._fresh_then < 0 and fresh > 0:
            self._begun, self._fresh_then = now, fresh
        text = f"{grouped(done)} of {grouped(total)} rows"
        passed, more = now - self._begun, fresh - self._fresh_then
        if self._fresh_then < 0 or more <= 0 or passed < _SHORTEST:
            return text
        rate = more / passed
        return f"{text}, {rounded(rate)} rows/s, {duration((total - done) / rate)} left"


class TimeLeft:
    """Time left of a stage, judged from the first fraction told on: a run that is resumed begins in the middle."""

    def __init__(self) -> None:
        self._begun, self._first = 0.0, -1.0

    def told(self, done: float) -> str:
        """The time left in words, with a comma behind; empty while nothing can be said."""
        now = time.monotonic()
        if self._first < 0:
            self._begun, self._first = now, done
        passed, more = now - self._begun, done - self._first
        if more <= 0 or passed < _TELLING:
            return ""
        return f"about {duration((1 - done) * passed / more)} left, "


def grouped(number: int) -> str:
    """A whole number in groups of three digits."""
    return f"{number:,}".replace(",", " ")


def rounded(rate: float) -> str:
    """A rate in three digits."""
    return grouped(int(float(f"{rate:.3g}"))) if rate >= 100 else f"{rate:.3g}"


def duration(seconds: float) -> str:
    """A time in the two largest units that it needs."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" if whole >= 600 else f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class _Live:
    """One line that is drawn anew about ten times a second, its clock counting from the start of the stage."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task, self._pace = progress, task, Pace()
        self._text, self._left = "", TimeLeft()

    def stage(self, text: str) -> None:
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(text, total=None)
        self._text, self._left = text, TimeLeft()

    def fraction(self, done: float) -> None:
        told = f"{self._text} {self._left.told(done)}".rstrip(", ")
        self._progress.update(self._task, total=1.0, completed=done, description=told)

    def count(self, done: int, total: int, fresh: int) -> None:
        told = self._pace.told(done, total, fresh)
        self._progress.update(self._task, total=float(total), completed=float(done), description=told)


class _Plain:
    """A line per stage, and one every ten seconds."""

    def __init__(self, first: str, patience: float) -> None:
        self._started, self._patience, self._done = time.monotonic(), patience, threading.Event()
        self._text, self._fraction, self._pace, self._left = "", 0.0, Pace(), TimeLeft()
        self._told = ""
        self.stage(first)
        threading.Thread(target=self._beat, daemon=True).start()

    def stage(self, text: str) -> None:
        if text == self._text:
            return
        self._text, self._fraction, self._left, self._told = text, 0.0, TimeLeft(), ""
        if text and time.monotonic() - self._started >= self._patience:
            _say(text)

    def fraction(self, done: float) -> None:
        self._fraction, self._told = done, self._left.told(done)

    def count(self, done: int, total: int, fresh: int) -> None:
        self._text = self._pace.told(done, total, fresh)

    def stop(self) -> None:
        self._done.set()

    def _beat(self) -> None:
        while not self._done.wait(HEARTBEAT):
            share = f"{100 * self._fraction:.0f} %, {self._told}" if self._fraction > 0 else ""
            _say(f"{self._text} {share}{time.monotonic() - self._started:.0f} s")


def _say(text: str) -> None:
    print(f"magheat: {text}", file=sys.stderr, flush=True)


def compiled(particles: int) -> bool:
    """Whether the kernels that integrate so many particles lie in the disk cache."""
    from magheat.kernels.batch import LARGEST_ON_ONE_LANE
    from magheat.kernels.integrate import integrate_runs
    from magheat.kernels.integrate_large import integrate_large_runs

    kernel = integrate_runs if particles <= LARGEST_ON_ONE_LANE else integrate_large_runs
    return _cached(kernel)


def compiled_ensembles() -> bool:
    """Whether the kernel of two wells lies in the disk cache."""
    from magheat.kernels.two_well import two_well_groups

    return _cached(two_well_groups)


def compiled_thermal() -> bool:
    """Whether the kernel of thermal runs lies in the disk cache."""
    from magheat.kernels.thermal import walk_split

    return _cached(walk_split)


def _cached(kernel: Any) -> bool:
    return any(Path(kernel.stats.cache_path).glob(f"*.{kernel.__name__}-*.nbi"))


class Simulating:
    """Progress of a simulation as a solver tells it; the first fraction above zero ends the stage of compiling."""

    def __init__(self, watch: Watch) -> None:
        self._watch, self._begun = watch, False

    def __call__(self, done: float) -> None:
        """Pass the fraction on."""
        if done > 0 and not self._begun:
            self._begun = True
            self._watch.stage("Simulating ...")
        if self._begun:
            self._watch.fraction(done)


class Telling:
    """Progress of a study: words begin a stage, a number is the fraction of it that is done."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def __call__(self, *what: str | float) -> None:
        """Pass words and fractions on."""
        for one in what:
            if isinstance(one, str):
                self._watch.stage(one)
            else:
                self._watch.fraction(one)
