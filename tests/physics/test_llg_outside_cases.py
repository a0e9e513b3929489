"""Deterministic LLG against numbers from outside: analytic solutions and published or independently computed cases.

Rows are named as in the project's collection of outside cases: A1 to A5 (vampire, magpy, vinamax), B1 and B3 (magpy),
D6 (vinamax/mumax3), F and G (independent high-order SciPy runs).
"""

import math

import numpy as np
import pytest

import magheat as mh
from magheat.constants import GAMMA_0, GAMMA_E, MU_0
from magheat.kernels.physics import landau_lifshitz

SOFT = mh.Material(saturation_magnetization=4e5, anisotropy_constant=0.0)
TESLA = 1 / MU_0


def one_spin(field, duration, *, start=(1, 0, 0), damping, form="gilbert", samples=50):
    """A free spin in a static field along z."""
    particles = mh.Particles(positions=[[0, 0, 0]], diameters=["20 nm"], easy_axes=[[0, 0, 1]], material=SOFT)
    drive = mh.Static(amplitude=field, duration=duration, direction=(0, 0, 1))
    return mh.Experiment(
        particles=particles,
        applied_field=drive,
        damping=damping,
        damping_form=form,
        cycles=1,
        samples_per_cycle=samples,
        initial_moments=[start],
    )


def spiral(time, field, damping, form):
    """Damped precession of a free spin from x about z: sech(a w t) cos(w t), sech(a w t) sin(w t), tanh(a w t)."""
    w = GAMMA_0 * field / (1 + damping**2 if form == "gilbert" else 1.0)
    decay = 1 / np.cosh(damping * w * time)
    return np.stack([decay * np.cos(w * time), decay * np.sin(w * time), np.tanh(damping * w * time)], axis=-1)


@pytest.mark.parametrize("form", ["gilbert", "landau-lifshitz"])
@pytest.mark.parametrize(("field", "damping", "duration"), [(10 * TESLA, 1.0, 1e-12), (0.01 * TESLA, 0.1, 4e-8)])
def test_a_free_spin_spirals_to_the_field(form, field, damping, duration):  # A1 and A2
    ds = mh.simulate(one_spin(field, duration, damping=damping, form=form), rtol=1e-10)
    expected = spiral(ds.time.values, field, damping, form)
    np.testing.assert_allclose(ds.moment_direction.values[:, 0], expected, atol=2e-8)


def test_a_strongly_damped_spin_ends_on_the_field():  # A3
    ds = mh.simulate(one_spin(TESLA, "1 ns", damping=1.0), rtol=1e-12)
    end = ds.moment_direction.values[-1, 0]
    assert end[2] == pytest.approx(1.0, abs=1e-15)
    assert abs(end[0] + end[1]) < 1e-12


def test_free_precession_is_28_gigahertz_per_tesla():  # A4
    ds = mh.simulate(one_spin(TESLA, "1 ns", damping=0.0, samples=1000), rtol=1e-10)
    m = ds.moment_direction.values[:, 0]
    turns = np.unwrap(np.arctan2(m[:, 1], m[:, 0]))[-1] / (2 * math.pi)
    assert turns / 1e-9 == pytest.approx(28.0e9, rel=2e-3)
    assert turns / 1e-9 == pytest.approx(GAMMA_E / (2 * math.pi), rel=1e-8)


def absorbed(field):
    """Heat of the last turn of a weak rotating field of 9388.2 MHz about an axis that holds the spin by ``field``."""
    material = mh.Material(saturation_magnetization=4e5, anisotropy_constant=MU_0 * 4e5 * field / 2)
    particles = mh.Particles(positions=[[0, 0, 0]], diameters=["20 nm"], easy_axes=[[0, 0, 1]], material=material)
    drive = mh.Rotating(amplitude="0.1 mT", frequency=9388.2e6, direction=(1, 0, 0), normal=(0, 0, 1))
    exp = mh.Experiment(
        particles=particles,
        applied_field=drive,
        damping=0.01,
        cycles=200,
        samples_per_cycle=4,
        initial_moments=[[0, 0, 1]],
    )
    return float(mh.analysis.heat_per_cycle(mh.simulate(exp))[0])


def test_a_spin_driven_at_9388_megahertz_absorbs_most_at_0_335_tesla():  # A5, the static field as an anisotropy field
    fields = np.array([0.325, 0.330, 0.335, 0.340, 0.345]) * TESLA
    heats = [absorbed(field) for field in fields]
    assert int(np.argmax(heats)) == 2


def test_drift_of_the_landau_lifshitz_form():  # B1
    assert landau_lifshitz(2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 1.0, 3.0)[:3] == pytest.approx((-34, -4, 20))


def test_derivative_of_the_drift():  # B3, by central differences of the kernel
    axis = np.array([1.0, 2.0, 1.5])

    def drift(m):
        return np.array(landau_lifshitz(*m, *(m @ axis) * axis, 1.0, 0.1)[:3])

    m, step = np.array([1.0, 1.2, 2.2]), 1e-5
    columns = [(drift(m + step * e) - drift(m - step * e)) / (2 * step) for e in np.eye(3)]
    expected = [[-1.161, -4.466, 19.33], [11.878, -2.977, -2.082], [-14.046, 3.8, -4.051]]
    np.testing.assert_allclose(np.stack(columns, axis=1), expected, atol=1e-6)


def test_two_far_spheres_turn_into_a_weak_field_as_in_mumax():  # D6, mumax3 values stored by vinamax
    material = mh.Material(saturation_magnetization=860e3, anisotropy_constant=0.0)
    particles = mh.Particles(
        positions=[["-64.48 nm", 0, 0], ["64.48 nm", 0, 0]],
        diameters="32 nm",
        easy_axes=[[0, 0, 1], [0, 0, 1]],
        material=material,
    )
    for duration, expected in (
        (2.3448e-10, (0.0041022, 0.9991504, 0.0410097)),
        (1.0005e-7, (0.99976, 0.00900, 0.01998)),
    ):
        exp = mh.Experiment(
            particles=particles,
            applied_field=mh.Static(amplitude="1 mT", duration=duration, direction=(1, 0, 0)),
            damping=0.1,
            damping_form="gilbert",
            cycles=1,
            samples_per_cycle=4,
            initial_moments=[[0, 1, 0], [0, 1, 0]],
        )
        end = mh.simulate(exp).moment_direction.values[-1]
        np.testing.assert_allclose(end, [expected] * 2, atol=2e-3)


def second_pair():
    """The 22 and 18 nm pair of section F: Gilbert form, field 0.05 T sin(2 pi 5e5 t) z."""
    material = mh.Material(saturation_magnetization=480e3, anisotropy_constant=1e4)
    ten, twenty = math.radians(10), math.radians(20)
    axes = [[math.sin(ten), 0, math.cos(ten)], [0, math.sin(twenty), math.cos(twenty)]]
    particles = mh.Particles(
        positions=[[0, 0, 0], ["27.1 nm", 0, 0]], diameters=["22 nm", "18 nm"], easy_axes=axes, material=material
    )
    return mh.Experiment(
        particles=particles,
        applied_field=mh.Sinusoidal(amplitude="50 mT", frequency="500 kHz", phase="-90 deg"),
        damping=0.1,
        damping_form="gilbert",
        cycles=2,
        initial_moments=axes,
    )


def test_the_second_pair_heats_as_computed_outside():  # F
    ds = mh.simulate(second_pair(), rtol=1e-9)
    heat, work = ds.released_heat.values, ds.field_work.values
    np.testing.assert_allclose(heat[2000], [1.311545e-19, 4.577722e-20], rtol=2e-6)
    np.testing.assert_allclose(heat[-1] - heat[2000], [2.638199e-19, 8.562500e-20], rtol=2e-6)
    np.testing.assert_allclose(work[2000], [1.634310e-19, 1.128439e-20], rtol=2e-6)
    np.testing.assert_allclose(work[-1] - work[2000], [3.268870e-19, 2.255788e-20], rtol=2e-6)
    expected = [[-0.31038715, 0.10109630, -0.94521921], [-0.28266660, -0.50158604, -0.81762525]]
    np.testing.assert_allclose(ds.moment_direction.values[2000], expected, atol=2e-7)


#: The paper's pair, Landau-Lifshitz form, alpha = 1, second cycle: gap, start, heat and field work (J) per particle.
PAPER_PAIR = [
    (
        "7.1 nm",
        [
            [0.05024955001323702, -3.8950775466074175e-12, 0.9987366933899382],
            [0.2888576738895256, 2.4433287826744027e-12, 0.9573720511040275],
        ],
        [2.970547957338765e-19, 7.105123632352973e-20],
        [3.5075748222984094e-19, 1.7348549828763105e-20],
    ),
    (
        "1.5 nm",
        [
            [0.1672695863405954, -3.669418541999144e-12, 0.9859111955371265],
            [0.44803669802349305, 3.446309902033393e-12, 0.8940151661041358],
        ],
        [1.4916590260873487e-19, 4.6062590771601236e-20],
        [2.3659325300017094e-19, -4.1364759619053157e-20],
    ),
]


def paper_pair(gap, **changes):
    """The pair of the local-heat paper."""
    material = mh.Material(saturation_magnetization="480 emu/cm^3", anisotropy_constant="1e5 erg/cm^3")
    pair = mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap=gap, easy_axis_angles=("0 deg", "30 deg"), material=material
    )
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz")
    return mh.Experiment(particles=pair, applied_field=drive).replace(**changes)


@pytest.mark.parametrize("method", ["dormand-prince", "dop853"])
@pytest.mark.parametrize(("gap", "start", "heat", "work"), PAPER_PAIR)
def test_the_papers_pair_heats_as_computed_outside(method, gap, start, heat, work):  # G, reproducible to 1e-9
    ds = mh.simulate(paper_pair(gap, initial_moments=start), mh.LLG(rtol=1e-9, method=method))
    cycle = ds[["released_heat", "field_work"]].isel(time=[2000, -1]).diff("time")
    np.testing.assert_allclose(cycle.released_heat[0], heat, rtol=5e-9)
    np.testing.assert_allclose(cycle.field_work[0], work, rtol=5e-9)


@pytest.mark.parametrize(("gap", "start", "heat", "work"), PAPER_PAIR)
def test_the_start_below_saturation_is_the_minimum(gap, start, heat, work):
    ds = mh.simulate(paper_pair(gap, cycles=1, samples_per_cycle=4))
    np.testing.assert_allclose(ds.moment_direction.values[0], start, atol=2e-9)


#: Temperature rise (mK) of A and B over 0.5-0.7 us (jump 1) and 0.7-1.0 us (jump 2) at x = 7.1 nm.
RISES = {
    1.0: ((0.4449, 3.2310), (7.2102, 0.1114)),
    0.5: ((0.6945, 2.7757), (7.1047, 0.3217)),
    0.1: ((1.1528, 1.9200), (6.3215, 1.7574)),
    0.02: ((0.8613, 2.4345), (5.5119, 3.4052)),
}


def test_temperature_rise_at_both_jumps_against_damping():  # G
    runs = mh.simulate_many([paper_pair("7.1 nm", damping=alpha, cycles=1) for alpha in RISES])
    rise = 1e3 * runs.temperature_rise.sel(time=[0.5e-6, 0.7e-6, 1.0e-6], method="nearest").diff("time")
    np.testing.assert_allclose(rise.values, list(RISES.values()), atol=6e-5)


def test_local_areas_with_and_without_interaction():  # G, alpha = 1 at 500 kHz; volume-weighted for the global loop
    runs = mh.simulate_many(
        [paper_pair("7.1 nm", interactions=False), paper_pair("7.1 nm"), paper_pair("1.5 nm")], rtol=1e-8
    )
    local = mh.analysis.loss_per_cycle(mh.analysis.hysteresis_loop(runs))
    np.testing.assert_allclose(local, [[84965, 35075], [62913, 5681], [42436, -13546]], rtol=2e-4)
    whole = mh.analysis.loss_per_cycle(mh.analysis.sample_loop(runs))
    np.testing.assert_allclose(whole, [67310, 42660, 22625], rtol=2e-4)


def test_an_inverted_loop_still_heats():  # G: B at x = 1.5 nm
    ds = mh.simulate(paper_pair("1.5 nm"))
    heat = mh.analysis.heat_per_cycle(ds) / ds.volume
    assert float(heat[1]) == pytest.approx(15085, rel=1e-3)


def test_without_interaction_local_heat_is_the_local_area():  # G
    ds = mh.simulate(paper_pair("7.1 nm", interactions=False), rtol=1e-9)
    heat = mh.analysis.heat_per_cycle(ds) / ds.volume
    area = mh.analysis.loss_per_cycle(mh.analysis.hysteresis_loop(ds))
    np.testing.assert_allclose(heat, area, rtol=1e-7)
