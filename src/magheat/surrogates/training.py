"""From a table of the knowledge base to a surrogate with error bars, scored on rows that it has not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat._version import __version__
from magheat.errors import SchemaError, SpecError
from magheat.surrogates.features import FEATURES, SCALES, TWO_WELL_INPUTS
from magheat.surrogates.intervals import calibrate, learn_scale
from magheat.surrogates.models import FITS, Progress, Regressor, fit_boosting, fit_network
from magheat.surrogates.outputs import SCALED_FLOOR, Transform, transform_of
from magheat.surrogates.surrogate import Surrogate, suits_two_wells
from magheat.surrogates.tables import as_frame, domain_of, numbers, read_inputs, require_columns
from magheat.surrogates.validation import coverage, scores
from magheat.units import FloatArray

if TYPE_CHECKING:
    import polars as pl

#: What the two-well model is asked for; slp follows from the loss.
TWO_WELL_OUTPUTS = ("coercive_field", "remanence", "loss_per_cycle")
#: Shares of the rows that fit the model, teach how far it is off, and calibrate that; the rest is for the scores.
_FIT, _SCALE, _CALIBRATE = 0.78, 0.06, 0.10
#: Fewest rows from which intervals can be had.
FEWEST = 60


class Split(NamedTuple):
    """Rows by what they are for."""

    fit: np.ndarray
    scale: np.ndarray
    calibrate: np.ndarray
    test: np.ndarray


def train(
    table: Mapping[str, Any] | pl.DataFrame,
    *,
    inputs: Sequence[str] = TWO_WELL_INPUTS,
    outputs: Sequence[str] = TWO_WELL_OUTPUTS,
    model: str | None = None,
    groups: str | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Surrogate:
    """Return what can be learnt from a table, with error bars.

    78 % of the rows fit the model; three further parts, which it does not see, teach how far it is off, calibrate the
    intervals, and score both. With the seven inputs of the two-well model it is shown the dimensionless numbers of
    the physics (`magheat.surrogates.features`), else the inputs as they are.

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
        A column whose equal values are kept together when rows are parted, such as "doi" for measured data.
    box
        Input -> (lowest, highest) within which predictions are given; by default where the rows lie.
    seed
        Of the split and of the training.
    progress
        Called with the fraction done.

    Raises
    ------
    SchemaError
        When a column is missing, is of the wrong kind, or there are too few rows.
    SpecError
        For an unknown model or a bad box.
    """
    if model is not None and model not in FITS:
        raise SpecError(f"model must be one of {', '.join(FITS)}; got {model!r}.")
    frame = _complete(as_frame(table), inputs, outputs, groups)
    domain = domain_of(frame, inputs, box)
    columns = read_inputs(frame, domain)
    truth = {name: numbers(frame, name) for name in outputs}
    kind = model or _suitable(columns, domain.words)
    features_name = "two-well" if suits_two_wells(tuple(inputs)) else "plain"
    features = FEATURES[features_name](columns)
    split = _split(frame, groups, seed)
    centre, width = _centred(features[split.fit])
    learnt, transforms = _learnt(columns, truth, features_name, split.fit)
    x = (features - centre) / width
    tell = progress or (lambda _: None)
    regressor = FITS[kind](x[split.fit], learnt[split.fit], seed, lambda done: tell(0.85 * done))
    predicted = regressor.predict(x)
    residuals = learnt - predicted
    scale = learn_scale(_scale_fit(kind, seed), x[split.scale], residuals[split.scale])
    conformal = calibrate(scale, *(values[split.calibrate] for values in (x, predicted, residuals)))
    tell(0.95)
    surrogate = Surrogate(regressor, conformal, features_name, centre, width, transforms, domain, {})
    card = _card(surrogate, frame, columns, truth, split, {"model": kind, "groups": groups, "seed": seed})
    tell(1.0)
    return Surrogate(regressor, conformal, features_name, centre, width, transforms, domain, card)


def _complete(frame: pl.DataFrame, inputs: Sequence[str], outputs: Sequence[str], groups: str | None) -> pl.DataFrame:
    """The rows that have all outputs; two-well rows must have all inputs as well."""
    import polars as pl

    for names, what in ((inputs, "input"), (outputs, "output")):
        if isinstance(names, str) or not names:
            raise SpecError(f"{what}s must be a list of column names; got {names!r}.")
        require_columns(frame, names, what)
    if groups is not None:
        require_columns(frame, [groups], "column of groups")
    needed = [*outputs, *(inputs if suits_two_wells(tuple(inputs)) else ())]
    for name in outputs:
        numbers(frame, name)
    kept = frame.filter(pl.all_horizontal(pl.col(name).is_not_null() & pl.col(name).is_finite() for name in needed))
    if len(kept) < FEWEST:
        raise SchemaError(
            f"table must have at least {FEWEST} rows with {', '.join(outputs)} for a model with error bars; it has "
            f"{len(kept)} of {len(frame)}."
        )
    return kept


def _suitable(columns: Mapping[str, FloatArray], words: Mapping[str, object]) -> str:
    """The kind of model that the rows allow for."""
    complete = not words and all(np.isfinite(values).all() for values in columns.values())
    return "network" if complete and len(next(iter(columns.values()))) >= 1000 else "boosting"


def _split(frame: pl.DataFrame, groups: str | None, seed: int) -> Split:
    """Rows at random, or groups of them, by what they are for."""
    generator = np.random.default_rng(seed)
    if groups is None:
        order = generator.permutation(len(frame))
    else:
        names = frame[groups].cast(str).fill_null("").to_numpy()
        different = generator.permutation(np.unique(names))
        place = {name: k for k, name in enumerate(different)}
        order = np.argsort([place[name] for name in names], kind="stable")
    ends = (np.cumsum([_FIT, _SCALE, _CALIBRATE]) * len(frame)).astype(int)
    return Split(*np.split(order, ends))


def _centred(features: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of each feature; what never varies gets 1."""
    centre, width = np.nanmean(features, axis=0), np.nanstd(features, axis=0)
    return centre, np.where(width > 0, width, 1.0)


def _learnt(
    columns: Mapping[str, FloatArray], truth: Mapping[str, FloatArray], features: str, fit: np.ndarray
) -> tuple[FloatArray, dict[str, Transform]]:
    """(rows, outputs) as learnt, and how each came to be."""
    scales = SCALES[features](columns)
    parts, transforms = [], {}
    for name, values in truth.items():
        scaled = values / scales.get(name, 1.0)
        transforms[name] = transform_of(scaled[fit], SCALED_FLOOR if name in scales else None)
        parts.append(transforms[name].forth(scaled))
    return np.column_stack(parts), transforms


def _scale_fit(kind: str, seed: int) -> Callable[[FloatArray, FloatArray], Regressor]:
    """A smaller model of the same kind, for the residuals."""
    if kind == "network":
        return lambda x, y: fit_network(x, y, seed + 1, layers=(32, 32))
    return lambda x, y: fit_boosting(x, y, seed + 1, trees=60)


def _card(
    surrogate: Surrogate,
    frame: pl.DataFrame,
    columns: Mapping[str, FloatArray],
    truth: Mapping[str, FloatArray],
    split: Split,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """What is known about a surrogate, in plain JSON types."""
    test = split.test
    predicted = surrogate.predict(frame[test], extrapolate=True)
    seen = {name: values[test] for name, values in columns.items()}
    true = {name: values[test] for name, values in truth.items()}
    by = "slp" if "slp" in surrogate.outputs else next(iter(truth))
    scales = SCALES[surrogate.features](seen)
    found = {
        name: scores(values, predicted[name].to_numpy(), 10 * surrogate.transforms[name].floor * scales.get(name, 1.0))
        for name, values in true.items()
    }
    return {
        **options,
        "features": surrogate.features,
        "outputs": list(surrogate.outputs),
        "rows": {name: len(rows) for name, rows in split._asdict().items()},
        "table": digest(frame.select(*surrogate.domain.inputs, *truth)),
        "scores_on_unseen_rows": found,
        "floor": "10 times the floor of the transform, times the scale of the output where it has one",
        "coverage_of_90_percent_intervals": coverage(seen, true, predicted, by),
        "magheat_version": __version__,
    }


def digest(frame: pl.DataFrame) -> str:
    """Content hash of a table's rows, 32 hexadecimal digits."""
    rows = frame.hash_rows(seed=0).to_numpy()
    return hashlib.blake2b(rows.tobytes() + ",".join(frame.columns).encode(), digest_size=16).hexdigest()
