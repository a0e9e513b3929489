"""The energy ledger of interacting particles closes for any cluster, any waveform and both damping forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import magheat as mh

FREQUENCY, PERIOD = 50e6, 20e-9
ALONG = (0.36, 0.48, 0.8)


def waveform(kind, amplitude, phase, bias):
    """One drive of each kind, fast enough that few steps make a cycle."""
    common = {"amplitude": amplitude, "frequency": FREQUENCY, "direction": ALONG, "phase": phase, "bias": bias}
    times = np.linspace(0, PERIOD, 41)
    values = amplitude * np.cos(2 * np.pi * times / PERIOD) + 0.3 * amplitude * np.sin(6 * np.pi * times / PERIOD)
    return {
        "sinusoidal": lambda: mh.Sinusoidal(**common),
        "triangular": lambda: mh.Triangular(**common),
        "trapezoidal": lambda: mh.Trapezoidal(**common, flat_fraction=0.4),
        "square": lambda: mh.Square(**common, rise_time=PERIOD / 20),
        "static": lambda: mh.Static(amplitude=amplitude, duration=PERIOD, direction=ALONG),
        "rotating": lambda: mh.Rotating(**common, normal=(0.8, -0.6, 0.0)),
        "elliptical": lambda: mh.Elliptical(**common, minor_amplitude=amplitude / 3, normal=(0.8, -0.6, 0.0)),
        "sampled": lambda: mh.Sampled(times=times, values=values, direction=ALONG),
    }[kind]()


KINDS = ["sinusoidal", "triangular", "trapezoidal", "square", "static", "rotating", "elliptical", "sampled"]


def cluster(n, seed):
    """Random unequal spheres without overlap, of two materials."""
    generator, places = np.random.default_rng(seed), []
    while len(places) < n:
        place = generator.uniform(-14e-9, 14e-9, 3) * n ** (1 / 3)
        if all(np.linalg.norm(place - other) > 21e-9 for other in places):
            places.append(place)
    soft = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4)
    hard = mh.Material(saturation_magnetization=3.9e5, anisotropy_constant=2.5e4)
    return mh.Particles(
        positions=places,
        diameters=generator.uniform(15e-9, 21e-9, n),
        easy_axes=mh.arrangement.random_axes(n, seed=seed),
        material=[soft if i % 2 else hard for i in range(n)],
    )


@pytest.mark.parametrize("n", [2, 3, 6, 20])
@given(
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 1000),
    amplitude=st.floats(5e3, 8e4),
    phase=st.floats(0, 6),
    bias=st.floats(-1e4, 1e4),
    damping=st.floats(0.02, 1.0),
    form=st.sampled_from(["landau-lifshitz", "gilbert"]),
)
def test_heat_is_work_less_the_change_of_energy_over_any_interval(n, kind, seed, amplitude, phase, bias, damping, form):
    exp = mh.Experiment(
        particles=cluster(n, seed),
        applied_field=waveform(kind, amplitude, phase, bias),
        damping=damping,
        damping_form=form,
        cycles=1,
        samples_per_cycle=24,
        seed=seed,
    )
    solver = mh.LLG(rtol=1e-9, check_sensitivity=False, check_error=False)
    ds = mh.simulate(exp, solver)
    dipolar = dipolar_energy(ds)
    total = ds.energy.values.sum(-1) - dipolar
    scale = ds.released_heat.values[-1].sum() + np.abs(total).max()
    closing = ds.released_heat.values.sum(-1) - ds.field_work.values.sum(-1) + total - total[0]
    np.testing.assert_allclose(closing / scale, 0, atol=1e-8)
    exchanged = ds.dipolar_work.values.sum(-1) - (dipolar - dipolar[0])
    np.testing.assert_allclose(exchanged / scale, 0, atol=1e-8)


def dipolar_energy(ds):
    """E_dd (J) at each sample by a plain double sum, apart from the package's own kernels."""
    mu = (ds.saturation_magnetization * ds.volume).values[:, None] * ds.moment_direction.values
    apart = ds.position.values[:, None] - ds.position.values[None]
    distance = np.linalg.norm(apart, axis=-1) + np.eye(ds.sizes["particle"])
    e = apart / distance[..., None]
    dots = np.einsum("tic,tjc->tij", mu, mu)
    along = np.einsum("tic,ijc->tij", mu, e) * np.einsum("tjc,ijc->tij", mu, e)
    pairs = mh.constants.MU_0 / (4 * np.pi * distance**3) * (dots - 3 * along)
    return pairs.sum((1, 2)) / 2


@pytest.mark.parametrize("form", ["landau-lifshitz", "gilbert"])
def test_over_a_closed_cycle_the_heat_is_the_area_of_the_global_loop(form):
    exp = mh.Experiment(
        particles=cluster(3, 4),
        applied_field=mh.Sinusoidal(amplitude=6e4, frequency="2 MHz", direction=ALONG),
        damping=0.5,
        damping_form=form,
        cycles=3,
        samples_per_cycle=100,
    )
    ds = mh.simulate(exp, mh.LLG(rtol=1e-9, check_sensitivity=False, check_error=False))
    last = ds.isel(time=[-101, -1])
    assert float(abs(last.moment_direction.diff("time")).max()) < 1e-8
    heat, work, dipolar = (
        float(last[name].diff("time").sum()) for name in ("released_heat", "field_work", "dipolar_work")
    )
    scale = heat + float(abs(ds.energy.sum("particle")).max())
    assert heat > 1e-20
    assert (heat - work) / scale == pytest.approx(0, abs=1e-8)
    assert dipolar / scale == pytest.approx(0, abs=1e-8)
    area = float(mh.analysis.loss_per_cycle(mh.analysis.sample_loop(ds)) * ds.volume.sum())
    assert area == pytest.approx(heat, rel=1e-7)
