"""Two wells and thermal jumps between them: the periodic loop of an ensemble of particles at a temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from magheat.errors import SpecError

PREFACTORS = ("constant", "brown", "brown-field")


@dataclass(frozen=True, kw_only=True)
class TwoWell:
    """Rate equations between the two wells of uniaxial particles; the exact periodic loop of an ensemble.

    Parameters
    ----------
    prefactor
        "constant": tau_N = ``attempt_time`` exp(K V/(k_B T)) at no field; "brown": Brown's attempt time for high
        barriers; "brown-field": with its dependence on the field, for axes along it.
    attempt_time
        tau0 in s, of "constant".
    steps
        Steps per half period of a table's loops; the least per period, two of them, of an experiment's.
    axis_points
        Axes in the average over random ones; twice as many where the largest field switches some and not others.
    size_points
        Diameters, and anisotropy constants, in the average over a distribution of them.
    tolerance
        Change of the magnetization, in M_s, at which the interaction counts as settled.
    most_sweeps
        Passes after which it counts as not settled.
    threads
        Threads to use; None: one per core.
    """

    name: ClassVar[str] = "two-well"
    prefactor: Literal["constant", "brown", "brown-field"] = "constant"
    attempt_time: float = 1e-9
    steps: int = 200
    axis_points: int = 32
    size_points: int = 24
    tolerance: float = 1e-8
    most_sweeps: int = 400
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.prefactor not in PREFACTORS:
            raise SpecError(f"TwoWell.prefactor must be one of {', '.join(PREFACTORS)}; got {self.prefactor!r}.")
        for option, most in (("attempt_time", 1.0), ("tolerance", 0.1)):
            value = getattr(self, option)
            if isinstance(value, bool) or not (isinstance(value, int | float) and 0 < value < most):
                raise SpecError(f"TwoWell.{option} must be > 0 and < {most:g}; got {value!r}.")
        for option, least in (("steps", 2), ("axis_points", 1), ("size_points", 1), ("most_sweeps", 1), ("threads", 1)):
            value = getattr(self, option)
            if option == "threads" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 10**6:
                raise SpecError(f"TwoWell.{option} must be a whole number >= {least} and <= 1e6; got {value!r}.")
