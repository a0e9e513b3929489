"""Designs: the rows of a sweep as an array of numbers, one column per axis."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from magheat.errors import SpecError
from magheat.solvers.base import Solver
from magheat.spec.checks import integer
from magheat.store.columns import FLAGS, ORIGIN, OUTPUTS, meaning_of
from magheat.sweeps.axes import Axis, Choice, default_name
from magheat.sweeps.fields import Table
from magheat.units import FloatArray

KINDS = ("factorial", "sobol", "latin-hypercube", "csv")
#: A design is laid out at once; more than this many bytes are several sweeps.
_LARGEST = 4 * 2**30
#: Columns of the knowledge base that no axis may have; any other that magheat knows must be that quantity.
_TAKEN = frozenset((*OUTPUTS, *FLAGS, *ORIGIN, "more", "id", "provenance_id"))


class BadRow(NamedTuple):
    """A row that could not be read or computed.

    Parameters
    ----------
    row
        Its label, such as "line 17" or "row 3".
    reason
        Why, in one sentence.
    """

    row: str
    reason: str


@dataclass(frozen=True, eq=False)
class Design:
    """All rows of a sweep.

    Parameters
    ----------
    name
        What the sweep is called, for people.
    kind
        "factorial", "sobol", "latin-hypercube" or "csv".
    tables
        The tables of the experiment file that every row starts from, without ``[solver]`` and ``[sweep]``.
    solver
        The solver of all rows, before an axis changes its options.
    axes
        What varies; a of them.
    points
        (n, a) numbers that stand for the axes' values; see `Axis.value`.
    chunk
        Rows that make one task, which is finished or not.
    loops
        Whether the loop of every row is kept.
    seed
        Of the random designs.
    lines
        (n,) lines of the CSV file; empty for other designs.
    unread
        Rows of the CSV file that could not be read.
    """

    name: str
    kind: str
    tables: Table
    solver: Table
    axes: tuple[Axis, ...]
    points: FloatArray
    chunk: int
    loops: bool = False
    seed: int = 0
    lines: tuple[int, ...] = ()
    unread: tuple[BadRow, ...] = field(default=())

    @property
    def count(self) -> int:
        """Number of rows, n."""
        return len(self.points)

    def label(self, row: int) -> str:
        """What a row is called in a message: its line in the CSV file, or its number from 1."""
        return f"line {self.lines[row]}" if self.lines else f"row {row + 1}"

    def values(self, row: int) -> dict[str, Any]:
        """The values of a row by the names of the axes."""
        return {
            axis.name: axis.value(number) for axis, number in zip(self.axes, self.points[row].tolist(), strict=True)
        }

    def notes(self) -> list[str]:
        """What a careful person should know about the design."""
        if self.kind != "sobol" or self.count & (self.count - 1) == 0:
            return []
        below = 1 << (self.count.bit_length() - 1)
        return [
            f"A Sobol design is balanced for powers of two; {self.count} rows are not: {below} or {2 * below} would be."
        ]


def require_distinct(axes: Sequence[Axis]) -> None:
    """Refuse two axes of one field or one name, and names that the knowledge base has for something else."""
    for index, axis in enumerate(axes):
        where = f"[[sweep.axes]] {'.'.join(map(str, axis.path))}"
        if axis.name in _TAKEN or (any(meaning_of(axis.name)) and default_name(axis.path) != axis.name):
            raise SpecError(
                f"{where} must not be named {axis.name!r}, a column of another meaning; give it a name = ..."
            )
        for other in axes[:index]:
            short = min(len(axis.path), len(other.path))
            if axis.path[:short] == other.path[:short]:
                raise SpecError(f"{where} must be there once; it or a part of it is the field of another axis, too")
            if axis.name == other.name:
                fields = ".".join(map(str, other.path))
                raise SpecError(f"{where} must not have the name of {fields}, {axis.name!r}; give one a name = ...")


def laid_out(kind: str, axes: Sequence[Axis], count: int | None, seed: int) -> FloatArray:
    """The rows (n, a) of a factorial, Sobol or Latin hypercube design.

    Raises
    ------
    SpecError
        For more rows than memory holds.
    """
    make: Callable[[Sequence[Axis], int, int], FloatArray] = _MAKERS[kind]
    if kind == "factorial":
        rows = math.prod(len(axis.levels()) for axis in axes)
    else:
        rows = integer(count, "[sweep] count", 1, hint="the number of rows")
    most = _LARGEST // (8 * len(axes))
    if rows > most:
        raise SpecError(
            f"[sweep] must have at most {most} rows of {len(axes)} axes; got {rows:.3g}; make several designs of it, "
            f"with other seeds or parts of an axis"
        )
    return make(axes, rows, seed)


def _factorial(axes: Sequence[Axis], rows: int, seed: int) -> FloatArray:
    """Every combination; the last axis varies fastest."""
    grids = np.meshgrid(*(axis.levels() for axis in axes), indexing="ij")
    return np.stack([grid.ravel() for grid in grids], axis=1)


def _sobol(axes: Sequence[Axis], rows: int, seed: int) -> FloatArray:
    """The first rows of Owen's scrambled Sobol sequence: a longer design of the same seed begins with a shorter one."""
    from scipy.stats import qmc

    if len(axes) > qmc.Sobol.MAXDIM:
        raise SpecError(f"[sweep] design = 'sobol' takes at most {qmc.Sobol.MAXDIM} axes; got {len(axes)}")
    sequence = qmc.Sobol(len(axes), scramble=True, bits=48, seed=np.random.default_rng(seed))
    return _spread(axes, sequence.random_base2((rows - 1).bit_length())[:rows])


def _latin_hypercube(axes: Sequence[Axis], rows: int, seed: int) -> FloatArray:
    """One row in each of n equal parts of every axis."""
    from scipy.stats import qmc

    return _spread(axes, qmc.LatinHypercube(len(axes), seed=np.random.default_rng(seed)).random(rows))


_MAKERS = {"factorial": _factorial, "sobol": _sobol, "latin-hypercube": _latin_hypercube}


def _spread(axes: Sequence[Axis], shares: FloatArray) -> FloatArray:
    """Shares of the unit cube as numbers of the axes."""
    return np.stack([axis.at(shares[:, i]) for i, axis in enumerate(axes)], axis=1)


def fingerprint(design: Design, solver: Solver) -> dict[str, Any]:
    """What the outcome of a task depends on, its rows left aside, as plain data."""
    # Of values that are no numbers, a row holds the indices.
    chosen = [axis for axis in design.axes if isinstance(axis, Choice) and axis.numbers != axis.values]
    options = {f.name: getattr(solver, f.name) for f in dataclasses.fields(solver) if f.name != "threads"}  # type: ignore[arg-type]
    return {
        "tables": design.tables,
        "axes": [[list(axis.path), axis.name] for axis in design.axes],
        "choices": {axis.name: list(map(repr, axis.values)) for axis in chosen},
        "solver": solver.name,
        "options": options,
        "loops": design.loops,
    }
