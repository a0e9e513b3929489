"""From a table of the knowledge base to a surrogate with error bars, scored on rows that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from magheat.spec.checks import integer
from magheat.surrogates.card import card_of
from magheat.surrogates.features import TWO_WELL_INPUTS
from magheat.surrogates.fitting import chosen_kind, fit, learn_errors, require_kind, view_of
from magheat.surrogates.models import Progress
from magheat.surrogates.rows import (
    FEWEST,
    FEWEST_FOR_CALIBRATION,
    FEWEST_TO_SCORE,
    asked_for,
    complete,
    parted,
    require_groups,
)
from magheat.surrogates.surrogate import Surrogate
from magheat.surrogates.tables import domain_of

if TYPE_CHECKING:
    import polars as pl

    Table = Mapping[str, Any] | pl.DataFrame

#: What the two-well model is asked for; slp follows from the loss.
TWO_WELL_OUTPUTS = ("coercive_field", "remanence", "loss_per_cycle")
#: What a seed must stay below: scikit-learn and LightGBM take no larger one.
MOST_SEED = 2**31
#: Share of the time that the fit takes, and the intervals after it.
_FITTED, _CALIBRATED = 0.9, 0.98


def train(
    table: Table,
    *,
    inputs: Sequence[str] = TWO_WELL_INPUTS,
    outputs: Sequence[str] = TWO_WELL_OUTPUTS,
    model: str | None = None,
    groups: str | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    calibration: Table | None = None,
    scored_on: Mapping[str, Table] | None = None,
) -> Surrogate:
    """Return what can be learnt from a table, with error bars.

    78 % of the rows fit the model; three further parts, which it does not see, teach how far it is off (6 %),
    calibrate the intervals (10 %), and score both (6 %). What ``calibration`` and ``scored_on`` bring rows for takes
    no share of the table. With the seven inputs of the two-well model it is shown the dimensionless numbers of the
    physics (`magheat.surrogates.features`), else the inputs as they are.

    Parameters
    ----------
    table
        Inputs and outputs in SI: a Polars frame, such as ``Store.table`` or ``two_well_loops`` return, or a mapping of
        column to array. Rows that lack an output are left out.
    inputs, outputs
        Columns to learn from and to predict. Inputs may be words.
    model
        "network" (for complete rows of numbers) or "boosting" (trees: words and missing inputs, too); None: a network
        where it can be had, and where rows are few, missing or of words, trees.
    groups
        A column whose equal values are kept together when rows are parted, such as "batch". For fewer than ninety
        of them, such as publications, there is `train_across_groups`.
    box
        Input -> (lowest, highest) within which predictions are given; by default where the rows lie.
    seed
        Of the split and of the training.
    progress
        Called with the fraction done.
    calibration
        Rows that are not in ``table``, at points like those that will be asked about. 65 % of them teach how far
        the model is off, the others calibrate its intervals.
    scored_on
        Name -> rows that are in neither of the two, for the scores and coverages of the card.

    Raises
    ------
    SchemaError
        When a column is missing, is of the wrong kind, or there are too few rows.
    SpecError
        For an unknown model, a bad seed or a bad box.
    """
    tell = progress or _silent
    tell(0.0)
    require_kind(model)
    seed = integer(seed, "seed", 0, MOST_SEED)
    asked = asked_for(inputs, outputs, groups)
    frame = complete(table, asked, "table", FEWEST)
    if groups is not None:
        require_groups(frame, groups)
    domain = domain_of(frame, inputs, box)
    extra = None if calibration is None else complete(calibration, asked, "calibration", FEWEST_FOR_CALIBRATION)
    scored = {
        name: complete(t, asked, f"scored_on[{name!r}]", FEWEST_TO_SCORE) for name, t in (scored_on or {}).items()
    }
    parts = parted(frame, extra, scored, domain, asked, seed)
    kind = chosen_kind(model, parts.fit, domain.words)
    view = view_of(parts.fit)
    regressor = fit(view, parts.fit, kind, seed, lambda done: tell(_FITTED * done))
    conformal = learn_errors(view, regressor, parts, domain, seed)
    tell(_CALIBRATED)
    surrogate = Surrogate(regressor, conformal, *view, domain=domain, card={})
    card = card_of(surrogate, frame, parts, {"model": kind, "groups": groups, "seed": seed})
    tell(1.0)
    return Surrogate(regressor, conformal, *view, domain=domain, card=card)


def require_trainable(
    table: Table, inputs: Sequence[str], outputs: Sequence[str], model: str | None = None, groups: str | None = None
) -> None:
    """Refuse a table that `train` would refuse, before anything that takes long.

    Raises
    ------
    SchemaError
        When a column is missing, is of the wrong kind, or there are too few rows.
    SpecError
        For an unknown model, or names that are no list.
    """
    require_kind(model)
    complete(table, asked_for(inputs, outputs, groups), "table", FEWEST)


def _silent(_: float) -> None:
    """Nobody watches."""
