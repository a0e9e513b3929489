"""The best particle and field that were found, with what should be known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from magheat.errors import SpecError
from magheat.solvers.two_well import TwoWell
from magheat.spec.experiment import Experiment
from magheat.workflows.experiment_file import to_toml
from magheat.workflows.optimize.objectives import OBJECTIVES
from magheat.workflows.quantities import QUANTITIES

if TYPE_CHECKING:
    import polars as pl


class SurrogateCheck(NamedTuple):
    """What the surrogate says of the optimum, beside the simulator.

    Parameters
    ----------
    value, lower, upper
        Its prediction and 90 % interval, SI; NaN outside what it was taught.
    difference
        Prediction less simulated value, as a share of the simulated one; NaN outside what it was taught.
    within
        Whether the simulated value lies in the interval; None outside what it was taught.
    predicted_best
        The highest value that it predicted anywhere in its search.
    evaluations
        Points that it predicted.
    """

    value: float
    lower: float
    upper: float
    difference: float
    within: bool | None
    predicted_best: float
    evaluations: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum:
    """The best particle and field that were found; every number comes from the simulator.

    Parameters
    ----------
    objective
        What it is the best of.
    value
        Its highest value, SI.
    inputs
        The seven inputs, SI.
    outputs
        coercive_field, remanence, loss_per_cycle, slp, ilp (SI) and the flags of the row.
    product
        Amplitude times frequency, A/(m s).
    limit
        What it had to obey, A/(m s); None without.
    ratio
        Product over limit, at most 1; None without a limit.
    active
        Bounds and limits that the optimum lies on, a sentence each.
    warnings
        What should be known before it is trusted, a sentence each.
    trade_off
        Best value against limits from 1e8 to 1e10 A/(m s): a Polars frame with ``limit``, inputs, outputs, flags and
        ``product``; without rows where none was asked for.
    evaluations
        Loops that were simulated.
    surrogate
        What the surrogate says of the optimum; None without one.
    experiment, solver
        What gives the same numbers again: ``mh.simulate(best.experiment, best.solver)``.
    free
        Bounds of the free inputs, SI.
    nearly
        Free input -> (lowest, highest) between which the value stays above 90 % of the best, all other inputs as they
        are, SI: how well the particle has to be made.
    """

    objective: str
    value: float
    inputs: Mapping[str, float]
    outputs: Mapping[str, Any]
    product: float
    limit: float | None
    ratio: float | None
    active: tuple[str, ...]
    warnings: tuple[str, ...]
    trade_off: pl.DataFrame
    evaluations: int
    surrogate: SurrogateCheck | None
    experiment: Experiment
    solver: TwoWell
    free: Mapping[str, tuple[float, float]]
    nearly: Mapping[str, tuple[float, float]]

    def to_toml(self) -> str:
        """The experiment and its solver as TOML, for ``magheat run``."""
        return to_toml(self.experiment, self.solver)

    def plot(self, path: str | Path) -> None:
        """Draw the trade-off as PNG or SVG: the best value, and the free inputs, against the limit.

        Raises
        ------
        SpecError
            When there is no trade-off, or the file cannot be written.
        """
        from magheat.plotting import Shown, save, trade_off_figure

        if not self.trade_off.height:
            raise SpecError("trade_off must have points to be drawn; got none; leave trade_off as it is by default.")
        _, scale, written = OBJECTIVES[self.objective]
        inputs = [Shown(name, QUANTITIES[name].scale, QUANTITIES[name].written) for name in self.free]
        save(trade_off_figure(self.trade_off, Shown(self.objective, scale, written), inputs), path)
