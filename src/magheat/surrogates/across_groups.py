"""Learning from few groups of rows, such as publications: trees, chosen, scored and calibrated across groups.

A tenth of thirty publications is three, so that parts of a table (`magheat.surrogates.train`) say next to nothing. Here
all rows fit the model, and everything that is said about it comes from models that lacked the groups in question:

- the kind of model is the one that is least off on rows of unseen groups (`magheat.surrogates.group_choice`);
- these errors give the width of the intervals, one factor everywhere (`magheat.surrogates.folds.not_exceeded`);
- the scores are those of both steps together: groups are put aside, choice and width are found without them, and only
  then are they predicted. Nothing that is reported has been used to choose anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat.errors import SchemaError, SpecError
from magheat.surrogates.card import digest, versions
from magheat.surrogates.fitting import View
from magheat.surrogates.folds import (
    Labels,
    Learn,
    alike,
    as_given,
    constant_factor,
    groups_in_folds,
    label_mean,
    log_scores,
    mean_and_spread,
    not_exceeded,
    out_of_fold,
    overall_mean,
)
from magheat.surrogates.group_card import ACROSS_GROUPS, AT_RANDOM, shortcomings
from magheat.surrogates.group_choice import Chosen, Partition, by_rows, choose, fit, logs, procedure
from magheat.surrogates.intervals import LEVELS, Conformal, evenly_wide
from magheat.surrogates.models import Progress
from magheat.surrogates.rows import FEWEST, Rows, asked_for, complete, read_rows
from magheat.surrogates.surrogate import Surrogate
from magheat.surrogates.tables import Domain, as_frame, domain_of, numbers, require_columns
from magheat.units import FloatArray

if TYPE_CHECKING:
    import polars as pl

    Table = Mapping[str, Any] | pl.DataFrame

#: Fewest groups: with nine, a 90 % interval is as wide as the largest error.
FEWEST_GROUPS = 9
#: Partitions by rows, which are told for comparison only, and hardly differ.
_RANDOM_REPEATS = 2
#: The level of the intervals that the card speaks of.
LEVEL = 0.9


def train_across_groups(
    table: Table,
    *,
    inputs: Sequence[str],
    output: str,
    groups: str,
    material: str | None = None,
    references: Mapping[str, str] | None = None,
    folds: int = 10,
    repeats: int = 5,
    seed: int = 0,
    progress: Progress | None = None,
) -> Surrogate:
    """Return what can be learnt from rows that come in groups, with error bars for rows of a new group.

    Parameters
    ----------
    table
        Inputs, a positive output in SI, and the column of groups. Rows without a positive output are left out.
    inputs
        Numbers or words, some of which may be missing. Where ``amplitude`` and ``frequency`` are among them, an slp may
        be learnt per field and frequency, and with ``mass_saturation_magnetization`` as a share of the largest loop:
        the data choose.
    output
        The column to predict; what is learnt, scored and bounded is its logarithm.
    groups
        The column whose equal values belong together, such as "doi". Rows without a value count as one group.
    material
        A column of words whose means are a score to compare with.
    references
        What else to compare with: name -> column of predictions of ``output``, SI, missing where there are none.
    folds, repeats
        Parts of the groups, each of which is predicted by what was learnt from the others; and how many partitions.
    seed
        Of partitions and training.
    progress
        Called with the fraction done.

    Raises
    ------
    SchemaError
        When a column is missing, is of the wrong kind, or there are too few rows or groups.
    SpecError
        For bad folds or repeats.
    """
    for value, least, what in ((folds, 2, "folds"), (repeats, 1, "repeats")):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise SpecError(f"{what} must be a whole number of at least {least}; got {value!r}.")
    frame = usable(table, inputs, output, groups)
    domain = domain_of(frame, inputs, None)
    rows, names = read_rows(frame, domain, [output]), labels(frame, groups)
    others = references_of(frame, logs(rows), material, references or {})
    rounds = [Round(rows, names, folds, seed + k) for k in range(repeats)]
    for_comparison = rounds[:_RANDOM_REPEATS]
    tell = _steps(progress, len(rounds) * min(folds, np.unique(names).size) + len(for_comparison) * folds + 1)
    unseen = [one.own(groups_in_folds, tell) for one in rounds]
    random = [one.own(by_rows, tell) for one in for_comparison]
    found = {f"unseen {groups}": unseen, AT_RANDOM: random}
    for name, learner in others.items():
        found[name] = [one.scores(learner, groups_in_folds) for one in rounds]
    chosen = choose(rows, names, seed)
    view, regressor = fit(rows, chosen.candidate, seed)
    surrogate = Surrogate(regressor, _conformal(chosen, names, view, domain), *view, domain=domain, card={})
    options = {"groups": groups, "material": material, "seed": seed, "folds": folds, "repeats": repeats}
    card = options | _card(surrogate, frame, names, chosen, found)
    card["warnings"] = shortcomings(card)
    card["rows"]["left_out"] = len(as_frame(table)) - rows.size
    tell()
    return Surrogate(regressor, surrogate.conformal, *view, domain=domain, card=card)


class Round(NamedTuple):
    """One partition after another of the same rows, from one seed."""

    rows: Rows
    groups: Labels
    folds: int
    seed: int

    def scores(self, learn: Learn, partition: Partition) -> dict[str, float]:
        """How good predictions of rows that were put aside are."""
        fold = partition(self.groups, self.folds, self.seed)
        return log_scores(logs(self.rows), out_of_fold(learn, fold), self.groups)

    def own(self, partition: Partition, tell: Callable[[], None]) -> dict[str, float]:
        """The same of the whole procedure, and whether its intervals hold."""
        learn = procedure(self.rows, self.groups, self.seed, LEVEL, partition, tell)
        fold = partition(self.groups, self.folds, self.seed)
        predicted, half = out_of_fold(learn, fold).T
        true = logs(self.rows)
        within = np.abs(predicted - true) <= half
        return log_scores(true, predicted, self.groups) | {
            "covered": float(within.mean()),
            "covered_per_group": float((within * alike(self.groups)).sum()),
            "interval_factor": float(10 ** np.median(half)),
        }


def usable(table: Table, inputs: Sequence[str], output: str, groups: str) -> pl.DataFrame:
    """The rows that can be learnt from: those with a positive output.

    Raises
    ------
    SchemaError
        When a column is missing, holds no numbers, or there are too few rows or groups.
    """
    import polars as pl

    frame = complete(table, asked_for(inputs, [output], groups), "table", FEWEST).filter(pl.col(output) > 0)
    different = np.unique(labels(frame, groups)).size
    if len(frame) < FEWEST or different < FEWEST_GROUPS:
        raise SchemaError(
            f"table must have at least {FEWEST} rows with a positive {output} and {FEWEST_GROUPS} different values of "
            f"{groups}, to tell how far predictions for a new one are off; it has {len(frame)} and {different}."
        )
    if frame[output].n_unique() == 1:
        raise SchemaError(f"{output} must vary to be learnt; all {len(frame)} rows have {frame[output][0]}.")
    return frame


def labels(frame: pl.DataFrame, name: str) -> Labels:
    """(rows,) words of a column; a missing one is the empty word."""
    result: Labels = frame[name].cast(str).fill_null("").to_numpy().astype(str)
    return result


def references_of(
    frame: pl.DataFrame, true: FloatArray, material: str | None, columns: Mapping[str, str]
) -> dict[str, Learn]:
    """What the model is compared with; a column also times the one factor that fits what was learnt from."""
    require_columns(frame, [*columns.values(), *([material] if material else [])], "reference")
    found = {"mean of all rows": overall_mean(true)}
    if material:
        found[f"mean of each {material}"] = label_mean(labels(frame, material), true)
    for name, column in columns.items():
        values = numbers(frame, column)
        if not (values > 0).any():
            continue
        given = np.log10(np.where(values > 0, values, np.nan))
        found |= {name: as_given(given), f"{name}, times one factor": constant_factor(given, true)}
    return found


def _conformal(chosen: Chosen, names: Labels, view: View, domain: Domain) -> Conformal:
    """Half widths in the units of what is learnt, the same everywhere."""
    ((_, transform),) = view.transforms.items()
    unit = np.log(10) / transform.spread
    widths = [unit * not_exceeded(chosen.error, names, float(level)) for level in LEVELS]
    return evenly_wide(view.centre.size + len(domain.inputs), np.array([widths]))


def _card(
    surrogate: Surrogate,
    frame: pl.DataFrame,
    names: Labels,
    chosen: Chosen,
    found: Mapping[str, Sequence[Mapping[str, float]]],
) -> dict[str, Any]:
    """The card, in plain JSON types."""
    (output,) = surrogate.outputs
    domain = surrogate.domain
    return {
        "kind": ACROSS_GROUPS,
        "model": surrogate.regressor.kind,
        "features": surrogate.features,
        "inputs": {name: list(ends) for name, ends in domain.ranges.items()}
        | {name: list(words) for name, words in domain.words.items()},
        "outputs": [output],
        "rows": {"fit": len(frame), "groups": int(np.unique(names).size)},
        "table": digest(frame.select([*domain.inputs, output])),
        "tried": [
            {"measure": one.features, "trees": one.trees, "r_squared": score} for one, score in chosen.tried.items()
        ],
        "level": LEVEL,
        "interval_factor": float(10 ** not_exceeded(chosen.error, names, LEVEL)),
        "trees": chosen.candidate.trees,
        "scores": {name: {output: mean_and_spread(scores)} for name, scores in found.items()},
        "warnings": [],
        "versions": versions(),
    }


def _steps(progress: Progress | None, total: int) -> Callable[[], None]:
    """What is called after each of so many steps of equal length."""
    done = count(1)
    return lambda: None if progress is None else progress(min(next(done) / total, 1.0))
