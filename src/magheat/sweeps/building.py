"""From a row of numbers to its experiment and its solver; in the driver and in the workers alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from magheat.api import solver_of_table
from magheat.errors import MagheatError, SpecError
from magheat.solvers.base import Solver, require_support
from magheat.spec.experiment import Experiment
from magheat.spec.io import from_tables
from magheat.sweeps.axes import Axis
from magheat.sweeps.designs import Design
from magheat.sweeps.fields import Table, with_value
from magheat.units import FloatArray

#: So many values of one axis are tried before a sweep; of more, the ends.
_MOST_TRIED = 64


class Plan(NamedTuple):
    """All that a worker must know beside the numbers of its rows."""

    tables: Table
    solver: Table
    axes: tuple[Axis, ...]
    loops: bool


def plan_of(design: Design) -> Plan:
    """The part of a design that every job carries."""
    return Plan(design.tables, design.solver, design.axes, design.loops)


def one_solver(plan: Plan) -> bool:
    """Whether all rows share their solver."""
    return all(axis.path[0] != "solver" for axis in plan.axes)


def experiment_at(plan: Plan, numbers: Sequence[float] | FloatArray) -> Experiment:
    """The experiment of one row.

    Raises
    ------
    SpecError
        For values that make no experiment.
    """
    return from_tables(_tables_at(plan.tables, plan.axes, numbers, of_solver=False), Path())


def solver_at(plan: Plan, numbers: Sequence[float] | FloatArray) -> Solver:
    """The solver of one row."""
    tables = _tables_at({"solver": plan.solver}, plan.axes, numbers, of_solver=True)
    return solver_of_table(tables["solver"])


def require_ends(design: Design) -> None:
    """Refuse an axis whose ends make no experiment that the solver can run, the other axes in their middle.

    Raises
    ------
    SpecError
        With the axis and the value.
    """
    plan = plan_of(design)
    if design.kind == "csv":
        _require_any(design, plan)
        return
    middle = [axis.levels()[len(axis.levels()) // 2] for axis in design.axes]
    if design.kind != "factorial":
        middle = [float(axis.at(0.5)) for axis in design.axes]
    require_support(solver_at(plan, middle), experiment_at(plan, middle))
    for index, axis in enumerate(design.axes):
        for number in _tried(axis.levels()):
            numbers = [*middle[:index], number, *middle[index + 1 :]]
            try:
                require_support(solver_at(plan, numbers), experiment_at(plan, numbers))
            except MagheatError as error:
                field = ".".join(map(str, axis.path))
                raise SpecError(f"[[sweep.axes]] {field} = {axis.value(number)!r} cannot be run: {error}") from None


def _require_any(design: Design, plan: Plan) -> None:
    """Refuse a table of which none of the first rows makes an experiment."""
    first = None
    for row in range(min(design.count, _MOST_TRIED)):
        try:
            return require_support(solver_at(plan, design.points[row]), experiment_at(plan, design.points[row]))
        except MagheatError as error:
            first = first or f"none of the first rows can be run; {design.label(row)}: {error}"
    if first is not None:
        raise SpecError(first)


def _tried(numbers: FloatArray) -> list[float]:
    different = np.unique(numbers)
    tried: list[float] = (different if different.size <= _MOST_TRIED else different[[0, -1]]).tolist()
    return tried


def _tables_at(tables: Table, axes: tuple[Axis, ...], numbers: Sequence[float] | FloatArray, of_solver: bool) -> Table:
    for axis, number in _pairs(axes, numbers):
        if (axis.path[0] == "solver") == of_solver:
            tables = with_value(tables, axis.path, axis.value(number))
    return tables


def _pairs(axes: tuple[Axis, ...], numbers: Sequence[float] | FloatArray) -> Iterator[tuple[Axis, float]]:
    values = numbers.tolist() if isinstance(numbers, np.ndarray) else numbers
    return zip(axes, values, strict=True)
