"""The learning paper's study, stage learning: splits, deviations, scores, what is asked, what is kept, report."""

import csv
import re
import threading

import numpy as np
import pytest

import magheat as mh
from magheat.studies.crew import side_by_side
from magheat.studies.findings import BORNE_OUT, NOT_BORNE_OUT, QUALIFIED, VERDICTS
from magheat.studies.kept import Kept
from magheat.studies.slp_learning import database
from magheat.studies.slp_learning.cases import ASKED, GRID
from magheat.studies.slp_learning.learning import asked, curves, deviations, models, protocol, study
from magheat.studies.slp_learning.learning.findings import AREA, findings, off_grid, on_grid
from magheat.studies.slp_learning.learning.samples import OUTPUTS, Sample, of_database, rows_of, scales, simulated
from magheat.studies.slp_learning.learning.scoring import score
from magheat.studies.slp_learning.loops import examples
from magheat.studies.slp_learning.reproduce import Numbers, Plan, write

LEVELS = {**GRID, "saturation_magnetization": (4.5e5,), "temperature": (300.0, 320.0)}
SMALL = study.Plan(
    repeats=3,
    forest_splits=6,
    trainings=2,
    between=256,
    rows=512,
    sizes=(128, 512),
    users_sizes=(256, 512),
    answering=512,
    calibration=256,
    points=7,
)
FAST = {
    models.FOREST: {"n_estimators": 12},
    models.NETWORK: {"hidden_layer_sizes": (32,), "max_iter": 60},
    models.BOOSTING: {"learning_rate": 0.1, "num_leaves": 15, "min_data_in_leaf": 10, "rounds": 60},
}


def silence(*what):
    pass


@pytest.fixture(scope="module")
def base():
    """A third of the database."""
    return database.compute(LEVELS)


@pytest.fixture(scope="module")
def fits():
    """Inputs of every training set, by kind."""
    return []


@pytest.fixture(scope="module", autouse=True)
def quick(fits):
    """Small models, and a note of every training."""
    patch = pytest.MonkeyPatch()
    fit, train, lock = models.fit, mh.surrogates.train, threading.Lock()

    def noted(kind, view, sample, seed):
        with lock:
            fits.append((kind, view.name, seed, sample))
        return fit(kind, view, sample, seed)

    def trained(table, **options):
        with lock:
            fits.append((curves.USERS, "physics", options["seed"], table))
        return train(table, model="boosting", **options)

    patch.setattr(models, "SETTINGS", FAST)
    patch.setattr(models, "fit", noted)
    patch.setattr("magheat.surrogates.train", trained)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("learning") / "new"


@pytest.fixture(scope="module")
def numbers(base, folder, quick):
    return study.compute(base, SMALL, folder, silence)


@pytest.fixture(scope="module")
def report(base, numbers, folder):
    return write(Numbers(base, None, numbers), folder, silence)


def keys(inputs):
    """What tells rows apart."""
    return set(zip(*(np.asarray(inputs[name]).tolist() for name in GRID), strict=True))


def test_parts_of_a_split_are_all_rows_but_those_kept_apart():
    apart = np.array([3, 50, 99])
    parts = [protocol.split(100, number, apart) for number in range(20)]
    for one in parts:
        together = np.concatenate([one.train, one.test])
        assert sorted(together) == sorted(set(range(100)) - {3, 50, 99})
        assert one.test.size == round(0.1 * 97)
    assert len({tuple(one.test) for one in parts}) == 20, "a new split every time"
    again = protocol.split(100, 7, apart)
    assert (again.test == parts[7].test).all()


def test_shown_loops_are_those_of_figure_1b(base):
    shown = study.shown_loops(base)
    assert shown.names == ["a", "b", "c", "d", "e", "f", "f′"]
    assert len(set(shown.rows.tolist())) == 7
    chosen = [inputs for _, *pair in examples.chosen(base) for inputs in pair if inputs is not None]
    for row, inputs in zip(shown.rows, chosen, strict=True):
        assert {name: base.column(name)[row] for name in GRID} == pytest.approx(dict(inputs), rel=1e-12)


def test_rows_are_told_apart_in_si(base):
    for row in (0, 17, base.rows.height - 1):
        assert rows_of(base, {name: float(base.column(name)[row]) for name in GRID}) == row


def test_no_shown_loop_is_in_a_training_set_of_the_protocol(numbers, fits):
    shown = keys(numbers.grid.at(numbers.shown.rows).inputs)
    trained = [one for one in fits if one[1] == "raw" and one[2] < SMALL.repeats]
    assert len(trained) == SMALL.repeats * len(models.PAPERS)
    for kind, _, seed, sample in trained:
        assert not shown & keys(sample.inputs), (kind, seed)
        assert sample.height == numbers.grid.height - 7 - round(0.1 * (numbers.grid.height - 7))


def test_forests_predict_only_loops_that_they_have_not_seen(numbers, fits):
    trained = {one[2] - 10_000: one[3] for one in fits if 10_000 <= one[2] < 20_000}
    assert sorted(trained) == list(range(SMALL.forest_splits))
    times = np.zeros(numbers.grid.height)
    for number, sample in trained.items():
        tested = protocol.split(numbers.grid.height, number + 10_000, np.empty(0, dtype=int)).test
        assert not keys(sample.inputs) & keys(numbers.grid.at(tested).inputs)
        times[tested] += 1
    assert (numbers.unseen.times == times).all()


def test_loops_that_score_and_calibrate_are_learnt_by_nobody(numbers, fits):
    apart = keys(numbers.between.inputs)
    for kind, _, _, sample in fits:
        inputs = sample if kind == curves.USERS else sample.inputs
        assert not apart & keys(inputs), kind


def test_deviations_of_repeats_by_hand():
    predicted = np.array([[[1.0, 4.0]], [[2.0, 4.0]], [[6.0, 4.0]]])  # three repeats, one loop, two outputs
    found = deviations.of_repeats(predicted, np.array([[2.0, 4.0]]))
    assert found.mean.tolist() == [[3.0, 4.0]]
    assert found.sigma[0, 0] == pytest.approx(np.sqrt(((-2) ** 2 + (-1) ** 2 + 3**2) / 2))
    assert found.relative[0, 0] == pytest.approx(1 / np.sqrt(7))
    assert found.relative[0, 1] == 0.0, "nothing is off where all agree with the truth"


def test_deviations_of_tested_rows_are_those_of_their_predictions():
    generator = np.random.default_rng(5)
    true = generator.normal(size=(8, 3)) * 1e4
    found, by_row = [], {row: [] for row in range(7)}
    for _ in range(12):
        rows = generator.choice(7, 3, replace=False)  # row 7 is never tested
        predicted = true[rows] + generator.normal(size=(3, 3))
        found.append((rows, predicted))
        for row, values in zip(rows, predicted, strict=True):
            by_row[row].append(values)
    told = deviations.of_unseen(found, true)
    for row, values in by_row.items():
        assert told.times[row] == len(values)
        np.testing.assert_allclose(told.mean[row], np.mean(values, axis=0), rtol=1e-12)
        np.testing.assert_allclose(told.sigma[row], np.std(values, axis=0, ddof=1), rtol=1e-6)
    assert told.times[7] == 0
    assert np.isnan(told.relative[7]).all()


def test_shares_within_three_sigma_leave_out_what_is_not_known():
    true = np.zeros((4, 1))
    made = deviations.Deviations(np.ones(4), np.array([[2.9], [-3.0], [3.1], [9.0]]), np.ones((4, 1)), true)
    assert made.within() == pytest.approx([0.5])
    unknown = made._replace(sigma=np.array([[1.0], [1.0], [1.0], [np.nan]]))
    assert unknown.within() == pytest.approx([2 / 3])
    assert made.within(np.array([True, False, True, False])) == pytest.approx([0.5])


def test_errors_that_sigma_describes_are_within_three_of_it():
    generator = np.random.default_rng(1)
    predicted = generator.normal(size=(30, 4000, 3))  # each repeat is off on its own: the mean is off by far less
    found = deviations.of_repeats(predicted, np.zeros((4000, 3)))
    assert (found.within() == 1.0).all()


def test_scores_by_hand():
    inputs = {name: np.full(4, values[0]) for name, values in GRID.items()}
    most = scales(inputs)[0]
    true = np.outer([0.5, 0.4, 0.3, 0.001], most)  # the last lies below the floor of 1 %
    predicted = true * np.array([[1.1], [0.8], [1.0], [9.0]])
    found = score(predicted, Sample(inputs, true))
    assert found.median == pytest.approx([0.1] * 3)
    assert found.high == pytest.approx([0.19] * 3)
    assert found.above == pytest.approx([0.75] * 3)
    shares = np.array([0.5, 0.4, 0.3, 0.001])
    expected = 1 - (0.05**2 + 0.08**2 + 0.008**2) / ((shares - shares.mean()) ** 2).sum()
    assert found.r_squared == pytest.approx([expected] * 3)
    some = score(predicted, Sample(inputs, true), np.array([True, True, False, False]))
    assert some.median == pytest.approx([0.15] * 3)


def test_the_simulators_curve_of_figure_2_is_its_own(numbers):
    for panel in numbers.curves.panels:
        table = {**asked.OPEN, **ASKED, panel.name: panel.values}
        loops = mh.two_well_loops(table)
        np.testing.assert_array_equal(numbers.curves.true.outputs[panel.rows], loops.select(OUTPUTS).to_numpy())


def test_what_is_asked_is_on_no_line_of_the_grid():
    columns = asked.inputs(31)
    for name, value in ASKED.items():
        panel = list(asked.PANELS).index(name) if name in asked.PANELS else None
        others = np.delete(np.arange(93), np.arange(31) + 31 * panel if panel is not None else [])
        assert (columns[name][others] == value).all()
        assert not np.isclose(GRID[name], value, rtol=1e-6).any()


def test_points_go_to_the_nearest_values_of_the_grid():
    columns = {
        **{name: np.array([values[1]]) for name, values in GRID.items()},
        **{n: np.array([v]) for n, v in ASKED.items()},
    }
    moved = asked.nearest_on_grid(columns)
    assert moved["temperature"] == 320.0
    assert moved["frequency"] == 50e3
    assert moved["amplitude"] == GRID["amplitude"][1], "150 Oe is half way between 100 and 200"
    for name in set(GRID) - set(ASKED):
        assert moved[name] == GRID[name][1]


def test_a_forest_hardly_knows_values_between_those_of_its_grid(numbers):
    forest = models.fit(models.FOREST, models.RAW, numbers.grid, 1)
    question = numbers.curves.true.inputs
    inside = {name: np.clip(values, min(GRID[name]), max(GRID[name])) for name, values in question.items()}
    inside["saturation_magnetization"] = np.full(numbers.curves.true.height, 4.5e5)
    there = forest.predict(asked.nearest_on_grid(inside))
    same = np.isclose(forest.predict(inside), there, rtol=1e-9).all(axis=1)
    assert same.mean() > 0.8, "but for nodes whose rows lack a value of the grid"


def test_a_forest_sees_diameters(base):
    grid = of_database(base)
    forest = models.fit(models.FOREST, models.RAW, grid, 1)
    assert forest.estimator.feature_importances_[list(GRID).index("diameter")] > 0.05


@pytest.mark.parametrize("view", models.VIEWS, ids=lambda view: view.name)
@pytest.mark.parametrize("kind", models.KINDS)
def test_a_training_is_the_same_again(kind, view, numbers):
    some = numbers.grid.at(np.arange(0, numbers.grid.height, 5))
    with models.training():
        first, again = (models.fit(kind, view, some, 3).predict(numbers.between.inputs) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_a_model_predicts_in_si(numbers):
    """A forest that learns all rows comes near to them, whatever the units that it was shown."""
    for view in models.VIEWS:
        forest = models.fit(models.FOREST, view, numbers.grid, 1)
        found = score(forest.predict(numbers.grid.inputs), numbers.grid)
        assert (found.r_squared > 0.97).all(), view.name


def test_the_forest_is_far_worse_off_the_grid(numbers):
    on, off = (told(numbers, models.FOREST).mean(axis=0) for told in (on_grid, off_grid))
    assert (on > 0.95).all()
    assert (off < on - 0.2).all()
    within = numbers.on_between[models.FOREST].within()
    assert (within < numbers.unseen.within()).all()


def test_physics_helps_where_the_grid_does_not(numbers):
    lines = {(one.design, one.view, one.kind): one for one in numbers.lines}
    assert len(lines) == 12
    for kind in (models.FOREST, models.BOOSTING):
        raw, physics = (lines["grid", view.name, kind].between.r_squared.mean(axis=0) for view in models.VIEWS)
        assert (physics > raw + 0.2).all(), kind
    assert all(one.between.r_squared.shape == (SMALL.trainings, 3) for one in numbers.lines)


def test_more_loops_teach_more(numbers):
    for steps in numbers.steps:
        assert steps.rows.tolist() == list(SMALL.sizes)
    physics = [one for one in numbers.steps if one.view == "physics" and one.kind == models.FOREST]
    first, last = physics[0].scores
    assert last.median.mean() < first.median.mean()
    assert numbers.users.steps.rows.tolist() == list(SMALL.users_sizes)
    assert 0.75 < numbers.users.answers.between_covered.mean() < 1.0


def test_verdicts_follow_from_the_numbers(numbers):
    found = findings(numbers)
    assert {one.verdict for one in found} <= set(VERDICTS)

    def verdict(words, numbers=numbers):
        (one,) = (finding for finding in findings(numbers) if words in finding.sentence)
        return one.verdict

    assert verdict("300 times") != BORNE_OUT
    assert verdict("are accurate") == NOT_BORNE_OUT
    assert verdict("none of which were previously") == QUALIFIED
    assert verdict("real time") == BORNE_OUT
    truth = numbers.curves.true.outputs
    exact = {kind: np.broadcast_to(truth, (3, *truth.shape)) for kind in models.PAPERS}
    right = numbers._replace(curves=numbers.curves._replace(predicted=exact))
    for words in ("are accurate", "physically sound", "none of which were previously"):
        assert verdict(words, right) == BORNE_OUT
    slow = {
        kind: one._replace(train_seconds=np.full(3, 1.0 if kind == models.FOREST else 300.0))
        for kind, one in numbers.repeats.items()
    }
    assert verdict("300 times", numbers._replace(repeats=slow)) == BORNE_OUT
    sure = {kind: one._replace(mean=one.true) for kind, one in numbers.on_shown.items()}
    off = {kind: one._replace(mean=one.true) for kind, one in numbers.on_between.items()}
    unseen = numbers.unseen._replace(mean=numbers.unseen.true)
    assert verdict("vast majority", numbers._replace(on_shown=sure, on_between=off, unseen=unseen)) == BORNE_OUT
    assert verdict("vast majority", numbers._replace(on_shown=sure)) == QUALIFIED


def test_a_second_run_trains_nothing_and_finds_the_same(base, numbers, folder, fits):
    before, files = len(fits), sorted(path.name for path in (folder / study.FOLDER).iterdir())
    again = study.compute(base, SMALL, folder, silence)
    assert len(fits) == before
    assert sorted(path.name for path in (folder / study.FOLDER).iterdir()) == files
    for kind in models.PAPERS:
        np.testing.assert_array_equal(again.repeats[kind].between, numbers.repeats[kind].between)
        assert (again.repeats[kind].train_seconds == numbers.repeats[kind].train_seconds).all()
    np.testing.assert_array_equal(again.users.answers.asked, numbers.users.answers.asked)


def test_a_longer_plan_trains_only_what_is_new(base, numbers, folder, fits):
    before = len(fits)
    study.compute(base, SMALL._replace(repeats=4, forest_splits=7), folder, silence)
    assert [(one[0], one[2]) for one in sorted(fits[before:], key=lambda one: (one[2], one[0]))] == [
        (models.FOREST, 3),
        (models.NETWORK, 3),
        (models.FOREST, 10_006),
    ]


def test_kept_numbers_are_arrays_by_what_they_were_computed_from(tmp_path):
    kept, calls = Kept(tmp_path / "kept"), []

    def work():
        calls.append(1)
        return {"a": np.arange(3.0), "b": np.array(len(calls))}

    first = kept.get("some", {"rows": "x"}, work)
    assert kept.get("some", {"rows": "x"}, work)["b"] == first["b"] == 1
    assert kept.get("some", {"rows": "y"}, work)["b"] == 2
    path = kept.path("some", {"rows": "x"})
    path.write_bytes(path.read_bytes()[:-30])  # a damaged file counts for nothing
    assert kept.get("some", {"rows": "x"}, work)["b"] == 3
    np.savez(path, a=np.array([print], dtype=object))  # and what could run code is not loaded
    assert kept.get("some", {"rows": "x"}, work)["b"] == 4
    assert not list((tmp_path / "kept").glob(".*"))


def test_an_interruption_keeps_what_is_finished(tmp_path, numbers):
    kept, done = Kept(tmp_path / "kept"), []

    def piece(number):
        def work(tell):
            if number == 3:
                raise KeyboardInterrupt
            tell(0.5)
            return kept.get("piece", {"number": number}, lambda: {"a": np.array(number)})

        return work

    with pytest.raises(KeyboardInterrupt):
        side_by_side({number: piece(number) for number in range(40)}, done.append)
    finished = len(list((tmp_path / "kept").iterdir()))
    assert 0 < finished < 40
    found = side_by_side({number: piece(number) for number in (0, 1, 2)}, done.append)
    assert {number: one["a"] for number, one in found.items()} == {0: 0, 1: 1, 2: 2}
    assert all(0 <= one <= 1 for one in done)
    assert done[-1] == 1.0


def test_a_network_that_is_interrupted_does_not_pass_for_a_trained_one(numbers, monkeypatch):
    def interrupted(self, *arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("sklearn.neural_network._stochastic_optimizers.AdamOptimizer._get_updates", interrupted)
    with models.training(), pytest.raises(KeyboardInterrupt):
        models.fit(models.NETWORK, models.RAW, numbers.grid, 1)


def test_the_report_is_complete_and_stands_alone(report):
    text = report.read_text(encoding="utf-8")
    assert "<script" not in text
    assert not re.findall(r'(?:src|href)="(https?:[^"]*)"', text)
    assert text.count("<svg") == text.count("</svg>") == 10
    for words in ("off the grid", "reduced version", "σ &lt; 3", "borne out", "300 times", "previously simulated"):
        assert words in text, words
    shown = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    assert not re.search(r"\bnan\b", shown)
    identifiers = re.findall(r'\bid="([^"]+)"', text)
    assert len(identifiers) == len(set(identifiers))
    for name in re.findall(r'href="([^"#:]+)"', text):
        assert (report.parent / name).is_file(), name
    for name in ("fig1a", "every_loop", "fig2", "off_grid", "learning_curves"):
        assert (report.parent / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_every_table_has_units_in_its_header(report):
    words = {"loop", "model", "design", "features", "where", "sentence of the paper", "verdict", "numbers"}
    tables = sorted(set(report.parent.glob("*.csv")) - {report.parent / "database.csv"})
    assert len(tables) == 10
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        assert rows, path.name
        assert all(len(row) == len(head) for row in rows), path.name
        for name in head:
            assert name in words or re.search(r"\((1|s|nm|K|kHz|Oe|kA/m|A/m|kJ/m\^3|J/m\^3)\)$", name), (
                path.name,
                name,
            )


def test_tables_hold_what_the_figures_show(report, numbers):
    with (report.parent / "fig2_diameter.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    panel = numbers.curves.panels[0]
    said = numbers.curves.predicted[models.FOREST][:, panel.rows, AREA]
    assert [float(row["area by the forest (J/m^3)"]) for row in rows] == pytest.approx(said.mean(axis=0), rel=1e-8)
    assert [float(row["sigma of the forest (J/m^3)"]) for row in rows] == pytest.approx(
        said.std(axis=0, ddof=1), rel=1e-6, abs=1e-9
    )
    with (report.parent / "scores.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 12


def test_the_whole_plan_is_the_papers():
    whole = Plan().learning
    assert whole.repeats == 30
    assert whole.forest_splits >= 300
    assert whole.between == 4096
    assert (min(whole.sizes), max(whole.sizes)) == (1024, 65_536)
    assert max(whole.users_sizes) >= 1_000_000
    assert {whole.answering, study.REDUCED.answering} <= {*whole.users_sizes, *study.REDUCED.users_sizes}
    assert study.REDUCED.repeats == 5


def test_samples_are_named_by_their_numbers(numbers):
    some = numbers.between.first(10)
    assert some.digest() == numbers.between.at(np.arange(10)).digest()
    assert some.digest() != numbers.between.first(11).digest()
    again = simulated(some.inputs)
    np.testing.assert_array_equal(again.outputs, some.outputs)
