"""Laws of loops, ledgers, limits and statistics, on loops in closed form and on made-up motions."""

import hypothesis.strategies as st
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings

from magheat import analysis, dataset
from magheat.constants import MU_0, OERSTED
from magheat.errors import SchemaError


def loop_of(h, m, **coords):
    """A pure loop: what a two-well run gives."""
    return xr.Dataset({"applied_field": ("time", np.asarray(h)), "magnetization": ("time", np.asarray(m))}, coords)


def linear_response_loop(amplitude, susceptibility, lag, samples=2000):
    phase = 2 * np.pi * np.arange(samples) / samples
    return loop_of(amplitude * np.cos(phase), amplitude * susceptibility * np.cos(phase - lag))


def square_loop(h_c, h_max=100.0, samples=4000, bias=0.0):
    """+-1 A/m with jumps at -+h_c of the applied field, on a cosine."""
    h = bias + h_max * np.cos(2 * np.pi * np.arange(samples) / samples)
    falling = np.arange(samples) <= samples // 2
    return loop_of(h, np.where(falling, np.where(h > -h_c, 1.0, -1.0), np.where(h < h_c, -1.0, 1.0)))


def made_up_run(seed, n=3, steps=40, interactions=True, positions=None):
    """Random walks of n moments in a random field, with the exact discrete ledger: E is quadratic, so it closes."""
    rng = np.random.default_rng(seed)
    moments = np.cumsum(rng.normal(size=(steps + 1, n, 3)), 0) + 3
    moments /= np.linalg.norm(moments, axis=-1, keepdims=True)
    field = 4e4 * rng.normal(size=(steps + 1, 3))
    axes = rng.normal(size=(n, 3))
    axes /= np.linalg.norm(axes, axis=-1, keepdims=True)
    positions = 3e-8 * np.arange(n)[:, None] * np.array([1.0, 0.3, -0.2]) if positions is None else positions
    diameters, m_s, k = rng.uniform(15e-9, 25e-9, n), rng.uniform(3e5, 5e5, n), rng.uniform(1e4, 3e4, n)
    volume = np.pi * diameters**3 / 6
    mu = moments * (m_s * volume)[:, None]
    h_dip = np.zeros_like(moments)
    for i in range(n):
        for j in set(range(n)) - {i} if interactions else ():
            r = positions[i] - positions[j]
            d = np.linalg.norm(r)
            h_dip[:, i] += (3 * (mu[:, j] @ r)[:, None] * r / d**2 - mu[:, j]) / (4 * np.pi * d**3)
    applied = np.repeat(field[:, None], n, 1)
    energy = k * volume * (1 - ((moments * axes).sum(-1)) ** 2) - MU_0 * (mu * (applied + h_dip)).sum(-1)
    mean = (mu[1:] + mu[:-1]) / 2
    start = np.zeros((1, n))
    field_work, dipolar_work = (
        np.concatenate([start, -MU_0 * (mean * np.diff(h, axis=0)).sum(-1).cumsum(0)]) for h in (applied, h_dip)
    )
    ds = dataset.particle_run(
        time=np.arange(steps + 1) / (steps * 1e5),
        direction=np.array([0.0, 0.0, 1.0]),
        field=field,
        field_is_linear=True,
        moments=moments,
        released_heat=field_work + dipolar_work - (energy - energy[0]),
        field_work=field_work,
        energy=energy,
        positions=positions,
        diameters=diameters,
        easy_axes=axes,
        saturation_magnetization=m_s,
        anisotropy_constant=k,
        density=rng.uniform(4e3, 6e3, n),
        heat_capacity=np.full(n, 3.48e6),
        iron_mass_fraction=np.full(n, 0.7236),
        frequency=1e5 * 2,
        cycles=2,
        samples_per_cycle=steps // 2,
        interactions=interactions,
        attrs={},
    )
    return ds, dipolar_work


# --- loops ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lag", [0.0, 0.3, np.pi / 2])
def test_linear_response_loses_by_its_out_of_phase_part(lag):  # W = pi mu_0 chi'' H_0^2
    loop = linear_response_loop(amplitude=20e3, susceptibility=0.8, lag=lag)
    expected = np.pi * MU_0 * 0.8 * np.sin(lag) * 20e3**2
    loss = analysis.loss_per_cycle(loop)
    np.testing.assert_allclose(loss, expected, rtol=1e-5, atol=1e-9)
    assert loss.attrs["units"] == "J/m^3"


@given(lag=st.floats(0.05, 1.5), shift=st.integers(0, 1999))
@settings(max_examples=20)
def test_a_loop_does_not_depend_on_where_it_starts(lag, shift):
    loop = linear_response_loop(1e4, 0.5, lag)
    turned = loop.roll(time=shift)
    np.testing.assert_allclose(analysis.coercive_field(turned), 1e4 * np.sin(lag), rtol=1e-4)
    np.testing.assert_allclose(analysis.remanence(turned), 5e3 * np.sin(lag), rtol=1e-4)
    np.testing.assert_allclose(analysis.loss_per_cycle(turned), analysis.loss_per_cycle(loop), rtol=1e-9)


@pytest.mark.parametrize("h_c", [40.0, 0.5, -20.7])
def test_coercive_field_remanence_and_area_of_an_inverted_loop_are_negative(h_c):
    loop = square_loop(h_c)
    np.testing.assert_allclose(analysis.coercive_field(loop), h_c, atol=0.1)
    assert analysis.remanence(loop) == np.sign(h_c)
    np.testing.assert_allclose(analysis.loss_per_cycle(loop), 4 * MU_0 * h_c, atol=0.4 * MU_0)


def test_of_several_zeros_the_last_is_the_coercive_field_and_all_are_reported():
    phase = 2 * np.pi * np.arange(2000) / 2000
    h = 100 * np.cos(phase)
    m = np.where(phase <= np.pi, np.select([h > 30, h > -30, h > -70], [1.0, -1.0, 1.0], -1.0), -1.0)
    found = analysis.crossings(loop_of(h, m))
    np.testing.assert_allclose(found, [-30, 30, 70], atol=0.3)
    np.testing.assert_allclose(analysis.coercive_field(loop_of(h, m)), found[-1])


def test_a_bias_shifts_the_zero_of_the_magnetization_and_not_where_the_remanence_is_read():
    loop = square_loop(40.0, bias=60.0)
    np.testing.assert_allclose(analysis.coercive_field(loop), 40.0, atol=0.1)
    assert analysis.remanence(loop) == 1.0
    assert np.isnan(analysis.remanence(square_loop(40.0, bias=150.0)))  # the field never is zero


def test_a_switch_while_a_trapezoid_rests_at_its_lowest_counts_at_that_field():
    h = np.concatenate(
        [np.full(20, 1.0), np.linspace(1, -1, 11)[1:-1], np.full(20, -1.0), np.linspace(-1, 1, 11)[1:-1]]
    )
    m = np.where(np.arange(h.size) < 40, 1.0, -1.0)
    m[-5:] = 1.0
    for shift in (0, 7, 25, 40):
        assert analysis.coercive_field(loop_of(np.roll(h, shift), np.roll(m, shift))) == 1.0


def test_a_loop_without_a_zero_has_no_coercive_field():
    phase = 2 * np.pi * np.arange(100) / 100
    assert np.isnan(analysis.coercive_field(loop_of(np.cos(phase), 2 + np.cos(phase))))
    assert analysis.crossings(loop_of(np.cos(phase), 2 + np.cos(phase))).sizes["crossing"] == 0
    assert np.isnan(analysis.coercive_field(loop_of(np.zeros(5), np.ones(5))))


def test_exact_zeros_count_once():
    assert analysis.coercive_field(loop_of([2.0, 1, 0, -1, -2, -1, 0, 1], [1.0, 1, 0, -1, -1, -1, 0, 1])) == 0.0
    assert analysis.crossings(loop_of([2.0, 1, 0, -1, -2, 0], [1.0, 0, 0, 1, -1, 0])).size == 1


def test_other_dimensions_are_kept():
    loops = xr.concat([square_loop(h_c) for h_c in (10.0, 20.0, -5.0)], "row")
    np.testing.assert_allclose(analysis.coercive_field(loops), [10, 20, -5], atol=0.1)
    np.testing.assert_allclose(analysis.loss_per_cycle(loops), MU_0 * 4 * np.array([10, 20, -5]), atol=0.4 * MU_0)


@pytest.mark.parametrize("read", [analysis.coercive_field, analysis.remanence, analysis.crossings])
def test_drives_that_leave_the_line_are_refused_where_a_branch_is_needed(read):
    ds = made_up_run(0)[0].assign_coords(field_is_linear=False)
    with pytest.raises(SchemaError, match="stays on one line"):
        read(ds)
    loop = analysis.hysteresis_loop(ds)
    expected = ds["field_work"].isel(time=-1) - ds["field_work"].isel(time=-21)
    np.testing.assert_allclose(analysis.loss_per_cycle(loop) * ds["volume"], expected)
    with pytest.raises(SchemaError, match="field_work"):
        analysis.loss_per_cycle(loop.drop_vars("field_work_per_cycle"))


def test_the_sample_loop_is_the_volume_weighted_mean_and_its_power_the_sum():
    ds, _ = made_up_run(1)
    loop, sample = analysis.hysteresis_loop(ds), analysis.sample_loop(ds)
    assert analysis.sample_loop(loop).identical(sample)
    assert loop.sizes["time"] == 20
    weights = ds["volume"] / ds["volume"].sum()
    np.testing.assert_allclose(sample["magnetization"], (loop["magnetization"] * weights).sum("particle"))
    np.testing.assert_allclose(analysis.loss_per_cycle(sample), (analysis.loss_per_cycle(loop) * weights).sum())
    mass = ds["volume"] * ds["density"]
    np.testing.assert_allclose(analysis.slp(sample), (analysis.slp(loop) * mass).sum() / mass.sum())
    np.testing.assert_allclose(analysis.slp(sample, per="iron") * 0.7236, analysis.slp(sample))


def test_loops_of_loops_are_themselves_and_runs_are_taken_as_their_loops():
    ds, _ = made_up_run(2)
    loop = analysis.hysteresis_loop(ds)
    assert analysis.hysteresis_loop(loop) is loop
    pure = square_loop(3.0)
    assert analysis.sample_loop(pure) is pure
    for read in (analysis.loss_per_cycle, analysis.slp, analysis.ilp, analysis.coercive_field, analysis.remanence):
        assert read(ds).identical(read(loop))


def test_specific_loss_power_of_an_independent_loop():
    # outside_cases.md, E3: 4330.99 J/m^3 at 100 kHz and 5180 kg/m^3 is 8.361e4 W/kg
    loop = loop_of([1.0, 0, -1, 0], [0.0, 1, 0, -1])
    scale = 4330.99 / float(analysis.loss_per_cycle(loop))
    loop = loop.assign(magnetization=scale * loop["magnetization"])
    np.testing.assert_allclose(analysis.slp(loop, frequency=1e5, density=5180.0), 8.361e4, rtol=1e-4)
    assert analysis.slp(loop.assign_attrs(frequency=1e5, density=5180.0)).attrs["units"] == "W/kg"


def test_intrinsic_loss_power_of_a_tabulated_case():
    # outside_cases.md, H: 75 W/g at 200 Oe and 55 kHz is 5.38 nH m^2/kg
    loop = loop_of(200 * OERSTED * np.array([1.0, 0, -1, 0]), [0.0, 1, 0, -1])
    scale = 75e3 * 5180 / 55e3 / float(analysis.loss_per_cycle(loop))
    loop = loop.assign(magnetization=scale * loop["magnetization"])
    np.testing.assert_allclose(1e9 * analysis.ilp(loop, frequency=55e3, density=5180.0), 5.38, rtol=1e-3)


def test_what_a_loop_lacks_is_asked_for_by_name():
    with pytest.raises(SchemaError, match=r"^loop must have frequency"):
        analysis.slp(square_loop(1.0))
    with pytest.raises(SchemaError, match=r"^loop must have density"):
        analysis.slp(square_loop(1.0), frequency=1e5)
    with pytest.raises(SchemaError, match="per must be"):
        analysis.slp(square_loop(1.0), frequency=1e5, density=1.0, per="gram")
    with pytest.raises(SchemaError, match="magnetization"):
        analysis.coercive_field(square_loop(1.0).drop_vars("magnetization"))
    with pytest.raises(SchemaError, match="Dataset"):
        analysis.hysteresis_loop(square_loop(1.0)["magnetization"])


# --- heat and its ledger -------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 10**6), n=st.integers(1, 5), interactions=st.booleans())
@settings(max_examples=20)
def test_every_ledger_closes_and_dipolar_works_add_up_to_the_change_of_dipolar_energy(seed, n, interactions):
    ds, dipolar_work = made_up_run(seed, n, interactions=interactions)
    np.testing.assert_allclose(ds["dipolar_work"], dipolar_work, atol=1e-32)
    for start, stop in ((None, None), (1.3e-6, 7.6e-6)):
        ledger = analysis.energy_ledger(ds, start, stop)
        assert abs(ledger["residual"]) < 1e-12
        heat = ledger["field_work"] + ledger["dipolar_work"] - ledger["energy_change"]
        np.testing.assert_allclose(ledger["released_heat"], heat, atol=1e-32)
        total = ledger["field_work"].sum() - ledger["total_energy_change"]
        np.testing.assert_allclose(ledger["released_heat"].sum(), total, atol=1e-31)
        if not interactions:
            np.testing.assert_allclose(ledger["dipolar_energy_change"], 0, atol=1e-32)


def test_a_wrong_heat_shows_in_the_residual():
    ds, _ = made_up_run(3)
    wrong = ds["released_heat"] * xr.DataArray([1.0, 1.01, 1.0], dims="particle")
    ds = ds.assign(released_heat=wrong, dipolar_work=ds["dipolar_work"] + wrong - ds["released_heat"])
    assert abs(analysis.energy_ledger(ds)["residual"]) > 1e-4


def test_heat_by_cycle_adds_up_and_the_last_is_the_heat_per_cycle():
    ds, _ = made_up_run(4)
    cycles = analysis.heat_by_cycle(ds)
    np.testing.assert_allclose(cycles.sum("cycle"), ds["released_heat"].isel(time=-1))
    np.testing.assert_array_equal(analysis.heat_per_cycle(ds), cycles.sel(cycle=1))
    assert analysis.heat_per_cycle(ds).attrs["units"] == "J"


def test_stacked_runs_give_what_each_gives():
    runs = [made_up_run(seed, positions=3e-8 * np.eye(3))[0] for seed in range(3)]
    stacked = dataset.stack(runs)
    for read in (
        analysis.hysteresis_loop,
        analysis.sample_loop,
        analysis.energy_ledger,
        analysis.local_energy_changes,
        lambda ds: analysis.slp(ds, per="iron").to_dataset(),
        lambda ds: analysis.coercive_field(ds).to_dataset(),
        lambda ds: analysis.heat_per_cycle(ds).to_dataset(),
        analysis.field_frequency_product,
    ):
        together = read(stacked)
        for index, ds in enumerate(runs):
            for name, values in read(ds).items():
                np.testing.assert_allclose(together[name].isel(run=index), values, rtol=1e-12, err_msg=str(name))


@given(seed=st.integers(0, 10**6), interactions=st.booleans())
@settings(max_examples=15)
def test_transfers_between_pairs_are_antisymmetric_up_to_the_change_of_their_energy(seed, interactions):
    ds, dipolar_work = made_up_run(seed, 4, interactions=interactions)
    pairs = analysis.pair_transfers(ds, 1e-6, 8e-6)
    w = pairs["transfer"].values
    np.testing.assert_allclose(w + w.T, pairs["pair_energy_change"], atol=1e-33)
    work = dipolar_work[32] - dipolar_work[4]
    np.testing.assert_allclose(w.sum(1), work, atol=1e-32)
    np.testing.assert_allclose(pairs["sampling_error"], 0, atol=1e-32)
    assert np.any(w) == interactions


def test_the_four_local_energies_differ_by_the_dipolar_energy_and_the_zeeman_energy():
    ds, _ = made_up_run(5)
    change = analysis.local_energy_changes(ds)
    ledger = analysis.energy_ledger(ds)
    np.testing.assert_allclose(change["full_dipolar"], ledger["energy_change"])
    np.testing.assert_allclose(change["half_dipolar"].sum(), ledger["total_energy_change"])
    np.testing.assert_allclose(change["full_dipolar"] + change["own"], 2 * change["half_dipolar"])
    h, m = ds["applied_field_vector"], ds["moment_direction"] * ds["saturation_magnetization"]
    h_mean = (h + h.shift(time=1)) / 2
    area = MU_0 * ds["volume"] * (h_mean * (m - m.shift(time=1))).sum(["component", "time"])
    np.testing.assert_allclose(change["local_loop"], area, rtol=1e-10)


def test_an_interval_must_hold_two_samples_and_a_transfer_one_run():
    ds, _ = made_up_run(6)
    with pytest.raises(SchemaError, match=r"^stop must lie at least one sample after start"):
        analysis.energy_ledger(ds, 5e-6, 5e-6)
    ledger = analysis.energy_ledger(ds, 1.1e-6, 2.1e-6)  # samples every 0.25 us
    np.testing.assert_allclose([ledger["start_time"], ledger["stop_time"]], [1e-6, 2e-6])
    with pytest.raises(SchemaError, match="one run"):
        analysis.pair_transfers(dataset.stack([ds, ds]))


# --- limits and statistics -----------------------------------------------------------------------------------------


def test_field_times_frequency_against_both_limits():
    # physics.md 4: 150 Oe x 100 kHz = 1.19e9 A/(m s)
    limits = analysis.field_frequency_product(150 * OERSTED, 1e5)
    np.testing.assert_allclose(limits["product"], 1.19e9, rtol=5e-3)
    np.testing.assert_allclose(limits["brezovich_ratio"], 1.19e9 / 4.85e8, rtol=5e-3)
    np.testing.assert_allclose(limits["hergt_dutz_ratio"], 1.19e9 / 5e9, rtol=5e-3)
    loop = square_loop(1.0, h_max=150 * OERSTED, bias=30.0).assign_coords(frequency=1e5)
    np.testing.assert_allclose(analysis.field_frequency_product(loop)["product"], limits["product"])
    for missing in (150.0, square_loop(1.0)):
        with pytest.raises(SchemaError, match="frequency"):
            analysis.field_frequency_product(missing)


def test_the_amplitude_that_a_run_carries_goes_before_its_samples():
    loop = square_loop(1.0, samples=7)
    assert analysis.field_amplitude(loop) < 100.0
    assert analysis.field_amplitude(loop.assign_coords(amplitude=100.0)) == 100.0


def test_statistics_of_members_and_of_their_classes():
    values = xr.DataArray([[1.0, 2, 4, 9], [1, 1, 1, np.nan]], dims=("particle", "run"), attrs={"units": "J"})
    whole = analysis.summarize(values, "run")
    np.testing.assert_allclose(whole["mean"], [4, 1])
    np.testing.assert_allclose(whole["spread"], [np.std([1, 2, 4, 9], ddof=1), 0])
    np.testing.assert_allclose(whole["standard_error"], whole["spread"] / np.sqrt(whole["members"]))
    np.testing.assert_array_equal(whole["members"], [4, 3])
    kinds = xr.DataArray(["joint", "single", "single", "single"], dims="run")
    split = analysis.summarize_classes(values, kinds, "run")
    np.testing.assert_allclose(split["fraction"].sel(kind=["single", "joint"]), [0.75, 0.25])
    np.testing.assert_allclose(split["mean"].sel(kind="single"), [5, 1])
    assert np.isnan(split["spread"].sel(kind="joint")).all()
    with pytest.raises(SchemaError, match="dimension member"):
        analysis.summarize(values, "member")
    with pytest.raises(SchemaError, match="one label per member"):
        analysis.summarize_classes(values, kinds[:2], "run")
