"""Kinetic Monte Carlo beside stochastic dynamics of the same experiment, where both can go."""

import math

import numpy as np
import pytest
from scipy import stats

import magheat as mh
from magheat.constants import BOLTZMANN, GAMMA_E, MU_0

M_S, K, T, DAMPING = 4.5e5, 2e4, 300.0, 0.5


def aligned_pair(sigma, gap, amplitude, **changes):
    """Two particles one behind the other, axes and field along them; omega tau_D = 0.01."""
    volume = sigma * BOLTZMANN * T / K
    diameter = (6 * volume / math.pi) ** (1 / 3)
    material = mh.Material(saturation_magnetization=M_S, anisotropy_constant=K)
    chain = mh.arrangement.chain(count=2, diameter=diameter, gap=gap * diameter, material=material)
    diffusion_time = M_S * volume / (2 * DAMPING * GAMMA_E * BOLTZMANN * T)
    drive = mh.Sinusoidal(amplitude=amplitude * 2 * K / (MU_0 * M_S), frequency=0.01 / (2 * math.pi * diffusion_time))
    given = {"applied_field": drive, "temperature": T, "damping": DAMPING, "cycles": 4, "samples_per_cycle": 50}
    return mh.Experiment(particles=chain, **(given | changes))


def loop_area(experiment, runs, solver):
    """Mean loop area over K of the cycles but the first, and its standard error."""
    ds = mh.simulate_many([experiment.replace(seed=seed) for seed in range(runs)], solver)
    work = (ds.field_work.isel(time=-1) - ds.field_work.isel(time=50)).sum("particle").values / 3
    areas = work / (K * float(ds["volume"].sum()))
    return areas.mean(), stats.sem(areas)


@pytest.mark.parametrize(
    ("sigma", "gap", "amplitude", "model_error"),
    [
        (6, 5.0, 0.4, 0.08),  # of Brown's rate at the field against his equation
        (8, 0.5, 0.4, 1 / 8),  # of neighbours that do not fluctuate: <m_z> in a well is 1 - 1/(2 sigma), both fields
        (12, 0.5, 0.6, 1 / 12),
    ],
)
def test_loops_are_those_of_stochastic_dynamics_within_the_model_error(sigma, gap, amplitude, model_error):
    experiment = aligned_pair(sigma, gap, amplitude)
    exact, exact_error = loop_area(experiment, 144, mh.LLG(bias=3e-3))
    found, error = loop_area(experiment, 128, mh.KineticMonteCarlo(prefactor="brown-field"))
    assert math.hypot(error, exact_error) < 0.04 * exact
    assert abs(found - exact) < model_error * exact + 3 * math.hypot(error, exact_error)


def test_browns_attempts_follow_the_form_of_damping_as_stochastic_dynamics_does():
    """In the Landau-Lifshitz form moments diffuse 1 + alpha^2 times faster than in Gilbert's."""
    still = aligned_pair(6, 5.0, 0.0, applied_field=mh.Static(amplitude=0.0, duration="20 us"), cycles=1, damping=1.0)
    flips = {
        form: mh.simulate(still.replace(damping_form=form), mh.KineticMonteCarlo(prefactor="brown")).attrs["flips"]
        for form in ("landau-lifshitz", "gilbert")
    }
    assert min(flips.values()) > 300
    assert np.log(flips["landau-lifshitz"] / flips["gilbert"]) == pytest.approx(
        math.log(2), abs=4 * math.sqrt(sum(1 / n for n in flips.values()))
    )
