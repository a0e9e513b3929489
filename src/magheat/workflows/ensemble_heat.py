"""Heat as a distribution: the same experiment from many slightly tilted starts.

At low damping the heat of a jump is chaotic: a tilt of the start by 1e-10 rad changes it by tens of per cent, at any
tolerance. There a single run says little, and the answer is mean, standard error and spread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.analysis.heat import heat_per_cycle
from magheat.analysis.jumps import jumps
from magheat.analysis.statistics import summarize
from magheat.api import require_experiment, simulate_many, solver_of
from magheat.errors import SpecError
from magheat.solvers import lowering
from magheat.solvers.base import Progress, Solver, require_support
from magheat.spec.checks import explain_arguments, integer, positive
from magheat.spec.io import to_json

if TYPE_CHECKING:
    from magheat.spec.experiment import Experiment
    from magheat.units import Quantity

#: Classes of a jump, as :func:`magheat.analysis.jumps` names them.
KINDS = ("single", "joint", "none")
#: Members that are held in memory at once.
_BATCH = 256


class _Members(NamedTuple):
    """What every member did; m members, h half cycles, j jumps per half cycle, n particles."""

    heat: npt.NDArray[np.float64]  # (m, h, j, n) J, NaN where there is no such jump
    kind: npt.NDArray[np.str_]  # (m, h, j), empty where there is no such jump
    switches: npt.NDArray[np.float64]  # (m, h, j, n), NaN where there is no such jump
    per_cycle: npt.NDArray[np.float64]  # (m, n) J


@explain_arguments
def ensemble_heat(
    experiment: Experiment,
    members: int = 64,
    perturbation: Quantity = 1e-6,
    solver: str | Solver = "llg",
    *,
    rtol: float | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Heat of every particle in every jump, as mean, standard error and spread over perturbed starts.

    Jumps are segmented by events and counted within each half cycle of the drive, in the order in which they start:
    the first loss of stability of a half cycle is its jump 1, whoever switches. A jump in which two or more particles
    end in the other well is of the kind "joint", one with a single one "single", one that returns to where it began
    "none". So where two jumps merge into one, jump 1 is joint and there is no jump 2, and the two kinds never mix in
    one mean. Who switches may still differ between jumps of one kind: ``switching_fraction`` says how often, and the
    members are there to be split further.

    Parameters
    ----------
    experiment
        With particles, at 0 K.
    members
        Number of runs, >= 2.
    perturbation
        Angle by which each moment of each member is tilted away from the start, about a random axis (seeded by the
        experiment's seed and the member's number); rad or a string such as "1 deg".
    solver
        A name or a solver object, as in :func:`magheat.simulate`.
    rtol
        Overrides the solver's relative tolerance; None keeps it.
    progress
        Called with the fraction done.

    Returns
    -------
    Dataset
        Along (half_cycle, jump, kind, particle): ``heat`` (J) and ``temperature_rise`` (K), the means over the
        members that have this jump in this kind, each with ``..._standard_error`` and ``..._spread`` (the standard
        deviation of one member), and ``switching_fraction``, the share of them in which the particle switches.
        Along (half_cycle, jump, kind): ``occurrences``, the number of members that have it, and ``fraction``, their
        share of all. Along (particle): ``heat_per_cycle`` (J, last cycle) with its standard error and spread.
        Members one by one: ``member_heat`` (J) and ``member_switches`` (member, half_cycle, jump, particle; NaN where
        there is no such jump), ``member_kind`` (member, half_cycle, jump; empty there) and ``member_heat_per_cycle``
        (member, particle).

    Raises
    ------
    SpecError
        When there are fewer than 2 members, the perturbation is not between 0 and 1 rad, or as
        :func:`magheat.simulate`.

    Notes
    -----
    The perturbation stands for everything that an experiment leaves open. For a start at rest the distribution does
    not depend on its size as long as it is small.
    """
    require_experiment(experiment)
    members = integer(members, "members", 2, hint="64 gives a standard error of an eighth of the spread.")
    angle = positive(perturbation, "rad", "perturbation", "1e-6 rad is the default.")
    if angle > 1:
        raise SpecError(f"perturbation must be at most 1 rad; got {angle:g} rad; 1e-6 rad is the default.")
    chosen = solver_of(solver, rtol)
    require_support(chosen, experiment)
    if experiment.temperature > 0:
        raise SpecError(
            f"Experiment.temperature must be 0 for ensemble_heat, whose members differ by their starts; got "
            f"{experiment.temperature:g} K; take mh.analysis.mean_heat of mh.simulate_many with several seeds."
        )
    starts = perturbed(experiment, members, angle)
    batches = [starts[first : first + _BATCH] for first in range(0, members, _BATCH)]
    parts = []
    for done, batch in enumerate(batches):
        share = None if progress is None else _share(progress, done, len(batches))
        runs = simulate_many(batch, solver=chosen, progress=share)
        parts.append(_members(runs))
    result = _summary(_joined(parts), runs)
    attributes = {name: runs.attrs[name] for name in ("solver", "solver_options", "magheat_version", "seed")}
    given = {"experiment": to_json(experiment), "key": experiment.key, "members": members, "perturbation": angle}
    return result.assign_attrs(attributes | given)


def perturbed(experiment: Experiment, members: int, angle: float) -> list[Experiment]:
    """The experiment ``members`` times, every moment of the start tilted by ``angle`` rad about a random axis."""
    start = lowering.start_of(experiment)
    generators = [np.random.default_rng([experiment.seed, 3, member]) for member in range(members)]
    tilted = [lowering.tilted(start, angle, generator) for generator in generators]
    return [experiment.replace(initial_moments=moments) for moments in tilted]


def _share(progress: Progress, done: int, batches: int) -> Progress:
    return lambda fraction: progress((done + fraction) / batches)


def _members(runs: xr.Dataset) -> _Members:
    """What the runs of one batch did, by half cycle and number of the jump within it."""
    events = jumps(runs)
    halves, n = 2 * int(runs.attrs["cycles"]), runs.sizes["particle"]
    half = np.minimum(events["half_cycle"].values, halves - 1)
    group = events["run"].values * halves + half
    number = _numbers(group)
    shape = (runs.sizes["run"], halves, int(number.max(initial=0)) + 1)
    at = (events["run"].values, half, number)
    heat, switches = np.full((*shape, n), np.nan), np.full((*shape, n), np.nan)
    kind = np.full(shape, "", dtype="<U6")
    heat[at], switches[at], kind[at] = events["released_heat"], events["switches"], events["kind"]
    per_cycle = heat_per_cycle(runs).transpose("run", "particle").values
    return _Members(heat, kind, switches, per_cycle)


def _numbers(group: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0, 1, ... within each group, for groups that come one after the other."""
    index = np.arange(group.size)
    begins = np.ones(group.size, dtype=bool)
    begins[1:] = group[1:] != group[:-1]
    return index - np.maximum.accumulate(np.where(begins, index, 0)) if group.size else index


def _joined(parts: list[_Members]) -> _Members:
    """All batches as one, with room for the most jumps that any half cycle has."""
    most = max(part.kind.shape[2] for part in parts)

    def padded(part: _Members) -> _Members:
        extra = most - part.kind.shape[2]
        room = ((0, 0), (0, 0), (0, extra))
        numbers = [np.pad(values, (*room, (0, 0)), constant_values=np.nan) for values in (part.heat, part.switches)]
        return part._replace(heat=numbers[0], kind=np.pad(part.kind, room, constant_values=""), switches=numbers[1])

    return _Members(*(np.concatenate(arrays) for arrays in zip(*map(padded, parts), strict=True)))


def _summary(members: _Members, runs: xr.Dataset) -> xr.Dataset:
    """Statistics over the members, by class."""
    dims = ("member", "half_cycle", "jump")
    kind = xr.DataArray(members.kind, dims=dims)
    heat = xr.DataArray(members.heat, dims=(*dims, "particle"), attrs={"units": "J"})
    switches = xr.DataArray(members.switches, dims=(*dims, "particle"))
    per_cycle = xr.DataArray(members.per_cycle, dims=("member", "particle"), attrs={"units": "J"})
    of_kind = [kind == name for name in KINDS]
    count = xr.concat([mask.sum("member") for mask in of_kind], "kind")
    capacity = (runs["heat_capacity"] * runs["volume"]).variable
    by_kind = [summarize(heat.where(mask), "member") for mask in of_kind]
    statistics = xr.concat(by_kind, "kind", join="exact")[["mean", "standard_error", "spread"]]
    switching = xr.concat([switches.where(mask).mean("member") for mask in of_kind], "kind")
    variables: dict[str, xr.DataArray] = {}
    variables |= _named("heat", statistics, "J", "Heat released in the jump")
    variables |= _named("temperature_rise", statistics / capacity, "K", "Adiabatic temperature rise in the jump")
    variables |= _named("heat_per_cycle", summarize(per_cycle, "member"), "J", "Heat released per cycle")
    variables["switching_fraction"] = _with(switching, "1", "Share of the jumps in which the particle switches")
    variables["occurrences"] = _with(count, "1", "Members that have the jump in this kind")
    variables["fraction"] = _with(count / kind.sizes["member"], "1", "Share of the members that have it")
    variables["member_heat"] = _with(heat, "J", "Heat released in the jump")
    variables["member_switches"] = _with(switches, "1", "Whether the particle ends in the other well")
    variables["member_kind"] = _with(kind, "1", "Kind of the jump")
    variables["member_heat_per_cycle"] = _with(per_cycle, "J", "Heat released per cycle")
    coordinates = {name: runs[name].variable for name in ("particle", "diameter", "volume", "heat_capacity")}
    sizes = {name: np.arange(kind.sizes[name]) for name in ("member", "half_cycle")}
    numbers = {"jump": 1 + np.arange(kind.sizes["jump"]), "kind": list(KINDS)}
    result = xr.Dataset(variables, coordinates | sizes | numbers)
    return result.transpose("member", "half_cycle", "jump", "kind", "particle")


def _named(name: str, statistics: xr.Dataset, units: str, long_name: str) -> dict[str, xr.DataArray]:
    """Mean, standard error and spread under the name of what they are of."""
    return {
        name: _with(statistics["mean"], units, f"{long_name}, mean"),
        f"{name}_standard_error": _with(statistics["standard_error"], units, f"{long_name}, standard error"),
        f"{name}_spread": _with(statistics["spread"], units, f"{long_name}, standard deviation of a member"),
    }


def _with(values: xr.DataArray, units: str, long_name: str) -> xr.DataArray:
    return values.drop_vars(values.coords).assign_attrs(units=units, long_name=long_name)
