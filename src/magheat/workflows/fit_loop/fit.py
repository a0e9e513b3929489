"""Anisotropy, size, its spread and magnetization of the particles whose loop was measured, with how sure they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

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
from magheat.workflows.fit_loop.cycle import Cycle, read_cycle
from magheat.workflows.fit_loop.intervals import Covariance, Interval, covariance_of, intervals, standard_errors
from magheat.workflows.fit_loop.loop_fit import LoopFit
from magheat.workflows.fit_loop.model import LoopModel
from magheat.workflows.fit_loop.parameters import PARAMETERS, Slopes, Task, slopes, value
from magheat.workflows.fit_loop.search import FINE, Valleys, follow, search
from magheat.workflows.fit_loop.words import Fit, others, warnings
from magheat.workflows.quantities import read, read_pair, require_known, require_mapping

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
#: Share of the variance that may be left over by what is called a fit.
_HALF = 0.5
#: Times that intervals are computed anew because a profile led to a better fit.
_RETURNS = 3
#: Samples that each free parameter needs at the least.
_SAMPLES_EACH = 4


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


def _with_intervals(task: Task, valleys: Valleys, level: float, progress: Progress) -> Fit:
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
        if rise < standard_errors(covariance, level) ** 2:
            beyond, more, _ = intervals(task, other, covariance_of(other), level)
            ends = [_hull(one, two) for one, two in zip(ends, beyond, strict=True)]
            used += more
    return Fit(best, covariance, ends, others, used)


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
    fit: Fit,
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
        warnings=(*cycle.notes, *others(task, fit), *warnings(task, fit, values, lower, upper, level)),
        field=cycle.field,
        magnetization=cycle.magnetization,
        fitted=fitted,
        experiment=experiment,
        solver=solver,
        evaluations=fit.evaluations,
    )


def _end(name: str, at: float, otherwise: float) -> float:
    return float(value(name, at)) if np.isfinite(at) else otherwise


def _outputs(found: Slopes, covariance: Covariance, level: float) -> dict[str, tuple[float, float, float]]:
    """Numbers of the fitted loop with intervals to first order."""
    slope = found.output_slopes
    variance = np.einsum("oi,ij,oj->o", slope, covariance.matrix, slope)
    half = standard_errors(covariance, level) * np.sqrt(variance)
    ends = zip(OUTPUTS, found.outputs, half, strict=True)
    return {name: (float(at), float(at - by), float(at + by)) for name, at, by in ends}


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
