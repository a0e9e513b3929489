"""What a model on disk is a model of: the experiment that its rows share, and which rows of a store are such."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from magheat.errors import SchemaError
from magheat.surrogates.registry import CURRENT, load
from magheat.surrogates.surrogate import Surrogate
from magheat.sweeps.fields import path_of
from magheat.units import shown
from magheat.workflows.alike import MixtureError, Template, template_of
from magheat.workflows.learning_paper import Range

if TYPE_CHECKING:
    import polars as pl

    from magheat.store import Store


class Subject(NamedTuple):
    """A model on disk and what it is a model of.

    Parameters
    ----------
    surrogate
        The model.
    template
        What its rows have in common.
    box
        Where its questions come from, as its card has it; always the same, however many rows are chosen later.
    folder
        Where it lies, named by its hash; models of the same kind lie beside it.
    """

    surrogate: Surrogate
    template: Template
    box: dict[str, Range]
    folder: Path


def subject_of(model: str | Path) -> Subject:
    """The model in a folder, or the current one of a folder of models, and what it is a model of.

    Raises
    ------
    SchemaError
        In one sentence: no model there, one of measured rows or of a table, or inputs that cannot be set.
    """
    place = Path(model)
    place = place / CURRENT if (place / CURRENT).exists() else place
    surrogate = load(place)
    origin = surrogate.card.get("origin", {})
    if origin.get("source") == "measured":
        raise SchemaError(
            f"model must have learnt from simulated rows; {shown(str(model))} learnt from measured ones, and nothing "
            "can be simulated to improve it: measure where its intervals are wide, import that and train it again."
        )
    if "experiment" not in origin:
        raise SchemaError(
            f"model must tell what its rows have in common, as models of magheat train do; {shown(str(model))} does "
            "not; train it again from a knowledge base."
        )
    template = Template(origin["experiment"], origin["solver"], origin["fields"])
    _require_settable(surrogate, template)
    if "box" not in origin:
        raise SchemaError(
            f"model must tell the box that its rows fill; {shown(str(model))} does not, as those of an earlier "
            "magheat; train it again."
        )
    box = {name: Range(*ends) for name, ends in origin["box"].items()}
    return Subject(surrogate, template, box, place.resolve())


def rows_alike(store: Store, subject: Subject) -> pl.DataFrame:
    """The rows of a knowledge base that are alike to those that the model learnt from, in the model's domain.

    Raises
    ------
    SchemaError
        When there is none.
    """
    import polars as pl

    rows = store.table(source="simulated")
    among = rows
    if rows.height:
        alike = [
            row["provenance"].item()
            for row in rows.unique("provenance", keep="first", maintain_order=True).iter_slices(1)
            if _is_alike(row, subject.template)
        ]
        among = rows.filter(pl.col("provenance").is_in(alike), *_same_constants(rows, subject), *_within(subject))
    if not among.height:
        what = f"none of its {rows.height} simulated rows is" if rows.height else "it has no simulated rows"
        raise SchemaError(
            f"store must have rows like those that the model learnt from; {what}; name the knowledge base that the "
            "model was trained from."
        )
    return among


def _require_settable(surrogate: Surrogate, template: Template) -> None:
    """Refuse inputs that are words, missing in some rows, or no field of the experiment."""
    domain = surrogate.domain
    for name in domain.inputs:
        if name in domain.words or name in domain.may_be_missing:
            what = "is of words" if name in domain.words else "is missing in some rows"
            raise SchemaError(f"model must have inputs that are numbers in every row; {name} {what}.")
        if name not in template.fields:
            known = ", ".join(template.fields) or "none"
            raise SchemaError(
                f"model must have inputs that stand for fields of its experiment, which are {known}; {name} does not, "
                "so it cannot be chosen."
            )


def _is_alike(row: pl.DataFrame, template: Template) -> bool:
    """Whether a row started from the template's experiment, but for its fields."""
    import polars as pl

    told = {
        "experiment": template.experiment,
        "axes": dict(template.fields),
        "solver_options": {name: value for name, value in template.solver.items() if name != "name"},
    }
    same = row.with_columns(
        pl.lit(json.dumps(told)).alias("provenance"), pl.lit(template.solver["name"]).alias("solver")
    )
    try:
        found = template_of(pl.concat([same, row]))
    except (MixtureError, SchemaError):
        return False
    return dict(found.fields) == dict(template.fields)


def _same_constants(rows: pl.DataFrame, subject: Subject) -> list[pl.Expr]:
    """That fields of the template which are no inputs have its values."""
    import polars as pl

    tables = {**subject.template.experiment, "solver": subject.template.solver}
    conditions = []
    for name, field in subject.template.fields.items():
        value = _at(tables, path_of(field, tables, f"the field of {name}"))
        if name in subject.surrogate.domain.inputs or value is None:
            continue
        columns = [column for column in (f"{name}_given", name) if column in rows.columns]
        if columns:
            conditions.append(pl.coalesce(columns) == value)
    return conditions


def _within(subject: Subject) -> list[pl.Expr]:
    """That inputs lie in the model's domain."""
    import polars as pl

    return [pl.col(name).is_between(low, high) for name, (low, high) in subject.surrogate.domain.ranges.items()]


def _at(tables: Any, path: tuple[str | int, ...]) -> Any:
    """The value at a path; None where there is none."""
    for word in path:
        if isinstance(tables, Mapping):
            tables = tables.get(str(word))
        elif isinstance(tables, list | tuple) and isinstance(word, int) and word < len(tables):
            tables = tables[word]
        else:
            return None
    return tables
