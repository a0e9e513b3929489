"""A trained model with its error bars and its domain: what answers `predict`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

        if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
            raise SpecError(f"level must be > 0 and < 1; got {level!r}; 0.9 means that nine of ten lie within.")
        frame = as_frame(table)
        columns = read_inputs(frame, self.domain)
        outside = self.domain.outside(columns)
        in_range = ~np.any(list(outside.values()), axis=0)
        values = self._values(columns, in_range | extrapolate, level)
        if "slp" in self.outputs and "slp" not in self.transforms:
            with np.errstate(over="ignore", invalid="ignore"):
                factor = per_mass(frame, columns)
                values |= {"slp" + end: values["loss_per_cycle" + end] * factor for end in _ENDS}
        result = {name: pl.Series(name, column, nan_to_null=True) for name, column in values.items()}
        result["in_range"] = pl.Series("in_range", in_range)
        result["out_of_range"] = pl.Series("out_of_range", _named(outside, in_range), dtype=pl.String)
        if has_barrier(columns):
            with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
                result["low_barrier"] = pl.Series("low_barrier", sigma(columns) < LOW_BARRIER)
        return pl.DataFrame(result)

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


def _named(outside: Mapping[str, np.ndarray], in_range: np.ndarray) -> list[str | None]:
    """The inputs out of range of each row."""
    named: list[str | None] = [None] * in_range.size
    for row in np.flatnonzero(~in_range):
        named[row] = ", ".join(name for name, beyond in outside.items() if beyond[row])
    return named


def per_mass(frame: pl.DataFrame, columns: Mapping[str, FloatArray]) -> FloatArray:
    """(rows,) what makes an slp of a loss, frequency over density; of magnetite where the frame does not say."""
    density = numbers(frame, "density") if "density" in frame.columns else np.float64(magnetite.density)
    if np.any(density <= 0):
        raise SchemaError(f"table column density must be > 0; got {np.nanmin(density):g} kg/m^3; magnetite has 5180.")
    result: FloatArray = columns["frequency"] / density
    return result


def has_barrier(columns: Mapping[str, FloatArray]) -> bool:
    """Whether the inputs tell K V/(k_B T)."""
    return {"anisotropy_constant", "diameter", "temperature"} <= set(columns)
