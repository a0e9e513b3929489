"""What is recommended can run, is within its limits where one is, and says why."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import magheat as mh
from magheat.analysis import hysteresis_loop, loss_per_cycle
from magheat.api import SOLVERS
from magheat.constants import MU_0
from magheat.workflows.recommend.regime import regime_of

MATERIAL = mh.Material(saturation_magnetization=450e3, anisotropy_constant=20e3)
FIELD_SCALE = 2 * 20e3 / (MU_0 * 450e3)


def ensemble(
    diameter=14e-9, field=0.5, frequency=1e5, temperature=300.0, damping=0.1, axes=0.0, form="gilbert", **options
):
    return mh.Experiment(
        ensemble=mh.Ensemble(material=MATERIAL, diameter=diameter, axes=axes, **options),
        applied_field=mh.Sinusoidal(amplitude=field * FIELD_SCALE, frequency=frequency),
        temperature=temperature,
        damping=damping,
        damping_form=form,
        samples_per_cycle=200,
    )


def particles(count=2, gap=10e-9, frequency=1e5, temperature=300.0, cycles=5, **options):
    chain = mh.arrangement.chain(count=count, diameter=16e-9, gap=gap, material=MATERIAL)
    drive = mh.Sinusoidal(amplitude=0.5 * FIELD_SCALE, frequency=frequency)
    return mh.Experiment(
        particles=chain, applied_field=drive, temperature=temperature, damping=0.1, cycles=cycles, **options
    )


def by_name(found):
    return {one.name: one for one in found.advice}


@pytest.mark.parametrize("experiment", [ensemble(), particles(), particles(temperature=0.0), ensemble(interaction=0.3)])
def test_every_solver_is_judged_and_the_chosen_one_runs(experiment):
    found = mh.recommend(experiment)
    assert set(by_name(found)) == set(SOLVERS)
    assert found.solver.supports(experiment) is None
    assert found.chosen.name in str(found)
    assert found.verdict in str(found)
    for one in found.advice:
        assert (one.solver is None) == (SOLVERS[one.name]().supports(experiment) is not None)
        assert one.reason


def test_a_long_run_that_is_advised_is_not_refused_for_its_length():
    long = particles(temperature=0.0, frequency=1e3, cycles=2000, samples_per_cycle=10)
    assert mh.LLG().supports(long) is not None
    assert by_name(mh.recommend(long))["llg"].solver.supports(long) is None


@pytest.mark.parametrize("error", [1e-3, 0.05, 0.3])
@pytest.mark.parametrize("seconds", [1e-2, 10.0, 1e4])
@pytest.mark.parametrize("experiment", [ensemble(), ensemble(axes="random"), particles(), particles(200)])
def test_limits_are_kept_where_a_solver_keeps_them(experiment, error, seconds):
    found = mh.recommend(experiment, error=error, seconds=seconds)
    runnable = [one for one in found.advice if one.solver is not None]
    good = [one for one in runnable if one.seconds <= seconds and (one.error or math.inf) <= error]
    if good:
        assert found.chosen in good
    elif any(one.seconds <= seconds for one in runnable):
        assert found.chosen.seconds <= seconds
        assert "right to" in found.verdict
    else:
        assert found.chosen.seconds == min(one.seconds for one in runnable)
        assert "Nothing takes less" in found.verdict


def test_the_usual_questions_have_the_usual_answers():
    assert mh.recommend(particles(temperature=0.0)).chosen.name == "llg"
    assert mh.recommend(ensemble(axes="random"), seconds=5.0).chosen.name == "two-well"
    assert mh.recommend(ensemble(), error=0.01).chosen.name == "fokker-planck"
    assert mh.recommend(particles(50, frequency=1e5, cycles=50)).chosen.name == "kinetic-monte-carlo"
    assert mh.recommend(particles(2, frequency=5e7)).chosen.name == "llg"
    weak = ensemble(field=1e-3)
    assert by_name(mh.recommend(weak))["linear-response"].error < 0.25
    assert by_name(mh.recommend(ensemble(field=0.5)))["linear-response"].error > 1


def area(experiment, solver):
    return float(loss_per_cycle(hysteresis_loop(solver.run(experiment))))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    diameter=st.floats(9e-9, 17e-9),
    field=st.floats(0.02, 0.9),
    exponent=st.floats(4.0, 6.3),
    damping=st.sampled_from([0.1, 0.3, 1.0]),
    form=st.sampled_from(["gilbert", "landau-lifshitz"]),
)
def test_the_errors_bound_those_against_browns_equation(diameter, field, exponent, damping, form):
    experiment = ensemble(diameter, field, 10**exponent, damping=damping, form=form)
    advice = by_name(mh.recommend(experiment))
    exact = area(experiment, advice["fokker-planck"].solver)
    for name in ("two-well", "linear-response"):
        one = advice[name]
        assert abs(area(experiment, one.solver) / exact - 1) <= one.error or one.error >= 1


@given(factor=st.floats(0.5, 2.0))
def test_the_regime_is_dimensionless(factor):
    # lengths and fields scaled so that every ratio stays: K V/(k_B T), H/H_K, mu0 M_s V H/(k_B T), M_s/H_K
    before = ensemble(interaction=0.3)
    material = mh.Material(saturation_magnetization=450e3, anisotropy_constant=20e3)
    after = mh.Experiment(
        ensemble=mh.Ensemble(material=material, diameter=14e-9 * factor, interaction=0.3, axes=0.0),
        applied_field=before.applied_field,
        temperature=300.0 * factor**3,
        damping=0.1,
        damping_form=before.damping_form,
    )
    one, other = regime_of(before), regime_of(after)
    for name in ("barrier", "field", "moment", "escapes", "coupling", "speed"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-9), name


def test_coupling_is_that_of_the_nearest_neighbour():
    two = regime_of(particles(2, gap=4e-9))
    ten = regime_of(particles(10, gap=4e-9))
    expected = 450e3 * np.pi / 6 * 16e-9**3 / (2 * np.pi * 20e-9**3) / FIELD_SCALE
    assert two.coupling == pytest.approx(expected)
    assert ten.coupling == pytest.approx(expected)
    assert regime_of(particles(2, gap=4e-9, interactions=False)).coupling == 0
    assert regime_of(particles(1)).coupling == 0


def test_at_rest_nothing_escapes():
    regime = regime_of(particles(temperature=0.0))
    assert regime.barrier == regime.moment == math.inf
    assert regime.escapes == 0


@pytest.mark.parametrize(("option", "value"), [("error", 0), ("error", True), ("seconds", -1), ("seconds", "1 s")])
def test_a_wrong_limit_is_refused_by_name(option, value):
    with pytest.raises(mh.SpecError, match=f"^{option} must be a number > 0") as caught:
        mh.recommend(ensemble(), **{option: value})
    assert "\n" not in str(caught.value)


def test_what_is_no_experiment_is_refused():
    with pytest.raises(mh.SpecError, match="experiment must be an Experiment"):
        mh.recommend("pair.toml")


def test_where_no_solver_can_run_it_the_reason_is_that_of_its_kind_of_sample():
    with pytest.raises(mh.SpecError, match=r"got none: Experiment.*30 days") as refused:
        mh.recommend(particles(100_000, cycles=10, samples_per_cycle=20))
    assert "ensemble" not in str(refused.value)
    with pytest.raises(mh.SpecError, match=r"got none: Experiment\.temperature must be > 0 for the solver 'two-well'"):
        mh.recommend(ensemble(temperature=0.0))


def test_particles_that_do_not_interact_take_time_in_proportion_to_flips_and_number():
    """The flips of each, and all moments at every step: ten times as many take at most a hundred times as long."""
    few, many = (by_name(mh.recommend(particles(n, interactions=False)))["kinetic-monte-carlo"] for n in (50, 500))
    assert 5 * few.seconds < many.seconds < 101 * few.seconds


def test_without_damping_no_solver_follows_moments_at_a_temperature():
    """Without damping there is no bath: the moments would go on as at 0 K, with heat that is the scheme's error."""
    still = particles(frequency=1e8).replace(damping=0.0)
    assert by_name(mh.recommend(still))["llg"].solver is None
    with pytest.raises(mh.SpecError, match=r"Experiment\.damping must be > 0 for the solver 'llg' at a temperature"):
        mh.simulate(still)
    mh.simulate(still.replace(temperature=0.0, cycles=1, samples_per_cycle=20))
