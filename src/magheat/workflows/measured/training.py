"""Learning from measured SAR: what a new publication's sample will heat, and how far to trust that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from magheat.surrogates.across_groups import train_across_groups
from magheat.surrogates.registry import save
from magheat.surrogates.tables import require_columns
from magheat.workflows.learning import Progress, rows_of, with_origin
from magheat.workflows.measured.physics import LARGEST_LOOP, LINEAR_RESPONSE, REQUIRED, TWO_WELLS, with_physics

if TYPE_CHECKING:
    import polars as pl

    from magheat.store import Store

#: What may be known of a sample and its field before anybody heats it. Left out on purpose: numbers that nobody can
#: state for a new sample, because nobody knows how they were made ("as written"), but for the surface over volume.
INPUTS = (
    "amplitude",
    "frequency",
    "saturation_magnetization",
    "anisotropy_constant",
    "diameter",
    "temperature",
    "mass_saturation_magnetization",
    "area_over_volume_as_written",
    "concentration",
    "static_coercive_field",
    "static_mass_remanence",
    "composition",
)
#: Predictions of physics by the names that the card has for them.
_REFERENCES = {
    "linear response in water": LINEAR_RESPONSE,
    "two wells": TWO_WELLS,
    "largest loop": LARGEST_LOOP,
}


def train_measured(
    store: Store | str | Path,
    out: str | Path,
    *,
    output: str = "slp",
    groups: str = "doi",
    inputs: Sequence[str] | None = None,
    where: Mapping[str, str] | None = None,
    folds: int = 10,
    repeats: int = 5,
    seed: int = 0,
    progress: Progress | None = None,
) -> Path:
    """Learn from the measured rows of a knowledge base, keep the model and make it the current one; its folder.

    Parameters
    ----------
    store
        A knowledge base with measured rows, such as ``magheat store import`` makes, or its URL.
    out
        Folder of models of one kind, such as "models/measured"; the card.md of the model says how far to trust it.
    output
        Column to predict, positive; its logarithm is learnt.
    groups
        Column whose equal values are never split: rows of one publication are alike.
    inputs
        Columns to learn from; by default what may be known of a sample before anybody heats it, as far as the rows
        have it.
    where
        Column -> value: only these rows.
    folds, repeats
        Of the scores: parts of the groups that are put aside in turn, and partitions.
    seed
        Of partitions and training.
    progress
        Called with words, which begin a stage, and with the fraction of it that is done.

    Raises
    ------
    SpecError, SchemaError
        In one sentence: no such store, no measured rows, a missing column, too few rows or groups, bad options, a
        folder that cannot be written.
    """
    tell = progress or _silent
    tell("Reading the knowledge base ...")
    rows = rows_of(store, "measured", where or {})
    require_columns(rows, [output, groups], "column", "measured rows")
    table = rows.filter(rows[output].is_not_null())
    chosen = tuple(inputs) if inputs is not None else known_inputs(table, output)
    physics = output == "slp" and set(REQUIRED) <= set(table.columns)
    tell(f"Learning from {table.height} measured rows, and scoring that on unseen {groups} ...")
    model = train_across_groups(
        with_physics(table) if physics else table,
        inputs=chosen,
        output=output,
        groups=groups,
        material="composition" if "composition" in table.columns else None,
        references=_REFERENCES if physics else {},
        folds=folds,
        repeats=repeats,
        seed=seed,
        progress=tell,
    )
    return save(with_origin(model, table, "measured", None), out)


def known_inputs(table: pl.DataFrame, output: str) -> tuple[str, ...]:
    """Those of `INPUTS` that some rows have."""
    return tuple(
        name for name in INPUTS if name in table.columns and name != output and table[name].null_count() < len(table)
    )


def _silent(_: str | float) -> None:
    """Nobody watches."""
