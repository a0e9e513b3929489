"""What a worker does: rows of numbers in, rows of results out."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat import analysis
from magheat.errors import MagheatError, SpecError
from magheat.solvers.base import Solver, require_support
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_many import loops_of_many
from magheat.spec.applied_field import Static
from magheat.spec.experiment import Experiment
from magheat.store.columns import INPUTS, OUTPUTS
from magheat.store.rows import MOST_PARTICLES, inputs_of, row_of
from magheat.sweeps.axes import Axis, Choice
from magheat.sweeps.building import Plan, experiment_at, one_solver, solver_at
from magheat.units import FloatArray

if TYPE_CHECKING:
    import xarray as xr

#: Runs that share a pass through a kernel, and the bytes that their datasets may take together.
_MOST_TOGETHER, _LARGEST_TOGETHER = 64, 256 * 2**20
_BYTES_PER_SAMPLE = 100
#: A run's own value of what an axis varies gives way to the axis's within this: it differs by round-off.
_ROUND_OFF = 1e-9
#: Columns that hold numbers only.
_NUMBERS = frozenset((*INPUTS, *OUTPUTS))

Row = dict[str, Any]
Loop = tuple[FloatArray, FloatArray]


class Failure(NamedTuple):
    """A row that could not be computed."""

    position: int  # in the job
    reason: str
    lasting: bool  # the row's own fault, and so again the next time


class Outcome(NamedTuple):
    """What came out of the rows of one job; those that failed are in no other field."""

    keys: list[str]
    rows: list[Row]
    loops: dict[str, Loop]
    failures: list[Failure]
    seconds: float


class _Computed(NamedTuple):
    row: Row
    loop: Loop | None


#: A way to run experiments of equal size; in their order.
_Road = Callable[[Solver, list[Experiment], bool], list[_Computed | Failure]]


def compute(plan: Plan, points: FloatArray, keys: Sequence[str], threads: int | None = 1) -> Outcome:
    """The outcome of some rows (n, a) of a design, whose keys are given.

    One row that fails does not sink the others. Solvers run on one thread, because the cores are taken by other
    workers; None takes all cores.
    """
    started = time.perf_counter()
    results: list[_Computed | Failure | None] = [None] * len(points)
    for solver, members in _by_solver(plan, points, results, threads):
        for position, computed in _run(solver, members, plan.loops):
            results[position] = computed
    outcome = Outcome([], [], {}, [], 0.0)
    for position, result in enumerate(results):
        if isinstance(result, Failure):
            outcome.failures.append(result)
        elif result is not None:
            outcome.keys.append(keys[position])
            outcome.rows.append(with_axes(result.row, plan.axes, points[position]))
            if result.loop is not None:
                outcome.loops[keys[position]] = result.loop
    return outcome._replace(seconds=time.perf_counter() - started)


def ready() -> str:
    """What a worker answers when it is there: its version of magheat."""
    from magheat._version import __version__

    return __version__


def with_axes(row: Row, axes: Sequence[Axis], numbers: FloatArray) -> Row:
    """The row with a column for each axis, from which its experiment can be made again.

    What the run itself says stays, but for round-off: where particles do not interact, an interaction says 0. What
    the design put in then has a column of its own, ``interaction_given``; so has what the column cannot hold, as JSON.
    """
    for axis, number in zip(axes, numbers.tolist(), strict=True):
        value = axis.value(number)
        told = value if _of_one_kind(axis) else json.dumps(value)
        if axis.name not in row and not (axis.name in _NUMBERS and isinstance(told, str)):
            if not (axis.name == "axis_angle" and value == "random"):
                row[axis.name] = told
        elif not _equal(row.get(axis.name), value):
            row[f"{axis.name}_given"] = told
        elif isinstance(value, float):
            row[axis.name] = value
    return row


def _of_one_kind(axis: Axis) -> bool:
    """Whether the values of an axis can stand in one column as they are; an angle is missing where it is random."""
    if not isinstance(axis, Choice):
        return True
    values = [value for value in axis.values if not (axis.name == "axis_angle" and value == "random")]
    kinds = {bool if isinstance(v, bool) else float if isinstance(v, int | float) else type(v) for v in values}
    return len(kinds) < 2 and kinds <= {bool, float, str}


def _equal(own: Any, value: Any) -> bool:
    """Whether a run says of itself what a design put in."""
    if isinstance(own, float) and isinstance(value, float):
        return math.isclose(own, value, rel_tol=_ROUND_OFF)
    return type(own) is type(value) and bool(own == value)


def _by_solver(
    plan: Plan, points: FloatArray, results: list[Any], threads: int | None
) -> Iterator[tuple[Solver, list[tuple[int, Experiment]]]]:
    """The experiments by their solver, each with its position; what cannot be built fails, for as long as it is so."""
    shared = solver_at(plan, points[0]) if one_solver(plan) else None
    groups: dict[Solver, list[tuple[int, Experiment]]] = {}
    for position, numbers in enumerate(points):
        try:
            solver = shared or solver_at(plan, numbers)
            experiment = experiment_at(plan, numbers)
            require_support(solver, experiment)
            groups.setdefault(solver, []).append((position, experiment))
        except MagheatError as error:
            results[position] = Failure(position, str(error), lasting=False)
    for solver, members in groups.items():
        yield dataclasses.replace(solver, threads=threads) if _has_threads(solver) else solver, members  # type: ignore[type-var]


def _has_threads(solver: Solver) -> bool:
    return "threads" in {field.name for field in dataclasses.fields(solver)}  # type: ignore[arg-type]


def _run(
    solver: Solver, members: list[tuple[int, Experiment]], loops: bool
) -> Iterator[tuple[int, _Computed | Failure]]:
    """The results by position. Where a batch fails, its rows run one by one, so that the culprit is found."""
    road = _lanes if members[0][1].particles is not None else _single if loops else _road_of_ensembles(solver)
    for batch in _batches(members, road is not _two_wells):
        try:
            computed = road(solver, [experiment for _, experiment in batch], loops)
        except Exception:  # whatever it is: it is raised again, and told, by the row that it belongs to
            computed = [_alone(road, solver, experiment, loops) for _, experiment in batch]
        for (position, _), result in zip(batch, computed, strict=True):
            yield position, result._replace(position=position) if isinstance(result, Failure) else result


def _road_of_ensembles(solver: Solver) -> _Road:
    return _two_wells if isinstance(solver, TwoWell) else _single


def _alone(road: _Road, solver: Solver, experiment: Experiment, loops: bool) -> _Computed | Failure:
    try:
        return road(solver, [experiment], loops)[0]
    except MagheatError as error:
        return Failure(0, str(error), lasting=True)
    except Exception as error:
        return Failure(0, f"{type(error).__name__}: {error} (a defect of magheat)", lasting=False)


def _batches(members: list[tuple[int, Experiment]], limited: bool) -> Iterator[list[tuple[int, Experiment]]]:
    """The experiments in lots that can be run together: of equal size, and not too many."""
    groups: dict[Any, list[tuple[int, Experiment]]] = {}
    for position, e in members:
        count = e.particles.count if e.particles is not None else 0
        drive = e.applied_field
        size = (count, e.cycles, e.samples_per_cycle, drive.frequency, drive.is_linear) if count else None
        groups.setdefault(size, []).append((position, e))
    for size, group in groups.items():
        most = len(group)
        if limited:
            samples = size[0] * size[1] * size[2] if size else 1
            most = max(1, min(_MOST_TOGETHER, _LARGEST_TOGETHER // (_BYTES_PER_SAMPLE * samples)))
        for start in range(0, len(group), most):
            yield group[start : start + most]


def _two_wells(solver: Solver, experiments: list[Experiment], loops: bool) -> list[_Computed | Failure]:
    """Ensembles, all in one pass."""
    if not isinstance(solver, TwoWell):
        raise SpecError(f"solver must be 'two-well' for its pass over many ensembles; got {solver.name!r}")
    columns = {name: values.tolist() for name, values in loops_of_many(experiments, solver).items()}
    errors = columns.pop("error")
    rows: list[_Computed | Failure] = []
    for index, (experiment, error) in enumerate(zip(experiments, errors, strict=True)):
        if error is not None:
            rows.append(Failure(0, error, lasting=True))
        else:
            outputs = {name: values[index] for name, values in columns.items()}
            rows.append(_Computed(inputs_of(experiment) | outputs, None))
    return rows


def _single(solver: Solver, experiments: list[Experiment], loops: bool) -> list[_Computed | Failure]:
    """Other models of ensembles, and two wells whose loops are kept: one after the other."""
    results: list[_Computed | Failure] = []
    for experiment in experiments:
        try:
            ds = solver.run(experiment)
            results.append(_Computed(row_of(ds), (ds["applied_field"].values, ds["magnetization"].values)))
        except MagheatError as error:
            results.append(Failure(0, str(error), lasting=True))
    return [r._replace(loop=None) if isinstance(r, _Computed) and not loops else r for r in results]


def _lanes(solver: Solver, experiments: list[Experiment], loops: bool) -> list[_Computed | Failure]:
    """Particles, side by side on the lanes; analysed all at once, into the columns of `magheat.store.row_of`."""
    ds = solver.run_many(experiments)
    loop = analysis.sample_loop(ds)
    columns = {} if isinstance(experiments[0].applied_field, Static) else _loop_columns(ds, loop)  # as of `row_of`
    if "reproducible" in ds.variables:
        columns["reproducible"] = ds["reproducible"].values
    if ds.sizes["particle"] <= MOST_PARTICLES:
        heats = analysis.heat_per_cycle(ds).transpose("particle", "run").values
        columns |= {f"heat_per_cycle_{i}": heat for i, heat in enumerate(heats)}
    lists = {name: np.broadcast_to(values, len(experiments)).tolist() for name, values in columns.items()}
    field, magnetization = loop["applied_field"], loop["magnetization"].transpose("run", "time").values
    fields = np.broadcast_to(field.values, magnetization.shape)
    return [
        _Computed(
            inputs_of(experiment) | {name: values[i] for name, values in lists.items()},
            (fields[i], magnetization[i]) if loops else None,
        )
        for i, experiment in enumerate(experiments)
    ]


def _loop_columns(ds: xr.Dataset, loop: xr.Dataset) -> dict[str, Any]:
    """What loops say, for all runs."""
    limits = analysis.field_frequency_product(ds)
    linear = bool(ds["field_is_linear"].all())
    return {
        "coercive_field": analysis.coercive_field(loop).values if linear else np.nan,
        "remanence": analysis.remanence(loop).values if linear else np.nan,
        "loss_per_cycle": analysis.loss_per_cycle(loop).values,
        "slp": analysis.slp(loop).values,
        "above_brezovich": limits["brezovich_ratio"].values > 1,
        "above_hergt_dutz": limits["hergt_dutz_ratio"].values > 1,
    }
