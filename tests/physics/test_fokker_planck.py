"""Brown's equation: equilibria, relaxation, outside numbers, and the limits that it shares with other models."""

import math

import numpy as np
import pytest
from scipy.sparse.linalg import spsolve

import magheat as mh
from magheat.constants import BOLTZMANN, GAMMA_E, MU_0
from magheat.solvers.brown_equation import brown_equation

K, M_S, T = 2e4, 4.5e5, 300.0
H_K = 2 * K / (MU_0 * M_S)
MATERIAL = mh.Material(saturation_magnetization=M_S, anisotropy_constant=K)


def volume_of(sigma):
    return sigma * BOLTZMANN * T / K


def diffusion_time(sigma, damping=1.0, gilbert=True):
    form = 1 + damping**2 if gilbert else 1.0
    return M_S * volume_of(sigma) * form / (2 * damping * GAMMA_E * BOLTZMANN * T)


def experiment(sigma, h, omega_tau, *, axes="0 deg", damping=1.0, damping_form="gilbert", **changes):
    diameter = (6 * volume_of(sigma) / math.pi) ** (1 / 3)
    tau = diffusion_time(sigma, damping, damping_form == "gilbert")
    drive = {"amplitude": h * H_K, "frequency": omega_tau / tau / (2 * math.pi)} | changes
    return mh.Experiment(
        ensemble=mh.Ensemble(material=MATERIAL, diameter=diameter, axes=axes),
        applied_field=mh.Sinusoidal(**drive),
        temperature=T,
        damping=damping,
        damping_form=damping_form,
    )


def area(one, **options):
    loop = mh.analysis.hysteresis_loop(mh.simulate(one, solver=mh.FokkerPlanck(**options)))
    return float(mh.analysis.loss_per_cycle(loop)) / K


@pytest.mark.parametrize(
    ("sigma", "h", "omega_tau", "expected", "two_wells"),
    [
        (5, 0.3, 0.01, 0.2321, 0.2121),
        (10, 0.5, 0.01, 1.9056, 1.8132),
        (15, 0.7, 0.01, 3.0770, 2.9045),
        (20, 0.7, 0.001, 2.8825, 2.7762),
    ],
)
def test_areas_of_aligned_particles_are_those_of_an_independent_solution(sigma, h, omega_tau, expected, two_wells):
    one = experiment(sigma, h, omega_tau)
    assert area(one, steps=400) == pytest.approx(expected, abs=6e-5)  # half of the last digit, and the steps
    loop = mh.analysis.hysteresis_loop(mh.simulate(one, solver=mh.TwoWell(prefactor="brown")))
    assert float(mh.analysis.loss_per_cycle(loop)) / K == pytest.approx(two_wells, rel=3e-4)


def test_steps_are_of_order_two():
    one = experiment(10, 0.5, 0.01)
    coarse, middle, fine = (area(one, steps=steps) for steps in (100, 200, 400))
    assert (coarse - middle) / (middle - fine) == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize(("sigma", "damping", "xi"), [(2.0, 0.3, (0.5, 0.7, 1.0)), (5.0, 1.0, (1.0, 0.0, -2.0))])
def test_equilibrium_in_any_field_is_boltzmanns(sigma, damping, xi):
    brown = brown_equation(sigma, damping, 30, 30)
    matrix = (brown.still + sum(x * f for x, f in zip(xi, brown.field, strict=True))).tocsc()
    state = np.concatenate([[1.0], spsolve(matrix[1:, 1:], -matrix[1:, [0]].toarray().ravel())])
    cosine, weight = np.polynomial.legendre.leggauss(80)
    angle = np.arange(160) * np.pi / 80
    sine = np.sqrt(1 - cosine**2)[:, None]
    m = np.array([sine * np.cos(angle), sine * np.sin(angle), cosine[:, None] + 0 * angle])
    density = weight[:, None] * np.exp(sigma * m[2] ** 2 + np.tensordot(xi, m, 1))
    np.testing.assert_allclose(brown.mean @ state, (m * density).sum((1, 2)) / density.sum(), atol=1e-10)


def test_without_noise_the_mean_moment_precesses_and_is_damped_as_by_landau_and_lifshitz():
    damping, xi = 0.1, 5.0
    brown = brown_equation(0.0, damping, 3, 3)
    state = brown.mean[0].copy()  # <m> = x/3 in the scale of the mean
    state[0] = 1.0
    change = brown.mean @ ((brown.still + xi * brown.field[2]) @ state)
    # 2 tau_D d<m>/dt = -2 <m> - (xi/alpha) <m> x z + xi (z - <m_z m>), and <m_z^2> = 1/3 in this state.
    np.testing.assert_allclose(change, [-2 / 3, xi / (3 * damping), 2 * xi / 3], rtol=1e-12)


@pytest.mark.parametrize(("sigma", "excess"), [(7, 0.19), (20, 0.055)])
def test_the_lifetime_tends_to_browns_high_barrier_formula_from_above(sigma, excess):
    one = experiment(sigma, 0.1, 0.01)
    tau = mh.FokkerPlanck().relaxation_time(one)
    formula = diffusion_time(sigma) * math.sqrt(math.pi) / (2 * sigma**1.5) * math.exp(sigma)
    assert tau / formula == pytest.approx(1 + excess, abs=0.003)


def test_free_diffusion_forgets_in_the_diffusion_time():
    assert brown_equation(0.0, 1.0, 4, 0).still.toarray()[1, 1] == pytest.approx(-2)  # dm/dt = -m/tau_D


def test_a_weak_field_gives_debyes_loop_with_the_exact_relaxation_time():
    one = experiment(8, 1e-3, 1e-4)
    tau, omega = mh.FokkerPlanck().relaxation_time(one), 2 * math.pi * one.applied_field.frequency
    xi = MU_0 * M_S * volume_of(8) * 1e-3 * H_K / (BOLTZMANN * T)
    moment = np.linspace(-1, 1, 20001)
    boltzmann = np.exp(8 * moment**2)
    static = xi * (moment**2 * boltzmann).sum() / boltzmann.sum()
    # mu0 M_s H_0 pi chi'' in units of K; the interwell mode carries all but a few per cent of chi.
    expected = math.pi * MU_0 * M_S * 1e-3 * H_K * static * omega * tau / (1 + (omega * tau) ** 2) / K
    assert area(one) == pytest.approx(expected, rel=0.02)


def test_a_slow_field_finds_equilibrium_at_every_moment():
    one = experiment(1.0, 0.4, 1e-5)
    ds = mh.simulate(one, solver="fokker-planck")
    xi = MU_0 * M_S * volume_of(1.0) * ds.applied_field.values / (BOLTZMANN * T)
    m = np.linspace(-1, 1, 4001)
    density = np.exp(m**2 + xi[:, None] * m)
    weights = np.full(m.size, 2.0)
    weights[1::2], weights[[0, -1]] = 4.0, 1.0
    expected = (density * weights * m).sum(1) / (density * weights).sum(1)
    np.testing.assert_allclose(ds.magnetization.values / M_S, expected, atol=2e-5)


def test_a_loop_goes_the_same_way_through_half_a_period_turned_and_through_a_whole_one():
    half = mh.simulate(experiment(5, 0.3, 0.1, axes="40 deg"), solver=mh.FokkerPlanck(steps=60))
    # A bias of a billionth breaks the antisymmetry of the field, and with it the shorter road.
    biased = mh.simulate(experiment(5, 0.3, 0.1, axes="40 deg", bias=1e-8 * H_K), solver=mh.FokkerPlanck(steps=60))
    np.testing.assert_allclose(half.magnetization, biased.magnetization, atol=1e-6 * M_S)


def test_an_angle_that_tends_to_zero_tends_to_the_aligned_loop():
    assert area(experiment(5, 0.3, 0.05, axes="0.5 deg"), steps=50) == pytest.approx(
        area(experiment(5, 0.3, 0.05), steps=50), rel=1e-3
    )


def test_the_form_of_damping_only_sets_the_clock_of_aligned_particles():
    gilbert = experiment(5, 0.3, 0.05, damping=0.7)
    landau = experiment(5, 0.3, 0.05, damping=0.7, damping_form="landau-lifshitz")
    assert gilbert.applied_field.frequency == pytest.approx(landau.applied_field.frequency / 1.49)
    assert area(gilbert) == pytest.approx(area(landau), rel=1e-9)


def test_samples_may_be_fewer_or_more_than_steps():
    one = experiment(5, 0.3, 0.05)
    few = mh.simulate(one.replace(samples_per_cycle=10), solver="fokker-planck").magnetization.values
    many = mh.simulate(one.replace(samples_per_cycle=1000), solver="fokker-planck").magnetization.values
    np.testing.assert_allclose(few, many[::100], rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"temperature": 0.0}, "temperature"),
        ({"damping": 0.0}, "damping"),
        ({"ensemble": mh.Ensemble(material=MATERIAL, diameter="12 nm", interaction=0.3)}, "interaction"),
        ({"ensemble": mh.Ensemble(material=MATERIAL, diameter="60 nm")}, "harmonics"),
    ],
)
def test_what_it_cannot_do_is_refused_in_one_sentence(change, words):
    with pytest.raises(mh.SpecError, match=words) as caught:
        mh.simulate(experiment(5, 0.3, 0.05).replace(**change), solver="fokker-planck")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("option", [{"steps": 2}, {"axis_points": 0}, {"size_points": True}])
def test_options_are_checked(option):
    with pytest.raises(mh.SpecError, match=next(iter(option))):
        mh.FokkerPlanck(**option)


def test_a_particle_without_anisotropy_is_langevins_in_a_slow_field():
    isotropic = mh.Material(saturation_magnetization=M_S, anisotropy_constant=0.0)
    one = mh.Experiment(
        ensemble=mh.Ensemble(material=isotropic, diameter="20 nm"),
        applied_field=mh.Sinusoidal(amplitude="12 mT", frequency="24.5 kHz"),
        temperature=300.0,
        samples_per_cycle=200,
    )
    ds = mh.simulate(one, solver="fokker-planck")
    xi = MU_0 * M_S * math.pi / 6 * (20e-9) ** 3 * ds.applied_field.values / (BOLTZMANN * 300)
    with np.errstate(divide="ignore", invalid="ignore"):
        langevin = np.where(np.abs(xi) < 1e-9, xi / 3, 1 / np.tanh(xi) - 1 / xi)
    difference = ds.magnetization.values / M_S - langevin
    # MNPDynamics.jl asks for 1e-2 in this case (test/accuracy.jl); a Neel time of 1 ns is far below the period.
    assert np.linalg.norm(difference) / np.linalg.norm(langevin) < 2e-3
