"""Rates out of the wells, and the whole scheme against plain NumPy."""

import numpy as np
import pytest

import magheat as mh
from magheat.constants import BOLTZMANN, GAMMA_E, MU_0
from magheat.solvers.two_well_escape import escape_rates

MATERIAL = mh.Material(saturation_magnetization=4.5e5, anisotropy_constant=2e4)
H_K = 2 * 2e4 / (MU_0 * 4.5e5)
BROWN = mh.TwoWell(prefactor="brown-field")


def barrier(diameter, temperature=300.0, k=2e4):
    return k * np.pi / 6 * diameter**3 / (BOLTZMANN * temperature)


def test_browns_rates_are_those_of_another_program():
    """Case E1 (magpy): K = 1, V = 2e-21, M_s = 2.7, 10 K, alpha = 0.1, h = 0.5, with its gamma and k_B."""
    gamma, k_b = 1.76086e11, 1.38064852e-23
    material = mh.Material(saturation_magnetization=2.7, anisotropy_constant=1.0)
    away, back = escape_rates(
        material, (6 * 2e-21 / np.pi) ** (1 / 3), 10 * k_b / BOLTZMANN, BROWN, field=1 / (MU_0 * 2.7), damping=0.1
    )
    assert float(away) * gamma / GAMMA_E == pytest.approx(0.00021827108536028533, rel=1e-8)
    assert float(back) * gamma / GAMMA_E == pytest.approx(278104386.1896516, rel=1e-8)


@pytest.mark.parametrize("prefactor", ["constant", "brown", "brown-field"])
@pytest.mark.parametrize("angle", [0.0, 0.3, np.pi / 2])
def test_rates_are_finite_and_never_both_zero_even_beyond_the_switching_field(prefactor, angle):
    solver = mh.TwoWell(prefactor=prefactor)
    if prefactor == "brown-field" and angle:
        with pytest.raises(mh.SpecError, match="angle"):
            escape_rates(MATERIAL, 1e-8, 300.0, solver, angle=angle)
        return
    field = H_K * np.array([0.0, 1e-9, 0.5, 1 - 1e-12, 1.0, 1 + 1e-12, 3.0, 100.0])
    away, back = escape_rates(MATERIAL, 12e-9, 300.0, solver, field=field, angle=angle)
    assert (np.isfinite(away) & np.isfinite(back) & (away >= 0) & (back > 0)).all()
    assert (away[field > H_K] == 0).all()


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.0])
def test_rates_are_in_detailed_balance(angle):
    """Rates are as the Boltzmann factors of the wells, found on a fine grid of angles."""
    h_sw = (np.cos(angle) ** (2 / 3) + np.sin(angle) ** (2 / 3)) ** -1.5
    phi = np.linspace(-np.pi / 2, 3 * np.pi / 2, 400_001)
    for h in h_sw * np.array([0.1, 0.6, 0.95]):
        energy = np.sin(phi) ** 2 - 2 * h * np.cos(phi - angle)
        near = np.abs(phi) < np.pi / 2
        gap = energy[~near][np.argmin(np.where(metastable(energy), energy, np.inf)[~near])] - energy[near].min()
        away, back = escape_rates(MATERIAL, 9e-9, 300.0, mh.TwoWell(), field=h * H_K, angle=angle)
        assert np.log(float(back / away)) == pytest.approx(barrier(9e-9) * gap, rel=1e-6)


def metastable(energy):
    """Local minima of a periodic curve."""
    return (energy <= np.roll(energy, 1)) & (energy <= np.roll(energy, -1))


def test_the_lifetime_at_no_field_is_neels():
    diameter = np.array([8e-9, 12e-9, 16e-9])
    for angle in (0.0, 0.7, np.pi / 2):
        rate = sum(escape_rates(MATERIAL, diameter, 300.0, mh.TwoWell(attempt_time=2e-9), angle=angle))
        np.testing.assert_allclose(1 / rate, 2e-9 * np.exp(barrier(diameter)), rtol=1e-9)
    sigma, alpha = barrier(diameter), 0.1
    diffusion = 4.5e5 * np.pi / 6 * diameter**3 * (1 + alpha**2) / (2 * alpha * GAMMA_E * BOLTZMANN * 300.0)
    rate = sum(escape_rates(MATERIAL, diameter, 300.0, BROWN, damping=alpha))
    np.testing.assert_allclose(1 / rate, diffusion * np.sqrt(np.pi) / (2 * sigma**1.5) * np.exp(sigma), rtol=1e-12)


def plain_loop(sigma, h_max, attempts_per_step, steps):
    """H_c, M_r and area, in H_K, M_s and mu_0 M_s H_K, of aligned particles by the plain scheme in populations."""
    ends = h_max * np.cos(np.pi * np.arange(steps + 1) / steps)
    middles = h_max * np.cos(np.pi * (np.arange(steps) + 0.5) / steps)
    q = np.where(np.abs(ends) >= 1, ends > 0, 1 / (1 + np.exp(-4 * sigma * ends)))
    rates = np.exp(-sigma * (1 + middles) ** 2) + np.exp(-sigma * (1 - middles) ** 2)
    z = attempts_per_step * np.where(np.abs(middles) >= 1, 1.0, rates)
    gone, lag = -np.expm1(-z), -np.expm1(-z) / z
    p, kept = np.zeros(steps + 1), np.ones(steps + 1)
    for k in range(steps):
        p[k + 1] = q[k + 1] + (p[k] - q[k]) * (1 - gone[k]) - (q[k + 1] - q[k]) * lag[k]
        kept[k + 1] = kept[k] * (1 - gone[k])
    p = p + kept * (1 - p[-1]) / (1 + kept[-1])
    side = np.sign(ends)
    m = np.where(np.abs(ends) >= 1, side, 2 * p - 1)
    area = np.sum((ends[1:] + ends[:-1]) * np.diff(m))
    flip = int(np.argmax(m < 0))
    h_c = ends[flip - 1] - m[flip - 1] * (ends[flip] - ends[flip - 1]) / (m[flip] - m[flip - 1])
    return -h_c, m[steps // 2], area


@pytest.mark.parametrize("diameter", [9e-9, 13e-9, 15e-9, 18e-9])
@pytest.mark.parametrize("h_max", [0.05, 0.5, 0.999, 1.7])
def test_the_kernel_is_the_plain_scheme(diameter, h_max):
    """To round-off: halved rates, economized exponentials and the reading of the loop lose nothing."""
    steps = 250
    table = {
        "saturation_magnetization": 4.5e5, "anisotropy_constant": 2e4, "diameter": [diameter], "interaction": 0.0,
        "temperature": 300.0, "frequency": 1e5, "amplitude": h_max * H_K,
    }  # fmt: skip
    found = mh.two_well_loops(table, 0.0, "none", solver=mh.TwoWell(steps=steps)).row(0, named=True)
    expected = plain_loop(barrier(diameter), h_max, 0.5e9 / (1e5 * 2 * steps), steps)
    h_c, m_r, area = found["coercive_field"] / H_K, found["remanence"] / 4.5e5, found["loss_per_cycle"]
    np.testing.assert_allclose((h_c, m_r), expected[:2], rtol=1e-11, atol=1e-14)
    assert area / (MU_0 * 4.5e5 * H_K) == pytest.approx(expected[2], rel=1e-11, abs=1e-14)


def test_both_spreads_together_fit_into_memory_and_are_the_sum_of_their_parts(monkeypatch):
    """Where the wells of a sample have no room between sweeps they are laid anew: the same bits."""
    ensemble = mh.Ensemble(
        material=MATERIAL, diameter=13e-9, interaction=0.7, diameter_spread=0.1, anisotropy_spread=0.2
    )
    drive = mh.Sinusoidal(amplitude=2e4, frequency=1e5)
    experiment = mh.Experiment(ensemble=ensemble, applied_field=drive, temperature=300.0, samples_per_cycle=100)
    solver = mh.TwoWell(axis_points=8, size_points=4, steps=50)
    roomy = mh.simulate(experiment, solver).magnetization
    monkeypatch.setattr("magheat.kernels.two_well_batch.MOST_MEMORY", 0)
    np.testing.assert_array_equal(mh.simulate(experiment, solver).magnetization, roomy)


@pytest.mark.parametrize(
    ("diameter", "spread", "blocked"),
    [(14e-9, 0.1, False), (18e-9, 0.2, False), (16e-9, 0.3, True), (26e-9, 0.1, True)],
)
def test_with_a_bias_a_sample_is_refused_when_more_than_a_hundredth_of_it_is_blocked(diameter, spread, blocked):
    """The largest particles of any distribution are blocked; they count by their volume, wherever they stand."""
    drive = mh.Sinusoidal(amplitude=2e4, frequency=1e5, bias=2e3)
    ensemble = mh.Ensemble(material=MATERIAL, diameter=diameter, diameter_spread=spread)
    experiment = mh.Experiment(ensemble=ensemble, applied_field=drive, temperature=300.0, samples_per_cycle=400)
    if blocked:
        with pytest.raises(mh.ConvergenceError, match="1 % of its volume"):
            mh.simulate(experiment, "two-well")
    else:
        assert np.isfinite(mh.simulate(experiment, "two-well").magnetization).all()
