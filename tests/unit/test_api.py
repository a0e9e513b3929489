"""Extreme and wrong input to ``simulate`` and ``simulate_many``: an answer or one clear sentence."""

import numpy as np
import pytest

import magheat as mh

MATERIAL = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4)


def pair(gap="7.1 nm"):
    return mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap=gap, easy_axis_angles=("0 deg", "30 deg"), material=MATERIAL
    )


def experiment(particles=None, drive=None, **changes):
    drive = drive or mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz")
    return mh.Experiment(particles=particles or pair(), applied_field=drive, **{"cycles": 1, **changes})


@pytest.mark.parametrize(
    "exp",
    [
        experiment(pair(gap=0.0)),
        experiment(damping=0.0),
        experiment(damping=10.0),
        experiment(samples_per_cycle=4),
        experiment(drive=mh.Sinusoidal(amplitude="1e5 Oe", frequency="500 kHz")),
        experiment(drive=mh.Sinusoidal(amplitude=0.0, frequency="500 kHz")),
        experiment(drive=mh.Sinusoidal(amplitude="500 Oe", frequency=1e15)),
    ],
    ids=["touching", "no damping", "damping 10", "4 samples", "10 T", "no field", "1 PHz"],
)
def test_extreme_experiments_give_finite_answers_whose_ledger_closes(exp):
    ds = mh.simulate(exp)
    for name in ds.data_vars:
        assert np.isfinite(ds[name].values.astype(float)).all(), name
    ledger = mh.analysis.energy_ledger(ds)
    assert abs(float(ledger["residual"])) < 1e-6


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cycles": 10**6}, "Experiment.cycles"),
        ({"cycles": 10**6, "samples_per_cycle": 4}, "cycles"),
        ({"samples_per_cycle": 1}, "Experiment.samples_per_cycle"),
        ({"temperature": -1}, "Experiment.temperature"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(change, field):
    with pytest.raises(mh.SpecError, match=field) as caught:
        mh.simulate(experiment(**change))
    assert "\n" not in str(caught.value)


def test_a_field_of_a_million_tesla_is_refused_by_name():
    with pytest.raises(mh.SpecError, match="amplitude"):
        mh.simulate(experiment(drive=mh.Sinusoidal(amplitude="1e12 Oe", frequency="500 kHz")))


@pytest.mark.parametrize("solver", ["two-wells", 3, None, mh.Experiment])
def test_an_unknown_solver_is_refused_under_solver(solver):
    with pytest.raises(mh.SpecError, match=r"^solver must be one of"):
        mh.simulate(experiment(), solver=solver)


@pytest.mark.parametrize(
    "options", [{"rtol": 0}, {"rtol": float("nan")}, {"method": "euler"}, {"max_steps": 0}, {"threads": 0}]
)
def test_a_wrong_option_of_a_solver_is_refused_by_name(options):
    with pytest.raises(mh.SpecError, match=rf"LLG\.{next(iter(options))} must"):
        mh.LLG(**options)


def test_a_tolerance_goes_only_to_a_solver_that_has_one():
    with pytest.raises(mh.SpecError, match="rtol"):
        mh.simulate(experiment(), solver="minimize", rtol=1e-6)


@pytest.mark.parametrize("what", [3, "pair.toml", None])
def test_anything_but_an_experiment_is_refused(what):
    with pytest.raises(mh.SpecError, match="experiment must be an Experiment"):
        mh.simulate(what)
    with pytest.raises(mh.SpecError, match="experiment must be an Experiment"):
        mh.simulate_many([experiment(), what])


def test_runs_of_different_size_point_to_a_sweep():
    with pytest.raises(mh.SpecError, match=r"samples_per_cycle.*sweep"):
        mh.simulate_many([experiment(), experiment(samples_per_cycle=10)])


def test_a_chaotic_run_says_so_and_a_regular_one_too():
    assert bool(mh.simulate(experiment(damping=0.1, cycles=2))["reproducible"])
    assert not bool(mh.simulate(experiment(damping=0.002, cycles=2))["reproducible"])


def test_checks_are_on_for_one_run_and_off_for_many():
    checks = {"heat_sensitivity", "heat_error", "reproducible"}
    assert checks <= set(mh.simulate(experiment()))
    assert not checks & set(mh.simulate_many([experiment()]))
    assert not checks & set(mh.simulate(experiment(), mh.LLG(check_sensitivity=False, check_error=False)))
    assert checks <= set(mh.simulate_many([experiment()], mh.LLG(check_sensitivity=True, check_error=True)))


def test_heat_error_bounds_the_true_error():
    exp = experiment(damping=0.1)
    ds, exact = mh.simulate(exp, rtol=1e-6), mh.simulate(exp, rtol=1e-11)
    assert (abs(ds.released_heat[-1] - exact.released_heat[-1]) < ds.heat_error).all()


@pytest.mark.parametrize("axis", [(5, 0, 1), (1, 1, 0.2), (-0.8, -1.3, -0.2), (4, 9, -0.6)])
@pytest.mark.parametrize("method", ["dormand-prince", "dop853"])
def test_a_step_that_overflows_is_refused_and_not_lost(axis, method):
    """At rest the step grows beyond bounds; the kick of a fast rise then overflows the first attempts."""
    particles = mh.Particles(positions=[[0, 0, 0]], diameters="20 nm", easy_axes=[axis], material=MATERIAL)
    drive = mh.Square(amplitude=4e4, frequency="500 kHz", rise_time="1 ps")
    ds = mh.simulate(experiment(particles, drive, damping=1.0), mh.LLG(rtol=1e-9, method=method, max_steps=1e6))
    assert np.isfinite(ds.released_heat.values).all()
    assert float(ds.released_heat[-1, 0]) > 0


def test_an_isotropic_particle_in_a_linear_field_is_never_called_reproducible():
    soft = mh.Material(saturation_magnetization=4e5, anisotropy_constant=0.0)
    particles = mh.Particles(positions=[[0, 0, 0]], diameters="20 nm", easy_axes=[[0, 0, 1]], material=soft)
    assert not bool(mh.simulate(experiment(particles))["reproducible"])


def test_no_anisotropy_and_no_field_is_an_answer():
    soft = mh.Material(saturation_magnetization=4e5, anisotropy_constant=0.0)
    particles = mh.Particles(positions=[[0, 0, 0]], diameters="20 nm", easy_axes=[[0, 0, 1]], material=soft)
    still = mh.Static(amplitude=0.0, duration="1 us")
    assert float(mh.simulate(experiment(particles, still)).released_heat[-1, 0]) == 0.0


def test_unknown_keywords_are_refused_under_their_own_name():
    for call, name in ((lambda: mh.simulate(experiment(), foo=1), "foo"), (lambda: mh.LLG(tol=1), "tol")):
        with pytest.raises(mh.SpecError, match=name):
            call()


@pytest.mark.parametrize("wrong", [5, "no", [1]])
def test_a_check_is_on_or_off(wrong):
    with pytest.raises(mh.SpecError, match=r"LLG\.check_error"):
        mh.LLG(check_error=wrong)


def test_many_takes_any_iterable_and_no_single_experiment():
    assert mh.simulate_many(one for one in [experiment()]).sizes["run"] == 1
    with pytest.raises(mh.SpecError, match="experiments must be"):
        mh.simulate_many(experiment())
