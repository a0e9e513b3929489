"""Thermal experiments that several tests share, Boltzmann averages, and kernels with noise or steps of their own."""

import math

import numpy as np
from scipy import stats
from scipy.integrate import quad

import magheat as mh
from magheat.constants import BOLTZMANN
from magheat.kernels.energy import total_energy
from magheat.kernels.thermal_batch import walk_runs
from magheat.solvers import llg_thermal

M_S, T = 4.5e5, 300.0


def single(sigma, count=24, *, anisotropy=2e4, **changes):
    """Particles that do not feel each other, in no field."""
    volume = sigma * BOLTZMANN * T / anisotropy
    diameter = (6 * volume / math.pi) ** (1 / 3)
    particles = mh.Particles(
        positions=np.arange(count)[:, None] * [1e-7, 0, 0],
        diameters=np.full(count, diameter),
        easy_axes=np.tile([0.0, 0.0, 1.0], (count, 1)),
        material=mh.Material(saturation_magnetization=M_S, anisotropy_constant=anisotropy),
    )
    given = {
        "particles": particles,
        "applied_field": mh.Static(amplitude=0.0, duration="20 ns"),
        "temperature": T,
        "interactions": False,
        "initial_moments": np.tile([0.0, 0.0, 1.0], (count, 1)),
        "samples_per_cycle": 400,
        "cycles": 1,
        "damping": 0.5,
    }
    return mh.Experiment(**(given | changes))


def unequal_pair(**changes):
    """Two coupled particles of different size, at an angle, in a static field."""
    material = mh.Material(saturation_magnetization=M_S, anisotropy_constant=1.5e4)
    pair = mh.arrangement.pair(
        diameters=("12 nm", "9 nm"), gap="1 nm", easy_axis_angles=("20 deg", "70 deg"), material=material
    )
    given = {
        "particles": pair,
        "applied_field": mh.Static(amplitude=1e4, duration="40 ns"),
        "temperature": T,
        "damping": 0.3,
        "samples_per_cycle": 400,
        "cycles": 1,
    }
    return mh.Experiment(**(given | changes))


def boltzmann(function, sigma):
    """Mean of a function of m_z of one particle in no field."""

    def weight(x):
        return math.exp(sigma * x * x)

    return quad(lambda x: function(x) * weight(x), -1, 1)[0] / quad(weight, -1, 1)[0]


def metropolis(system, field, temperature, steps, seed, *, width=0.8, start=None, walkers=200):
    """States of a pair (walkers, 2, 3) by Metropolis sampling of the same energy, one array every second step."""
    rng = np.random.default_rng(seed)
    m = rng.normal(size=(walkers, 2, 3)) if start is None else np.tile(start, (walkers, 1, 1)).astype(float)
    m /= np.linalg.norm(m, axis=-1, keepdims=True)
    fields = np.tile(field, (walkers, 1))
    energy = total_energy(m, fields, system)
    for step in range(steps):
        trial = m + width * rng.normal(size=m.shape) * (np.arange(2) == step % 2)[:, None]
        trial /= np.linalg.norm(trial, axis=-1, keepdims=True)
        new = total_energy(trial, fields, system)
        taken = rng.random(walkers) < np.exp(np.minimum((energy - new) / (BOLTZMANN * temperature), 0))
        m[taken], energy[taken] = trial[taken], new[taken]
        if step > steps // 5 and step % 2:
            yield m.copy()


def mean_over_walkers(function, states):
    """Mean of a function of states (walkers, ...) -> (k, walkers), with its standard error."""
    per_walker = np.mean([function(m) for m in states], axis=0)
    return per_walker.mean(-1), stats.sem(per_walker, axis=-1)


def walked(experiments, *, scheme="split", bias=1e-3, step=None, steps=10, hotter=1.0, system=None):
    """Samples (runs, times, 5n) by the kernels, and the unit of their heat (n,) J; one kind of particles, many seeds.

    ``step`` in 1/(gamma' H_ref), ``steps`` of it between samples, replaces the step of ``bias``; ``hotter`` multiplies
    the temperature of every particle's bath; ``system`` takes the place of particles that an experiment refuses.
    """
    first = experiments[0]
    one = llg_thermal.prepare(first, bias)
    if step is not None:
        one = one._replace(steps=steps, step=step)
    if system is not None:
        one = one._replace(system=system)
    runs, noise = llg_thermal.lowered([one._replace(experiment=e) for e in experiments])
    plan = llg_thermal.plan_of(one, scheme)
    noise = noise._replace(strength=noise.strength * np.sqrt(hotter))
    return walk_runs(runs, noise, plan), llg_thermal.energy_unit(one.system, one.h_ref)
