"""From a knowledge base to a model: more rows like these, training from a store, and the commands train and predict."""

import json
import os
import signal
import threading
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import magheat as mh
from magheat.cli.main import app
from magheat.errors import SchemaError, SpecError
from magheat.surrogates.features import TWO_WELL_INPUTS
from magheat.surrogates.models import trained_estimator
from magheat.sweeps.building import experiment_at, plan_of
from magheat.sweeps.design_file import read_design
from magheat.workflows.alike import design_alike, matching, put_alike, simulate_alike, template_of
from magheat.workflows.learning import AT_THE_EDGES, OFF_THE_GRID, ON_THE_GRID, box_of, train_from_store
from magheat.workflows.learning_paper import BOX, GRID, box_design, grid_points, sobol_points

SWEEPS = Path(__file__).parents[2] / "examples" / "sweeps"
PAIR = """
[material]
saturation_magnetization = "480 emu/cm^3"
anisotropy_constant = "1e5 erg/cm^3"
[particles]
arrangement = "pair"
diameters = ["22 nm", "18 nm"]
gap = "7.1 nm"
easy_axis_angles = ["0 deg", "30 deg"]
[applied_field]
kind = "sinusoidal"
amplitude = "500 Oe"
frequency = "5 MHz"
[experiment]
cycles = 1
samples_per_cycle = 100
[solver]
name = "llg"
rtol = 1e-5
[sweep]
design = "sobol"
name = "pair"
count = 256
seed = 1
[[sweep.axes]]
field = "particles.gap"
low = "1 nm"
high = "10 nm"
[[sweep.axes]]
field = "experiment.damping"
low = 0.1
high = 1.0
"""


def magheat(*arguments):
    return CliRunner(env={"MAGHEAT_TRACEBACK": None}).invoke(app, [str(a) for a in arguments])


def refused(result):
    """The one sentence on stderr of a command that was refused."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("magheat: ")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a knowledge base of three sweeps: of the box, of another model of interaction, and of pairs."""
    folder = tmp_path_factory.mktemp("learning")
    other = (SWEEPS / "box.toml").read_text().replace('"barrier"', '"mean-field"').replace("count = 4096", "count = 8")
    with mh.Store(folder / "kb.sqlite") as store:
        mh.sweep(box_design(512), store, workers=1)
        mh.sweep(other.replace("[sweep]", '[sweep]\nname = "other"'), store, workers=1)
        mh.sweep(PAIR, store, workers=1)
    return folder


@pytest.fixture(scope="module")
def store(place):
    with mh.Store(place / "kb.sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def box_rows(store):
    return matching(store.table(), {"sweep": "box"})


@pytest.fixture(scope="module")
def model(place):
    """What ``magheat train`` says, and the model that it leaves."""
    models = place / "models" / "two-well"
    result = magheat("train", "--store", place / "kb.sqlite", "--where", "sweep=box", "--out", models)
    assert result.exit_code == 0, result.output
    return result, models / "current"


def test_the_box_and_the_grid_are_those_of_the_examples():
    design, example = box_design(16), read_design(SWEEPS / "box.toml")
    plans = plan_of(design), plan_of(example)
    for row in range(16):
        assert experiment_at(plans[0], design.points[row]).key == experiment_at(plans[1], example.points[row]).key
    np.testing.assert_allclose(list(sobol_points(16, 1).values()), design.points.T, rtol=1e-14)
    grid = read_design(SWEEPS / "paper-grid.toml")
    np.testing.assert_allclose(list(grid_points().values()), grid.points.T, rtol=1e-14)
    for name, levels in GRID.items():
        assert BOX[name].low <= min(levels)
        assert max(levels) == BOX[name].high


def test_more_rows_of_a_template_are_what_the_model_says_of_them(box_rows):
    template = template_of(box_rows)
    points = sobol_points(64, 7)
    expected = mh.two_well_loops(points)
    found = simulate_alike(template, points)
    for name in (*TWO_WELL_INPUTS, "coercive_field", "remanence", "loss_per_cycle", "slp", "low_barrier"):
        np.testing.assert_allclose(found[name].to_numpy(), expected[name].to_numpy(), rtol=1e-12)


def test_a_column_that_is_left_out_keeps_the_value_of_the_template(box_rows):
    template = template_of(box_rows)
    found = simulate_alike(template, {"diameter": [12e-9, 18e-9]})
    assert found["diameter"].to_list() == [12e-9, 18e-9]
    assert found["temperature"].n_unique() == 1


def test_points_are_known_to_the_store_by_the_keys_that_a_sweep_gave_them(place, box_rows):
    with mh.Store(place / "copy.sqlite") as copy:
        mh.sweep(box_design(8), copy, workers=1)
        points = {name: values[4:12] for name, values in sobol_points(16, 1).items()}
        summary = put_alike(template_of(box_rows), points, copy, "more", workers=1)
        assert (summary.known, summary.new, summary.failed) == (4, 4, 0)
        assert mh.sweep(box_design(16), copy, workers=1).new == 4
        assert template_of(copy.table()).solver == template_of(box_rows).solver


def test_a_point_that_cannot_be_computed_is_null(box_rows):
    template = template_of(box_rows)
    found = simulate_alike(template, {"interaction": [0.2, 3.0, 0.4]})
    assert found["slp"].is_null().to_list() == [False, True, False]
    assert found["interaction"].to_list() == [0.2, 3.0, 0.4]


def test_a_mixture_is_refused_with_what_differs_and_how_to_choose(store, box_rows):
    with pytest.raises(SchemaError, match=r"differ in solver: .*choose with where, such as solver="):
        template_of(store.table())
    ensembles = matching(store.table(), {"solver": "two-well"})
    with pytest.raises(SchemaError) as mixture:
        template_of(ensembles)
    assert "ensemble.interaction_model: 'barrier' (box), 'mean-field' (other)" in str(mixture.value)
    assert "such as interaction_model=barrier" in str(mixture.value)
    assert template_of(matching(ensembles, {"interaction_model": "mean-field"})).experiment["ensemble"]
    for wrong in ({"sweep": "none such"}, {"size": "1"}):
        with pytest.raises(SpecError, match=r"^where must"):
            matching(store.table(), wrong)


def test_rows_that_do_not_say_how_they_were_computed_have_no_template(tmp_path):
    with mh.Store(tmp_path / "kb.sqlite") as store:
        store.put_rows({"key": ["a"], "slp": [1.0]}, source="simulated", solver="two-well", provenance={"by": "hand"})
        with pytest.raises(SchemaError, match="must say how they were computed"):
            template_of(store.table())


@pytest.mark.parametrize("points", [{"size": [1.0]}, {"diameter": []}, {"diameter": [1e-8], "amplitude": [1e3, 2e3]}])
def test_points_that_make_no_rows_get_one_sentence(box_rows, points):
    with pytest.raises(SpecError, match=r"^points must be"):
        design_alike(template_of(box_rows), points)


def test_a_box_is_that_of_its_rows_and_spread_as_they_are():
    found = box_of(sobol_points(1024, 3))
    assert {name for name, ends in found.items() if ends.logarithmic} >= {"anisotropy_constant", "frequency"}
    assert not found["temperature"].logarithmic
    for name, ends in found.items():
        assert BOX[name].low <= ends.low < ends.high <= BOX[name].high
    assert box_of({"x": np.full(3, 2.0)})["x"][:2] == (2.0, 2.0)


def test_a_model_from_a_store_is_scored_off_the_grid_and_says_where_it_comes_from(model, place):
    result, folder = model
    assert "learnt from 1 024 rows" in result.stdout
    card = json.loads((folder / "card.json").read_text())
    assert set(card["scores"]) == {OFF_THE_GRID, AT_THE_EDGES, ON_THE_GRID}
    assert (card["rows"]["fit"], card["origin"]["rows"], card["origin"]["edges"]) == (1024, 512, 512)
    for found in card["scores"][OFF_THE_GRID].values():
        assert found["r_squared"] > 0.9
    for output in ("coercive_field", "remanence", "loss_per_cycle", "slp"):
        assert abs(card["coverage"][OFF_THE_GRID][output]["overall"] - 0.9) < 0.03
    assert card["origin"]["source"] == "simulated"
    assert card["origin"]["solver"]["name"] == "two-well"
    assert 0.15 < card["low_barrier"][OFF_THE_GRID]["share"] < 0.25
    assert mh.surrogates.load(folder).card == card
    assert "K V below 3 k_B T" in (folder / "card.md").read_text()


def test_one_row_is_predicted_in_the_units_of_people(model):
    _, folder = model
    words = ["saturation_magnetization=446 kA/m", "anisotropy_constant=2e4 J/m^3", "diameter=18 nm", "interaction=0.3"]
    words += ["temperature=37 degC", "frequency=100 kHz", "amplitude=150 Oe"]
    result = magheat("predict", *words, "--model", folder)
    assert result.exit_code == 0, result.output
    row = dict(zip(TWO_WELL_INPUTS, (4.46e5, 2e4, 18e-9, 0.3, 310.15, 1e5, 150 * 1e3 / (4 * np.pi)), strict=True))
    expected = mh.surrogates.load(folder).predict(row)["slp"][0] / 1e3
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("slp")]
    assert float(line.split()[1]) == pytest.approx(expected, rel=1e-3)
    assert line.split()[-1] == "W/g"
    beyond = [*words[:2], "diameter=30 nm", *words[3:]]
    result = magheat("predict", *beyond, "--model", folder)
    assert "diameter = 30 nm; taught was" in result.stdout
    assert "Out of range" in result.stdout
    assert "slp" not in result.stdout
    assert "slp" in magheat("predict", *beyond, "--model", folder, "--extrapolate").stdout
    small = magheat("predict", *words[:2], "diameter=8.5 nm", *words[3:], "--model", folder)
    assert "Low barrier: K V is below 3 k_B T" in small.stdout


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_tables_in_and_out_hold_what_the_model_says(model, tmp_path, suffix):
    _, folder = model
    rows = pl.DataFrame(sobol_points(32, 5)).with_columns(slp=pl.lit(1.0), name=pl.lit("x"))
    if suffix == "csv":
        rows.with_columns(pl.col("diameter") * 1e9).rename({"diameter": "diameter (nm)"}).write_csv(tmp_path / "in.csv")
    else:
        rows.write_parquet(tmp_path / "in.parquet")
    out = tmp_path / f"out.{suffix}"
    result = magheat("predict", tmp_path / f"in.{suffix}", "-o", out, "--model", folder, "--level", "0.8")
    assert result.exit_code == 0, result.output
    assert "32 rows, 80 % intervals; the first 20 are shown" in result.stdout
    found = pl.read_csv(out) if suffix == "csv" else pl.read_parquet(out)
    expected = mh.surrogates.load(folder).predict(rows, level=0.8)
    for name in ("slp", "slp_lower", "coercive_field_upper"):
        np.testing.assert_allclose(found[name].to_numpy(), expected[name].to_numpy(), rtol=1e-5)
    assert found["slp_given"].to_list() == [1.0] * 32
    assert found["name"].to_list() == ["x"] * 32


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("diamter=3",), "did you mean diameter?"),
        (("diameter=18 nm",), 'saturation_magnetization="450 kA/m"'),
        (("diameter=18 nm", "diameter=19 nm"), "must be given once"),
        (("diameter=18 K",), "diameter"),
        (("nowhere.csv",), "is not there"),
        (("a.csv", "diameter=18 nm"), "or one file"),
        (("diameter=18 nm", "-o", "out.txt"), "must end in .csv or .parquet"),
        (("diameter=18 nm", "--model", "nowhere"), "magheat train makes one"),
    ],
)
def test_what_cannot_be_predicted_gets_one_sentence(model, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    where = () if "--model" in arguments else ("--model", model[1])
    assert words in refused(magheat("predict", *arguments, *where))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "differ in solver"),
        (("--where", "solver=two-well"), "choose with where, such as interaction_model=barrier"),
        (("--where", "sweep=none"), "there is box, other, pair"),
        (("--where", "sweep"), "must be COLUMN=VALUE"),
        (("--where", "sweep=box", "--outputs", "sar"), "table must have the output sar"),
        (("--where", "sweep=box", "--inputs", "mass"), "table must have the input mass"),
        (("--where", "sweep=box", "--model", "forest"), "model must be one of network, boosting"),
        (("--where", "sweep=box", "--groups", "doi"), "column of groups doi"),
        (("--where", "sweep=other"), "at least 60 rows"),
        (("--source", "measured"), "store must have measured rows"),
        (("--source", "invented"), "source"),
        (("--where", "sweep=box", "--out", "file"), "--out must name a folder"),
        (("--where", "sweep=box", "--outputs", ","), "--outputs must be columns"),
    ],
)
def test_what_cannot_be_trained_gets_one_sentence_and_leaves_nothing(place, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert words in refused(magheat("train", "--store", place / "kb.sqlite", *arguments))
    assert not [path for path in tmp_path.rglob("*") if path.name not in ("file", "models")]


def test_an_empty_store_is_refused(tmp_path):
    mh.Store(tmp_path / "kb.sqlite").close()
    with pytest.raises(SpecError, match="it is empty; magheat sweep puts some there"):
        train_from_store(tmp_path / "kb.sqlite", tmp_path / "models")


def test_any_sweep_can_be_learnt_with_its_own_inputs_and_outputs(place, tmp_path, monkeypatch):
    """The heat of each particle of a pair, from gap and damping, by the same commands."""
    monkeypatch.chdir(tmp_path)
    heats = "heat_per_cycle_0,heat_per_cycle_1"
    result = magheat("train", "--store", place / "kb.sqlite", "--where", "sweep=pair", "--outputs", heats)
    assert result.exit_code == 0, result.output
    surrogate = mh.surrogates.load("models/llg/current")
    assert surrogate.outputs == tuple(heats.split(","))
    assert set(surrogate.domain.inputs) == {"gap", "damping"}
    assert "low_barrier" not in surrogate.predict({"gap": 5e-9, "damping": 0.5}).columns
    result = magheat("predict", "gap=5 nm", "damping=0.5", "--model", "models/llg/current")
    assert result.exit_code == 0, result.output
    assert "heat_per_cycle_1" in result.stdout
    beyond = surrogate.predict({"gap": [5e-9, 50e-9], "damping": 0.5})
    assert beyond["out_of_range"].to_list() == [None, "gap"]
    assert beyond["heat_per_cycle_0"].is_null().to_list() == [False, True]


def test_rows_that_differ_in_an_input_that_is_a_word_can_be_learnt_together(place, tmp_path):
    inputs = ("diameter", "amplitude", "anisotropy_constant", "interaction_model")
    folder = train_from_store(place / "kb.sqlite", tmp_path, inputs=inputs, where={"solver": "two-well"})
    assert mh.surrogates.load(folder).domain.words == {"interaction_model": ("barrier", "mean-field")}


def test_ctrl_c_ends_a_training_that_scikit_learn_would_go_on_with():
    generator = np.random.default_rng(1)
    x = generator.normal(size=(4000, 4))

    def interrupt(done):
        if done < 0.05:
            threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        trained_estimator(x, x[:, :2] ** 2, 0, interrupt, (64, 64))
