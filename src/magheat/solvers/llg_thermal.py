"""Stochastic Landau-Lifshitz(-Gilbert) dynamics: the thermal road of the solver ``llg``."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from magheat.constants import BOLTZMANN
from magheat.kernels.batch import cores
from magheat.kernels.energy import dipolar_field
from magheat.kernels.reduced import anisotropy_field, energy_unit
from magheat.kernels.thermal import HEUN, SPLIT
from magheat.kernels.thermal_batch import Noise, Plan, walk_runs
from magheat.solvers import lowering
from magheat.solvers.base import Progress, particle_dataset, provenance
from magheat.spec.experiment import particles_of

if TYPE_CHECKING:
    import xarray as xr

    from magheat.kernels.integrate import Runs
    from magheat.kernels.system import System
    from magheat.solvers.checkpoint import Checkpoint
    from magheat.solvers.llg import LLG
    from magheat.spec.experiment import Experiment

SCHEMES = {"split": SPLIT, "heun": HEUN}
#: Relative bias of <m_z^2> over ((1 + alpha) h dt)^2, at most, as measured for K V of 0.5 to 6 k_B T and alpha of 0.1
#: to 3; h is the largest effective field and the thermal one, k_B T/(mu0 M_s V).
_BIAS_OF_STEP = 0.035
#: Particles whose dipolar fields are summed up before a run, for the choice of its step.
_MOST_SUMMED = 10_000


class Thermal(NamedTuple):
    """One experiment on its way to the thermal kernels."""

    experiment: Experiment
    system: System
    h_ref: float
    steps: int  # between samples
    step: float  # dt in reduced units


def prepare(experiment: Experiment, bias: float) -> Thermal:
    """Choose the step of an experiment: so small that the scheme ``split`` has the given bias."""
    system = lowering.system_of(experiment)
    h_ref = lowering.reference_of(experiment, system)
    h = largest_field(experiment, system) / h_ref + float(thermal_share(experiment, system, h_ref).max())
    reach = math.sqrt(bias / _BIAS_OF_STEP) / ((1 + experiment.damping) * h)
    sample = experiment.applied_field.period / experiment.samples_per_cycle / lowering.unit_of_time(experiment, h_ref)
    steps = max(1, math.ceil(sample / reach))
    return Thermal(experiment, system, h_ref, steps, sample / steps)


def largest_field(experiment: Experiment, system: System) -> float:
    """A bound of the effective field, A/m: drive, anisotropy, and the dipolar field of all moments along the drive.

    A long chain of touching spheres has 0.2 M_s at each; of many particles that is not summed up, half of M_s stands
    for it.
    """
    along = np.tile(np.asarray(experiment.applied_field.direction), (system.volume.size, 1))
    if system.volume.size > _MOST_SUMMED:
        dipolar = system.coupling * system.saturation_magnetization / 2
    else:
        dipolar = np.linalg.norm(dipolar_field(along, system), axis=-1)
    static = float((anisotropy_field(system) + dipolar).max())
    return max(lowering.largest_field(experiment) + static, 1.0)


def expected_steps(experiment: Experiment, bias: float) -> float:
    """Steps of a run."""
    return float(prepare(experiment, bias).steps) * experiment.samples_per_cycle * experiment.cycles


def thermal_share(experiment: Experiment, system: System, h_ref: float) -> np.ndarray:
    """Return k_B T/(mu0 M_s V H_ref) of every particle (n,)."""
    share: np.ndarray = BOLTZMANN * experiment.temperature / energy_unit(system, h_ref)
    return share


def noise_of(one: Thermal) -> np.ndarray:
    """S of every particle (n,): s^2 = 2 alpha/(1 + alpha^2) k_B T/(mu0 M_s V H_ref), in either form of damping."""
    damping = one.experiment.damping
    share = thermal_share(one.experiment, one.system, one.h_ref)
    result: np.ndarray = np.sqrt(2 * damping / (1 + damping**2) * share)
    return result


def simulate(
    experiments: list[Experiment], solver: LLG, progress: Progress | None, checkpoint: Checkpoint | None = None
) -> list[xr.Dataset]:
    """Return the datasets of thermal runs, in order; those of equal numbers of steps run together.

    A ``checkpoint`` is for one run.
    """
    started = time.perf_counter()
    prepared = [prepare(experiment, solver.bias) for experiment in experiments]
    parts: dict[int, xr.Dataset] = {}
    for steps in sorted({one.steps for one in prepared}):
        share = [i for i, one in enumerate(prepared) if one.steps == steps]
        samples = _walked([prepared[i] for i in share], solver, progress, checkpoint)
        for row, i in enumerate(share):
            parts[i] = _dataset(prepared[i], samples[row], solver, started)
    return [parts[i] for i in range(len(experiments))]


def _walked(share: list[Thermal], solver: LLG, progress: Progress | None, checkpoint: Checkpoint | None) -> np.ndarray:
    plan = plan_of(share[0], solver.scheme)
    return walk_runs(*lowered(share, solver.threads), plan, solver.threads, progress, checkpoint)


def plan_of(one: Thermal, scheme: str) -> Plan:
    """Return what runs of equal numbers of steps share."""
    return Plan(SCHEMES[scheme], one.experiment.samples_per_cycle, one.experiment.cycles, one.steps)


def lowered(share: list[Thermal], threads: int | None = 1) -> tuple[Runs, Noise]:
    """Experiments of equal numbers of steps as the kernels take them."""
    starts = [lowering.start_of(one.experiment, threads) for one in share]
    runs = [
        lowering.lower(one.experiment, one.system, start, one.h_ref, 0.0, 0.0)
        for one, start in zip(share, starts, strict=True)
    ]
    noise = Noise(
        np.array([noise_of(one) for one in share]),
        np.array([one.step for one in share]),
        np.array([one.experiment.seed for one in share], np.int64),
        np.zeros(len(share), np.int64),
    )
    return lowering.stack(runs), noise


def _dataset(one: Thermal, samples: np.ndarray, solver: LLG, started: float) -> xr.Dataset:
    n, unit = particles_of(one.experiment).count, energy_unit(one.system, one.h_ref)
    moments = samples[:, : 3 * n].reshape(-1, n, 3)
    attrs = provenance(solver, one.experiment, started) | {
        "steps": one.steps * one.experiment.samples_per_cycle * one.experiment.cycles,
    }
    heat, work = samples[:, 3 * n : 4 * n] * unit, samples[:, 4 * n :] * unit
    return particle_dataset(one.experiment, one.system, moments, heat, work, attrs, solver.threads or cores())
