"""Run experiments: one, or many at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magheat.errors import SpecError
from magheat.solvers.base import Progress, Solver, require_support
from magheat.solvers.checkpoint import Checkpoint
from magheat.solvers.energy_minimizer import EnergyMinimizer
from magheat.solvers.fokker_planck import FokkerPlanck
from magheat.solvers.kinetic_monte_carlo import KineticMonteCarlo
from magheat.solvers.linear_response import LinearResponse
from magheat.solvers.llg import LLG
from magheat.solvers.two_well import TwoWell
from magheat.spec.checks import explain_arguments, unknown_name
from magheat.spec.experiment import Experiment

if TYPE_CHECKING:
    import xarray as xr

#: Solvers by the name that users, files and the command line know them by.
SOLVERS: dict[str, type[Solver]] = {
    solver.name: solver for solver in (LLG, EnergyMinimizer, KineticMonteCarlo, TwoWell, LinearResponse, FokkerPlanck)
}

#: What runs stacked along ``run`` must share.
SHARED = ("particle count", "cycles", "samples_per_cycle", "frequency")


def solver_of(solver: str | Solver, rtol: float | None = None) -> Solver:
    """Return the solver of that name, or the object itself; ``rtol`` overrides the solver's own.

    Raises
    ------
    SpecError
        For an unknown name, something that is no solver, or a solver without a tolerance.
    """
    if isinstance(solver, str):
        if solver not in SOLVERS:
            raise SpecError(f"solver must be one of {', '.join(sorted(SOLVERS))} or a solver object; got {solver!r}.")
        solver = SOLVERS[solver]()
    elif not isinstance(solver, tuple(SOLVERS.values())):
        raise SpecError(f"solver must be one of {', '.join(sorted(SOLVERS))} or a solver object; got {solver!r}.")
    if rtol is None:
        return solver
    if "rtol" not in {field.name for field in dataclasses.fields(solver)}:  # type: ignore[arg-type]
        raise SpecError(f"rtol must be None for the solver {solver.name!r}, which has no such tolerance; got {rtol!r}.")
    return dataclasses.replace(solver, rtol=rtol)  # type: ignore[type-var]


def solver_of_table(table: Mapping[str, Any]) -> Solver:
    """Return the solver of a file's ``[solver]`` table: its ``name`` ("llg" by default) and options.

    Raises
    ------
    SpecError
        For an unknown name or option, or a value that breaks its rule.
    """
    options = dict(table)
    chosen = solver_of(options.pop("name", "llg"))
    known = [field.name for field in dataclasses.fields(chosen)]  # type: ignore[arg-type]
    for option in options:
        if option not in known:
            raise SpecError(unknown_name(f"[solver] {option}", option, ["name", *known]))
    return SOLVERS[chosen.name](**options)


@explain_arguments
def simulate(
    experiment: Experiment,
    solver: str | Solver = "llg",
    rtol: float | None = None,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
) -> xr.Dataset:
    """Return the dataset of one experiment.

    Parameters
    ----------
    experiment
        What to simulate.
    solver
        A name ("llg", "minimize", "kinetic-monte-carlo", "two-well", "linear-response", "fokker-planck") or a solver
        object such as ``mh.LLG(rtol=1e-9)``.
    rtol
        Overrides the solver's relative tolerance; None keeps it.
    progress
        Called with the fraction done, about five times a second.
    checkpoint
        Of the solver "llg": a file in which the run keeps what it has done, every few seconds. The same call goes on
        from there after an interruption, a kill included, to the same bits; the file is deleted at the end.

    Returns
    -------
    Dataset
        With the dimensions ``time`` (cycles x samples_per_cycle + 1 points, both ends included), ``particle`` and
        ``component``: ``applied_field`` (time) and ``applied_field_vector`` (time, component) in A/m,
        ``moment_direction`` (time, particle, component), ``magnetization`` (time, particle) in A/m along the drive's
        direction, ``released_heat``, ``field_work``, ``dipolar_work`` (cumulative) and ``energy`` (time, particle) in
        J, ``temperature_rise`` (time, particle) in K; where the solver checks them, ``heat_sensitivity`` (particle),
        ``heat_error`` (particle) in J and ``reproducible``. What the particles are is in the coordinates.

    Raises
    ------
    SpecError
        When the solver is unknown or cannot run the experiment, or the checkpoint is of another run; the reason is in
        the message.
    ConvergenceError
        When the tolerance or the step limit could not be met.
    """
    chosen = solver_of(solver, rtol)
    require_experiment(experiment)
    require_support(chosen, experiment)
    if checkpoint is None:
        return chosen.run(experiment, progress)
    kept = checkpoint_of(checkpoint, experiment, chosen)
    ds = run_with(kept, experiment, chosen, progress)
    kept.remove()
    return ds


def checkpoint_of(path: str | Path, experiment: Experiment, solver: Solver) -> Checkpoint:
    """Return the checkpoint of a run; its file need not be there yet.

    Raises
    ------
    SpecError
        When there can be no such file.
    """
    from magheat.kernels import source_hash
    from magheat.store.rows import row_key

    if not isinstance(path, str | Path):
        raise SpecError(f"checkpoint must be the name of a file; got {type(path).__name__}.")
    options = dataclasses.asdict(solver)  # type: ignore[call-overload]
    key = row_key(experiment.key, solver.name, options, solver.model_version)
    return Checkpoint(Path(path), f"{key} {source_hash()}")


def run_with(checkpoint: Checkpoint, experiment: Experiment, solver: Solver, progress: Progress | None) -> xr.Dataset:
    """Return the dataset of a run that goes on from its checkpoint, which is left where it is.

    Raises
    ------
    SpecError
        When the solver keeps none, or what is kept is of another run.
    """
    if not isinstance(solver, LLG):
        raise SpecError(f"checkpoint must be None for the solver {solver.name!r}; only 'llg' keeps one.")
    checkpoint.load()  # refused before the run takes any time
    return solver.run(experiment, progress, checkpoint)


@explain_arguments
def simulate_many(
    experiments: Iterable[Experiment],
    solver: str | Solver = "llg",
    rtol: float | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Return the datasets of many experiments stacked along ``run``, computed together on all cores.

    The bits of each run are those of ``simulate``. The twin and the looser run, which ``simulate`` adds as checks, are
    left out unless the solver asks for them: ``mh.LLG(check_sensitivity=True, check_error=True)``.

    Parameters
    ----------
    experiments
        One or more, which share particle count, cycles, samples_per_cycle and frequency.
    solver, rtol, progress
        As in ``simulate``.

    Returns
    -------
    Dataset
        As of ``simulate``, every variable with the dimension ``run``, first; a coordinate only where it differs.

    Raises
    ------
    SpecError
        When there is no experiment, when they differ in what they must share, or as ``simulate``.
    """
    chosen = solver_of(solver, rtol)
    if not isinstance(experiments, Iterable):
        raise SpecError(f"experiments must be a list of experiments; got {type(experiments).__name__}.")
    experiments = list(experiments)
    if not experiments:
        raise SpecError("experiments must hold at least one experiment; got none.")
    for experiment in experiments:
        require_experiment(experiment)
    require_equal_size(experiments)
    for experiment in experiments:
        require_support(chosen, experiment)
    return chosen.run_many(experiments, progress)


def require_experiment(experiment: Experiment) -> None:
    """Raise SpecError for anything that is no experiment."""
    if not isinstance(experiment, Experiment):
        raise SpecError(
            f"experiment must be an Experiment; got {type(experiment).__name__}. Build one with mh.Experiment(...) or "
            f"read one with mh.Experiment.from_toml(...)."
        )


def require_equal_size(experiments: Sequence[Experiment]) -> None:
    """Raise SpecError naming the first quantity in which stacked runs differ."""
    sizes = [(_particle_count(e), e.cycles, e.samples_per_cycle, e.applied_field.frequency) for e in experiments]
    for i, size in enumerate(sizes):
        for name, first, here in zip(SHARED, sizes[0], size, strict=True):
            if first != here:
                raise SpecError(
                    f"experiments must share their {name} to be stacked along 'run'; run 0 has {first:g}, run {i} has "
                    f"{here:g}. Use a sweep for experiments of different size."
                )


def _particle_count(experiment: Experiment) -> int:
    return 0 if experiment.particles is None else experiment.particles.count
