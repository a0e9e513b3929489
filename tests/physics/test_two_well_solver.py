"""The two-well and the linear-response solver on experiments: any waveform, bias, distributions."""

import numpy as np
import pytest

import magheat as mh
from magheat.constants import BOLTZMANN, MU_0

MATERIAL = mh.Material(saturation_magnetization=4.5e5, anisotropy_constant=2e4)
SINE = mh.Sinusoidal(amplitude=2e4, frequency=1e5)


def simulate(drive=SINE, solver="two-well", temperature=310.0, samples=400, **ensemble):
    particles = mh.Ensemble(**({"material": MATERIAL, "diameter": 16e-9} | ensemble))
    experiment = mh.Experiment(
        ensemble=particles, applied_field=drive, temperature=temperature, samples_per_cycle=samples
    )
    return mh.simulate(experiment, solver)


def loss(ds):
    return float(mh.analysis.loss_per_cycle(ds))


@pytest.mark.parametrize("interaction_model", ["none", "barrier", "mean-field"])
@pytest.mark.parametrize("axes", ["random", 0.0, "70 deg"])
@pytest.mark.parametrize("diameter", [10e-9, 16e-9, 21e-9])
def test_the_kernels_own_numbers_are_those_of_analysis(axes, interaction_model, diameter):
    ds = simulate(
        axes=axes, interaction_model=interaction_model, interaction=0.5, diameter=diameter, demagnetizing_factor=1.0
    )
    table = {
        "saturation_magnetization": 4.5e5, "anisotropy_constant": 2e4, "diameter": [diameter], "interaction": 0.5,
        "temperature": 310.0, "frequency": 1e5, "amplitude": 2e4,
    }  # fmt: skip
    row = mh.two_well_loops(table, axes, interaction_model, demagnetizing_factor=1.0).row(0, named=True)
    for name in ("coercive_field", "remanence", "loss_per_cycle", "slp"):
        assert float(getattr(mh.analysis, name)(ds)) == pytest.approx(row[name], rel=1e-6, abs=1e-6)


def test_samples_are_those_of_a_finer_grid():
    few, many = simulate(samples=25), simulate(samples=500)
    np.testing.assert_allclose(few.magnetization, many.magnetization[::20], atol=1e-4 * 4.5e5)


def test_a_phase_only_shifts_the_loop():
    plain = simulate(samples=400)
    shifted = simulate(mh.Sinusoidal(amplitude=2e4, frequency=1e5, phase=np.pi / 2), samples=400)
    np.testing.assert_allclose(shifted.magnetization, plain.magnetization.roll(time=-100), atol=1e-3)


def test_the_full_period_and_its_half_close_alike():
    """A bias of next to nothing takes the road of the full period."""
    half = simulate(diameter=14e-9)
    full = simulate(mh.Sinusoidal(amplitude=2e4, frequency=1e5, bias=1e-3), diameter=14e-9)
    np.testing.assert_allclose(full.magnetization, half.magnetization, atol=1e-5 * 4.5e5)


def test_a_bias_shifts_the_mean_moment_and_blocked_particles_with_it_are_refused():
    ds = simulate(mh.Sinusoidal(amplitude=1e4, frequency=1e5, bias=5e3), diameter=12e-9)
    assert 0.05 < float(ds.magnetization.mean()) / 4.5e5 < 0.9
    with pytest.raises(mh.ConvergenceError, match="bias"):
        simulate(mh.Sinusoidal(amplitude=1e3, frequency=1e5, bias=5e2), diameter=30e-9)


def test_a_static_field_finds_boltzmann():
    drive = mh.Static(amplitude=1e4, duration=1e-2)
    ds = simulate(drive, diameter=8e-9, axes=0.0, samples=8)
    x = MU_0 * 4.5e5 * np.pi / 6 * 8e-9**3 * 1e4 / (BOLTZMANN * 310)
    np.testing.assert_allclose(ds.magnetization, 4.5e5 * np.tanh(x), rtol=1e-10)


def test_a_slow_field_follows_equilibrium():
    ds = simulate(mh.Sinusoidal(amplitude=3e4, frequency=1.0), diameter=8e-9, axes=0.0)
    x = MU_0 * 4.5e5 * np.pi / 6 * 8e-9**3 * ds.applied_field / (BOLTZMANN * 310)
    np.testing.assert_allclose(ds.magnetization, 4.5e5 * np.tanh(x), atol=1e-4 * 4.5e5)


@pytest.mark.parametrize(
    "drive",
    [
        mh.Triangular(amplitude=2e4, frequency=1e5),
        mh.Trapezoidal(amplitude=2e4, frequency=1e5),
        mh.Square(amplitude=2e4, frequency=1e5),
        mh.Sinusoidal(amplitude=0.0, frequency=1e5),
        mh.Sinusoidal(amplitude=2e4, frequency=1e5, direction=(1, 1, 0)),
    ],
    ids=lambda drive: type(drive).__name__,
)
def test_every_linear_waveform_gives_a_steady_antisymmetric_loop(drive):
    m = simulate(drive).magnetization.values
    np.testing.assert_allclose(m[:200], -m[200:], atol=1e-6 * 4.5e5)
    assert np.abs(m).max() <= 4.5e5


def test_a_rotating_field_is_refused():
    with pytest.raises(mh.SpecError, match="one line"):
        simulate(mh.Rotating(amplitude=1e4, frequency=1e5))


def test_a_mean_field_at_equilibrium_has_the_susceptibility_of_the_whole():
    """An independent program: 4.046998 for D = 10 nm, 310 K, 10 kHz, 5 A/m, gamma = -0.349, D/d = 0.8, random axes."""
    ds = simulate(
        mh.Sinusoidal(amplitude=5.0, frequency=1e4), diameter=10e-9, interaction=0.8, interaction_model="mean-field",
        demagnetizing_factor=1.0,
    )  # fmt: skip
    assert float(ds.magnetization[0]) / 5.0 == pytest.approx(4.046998, rel=2e-4)


def test_a_narrow_distribution_is_one_size_and_a_wide_one_is_the_sum_of_its_sizes():
    one, narrow = simulate(axes=0.0), simulate(axes=0.0, diameter_spread=1e-6, anisotropy_spread=1e-6)
    np.testing.assert_allclose(narrow.magnetization, one.magnetization, atol=1e-4 * 4.5e5)
    wide = loss(simulate(mh.Sinusoidal(amplitude=5e3, frequency=1e5), diameter=10e-9, diameter_spread=0.1))
    x = np.linspace(-6, 6, 601)
    shares = np.exp(-x * x / 2 + 3 * 0.1 * x)
    table = {
        "saturation_magnetization": 4.5e5, "anisotropy_constant": 2e4, "diameter": 10e-9 * np.exp(0.1 * x),
        "interaction": 0.0, "temperature": 310.0, "frequency": 1e5, "amplitude": 5e3,
    }  # fmt: skip
    each = mh.two_well_loops(table)["loss_per_cycle"].to_numpy()
    assert wide == pytest.approx((shares * each).sum() / shares.sum(), rel=0.02)


@pytest.mark.parametrize("axes", ["random", 0.0, "40 deg"])
def test_linear_response_is_what_the_two_wells_do_in_a_small_field(axes):
    drive = mh.Sinusoidal(amplitude=50.0, frequency=1e5)
    ensemble = {"axes": axes, "diameter": 14e-9, "temperature": 300.0}
    line, wells = (loss(simulate(drive, solver, **ensemble)) for solver in ("linear-response", "two-well"))
    assert line == pytest.approx(wells, rel=2e-3)


def test_linear_response_loses_pi_mu0_chi_h2():
    ds = simulate(mh.Sinusoidal(amplitude=50.0, frequency=1e5), "linear-response", 300.0, diameter=14e-9, samples=2000)
    assert loss(ds) == pytest.approx(1.324729e-1, rel=2e-3)  # an independent number
    rosensweig = mh.LinearResponse(neel_time="rosensweig", viscosity=1e-3)
    assert 0 < loss(simulate(mh.Sinusoidal(amplitude=50.0, frequency=1e5), rosensweig, 300.0)) < 1.0


@pytest.mark.parametrize(
    ("options", "words"),
    [({"neel_time": "fast"}, "neel_time"), ({"attempt_time": 0.0}, "attempt_time"), ({"viscosity": -1.0}, "viscosity")],
)
def test_bad_options_of_linear_response_are_refused(options, words):
    with pytest.raises(mh.SpecError, match=words):
        mh.LinearResponse(**options)


def test_linear_response_refuses_what_it_cannot_say():
    with pytest.raises(mh.SpecError, match="Sinusoidal"):
        simulate(mh.Triangular(amplitude=50.0, frequency=1e5), "linear-response")
    with pytest.raises(mh.SpecError, match="interaction"):
        simulate(SINE, "linear-response", interaction=0.3)


def test_flags_tell_what_is_doubtful():
    ds = simulate(mh.Sinusoidal(amplitude=2e4, frequency=1e6), diameter=8e-9)
    assert bool(ds.low_barrier)
    assert bool(ds.above_hergt_dutz)
    assert not bool(ds.not_converged)
