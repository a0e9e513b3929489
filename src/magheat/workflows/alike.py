"""More rows like these: what the rows of a knowledge base have in common, and new points of the same.

A row's provenance holds the experiment that it started from and, of each column that varied, the field that it stands
for. Rows are alike when nothing but those fields tells their experiments apart: then new values of the columns make
new rows that belong to the same family, with the same keys as a sweep would give them.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat.api import solver_of_table
from magheat.errors import MagheatError, SchemaError, SpecError
from magheat.spec.experiment import Experiment
from magheat.spec.io import from_tables
from magheat.spec.key import canonical
from magheat.sweeps.axes import Span
from magheat.sweeps.building import plan_of
from magheat.sweeps.designs import Design
from magheat.sweeps.fields import WHOLE, Table, leaf, path_of, with_value
from magheat.sweeps.outcomes import compute
from magheat.units import FloatArray, shown
from magheat.workflows.learning_paper import FIELDS

if TYPE_CHECKING:
    import polars as pl

    from magheat.store import Store
    from magheat.sweeps.runner import Progress, Summary

#: Rows that are simulated before progress is told.
_CHUNK = 2048
#: Rows of a task of a sweep.
_TASK = 1024
#: What values begin with that a column holds as JSON text.
_BEGINS_JSON = tuple('"[0123456789')
#: Values that a sentence about a mixture names.
_NAMED = 3


@dataclasses.dataclass(frozen=True)
class Template:
    """What rows have in common.

    Parameters
    ----------
    experiment
        Tables of an experiment, SI; the fields that vary hold the values of one row.
    solver
        Name and options of the solver.
    fields
        Column -> dotted field of the experiment that it stands for.
    """

    experiment: Table
    solver: Table
    fields: Mapping[str, str]

    @property
    def is_two_well(self) -> bool:
        """Whether a new row takes less than a millisecond."""
        return bool(self.solver["name"] == "two-well")


class MixtureError(SchemaError):
    """Rows that are not alike; ``fields`` names what tells them apart."""

    def __init__(self, sentence: str, fields: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.fields = fields


class _Origin(NamedTuple):
    """One experiment that rows started from."""

    name: str
    experiment: Table
    solver: Table
    fields: dict[str, str]
    row: dict[str, Any]  # one of its rows


def template_of(rows: pl.DataFrame) -> Template:
    """What the rows of a table of a store (`Store.table`) have in common.

    Raises
    ------
    MixtureError
        Naming what tells them apart and how to choose.
    SchemaError
        When there are none, or they do not say how they were computed.
    """
    if not rows.height:
        raise SchemaError("rows must be there to tell what they have in common; there is none.")
    origins = list(_origins(rows))
    first = origins[0]
    _require_same("solver", [(one.solver["name"], one) for one in origins], "solver")
    fields = {name: field for one in origins for name, field in one.fields.items()}
    common = {name: _value(first.row, name, field) for name, field in fields.items()}
    filled = [(_filled(one, fields, common), one) for one in origins]
    _require_one_experiment(filled, fields)
    return Template(filled[0][0][0], first.solver, fields)


def matching(rows: pl.DataFrame, where: Mapping[str, str]) -> pl.DataFrame:
    """The rows whose columns have these values, such as interaction_model="barrier"; "sweep" is the name of a sweep.

    Raises
    ------
    SpecError
        For a column that is not there, or one of numbers, or a value that no row has.
    """
    import polars as pl

    for name, value in where.items():
        if name == "sweep":
            told = {text: json.loads(text).get("sweep") for text in rows["provenance"].unique()}
            column = rows["provenance"].replace_strict(told, return_dtype=pl.String)
        elif name in rows.columns:
            column = rows[name].cast(pl.String)
        else:
            raise SpecError(f"where must name a column of the rows, or sweep; got {name!r}.")
        chosen = rows.filter(column == value)
        if not chosen.height:
            there = ", ".join(map(str, column.unique().sort().drop_nulls()[:_NAMED])) or "none"
            raise SpecError(f"where must choose some rows; none has {name} = {value!r}; there is {there}.")
        rows = chosen
    return rows


def design_alike(template: Template, points: Mapping[str, Any], name: str = "points") -> Design:
    """The sweep of new points of a template, for `magheat.sweep`.

    Parameters
    ----------
    template
        What the points share.
    points
        Column -> (n,) values in SI; columns that are left out keep the value of the template.
    name
        What the sweep is called in the provenance of its rows.

    Raises
    ------
    SpecError
        For a column that stands for no field of the template, or columns of different length.
    """
    columns = {column: np.atleast_1d(np.asarray(values, np.float64)) for column, values in points.items()}
    for column in columns:
        if column not in template.fields:
            known = ", ".join(template.fields)
            raise SpecError(f"points must be of columns that vary in the template, {known}; got {column!r}.")
    sizes = {values.size for values in columns.values()}
    if len(sizes) != 1 or 0 in sizes or any(values.ndim > 1 for values in columns.values()):
        raise SpecError(f"points must be columns of equal length, one value or more; got lengths {sorted(sizes)}.")
    tables = template.experiment | {"solver": template.solver}
    axes = [_axis(column, template.fields[column], values, tables) for column, values in columns.items()]
    return Design(
        name=name,
        kind="points",
        tables=template.experiment,
        solver=template.solver,
        axes=tuple(axes),
        points=np.stack(list(columns.values()), axis=1),
        chunk=_TASK,
    )


def simulate_alike(
    template: Template, points: Mapping[str, Any], progress: Callable[[float], None] | None = None
) -> pl.DataFrame:
    """New points of a template, computed in this process on all its threads.

    Parameters
    ----------
    template, points
        As `design_alike` takes them.
    progress
        Called with the fraction done.

    Returns
    -------
    polars.DataFrame
        One row per point, in their order: the points, outputs and flags, as the knowledge base has them; null where a
        point could not be computed.
    """
    import polars as pl

    design = design_alike(template, points)
    plan, found = plan_of(design), []
    for start in range(0, design.count, _CHUNK):
        part = design.points[start : start + _CHUNK]
        names = [str(row) for row in range(start, start + len(part))]
        outcome = compute(plan, part, names, threads=None)
        there = dict(zip(outcome.keys, outcome.rows, strict=True))
        given = ({axis.name: value for axis, value in zip(plan.axes, row, strict=True)} for row in part.tolist())
        found += [there.get(name, row) for name, row in zip(names, given, strict=True)]
        if progress is not None:
            progress((start + len(part)) / design.count)
    return pl.DataFrame(found, infer_schema_length=None, nan_to_null=True)


def put_alike(
    template: Template,
    points: Mapping[str, Any],
    store: Store,
    name: str = "points",
    progress: Progress | None = None,
    *,
    workers: int | None = None,
) -> Summary:
    """New points of a template into a knowledge base, as a sweep of theirs would put them there."""
    from magheat.sweeps.runner import sweep

    return sweep(design_alike(template, points, name), store, progress=progress, workers=workers)


def _axis(column: str, field: str, values: FloatArray, tables: Table) -> Span:
    path = path_of(field, tables, f"the field of {column}")
    return Span(path, column, float(values.min()), float(values.max()), whole=leaf(path) in WHOLE)


def _origins(rows: pl.DataFrame) -> Iterator[_Origin]:
    """The experiments that rows started from, with one row of each."""
    for row in rows.unique("provenance", keep="first", maintain_order=True).iter_rows(named=True):
        told = json.loads(row["provenance"] or "{}")
        if row["source"] != "simulated" or not isinstance(told.get("experiment"), dict):
            raise SchemaError(
                "rows must say how they were computed, as those of sweeps and of runs do; "
                f"row {row['key']} does not; its provenance is {shown(row['provenance'])}."
            )
        fields = dict(told.get("axes", {}))
        if "ensemble" in told["experiment"]:
            fields = {**FIELDS, **fields}
        solver = {"name": row["solver"], **told.get("solver_options", {})}
        yield _Origin(str(told.get("sweep", "a run")), told["experiment"], solver, fields, row)


def _value(row: Mapping[str, Any], name: str, field: str) -> Any:
    """What a row says of a column, as the design put it in; None where it says nothing."""
    given = row.get(f"{name}_given")
    value = row.get(name) if given is None else given
    if value is None and name == "axis_angle":
        return "random"
    if isinstance(value, str) and value[:1] in _BEGINS_JSON:
        return json.loads(value)
    if isinstance(value, float) and field.rpartition(".")[2] in WHOLE:
        return int(value)
    return value


def _filled(origin: _Origin, fields: Mapping[str, str], common: Mapping[str, Any]) -> tuple[Table, Table]:
    """The tables of an origin with the same values in all fields that vary, and its solver with them."""
    tables = {**origin.experiment, "solver": origin.solver}
    for name, field in fields.items():
        if common[name] is not None:
            tables = with_value(tables, path_of(field, tables, f"the field of {name}"), common[name])
    solver = tables.pop("solver")
    return tables, solver


def _require_same(what: str, values: Sequence[tuple[Any, _Origin]], column: str) -> None:
    """Refuse values that differ between origins."""
    by_value: dict[str, list[str]] = {}
    for value, origin in values:
        by_value.setdefault(shown(value), []).append(origin.name)
    if len(by_value) == 1:
        return
    told = ", ".join(f"{value} ({', '.join(dict.fromkeys(names))})" for value, names in list(by_value.items())[:_NAMED])
    hint = f"{column}={next(iter(by_value)).strip(chr(39))}" if column else f"sweep={values[0][1].name}"
    raise MixtureError(
        f"rows must be alike but for what varies; they differ in {what}: {told}; choose with where, such as {hint}.",
        (what,),
    )


def _require_one_experiment(filled: Sequence[tuple[tuple[Table, Table], _Origin]], fields: Mapping[str, str]) -> None:
    """Refuse origins that differ in more than what varies."""
    trees = []
    for (tables, solver), origin in filled:
        try:
            built = from_tables(tables, Path())
            made = solver_of_table(solver)
        except MagheatError as error:
            raise MixtureError(
                f"rows must be alike but for what varies; those of {origin.name} have no experiment with the values of "
                f"the others: {error} Choose with where, such as sweep={origin.name}.",
                (),
            ) from None
        trees.append({**_named(built), "solver": _options(made)})
    for field in _differences(trees):
        column = leaf(tuple(field.split(".")))
        _require_same(
            field,
            [(_at(tree, field), origin) for tree, (_, origin) in zip(trees, filled, strict=True)],
            column if column in filled[0][1].row and isinstance(filled[0][1].row[column], str) else "",
        )


def _named(experiment: Experiment) -> dict[str, Any]:
    """The canonical tree of an experiment, its seed left aside where nothing is drawn."""
    tree: dict[str, Any] = canonical(experiment)
    return tree


def _options(solver: Any) -> dict[str, Any]:
    return {field.name: getattr(solver, field.name) for field in dataclasses.fields(solver) if field.name != "threads"}


def _differences(trees: Sequence[Any]) -> list[str]:
    """Dotted places in which not all trees are equal."""
    found: dict[str, None] = {}
    for tree in trees[1:]:
        found |= dict.fromkeys(_places(trees[0], tree, ""))
    return list(found)


def _places(one: Any, other: Any, place: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            yield from _places(one.get(name), other.get(name), f"{place}.{name}".lstrip("."))
    elif one != other:
        yield place


def _at(tree: Any, place: str) -> Any:
    for name in place.split("."):
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree
