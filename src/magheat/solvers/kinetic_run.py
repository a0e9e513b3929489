"""One run of kinetic Monte Carlo: from the experiment to the kernel's arrays, in stretches, and back."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from magheat.constants import BOLTZMANN, MU_0
from magheat.kernels import kinetic
from magheat.kernels.flip_bounds import Found
from magheat.kernels.reduced import anisotropy_field
from magheat.kernels.system import System
from magheat.kernels.well_states import Spins, Wells, empty_wells
from magheat.solvers.base import Progress, sample_times
from magheat.solvers.continuation import polyline
from magheat.solvers.lowering import start_of, system_of
from magheat.solvers.two_well_lanes import Rates, attempts
from magheat.spec.experiment import Experiment
from magheat.units import FloatArray

#: Which of a seed's generators is ours.
GENERATOR = 4
#: A kernel goes on for so many steps, or pairs of particles that feel each other, before it can be told to stop;
#: a step settles all moments about twice, in some ten rounds, in which a particle costs as much as OWN_PAIRS.
MOST_STEPS, PAIRS_PER_CALL, ROUNDS, OWN_PAIRS = 2**14, 1e8, 20, 50
#: Up to so many particles the dipolar interaction of all pairs is tabled; above, it is computed from their places.
MOST_TABLED, COMPONENTS = 512, ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0))
#: Barriers change by about 2 k_B T in a step of the field, which lies between these shares of H_K.
STEP, SMALLEST_STEP, LARGEST_STEP = 0.5, 1e-3, 0.02
#: The drive is followed as a polyline within this share of the smallest H_K.
SAGITTA = 1e-4


class Result(NamedTuple):
    """What came out; t samples, n particles."""

    moments: FloatArray  # (t, n, 3)
    heat: FloatArray  # (t, n) J
    work: FloatArray  # (t, n) J
    tally: FloatArray  # (5,) flips, proposals, hidden flips, losses of stability, avalanches


def spins_of(experiment: Experiment, system: System, rates: Rates, lower: bool = False) -> Spins:
    """Return the particles as the kernel's arrays, its own: read-only ones would be compiled for once more."""
    energy = BOLTZMANN * experiment.temperature
    moment = system.saturation_magnetization * system.volume
    h_k = anisotropy_field(system)
    sigma = system.anisotropy_constant * system.volume / energy
    spins = Spins(
        position=np.array(system.positions.T, order="C"),
        tensor=dipole_tensor(system if system.coupling and len(moment) <= MOST_TABLED else None),
        axis=np.array(system.easy_axes.T, order="C"),
        strength=system.coupling * moment / (4 * math.pi),
        h_k=h_k,
        p=MU_0 * moment / energy,
        sigma=sigma,
        attempts=faster_than_gilbert(experiment, rates) * attempts(rates, moment / energy, sigma),
        doubt=np.zeros(len(moment)),
        field_dependent=rates.prefactor == "brown-field",
        lower=lower,
    )
    return spins._replace(doubt=relaxation_energies(spins)) if system.coupling and len(moment) > 1 else spins


def faster_than_gilbert(experiment: Experiment, rates: Rates) -> float:
    """How much faster a moment diffuses in the experiment's form of damping than in Gilbert's, which is Brown's."""
    gilbert = rates.prefactor == "constant" or experiment.damping_form == "gilbert"
    return 1.0 if gilbert else 1 + experiment.damping**2


def dipole_tensor(system: System | None) -> FloatArray:
    """Return (3 e e - 1)/r^3 of all pairs, (6, n, n): xx, yy, zz, xy, yz, zx; of no system, (6, 0, 0)."""
    if system is None:
        return np.zeros((6, 0, 0))
    apart = system.positions[None] - system.positions[:, None]
    distance = np.linalg.norm(apart, axis=-1)
    np.fill_diagonal(distance, np.inf)
    unit = apart / distance[..., None]
    return np.array([(3 * unit[..., a] * unit[..., b] - (a == b)) / distance**3 for a, b in COMPONENTS])


def relaxation_energies(spins: Spins) -> FloatArray:
    """Twice the energy that all others gain as they follow a flip, and 1, (n,) k_B T: in first order, at no field."""
    gain = np.ones(spins.p.size)
    for i in range(gain.size):
        apart = spins.position - spins.position[:, i : i + 1]
        distance = np.sqrt((apart**2).sum(0))
        distance[i] = np.inf
        unit, axis = apart / distance, spins.axis[:, i : i + 1]
        change = 2 * spins.strength[i] / distance**3 * (3 * (axis * unit).sum(0) * unit - axis)
        across = change - (change * spins.axis).sum(0) * spins.axis
        gain[i] += float((spins.p * (across**2).sum(0) / spins.h_k).sum())
    return gain


def path_of(experiment: Experiment, spins: Spins) -> kinetic.Path:
    """Return the applied field as a polyline through all samples."""
    nodes, path = polyline(sample_times(experiment), experiment.applied_field.field, SAGITTA * float(spins.h_k.min()))
    return kinetic.Path(nodes, path.field, path.sample.astype(np.int64), largest_step(spins))


def largest_step(spins: Spins) -> float:
    """Largest step of the field, A/m."""
    return float((spins.h_k * np.clip(STEP / spins.sigma, SMALLEST_STEP, LARGEST_STEP)).min())


def first_wells(experiment: Experiment, spins: Spins) -> Wells:
    """Return the wells in which the first moments lie."""
    wells, moments = empty_wells(spins.p.size), start_of(experiment)
    wells.m[:] = moments.T
    wells.side[:] = np.where((wells.m * spins.axis).sum(0) >= 0, 1.0, -1.0)
    return wells


def first_run(experiment: Experiment, spins: Spins, path: kinetic.Path) -> kinetic.Run:
    """Return where a run starts."""
    n = spins.p.size
    found = Found(np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n))
    progress = np.array([0.0, 0.0, path.largest_step])
    return kinetic.Run(first_wells(experiment, spins), np.zeros(n), np.zeros(n), progress, np.zeros(5), found)


def pairs_of_a_step(count: int) -> float:
    """Work of a step, in pairs of particles."""
    return ROUNDS * count * (count + OWN_PAIRS)


def run_one(
    experiment: Experiment, rates: Rates, lower: bool, most_flips: float, told: Progress
) -> tuple[Result, bool]:
    """Return the run of one experiment, and whether it ended before ``most_flips``; ``told`` hears how far it is."""
    spins = spins_of(experiment, system_of(experiment), rates, lower)
    path, n = path_of(experiment, spins), spins.p.size
    points, segments = experiment.cycles * experiment.samples_per_cycle + 1, len(path.time) - 1
    samples = kinetic.Samples(np.zeros((points, n, 3)), np.zeros((points, n)), np.zeros((points, n)))
    run = first_run(experiment, spins, path)
    bench = kinetic.Bench(empty_wells(n), empty_wells(n), empty_wells(n), np.zeros(n))
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([experiment.seed, GENERATOR])))
    steps = min(max(int(PAIRS_PER_CALL / pairs_of_a_step(n)), 1), MOST_STEPS)
    kinetic.start(samples, run, path, spins)
    while run.progress[kinetic.SEGMENT] < segments and run.tally[kinetic.FLIPS] <= most_flips:
        kinetic.advance(samples, run, bench, path, spins, generator.random((steps, 3)), most_flips)
        told(float(run.progress[:2].sum()) / segments)
    energy = BOLTZMANN * experiment.temperature
    result = Result(samples.moments, energy * samples.heat, energy * samples.work, run.tally)
    return result, bool(run.progress[kinetic.SEGMENT] == segments)
