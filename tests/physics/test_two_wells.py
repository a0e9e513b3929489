"""The two-well model: wells, rates, periodic loops, against closed forms and numbers from outside this project."""

import numpy as np
import polars as pl
import pytest

import magheat as mh
from magheat.constants import BOLTZMANN, MU_0
from magheat.kernels.exponential import exp, relaxed
from magheat.kernels.lane_type import WIDTH, load, store
from magheat.kernels.numba_options import INLINED, njit
from magheat.kernels.wells import both_wells, saddle_energy

SPHERE = np.pi / 6
#: Compiled here and now: a cached kernel of a test would not notice an edit of what it calls.
compiled = njit(**{**INLINED, "forceinline": False})


@compiled
def exponentials(rows, powers, gone, drawn):
    for row in range(rows.shape[0]):
        x = load(rows, row)
        store(powers, row, exp(x))
        first, second = relaxed(-x)
        store(gone, row, first)
        store(drawn, row, second)


@compiled
def wells(out, rows):
    for row in range(0, rows.shape[0], 7):
        h, c, s, h_sw = load(rows, row), load(rows, row + 1), load(rows, row + 2), load(rows, row + 3)
        fold_a, fold_b, reach = load(rows, row + 4), load(rows, row + 5), load(rows, row + 6)
        e_low, m_low, e_high, m_high = both_wells(h, c, s, h_sw, fold_a, fold_b, reach)
        e_top = saddle_energy(h, c, s, h_sw, fold_b, reach)
        store(out, row, e_top - e_low)
        store(out, row + 1, e_top - e_high)
        store(out, row + 2, m_low)
        store(out, row + 3, m_high)


def wells_of(psi, h):
    """Barriers out of and projections of the stable and the metastable well, any number of angles (deg) and h >= 0."""
    psi, h = np.broadcast_arrays(np.deg2rad(np.atleast_1d(psi)), np.atleast_1d(h).astype(float))
    c, s = np.maximum(np.cos(psi), 1e-20), np.maximum(np.sin(psi), 1e-20)
    a, b = np.cbrt(c**2) / (np.cbrt(c**2) + np.cbrt(s**2)), np.cbrt(s**2) / (np.cbrt(c**2) + np.cbrt(s**2))
    h_sw = (np.cbrt(c**2) + np.cbrt(s**2)) ** -1.5
    reach = np.sqrt(2 / (3 * (c**2 / a**4 + s**2 / b**4))) / h_sw
    rows = np.stack([np.maximum(h, 1e-20), c, s, h_sw, a, b, reach], axis=1)
    padded = np.repeat(rows[-1:], -(-len(h) // WIDTH) * WIDTH, axis=0)
    padded[: len(h)] = rows
    lanes = np.ascontiguousarray(padded.reshape(-1, WIDTH, 7).transpose(0, 2, 1)).reshape(-1, WIDTH)
    out = np.zeros_like(lanes)
    wells(out, lanes)
    return out.reshape(-1, 7, WIDTH).transpose(1, 0, 2).reshape(7, -1)[:4, : len(h)]


def loops(axes="random", interaction_model="none", options=None, **changes):
    table = {
        "saturation_magnetization": 4.5e5,
        "anisotropy_constant": 2e4,
        "diameter": 16e-9,
        "interaction": 0.0,
        "temperature": 310.0,
        "frequency": 1e5,
        "amplitude": 2e4,
    }
    extra = {name: changes.pop(name) for name in ("damping", "demagnetizing_factor") if name in changes}
    return mh.two_well_loops(table | changes, axes, interaction_model, solver=mh.TwoWell(**(options or {})), **extra)


def anisotropy_field(m_s=4.5e5, k=2e4):
    return 2 * k / (MU_0 * m_s)


@pytest.mark.parametrize("lanes", [False, True])
def test_the_exponential_is_right_to_a_few_last_digits(lanes):
    x = -np.concatenate([np.geomspace(1e-18, 700, 3200), np.linspace(0, 3, 3200)])
    rows = x.reshape(-1, WIDTH) if lanes else x
    powers, gone, drawn = (np.zeros_like(rows) for _ in range(3))
    exponentials(rows, powers, gone, drawn)
    np.testing.assert_allclose(powers.ravel(), np.exp(x), rtol=1e-15)
    np.testing.assert_allclose(gone.ravel(), -np.expm1(x), rtol=1e-15)
    z = -x[-x < 0.02]
    series = z / 2 - z**2 / 6 + z**3 / 24 - z**4 / 120 + z**5 / 720 - z**6 / 5040 + z**7 / 40320 - z**8 / 362880
    np.testing.assert_allclose(drawn.ravel()[-x < 0.02], series, rtol=2e-15)
    z = -x[-x > 0.02]
    np.testing.assert_allclose(drawn.ravel()[-x > 0.02], 1 + np.expm1(-z) / z, rtol=1e-13)


@pytest.mark.parametrize(
    ("psi", "h", "expected"),  # barriers A to B, B to A, projections A, B: roots with SciPy, apart from this project
    [
        (30, 0.2, (1.1882999563, 0.4990625275, 0.9054724613, -0.7990791686)),
        (45, 0.3, (1.0944861808, 0.2662953815, 0.8196660810, -0.4880036020)),
        (60, -0.2, (0.4990625275, 0.8929513020, 0.3235913984, -0.6299846911)),
        (80, 0.4, (0.5038071148, 0.2485955047, 0.5225501451, 0.2631648092)),
    ],
)
def test_wells_and_saddle_are_the_exact_roots(psi, h, expected):
    low, high, m_low, m_high = wells_of(psi, abs(h))[:, 0]
    found = (low, high, m_low, m_high) if h > 0 else (high, low, -m_high, -m_low)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-10)


@pytest.mark.parametrize(
    ("psi", "metastable", "stable"),
    [(20, 0.874382, 1.062293), (45, 0.861170, 1.002503), (70, 0.874382, 0.942710)],
)
def test_barriers_at_small_fields_follow_kalmykov(psi, metastable, stable):  # J. Appl. Phys. 96, 1138 (2004)
    h, psi = 0.05, np.deg2rad(psi)
    found = wells_of(np.rad2deg(psi), h)[:, 0]
    np.testing.assert_allclose(found[:2], (stable, metastable), atol=1e-6)
    s, c, twice = np.sin(psi), np.cos(psi), np.sin(2 * psi)
    series = 1 - 2 * h * (c + s) + h**2 + h**3 * twice * (c + s) / 2 + h**4 * twice**2 / 2
    assert found[1] == pytest.approx(series, abs=1e-6)


def test_wells_and_saddle_hold_over_all_angles_and_fields():
    """Against the roots of the quartic by NumPy, up to the astroid."""
    psi = np.rad2deg(np.arccos(np.linspace(0.01, 0.99, 23)))
    for part in (1e-6, 0.1, 0.5, 0.9, 0.999):
        c, s = np.cos(np.deg2rad(psi)), np.sin(np.deg2rad(psi))
        h = part * (np.cbrt(c**2) + np.cbrt(s**2)) ** -1.5
        found = wells_of(psi, h)
        for i in range(len(psi)):
            a, b = h[i] * c[i], h[i] * s[i]
            angles = stationary_angles(a, b)
            energies = np.sin(angles) ** 2 - 2 * (a * np.cos(angles) + b * np.sin(angles))
            low, high = np.argmin(energies), np.argmin(np.where(np.cos(angles) < 0, energies, np.inf))
            top = np.min(energies[(np.arange(len(angles)) != high) & (np.arange(len(angles)) != low)])
            np.testing.assert_allclose(found[:2, i], (top - energies[low], top - energies[high]), atol=1e-7)


def stationary_angles(a, b):
    """All angles at which sin cos + a sin - b cos = 0, by the quartic of tan(phi/2)."""
    t = np.roots([b, 2 * a - 2, 0.0, 2 * a + 2, -b])
    return 2 * np.arctan(t.real[np.abs(t.imag) < 1e-4])


def test_a_particle_along_the_field_needs_no_roots():
    h = np.linspace(0, 0.99, 34)
    low, high, m_low, m_high = wells_of(0, h)
    np.testing.assert_allclose(low, (1 + h) ** 2, rtol=1e-12)
    np.testing.assert_allclose(high, (1 - h) ** 2, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose((m_low, m_high), [np.ones(34), -np.ones(34)], rtol=1e-12)


#: M_s, K, D in nm, T, H_V, D/d -> H_c, M_r, area: an independent program, 100 kHz, random axes, tau0 = 1 ns.
FULL_LOOPS = [
    (4.5e5, 2e4, 10, 310, 10000, 0, 51.41, 750.77, 23.135),
    (4.5e5, 2e4, 12, 310, 20000, 0, 665.32, 14405.71, 451.145),
    (4.5e5, 2e4, 16, 310, 20000, 0, 12192.29, 205095.84, 13319.715),
    (4.5e5, 2e4, 20, 310, 20000, 0, 17623.39, 97276.29, 9139.059),
    (4.5e5, 2e4, 25, 310, 20000, 0, 52.48, 222.58, 21.430),  # blocked: a saturated start gives a wrong M_r
    (4.5e5, 2e4, 16, 310, 20000, 0.6, 12524.86, 210118.98, 14087.006),
    (4.5e5, 2e4, 20, 310, 20000, 0.8, 13640.01, 61401.88, 5723.928),
    (4.5e5, 1e4, 25, 300, 23873.24, 0.8, 11845.5, 211938, 14788),  # beyond the astroid of some axes
]


@pytest.mark.parametrize("row", FULL_LOOPS)
def test_full_loops_agree_with_an_independent_program(row):
    m_s, k, d, t, h, interaction, *expected = row
    loop = loops(
        interaction_model="barrier",
        saturation_magnetization=m_s,
        anisotropy_constant=k,
        diameter=[d * 1e-9],
        temperature=t,
        amplitude=h,
        interaction=interaction,
    )
    found = loop.select("coercive_field", "remanence", "loss_per_cycle").row(0)
    np.testing.assert_allclose(found, expected, rtol=0.002)
    assert not loop["not_converged"][0]


def test_an_aligned_loop_agrees_with_an_independent_program():
    loop = loops(
        0.0, saturation_magnetization=4e5, anisotropy_constant=1e4, diameter=[18e-9], temperature=300, amplitude=24000,
        frequency=765e3,
    )  # fmt: skip
    found = loop.select("coercive_field", "remanence", "loss_per_cycle").row(0)
    np.testing.assert_allclose(found, (13445.08, 394539.12, 25945.730), rtol=1e-4)


@pytest.mark.parametrize(
    ("amplitude", "area", "remanence", "coercive"),  # SciPy's LSODA at 1e-10, apart from this project
    [(2e4, 4330.990, 0.403916, 2100.20), (4e4, 7812.623, 0.577276, 3614.18)],
)
def test_browns_rates_at_the_field_agree_with_an_independent_integration(amplitude, area, remanence, coercive):
    loop = loops(
        0.0, options={"prefactor": "brown-field", "steps": 1000}, damping=0.1, saturation_magnetization=480e3,
        anisotropy_constant=1.5e4, diameter=[15e-9], temperature=300, amplitude=amplitude,
    )  # fmt: skip
    assert loop["loss_per_cycle"][0] == pytest.approx(area, rel=1e-4)
    assert loop["remanence"][0] / 480e3 == pytest.approx(remanence, rel=1e-4)
    assert loop["coercive_field"][0] == pytest.approx(coercive, rel=1e-4)
    assert loop["slp"][0] == pytest.approx(loop["loss_per_cycle"][0] * 1e5 / 5180)


@pytest.mark.parametrize(
    ("axes", "d", "area", "rtol"),
    [(0, 10, 2.499752e-3, 1e-3), (0, 16, 6.566389e-2, 1e-3), ("random", 14, 1.324729e-1, 2e-3)],
)
def test_a_small_field_loses_what_linear_response_says(axes, d, area, rtol):
    loop = loops(axes, diameter=[d * 1e-9], temperature=300, amplitude=50)
    assert loop["loss_per_cycle"][0] == pytest.approx(area, rel=rtol)
    sigma = 2e4 * SPHERE * (d * 1e-9) ** 3 / (BOLTZMANN * 300)
    x = 2 * np.pi * 1e5 * 1e-9 * np.exp(sigma)
    chi0 = MU_0 * 4.5e5**2 * SPHERE * (d * 1e-9) ** 3 / (BOLTZMANN * 300) / (3 if axes == "random" else 1)
    assert loop["loss_per_cycle"][0] == pytest.approx(np.pi * MU_0 * 50**2 * chi0 * x / (1 + x * x), rel=rtol)


@pytest.mark.parametrize(("axes", "h_c", "m_r", "area"), [("random", 0.48221, 0.5, 1.97663), (0, 1.0, 1.0, 8.0)])
def test_cold_large_particles_follow_stoner_and_wohlfarth(axes, h_c, m_r, area):
    h_k = anisotropy_field()
    loop = loops(axes, options={"steps": 4000, "axis_points": 128}, diameter=[500e-9], temperature=1, amplitude=2 * h_k)
    assert loop["coercive_field"][0] / h_k == pytest.approx(h_c, rel=4e-4)
    assert loop["remanence"][0] / 4.5e5 == pytest.approx(m_r, rel=1e-5)
    assert loop["loss_per_cycle"][0] / 2e4 == pytest.approx(area, rel=4e-4)


def test_axes_at_45_degrees_switch_at_half_the_anisotropy_field():
    h_k = anisotropy_field()
    loop = loops("45 deg", options={"steps": 4000}, diameter=[500e-9], temperature=1, amplitude=2 * h_k)
    assert loop["coercive_field"][0] / h_k == pytest.approx(0.5, rel=4e-3)  # M vanishes as a square root


def test_the_coercive_field_falls_with_temperature_as_usov_says():
    """0.48 H_K (1 - kappa^0.8) for H_V >= 0.6 H_K: Garcia-Otero et al.; Usov and Grebenshchikov (2009)."""
    k, d, t, f = np.array([2e4, 3e4, 4e4]), 20e-9, 300.0, 1e5
    h_k = anisotropy_field(k=k)
    volume = SPHERE * d**3
    speed = BOLTZMANN * t / (4 * MU_0 * 1.2 * h_k * 4.5e5 * volume * f * 1e-9)
    kappa = BOLTZMANN * t / (k * volume) * np.log(speed)
    loop = loops(
        options={"axis_points": 64, "steps": 400}, anisotropy_constant=k, diameter=d, temperature=t, amplitude=1.2 * h_k
    )
    assert ((kappa > 0.015) & (kappa < 0.4)).all()
    np.testing.assert_allclose(loop["coercive_field"] / h_k, 0.48 * (1 - kappa**0.8), atol=0.01)


def test_a_slow_field_finds_equilibrium():
    """No loss, and no coercive field."""
    loop = loops(0, options={"steps": 500}, diameter=[6e-9], frequency=1e-3, amplitude=3e4)
    assert abs(loop["loss_per_cycle"][0]) < 1e-6
    assert abs(loop["coercive_field"][0]) < 1e-5
    assert loop["low_barrier"][0]


def test_a_demagnetizing_mean_field_lowers_the_susceptibility():
    """chi/(1 - gamma Int^3 chi) at equilibrium, random axes: 4.046998 for gamma = -0.349, an independent number."""
    across = MU_0 * 4.5e5**2 / (2 * 2e4)
    chi = MU_0 * 4.5e5**2 * SPHERE * 10e-9**3 / (BOLTZMANN * 310) / 3 + across * 2 / 3
    gamma = np.pi / 6 * (1 / 3 - 1)
    assert chi / (1 - gamma * 0.8**3 * chi) == pytest.approx(4.046998, rel=3e-4)
    few = {"diameter": [10e-9], "frequency": 1e4, "amplitude": 5.0, "interaction": 0.8, "demagnetizing_factor": 1.0}
    alone, together = (loops("random", model, {"tolerance": 1e-13}, **few) for model in ("none", "mean-field"))
    # chi'' is small: that of the whole is the derivative, (chi_eff/chi)^2, times that of the particles.
    ratio = together["loss_per_cycle"][0] / alone["loss_per_cycle"][0]
    assert ratio == pytest.approx((4.046998 / chi) ** 2, rel=1e-3)


def test_a_mean_field_that_does_not_settle_is_an_error():
    with pytest.raises(mh.ConvergenceError, match="row 1"):
        loops(0, "mean-field", {"most_sweeps": 3}, diameter=16e-9, interaction=[0.0, 1.0])


def test_the_interaction_moves_no_equilibrium_and_leaves_no_interaction_alone():
    for axes in ("random", 0.0, "30 deg"):
        none, barrier = (loops(axes, model, diameter=[12e-9, 16e-9, 22e-9]) for model in ("none", "barrier"))
        assert none.equals(barrier)


@pytest.mark.parametrize("axes", ["random", 0.0, "50 deg"])
def test_a_row_has_the_same_bits_alone_and_among_others(axes):
    columns = {"diameter": np.linspace(9e-9, 25e-9, 37), "interaction": np.linspace(0, 1, 37)}
    together = loops(axes, "barrier", {"threads": 2}, **columns)
    for i in (0, 15, 16, 36):
        alone = loops(axes, "barrier", **{name: [values[i]] for name, values in columns.items()})
        assert alone.row(0) == together.row(i)


def test_the_road_for_aligned_axes_is_the_limit_of_the_general_one():
    diameter = np.linspace(9e-9, 25e-9, 20)
    aligned, nearly = (loops(axes, "barrier", diameter=diameter, interaction=0.5) for axes in (0.0, 1e-9))
    for name in ("coercive_field", "remanence", "loss_per_cycle"):
        np.testing.assert_allclose(aligned[name], nearly[name], rtol=1e-4)


def test_a_frame_keeps_its_other_columns_and_says_what_it_doubts():
    frame = pl.DataFrame({"name": ["a", "b"], "diameter": [8e-9, 20e-9], "frequency": [1e5, 1e7]})
    frame = frame.with_columns(
        saturation_magnetization=pl.lit(4.5e5), anisotropy_constant=pl.lit(2e4), interaction=pl.lit(0),
        temperature=pl.lit(300.0), amplitude=pl.lit(1e4), density=pl.lit(4900.0),
    )  # fmt: skip
    out = mh.two_well_loops(frame)
    assert out.columns[: len(frame.columns)] == frame.columns
    assert out["name"].to_list() == ["a", "b"]
    assert out["low_barrier"].to_list() == [True, False]
    assert out["above_brezovich"].to_list() == [True, True]
    assert out["above_hergt_dutz"].to_list() == [False, True]
    np.testing.assert_allclose(out["slp"], out["loss_per_cycle"] * frame["frequency"] / 4900)


def test_no_rows_are_no_loops():
    assert loops(diameter=np.array([])).height == 0


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"diameter": [16e-9, 16.0]}, mh.SpecError, "diameter, row 1"),
        ({"diameter": [16e-9, np.nan]}, mh.SpecError, "diameter, row 1"),
        ({"anisotropy_constant": 0.0}, mh.SpecError, "anisotropy_constant, row 0"),
        ({"interaction": [0.5, -0.1]}, mh.SpecError, "interaction, row 1"),
        ({"temperature": "warm"}, mh.SchemaError, "temperature"),
        ({"frequency": [1e5, 1e5, 1e5]}, mh.SchemaError, "equally long"),
        ({"amplitude": [[1e4, 1e4]]}, mh.SchemaError, "amplitude"),
    ],
)
def test_a_bad_column_is_refused_by_name_and_row(change, error, words):
    with pytest.raises(error, match=words) as caught:
        loops(**({"diameter": [16e-9, 17e-9]} | change))
    assert "\n" not in str(caught.value)


def test_bad_tables_and_options_are_refused_by_name():
    with pytest.raises(mh.SchemaError, match="saturation_magnetization"):
        mh.two_well_loops({"diameter": [1e-8]})
    with pytest.raises(mh.SchemaError, match="table must be"):
        mh.two_well_loops(3)
    for arguments, words in (
        ({"axes": "along"}, "axes"),
        ({"axes": "100 deg"}, "axes"),
        ({"interaction_model": "strong"}, "interaction_model"),
        ({"options": {"prefactor": "brown-field"}}, "prefactor"),
        ({"damping": 0.0}, "damping"),
        ({"demagnetizing_factor": 2.0}, "demagnetizing_factor"),
    ):
        with pytest.raises(mh.SpecError, match=words):
            loops(**arguments)
    for options in ({"steps": 1}, {"axis_points": 0}, {"tolerance": 0.0}, {"attempt_time": -1e-9}, {"threads": 0}):
        with pytest.raises(mh.SpecError, match=rf"TwoWell\.{next(iter(options))} must"):
            mh.TwoWell(**options)
