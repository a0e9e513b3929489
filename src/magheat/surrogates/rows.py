"""Which rows of a table can be learnt from, and what each of them is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat.errors import SchemaError, SpecError
from magheat.surrogates.features import suits_two_wells
from magheat.surrogates.tables import Domain, as_frame, numbers, read_inputs, require_columns
from magheat.units import FloatArray, shown

if TYPE_CHECKING:
    import polars as pl

#: Shares of a table's rows that fit the model, teach how far it is off, calibrate that, and are scored.
_SHARES = {"fit": 0.78, "scale": 0.06, "calibrate": 0.10, "test": 0.06}
#: Share of the rows of a calibration that teach how far the model is off; the others calibrate that.
_SCALE_SHARE = 0.65
#: Fewest rows of a table, of a calibration and of one to be scored on.
FEWEST, FEWEST_FOR_CALIBRATION, FEWEST_TO_SCORE = 60, 40, 2
#: Fewest groups: a tenth of them calibrates, and nine is what a 90 % interval takes.
_FEWEST_GROUPS = 90


class Asked(NamedTuple):
    """What is to be learnt: names of columns."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    groups: str | None


class Rows(NamedTuple):
    """Rows of a table: the frame itself, the inputs as a model reads them, and what is true."""

    frame: pl.DataFrame
    columns: dict[str, FloatArray]
    truth: dict[str, FloatArray]

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.frame)


class Parts(NamedTuple):
    """Rows by what they are for; ``scored`` by the name of the score."""

    fit: Rows
    scale: Rows
    calibrate: Rows
    scored: dict[str, Rows]


def asked_for(inputs: Sequence[str], outputs: Sequence[str], groups: str | None) -> Asked:
    """What is asked for.

    Raises
    ------
    SpecError
        For names that are no list, one that is there twice, or an output that is an input.
    """
    for names, what in ((inputs, "inputs"), (outputs, "outputs")):
        if isinstance(names, str) or not names:
            raise SpecError(f"{what} must be a list of column names; got {shown(names)}.")
        if len(set(names)) < len(names):
            raise SpecError(f"{what} must name each column once; got {', '.join(map(str, names))}.")
    both = [name for name in outputs if name in inputs]
    if both:
        raise SpecError(f"outputs must not be inputs as well; {both[0]} is both.")
    return Asked(tuple(inputs), tuple(outputs), groups)


def complete(table: Mapping[str, Any] | pl.DataFrame, asked: Asked, name: str, fewest: int) -> pl.DataFrame:
    """The rows that have all outputs; two-well rows must have all inputs as well.

    Raises
    ------
    SchemaError
        When a column is missing or holds no numbers, or too few rows are left; ``name`` is what the table is called.
    """
    import polars as pl

    frame = as_frame(table, name)
    for names, what in ((asked.inputs, "input"), (asked.outputs, "output")):
        require_columns(frame, names, what, name)
    if asked.groups is not None and name == "table":
        require_columns(frame, [asked.groups], "column of groups", name)
    needed = [*asked.outputs, *(asked.inputs if suits_two_wells(asked.inputs) else ())]
    for one in needed:
        numbers(frame, one)
    kept = frame.filter(pl.all_horizontal(pl.col(one).is_not_null() & pl.col(one).is_finite() for one in needed))
    if len(kept) < fewest:
        raise SchemaError(
            f"{name} must have at least {fewest} rows with {', '.join(asked.outputs)} for a model with error bars; it "
            f"has {len(kept)} of {len(frame)}."
        )
    return kept


def require_groups(frame: pl.DataFrame, groups: str) -> None:
    """Refuse a table with so few groups that parts of them say nothing.

    Raises
    ------
    SchemaError
        Naming what learns from few groups.
    """
    different = frame[groups].n_unique()
    if different < _FEWEST_GROUPS:
        raise SchemaError(
            f"groups must be a column with at least {_FEWEST_GROUPS} different values, a tenth of which calibrates the "
            f"intervals; {groups} has {different}; surrogates.train_across_groups learns from few."
        )


def parted(
    frame: pl.DataFrame,
    calibration: pl.DataFrame | None,
    scored: Mapping[str, pl.DataFrame],
    domain: Domain,
    asked: Asked,
    seed: int,
) -> Parts:
    """Rows by what they are for: what no other table is given for is a share of the first one."""
    shares = dict(_SHARES)
    if calibration is not None:
        shares["fit"] += shares.pop("scale") + shares.pop("calibrate")
    if scored:
        shares["fit"] += shares.pop("test")
    frames = _shared(frame, shares, asked.groups, seed)
    if calibration is not None:
        groups = asked.groups if asked.groups in calibration.columns else None
        frames |= _shared(calibration, {"scale": _SCALE_SHARE, "calibrate": 1 - _SCALE_SHARE}, groups, seed)
    tests = scored or {"unseen rows": frames.pop("test")}
    rows = {name: read_rows(part, domain, asked.outputs) for name, part in frames.items()}
    return Parts(**rows, scored={name: read_rows(part, domain, asked.outputs) for name, part in tests.items()})


def read_rows(frame: pl.DataFrame, domain: Domain, outputs: Sequence[str]) -> Rows:
    """Rows of a table as arrays."""
    return Rows(frame, read_inputs(frame, domain), {name: numbers(frame, name) for name in outputs})


def _shared(frame: pl.DataFrame, shares: Mapping[str, float], groups: str | None, seed: int) -> dict[str, pl.DataFrame]:
    """Rows at random, or groups of them, in these shares."""
    generator = np.random.default_rng(seed)
    if groups is None:
        order = generator.permutation(len(frame))
    else:
        names = frame[groups].cast(str).fill_null("").to_numpy()
        place = {name: k for k, name in enumerate(generator.permutation(np.unique(names)))}
        order = np.argsort([place[name] for name in names], kind="stable")
    ends = np.rint(np.cumsum(list(shares.values())) * len(frame)).astype(int)
    return {name: frame[part] for name, part in zip(shares, np.split(order, ends[:-1]), strict=True)}
