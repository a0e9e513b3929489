"""What kinetic Monte Carlo takes and refuses, and what it promises of its runs."""

import math

import numpy as np
import pytest

import magheat as mh

STATES = ["moment_direction", "released_heat", "field_work", "energy"]


def experiment(**changes):
    material = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4)
    pair = mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=material
    )
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz")
    given = {"particles": pair, "applied_field": drive, "temperature": 300.0, "samples_per_cycle": 60}
    return mh.Experiment(**(given | changes))


def soft_particles(anisotropy_constant, diameter="20 nm"):
    material = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=anisotropy_constant)
    return mh.arrangement.chain(count=2, diameter=diameter, gap="5 nm", material=material)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_runs_have_the_same_bits_on_any_number_of_threads(threads):
    experiments = [experiment(seed=seed) for seed in range(5)]
    many = mh.simulate_many(experiments, mh.KineticMonteCarlo(threads=threads))
    for index in (0, 4):
        one = mh.simulate(experiments[index], "kinetic-monte-carlo")
        for name in STATES:
            np.testing.assert_array_equal(many[name].isel(run=index), one[name])


def test_another_seed_is_another_history():
    runs = mh.simulate_many([experiment(seed=1), experiment(seed=2)], "kinetic-monte-carlo")
    assert not np.array_equal(runs["released_heat"][0], runs["released_heat"][1])


def test_given_moments_choose_the_first_wells():
    up, down = np.array([[0.0, 0, 1], [0, 0, 1]]), np.array([[0.0, 0, 1], [0, 0, -1]])
    weak = mh.Static(amplitude=0.0, duration="1 ns")
    for moments in (up, down):
        ds = mh.simulate(experiment(applied_field=weak, initial_moments=moments), "kinetic-monte-carlo")
        along = ds["moment_direction"].values[0] @ ds["easy_axis"].values.T
        np.testing.assert_array_equal(np.sign(np.diag(along)), moments[:, 2])
        np.testing.assert_array_equal(ds["released_heat"][0], 0.0)


def test_the_dataset_tells_what_is_a_convention_and_what_was_counted():
    ds = mh.simulate(experiment(), "kinetic-monte-carlo")
    assert ds.attrs["split_is_model"] is True
    assert ds.attrs["low_barrier"] is False
    assert 0 < ds.attrs["flips"] <= ds.attrs["proposals"]
    assert 0 <= ds.attrs["hidden_flips"] < 1e-3 * ds.attrs["flips"] + 1e-9
    assert mh.simulate(experiment(temperature=800.0), "kinetic-monte-carlo").attrs["low_barrier"] is True


def test_the_lower_saddle_flips_more_often():  # by 1.2 to 1.5 k_B T
    still = experiment(applied_field=mh.Static(amplitude=0.0, duration="400 us"))
    mean, lower = (mh.simulate(still, mh.KineticMonteCarlo(saddle=s)).attrs["flips"] for s in ("mean", "lower"))
    assert 2 < lower / mean < 8


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"temperature": 0.0}, r"temperature must be > 0 .* solver='minimize' or 'llg'"),
        ({"particles": soft_particles(0.0)}, r"anisotropy_constant > 0 .* particle 0"),
        ({"particles": soft_particles(1e4, "8 nm")}, r"temperature must leave every barrier"),
        ({"particles": soft_particles(1e4, "12 nm"), "cycles": 10**6, "samples_per_cycle": 4}, r"max_flips"),
    ],
)
def test_what_it_cannot_run_is_refused_in_one_sentence(changes, match):
    with pytest.raises(mh.SpecError, match=match) as caught:
        mh.simulate(experiment(**changes), "kinetic-monte-carlo")
    assert "\n" not in str(caught.value)


def test_browns_rates_need_damping_and_his_field_needs_aligned_axes():
    with pytest.raises(mh.SpecError, match="30 degrees off"):
        mh.simulate(experiment(), mh.KineticMonteCarlo(prefactor="brown-field"))
    for prefactor in ("brown", "brown-field"):
        with pytest.raises(mh.SpecError, match="damping must be > 0"):
            mh.simulate(experiment(damping=0.0), mh.KineticMonteCarlo(prefactor=prefactor))


@pytest.mark.parametrize(
    "options",
    [
        {"prefactor": "kramers"},
        {"saddle": "upper"},
        {"attempt_time": 0.0},
        {"attempt_time": math.nan},
        {"attempt_time": "1 ns"},
        {"max_flips": -1},
        {"threads": 0},
        {"threads": True},
        {"step": 1},
    ],
)
def test_bad_options_are_named(options):
    with pytest.raises(mh.SpecError, match=rf"KineticMonteCarlo\.{next(iter(options))} "):
        mh.KineticMonteCarlo(**options)


def test_too_many_flips_end_the_run(monkeypatch):
    monkeypatch.setattr("magheat.solvers.kinetic_monte_carlo.expected_flips", lambda experiment, rates: 0.0)
    still = mh.Static(amplitude=0.0, duration="5 ms")
    with pytest.raises(mh.ConvergenceError, match="max_flips"):
        mh.simulate(experiment(applied_field=still), mh.KineticMonteCarlo(max_flips=5))


def test_ctrl_c_ends_all_runs():
    def interrupt(fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mh.simulate(experiment(cycles=200), "kinetic-monte-carlo", progress=interrupt)


def test_a_run_is_estimated_for_the_one_core_that_it_uses():
    many = mh.arrangement.chain(count=100_000, diameter="20 nm", gap="5 nm", material=mh.magnetite)
    reason = mh.KineticMonteCarlo(threads=8).supports(experiment(particles=many, samples_per_cycle=20))
    assert "30 days" in reason
    assert "one core" in reason
