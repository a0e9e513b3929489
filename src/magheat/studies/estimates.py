"""Means with their standard errors, from draws that do not depend on one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.studies.findings import digits

FloatArray = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """Means and their standard errors, of the same shape."""

    value: FloatArray
    error: FloatArray

    def at(self, *index: int | slice) -> Estimate:
        """Those at an index."""
        return Estimate(np.asarray(self.value[index]), np.asarray(self.error[index]))

    def scaled(self, factor: npt.ArrayLike) -> Estimate:
        """Those in another unit."""
        return Estimate(self.value * np.asarray(factor), self.error * np.abs(factor))


def mean_of(draws: npt.ArrayLike) -> Estimate:
    """Mean over the first axis and its standard error, which is NaN for fewer than two draws."""
    values = np.asarray(draws, dtype=np.float64)
    count = len(values)
    if count < 2:
        return Estimate(values.mean(axis=0), np.full(values.shape[1:], np.nan))
    return Estimate(values.mean(axis=0), np.asarray(values.std(axis=0, ddof=1) / np.sqrt(count)))


def ratio(above: Estimate, below: Estimate) -> Estimate:
    """The ratio of two independent estimates, by the first order of their errors."""
    value = above.value / below.value
    relative = np.hypot(above.error / above.value, below.error / below.value)
    return Estimate(value, np.abs(value) * relative)


def differs(one: Estimate, other: npt.ArrayLike, times: float = 3.0) -> npt.NDArray[np.bool_]:
    """Whether estimates are further from a number than so many standard errors."""
    return np.asarray(np.abs(one.value - np.asarray(other)) > times * one.error)


def columns_of(words: str, unit: str, estimates: Sequence[Estimate]) -> dict[str, npt.ArrayLike]:
    """Two columns of a table, means and standard errors, from single estimates."""
    return {
        f"{words} ({unit})": [float(one.value) for one in estimates],
        f"{words}, standard error ({unit})": [float(one.error) for one in estimates],
    }


def told(one: Estimate, count: int) -> str:
    """One estimate with its standard error, to so many decimals: "2.97 ± 0.03".

    Alone where there is no error; a dash where there is no value.
    """
    value, error = float(one.value), float(one.error)
    if np.isnan(value):
        return "–"
    return digits(value, count) + ("" if np.isnan(error) else f" ± {digits(error, count)}")


def energy(one: Estimate, count: int) -> str:
    """One energy in J, told in units of 10⁻²¹ J."""
    return told(one.scaled(1e21), count)
