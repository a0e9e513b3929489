"""The kernel's split of work between particles against an independent integration with SciPy.

The ledger of each particle closes by construction, because dipolar work comes by difference. Here dipolar work is
integrated as a state of its own, from dH_dip,i/dt = sum_j T_ij dm_j/dt, together with heat and field work.
"""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import magheat as mh
from magheat.constants import GAMMA_0, MU_0

NANOSECOND = 1e-9
DIRECTION = np.array([0.0, 0.0, 1.0])


def three_particles():
    generator = np.random.default_rng(7)
    materials = [
        mh.Material(saturation_magnetization=m_s, anisotropy_constant=k)
        for m_s, k in ((4.8e5, 1e4), (4e5, 2e4), (4.4e5, 0.0))
    ]
    return mh.Particles(
        positions=[[0, 0, 0], [24e-9, 0, 3e-9], [8e-9, 22e-9, -4e-9]],
        diameters=[22e-9, 18e-9, 15e-9],
        easy_axes=generator.normal(size=(3, 3)),
        material=materials,
    )


def two_particles():
    material = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4)
    return mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=material
    )


def dipole_tensors(particles):
    """T_ij (n, n, 3, 3) in A/m per unit moment of j."""
    apart = particles.positions[:, None] - particles.positions[None]
    r = np.linalg.norm(apart, axis=-1) + np.eye(len(apart))
    e = apart / r[..., None]
    tensors = (3 * e[..., :, None] * e[..., None, :] - np.eye(3)) / r[..., None, None] ** 3
    tensors[np.arange(len(r)), np.arange(len(r))] = 0
    return tensors * (particles.saturation_magnetization * particles.volumes / (4 * np.pi))[None, :, None, None]


def integrated_outside(exp, start):
    """Moments, heat, field work and dipolar work at the samples (J), by DOP853 of SciPy at 1e-10."""
    particles, n = exp.particles, len(start)
    tensors, axes = dipole_tensors(particles), particles.easy_axes
    h_k = 2 * particles.anisotropy_constant / (MU_0 * particles.saturation_magnetization)
    weight = MU_0 * particles.saturation_magnetization * particles.volumes
    gamma = GAMMA_0 / (1 + exp.damping**2 if exp.damping_form == "gilbert" else 1)
    omega = 2 * np.pi * exp.applied_field.frequency
    amplitude, unit = exp.applied_field.amplitude, weight.max() * 1e5

    def rates(nanoseconds, y):
        t = nanoseconds * NANOSECOND
        m = y[: 3 * n].reshape(n, 3)
        h = amplitude * np.cos(omega * t) * DIRECTION + np.einsum("ijab,jb->ia", tensors, m)
        h = h + (h_k * (m * axes).sum(1))[:, None] * axes
        torque = np.cross(m, h)
        m_dot = -gamma * (torque + exp.damping * np.cross(m, torque))
        h_dot = -omega * amplitude * np.sin(omega * t) * DIRECTION
        heat = gamma * exp.damping * weight * (torque**2).sum(1)
        dipolar = -weight * (m * np.einsum("ijab,jb->ia", tensors, m_dot)).sum(1)
        work = -weight * (m @ h_dot)
        return NANOSECOND * np.concatenate([m_dot.ravel(), heat / unit, work / unit, dipolar / unit])

    times = np.arange(exp.samples_per_cycle + 1) / exp.samples_per_cycle / exp.applied_field.frequency / NANOSECOND
    y0 = np.concatenate([start.ravel(), np.zeros(3 * n)])
    done = solve_ivp(rates, (0, times[-1]), y0, "DOP853", times, rtol=1e-10, atol=1e-12).y.T
    return done[:, : 3 * n].reshape(-1, n, 3), done[:, 3 * n :].reshape(-1, 3, n) * unit


@pytest.mark.parametrize("particles", [two_particles(), three_particles()], ids=["two", "three"])
@pytest.mark.parametrize("form", ["landau-lifshitz", "gilbert"])
def test_every_particles_ledger_is_that_of_an_outside_integrator(particles, form):
    exp = mh.Experiment(
        particles=particles,
        applied_field=mh.Sinusoidal(amplitude="500 Oe", frequency="20 MHz"),
        damping=0.2,
        damping_form=form,
        cycles=1,
        samples_per_cycle=50,
    )
    ds = mh.simulate(exp, mh.LLG(rtol=1e-10))
    moments, ledger = integrated_outside(exp, ds.moment_direction.values[0])
    np.testing.assert_allclose(ds.moment_direction.values, moments, atol=2e-7)
    scale = ledger[-1, 0].sum()
    for row, name in enumerate(("released_heat", "field_work", "dipolar_work")):
        np.testing.assert_allclose(ds[name].values / scale, ledger[:, row] / scale, atol=2e-7)
