"""The best particle and field: as good as brute force, never beyond a limit, the simulator's own number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import magheat as mh
from magheat.analysis import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.constants import OERSTED
from magheat.errors import SchemaError, SpecError
from magheat.plotting import Shown, trade_off_figure
from magheat.surrogates.features import TWO_WELL_INPUTS, sigma
from magheat.workflows.optimize.space import Space, read_space
from magheat.workflows.quantities import QUANTITIES

FIXED = {
    "saturation_magnetization": "450 kA/m",
    "anisotropy_constant": "20 kJ/m^3",
    "diameter": "16 nm",
    "interaction": 0.2,
    "temperature": "310 K",
    "frequency": "100 kHz",
    "amplitude": "150 Oe",
}
BOUNDS = {
    "saturation_magnetization": ("300 kA/m", "450 kA/m"),
    "anisotropy_constant": ("10 kJ/m^3", "30 kJ/m^3"),
    "diameter": ("8 nm", "25 nm"),
    "interaction": (0, 0.8),
    "temperature": ("300 K", "320 K"),
    "frequency": ("50 kHz", "400 kHz"),
    "amplitude": ("50 Oe", "300 Oe"),
}


def best(*free, **options):
    """Optimum with these inputs free, no trade-off unless asked for."""
    bounds = {name: BOUNDS[name] for name in free} | options.pop("bounds", {})
    fixed = {name: value for name, value in FIXED.items() if name not in bounds} | options.pop("fixed", {})
    return mh.optimize(free=bounds, fixed=fixed, **{"trade_off_points": 0} | options)


@pytest.fixture(scope="module")
def particle_and_field():
    return best("diameter", "anisotropy_constant", "amplitude", "frequency", trade_off_points=3)


def random_rows(space, seed, count=128):
    """Points between the bounds, at random, those beyond the limits left out."""
    generator = np.random.default_rng(seed)
    ends = {name: space.ends(name) for name in TWO_WELL_INPUTS}
    rows = {name: generator.uniform(low, high, count) for name, (low, high) in ends.items()}
    allowed = (rows["amplitude"] * rows["frequency"] <= space.limit) & (sigma(rows) >= space.lowest_barrier)
    return {name: values[allowed] for name, values in rows.items()}


def test_one_free_input_is_as_good_as_brute_force():
    diameter = np.linspace(8e-9, 25e-9, 600)
    numbers = {name: QUANTITIES[name].scale for name in FIXED}
    table = {
        "saturation_magnetization": 450 * numbers["saturation_magnetization"],
        "anisotropy_constant": 20 * numbers["anisotropy_constant"],
        "diameter": diameter,
        "interaction": 0.2,
        "temperature": 310.0,
        "frequency": 1e5,
        "amplitude": 150 * OERSTED,
    }
    slp = mh.two_well_loops(table)["slp"].to_numpy()
    found = best("diameter")
    assert found.value >= slp.max()
    assert found.inputs["diameter"] == pytest.approx(diameter[slp.argmax()], abs=diameter[1] - diameter[0])
    assert found.value == pytest.approx(slp.max(), rel=1e-3)


@pytest.mark.parametrize("objective", ["slp", "ilp", "loss_per_cycle"])
def test_two_free_inputs_are_as_good_as_brute_force(objective):
    found = best("diameter", "amplitude", objective=objective, limit="brezovich")
    fields = np.linspace(50 * OERSTED, BREZOVICH_LIMIT / 1e5 * (1 - 1e-12), 41)
    diameter, field = (np.ravel(x) for x in np.meshgrid(np.linspace(8e-9, 25e-9, 120), fields))
    grid = mh.two_well_loops({**found.inputs, "diameter": diameter, "amplitude": field})
    values = grid["slp"].to_numpy() / (field**2 * 1e5) if objective == "ilp" else grid[objective].to_numpy()
    values = np.where(grid["low_barrier"].to_numpy(), 0, values)
    assert found.value >= values.max()
    assert found.value == pytest.approx(values.max(), rel=5e-3)


def test_the_number_is_the_simulators(particle_and_field):
    run = mh.simulate(particle_and_field.experiment, particle_and_field.solver)
    assert particle_and_field.value == particle_and_field.outputs["slp"]
    for name in ("slp", "coercive_field", "remanence", "loss_per_cycle", "ilp"):
        value = float(getattr(mh.analysis, name)(run))
        assert value == pytest.approx(particle_and_field.outputs[name], rel=1e-12), name


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10)
def test_no_allowed_point_is_better(particle_and_field, seed):
    free = {name: particle_and_field.free[name] for name in particle_and_field.free}
    fixed = {name: value for name, value in particle_and_field.inputs.items() if name not in free}
    rows = random_rows(Space(fixed, free, HERGT_DUTZ_LIMIT, 3.0), seed)
    assert mh.two_well_loops(rows)["slp"].max() <= particle_and_field.value


@given(
    seed=st.integers(0, 10_000),
    free=st.sets(st.sampled_from(TWO_WELL_INPUTS), min_size=1),
    limit=st.floats(1e9, 2e10),
    barrier=st.sampled_from([0.0, 3.0, 8.0]),
)
@settings(max_examples=100)
def test_every_point_of_the_search_obeys_bounds_and_limits_to_the_last_bit(seed, free, limit, barrier):
    fixed = {name: value for name, value in FIXED.items() if name not in free}
    bounds = {name: BOUNDS[name] for name in free}
    if "amplitude" not in free and "frequency" not in free and limit < 150 * OERSTED * 1e5:
        with pytest.raises(SpecError, match="limit must allow"):
            read_space(fixed, bounds, limit, barrier)
        return
    space = read_space(fixed, bounds, limit, barrier)
    cube = np.random.default_rng(seed).uniform(0, 1, (200, len(space.names)))
    cube[:60] = np.round(cube[:60])  # corners
    rows = space.rows(cube)
    assert (rows["amplitude"] * rows["frequency"] <= limit).all()
    assert (sigma(rows) >= barrier).all()
    for name in TWO_WELL_INPUTS:
        low, high = space.ends(name)
        assert (rows[name] >= low * (1 - 1e-11)).all()
        assert (rows[name] <= high).all()
    again = np.array([space.cube({name: column[k] for name, column in rows.items()}) for k in range(5)])
    for name, values in space.rows(again).items():
        np.testing.assert_allclose(values, rows[name][:5], rtol=1e-9)


def test_in_weak_fields_the_optimum_takes_all_the_field_there_is():
    """Linear response: SLP grows as H^2 at one frequency (axes across lower their saddle in proportion to |H|)."""
    bounds = {"amplitude": ("1 A/m", "20 A/m")}
    weak, strong = (best(bounds=bounds, limit=limit, axes=0.0) for limit in (1e6, None))
    assert weak.inputs["amplitude"] * 1e5 <= 1e6
    assert weak.inputs["amplitude"] == pytest.approx(10.0, rel=1e-9)
    assert any("H f is at its limit" in sentence for sentence in weak.active)
    assert strong.inputs["amplitude"] == 20.0
    assert any("amplitude is at its highest" in sentence for sentence in strong.active)
    assert strong.value == pytest.approx(4 * weak.value, rel=1e-3)
    assert (weak.ratio, strong.ratio, strong.limit) == (pytest.approx(1.0), None, None)


def test_the_same_seed_gives_the_same_bits():
    one, two = (best("diameter", "amplitude", seed=3) for _ in range(2))
    assert dict(one.inputs) == dict(two.inputs)
    assert one.value == two.value


def test_the_trade_off_rises_obeys_its_limits_and_is_simulated(particle_and_field):
    table = particle_and_field.trade_off
    assert {BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT} <= set(table["limit"])
    assert (table["product"] <= table["limit"]).all()
    assert (np.diff(table["slp"].to_numpy()) >= 0).all()
    again = mh.two_well_loops(table.select(TWO_WELL_INPUTS))
    assert (again["slp"] == table["slp"]).all()
    at_limit = table.filter(table["limit"] == HERGT_DUTZ_LIMIT)["slp"][0]
    assert at_limit == pytest.approx(particle_and_field.value, rel=1e-5)
    assert at_limit <= particle_and_field.value


def test_nearly_as_good_is_at_least_90_percent(particle_and_field):
    for name, ends in particle_and_field.nearly.items():
        assert ends[0] <= particle_and_field.inputs[name] <= ends[1]
        for end in ends:
            row = {**particle_and_field.inputs, name: np.array([end])}
            assert mh.two_well_loops(row)["slp"][0] >= 0.9 * particle_and_field.value


def test_low_barriers_are_left_out_unless_asked_for():
    bounds = {"diameter": ("3 nm", "14 nm")}
    held = best(bounds=bounds, fixed={"anisotropy_constant": "10 kJ/m^3"}, objective="ilp")
    assert not held.outputs["low_barrier"]
    asked = best(bounds={"diameter": ("3 nm", "6 nm")}, lowest_barrier=0)
    assert asked.outputs["low_barrier"]
    assert any("two wells do not hold" in sentence for sentence in asked.warnings)


def test_loops_that_do_not_settle_never_win():
    found = best("diameter", "interaction", interaction_model="mean-field", solver=mh.TwoWell(most_sweeps=8, steps=60))
    assert not found.outputs["not_converged"]
    assert found.value > 0


def test_a_surrogate_searches_and_the_simulator_answers():
    generator = np.random.default_rng(1)
    rows = {name: np.full(400, QUANTITIES_OF_FIXED[name]) for name in TWO_WELL_INPUTS}
    rows["diameter"] = generator.uniform(10e-9, 22e-9, 400)
    rows["amplitude"] = generator.uniform(4e3, 16e3, 400)
    model = mh.surrogates.train(mh.two_well_loops(rows), seed=1)
    with_model = best("diameter", "amplitude", surrogate=model)
    without = best("diameter", "amplitude")
    check = with_model.surrogate
    run = mh.simulate(with_model.experiment, with_model.solver)
    assert float(mh.analysis.slp(run)) == pytest.approx(with_model.value, rel=1e-12)
    assert with_model.value == pytest.approx(without.value, rel=1e-4)
    assert check.evaluations > with_model.evaluations
    outside = with_model.inputs["amplitude"] > 1.1 * 16e3
    assert (check.within is None) == outside
    if not outside:
        assert check.within == (check.lower <= with_model.value <= check.upper)
        assert check.difference == pytest.approx(check.value / with_model.value - 1)
    with pytest.raises(SpecError, match=r"^surrogate must have been taught diameter"):
        best(bounds={"diameter": ("40 nm", "60 nm")}, surrogate=model)


QUANTITIES_OF_FIXED = {
    "saturation_magnetization": 4.5e5,
    "anisotropy_constant": 2e4,
    "diameter": 16e-9,
    "interaction": 0.2,
    "temperature": 310.0,
    "frequency": 1e5,
    "amplitude": 150 * OERSTED,
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"objective": "heat"}, "objective must be 'slp' or"),
        (
            {"fixed": {n: v for n, v in {**FIXED, "temperature": 1e4}.items() if n != "diameter"}},
            "temperature.* must be > 0 and < 10000",
        ),
        ({"limit": "who"}, "limit must be 'brezovich' or 'hergt-dutz'"),
        ({"limit": -1.0}, "limit must be > 0"),
        ({"limit": 1e6}, "limit must allow the lowest amplitude"),
        ({"bounds": {"diameter": ("25 nm", "8 nm")}}, r"free\['diameter'\] must have its lowest value first"),
        ({"bounds": {"diameter": "8 nm"}}, r"free\['diameter'\] must be a pair"),
        ({"bounds": {"diameter": ("8 nm", "25 K")}}, r"free\['diameter'\]\[1\] must be a length"),
        ({"bounds": {"diametre": (1, 2)}}, "did you mean diameter"),
        ({"bounds": {"diameter": ("2 nm", "3 nm")}}, "must allow K V/"),
        ({"fixed": {"amplitude": "-3 Oe"}}, r"fixed\['amplitude'\] must be > 0"),
        ({"fixed": {"diameter": "12 nm"}}, "diameter must be fixed or free; got both"),
        ({"lowest_barrier": -1.0}, "lowest_barrier must be"),
        ({"solver": "two-well"}, "solver must be a TwoWell"),
        ({"surrogate": 3}, "surrogate must be a Surrogate"),
        ({"axes": "sideways"}, "axes must be"),
        ({"seed": -1}, "seed must be"),
        ({"nothing": 1}, "optimize.nothing is unknown"),
    ],
)
def test_bad_input_is_told_in_one_sentence(change, words):
    with pytest.raises(SpecError, match=words) as caught:
        best("diameter", **change)
    assert "\n" not in str(caught.value)


def test_what_is_missing_is_named_and_not_guessed():
    with pytest.raises(SpecError, match="temperature, frequency are in neither"):
        mh.optimize(
            free={"diameter": ("8 nm", "20 nm")},
            fixed={n: v for n, v in FIXED.items() if n not in ("diameter", "temperature", "frequency")},
        )
    with pytest.raises(SpecError, match="free must name at least one"):
        mh.optimize(free={}, fixed=FIXED)


def test_the_picture_shows_both_limits_and_every_free_input(particle_and_field, tmp_path):
    particle_and_field.plot(tmp_path / "trade.png")
    assert (tmp_path / "trade.png").read_bytes().startswith(b"\x89PNG")
    figure = trade_off_figure(particle_and_field.trade_off, Shown("slp", 1e3, "W/g"), [Shown("diameter", 1e-9, "nm")])
    texts = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert {"Brezovich", "Hergt-Dutz"} <= texts
    with pytest.raises(SchemaError, match="table must have rows and the column nothing"):
        trade_off_figure(particle_and_field.trade_off, Shown("nothing", 1.0, ""), [])
    with pytest.raises(SpecError, match="trade_off must have points"):
        best("diameter").plot(tmp_path / "none.png")
