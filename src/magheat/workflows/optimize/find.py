"""Which particle and which field heat best, within what a body bears: an answer of the simulator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.dataset import LOW_BARRIER
from magheat.errors import ConvergenceError, SpecError
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_run import INTERACTIONS
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.checks import broken, explain_arguments, integer, one_of, positive
from magheat.spec.ensemble import Ensemble, axis_angle
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material, magnetite
from magheat.surrogates.features import TWO_WELL_INPUTS, sigma
from magheat.units import FloatArray, Quantity, parse, shown
from magheat.workflows.optimize.objectives import NEVER, OBJECTIVES, Simulator, known, surrogate_values
from magheat.workflows.optimize.optimum import Optimum, SurrogateCheck
from magheat.workflows.optimize.search import Effort, Found, climb, evolve, highest, polished
from magheat.workflows.optimize.space import Space, read_space
from magheat.workflows.optimize.trade_off import trade_off, values_at
from magheat.workflows.quantities import power, told

if TYPE_CHECKING:
    import polars as pl

    from magheat.surrogates import Surrogate

Progress = Callable[[float], None]
LIMITS: Mapping[str, float] = MappingProxyType({"brezovich": BREZOVICH_LIMIT, "hergt-dutz": HERGT_DUTZ_LIMIT})
#: Of the search by simulation, and by a surrogate, which is asked for more points at once.
_EFFORT = Effort(members=16, generations=40, polishes=3)
_BY_SURROGATE = Effort(members=256, generations=30, polishes=3)
#: Points of the surrogate's last population that are simulated.
_SIMULATED = 64
#: Share of the progress that the first search takes; the trade-off has the rest.
_FIRST = 0.3
#: Points of the scan of one input, and the share of the best value that counts as nearly as good.
_SCAN, _NEARLY = 161, 0.9
#: A value within this share of a bound or limit lies on it.
_ON = 1e-6


@explain_arguments
def optimize(
    objective: str = "slp",
    *,
    free: Mapping[str, tuple[Quantity, Quantity]],
    fixed: Mapping[str, Quantity] | None = None,
    limit: Quantity | None = "hergt-dutz",
    surrogate: Surrogate | str | Path | None = None,
    axes: Quantity = "random",
    interaction_model: str = "barrier",
    density: Quantity = magnetite.density,
    lowest_barrier: float = LOW_BARRIER,
    trade_off_points: int = 13,
    solver: TwoWell | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Optimum:
    """Find the particle and the field that heat best under a limit on field times frequency.

    Parameters
    ----------
    objective
        "slp", "ilp" or "loss_per_cycle".
    free
        Input -> (lowest, highest), in SI or as strings with units. The inputs are saturation_magnetization,
        anisotropy_constant, diameter, interaction, temperature, frequency and amplitude.
    fixed
        Input -> value; all inputs that are not free.
    limit
        Of amplitude times frequency: "hergt-dutz" (5e9 A/(m s)), "brezovich" (4.85e8), a number in A/(m s), or None.
    surrogate
        A model of the two-well loops, or its folder, that does the first search; the simulator does the last.
    axes, interaction_model, density
        Of all samples, as in :class:`magheat.Ensemble` and :class:`magheat.Material`.
    lowest_barrier
        K V/(k_B T) below which nothing is looked for, because two wells do not hold there; 0 for no bound.
    trade_off_points
        Limits between 1e8 and 1e10 A/(m s) for which the optimum is looked for, too, beside the two of medicine; 0
        for no trade-off.
    solver
        Options of the simulator.
    seed
        Of the search: the same seed gives the same bits.
    progress
        Called with the fraction done.

    Raises
    ------
    SpecError
        For an input that is missing, unknown or out of range, an unknown objective or limit, and where nothing obeys
        the limits.
    ConvergenceError
        When the model settles nowhere in the space.
    """
    one_of(objective, tuple(OBJECTIVES), "objective")
    most = _limit(limit)
    barrier = parse(lowest_barrier, "1", "lowest_barrier")
    if not 0 <= barrier <= 1000:
        raise SpecError(broken("lowest_barrier", ">= 0 and <= 1000", lowest_barrier, "1", "3 is the default"))
    points = integer(trade_off_points, "trade_off_points", 0, 1000)
    seed = integer(seed, "seed", 0)
    simulator = Simulator(
        axis_angle(axes, "axes"),
        one_of(interaction_model, tuple(INTERACTIONS), "interaction_model"),
        positive(density, "kg/m^3", "density", "magnetite has 5180"),
        _solver(solver),
    )
    space = read_space(fixed, free, np.inf if most is None else most, barrier)
    model = _surrogate(surrogate)
    first = _part(progress, 0.0, _FIRST if points else 1.0)
    if model is None:
        found, check = _by_simulation(space, simulator, objective, seed, first), None
    else:
        found, check = _by_surrogate(space, simulator, model, objective, seed, first)
    if found.value == NEVER:
        raise ConvergenceError(
            f"the interaction settled nowhere in the space; take interaction_model='barrier', less interaction, or "
            f"raise TwoWell.most_sweeps; got {interaction_model!r}."
        )
    frame = None
    if points:
        best = [values_at(space, found)]
        frame = trade_off(space, simulator, objective, points, best, seed, _part(progress, _FIRST, 1.0))
        found = _best_of(space, simulator, objective, found, frame)
    return _optimum(objective, space, simulator, found, frame, check)


def _best_of(space: Space, simulator: Simulator, objective: str, found: Found, frame: pl.DataFrame) -> Found:
    """What was found, or a better point that the trade-off came upon within the limit."""
    within = frame.filter(frame["product"] <= space.limit)
    if (
        not within.height
        or (top := within.sort(objective, descending=True).row(0, named=True))[objective] <= found.value
    ):
        return found

    def values(points: FloatArray) -> FloatArray:
        return simulator.values(space.rows(points), objective)

    other = climb(values, space.cube(top))
    return other if other.value > found.value else found


def _solver(solver: TwoWell | None) -> TwoWell:
    if solver is None or isinstance(solver, TwoWell):
        return solver or TwoWell()
    raise SpecError(f"solver must be a TwoWell; got {shown(solver)}.")


def _limit(limit: Quantity | None) -> float | None:
    """The limit in A/(m s)."""
    if limit is None:
        return None
    if isinstance(limit, str) and limit in LIMITS:
        return LIMITS[limit]
    if isinstance(limit, str) and not any(character.isdigit() for character in limit):
        raise SpecError(f"limit must be {' or '.join(map(repr, LIMITS))}, a number in A/(m s) or None; got {limit!r}.")
    return positive(limit, "A/(m s)", "limit", "5e9 A/(m s) is that of Hergt and Dutz")


def _surrogate(surrogate: Surrogate | str | Path | None) -> Surrogate | None:
    """The surrogate itself.

    Raises
    ------
    SpecError
        When it is none of the two-well model.
    """
    if surrogate is None:
        return None
    from magheat import surrogates

    model = surrogates.load(surrogate) if isinstance(surrogate, str | Path) else surrogate
    if not isinstance(model, surrogates.Surrogate):
        raise SpecError(f"surrogate must be a Surrogate or its folder; got {shown(surrogate)}.")
    inputs, outputs = set(model.domain.inputs), set(model.outputs)
    if inputs != set(TWO_WELL_INPUTS) or not {"loss_per_cycle", "slp"} <= outputs:
        raise SpecError(
            "surrogate must predict slp and loss_per_cycle from the seven inputs of the two-well model; this one "
            f"predicts {', '.join(model.outputs)} from {', '.join(model.domain.inputs)}."
        )
    return model


def _part(progress: Progress | None, start: float, stop: float) -> Progress | None:
    return None if progress is None else lambda done: progress(start + done * (stop - start))


def _by_simulation(space: Space, simulator: Simulator, objective: str, seed: int, progress: Progress | None) -> Found:
    def values(points: FloatArray) -> FloatArray:
        return simulator.values(space.rows(points), objective)

    return highest(values, len(space.names), _EFFORT, seed, progress=progress)


def _by_surrogate(
    space: Space, simulator: Simulator, model: Surrogate, objective: str, seed: int, progress: Progress | None
) -> tuple[Found, SurrogateCheck]:
    """What the simulator finds from the surrogate's best points, and what the surrogate says of it."""
    taught = _where_taught(space, model)
    asked = 0

    def predicted(points: FloatArray) -> FloatArray:
        nonlocal asked
        asked += len(points)
        return known(surrogate_values(model, taught.rows(points), objective, simulator.density)[:, 0])

    def values(points: FloatArray) -> FloatArray:
        return simulator.values(space.rows(points), objective)

    population, best = evolve(predicted, len(space.names), _BY_SURROGATE, seed, progress=progress)
    columns = taught.rows(population[:_SIMULATED])
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    cubes = np.array([space.cube(row) for row in rows])
    order = np.argsort(-values(cubes), kind="stable")
    found = polished(values, cubes[order], _BY_SURROGATE.polishes)
    there = surrogate_values(model, space.rows(found.point[None]), objective, simulator.density)[0]
    value, lower, upper = (float(number) for number in there)
    within = bool(lower <= found.value <= upper) if np.isfinite(value) else None
    difference = value / found.value - 1 if found.value else float("nan")
    return found, SurrogateCheck(value, lower, upper, difference, within, float(best[0]), asked)


def _where_taught(space: Space, model: Surrogate) -> Space:
    """The part of the space in which the surrogate was taught.

    Raises
    ------
    SpecError
        When there is none.
    """
    free = {}
    for name, (low, high) in model.domain.ranges.items():
        ends = space.ends(name)
        both = max(low, ends[0]), min(high, ends[1])
        if both[0] > both[1]:
            raise SpecError(
                f"surrogate must have been taught {name} where it is looked for; it was from {told(name, low)} to "
                f"{told(name, high)}; search without a surrogate there."
            )
        if name in space.free:
            free[name] = both
    return Space(space.fixed, free, space.limit, space.lowest_barrier)


def _optimum(
    objective: str,
    space: Space,
    simulator: Simulator,
    found: Found,
    frame: pl.DataFrame | None,
    check: SurrogateCheck | None,
) -> Optimum:
    inputs = values_at(space, found)
    row = simulator.frame({name: np.array([value]) for name, value in inputs.items()})
    outputs = {name: row[name][0] for name in row.columns if name not in inputs and name != "density"}
    product = inputs["amplitude"] * inputs["frequency"]
    limit = None if np.isinf(space.limit) else space.limit
    return Optimum(
        objective=objective,
        value=float(outputs[objective]),
        inputs=MappingProxyType(inputs),
        outputs=MappingProxyType(outputs),
        product=product,
        limit=limit,
        ratio=None if limit is None else product / limit,
        active=tuple(_active(space, inputs)),
        warnings=tuple(_warnings(inputs, outputs, check)),
        trade_off=row.clear() if frame is None else frame,
        evaluations=simulator.count[0],
        surrogate=check,
        experiment=_experiment(inputs, simulator),
        solver=simulator.solver,
        free=MappingProxyType(dict(space.free)),
        nearly=MappingProxyType(_nearly(space, simulator, objective, inputs, float(outputs[objective]))),
    )


def _nearly(
    space: Space, simulator: Simulator, objective: str, inputs: Mapping[str, float], best: float
) -> dict[str, tuple[float, float]]:
    """Where each free input alone keeps the value above a share of the best, within the limits; by a scan."""
    result = {}
    for name, (low, high) in space.free.items():
        scan = np.unique([*np.linspace(low, high, _SCAN), inputs[name]])
        rows = {other: np.full(scan.size, value) for other, value in inputs.items()} | {name: scan}
        allowed = rows["amplitude"] * rows["frequency"] <= space.limit
        allowed &= sigma(rows) >= space.lowest_barrier
        good = (simulator.values(rows, objective) >= _NEARLY * best) & allowed
        at = int(np.searchsorted(scan, inputs[name]))
        first = at - int(np.argmin(np.append(good[: at + 1][::-1], False))) + 1
        last = at + int(np.argmin(np.append(good[at:], False))) - 1
        result[name] = float(scan[min(first, at)]), float(scan[max(last, at)])
    return result


def _active(space: Space, inputs: Mapping[str, float]) -> list[str]:
    """Bounds and limits that the optimum lies on."""
    sentences = []
    for name, ends in space.free.items():
        for end, which in zip(ends, ("lowest", "highest"), strict=True):
            if abs(inputs[name] - end) <= _ON * (ends[1] - ends[0]):
                sentences.append(f"{name} is at its {which} value, {told(name, end)}.")
    product = inputs["amplitude"] * inputs["frequency"]
    if product >= space.limit * (1 - _ON):
        sentences.append(f"H f is at its limit, {power(space.limit)} A/(m s).")
    if space.lowest_barrier and _barrier(inputs) <= space.lowest_barrier * (1 + _ON):
        sentences.append(
            f"K V is at {space.lowest_barrier:g} k_B T, its lowest value; the model does not hold below 3."
        )
    return sentences


def _barrier(inputs: Mapping[str, float]) -> float:
    return float(sigma({name: np.array([value]) for name, value in inputs.items()})[0])


def _warnings(inputs: Mapping[str, float], outputs: Mapping[str, Any], check: SurrogateCheck | None) -> list[str]:
    sentences = []
    if outputs["low_barrier"]:
        sentences.append(f"K V is {_barrier(inputs):.2g} k_B T; below 3 two wells do not hold: do not trust the value.")
    if outputs["may_break_symmetry"]:
        sentences.append("The mean field could magnetize the sample by itself: other loops may exist.")
    if outputs["above_hergt_dutz"]:
        sentences.append("H f is above the limit of Hergt and Dutz, 5e9 A/(m s).")
    elif outputs["above_brezovich"]:
        sentences.append("H f is above the limit of Brezovich, 4.85e8 A/(m s).")
    if check is not None and check.within is None:
        sentences.append("The optimum lies where the surrogate was not taught; the simulator led there.")
    elif check is not None and not check.within:
        sentences.append("The simulated value lies outside the surrogate's interval; trust the simulator.")
    return sentences


def _experiment(inputs: Mapping[str, float], simulator: Simulator) -> Experiment:
    """The same loop as an experiment."""
    ensemble = Ensemble(
        material=Material(
            saturation_magnetization=inputs["saturation_magnetization"],
            anisotropy_constant=inputs["anisotropy_constant"],
            density=simulator.density,
        ),
        diameter=inputs["diameter"],
        interaction=inputs["interaction"],
        axes=simulator.axes,
        interaction_model=simulator.interaction_model,
    )
    drive = Sinusoidal(amplitude=inputs["amplitude"], frequency=inputs["frequency"])
    return Experiment(
        ensemble=ensemble,
        applied_field=drive,
        temperature=inputs["temperature"],
        samples_per_cycle=2 * simulator.solver.steps,
    )
