"""Figure 5, its numbers: the heat of each jump against damping, and how sure it is.

Jumps are segmented by events. The paper's way, fixed windows of the clock, is kept beside it for comparison: below a
damping of about 0.003 such windows mix half cycles in which the particles switch one after the other with half cycles
in which one carries the other over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.analysis import summarize_classes
from magheat.api import simulate_many
from magheat.solvers.base import Progress
from magheat.solvers.llg import LLG
from magheat.studies.files import Columns
from magheat.studies.local_heat.cases import NAMES, experiment
from magheat.studies.local_heat.events import first_half_cycle, time_of_heat, who_switches
from magheat.workflows.ensemble_heat import ensemble_heat, perturbed

FloatArray = npt.NDArray[np.float64]

#: Dampings whose temperature is drawn against time; the paper shows four and does not say which.
SHOWN = (1.0, 0.1, 0.01, 0.001)
#: Ends of the fixed windows of the clock, s.
WINDOWS = ((0.5e-6, 0.7e-6), (0.7e-6, 1.0e-6))
#: How the particles may switch in one half cycle.
ROUTES = ("B, then A", "A and B together", "A, then B", "other")
PERTURBATION = 1e-6
RTOL = 1e-8


class Plan(NamedTuple):
    """How finely damping is sampled."""

    single: FloatArray  # dampings of single runs
    ensemble: FloatArray  # dampings of ensembles
    members: int = 64
    drawn_members: int = 16
    samples_per_cycle: int = 2000


class Singles(NamedTuple):
    """One run per damping, first half cycle; arrays are (k, jump, particle) where nothing else is said."""

    damping: FloatArray  # (k,)
    reproducible: npt.NDArray[np.bool_]  # (k,) whether a twin tilted by 1e-8 rad agrees within 1e-3
    route: list[str]
    heat: FloatArray  # J; NaN for a jump that is not there
    windows: FloatArray  # K, rise in the fixed windows of the clock
    duration: FloatArray  # (k, jump) s, until 90 % of the jump's heat is released
    total: FloatArray  # (k, particle) J, all heat of the half cycle


class Ensembles(NamedTuple):
    """Many perturbed runs per damping, first half cycle, by route; (k, route, jump, particle) J."""

    damping: FloatArray  # (k,)
    members: int
    members_on: npt.NDArray[np.int64]  # (k, route) how many went that way
    mean: FloatArray
    standard_error: FloatArray
    spread: FloatArray
    total: FloatArray  # (k, particle) J, all jumps of the half cycle, mean over all members


class Damping(NamedTuple):
    """All numbers of the figure."""

    singles: Singles
    ensembles: Ensembles
    capacity: FloatArray  # (2,) J/K
    time: FloatArray  # (t,) s
    courses: list[FloatArray]  # for each damping shown: (member, t, 2) K


def full_plan() -> Plan:
    """Single runs from 0.001 to 1, denser where the heat has fine structure; ensembles at 13 dampings up to 0.01."""
    parts = ((1e-3, 5e-3, 16), (5e-3, 2e-2, 72), (2e-2, 1e-1, 40), (1e-1, 1.0, 25))
    spaced = [np.geomspace(low, high, count) for low, high, count in parts]
    single = np.unique(np.round(np.concatenate([*spaced, [1e-2, 0.2, 0.5]]), 9))
    return Plan(single=single, ensemble=np.geomspace(1e-3, 1e-2, 25))


def compute(plan: Plan | None = None, progress: Progress | None = None) -> Damping:
    """Single runs over the whole range, ensembles where a single run says little, and courses to draw."""
    plan = full_plan() if plan is None else plan
    tell = progress or (lambda _: None)
    singles, runs = _singles(plan)
    tell(0.15)
    ensembles = _ensembles(plan, lambda fraction: tell(0.15 + 0.8 * fraction))
    courses = [_courses(plan, damping) for damping in SHOWN]
    tell(1.0)
    capacity = (runs["heat_capacity"] * runs["volume"]).values
    return Damping(singles, ensembles, capacity, runs["time"].values, courses)


def _singles(plan: Plan) -> tuple[Singles, xr.Dataset]:
    experiments = [experiment(damping=a, samples_per_cycle=plan.samples_per_cycle) for a in plan.single.tolist()]
    runs = simulate_many(experiments, solver=LLG(rtol=RTOL, check_sensitivity=True))
    k = plan.single.size
    heat, duration, route = np.full((k, 2, 2), np.nan), np.full((k, 2), np.nan), []
    for index, jumps in enumerate(first_half_cycle(runs)):
        run = runs.isel(run=index)
        route.append(route_of([who_switches(jump.switches) for jump in jumps]))
        for number, jump in enumerate(jumps[:2]):
            heat[index, number] = jump.heat
            duration[index, number] = time_of_heat(run, jump, 0.9)
    half = runs["released_heat"].isel(time=plan.samples_per_cycle // 2).transpose("run", "particle").values
    singles = Singles(
        damping=plan.single,
        reproducible=runs["reproducible"].values,
        route=route,
        heat=heat,
        windows=_windows(runs),
        duration=duration,
        total=half,
    )
    return singles, runs


def _windows(runs: xr.Dataset) -> FloatArray:
    """(run, window, particle) K, rise in the fixed windows of the clock."""
    rise = runs["temperature_rise"].transpose("time", "run", "particle")
    at = [[rise.sel(time=t, method="nearest").values for t in window] for window in WINDOWS]
    return np.stack([stop - start for start, stop in at], axis=1)


def route_of(switching: list[str]) -> str:
    """The route of a half cycle, from who switches in each of its jumps."""
    known = {("B", "A"): ROUTES[0], ("A and B",): ROUTES[1], ("A", "B"): ROUTES[2]}
    return known.get(tuple(switching), ROUTES[3])


def _ensembles(plan: Plan, tell: Progress) -> Ensembles:
    shape = (plan.ensemble.size, len(ROUTES))
    count, total = np.zeros(shape, dtype=np.int64), np.zeros((shape[0], 2))
    values = {name: np.full((*shape, 2, 2), np.nan) for name in ("mean", "standard_error", "spread")}
    for k, damping in enumerate(plan.ensemble.tolist()):
        one = experiment(damping=damping, samples_per_cycle=plan.samples_per_cycle)
        ensemble = ensemble_heat(one, plan.members, PERTURBATION, solver=LLG(rtol=RTOL)).isel(half_cycle=0)
        routes = _member_routes(ensemble)
        heat = ensemble["member_heat"].reindex(jump=[1, 2])
        total[k] = ensemble["member_heat"].sum("jump").mean("member").values
        by_route = summarize_classes(heat, xr.DataArray(routes, dims="member"), "member")
        for name in by_route["kind"].values:
            r, one_route = ROUTES.index(str(name)), by_route.sel(kind=name)
            count[k, r] = routes.count(str(name))
            for quantity, array in values.items():
                array[k, r] = one_route[quantity].transpose("jump", "particle").values
        tell((k + 1) / shape[0])
    return Ensembles(plan.ensemble, plan.members, count, **values, total=total)


def _member_routes(ensemble: xr.Dataset) -> list[str]:
    kinds = ensemble["member_kind"].transpose("member", "jump").values
    switches = ensemble["member_switches"].transpose("member", "jump", "particle").values
    return [
        route_of([who_switches(who > 0) for kind, who in zip(row, moved, strict=True) if kind])
        for row, moved in zip(kinds, switches, strict=True)
    ]


def _courses(plan: Plan, damping: float) -> FloatArray:
    """(member, t, 2) K; one member where the course is reproducible."""
    one = experiment(damping=damping, samples_per_cycle=plan.samples_per_cycle)
    members = [one] if damping > 0.005 else perturbed(one, plan.drawn_members, PERTURBATION)
    runs = simulate_many(members, solver=LLG(rtol=RTOL))
    return runs["temperature_rise"].transpose("run", "time", "particle").values


def tables(numbers: Damping) -> dict[str, Columns]:
    """Single runs by events, single runs by fixed windows, ensembles by route, courses."""
    singles, capacity = numbers.singles, numbers.capacity
    head: dict[str, npt.ArrayLike] = {"damping (1)": singles.damping, "reproducible": singles.reproducible}
    by_events: dict[str, npt.ArrayLike] = head | {"route": singles.route}
    by_clock = dict(head)
    for j in range(2):
        for i, name in enumerate(NAMES):
            by_events[f"heat of {name} in jump {j + 1} (J)"] = singles.heat[:, j, i]
            by_events[f"temperature rise of {name} in jump {j + 1} (K)"] = singles.heat[:, j, i] / capacity[i]
            window = f"{1e6 * WINDOWS[j][0]:.1f}-{1e6 * WINDOWS[j][1]:.1f} us"
            by_clock[f"temperature rise of {name} in {window} (K)"] = singles.windows[:, j, i]
        by_events[f"90 % of the heat of jump {j + 1} within (s)"] = singles.duration[:, j]
    return {
        "fig5_single_runs.csv": by_events,
        "fig5_fixed_windows.csv": by_clock,
        "fig5_ensembles.csv": _ensemble_table(numbers),
        "fig5_courses.csv": _course_table(numbers),
    }


def _ensemble_table(numbers: Damping) -> Columns:
    ensembles = numbers.ensembles
    rows = [tuple(row) for row in np.argwhere(ensembles.members_on > 0)]
    columns: dict[str, npt.ArrayLike] = {
        "damping (1)": [ensembles.damping[k] for k, _ in rows],
        "route": [ROUTES[r] for _, r in rows],
        "members": [ensembles.members_on[row] for row in rows],
        "fraction (1)": [ensembles.members_on[row] / ensembles.members for row in rows],
    }
    for j in range(2):
        for i, name in enumerate(NAMES):
            for words, values in (
                ("mean", ensembles.mean),
                ("standard error", ensembles.standard_error),
                ("spread", ensembles.spread),
            ):
                columns[f"heat of {name} in jump {j + 1}, {words} (J)"] = [values[(*row, j, i)] for row in rows]
                rises = [values[(*row, j, i)] / numbers.capacity[i] for row in rows]
                columns[f"temperature rise of {name} in jump {j + 1}, {words} (K)"] = rises
    return columns


def _course_table(numbers: Damping) -> Columns:
    columns: dict[str, npt.ArrayLike] = {"time (s)": numbers.time}
    for damping, courses in zip(SHOWN, numbers.courses, strict=True):
        for i, name in enumerate(NAMES):
            columns[f"temperature rise of {name}, damping {damping:g} (K)"] = courses[0, :, i]
    return columns
