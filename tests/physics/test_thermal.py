"""Stochastic macrospins: noise, Boltzmann statistics, books of heat, and the limits shared with other solvers."""

import math

import numpy as np
import pytest
from scipy import stats

import magheat as mh
from magheat.constants import BOLTZMANN, MU_0
from magheat.kernels.energy import dipolar_energy
from magheat.kernels.lane_type import WIDTH, store
from magheat.kernels.noise import box_muller, uniforms
from magheat.kernels.numba_options import kernel
from magheat.solvers import lowering

from .thermal_runs import M_S, T, boltzmann, single, unequal_pair, walked


@kernel
def write_uniforms(out, step, seed, run, particle):
    a, b, c, d = uniforms(step, seed, run, particle, 0)
    store(out, 0, a)
    store(out, 1, b)
    store(out, 2, c)
    store(out, 3, d)


@kernel
def write_normals(out, seed, run, particle):
    for step in range(out.shape[0]):
        a, b, c, d = uniforms(step, seed, run, particle, 0)
        for k, pair in enumerate((box_muller(a, b), box_muller(c, d))):
            store(out[step], 2 * k, pair[0])
            store(out[step], 2 * k + 1, pair[1])


def on_lanes(value):
    return np.full((1, WIDTH), value, np.int64)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (-1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ],
)
def test_philox_gives_the_published_answers(word, expected):
    """Known answers of Philox4x32 with ten rounds that come with Random123 (Salmon et al., SC'11)."""
    out = np.zeros((4, WIDTH))
    few = word & 0xFFFFFFFF
    write_uniforms(out, word, on_lanes(word), on_lanes(few), on_lanes(few))
    assert [int(x * 2**32) for x in out[:, 3]] == list(expected)


def test_normal_numbers_are_normal_and_differ_between_particles_runs_and_seeds():
    out = np.zeros((20_000, 4, WIDTH))
    lanes = np.arange(WIDTH)[None]
    write_normals(out, on_lanes(7), on_lanes(0), lanes)
    assert stats.kstest(out.ravel(), "norm").pvalue > 1e-3
    other_run, other_seed = np.zeros_like(out), np.zeros_like(out)
    write_normals(other_run, on_lanes(7), on_lanes(1), lanes)
    write_normals(other_seed, on_lanes(7 + 2**32), on_lanes(0), lanes)
    columns = np.concatenate([x.reshape(len(out), -1) for x in (out, other_run, other_seed)], axis=1)
    correlation = np.corrcoef(columns.T) - np.eye(columns.shape[1])
    assert np.abs(correlation).max() < 5.5 / math.sqrt(len(out))
    assert abs((out[1:] * out[:-1]).mean()) < 4 / math.sqrt(out.size)


@pytest.mark.parametrize("form", ["landau-lifshitz", "gilbert"])
@pytest.mark.parametrize("scheme", ["split", "heun"])
def test_single_moments_are_distributed_as_boltzmann_says(form, scheme):
    """The thermal field enters both torques, with 2 alpha/(1 + alpha^2): with 2 alpha the mean would be off by 16 %."""
    sigma = 2.0
    for bias in (1e-2, 3e-3, 1e-3) if scheme == "split" else (4e-4, 1e-4, 2.5e-5):
        solver = mh.LLG(scheme=scheme, bias=bias)
        runs = [single(sigma, damping=1.0, damping_form=form, seed=seed) for seed in range(16)]
        m_z = mh.simulate_many(runs, solver).moment_direction[:, 100:, :, 2]
        means = (m_z**2).mean("time").values.ravel()
        expected = boltzmann(lambda x: x * x, sigma)
        error = stats.sem(means) + (bias if scheme == "split" else 3e-3) * expected
        assert means.mean() == pytest.approx(expected, abs=4 * error)


def test_the_distribution_of_a_moment_in_its_well_is_boltzmanns():
    """Case D1: K = 1e5, r = 7 nm, M_s = 4e5, 300 K, alpha = 1, from +z: p ~ sin(theta) exp(-sigma sin^2 theta)."""
    particles = mh.Particles(
        positions=np.arange(24)[:, None] * [1e-7, 0, 0],
        diameters=np.full(24, 14e-9),
        easy_axes=np.tile([0.0, 0.0, 1.0], (24, 1)),
        material=mh.Material(saturation_magnetization=4e5, anisotropy_constant=1e5),
    )
    runs = [
        single(1.0, particles=particles, damping=1.0, seed=s, applied_field=mh.Static(amplitude=0, duration="0.3 ns"))
        for s in range(100)
    ]
    sigma = 1e5 * particles.volumes[0] / (BOLTZMANN * T)
    assert sigma == pytest.approx(34.6879, rel=1e-4)
    m_z = mh.simulate_many(runs).moment_direction[:, -1, :, 2].values.ravel()
    x = np.linspace(0, 1, 20001)
    density = np.exp(sigma * (x**2 - 1))
    distribution = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    assert stats.kstest(m_z, lambda v: np.interp(v, x, distribution / distribution[-1])).pvalue > 1e-3


def test_the_lifetime_is_that_of_the_fokker_planck_equation():
    sigma, damping = 4.0, 0.5
    ensemble = mh.Ensemble(
        material=mh.Material(saturation_magnetization=M_S, anisotropy_constant=2e4),
        diameter=float(single(sigma).particles.diameters[0]),
    )
    field = mh.Sinusoidal(amplitude=1.0, frequency="1 MHz")
    exact = mh.FokkerPlanck().relaxation_time(
        mh.Experiment(ensemble=ensemble, applied_field=field, temperature=T, damping=damping)
    )
    runs = [
        single(
            sigma,
            damping=damping,
            seed=s,
            applied_field=mh.Static(amplitude=0, duration=3 * exact),
            samples_per_cycle=30,
        )
        for s in range(160)
    ]
    m_z = mh.simulate_many(runs, mh.LLG(bias=3e-3)).moment_direction[..., 2]
    mean, error = m_z.mean(("run", "particle")).values, m_z.std(("run", "particle")).values / math.sqrt(160 * 24)
    # From half of tau on the slowest mode is alone: in another tau <m_z> falls by e.
    ratio, spread = mean[15] / mean[5], math.hypot(error[15] / mean[5], error[5] * mean[15] / mean[5] ** 2)
    assert ratio == pytest.approx(math.exp(-1), abs=4 * spread)
    assert spread < 0.03


def test_a_fast_loop_is_that_of_the_fokker_planck_equation():
    sigma = 5.0
    amplitude, frequency = 0.6 * 2 * 2e4 / (MU_0 * M_S), 1e7
    drive = mh.Sinusoidal(amplitude=amplitude, frequency=frequency)
    runs = [
        single(sigma, applied_field=drive, cycles=5, samples_per_cycle=100, seed=s, initial_moments=None)
        for s in range(32)
    ]
    ds = mh.simulate_many(runs, mh.LLG(bias=3e-3))
    work = (ds.field_work.isel(time=-1) - ds.field_work.isel(time=200)) / 3
    areas = (work / float(runs[0].particles.volumes[0])).mean("particle").values
    ensemble = mh.Ensemble(
        material=mh.Material(saturation_magnetization=M_S, anisotropy_constant=2e4),
        diameter=float(runs[0].particles.diameters[0]),
        axes="0 deg",
    )
    exact = mh.simulate(
        mh.Experiment(ensemble=ensemble, applied_field=drive, temperature=T, damping=0.5), solver="fokker-planck"
    )
    expected = float(mh.analysis.loss_per_cycle(mh.analysis.hysteresis_loop(exact)))
    assert areas.mean() == pytest.approx(expected, abs=4 * stats.sem(areas) + 3e-3 * expected)
    assert stats.sem(areas) < 0.02 * expected


def heats(ds, start=80):
    """Net heat of each particle from a sample on, (runs, particles) J."""
    return ds.released_heat.values[:, -1] - ds.released_heat.values[:, start]


def test_at_equilibrium_no_particle_of_an_unequal_pair_heats():
    """Test (a) of the theory page."""
    found = heats(mh.simulate_many([unequal_pair(seed=s) for s in range(128)])) / (BOLTZMANN * T)
    assert (np.abs(found.mean(0)) < 3.5 * stats.sem(found, axis=0)).all()


def heats_between_baths(hotter):
    """Heat of each particle of the pair, (runs, particles) k_B T, whose baths are so many times as hot as T."""
    moments = [[0.0, 0.0, 1.0]] * 2
    samples, unit = walked(
        [unequal_pair(seed=s, initial_moments=moments) for s in range(128)], bias=1e-3, hotter=hotter
    )
    return (samples[:, -1, 6:8] - samples[:, 80, 6:8]) * unit / (BOLTZMANN * T)


def test_heat_flows_from_the_hot_to_the_cold_bath():
    """Test (b) of the theory page; with the baths exchanged it flows the other way."""
    for hotter, sign in (([0.5, 2.0], 1), ([2.0, 0.5], -1)):
        found = heats_between_baths(hotter)
        total = found.sum(1)
        assert abs(total.mean()) < 3.5 * stats.sem(total)
        assert (found.mean(0) * [sign, -sign] > 8 * stats.sem(found, axis=0)).all()


def test_noise_that_is_twice_too_strong_on_one_particle_is_seen():
    """That test (a) can fail: the amplitude of one particle's noise doubled, as if its bath had 4 T."""
    found = heats_between_baths([4.0, 1.0])
    assert (np.abs(found.mean(0)) > 15 * stats.sem(found, axis=0)).all()


def test_the_mean_exact_estimator_of_the_heat_averages_to_zero_for_one_particle():
    """Test (c) of the theory page: q = gamma' alpha [M_s V |m x B|^2 - k_B T (2 m.B + B_K (3 (m.u)^2 - 1))]."""
    ds = mh.simulate_many([single(2.0, seed=s) for s in range(16)])
    m_z = ds.moment_direction.values[:, 100:, :, 2]
    moment, field = M_S * float(single(2.0).particles.volumes[0]), 2 * 2e4 / M_S
    torque = moment * (field * m_z) ** 2 * (1 - m_z**2)
    q = (torque - BOLTZMANN * T * field * (3 * m_z**2 - 1)).mean(1).ravel()
    assert abs(q.mean()) < 4 * stats.sem(q)
    assert 10 * stats.sem(q) < torque.mean()


@pytest.mark.parametrize("scheme", ["split", "heun"])
def test_the_books_close_to_round_off(scheme):
    drive = mh.Trapezoidal(amplitude="300 Oe", frequency="20 MHz")
    one = unequal_pair(applied_field=drive, samples_per_cycle=100, cycles=3)
    ds = mh.simulate(one, solver=mh.LLG(scheme=scheme, bias=1e-2))
    system = lowering.system_of(one)
    energy = dipolar_energy(ds.moment_direction.values, system)
    transfers = ds.dipolar_work.values.sum(1)
    scale = np.abs(ds.energy.values).max() + np.abs(ds.released_heat.values).max()
    assert np.abs(transfers - (energy - energy[0])).max() < 1e-11 * scale
    np.testing.assert_allclose(np.linalg.norm(ds.moment_direction, axis=-1), 1, atol=1e-12)


@pytest.mark.parametrize("scheme", ["split", "heun"])
def test_at_no_temperature_it_is_the_deterministic_solver(scheme):
    material = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4)
    pair = mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("10 deg", "30 deg"), material=material
    )
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="20 MHz")
    one = mh.Experiment(particles=pair, applied_field=drive, samples_per_cycle=50, cycles=1)
    exact = mh.simulate(one).isel(time=-1)
    errors = []
    for bias in (4e-4, 1e-4):
        cold = mh.simulate(one.replace(temperature=1e-12), solver=mh.LLG(scheme=scheme, bias=bias)).isel(time=-1)
        errors.append(float(np.abs(cold.released_heat - exact.released_heat).max() / exact.released_heat.max()))
    assert errors[1] < 1e-4
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.3)  # half the step: order two without noise


def test_bits_depend_on_the_seed_alone():
    runs = [unequal_pair(seed=s, samples_per_cycle=40) for s in range(20)]
    together = mh.simulate_many(runs, mh.LLG(threads=2))
    alone = mh.simulate(runs[18], mh.LLG(threads=1))
    for name in ("released_heat", "field_work", "moment_direction"):
        np.testing.assert_array_equal(together[name][18], alone[name])
    assert not np.array_equal(together.released_heat[17], together.released_heat[18])


def test_runs_at_a_temperature_and_at_none_may_go_together():
    runs = [unequal_pair(seed=s, temperature=t, samples_per_cycle=40) for s, t in enumerate([0.0, 300.0, 0.0])]
    together = mh.simulate_many(runs)
    for i, one in enumerate(runs):
        alone = mh.simulate(one, mh.LLG(check_sensitivity=False, check_error=False))
        np.testing.assert_array_equal(together.released_heat[i], alone.released_heat)


def test_many_particles_on_lanes_follow_the_same_equation_as_few():
    """26 particles take one lane each, with positions; 24 a lane together, with a table of pairs."""
    rng = np.random.default_rng(3)
    material = mh.Material(saturation_magnetization=M_S, anisotropy_constant=2e4)
    grid = np.stack(np.meshgrid(*[np.arange(3)] * 3, indexing="ij"), -1).reshape(-1, 3)[:26] * 14e-9
    axes = rng.normal(size=(26, 3))

    def experiment(count):
        return mh.Experiment(
            particles=mh.Particles(
                positions=grid[:count], diameters=np.full(count, 1e-8), easy_axes=axes[:count], material=material
            ),
            applied_field=mh.Sinusoidal(amplitude="200 Oe", frequency="50 MHz"),
            temperature=T,
            samples_per_cycle=20,
            cycles=1,
            damping=0.3,
        )

    many = experiment(26)
    ds = mh.simulate(many)
    energy = dipolar_energy(ds.moment_direction.values, lowering.system_of(many))
    scale = np.abs(ds.energy.values).max() + np.abs(ds.released_heat.values).max()
    assert np.abs(ds.dipolar_work.values.sum(1) - (energy - energy[0])).max() < 1e-11 * scale
    # Two more particles far away change little in the first moments of the same noise.
    apart = np.array(grid)
    apart[24:] += 1e-3
    soft = mh.Material(saturation_magnetization=M_S, anisotropy_constant=1e3)
    far = many.replace(
        particles=mh.Particles(
            positions=apart, diameters=np.full(26, 1e-8), easy_axes=axes, material=[material] * 24 + [soft] * 2
        ),
        initial_moments=np.tile([0.0, 0.0, 1.0], (26, 1)),
    )
    few = experiment(24).replace(initial_moments=np.tile([0.0, 0.0, 1.0], (24, 1)))
    steps = mh.simulate(far).attrs["steps"], mh.simulate(few).attrs["steps"]
    assert steps[0] == steps[1]
    np.testing.assert_allclose(
        mh.simulate(far).moment_direction[:5, :24], mh.simulate(few).moment_direction[:5], atol=1e-6
    )


@pytest.mark.parametrize("waveform", [mh.Sinusoidal, mh.Trapezoidal])
def test_moments_that_feel_no_others_move_as_do_those_that_feel_them_a_little(waveform):
    """Two roads of one scheme with the same noise: alone in registers, and together in stages, a metre apart."""
    one = single(
        2.0,
        2,
        applied_field=waveform(amplitude="400 Oe", frequency="50 MHz"),
        samples_per_cycle=10,
        cycles=2,
        initial_moments=np.tile([0.6, 0.0, 0.8], (2, 1)),
    )
    apart = mh.Particles(
        positions=[[0, 0, 0], [1, 0, 0]],
        diameters=one.particles.diameters,
        easy_axes=[[0, 0, 1], [0.6, 0, 0.8]],
        material=one.particles.material,
    )
    alone = mh.simulate(one.replace(particles=apart), mh.LLG(bias=3e-3))
    together = mh.simulate(one.replace(particles=apart, interactions=True), mh.LLG(bias=3e-3))
    assert alone.attrs["steps"] == together.attrs["steps"] > 100
    for name in ("moment_direction", "released_heat", "field_work"):
        scale = float(np.abs(together[name]).max())
        np.testing.assert_allclose(alone[name], together[name], atol=1e-7 * scale)


def test_mean_heat_over_cycles_agrees_with_that_over_runs_within_its_standard_error():
    drive = mh.Sinusoidal(amplitude="400 Oe", frequency="50 MHz")
    one = unequal_pair(applied_field=drive, samples_per_cycle=20, cycles=101)
    long = mh.analysis.mean_heat(mh.simulate(one, mh.LLG(bias=1e-2)))
    runs = [one.replace(seed=s, cycles=26) for s in range(1, 33)]
    many = mh.analysis.mean_heat(mh.simulate_many(runs, mh.LLG(bias=1e-2)))
    assert int(long.members[0]) == 10
    assert int(many.members[0]) == 32
    error = np.hypot(long.standard_error, many.standard_error)
    assert (np.abs(long["mean"] - many["mean"]) < 4 * error).all()
    # Eight times as many cycles: an error smaller by the root of that, which ten batches tell to a quarter.
    assert 1.4 < float((long.standard_error / many.standard_error).mean()) < 5.7
    with pytest.raises(mh.SchemaError, match="first_cycle"):
        mh.analysis.mean_heat(mh.simulate(one.replace(cycles=1)))


@pytest.mark.parametrize("option", [{"scheme": "euler"}, {"bias": 0.0}, {"bias": 1.0}, {"bias": True}])
def test_options_are_checked(option):
    with pytest.raises(mh.SpecError, match=next(iter(option))):
        mh.LLG(**option)


def test_too_many_steps_are_refused_before_they_start():
    with pytest.raises(mh.SpecError, match="max_steps"):
        mh.simulate(unequal_pair(applied_field=mh.Sinusoidal(amplitude=1e4, frequency="1 Hz")))
