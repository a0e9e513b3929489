"""What an optimum is the best of, asked of the simulator or of a surrogate, many points at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_table import settled_or_not
from magheat.units import FloatArray
from magheat.workflows.optimize.space import Rows, Space

if TYPE_CHECKING:
    import polars as pl

    from magheat.surrogates import Surrogate

#: What can be asked for -> unit, scale and unit that people use.
OBJECTIVES: dict[str, tuple[str, float, str]] = {
    "slp": ("W/kg", 1e3, "W/g"),
    "ilp": ("H m^2/kg", 1e-9, "nH m^2/kg"),
    "loss_per_cycle": ("J/m^3", 1.0, "J/m^3"),
}
#: Below every value that a point can have.
NEVER = -1.0


@dataclass(frozen=True)
class Simulator:
    """The two-well model of one kind of samples; it counts the loops that it computes."""

    axes: str | float
    interaction_model: str
    density: float
    solver: TwoWell
    count: list[int] = field(default_factory=lambda: [0])

    def frame(self, rows: Rows) -> pl.DataFrame:
        """Inputs, outputs, ``ilp`` and flags of every row."""
        import polars as pl

        self.count[0] += next(iter(rows.values())).size
        table = {**rows, "density": np.full(next(iter(rows.values())).size, self.density)}
        frame = settled_or_not(table, self.axes, self.interaction_model, solver=self.solver)
        ilp = frame["slp"].to_numpy() / (rows["amplitude"] ** 2 * rows["frequency"])
        return frame.with_columns(ilp=pl.Series(ilp))

    def values(self, rows: Rows, objective: str) -> FloatArray:
        """(n,) the objective; NEVER where the model failed."""
        frame = self.frame(rows)
        failed = frame["not_converged"].to_numpy()
        return known(np.where(failed, np.nan, frame[objective].to_numpy()))


def surrogate_values(surrogate: Surrogate, rows: Rows, objective: str, density: float) -> FloatArray:
    """(n, 3) value, lower and upper of the objective as a surrogate has it; NaN where it was not taught."""
    import polars as pl

    frame = surrogate.predict(pl.DataFrame({**rows, "density": np.full(rows["amplitude"].size, density)}))
    name, factor = ("slp", 1 / (rows["amplitude"] ** 2 * rows["frequency"])) if objective == "ilp" else (objective, 1.0)
    columns = [frame[name + end].cast(pl.Float64).to_numpy() * factor for end in ("", "_lower", "_upper")]
    return np.column_stack(columns)


def known(values: FloatArray) -> FloatArray:
    """The values, NEVER in place of those that are none."""
    result: FloatArray = np.where(np.isfinite(values), values, NEVER)
    return result


def on_cube(space: Space, values_of: Callable[[Rows], FloatArray]) -> Callable[[FloatArray], FloatArray]:
    """The objective of points (n, d) of the unit cube."""
    return lambda points: values_of(space.rows(points))
