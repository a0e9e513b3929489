"""Fields, energies and curvature of macrospins: derivatives against differences, reciprocity, outside numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from magheat.constants import MU_0
from magheat.kernels.energy import (
    dipolar_energy,
    dipolar_field,
    effective_field,
    hessian,
    particle_energies,
    relaxation_matrix,
    tangent_bases,
    total_energy,
)
from magheat.kernels.system import System

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 6)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def random_system(n, seed, coupling=1.0):
    """Unequal particles on a jittered grid, about 25 nm apart."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*3 * [np.arange(3.0)], indexing="ij"), -1).reshape(-1, 3)
    positions = 25e-9 * (rng.permutation(grid)[:n] + rng.uniform(-0.05, 0.05, (n, 3)))
    volume = np.pi / 6 * rng.uniform(14e-9, 22e-9, n) ** 3
    return System(
        positions, volume, rng.uniform(3e5, 5e5, n), rng.uniform(0, 3e4, n), unit(rng.normal(size=(n, 3))), coupling
    )


def random_state(n, seed, *states):
    rng = np.random.default_rng([seed, 1])
    return unit(rng.normal(size=(*states, n, 3))), 3e4 * rng.normal(size=(*states, 3))


def weights(system):
    return MU_0 * system.saturation_magnetization * system.volume


@given(SIZES, SEEDS)
def test_the_field_is_minus_the_gradient_of_the_energy(n, seed):
    system, (m, h), step = random_system(n, seed), random_state(n, seed), 1e-4
    slope = np.empty((n, 3))
    for i in range(n):
        for c in range(3):
            ends = np.stack([m, m])
            ends[:, i, c] += (step, -step)
            slope[i, c] = np.subtract(*total_energy(ends, h, system)) / (2 * step)
    expected = -weights(system)[:, None] * effective_field(m, h, system)
    np.testing.assert_allclose(slope, expected, rtol=1e-8, atol=1e-9 * np.abs(expected).max())


@given(SIZES, SEEDS)
def test_the_hessian_is_the_second_derivative_along_great_circles(n, seed):
    system, (m, h), step = random_system(n, seed), random_state(n, seed), 1e-3
    angles = np.random.default_rng([seed, 2]).normal(size=(n, 2))
    v = np.einsum("ia,iac->ic", angles, tangent_bases(m))
    speed = np.linalg.norm(v, axis=1)[:, None]

    def energy(s):
        return total_energy(m * np.cos(s * speed) + v / speed * np.sin(s * speed), h, system)

    curvature = (energy(step) + energy(-step) - 2 * energy(0.0)) / step**2
    expected = angles.ravel() @ hessian(m, h, system) @ angles.ravel()
    scale = (np.abs(angles).max() ** 2) * np.abs(hessian(m, h, system)).max()
    np.testing.assert_allclose(curvature, expected, rtol=1e-4, atol=1e-4 * scale)


@given(SIZES, SEEDS)
def test_the_relaxation_matrix_is_the_hessian_in_the_metric_of_the_landau_lifshitz_equation(n, seed):
    system, (m, h) = random_system(n, seed), random_state(n, seed)
    root = np.repeat(np.sqrt(weights(system)), 2)
    matrix = relaxation_matrix(m, h, system)
    np.testing.assert_allclose(matrix, hessian(m, h, system) / np.outer(root, root), rtol=1e-12, atol=1e-8)
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-12, atol=1e-8)


def test_its_eigenvalues_are_the_rates_of_the_overdamped_descent_to_a_minimum():
    system, (m, h) = random_system(3, 7), random_state(3, 7)
    system = system._replace(volume=system.volume * (0.5, 1, 1.5))  # the plain Hessian has other eigenvalues
    scale = 3e4 * weights(system).sum()

    def energy(x):
        return total_energy(unit(x.reshape(-1, 3)), h, system) / scale

    m = unit(minimize(energy, m.ravel(), method="BFGS", options={"gtol": 1e-9, "maxiter": 500}).x.reshape(-1, 3))
    bases, step, flow = tangent_bases(m), 1e-5, np.empty((6, 6))
    for k in range(6):
        i, a = divmod(k, 2)
        ends = np.stack([m, m])
        ends[:, i] += step * np.outer((1, -1), bases[i, a])
        ends = unit(ends)
        rate = -np.cross(ends, np.cross(ends, effective_field(ends, h, system)))
        flow[:, k] = np.einsum("iac,ic->ia", bases, (rate[0] - rate[1]) / (2 * step)).ravel()
    rates = np.linalg.eigvalsh(relaxation_matrix(m, h, system))
    assert rates.min() > 0
    np.testing.assert_allclose(np.sort(-np.linalg.eigvals(flow).real), rates, rtol=1e-4)


@given(SIZES, SEEDS)
def test_action_is_reaction(n, seed):  # sum_i M_s V m_i.B_dip,i = -2 E_dd; outside_cases I3
    system, (m, h) = random_system(n, seed), random_state(n, seed)
    exchanged = np.einsum("i,ic,ic->", weights(system), m, dipolar_field(m, system))
    assert exchanged == pytest.approx(-2 * dipolar_energy(m, system), rel=1e-12, abs=1e-40)
    coupled, alone = (particle_energies(m, h, system._replace(coupling=c)).sum() for c in (1.0, 0.0))
    assert coupled - alone == pytest.approx(2 * dipolar_energy(m, system), rel=1e-9, abs=1e-33)
    if n > 1:  # what i does to j, j does to i
        first, second = np.zeros((2, n, 3))
        first[0], second[1] = m[0], m[1]
        to_second = weights(system)[1] * m[1] @ dipolar_field(first, system)[1]
        to_first = weights(system)[0] * m[0] @ dipolar_field(second, system)[0]
        assert to_second == pytest.approx(to_first, rel=1e-12)


@given(SIZES, SEEDS)
def test_turning_everything_changes_no_energy(n, seed):
    system, (m, h) = random_system(n, seed), random_state(n, seed)
    turn = Rotation.random(rng=seed)
    turned = system._replace(positions=turn.apply(system.positions), easy_axes=turn.apply(system.easy_axes))
    np.testing.assert_allclose(
        particle_energies(turn.apply(m), turn.apply(h), turned), particle_energies(m, h, system), rtol=1e-11, atol=1e-31
    )


def test_many_states_at_once_are_the_same_states_one_by_one():
    system, (m, h) = random_system(5, 3), random_state(5, 3, 2, 4)
    for function in (particle_energies, effective_field, total_energy):
        whole = function(m, h, system)
        single = [[function(m[a, b], h[a, b], system) for b in range(4)] for a in range(2)]
        np.testing.assert_allclose(whole, single, rtol=1e-13)
    assert dipolar_energy(m, system).shape == (2, 4)


def test_nothing_is_changed_that_was_passed_in():
    system, (m, h) = random_system(4, 9), random_state(4, 9)
    for array in (*system[:-1], m, h):
        array.flags.writeable = False
    before = [array.copy() for array in (*system[:-1], m, h)]
    hessian(m, h, system)
    particle_energies(m, h, system)
    for array, copy in zip((*system[:-1], m, h), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def spheres(apart, radii, m_s):
    n = len(radii)
    positions = np.outer(np.arange(n), apart)
    volume = 4 / 3 * np.pi * np.asarray(radii) ** 3
    return System(positions, volume, np.full(n, m_s), np.zeros(n), np.tile([0.0, 0, 1], (n, 1)), 1.0)


def test_uniaxial_field_of_an_outside_case():  # outside_cases B4 (magpy): (m.u) u, neither of unit length
    system = System(np.zeros((1, 3)), np.ones(1), np.ones(1), np.array([MU_0 / 2]), np.array([[1.0, 2, 1.5]]), 0.0)
    field = effective_field(np.array([[1, 1.2, 2.2]]), np.zeros(3), system)
    np.testing.assert_allclose(field, [[6.7, 13.4, 10.05]], rtol=1e-12)


def test_two_dipoles_of_an_outside_case():  # outside_cases B5 (magpy): H/H_K with K = 0.5, M_s = mu_0^(-1/2)
    positions = np.array([[0, 0, 0], [-0.5, 0, np.sqrt(0.75)]])
    system = System(positions, np.array([15, 17]) / 16, np.full(2, MU_0**-0.5), np.full(2, 0.5), np.eye(3)[:2], 1.0)
    h = dipolar_field(np.array([[1.0, 0, 0], [0, 0, 1]]), system) / MU_0**-0.5
    np.testing.assert_allclose(h[0], [-0.10983505338481014, 0, 0.10568882939696175], rtol=1e-13)
    np.testing.assert_allclose(h[1], [-0.018650969893581486, 0, -0.09691328239836190], rtol=1e-13)


@pytest.mark.parametrize("radii", [(2.5e-9, 2.5e-9), (2.5e-9, 3e-9)])  # outside_cases B6 and B7 (magpy)
def test_spheres_side_by_side_and_end_to_end(radii):
    apart, m_s = 2.917e-9, 400e3
    system = spheres([0, 0, apart], radii, m_s)
    other = system.volume[::-1, None] * m_s / (4 * np.pi * apart**3)
    across, along = np.tile([1.0, 0, 0], (2, 1)), np.tile([0, 0, 1.0], (2, 1))
    np.testing.assert_allclose(dipolar_field(across, system), -other * across, rtol=1e-13, atol=1e-9)
    np.testing.assert_allclose(dipolar_field(along, system), 2 * other * along, rtol=1e-13, atol=1e-9)
