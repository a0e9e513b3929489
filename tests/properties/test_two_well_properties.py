"""What holds of two-well loops over the whole box of the learning paper, and beyond."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import magheat as mh
from magheat.constants import BOLTZMANN, MU_0, OERSTED

#: Column -> bounds: the paper-style box, a little widened, K and f log-uniform.
BOX = {
    "saturation_magnetization": (3e5, 4.5e5),
    "anisotropy_constant": (1e4, 3e4),
    "diameter": (8e-9, 25e-9),
    "interaction": (0.0, 0.8),
    "temperature": (300.0, 320.0),
    "frequency": (5e4, 4e5),
    "amplitude": (50 * OERSTED, 300 * OERSTED),
}


def box(rows, seed):
    """So many rows from the box, as columns."""
    generator = np.random.default_rng(seed)
    columns = {name: generator.uniform(low, high, rows) for name, (low, high) in BOX.items()}
    for name in ("anisotropy_constant", "frequency"):
        columns[name] = np.exp(generator.uniform(*np.log(BOX[name]), rows))
    return columns


def anisotropy_field(columns):
    return 2 * columns["anisotropy_constant"] / (MU_0 * columns["saturation_magnetization"])


@pytest.mark.parametrize("axes", ["random", 0.0, "45 deg"])
@pytest.mark.parametrize("model", ["none", "barrier"])
def test_loops_lose_energy_and_stay_within_their_bounds(axes, model):
    columns = box(400, seed=1)
    out = mh.two_well_loops(columns, axes, model)
    m_s, h_v = columns["saturation_magnetization"], columns["amplitude"]
    assert not out["not_converged"].any()
    area = out["loss_per_cycle"].to_numpy()
    assert (area >= -1e-12 * MU_0 * m_s * h_v).all()
    assert (area <= 4 * MU_0 * m_s * h_v).all()
    assert (area <= 8 * columns["anisotropy_constant"]).all()
    h_c = out["coercive_field"].to_numpy()
    assert (
        np.abs(h_c[np.isfinite(h_c)]) <= np.minimum(h_v, anisotropy_field(columns))[np.isfinite(h_c)] * (1 + 1e-9)
    ).all()
    assert (h_c >= -1e-12 * h_v)[np.isfinite(h_c)].all()  # of blocked particles, too
    m_r = out["remanence"].to_numpy()
    # Of blocked particles along the field nothing is left at the turning points, and between M does not change sign.
    assert (np.isfinite(h_c) | ((axes == 0.0) & (m_r < 1e-12 * m_s))).all()
    assert ((m_r >= -1e-14 * m_s) & (m_r <= m_s)).all()
    np.testing.assert_allclose(out["slp"], area * columns["frequency"] / 5180, rtol=1e-12)


def test_more_axes_and_steps_change_less_and_less():
    columns = box(100, seed=2)

    def areas(steps, points):
        solver = mh.TwoWell(steps=steps, axis_points=points)
        return mh.two_well_loops(columns, solver=solver)["loss_per_cycle"].to_numpy()

    scale = MU_0 * columns["saturation_magnetization"] * columns["amplitude"]
    best = areas(1600, 128)
    by_steps = [np.abs((areas(steps, 128) - best) / scale).max() for steps in (100, 200, 400, 800)]
    assert (np.diff(by_steps) < 0).all()
    by_axes = [np.abs((areas(1600, points) - best) / scale).mean() for points in (8, 16, 32, 64)]
    assert (np.diff(by_axes) < 0).all()
    assert np.abs((areas(200, 32) - best) / scale).max() < 2e-3


@given(
    diameter=st.floats(8e-9, 25e-9),
    anisotropy=st.floats(1e4, 3e4),
    amplitude=st.floats(1e3, 3e4),
    frequency=st.floats(1e4, 1e6),
    temperature=st.floats(250.0, 350.0),
    interaction=st.floats(0.0, 1.0),
    axes=st.sampled_from(["random", 0.0, 0.5, 1.5]),
)
def test_the_loop_of_any_sample_is_antisymmetric_bounded_and_lossy(
    diameter, anisotropy, amplitude, frequency, temperature, interaction, axes
):
    material = mh.Material(saturation_magnetization=4e5, anisotropy_constant=anisotropy)
    ensemble = mh.Ensemble(material=material, diameter=diameter, interaction=interaction, axes=axes)
    drive = mh.Sinusoidal(amplitude=amplitude, frequency=frequency)
    experiment = mh.Experiment(ensemble=ensemble, applied_field=drive, temperature=temperature, samples_per_cycle=100)
    ds = mh.simulate(experiment, mh.TwoWell(axis_points=16))
    m = ds.magnetization.values
    assert not bool(ds.not_converged)
    np.testing.assert_array_equal(m[:50], -m[50:])
    assert np.abs(m).max() <= 4e5 * (1 + 1e-12)
    assert float(mh.analysis.loss_per_cycle(ds)) >= -1e-11 * MU_0 * 4e5 * amplitude


@given(sigma=st.floats(0.1, 300.0), h=st.floats(0.01, 3.0), frequency=st.floats(1.0, 1e9))
def test_extreme_samples_give_finite_numbers(sigma, h, frequency):
    """Rates are finite and >= 0 for any barrier and beyond the switching field, for every prefactor."""
    volume = np.pi / 6 * 15e-9**3
    k = sigma * BOLTZMANN * 300 / volume
    columns = {
        "saturation_magnetization": 4e5, "anisotropy_constant": [k], "diameter": 15e-9, "interaction": 0.5,
        "temperature": 300.0, "frequency": frequency, "amplitude": h * 2 * k / (MU_0 * 4e5),
    }  # fmt: skip
    for prefactor, axes in (("constant", "random"), ("brown", "random"), ("brown-field", 0.0)):
        out = mh.two_well_loops(columns, axes, solver=mh.TwoWell(prefactor=prefactor, axis_points=16))
        assert np.isfinite(out.select("remanence", "loss_per_cycle", "slp").row(0)).all()
        assert np.isfinite(out["coercive_field"][0]) or abs(out["remanence"][0]) < 1e-12 * 4e5
