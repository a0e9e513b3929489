"""Thermal equilibrium against Metropolis sampling, Boltzmann's density and the exact lifetime; outside cases D1 to D5.

D1 is in ``test_thermal``, D4 (Langevin) in ``test_fokker_planck``, D6 (no temperature) in ``test_llg_outside_cases``.
"""

import math

import numpy as np
import pytest
from scipy import stats

import magheat as mh
from magheat.constants import BOLTZMANN
from magheat.kernels.energy import total_energy
from magheat.solvers import lowering

from .thermal_runs import T, mean_over_walkers, metropolis, single, unequal_pair, walked

UP = [[0.0, 0.0, 1.0]] * 2


def correlation_and_energy(experiment):
    """The function states -> m_1.m_2 and E/(k_B T)."""
    system, field = lowering.system_of(experiment), np.asarray(experiment.applied_field.field(0.0))

    def function(m):
        energy = total_energy(m, np.tile(field, (len(m), 1)), system)
        return np.stack([(m[:, 0] * m[:, 1]).sum(-1), energy / (BOLTZMANN * T)])

    return function, system, field


@pytest.fixture(scope="module")
def sampled():
    """<m_1.m_2> and <E> of the unequal pair by Metropolis sampling, and without interaction."""
    results = []
    for interactions in (True, False):
        function, system, field = correlation_and_energy(unequal_pair(interactions=interactions))
        results.append(mean_over_walkers(function, metropolis(system, field, T, 4000, 1)))
    return results


@pytest.mark.parametrize("scheme", ["split", "heun"])
@pytest.mark.parametrize("form", ["landau-lifshitz", "gilbert"])
def test_a_dimer_is_distributed_as_metropolis_sampling_of_the_same_energy(sampled, form, scheme):
    (expected, uncertain), (free, _) = sampled
    for bias in (1e-2, 3e-3, 1e-3) if scheme == "split" else (4e-4, 1e-4, 2.5e-5):
        runs = [unequal_pair(seed=s, damping_form=form) for s in range(96)]
        m = mh.simulate_many(runs, mh.LLG(scheme=scheme, bias=bias)).moment_direction.values[:, 80:]
        found = correlation_and_energy(runs[0])[0](m.reshape(-1, 2, 3)).reshape(2, 96, -1).mean(-1)
        error = np.hypot(stats.sem(found, axis=1), uncertain)
        allowed = 4 * error + (bias if scheme == "split" else 3e-3) * np.abs(expected)
        assert (np.abs(found.mean(1) - expected) < allowed).all()
        assert abs(found[1].mean() - free[1]) > 7 * error[1]


def test_two_overlapping_spheres_in_their_wells_are_distributed_as_by_metropolis():
    """Case D2 (magpy): r = 7 nm, 9 nm apart along their axes, K = 1e5, M_s = 4e5, 330 K, alpha = 0.1, 1 ns from +z."""
    particles = mh.Particles(
        positions=[[0, 0, 0], [0, 0, 20e-9]],
        diameters=[14e-9] * 2,
        easy_axes=UP,
        material=mh.Material(saturation_magnetization=4e5, anisotropy_constant=1e5),
    )
    runs = [
        mh.Experiment(
            particles=particles,
            applied_field=mh.Static(amplitude=0.0, duration="1 ns"),
            temperature=330.0,
            damping=0.1,
            cycles=1,
            samples_per_cycle=4,
            initial_moments=UP,
            seed=s,
        )
        for s in range(4000)
    ]
    close = lowering.system_of(runs[0])._replace(positions=np.array([[0, 0, 0], [0, 0, 9e-9]]))

    def inside(m):  # cosines of both polar angles, and what couples them
        return np.stack([m[:, 0, 2], m[:, 1, 2], m[:, 0, 2] * m[:, 1, 2], (m[:, 0, :2] * m[:, 1, :2]).sum(-1)])

    ends = walked(runs, bias=1e-4, system=close)[0][:, -1, :6].reshape(-1, 2, 3)
    sampling = list(metropolis(close, np.zeros(3), 330.0, 3000, 3, width=0.15, start=UP))
    expected, uncertain = mean_over_walkers(inside, sampling)
    found = inside(ends)
    error = np.hypot(stats.sem(found, axis=1), uncertain)
    assert (np.abs(found.mean(1) - expected) < 4 * error).all()
    # Hundreds of moves apart, states of a walker are as good as independent.
    angles = np.concatenate([m[:, 0, 2] for m in sampling[::200]])
    assert stats.ks_2samp(ends[:, 0, 2], angles).pvalue > 1e-3
    apart = inside(walked(runs, bias=1e-4, system=close._replace(coupling=0.0))[0][:, -1, :6].reshape(-1, 2, 3))
    assert abs(apart.mean(1)[2] - expected[2]) > 8 * error[2]
    assert expected[3] < -8 * error[3]  # end to end, moments lean to opposite sides


def test_the_histogram_of_a_moment_is_boltzmanns():
    """Case D3 (vampire): bins of one degree, over the peak, to 0.01 everywhere; both poles taken together."""
    sigma, edges, counts = 1.0, np.radians(np.arange(91)), np.zeros(90)
    for batch in range(4):
        runs = [
            single(sigma, 20, damping=1.0, seed=64 * batch + s, samples_per_cycle=1200, cycles=1) for s in range(64)
        ]
        samples = walked(runs, step=0.07, steps=14)[0]
        counts += np.histogram(np.arccos(np.abs(samples[:, 50:, 2:60:3])), edges)[0]
    theta = np.linspace(0, math.pi / 2, 90 * 20 + 1)
    density = np.sin(theta) * np.exp(-sigma * np.sin(theta) ** 2)
    expected = ((density[1:] + density[:-1]) / 2).reshape(90, 20).sum(1)
    expected /= expected.sum()
    assert np.abs(counts / counts.sum() - expected).max() / expected.max() < 0.01


def test_a_moment_stays_in_a_well_for_twice_the_relaxation_time():
    """Case D5 (vinamax): D = 18 nm, K = 1e4, M_s = 4e5, alpha = 0.01, 300 K; 5 of its 10 ms, on 320 particles.

    The dwell time is that of the exact relaxation; Brown's formula for it is 19 % short at this barrier. A moment has
    changed wells when it has passed m_z = -+0.8, from where one in 500 turns back.
    """
    material = mh.Material(saturation_magnetization=4e5, anisotropy_constant=1e4)
    particles = mh.Particles(
        positions=np.arange(20)[:, None] * [1e-7, 0, 0],
        diameters=["18 nm"] * 20,
        easy_axes=[[0, 0, 1]] * 20,
        material=material,
    )
    assert 1e4 * particles.volumes[0] / (BOLTZMANN * 300) == pytest.approx(7.37, abs=0.01)
    exact = mh.Experiment(
        ensemble=mh.Ensemble(material=material, diameter="18 nm", axes="0 deg"),
        applied_field=mh.Sinusoidal(amplitude=1.0, frequency="100 kHz"),
        temperature=300.0,
        damping=0.01,
    )
    expected = 2 * mh.FokkerPlanck().relaxation_time(exact)
    drive = mh.Static(amplitude=0.0, duration=5e-3 / 320)
    runs = [
        single(1.0, 20, particles=particles, damping=0.01, seed=s, applied_field=drive, samples_per_cycle=780)
        for s in range(16)
    ]
    m_z = mh.simulate_many(runs, mh.LLG(bias=1e-2)).moment_direction.values[..., 2]
    changes = 0
    for path in np.moveaxis(m_z, 1, -1).reshape(320, -1):
        wells = np.sign(path[np.abs(path) > 0.8])
        changes += np.count_nonzero(wells[1:] != wells[:-1])
    assert changes > 300
    assert 5e-3 / changes == pytest.approx(expected, rel=4 / math.sqrt(changes))
