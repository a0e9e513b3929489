"""Anisotropy, size, its spread and magnetization of the particles whose loop was measured, with how sure they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from magheat.dataset import LOW_BARRIER
from magheat.errors import ConvergenceError, SpecError
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_many import OUTPUTS
from magheat.solvers.two_well_run import INTERACTIONS
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.checks import broken, explain_arguments, integer, one_of, positive
from magheat.spec.ensemble import Ensemble, axis_angle
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material, magnetite
from magheat.units import FloatArray, Quantities, Quantity, parse, shown
from magheat.workflows.experiment_file import to_toml
from magheat.workflows.loop_intervals import Covariance, Interval, covariance_of, intervals
from magheat.workflows.loop_model import LoopModel
from magheat.workflows.loop_parameters import PARAMETERS, Slopes, Task, slopes, value
from magheat.workflows.loop_search import FINE, FINEST, Valleys, follow, search
from magheat.workflows.measured_cycle import Cycle, read_cycle
from magheat.workflows.quantities import read, read_pair, require_known, require_mapping, told

Progress = Callable[[float], None]

#: Where parameters may lie unless bounds say otherwise, SI; of M_s in units of the largest magnetization.
_BOUNDS = {
    "anisotropy_constant": (2e2, 1e6),
    "diameter": (2e-9, 1.5e-7),
    "diameter_spread": (0.0, 0.8),
    "saturation_magnetization": (0.8, 30.0),
}
#: To this M_s (A/m) at the least, above that of iron, however small the loop.
_LARGEST_M_S = 2e6
#: Rises of the sum of squares, in variances, up to which another valley is told: five standard errors.
_NEARLY = 25.0
#: Share of the variance that may be left over by what is called a fit, and that is worth a word.
_HALF, _POOR = 0.5, 0.05
#: Times that intervals are computed anew because a profile led to a better fit.
_RETURNS = 3
#: Samples that each free parameter needs at the least.
_SAMPLES_EACH = 4
#: Half widths of intervals, in the value, beyond which the loop hardly knows a parameter.
_VAGUE = 0.5
#: Shift by the finest computation, in half widths of the interval, that is worth a word.
_COARSE_SHIFT = 0.2


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


@explain_arguments
def fit_loop(
    field: Quantities,
    magnetization: Quantities,
    *,
    frequency: Quantity,
    temperature: Quantity,
    fixed: Mapping[str, Quantity] | None = None,
    bounds: Mapping[str, tuple[Quantity, Quantity]] | None = None,
    axes: Quantity = "random",
    interaction: Quantity = 0.0,
    interaction_model: str = "barrier",
    density: Quantity = magnetite.density,
    time: Quantities | None = None,
    level: float = 0.95,
    starts: int = 256,
    solver: TwoWell | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> LoopFit:
    """Fit K, D, the spread of D and M_s of the two-well model to a measured loop.

    Parameters
    ----------
    field, magnetization
        (n,) one period of a loop in a sinusoidal field, in A/m or as strings with units. Samples in even steps of time,
        or anywhere along the cycle, in its order. The magnetization is per volume of magnetic phase; a constant on it
        is fitted, too, and an offset of the field up to 5 % of its amplitude taken off.
    frequency, temperature
        Of the measurement.
    fixed
        Parameter -> value that is known: anisotropy_constant, diameter, diameter_spread, saturation_magnetization. All
        others are fitted.
    bounds
        Parameter -> (lowest, highest) within which it is looked for.
    axes, interaction, interaction_model, density
        Of the sample, as in :class:`magheat.Ensemble` and :class:`magheat.Material`.
    time
        (n,) when the samples were taken, in s, where they are neither in even steps nor in the order of the cycle; may
        be over several periods.
    level
        Of the confidence intervals.
    starts
        Random loops that the search starts from.
    solver
        Options of the two-well model, such as its attempt time; steps and points are the fit's own.
    seed
        Of the starts.
    progress
        Called with the fraction done.

    Raises
    ------
    SpecError
        For data that are no loop, fewer samples than the parameters need, and bad options.
    ConvergenceError
        When no loop of the model is anywhere near.
    """
    told_progress = progress or (lambda done: None)
    model_of = _model_of(frequency, temperature, axes, interaction, interaction_model, density, solver)
    if not 0 < (share := parse(level, "1", "level")) < 1:
        raise SpecError(broken("level", "> 0 and < 1", level, "1", "0.95 is usual"))
    count, seed = integer(starts, "starts", 1, 100_000), integer(seed, "seed", 0)
    cycle = read_cycle(field, magnetization, parse(frequency, "Hz", "frequency"), time)
    task = _task(model_of(cycle), cycle, fixed, bounds)
    valleys = search(task, count, seed, lambda done: told_progress(0.6 * done))
    fit = _with_intervals(task, valleys, share, lambda done: told_progress(0.6 + 0.4 * done))
    told_progress(1.0)
    return _result(task, cycle, fit, share)


class _Fit(NamedTuple):
    """The best fit, how sure it is, and other particles that the loop does not rule out at once."""

    found: Slopes
    covariance: Covariance
    ends: list[Interval]
    others: list[Slopes]
    evaluations: int


def _with_intervals(task: Task, valleys: Valleys, level: float, progress: Progress) -> _Fit:
    """Intervals of the best fit, those of every other valley included that is as good within the level."""
    best, used = _finished(task, valleys.ends[0]), valleys.evaluations
    for attempt in range(_RETURNS):
        covariance = covariance_of(best)
        ends, more, better = intervals(task, best, covariance, level, progress)
        used += more
        if better.cost >= best.cost * (1 - 1e-3) or attempt == _RETURNS - 1:
            break
        best = _finished(task, follow(task, better.point, FINE, 30, tolerance=1e-9).slopes)  # a lower valley
    others = []
    for other in valleys.ends[1:]:
        rise = (other.cost - best.cost) / (covariance.noise.level**2 * covariance.colour)
        if rise >= _NEARLY or np.abs(other.point - best.point).max() < 0.05 or _within(other.point, ends):
            continue
        others.append(other)
        if rise < _quantile(covariance, level) ** 2:
            beyond, more, _ = intervals(task, other, covariance_of(other), level)
            ends = [_hull(one, two) for one, two in zip(ends, beyond, strict=True)]
            used += more
    return _Fit(best, covariance, ends, others, used)


def _within(point: FloatArray, ends: list[Interval]) -> bool:
    return all(end.lower <= at <= end.upper for at, end in zip(point, ends, strict=True))


def _hull(one: Interval, two: Interval) -> Interval:
    return Interval(min(one.lower, two.lower), max(one.upper, two.upper), False)


def _model_of(
    frequency: Quantity,
    temperature: Quantity,
    axes: Quantity,
    interaction: Quantity,
    interaction_model: str,
    density: Quantity,
    solver: TwoWell | None,
) -> Callable[[Cycle], LoopModel]:
    """What makes the model of a cycle; everything that the user gave is checked before the data are."""
    if solver is not None and not isinstance(solver, TwoWell):
        raise SpecError(f"solver must be a TwoWell; got {shown(solver)}.")
    chosen = solver or TwoWell()
    angle = axis_angle(axes, "axes")
    if chosen.prefactor == "brown-field" and angle != 0.0:
        raise SpecError("TwoWell.prefactor must be 'constant' or 'brown' unless axes=0; got 'brown-field'.")
    known = {
        "frequency": read("frequency", frequency, "frequency"),
        "temperature": read("temperature", temperature, "temperature"),
        "interaction": read("interaction", interaction, "interaction"),
        "density": positive(density, "kg/m^3", "density", "magnetite has 5180"),
    }
    word = one_of(interaction_model, tuple(INTERACTIONS), "interaction_model")

    def model(cycle: Cycle) -> LoopModel:
        return LoopModel(
            phase=cycle.phase,
            amplitude=cycle.amplitude,
            interaction_model=word,
            angle=None if isinstance(angle, str) else angle,
            solver=chosen,
            damping=1.0,
            **known,
        )

    return model


def _task(
    model: LoopModel,
    cycle: Cycle,
    fixed: Mapping[str, Quantity] | None,
    bounds: Mapping[str, tuple[Quantity, Quantity]] | None,
) -> Task:
    fixed, bounds = fixed or {}, bounds or {}
    for name, mapping in (("fixed", fixed), ("bounds", bounds)):
        require_mapping(mapping, name, "{'saturation_magnetization': '450 kA/m'}")
        require_known(mapping, PARAMETERS, name)
    if both := [name for name in bounds if name in fixed]:
        raise SpecError(f"{both[0]} must be in fixed or in bounds; got both; leave one out.")
    known = {name: read(name, value, f"fixed['{name}']") for name, value in fixed.items()}
    free = [name for name in PARAMETERS if name not in known]
    if not free:
        raise SpecError("fixed must leave at least one parameter free; all four are fixed; mh.simulate runs that loop.")
    if cycle.phase.size < _SAMPLES_EACH * (len(free) + 1):
        raise SpecError(
            f"field must have at least {_SAMPLES_EACH * (len(free) + 1)} samples for {len(free)} free parameters; got "
            f"{cycle.phase.size}; fix some or give more samples."
        )
    largest = float(np.ptp(cycle.magnetization)) / 2
    within = {}
    for name in free:
        unit = largest if name == "saturation_magnetization" else 1.0
        low, high = (unit * end for end in _BOUNDS[name])
        high = max(high, _LARGEST_M_S) if name == "saturation_magnetization" else high
        within[name] = read_pair(name, bounds[name], f"bounds['{name}']") if name in bounds else (low, high)
    return Task(model, cycle.magnetization, known, within)


def _finished(task: Task, found: Slopes) -> Slopes:
    """The best fit, with slopes on both sides of the bounds that it lies on."""
    best = slopes(task, found.point, FINE)
    if not np.isfinite(best.cost) or best.cost > _HALF * float(np.var(task.magnetization)) * task.magnetization.size:
        raise ConvergenceError(
            "no loop of the two-well model is near the measured one; check the units of field and magnetization, "
            "frequency and temperature."
        )
    return best


def _result(
    task: Task,
    cycle: Cycle,
    fit: _Fit,
    level: float,
) -> LoopFit:
    found, covariance, ends = fit.found, fit.covariance, fit.ends
    values = dict(task.fixed) | {name: float(value(name, found.point[i])) for i, name in enumerate(task.free)}
    values = {name: values[name] for name in PARAMETERS}
    lower = {name: _end(name, end.lower, 0.0) for name, end in zip(task.free, ends, strict=True)}
    upper = {name: _end(name, end.upper, np.inf) for name, end in zip(task.free, ends, strict=True)}
    sizes = np.sqrt(np.diagonal(covariance.matrix))
    fitted = found.residual + task.magnetization + float(np.mean(cycle.magnetization) - np.mean(task.magnetization))
    total = float(np.var(cycle.magnetization)) * cycle.phase.size
    experiment, solver = _experiment(task, values)
    return LoopFit(
        values=MappingProxyType(values),
        lower=MappingProxyType(lower),
        upper=MappingProxyType(upper),
        free=task.free,
        level=level,
        correlation=covariance.matrix / np.outer(sizes, sizes),
        outputs=MappingProxyType(_outputs(found, covariance, level)),
        noise=covariance.noise.level,
        residual_correlation=covariance.noise.correlation,
        r_squared=1 - found.cost / total,
        warnings=(*cycle.notes, *_others(task, fit), *_warnings(task, fit, values, lower, upper, level)),
        field=cycle.field,
        magnetization=cycle.magnetization,
        fitted=fitted,
        experiment=experiment,
        solver=solver,
        evaluations=fit.evaluations,
    )


def _end(name: str, at: float, otherwise: float) -> float:
    return float(value(name, at)) if np.isfinite(at) else otherwise


def _quantile(covariance: Covariance, level: float) -> float:
    from scipy.stats import t as student

    return float(student.ppf(0.5 + level / 2, covariance.noise.freedom))


def _outputs(found: Slopes, covariance: Covariance, level: float) -> dict[str, tuple[float, float, float]]:
    """Numbers of the fitted loop with intervals to first order."""
    slope = found.output_slopes
    variance = np.einsum("oi,ij,oj->o", slope, covariance.matrix, slope)
    half = _quantile(covariance, level) * np.sqrt(variance)
    ends = zip(OUTPUTS, found.outputs, half, strict=True)
    return {name: (float(at), float(at - by), float(at + by)) for name, at, by in ends}


def _warnings(
    task: Task,
    fit: _Fit,
    values: Mapping[str, float],
    lower: Mapping[str, float],
    upper: Mapping[str, float],
    level: float,
) -> list[str]:
    """What the loop does not tell, and where the model is not to be trusted."""
    found, covariance = fit.found, fit.covariance
    sentences = []
    for name in task.free:
        sentence = _about_interval(name, values[name], lower[name], upper[name])
        if sentence is not None:
            sentences.append(sentence)
    sentences += _about_bounds(task, found)
    sentences += _about_pair(task, covariance, level)
    if covariance.noise.correlation > 0:
        sentences.append(
            f"Residuals of neighbouring samples are alike (correlation {covariance.noise.correlation:.2g}): the noise "
            "is filtered, or the model misses something; intervals are wider for the first and do not cover the second."
        )
    if (left := found.cost / (float(np.var(task.magnetization)) * task.magnetization.size)) > _POOR:
        sentences.append(f"The fit leaves {100 * left:.2g} % of the variance of the magnetization unexplained.")
    barrier = task.model.barrier(values["anisotropy_constant"], values["diameter"])
    if barrier < LOW_BARRIER:
        sentences.append(f"K V of the median particle is {barrier:.2g} k_B T; below 3 two wells do not hold.")
    if _shift(task, found, covariance, level) > _COARSE_SHIFT:
        sentences.append("Finer steps would move a parameter by more than a fifth of its error bar.")
    return sentences


def _others(task: Task, fit: _Fit) -> list[str]:
    """Quite different particles whose loop is nearly as near."""
    sentences = []
    for other in fit.others:
        rise = (other.cost - fit.found.cost) / (fit.covariance.noise.level**2 * fit.covariance.colour)
        numbers = [told(name, float(value(name, at))) for name, at in zip(task.free, other.point, strict=True)]
        parts = ", ".join(f"{name} {number}" for name, number in zip(task.free, numbers, strict=True))
        sentences.append(
            f"Other particles fit nearly as well ({np.sqrt(max(rise, 0.0)):.2g} standard errors worse): {parts}; fix "
            "what you know."
        )
    return sentences


def _about_interval(name: str, at: float, low: float, high: float) -> str | None:
    if name == "diameter_spread":
        if np.isinf(high):
            return "diameter_spread: the loop does not tell it."
        return f"diameter_spread: the loop does not tell it from 0; it is below {high:.2g}." if low == 0 else None
    if low == 0 and np.isinf(high):
        return f"{name}: the loop does not tell it."
    if low == 0:
        return f"{name}: the loop sets no lower bound; it is below {told(name, high)}."
    if np.isinf(high):
        return f"{name}: the loop sets no upper bound; it is above {told(name, low)}."
    if (high - low) / 2 > _VAGUE * at:
        return f"{name}: the loop hardly tells it, {told(name, low)} to {told(name, high)}."
    return None


def _about_bounds(task: Task, found: Slopes) -> list[str]:
    """Parameters that a bound holds; a spread of 0 is none."""
    low, high = task.box
    near = 1e-4 * (high - low)
    sentences = []
    for i, name in enumerate(task.free):
        if found.point[i] > high[i] - near[i] or (name != "diameter_spread" and found.point[i] < low[i] + near[i]):
            at = told(name, float(value(name, found.point[i])))
            sentences.append(f"{name} lies at its bound, {at}; the intervals of the others hold only for that bound.")
    return sentences


def _about_pair(task: Task, covariance: Covariance, level: float) -> list[str]:
    """K and D where the loop knows little more than the barrier K V or the moment M_s V."""
    sentences = []
    pairs = (("anisotropy_constant", "the barrier K V"), ("saturation_magnetization", "the moment M_s V"))
    for name, words in pairs:
        if name not in task.free or "diameter" not in task.free:
            continue
        direction = np.zeros(len(task.free))
        direction[task.free.index(name)], direction[task.free.index("diameter")] = 1.0, 3.0
        together = float(np.sqrt(direction @ covariance.matrix @ direction))
        alone = float(np.sqrt(covariance.matrix[task.free.index(name), task.free.index(name)]))
        quantile = _quantile(covariance, level)
        if together < alone / 4 and alone * quantile > 0.1:
            sentences.append(
                f"The loop tells {words} to {100 * quantile * together:.2g} %, but {name} and diameter apart only to "
                f"{100 * quantile * alone:.2g} % (of {name}); fix one of them if it is known."
            )
    return sentences


def _shift(task: Task, found: Slopes, covariance: Covariance, level: float) -> float:
    """The largest move of a parameter that a finer computation would make, in half widths of its interval."""
    finest = task.residuals(task.loops(found.point[None], FINEST))[0]
    move = covariance.white @ (found.jacobian.T @ (finest - found.residual))
    half = _quantile(covariance, level) * np.sqrt(np.diagonal(covariance.matrix))
    return float(np.max(np.abs(move) / np.where(half > 0, half, np.inf)))


def _experiment(task: Task, values: Mapping[str, float]) -> tuple[Experiment, TwoWell]:
    """The fitted loop as an experiment and the solver, with as many sizes as the spread needs."""
    from dataclasses import replace

    model = task.model
    ensemble = Ensemble(
        material=Material(
            saturation_magnetization=values["saturation_magnetization"],
            anisotropy_constant=values["anisotropy_constant"],
            density=model.density,
        ),
        diameter=values["diameter"],
        diameter_spread=values["diameter_spread"],
        interaction=model.interaction,
        axes="random" if model.angle is None else model.angle,
        interaction_model=model.interaction_model,
    )
    drive = Sinusoidal(amplitude=model.amplitude, frequency=model.frequency)
    experiment = Experiment(
        ensemble=ensemble, applied_field=drive, temperature=model.temperature, samples_per_cycle=2 * FINE.steps
    )
    # Gauss and Hermite need (pi s/spacing)^2 of them for the same spacing in the middle; beyond 350 they overflow.
    points = int(np.clip((np.pi * values["diameter_spread"] / FINE.spacing) ** 2, 24, 300))
    return experiment, replace(model.solver, size_points=points)
