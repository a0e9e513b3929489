"""The two models of a surrogate: what the outputs are, and how far that is off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from magheat.errors import SpecError
from magheat.surrogates.features import FEATURES, SCALES, suits_two_wells
from magheat.surrogates.intervals import Conformal, calibrate, learn_scale
from magheat.surrogates.models import FITS, Progress, Regressor
from magheat.surrogates.outputs import SCALED_FLOOR, Transform, transform_of
from magheat.surrogates.rows import Parts, Rows
from magheat.surrogates.tables import Domain, placed
from magheat.units import FloatArray

#: Fewest complete rows of numbers for which a network is the better choice.
_FEWEST_FOR_NETWORK = 1000


class View(NamedTuple):
    """How a model sees rows; the fields are those of `magheat.surrogates.Surrogate`."""

    features: str
    centre: FloatArray
    width: FloatArray
    transforms: dict[str, Transform]

    def shown(self, rows: Rows) -> FloatArray:
        """(rows, features) of unit spread: what the model is shown."""
        values: FloatArray = (FEATURES[self.features](rows.columns) - self.centre) / self.width
        return values

    def learnt(self, rows: Rows) -> FloatArray:
        """(rows, outputs) of unit spread: what the model is to say."""
        scales = SCALES[self.features](rows.columns)
        forth = [self.transforms[name].forth(truth / scales.get(name, 1.0)) for name, truth in rows.truth.items()]
        return np.column_stack(forth)


def require_kind(model: str | None) -> None:
    """Refuse a kind of model that is not known.

    Raises
    ------
    SpecError
        Naming those that are.
    """
    if model is not None and model not in FITS:
        raise SpecError(f"model must be one of {', '.join(FITS)}; got {model!r}.")


def chosen_kind(model: str | None, rows: Rows, words: Mapping[str, object]) -> str:
    """The kind of model that was asked for, or that the rows allow for.

    Raises
    ------
    SpecError
        For a network of words or missing inputs.
    """
    whole = not words and all(np.isfinite(values).all() for values in rows.columns.values())
    if model == "network" and not whole:
        raise SpecError("model must be 'boosting' for inputs that are words or missing in some rows; got 'network'.")
    return model or ("network" if whole and rows.size >= _FEWEST_FOR_NETWORK else "boosting")


def view_of(rows: Rows) -> View:
    """How rows like these are seen."""
    features = "two-well" if suits_two_wells(rows.columns) else "plain"
    scales = SCALES[features](rows.columns)
    transforms = {
        name: transform_of(truth / scales.get(name, 1.0), SCALED_FLOOR if name in scales else None)
        for name, truth in rows.truth.items()
    }
    return View(features, *_centred(FEATURES[features](rows.columns)), transforms)


def fit(view: View, rows: Rows, kind: str, seed: int, progress: Progress) -> Regressor:
    """What says the outputs of these rows."""
    return FITS[kind](view.shown(rows), view.learnt(rows), seed, progress)


def learn_errors(view: View, regressor: Regressor, parts: Parts, domain: Domain, seed: int) -> Conformal:
    """How far a model is off, from rows that it has not seen; it is also shown where in its range an input lies."""
    x, unseen = view.shown(parts.scale), view.shown(parts.calibrate)
    wide, wide_unseen = (
        np.column_stack([shown, placed(domain, rows.columns)])
        for shown, rows in ((x, parts.scale), (unseen, parts.calibrate))
    )
    scale = learn_scale(wide, view.learnt(parts.scale) - regressor.predict(x), seed)
    predicted = regressor.predict(unseen)
    return calibrate(scale, wide_unseen, predicted, view.learnt(parts.calibrate) - predicted)


def _centred(features: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of each feature; what never varies gets 1."""
    centre, width = np.nanmean(features, axis=0), np.nanstd(features, axis=0)
    return centre, np.where(width > 0, width, 1.0)
