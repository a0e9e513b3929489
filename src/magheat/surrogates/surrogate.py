"""A trained model with its error bars and its domain: what answers `predict`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat.dataset import LOW_BARRIER
from magheat.errors import SchemaError, SpecError
from magheat.spec.material import magnetite
from magheat.surrogates.features import FEATURES, SCALES, sigma
from magheat.surrogates.intervals import Conformal
from magheat.surrogates.models import Regressor
from magheat.surrogates.outputs import Transform
from magheat.surrogates.tables import Domain, as_frame, numbers, placed, read_inputs
from magheat.units import FloatArray

if TYPE_CHECKING:
    import polars as pl

#: Rows that are predicted at once.
_CHUNK = 131_072


class Predicted(NamedTuple):
    """Predictions of rows, (rows,) each: NAME, NAME_lower and NAME_upper in SI, NaN where none is given."""

    values: dict[str, FloatArray]
    in_range: np.ndarray
    out_of_range: list[tuple[str, ...]]
    low_barrier: np.ndarray | None


@dataclass(frozen=True)
class Surrogate:
    """What was learnt from a table; made by `train`, kept by `save`, read by `load`.

    Parameters
    ----------
    regressor
        Predicts the outputs as learnt.
    conformal
        How far off it is.
    features
        "two-well" (dimensionless numbers of the physics) or "plain".
    centre, width
        (features,) mean and standard deviation of the features in training.
    transforms
        Output -> how it becomes what is learnt, in order.
    domain
        Inputs and where they were taught.
    card
        What is known about it: the table it learnt from, scores, coverage, versions; plain JSON types.
    """

    regressor: Regressor
    conformal: Conformal
    features: str
    centre: FloatArray
    width: FloatArray
    transforms: dict[str, Transform]
    domain: Domain
    card: dict[str, Any]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of all outputs that `predict` gives."""
        with_slp = "loss_per_cycle" in self.transforms and "frequency" in self.domain.ranges
        return (*self.transforms, "slp") if with_slp and "slp" not in self.transforms else tuple(self.transforms)

    def predict(
        self, table: Mapping[str, Any] | pl.DataFrame, *, level: float = 0.9, extrapolate: bool = False
    ) -> pl.DataFrame:
        """Predictions with intervals, row by row.

        Parameters
        ----------
        table
            The inputs in SI, as a Polars frame or a mapping of column to array (one number serves for all rows).
        level
            Share of rows whose true value lies within its interval, > 0 and < 1.
        extrapolate
            Whether values are given where nothing was taught; they are null there otherwise.

        Returns
        -------
        polars.DataFrame
            For each output NAME, NAME_lower and NAME_upper, SI; ``in_range``; ``out_of_range``, the inputs that lie
            where nothing was taught, parted by commas, or null; and ``low_barrier`` (K V/(k_B T) < 3: the two-well
            model itself does not hold) where K, D and T are inputs.

        Raises
        ------
        SchemaError
            When an input is missing or holds no numbers, or a density is not > 0.
        SpecError
            For a bad level.
        """
        import polars as pl

        frame = as_frame(table)
        density = numbers(frame, "density") if "density" in frame.columns else None
        found = self.predict_columns(read_inputs(frame, self.domain), density, level=level, extrapolate=extrapolate)
        result = {name: pl.Series(name, column, nan_to_null=True) for name, column in found.values.items()}
        result["in_range"] = pl.Series("in_range", found.in_range)
        named = [", ".join(names) or None for names in found.out_of_range]
        result["out_of_range"] = pl.Series("out_of_range", named, dtype=pl.String)
        if found.low_barrier is not None:
            result["low_barrier"] = pl.Series("low_barrier", found.low_barrier)
        return pl.DataFrame(result)

    def predict_columns(
        self,
        columns: Mapping[str, FloatArray],
        density: FloatArray | None = None,
        *,
        level: float = 0.9,
        extrapolate: bool = False,
    ) -> Predicted:
        """Predictions of rows that are arrays already, in a tenth of a frame's time where they are few.

        Parameters
        ----------
        columns
            Every input, (rows,) in SI; words as their codes.
        density
            (rows,) in kg/m^3; magnetite's where None.
        level, extrapolate
            As in `predict`.

        Raises
        ------
        SchemaError
            When a density is not > 0.
        SpecError
            For a bad level.
        """
        if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
            raise SpecError(f"level must be > 0 and < 1; got {level!r}; 0.9 means that nine of ten lie within.")
        outside = self.domain.outside(columns)
        in_range = ~np.any(list(outside.values()), axis=0)
        values = self._values(columns, in_range | extrapolate, level)
        if "slp" in self.outputs and "slp" not in self.transforms:
            with np.errstate(over="ignore", invalid="ignore"):
                factor = per_mass(columns, density)
                values |= {"slp" + end: values["loss_per_cycle" + end] * factor for end in _ENDS}
        low_barrier = None
        if has_barrier(columns):
            with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
                low_barrier = sigma(columns) < LOW_BARRIER
        return Predicted(values, in_range, _named(outside, in_range), low_barrier)

    def _values(self, columns: Mapping[str, FloatArray], wanted: np.ndarray, level: float) -> dict[str, FloatArray]:
        """Value and ends of every output that was learnt, NaN where not wanted."""
        rows = np.flatnonzero(wanted)
        out = {name + end: np.full(wanted.size, np.nan) for name in self.transforms for end in _ENDS}
        for start in range(0, rows.size, _CHUNK):
            part = rows[start : start + _CHUNK]
            for name, found in self._chunk({key: column[part] for key, column in columns.items()}, level).items():
                out[name][part] = found
        return out

    def _chunk(self, columns: Mapping[str, FloatArray], level: float) -> dict[str, FloatArray]:
        # far outside the domain numbers may overflow; their infinities and NaN are what the caller asked for
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            learnt, half = self.as_learnt(columns, level)
            scales = SCALES[self.features](columns)
            result = {}
            for k, (name, transform) in enumerate(self.transforms.items()):
                scale = scales.get(name, 1.0)
                for end, side in zip(_ENDS, (0.0, -1.0, 1.0), strict=True):
                    result[name + end] = scale * transform.back(learnt[:, k] + side * half[:, k])
        return result

    def as_learnt(self, columns: Mapping[str, FloatArray], level: float) -> tuple[FloatArray, FloatArray]:
        """Predictions and half the widths of their intervals, (rows, outputs) each, in units of the outputs' spread."""
        features = self.features_of(columns)
        learnt = self.regressor.predict(features)
        told = np.column_stack([features, placed(self.domain, columns)])
        return learnt, self.conformal.half_width(told, learnt, level)

    def features_of(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """(rows, features) of unit spread."""
        result: FloatArray = (FEATURES[self.features](columns) - self.centre) / self.width
        return result


_ENDS = ("", "_lower", "_upper")


def _named(outside: Mapping[str, np.ndarray], in_range: np.ndarray) -> list[tuple[str, ...]]:
    """The inputs out of range of each row."""
    named: list[tuple[str, ...]] = [()] * in_range.size
    for row in np.flatnonzero(~in_range):
        named[row] = tuple(name for name, beyond in outside.items() if beyond[row])
    return named


def per_mass(columns: Mapping[str, FloatArray], density: FloatArray | None) -> FloatArray:
    """(rows,) what makes an slp of a loss, frequency over density; of magnetite where none is given."""
    of = np.float64(magnetite.density) if density is None else density
    if np.any(of <= 0):
        raise SchemaError(f"table column density must be > 0; got {np.nanmin(of):g} kg/m^3; magnetite has 5180.")
    result: FloatArray = columns["frequency"] / of
    return result


def has_barrier(columns: Mapping[str, FloatArray]) -> bool:
    """Whether the inputs tell K V/(k_B T)."""
    return {"anisotropy_constant", "diameter", "temperature"} <= set(columns)
