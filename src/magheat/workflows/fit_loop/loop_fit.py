"""What a measured loop tells of its particles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from magheat.solvers.two_well import TwoWell
from magheat.spec.experiment import Experiment
from magheat.units import FloatArray
from magheat.workflows.experiment_file import to_toml
from magheat.workflows.fit_loop.parameters import PARAMETERS
from magheat.workflows.quantities import told


@dataclass(frozen=True, kw_only=True, eq=False)
class LoopFit:
    """Particles whose loop is nearest to the measured one; SI throughout.

    Parameters
    ----------
    values
        anisotropy_constant, diameter (the median by number), diameter_spread and saturation_magnetization.
    lower, upper
        Ends of the confidence intervals of those that were free; 0 or infinite where the loop sets no bound.
    free
        Names of the parameters that were fitted.
    level
        Of confidence.
    correlation
        (p, p) of the free parameters, in their order.
    outputs
        coercive_field, remanence, loss_per_cycle and slp of the fitted loop -> (value, lower, upper).
    noise
        Standard deviation of the measured magnetization about the fitted one, A/m.
    residual_correlation
        Of neighbouring samples' residuals; 0 where none is seen. Intervals are wider by it.
    r_squared
        Share of the variance of the magnetization that the fitted loop explains.
    warnings
        What should be known before the numbers are used, a sentence each.
    field, magnetization, fitted
        (n,) the loop in the order of its phase, without offset of the field, and the fitted one, A/m.
    experiment, solver
        What gives the fitted loop: ``mh.simulate(fit.experiment, fit.solver)``.
    evaluations
        Loops that were simulated.
    """

    values: Mapping[str, float]
    lower: Mapping[str, float]
    upper: Mapping[str, float]
    free: tuple[str, ...]
    level: float
    correlation: FloatArray
    outputs: Mapping[str, tuple[float, float, float]]
    noise: float
    residual_correlation: float
    r_squared: float
    warnings: tuple[str, ...]
    field: FloatArray
    magnetization: FloatArray
    fitted: FloatArray
    experiment: Experiment
    solver: TwoWell
    evaluations: int

    def to_toml(self) -> str:
        """The experiment and its solver as TOML, for ``magheat run``."""
        return to_toml(self.experiment, self.solver)

    def plot(self, path: str | Path) -> None:
        """Draw the measured and the fitted loop, and what is left between them, as PNG or SVG.

        Raises
        ------
        SpecError
            When the file cannot be written.
        """
        from magheat.plotting import fit_figure, save

        lines = [
            f"{_SYMBOLS[name]} = {told(name, self.values[name])}"
            + (f" ({self._interval(name)})" if name in self.free else ", fixed")
            for name in PARAMETERS
        ]
        lines = [line.replace("^3", "³") for line in lines]
        save(fit_figure(self.field, self.magnetization, self.fitted, lines), path)

    def _interval(self, name: str) -> str:
        low, high = self.lower[name], self.upper[name]
        if np.isinf(high):
            return f"above {told(name, low)}" if low > 0 else "not known"
        return f"{told(name, low)} to {told(name, high)}" if low > 0 else f"below {told(name, high)}"


_SYMBOLS = {
    "anisotropy_constant": "K",
    "diameter": "D",
    "diameter_spread": "spread of ln D",
    "saturation_magnetization": "M$_s$",
}
