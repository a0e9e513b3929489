"""Choosing points where a model is least sure: what is chosen, what is kept, and what it brings."""

import dataclasses
import json
import os

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import magheat as mh
from magheat.cli.main import app
from magheat.errors import SchemaError, SpecError
from magheat.surrogates import load, save, train
from magheat.surrogates.features import TWO_WELL_INPUTS, two_well_scales
from magheat.workflows.alike import design_alike, template_of
from magheat.workflows.improve.acquisition import choose, drawn, uncertainty
from magheat.workflows.improve.subject import rows_alike, subject_of
from magheat.workflows.learning import OFF_THE_GRID, train_from_store
from magheat.workflows.learning_paper import BOX, box_design, sobol_points

BUDGET = 32
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
count = 160
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


class Stop:
    """Progress that is interrupted where a stage begins with a word."""

    def __init__(self, word):
        self.word, self.told = word, []

    def __call__(self, what):
        self.told.append(what)
        if isinstance(what, str) and what.startswith(self.word):
            raise KeyboardInterrupt


@dataclasses.dataclass(frozen=True)
class Place:
    """A knowledge base and its models."""

    url: str
    models: str
    first: str

    def rows(self):
        with mh.Store(self.url) as store:
            return store.table()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """256 rows of the box and a model of them."""
    folder = tmp_path_factory.mktemp("improve")
    url, models = str(folder / "kb.sqlite"), str(folder / "two-well")
    with mh.Store(url) as store:
        mh.sweep(box_design(256), store, workers=1)
        first = train_from_store(store, models)
    return Place(url, models, str(first))


@pytest.fixture(scope="module")
def interrupted(place):
    """Ctrl-C when all is simulated and training begins."""
    stop = Stop("Training")
    with pytest.raises(KeyboardInterrupt):
        mh.improve(place.url, place.models, BUDGET, workers=1, progress=stop)
    return stop, place.rows().height, os.readlink(os.path.join(place.models, "current"))


@pytest.fixture(scope="module")
def improvement(place, interrupted):
    """The same call again."""
    return mh.improve(place.url, place.models, BUDGET, workers=1)


@pytest.fixture(scope="module")
def surrogate(place):
    return load(place.first)


def test_an_interruption_keeps_what_was_simulated_and_leaves_the_model(place, interrupted):
    stop, rows, current = interrupted
    assert isinstance(stop.told[0], str)  # before anything takes time
    assert rows == 256 + BUDGET
    assert os.path.join(place.models, current) == place.first


def test_the_same_call_goes_on_and_computes_nothing_twice(place, interrupted, improvement):
    assert (improvement.summary.known, improvement.summary.new, improvement.summary.failed) == (BUDGET, 0, 0)
    assert place.rows().height == improvement.rows == 256 + BUDGET


def test_the_new_model_is_current_and_the_old_one_is_there(place, improvement):
    new, old = load(os.path.join(place.models, "current")), load(place.first)
    assert improvement.folder == subject_of(place.models).folder != subject_of(place.first).folder
    assert new.domain == old.domain
    assert new.card["rows"]["fit"] == 256 + BUDGET + new.card["origin"]["edges"]
    assert new.card["rows"][OFF_THE_GRID] == 4096


def test_before_and_after_are_scored_on_the_same_points(place, improvement):
    assert improvement.score_rows == 4096
    assert improvement.before == load(place.first).card["scores"][OFF_THE_GRID]
    assert improvement.after == load(improvement.folder).card["scores"][OFF_THE_GRID]
    assert set(improvement.after) == {"coercive_field", "remanence", "loss_per_cycle", "slp"}


def test_repeated_from_the_old_model_the_command_finds_all_there_and_makes_the_same_model(place, improvement):
    result = magheat("improve", "--store", place.url, "--model", place.first, "--budget", BUDGET, "--workers", 1)
    assert result.exit_code == 0, result.output
    assert f"{BUDGET} points chosen: 0 new, {BUDGET} already there, 0 failed." in result.stdout
    for output in improvement.after:
        assert output in result.stdout
    assert f"The model is in {improvement.folder};" in result.stdout


def test_chosen_rows_have_the_keys_of_a_sweep(place, improvement):
    rows = rows_of_sweep(place, improvement)
    assert rows.height == BUDGET
    points = {name: rows[name].to_numpy() for name in TWO_WELL_INPUTS}
    with mh.Store(place.url) as store:
        design = design_alike(template_of(rows), points, "the same points")
        assert mh.sweep(design, store, workers=1).new == 0


def rows_of_sweep(place, improvement):
    """Those that were chosen."""
    return place.rows().filter(pl.col("provenance").str.contains("improve "))


def test_chosen_rows_are_of_the_models_experiment_and_box(place, improvement):
    rows, first = rows_of_sweep(place, improvement), place.rows()[:256]
    assert template_of(pl.concat([first, rows])).experiment == template_of(first).experiment
    for name in TWO_WELL_INPUTS:
        assert first[name].min() <= rows[name].min()
        assert rows[name].max() <= first[name].max()


def test_the_next_call_chooses_others_in_the_same_box(place, improvement):
    stop, before = Stop("Simulating points off the grid"), place.rows().height
    with pytest.raises(KeyboardInterrupt):
        mh.improve(place.url, place.models, 4, workers=1, progress=stop)
    assert place.rows().height == before + 4
    assert subject_of(place.first).box == subject_of(improvement.folder).box


def test_rows_of_other_experiments_and_beyond_the_domain_are_left_out(place, tmp_path):
    with mh.Store(tmp_path / "kb.sqlite") as store:
        mh.sweep(box_design(16), store, workers=1)
        other = dataclasses.replace(box_design(4, 5), name="other")
        solver = other.solver | {"attempt_time": 2e-9}
        mh.sweep(dataclasses.replace(other, solver=solver), store, workers=1)
        beyond = {name: np.array([ends.high]) for name, ends in BOX.items()} | {"diameter": np.array([30e-9])}
        mh.sweep(design_alike(template_of(store.table()[:16]), beyond), store, workers=1)
        assert store.table().height == 21
        assert rows_alike(store, subject_of(place.first)).height == 16


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    with mh.Store(folder / "kb.sqlite") as store:
        mh.sweep(PAIR, store, workers=1)
        train_from_store(store, folder / "pairs", outputs=["loss_per_cycle"])
        return folder, mh.improve(store, folder / "pairs", 16, workers=1)


def test_costlier_solvers_are_improved_as_well(pairs):
    folder, found = pairs
    assert (found.rows_before, found.summary.new, found.rows) == (160, 16, 176)
    card = load(folder / "pairs" / "current").card
    assert card["inputs"].keys() == {"gap", "damping"}
    assert found.scored_on == "unseen rows"
    assert found.before.keys() == found.after.keys() >= {"loss_per_cycle"}
    # rows that were not chosen calibrate and score; all chosen ones are learnt from
    assert (card["rows"]["scale"] + card["rows"]["calibrate"], found.score_rows) == (40, 20)
    assert card["rows"]["fit"] == 176 - 40 - 20


def test_the_choice_is_of_the_box_unsure_and_repeatable(surrogate):
    chosen = choose(surrogate, BOX, 100, 3)
    again, other = choose(surrogate, BOX, 100, 3), choose(surrogate, BOX, 100, 4)
    for name, values in chosen.points.items():
        assert values.size == 100
        assert ((values >= BOX[name].low) & (values <= BOX[name].high)).all()
        assert (values == again.points[name]).all()
        assert (values != other.points[name]).any()
    everywhere = uncertainty(surrogate, sobol_points(1024, 9))
    assert np.median(uncertainty(surrogate, chosen.points)) > np.median(everywhere)
    assert chosen.width_ratio > 1


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=60), st.integers(0, 2**32), st.data())
def test_a_draw_has_so_many_different_rows(weights, seed, data):
    count = data.draw(st.integers(1, len(weights)))
    found = drawn(np.array(weights), count, seed)
    assert len(set(found.tolist())) == count
    assert set(found.tolist()) <= set(range(len(weights)))


def test_first_draws_have_chances_in_proportion_to_the_weights():
    weights, times = np.array([1.0, 2.0, 5.0, 0.0]), 4000
    counts = np.bincount([int(drawn(weights, 1, seed)[0]) for seed in range(times)], minlength=4)
    chances = weights / weights.sum()
    error = np.sqrt(times * chances * (1 - chances))
    assert (np.abs(counts - times * chances) <= 4.5 * error).all()


def test_without_enough_rows_that_were_not_chosen_it_is_said_at_once(pairs, tmp_path):
    folder, _ = pairs
    with mh.Store(folder / "kb.sqlite") as store:
        rows = store.table()[:64]
    told = rows.select("source", "solver", "model_version").row(0, named=True)
    kept = rows.drop("source", "solver", "model_version", "provenance")
    with mh.Store(tmp_path / "kb.sqlite") as store:
        store.put_rows(kept, **told, provenance=json.loads(rows["provenance"][0]))
        with pytest.raises(SchemaError, match=r"^store must have at least 120 rows .*; it has 64\.$"):
            mh.improve(store, folder / "pairs", 1, workers=1)
        assert store.table().height == 64


def refusal(error, *arguments):
    with pytest.raises(error) as caught:
        mh.improve(*arguments)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("budget", [0, -1, 2.5, True, 2**30, "10"])
def test_a_bad_budget_is_refused(place, budget):
    assert refusal(SpecError, place.url, place.models, budget).startswith("budget must be an integer >= 1")


def test_stores_without_such_rows_are_refused(place, pairs, tmp_path):
    with mh.Store(tmp_path / "empty.sqlite"):
        pass
    assert "it has no simulated rows" in refusal(SchemaError, tmp_path / "empty.sqlite", place.models)
    assert "none of its" in refusal(SchemaError, pairs[0] / "kb.sqlite", place.models)
    assert refusal(SpecError, tmp_path / "none.sqlite", place.models)
    assert not (tmp_path / "none.sqlite").exists()


def with_card(surrogate, out, **changes):
    """The model with another origin."""
    origin = surrogate.card["origin"] | changes
    card = surrogate.card | {"origin": {name: value for name, value in origin.items() if value is not None}}
    return save(dataclasses.replace(surrogate, card=card), out)


def test_models_that_cannot_be_improved_are_refused(place, surrogate, tmp_path):
    assert "is not there" in refusal(SchemaError, place.url, tmp_path / "none")
    (tmp_path / "foreign").mkdir()
    assert "model" in refusal(SchemaError, place.url, tmp_path / "foreign")
    measured = with_card(surrogate, tmp_path / "measured", source="measured", experiment=None)
    assert "measured ones, and nothing can be simulated" in refusal(SchemaError, place.url, measured)
    table = with_card(surrogate, tmp_path / "table", experiment=None)
    assert "train it again from a knowledge base" in refusal(SchemaError, place.url, table)
    fields = {name: field for name, field in surrogate.card["origin"]["fields"].items() if name != "diameter"}
    fixed = with_card(surrogate, tmp_path / "fixed", fields=fields)
    assert "diameter does not" in refusal(SchemaError, place.url, fixed)


def test_the_command_refuses_in_one_sentence(place, tmp_path):
    result = magheat("improve", "--store", place.url, "--model", tmp_path / "none")
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    result = magheat("improve", "--store", place.url, "--model", place.models, "--budget", 0)
    assert result.exit_code == 2
    assert result.stderr.startswith("magheat: budget must be")


def test_an_interrupted_command_says_what_is_kept(place, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("magheat.workflows.improve.improvement.points_in", interrupt)
    result = magheat("improve", "--store", place.url, "--model", place.first, "--budget", BUDGET, "--workers", 1)
    assert result.exit_code == 130
    assert "the model is as it was; the same command goes on from there" in result.stderr


SEEDS, START, MORE = (0, 1, 2), 256, 256


@pytest.fixture(scope="module")
def errors():
    """Errors of trees on 4096 Sobol points: from the same rows, and with as many more by each way; (seeds,) each."""
    truth = mh.two_well_loops(sobol_points(4096, 1))
    found = {name: [] for name in ("before", "chosen", "random", "Sobol")}
    for seed in SEEDS:
        calibration = mh.two_well_loops(sobol_points(1024, 100 + seed))
        sequence = sobol_points(START + MORE, 200 + seed)
        rows = {name: values[:START] for name, values in sequence.items()}
        before = learnt(rows, calibration, seed)
        more = {
            "chosen": choose(before, BOX, MORE, seed).points,
            "random": random_points(MORE, seed),
            "Sobol": {name: values[START:] for name, values in sequence.items()},
        }
        found["before"].append(error(before, before, truth))
        for way, points in more.items():
            together = {name: np.concatenate([values, points[name]]) for name, values in rows.items()}
            found[way].append(error(learnt(together, calibration, seed), before, truth))
    return {way: np.array(values) for way, values in found.items()}


@pytest.mark.parametrize("other", ["random", "Sobol"])
def test_chosen_points_teach_more_than_as_many_others(errors, other):
    gain = np.log(errors[other] / errors["chosen"])
    assert (errors["chosen"] < errors["before"]).all()
    assert gain.mean() > gain.std(ddof=1), errors  # larger than its spread over the seeds


def random_points(count, seed):
    """Evenly spread in the box, and independent."""
    generator = np.random.default_rng(seed)
    return {
        name: np.exp(generator.uniform(np.log(ends.low), np.log(ends.high), count))
        if ends.logarithmic
        else generator.uniform(ends.low, ends.high, count)
        for name, ends in BOX.items()
    }


def learnt(points, calibration, seed):
    """Boosted trees of the loops at these points."""
    box = {name: (ends.low, ends.high) for name, ends in BOX.items()}
    return train(mh.two_well_loops(points), model="boosting", seed=seed, box=box, calibration=calibration)


def error(surrogate, judge, truth):
    """RMS error over the outputs, in units of the spread of what the judge has learnt."""
    scales = two_well_scales({name: truth[name].to_numpy() for name in TWO_WELL_INPUTS})
    predicted = surrogate.predict(truth)
    squares = []
    for name, transform in judge.transforms.items():
        one, other = (transform.forth(frame[name].to_numpy() / scales[name]) for frame in (predicted, truth))
        squares.append(np.mean((one - other) ** 2))
    return float(np.sqrt(np.mean(squares)))
