"""Laws of quasi-static motion at 0 K: where stability is lost, what a fall releases, what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.spatial.transform import Rotation

from magheat.constants import MU_0, OERSTED
from magheat.kernels.energy import dipolar_energy, effective_field, particle_energies, relaxation_matrix, total_energy
from magheat.kernels.system import System
from magheat.solvers.continuation import follow_minimum, polyline

M_S, K = 480e3, 1e4
H_K = 2 * K / (MU_0 * M_S)
TOLERANCE = 1e-3 * OERSTED


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def in_xz_plane(angles):
    return np.stack([np.sin(angles), np.zeros_like(angles), np.cos(angles)], -1)


def alike(positions, axes, k=K, coupling=1.0, diameter=20e-9):
    n = len(positions)
    volume = np.full(n, np.pi * diameter**3 / 6)
    return System(np.asarray(positions, float), volume, np.full(n, M_S), np.full(n, float(k)), unit(axes), coupling)


def alone(axes, **options):
    """Particles that do not feel each other."""
    return alike(np.outer(np.arange(len(axes)), [1e-6, 0, 0]), np.asarray(axes, float), coupling=0.0, **options)


def random_cluster(n, seed):
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*3 * [np.arange(2.0)], indexing="ij"), -1).reshape(-1, 3)
    positions = 26e-9 * (rng.permutation(grid)[:n] + rng.uniform(-0.05, 0.05, (n, 3)))
    volume = np.pi / 6 * rng.uniform(15e-9, 22e-9, n) ** 3
    return System(positions, volume, rng.uniform(3e5, 5e5, n), np.full(n, K), unit(rng.normal(size=(n, 3))), 1.0)


def paper_pair(gap=7.1e-9):
    """22 nm along z and 18 nm at 30 degrees, side by side along x (the local-heat paper)."""
    volume = np.pi / 6 * np.array([22e-9, 18e-9]) ** 3
    positions = np.array([[0, 0, 0], [20e-9 + gap, 0, 0]])
    return System(positions, volume, np.full(2, M_S), np.full(2, K), in_xz_plane(np.radians([0, 30])), 1.0)


def cosine(amplitude, direction=(0, 0, 1)):
    return lambda t: amplitude * np.cos(2 * np.pi * np.asarray(t))[..., None] * np.asarray(direction, float)


def rotating(amplitude):
    return lambda t: amplitude * in_xz_plane(2 * np.pi * np.asarray(t))


def triangle(amplitude):
    return lambda t: amplitude * (4 * np.abs((np.asarray(t) % 1) - 0.5) - 1)[..., None] * np.array([0, 0, 1.0])


def sweep(system, field=None, samples=50, cycles=1, start=None, **options):
    """Run from saturation along z."""
    field = cosine(500 * OERSTED) if field is None else field
    start = np.tile([0, 0, 1.0], (len(system.volume), 1)) if start is None else start
    times = np.arange(cycles * samples + 1) / samples
    return times, follow_minimum(start, times, field, system, jump_tolerance=TOLERANCE, **options)


def residual(times, run, field, system):
    """Sum of heats - field work + change of energy, of (sum of heats + max |E|)."""
    energy = total_energy(run.moments, field(times), system)
    missing = run.released_heat.sum(1) - run.field_work.sum(1) + energy - energy[0]
    return np.abs(missing).max() / (run.released_heat[-1].sum() + np.abs(energy).max())


# Stoner and Wohlfarth


def test_switching_fields_lie_on_the_astroid():
    """h_sw = (cos^(2/3) psi + sin^(2/3) psi)^(-3/2), 0 (H_K) and 45 degrees (H_K/2) among twenty angles."""
    psi = np.radians(np.append(np.linspace(0, 85.5, 20), 45))
    _, run = sweep(alone(in_xz_plane(psi)), cosine(1.2 * H_K))
    switching = np.full(psi.size, np.nan)
    for jump in run.jumps:
        if jump.time < 0.5:
            switching[np.linalg.norm(jump.after - jump.before, axis=1) > 0.01] = -jump.field[2] / H_K
    expected = (np.cos(psi) ** (2 / 3) + np.sin(psi) ** (2 / 3)) ** -1.5
    np.testing.assert_allclose(switching, expected, atol=1e-5)


@pytest.mark.parametrize("samples", [40, 2000])
def test_a_perpendicular_particle_turns_without_a_jump(samples):
    field = cosine(1.2 * H_K)
    times, run = sweep(alone([[1, 0, 0]]), field, samples=samples)
    h = field(times)[:, 2] / H_K
    assert run.jumps == ()
    np.testing.assert_allclose(run.moments[:, 0, 2], np.clip(h, -1, 1), atol=1e-7)
    assert run.released_heat[-1, 0] < 1e-12 * K * alone([[1, 0, 0]]).volume[0]


def test_an_aligned_particle_releases_8_K_per_cycle():
    system = alone([[0, 0, 1]])
    _, run = sweep(system, samples=50, cycles=2)
    for quantity in (run.released_heat, run.field_work):
        assert quantity[-1, 0] / system.volume[0] == pytest.approx(16 * K, rel=1e-6)
    assert [abs(jump.field[2]) for jump in run.jumps] == pytest.approx([H_K] * 4, abs=TOLERANCE)


def test_many_particles_on_the_same_ridge_all_switch():
    system = alone(np.tile([0, 0, 1.0], (6, 1)))
    _, run = sweep(system)
    np.testing.assert_allclose(run.released_heat[-1] / system.volume, 8 * K, rtol=1e-6)


def test_no_anisotropy_no_heat():
    system = alone([[0, 0, 1]], k=0.0)
    _, run = sweep(system)
    assert run.released_heat[-1, 0] / system.volume[0] < 1e-5 * K  # the antiparallel state lives for 1e-4 Oe


def test_two_dipoles_in_line_switch_by_fanning():
    """Jacobs and Bean, Phys. Rev. 100, 1060 (1955): M_s V/(4 pi d^3), a third of what coherent rotation needs."""
    system, d = alike([[0, 0, 0], [0, 0, 25e-9]], [[0, 0, 1]] * 2, k=0.0), 25e-9
    _, run = sweep(system)
    expected = M_S * system.volume[0] / (4 * np.pi * d**3)
    assert [-jump.field[2] for jump in run.jumps[:1]] == pytest.approx([expected], abs=TOLERANCE)


# Falls


@pytest.mark.parametrize("which", [0, 1])
def test_heat_of_a_fall_is_that_of_the_overdamped_path(which):
    """The same fall with SciPy's LSODA: dm/ds = -m x (m x H), q_i = mu_0 M_s V |m x H|^2."""
    system = paper_pair()
    jump = sweep(system)[1].jumps[which]
    p = MU_0 * system.saturation_magnetization * system.volume

    def rates(_, y):
        m = y[:6].reshape(2, 3)
        torque = np.cross(m, effective_field(m, jump.field, system) / H_K)
        return np.concatenate([-np.cross(m, torque).ravel(), p / p.sum() * (torque**2).sum(1)])

    tilted = unit(jump.before + 1e-5 * np.random.default_rng(0).normal(size=(2, 3)))
    path = solve_ivp(rates, (0, 1e6), np.append(tilted, [0, 0]), method="LSODA", rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(path.y[:6, -1].reshape(2, 3), jump.after, atol=1e-5)
    np.testing.assert_allclose(path.y[6:, -1] * p.sum() * H_K, jump.heat, atol=1e-5 * jump.heat.sum())


@given(st.integers(0, 1000))
@settings(max_examples=8)
def test_falls_release_the_drop_of_energy_and_never_take_heat(seed):
    system = random_cluster(4, seed)
    _, run = sweep(system)
    for jump in run.jumps:
        drop = -np.subtract(*total_energy(np.stack([jump.after, jump.before]), jump.field, system))
        assert jump.heat.sum() == pytest.approx(drop, rel=1e-9)
        assert (jump.heat >= 0).all()
    assert (np.diff(run.released_heat, axis=0) >= -1e-30).all()
    assert run.released_heat[-1].sum() == pytest.approx(sum(jump.heat.sum() for jump in run.jumps), rel=1e-8, abs=1e-26)


def test_the_softest_rate_vanishes_before_a_fall_and_not_after():
    system = paper_pair()
    for jump in sweep(system)[1].jumps:
        before, after = (
            np.linalg.eigvalsh(relaxation_matrix(m, jump.field, system)) for m in (jump.before, jump.after)
        )
        assert abs(before[0]) < 2e-3 * H_K  # goes with the root of the distance in field
        assert after[0] > 0.05 * H_K


def test_every_sample_is_a_minimum():
    system, field = random_cluster(5, 3), cosine(500 * OERSTED)
    times, run = sweep(system, field)
    torque = np.cross(run.moments, effective_field(run.moments, field(times), system))
    assert np.abs(torque).max() < 1e-8 * H_K
    for m, h in zip(run.moments, field(times), strict=True):
        assert np.linalg.eigvalsh(relaxation_matrix(m, h, system))[0] > 0


# Ledger


@pytest.mark.parametrize("field", [cosine(500 * OERSTED), rotating(300 * OERSTED), triangle(500 * OERSTED)])
@pytest.mark.parametrize("n", [1, 3, 6])
def test_heat_is_work_less_change_of_energy(n, field):
    system = random_cluster(n, 10 + n)
    times, run = sweep(system, field, cycles=2)
    assert residual(times, run, field, system) < 1e-6
    np.testing.assert_allclose(run.moments[-1], run.moments[-51], atol=1e-7)  # closed
    heat, work = (q[-1] - q[-51] for q in (run.released_heat, run.field_work))
    assert heat.sum() == pytest.approx(work.sum(), rel=1e-6, abs=1e-26)
    # what the particles pass to each other is the change of the dipolar energy, over any interval
    energies = particle_energies(run.moments, field(times), system)
    passed = (run.released_heat - run.field_work + energies - energies[0]).sum(1)
    change = dipolar_energy(run.moments, system)
    scale = run.released_heat[-1].sum() + np.abs(energies).max()
    np.testing.assert_allclose(passed, change - change[0], atol=1e-6 * scale)


def test_heat_and_work_of_particles_that_do_not_interact_are_equal():
    system = random_cluster(4, 1)._replace(coupling=0.0)
    _, run = sweep(system, cycles=2)
    heat, work = (q[-1] - q[-51] for q in (run.released_heat, run.field_work))
    np.testing.assert_allclose(heat, work, rtol=1e-6)


def test_field_work_of_each_particle_agrees_with_the_area_of_its_sampled_loop():
    system, field = paper_pair(), cosine(500 * OERSTED)
    times, run = sweep(system, field, samples=20000)
    h, m = field(times)[:, 2], run.moments[..., 2]
    sampled = -MU_0 * M_S * system.volume * ((m[1:] + m[:-1]) / 2 * np.diff(h)[:, None]).sum(0)
    np.testing.assert_allclose(run.field_work[-1], sampled, atol=2e-4 * np.abs(sampled).max())


# What must not matter


def test_turning_everything_turns_the_loop():
    system, turn = random_cluster(3, 5), Rotation.from_euler("xyz", [0.3, -1.1, 2.0])
    turned = system._replace(positions=turn.apply(system.positions), easy_axes=turn.apply(system.easy_axes))
    _, here = sweep(system)
    _, there = sweep(turned, cosine(500 * OERSTED, turn.apply([0, 0, 1])), start=np.tile(turn.apply([0, 0, 1]), (3, 1)))
    np.testing.assert_allclose(there.moments, turn.apply(here.moments.reshape(-1, 3)).reshape(-1, 3, 3), atol=1e-6)
    np.testing.assert_allclose(there.released_heat[-1], here.released_heat[-1], rtol=1e-5)


def test_renaming_particles_renames_their_heats():
    system, order = random_cluster(3, 5), [2, 0, 1]
    _, here = sweep(system)
    _, there = sweep(System(*(a[order] for a in system[:-1]), system.coupling))
    np.testing.assert_allclose(there.moments, here.moments[:, order], atol=1e-6)
    np.testing.assert_allclose(there.released_heat[-1], here.released_heat[-1, order], rtol=1e-5)


def test_a_far_particle_changes_nothing():
    system = paper_pair()
    more = System(
        np.vstack([system.positions, [0, 0, 1e-3]]), *(np.append(a, a[:1], axis=0) for a in system[1:-1]), 1.0
    )
    np.testing.assert_allclose(sweep(more)[1].moments[:, :2], sweep(system)[1].moments, atol=1e-6)


@pytest.mark.parametrize(("samples", "seed", "largest_move"), [(7, 1, 0.05), (400, 1, 0.05), (50, 2, 0.02)])
def test_sampling_seed_and_steps_do_not_move_the_jumps(samples, seed, largest_move):
    expected = sweep(paper_pair())[1]
    _, run = sweep(paper_pair(), samples=samples, seed=seed, largest_move=largest_move)
    np.testing.assert_allclose([j.field for j in run.jumps], [j.field for j in expected.jumps], atol=TOLERANCE)
    np.testing.assert_allclose([j.time for j in run.jumps], [j.time for j in expected.jumps], atol=1e-6)
    np.testing.assert_allclose(run.released_heat[-1], expected.released_heat[-1], rtol=1e-5)


def test_the_loop_of_a_symmetric_drive_is_symmetric():
    """H -> -H turns the loop around: M(t + T/2) = -M(t) from the second half cycle on."""
    _, run = sweep(random_cluster(5, 8), samples=60, cycles=2)
    np.testing.assert_allclose(run.moments[90:], -run.moments[60:91], atol=1e-6)


def test_a_start_off_the_minimum_descends_first():
    system = alone([[0, 0, 1]])
    _, run = sweep(system, start=np.array([[0, 0, -1.0]]))  # on its ridge, beyond H_K
    np.testing.assert_allclose(run.moments[0], [[0, 0, 1]], atol=1e-9)
    assert run.released_heat[0] == 0
    assert run.released_heat[-1, 0] / system.volume[0] == pytest.approx(8 * K, rel=1e-6)


# Extremes


@pytest.mark.parametrize("field", [cosine(0.0), cosine(1e-6), cosine(1e12 * OERSTED), rotating(1e12 * OERSTED)])
def test_extreme_fields_give_an_answer(field):
    system = paper_pair()
    times, run = sweep(system, field, cycles=2)
    assert residual(times, run, field, system) < 1e-6


def test_a_huge_amplitude_gives_the_same_loop():
    large, usual = (sweep(paper_pair(), cosine(a * OERSTED))[1] for a in (1e9, 500))
    np.testing.assert_allclose([j.field for j in large.jumps], [j.field for j in usual.jumps], atol=TOLERANCE)


def test_a_discontinuous_drive_gives_the_same_loop():
    def square(t):
        return 500 * OERSTED * np.sign(np.cos(2 * np.pi * np.asarray(t) + 0.01))[..., None] * np.array([0, 0, 1.0])

    jumps, usual = sweep(paper_pair(), square)[1].jumps, sweep(paper_pair())[1].jumps
    np.testing.assert_allclose([j.field for j in jumps], [j.field for j in usual], atol=TOLERANCE)


@pytest.mark.parametrize("field", [cosine(500 * OERSTED), rotating(500 * OERSTED), triangle(500 * OERSTED)])
@pytest.mark.parametrize("samples", [3, 50])
def test_a_polyline_stays_close_to_its_drive(field, samples):
    times = np.arange(samples + 1) / samples
    nodes, path = polyline(times, field, TOLERANCE)
    np.testing.assert_array_equal(nodes[path.sample >= 0], times)
    np.testing.assert_array_equal(path.field[path.sample >= 0], field(times))
    t = np.linspace(0, 1, 4321)
    between = np.stack([np.interp(t, nodes, path.field[:, c]) for c in range(3)], -1)
    assert np.linalg.norm(between - field(t), axis=1).max() < 2 * TOLERANCE
