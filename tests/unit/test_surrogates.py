"""Surrogates: what they promise of any table, and of one whose truth is known."""

import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magheat.cli.prediction_tables import beside, from_file
from magheat.constants import BOLTZMANN, MU_0, OERSTED
from magheat.errors import SchemaError, SpecError
from magheat.solvers.two_well_table import two_well_loops
from magheat.surrogates import features, load, save, train
from magheat.surrogates.card import digest
from magheat.surrogates.intervals import calibrate, local_scale
from magheat.surrogates.models import Boosting, Network, as_onnx, trained_estimator
from magheat.surrogates.outputs import Transform
from magheat.surrogates.registry import content_hash
from magheat.surrogates.validation import covered, shares_by, shortcomings

END = ("", "_lower", "_upper")


def box(rows, seed):
    """Random rows of the learning paper's box."""
    generator = np.random.default_rng(seed)

    def between(low, high):
        return generator.uniform(low, high, rows)

    return {
        "saturation_magnetization": between(3e5, 4.5e5),
        "anisotropy_constant": np.exp(between(math.log(1e4), math.log(3e4))),
        "diameter": between(8e-9, 25e-9),
        "interaction": between(0.0, 0.8),
        "temperature": between(300.0, 320.0),
        "frequency": np.exp(between(math.log(5e4), math.log(4e5))),
        "amplitude": between(50 * OERSTED, 300 * OERSTED),
    }


@pytest.fixture(scope="module")
def table():
    return two_well_loops(box(1500, 1))


@pytest.fixture(scope="module")
def surrogate(table):
    return train(table, seed=1)


@pytest.fixture(scope="module")
def fresh():
    return two_well_loops(box(2000, 2))


def noisy(rows, seed):
    """A line whose noise grows with the input; nobody can predict it better than its known spread allows."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(0, 1, rows)
    return pl.DataFrame(
        {"x": x, "z": generator.uniform(0, 1, rows), "y": 5 + x + (0.05 + x) * generator.normal(size=rows)}
    )


def test_features_are_their_formulas():
    one = {name: values[:1] for name, values in box(1, 3).items()}
    m_s, k, d, c, t, f, h_v = (float(value[0]) for value in one.values())
    volume = math.pi * d**3 / 6
    sigma, h = k * volume / (BOLTZMANN * t), h_v / (2 * k / (MU_0 * m_s))
    eps = MU_0 * m_s**2 * volume * c**3 / 24
    expected = [
        sigma,
        math.log(sigma),
        h,
        math.log(MU_0 * m_s * volume * h_v / (BOLTZMANN * t)),
        math.log(f * 1e-9),
        math.log(f * 1e-9) + sigma,
        math.log(f * 1e-9) + sigma * max(1 - h, 0) ** 2,
        math.log(f * 1e-9) + sigma * max(1 - 2 * h, 0) ** 1.5,
        2 * eps / (BOLTZMANN * t),
        MU_0 * m_s**2 * c**3 / (24 * k),
    ]
    np.testing.assert_allclose(features.two_well_features(one)[0], expected, rtol=1e-12)


def test_no_output_of_two_wells_exceeds_its_scale(fresh):
    scales = features.two_well_scales({name: fresh[name].to_numpy() for name in features.TWO_WELL_INPUTS})
    for name, scale in scales.items():
        assert (np.abs(fresh[name].to_numpy()) <= scale * (1 + 1e-9)).all()


@given(
    st.floats(-1e6, 1e6),
    st.floats(1e-9, 1e3),
    st.floats(-5, 5),
    st.floats(1e-2, 10),
)
def test_a_transform_and_back_is_the_same_output(value, floor, mean, spread):
    transform = Transform(floor, mean, spread)
    there = transform.back(transform.forth(np.array([value])))
    np.testing.assert_allclose(there, value, rtol=1e-9, atol=1e-9 * floor)


def test_predictions_hold_off_the_rows_that_were_learnt(surrogate, fresh):
    predicted = surrogate.predict(fresh)
    for name in ("coercive_field", "remanence", "loss_per_cycle", "slp"):
        true = fresh[name].to_numpy()
        error = predicted[name].to_numpy() - true
        assert 1 - (error**2).sum() / ((true - true.mean()) ** 2).sum() > 0.99


def test_the_intervals_cover_what_they_say(surrogate, fresh):
    for level in (0.5, 0.9):
        predicted = surrogate.predict(fresh, level=level)
        for name in ("coercive_field", "remanence", "loss_per_cycle", "slp"):
            share = covered(fresh[name].to_numpy(), predicted, name).mean()
            # the calibration has 150 rows: its own spread is larger than that of the 2000 fresh ones
            assert abs(share - level) < 4 * math.sqrt(level * (1 - level) * (1 / 150 + 1 / 2000))


def test_values_lie_within_their_intervals_which_grow_with_the_level(surrogate, fresh):
    narrow, wide = surrogate.predict(fresh, level=0.5), surrogate.predict(fresh, level=0.95)
    for name in surrogate.outputs:
        for predicted in (narrow, wide):
            assert (predicted[name + "_lower"] <= predicted[name]).all()
            assert (predicted[name] <= predicted[name + "_upper"]).all()
        assert (wide[name + "_lower"] <= narrow[name + "_lower"]).all()
        assert (wide[name + "_upper"] >= narrow[name + "_upper"]).all()


def test_slp_is_the_loss_times_frequency_over_density(surrogate, fresh):
    predicted = surrogate.predict(fresh.with_columns(density=pl.lit(4900.0)))
    for end in END:
        expected = predicted["loss_per_cycle" + end].to_numpy() * fresh["frequency"].to_numpy() / 4900.0
        np.testing.assert_allclose(predicted["slp" + end].to_numpy(), expected, rtol=1e-12)


def test_a_row_does_not_depend_on_its_neighbours(surrogate, fresh):
    together = surrogate.predict(fresh[:64])
    for row in (0, 17, 63):
        alone = surrogate.predict(fresh[row : row + 1])
        for name in surrogate.outputs:
            np.testing.assert_allclose(alone[name][0], together[name][row], rtol=1e-5)


def test_the_flag_of_the_model_travels_with_the_prediction(surrogate, fresh):
    assert (surrogate.predict(fresh)["low_barrier"] == fresh["low_barrier"]).all()


def test_outside_what_was_taught_values_are_null_unless_asked_for(surrogate, fresh):
    far = fresh[:3].with_columns(diameter=pl.Series([5e-9, 16e-9, 40e-9]), temperature=pl.Series([250.0, 310.0, 310.0]))
    predicted = surrogate.predict(far)
    assert predicted["in_range"].to_list() == [False, True, False]
    assert predicted["out_of_range"].to_list() == ["diameter, temperature", None, "diameter"]
    for name in surrogate.outputs:
        for end in END:
            assert predicted[name + end].is_null().to_list() == [True, False, True]
    asked = surrogate.predict(far, extrapolate=True)
    assert asked["slp"].null_count() == 0
    assert asked["in_range"].to_list() == [False, True, False]


def test_the_ends_of_the_box_are_within_it(surrogate):
    ends = {"saturation_magnetization": 4.5e5, "anisotropy_constant": 1e4, "diameter": 25e-9, "interaction": 0.0}
    ends |= {"temperature": 300.0, "frequency": 4e5, "amplitude": 50 * OERSTED}
    assert surrogate.predict(ends)["in_range"].to_list() == [True]


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-300, 1e300, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("name", features.TWO_WELL_INPUTS)
def test_predict_never_raises_for_range(surrogate, name, value):
    row = {name: float(values[0]) for name, values in box(1, 5).items()} | {name: value}
    for extrapolate in (False, True):
        predicted = surrogate.predict(row, extrapolate=extrapolate)
        assert predicted["in_range"].to_list() == [name == "interaction" and 0 <= value < 1e-9]
        assert predicted["out_of_range"].to_list() == [None if predicted["in_range"][0] else name]


def test_an_infinite_loss_at_no_frequency_is_no_noise(surrogate):
    row = {name: float(values[0]) for name, values in box(1, 5).items()} | {"amplitude": 1e308, "frequency": 5e-324}
    assert surrogate.predict(row, extrapolate=True)["in_range"].to_list() == [False]


@pytest.mark.parametrize("rows", [0, 1, 300_000])
def test_any_number_of_rows(surrogate, fresh, rows):
    many = fresh.select(pl.all().gather(np.arange(rows) % fresh.height))
    assert surrogate.predict(many).height == rows


def test_the_network_on_disk_predicts_what_the_trained_one_did():
    generator = np.random.default_rng(1)
    x = generator.normal(size=(500, 4))
    y = np.column_stack([np.sin(x[:, 0]), x[:, 1] * x[:, 2]])
    estimator = trained_estimator(x, y, 0, None, (16, 16))
    network = Network(as_onnx(estimator, 4), 2)
    np.testing.assert_allclose(network.predict(x), estimator.predict(x), rtol=1e-5, atol=1e-5)


def test_what_was_saved_predicts_the_same_bits_and_is_found_as_current(surrogate, fresh, tmp_path):
    folder = save(surrogate, tmp_path / "models")
    for place in (folder, tmp_path / "models" / "current"):
        assert load(place).predict(fresh).equals(surrogate.predict(fresh))
    assert save(surrogate, tmp_path / "models") == folder
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == sorted([folder.name, "current"])
    card = json.loads((folder / "card.json").read_text())
    assert card["scores"]["unseen rows"].keys() == {"coercive_field", "remanence", "loss_per_cycle", "slp"}
    assert "| diameter |" in (folder / "card.md").read_text()
    assert not [path for path in folder.iterdir() if path.suffix not in (".onnx", ".txt", ".json", ".md")]


def test_an_interrupted_save_leaves_nothing(surrogate, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("magheat.whole.flush", interrupted)
        with pytest.raises(KeyboardInterrupt):
            save(surrogate, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def change(folder, how):
    """Do something to a model's folder."""
    if how == "byte":
        content = bytearray((folder / "network.onnx").read_bytes())
        content[1000] ^= 1
        (folder / "network.onnx").write_bytes(content)
    elif how == "truncated":
        (folder / "model.json").write_bytes((folder / "model.json").read_bytes()[:-10])
    elif how == "missing":
        (folder / "card.json").unlink()
    elif how == "added":
        (folder / "model.pkl").write_bytes(b"\x80\x04.")
    elif how == "folder":
        (folder / "inner").mkdir()
    elif how == "link":
        (folder / "more").symlink_to("/etc/hostname")
    elif how == "foreign":
        for path in folder.iterdir():
            path.unlink()
        (folder / "notes.txt").write_text("mine")
    return folder


@pytest.mark.parametrize("how", ["byte", "truncated", "missing", "added", "folder", "link", "foreign"])
def test_a_folder_that_is_not_what_was_written_is_refused(surrogate, tmp_path, how):
    folder = change(save(surrogate, tmp_path), how)
    with pytest.raises(SchemaError, match=r"^a model's folder must") as refusal:
        load(folder)
    assert "\n" not in str(refusal.value)


def test_a_renamed_or_missing_folder_is_refused(surrogate, tmp_path):
    folder = save(surrogate, tmp_path)
    with pytest.raises(SchemaError, match="named by the hash"):
        load(folder.rename(tmp_path / "mine"))
    with pytest.raises(SchemaError, match="must be a folder"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "change",
    [
        b"[" * 100_000,
        b"[]",
        {"centre": [math.nan] * 10},
        {"centre": [0.0]},
        {"centre": ["a"] * 10},
        {"transforms": [1, 2, 3]},
        {"transforms": {"remanence": [1, 2, 3]}},
        {"ranges": {}},
        {"ranges": []},
        {"words": [1]},
        {"score": [1.0]},
        {"probability": []},
    ],
)
def test_a_folder_with_the_right_hash_of_nonsense_is_refused(surrogate, tmp_path, change):
    folder = save(surrogate, tmp_path)
    file = folder / "model.json"
    file.write_bytes(
        change if isinstance(change, bytes) else json.dumps(json.loads(file.read_bytes()) | change).encode()
    )
    forged = folder.rename(tmp_path / content_hash({path.name: path.read_bytes() for path in folder.iterdir()}))
    with pytest.raises(SchemaError, match=r"^a model's folder must be whole") as refusal:
        load(forged)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"density": 0.0}, "density must be > 0"),
        ({"density": -5180.0}, "density must be > 0"),
        ({"diameter": [[1e-8, 2e-8], [1e-8]]}, "diameter must be an array"),
    ],
)
def test_a_table_of_nonsense_is_refused_in_one_sentence(surrogate, change, words):
    one = {name: float(values[0]) for name, values in box(1, 3).items()}
    with pytest.raises(SchemaError, match=words) as refusal:
        surrogate.predict(one | change)
    assert "\n" not in str(refusal.value)


def test_a_csv_header_twice_is_refused(surrogate, tmp_path):
    columns = box(1, 3) | {"diameter (nm)": [18.0]}
    del columns["diameter"]
    path = tmp_path / "rows.csv"
    path.write_text(
        ",".join([*columns, "diameter (nm)"]) + "\n" + ",".join(str(value[0]) for value in columns.values()) + ",19\n"
    )
    with pytest.raises(SchemaError, match="each column once"):
        from_file(path, surrogate)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": -1}, "seed must be"),
        ({"seed": 2**40}, "seed must be"),
        ({"inputs": ("diameter", "diameter")}, "inputs must name each column once"),
        ({"outputs": ("slp", "slp")}, "outputs must name each column once"),
    ],
)
def test_what_cannot_be_trained_is_refused_at_once(table, options, words):
    with pytest.raises(SpecError, match=words):
        train(table, **options)


def test_columns_named_like_predictions_are_all_kept():
    rows = pl.DataFrame({"slp": [1.0], "slp_given": [2.0]})
    both = beside(rows, pl.DataFrame({"slp": [3.0]}))
    assert both.to_dicts() == [{"slp_given_given": 1.0, "slp_given": 2.0, "slp": 3.0}]


def test_intervals_follow_noise_that_grows():
    model = train(noisy(2000, 1), inputs=("x", "z"), outputs=("y",), model="boosting", calibration=noisy(6000, 3))
    fresh = noisy(4000, 2)
    predicted = model.predict(fresh)
    within = covered(fresh["y"].to_numpy(), predicted, "y")
    quarters = shares_by(4, fresh["x"].to_numpy(), within)
    assert min(quarters) > 0.85
    widths = (predicted["y_upper"] - predicted["y_lower"]).to_numpy()
    assert widths[fresh["x"].to_numpy() > 0.8].mean() > 4 * widths[fresh["x"].to_numpy() < 0.1].mean()


def test_scores_of_a_known_distribution_are_its_quantiles():
    """With residuals of unit normal noise and a scale model that says 1, the 90 % score is 1.645."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=(20_000, 2))
    flat = Boosting(train(noisy(200, 1), inputs=("x", "z"), outputs=("y",), model="boosting").regressor.texts)
    scale = local_scale(flat, x)
    residuals = generator.normal(size=(20_000, 1)) * scale
    conformal = calibrate(flat, x, generator.normal(size=(20_000, 1)), residuals)
    half = conformal.half_width(x, np.zeros((20_000, 1)), 0.9) / scale
    np.testing.assert_allclose(half, 1.645, rtol=0.06)


def test_words_and_missing_inputs_are_learnt_by_trees():
    generator = np.random.default_rng(1)
    metal = generator.choice(["Fe", "Co", "Ni"], 2000)
    x = np.where(generator.uniform(size=2000) < 0.2, np.nan, generator.uniform(1, 2, 2000))
    y = np.select([metal == "Fe", metal == "Co"], [10.0, 20.0], 30.0) + np.nan_to_num(x, nan=5.0)
    table = pl.DataFrame({"metal": metal, "x": pl.Series(x, nan_to_null=True), "y": y, "doi": metal})
    model = train(table, inputs=("metal", "x"), outputs=("y",))
    assert model.regressor.kind == "boosting"
    predicted = model.predict(pl.DataFrame({"metal": ["Fe", "Ni", "Xe"], "x": [None, 1.5, 1.5]}))
    np.testing.assert_allclose(predicted["y"].to_list()[:2], [15.0, 31.5], atol=0.5)
    assert predicted["out_of_range"].to_list() == [None, None, "metal"]


def test_groups_are_never_on_both_sides():
    """A column that names the group predicts it perfectly, unless groups are kept apart."""
    generator = np.random.default_rng(1)
    group = np.repeat(np.arange(100), 10)
    y = np.repeat(generator.normal(size=100), 10)
    table = pl.DataFrame({"group": group, "x": group.astype(float), "y": y})
    card = train(table, inputs=("x",), outputs=("y",), model="boosting", groups="group").card
    free = train(table, inputs=("x",), outputs=("y",), model="boosting").card
    assert card["scores"]["unseen rows"]["y"]["r_squared"] < 0.3
    assert free["scores"]["unseen rows"]["y"]["r_squared"] > 0.8


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ({"model": "forest"}, SpecError, "model must be one of network, boosting; got 'forest'"),
        ({"outputs": ["sar"]}, SchemaError, "table must have the output sar"),
        ({"outputs": "slp"}, SpecError, "outputs must be a list of column names"),
        ({"inputs": ["diameter", "mass"]}, SchemaError, "table must have the input mass"),
        ({"groups": "doi"}, SchemaError, "table must have the column of groups doi"),
        ({"box": {"diameter": (3e-8, 1e-8)}}, SpecError, "must be (lowest, highest)"),
        ({"box": {"size": (0, 1)}}, SpecError, "must name an input that is a number"),
    ],
)
def test_what_cannot_be_trained_gets_one_sentence(table, how, kind, words):
    with pytest.raises(kind) as refusal:
        train(table, **how)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_too_few_rows_are_refused(table):
    with pytest.raises(SchemaError, match="at least 60 rows"):
        train(table[:59])


@pytest.mark.parametrize("level", [0, 1, 1.5, "0.9", True, float("nan")])
def test_a_level_that_is_none_is_refused(surrogate, fresh, level):
    with pytest.raises(SpecError, match="level must be > 0 and < 1"):
        surrogate.predict(fresh[:1], level=level)


def test_a_missing_input_is_named(surrogate, fresh):
    with pytest.raises(SchemaError, match="must have the input diameter"):
        surrogate.predict(fresh.drop("diameter"))


@pytest.fixture(scope="module")
def told(table, fresh):
    """A model that was given other rows to calibrate and to score, and how its progress was told."""
    shares = []
    model = train(
        table[:1200],
        model="boosting",
        calibration=fresh[:1000],
        scored_on={"others": fresh[1000:], "few": table[1200:]},
        progress=shares.append,
    )
    return model, shares


def test_rows_for_calibration_and_scores_take_none_of_the_table(told, fresh):
    model, _ = told
    card = model.card
    assert card["rows"] == {"fit": 1200, "scale": 650, "calibrate": 350, "others": 1000, "few": 300}
    predicted, true = model.predict(fresh[1000:], extrapolate=True)["slp"].to_numpy(), fresh["slp"][1000:].to_numpy()
    error = predicted - true
    expected = 1 - (error**2).sum() / ((true - true.mean()) ** 2).sum()
    assert card["scores"]["others"]["slp"]["r_squared"] == pytest.approx(expected, rel=1e-9)
    for output in model.outputs:
        # 350 rows calibrate and 1000 score; the scale follows the errors, so that quarters hold as well
        assert abs(card["coverage"]["others"][output]["overall"] - 0.9) < 4 * math.sqrt(0.09 * (1 / 350 + 1 / 1000))
        assert min(min(shares) for shares in card["coverage"]["others"][output]["by_quarter"].values()) > 0.75


def test_rows_of_low_barriers_are_scored_apart(told, fresh):
    model, _ = told
    apart = model.card["low_barrier"]["others"]
    assert apart["share"] == pytest.approx(fresh["low_barrier"][1000:].mean())
    assert set(apart) == {"share", "rows", "other_rows"}
    assert json.loads(json.dumps(model.card, allow_nan=False)) == model.card


def test_progress_is_told_from_the_start_in_small_steps_to_the_end(told):
    _, shares = told
    assert shares[0] == 0
    assert shares[-1] == 1
    assert len(shares) > 30
    assert (np.diff(shares) >= 0).all()


def test_the_hash_of_a_table_is_that_of_its_content(table):
    assert digest(table) == digest(table.clone())
    for other in (table[::-1], table[:-1], table.rename({"slp": "sar"}), table.with_columns(slp=pl.lit(None))):
        assert digest(other) != digest(table)


def test_intervals_that_do_not_hold_are_told_in_words():
    rows = 4000
    shares = {"overall": 0.86, "by_decile_of_predicted_y": [0.9] * 9 + [0.5], "by_quarter": {"x": [0.9, 0.9, 0.8, 0.9]}}
    overall, part = shortcomings({"y": shares}, "others", rows)
    assert "86.0 % of y (others)" in overall
    assert "50.0 % of y in tenth 10 by predicted y" in part
    (few,) = shortcomings({"y": shares}, "others", 100)
    assert "none was judged" in few
    good = {"overall": 0.9, "by_decile_of_predicted_y": [0.88] * 10, "by_quarter": {}}
    assert shortcomings({"y": good}, "others", rows) == []


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"calibration": {"diameter": [1e-8]}}, "calibration must have the input saturation_magnetization"),
        ({"scored_on": {"others": {"diameter": [1e-8]}}}, "scored_on['others'] must have the input"),
        ({"calibration": 3}, "calibration must be a Polars frame"),
        ({"model": "network", "inputs": ("name",), "outputs": ("slp",)}, "model must be 'boosting' for inputs"),
        ({"inputs": ("slp", "diameter"), "outputs": ("slp",)}, "outputs must not be inputs as well"),
    ],
)
def test_what_does_not_fit_together_gets_one_sentence(table, how, words):
    with pytest.raises((SchemaError, SpecError)) as refusal:
        train(table.with_columns(name=pl.lit("x")), **how)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
