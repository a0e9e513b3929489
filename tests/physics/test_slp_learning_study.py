"""The learning paper's study, stage loops: database, example loops, maps, three models, verdicts, report."""

import csv
import re

import numpy as np
import polars as pl
import pytest

import magheat as mh
from magheat.analysis import hysteresis_loop, loss_per_cycle
from magheat.constants import MU_0, OERSTED
from magheat.studies.findings import BORNE_OUT, NOT_BORNE_OUT, OUTSIDE, QUALIFIED, VERDICTS
from magheat.studies.slp_learning import database, reproduce
from magheat.studies.slp_learning.cases import ASKED, GRID, experiment, factorial
from magheat.studies.slp_learning.loops import examples, maps, models, stoner_wohlfarth, stored
from magheat.studies.slp_learning.loops.findings import findings
from magheat.studies.slp_learning.reproduce import Numbers, Plan, compute, write
from magheat.sweeps.design_file import read_design

COARSE = Plan(
    levels={**GRID, "saturation_magnetization": (3e5, 4.5e5)},
    points=12,
    samples_per_cycle=200,
)
FLAGS = ("low_barrier", "not_converged", "may_break_symmetry", "above_brezovich", "above_hergt_dutz")


@pytest.fixture(scope="module")
def base():
    """The whole database."""
    return database.compute()


@pytest.fixture(scope="module")
def told():
    """What the study tells while it runs."""
    return []


@pytest.fixture(scope="module")
def numbers(told, tmp_path_factory):
    """All numbers of a coarse study."""
    found = compute(tmp_path_factory.mktemp("none"), lambda *what: told.extend(what), COARSE, ("loops",))
    assert found.learning is None
    return found.loops


@pytest.fixture(scope="module")
def report(tmp_path_factory, numbers, told):
    """The report of a coarse study; tables, figures and knowledge base lie beside it."""
    folder = tmp_path_factory.mktemp("study") / "new" / "folder"
    return write(Numbers(numbers.database, numbers, None), folder, lambda *what: told.extend(what))


def verdict(found, words):
    """The verdict on the one sentence with these words."""
    (one,) = (finding for finding in found if words in finding.sentence)
    return one.verdict


def test_the_database_has_every_combination_once(base):
    inputs = base.rows.select(list(GRID))
    assert inputs.height == 3 * 3 * 6 * 3 * 2 * 3 * 4 == 3888
    assert inputs.n_unique() == 3888
    for name, values in GRID.items():
        assert sorted(inputs[name].unique()) == pytest.approx(sorted(values), rel=1e-15)
    for name in database.OUTPUTS:
        assert np.isfinite(base.column(name)).all()


def test_the_database_is_what_the_table_function_says(base):
    shuffled = base.rows.select(list(GRID)).sample(fraction=1.0, shuffle=True, seed=1)
    again = mh.two_well_loops(shuffled)
    both = base.rows.join(again, on=list(GRID), how="inner", suffix="_again")
    assert both.height == 3888
    for name in (*database.OUTPUTS, *FLAGS):
        assert (both[name] == both[f"{name}_again"]).all(), name


def test_shares_that_follow_from_the_inputs(base):
    product = base.column("frequency") * base.column("amplitude")
    assert database.share(base, "low_barrier") == pytest.approx(864 / 3888)
    assert database.share(base, "above_brezovich") == np.mean(product > 4.85e8) == pytest.approx(10 / 12)
    assert database.share(base, "above_hergt_dutz") == np.mean(product > 5e9) == pytest.approx(2 / 12)
    low = base.rows.filter(pl.col("low_barrier"))
    assert set(np.round(low["diameter"].to_numpy() * 1e9)) == {8, 11}
    assert set(low.filter(pl.col("diameter") > 1e-8)["anisotropy_constant"]) == {1e4}


def test_trends_are_counted_by_line():
    levels = {"temperature": (300.0, 320.0), "diameter": (1e-8, 2e-8, 3e-8)}
    areas = np.array([[2.0, 5.0, 3.0], [1.0, 6.0, 7.0]])
    made = database.Database(
        levels, pl.DataFrame({**factorial(levels), "loss_per_cycle": areas.ravel()}), 1.0, 1.0, 1, True
    )
    temperature, diameter = database.trends(made)
    assert temperature[1:] == pytest.approx((2 / 3, 1 / 3, 0.0, 3))
    assert diameter[1:] == pytest.approx((0.5, 0.0, 0.5, 2))


def test_a_linear_function_is_explained_wholly():
    levels = {"temperature": (300.0, 310.0, 320.0), "frequency": (1e5, 2e5)}
    table = factorial(levels)
    straight = 3 + 2 * table["temperature"] - 1e-5 * table["frequency"]
    rows = pl.DataFrame({**table, "slp": straight, "remanence": straight**20})
    made = database.Database(levels, rows, 1.0, 1.0, 1, True)
    assert database.linear_fit(made, "slp") == pytest.approx(1.0, abs=1e-9)
    assert database.linear_fit(made, "remanence") < 0.999


def test_a_loop_that_is_drawn_is_a_row_of_the_database(numbers):
    rows = numbers.database.rows
    for example in numbers.examples:
        chosen = rows.filter([(pl.col(name) == value) for name, value in example.curve.inputs.items()])
        assert chosen.height == 1
        (row,) = chosen.iter_rows(named=True)
        for name in ("coercive_field", "remanence", "loss_per_cycle"):
            scale = {"coercive_field": row["amplitude"], "remanence": row["saturation_magnetization"]}.get(name, 2e4)
            assert example.curve.outputs[name] == pytest.approx(row[name], rel=5e-3, abs=1e-3 * scale), example.words


def test_examples_are_what_their_words_say(numbers):
    small, relaxing, best, blocked, switched, strong = numbers.examples
    assert small.curve.outputs["loss_per_cycle"] < 0.1 * relaxing.curve.outputs["loss_per_cycle"]
    assert small.curve.outputs["coercive_field"] < 0.05 * small.curve.inputs["amplitude"]
    assert blocked.curve.outputs["loss_per_cycle"] < 1e-3
    assert np.abs(blocked.curve.magnetization).max() > 0.05
    reduced = switched.curve.inputs["amplitude"] * MU_0 * 4.5e5 / (2 * switched.curve.inputs["anisotropy_constant"])
    assert reduced > 0.5
    rows = numbers.database.rows.filter(~pl.col("above_hergt_dutz") & ~pl.col("low_barrier"))
    assert best.curve.outputs["slp"] == pytest.approx(rows["slp"].max(), rel=5e-3)
    area = numbers.database.grid("loss_per_cycle")
    change = np.abs(area[:, :, :, -1] - area[:, :, :, 0]).max()
    shown = strong.curve.outputs["loss_per_cycle"] - strong.other.outputs["loss_per_cycle"]
    assert abs(shown) == pytest.approx(change, rel=5e-3)


def test_the_maps_are_the_model(numbers):
    for one in numbers.maps.maps:
        row = {
            "saturation_magnetization": maps.SATURATION_MAGNETIZATION,
            "anisotropy_constant": maps.ANISOTROPY_CONSTANT,
            "diameter": one.diameter[5],
            "interaction": maps.INTERACTION,
            "temperature": 315.0,
            "frequency": one.frequency,
            "amplitude": 150 * OERSTED,
            one.across: one.values[7],
        }
        loop = hysteresis_loop(mh.simulate(experiment(row, 400), solver="two-well"))
        assert one.area[7, 5] == pytest.approx(float(loss_per_cycle(loop)), rel=1e-6)
        assert one.slp[7, 5] == pytest.approx(one.area[7, 5] * one.frequency / 5180, rel=1e-12)


@pytest.mark.parametrize("frequency", maps.FREQUENCIES)
def test_limits_lie_where_field_times_frequency_says(frequency):
    table = {**{name: values[0] for name, values in GRID.items()}, "frequency": frequency}
    for flag, field in zip(("above_brezovich", "above_hergt_dutz"), maps.limit_fields(frequency).values(), strict=True):
        beside = mh.two_well_loops({**table, "amplitude": np.array([0.999, 1.001]) * field})
        assert beside[flag].to_list() == [False, True]


def test_the_best_within_a_limit_is_within_it(numbers):
    field_map = numbers.maps.maps[1]
    for limit in maps.LIMITS.values():
        diameter, field, slp = maps.best_allowed(field_map, limit)
        assert field * field_map.frequency <= limit
        assert diameter >= maps.diameter_at(3.0, maps.ANISOTROPY_CONSTANT)
        inside = field_map.slp[field_map.values * field_map.frequency <= limit]
        assert slp <= inside.max()
        assert slp > 0


def test_lines_on_the_maps():
    for sigma in (3.0, maps.blocking(1e5)):
        d = float(maps.diameter_at(sigma, 2e4))
        assert 2e4 * np.pi / 6 * d**3 / (mh.constants.BOLTZMANN * 315.0) == pytest.approx(sigma)
    assert 2 * np.pi * 1e5 * 1e-9 * np.exp(maps.blocking(1e5)) == pytest.approx(1.0)
    h_k = 2 * maps.switching_anisotropy() / (MU_0 * maps.SATURATION_MAGNETIZATION)
    assert pytest.approx(h_k / 2) == 150 * OERSTED


def test_stoner_and_wohlfarth_by_the_minimiser():
    areas = stoner_wohlfarth.compute()
    h = np.array([0.3, 0.49, 0.55, 0.7, 0.9, 1.0, 1.3])
    found = stoner_wohlfarth.random_axes_area(areas, h)
    assert found[:2] == pytest.approx(0.0, abs=1e-9)
    assert found[-2:] == pytest.approx(1.97663, rel=2e-5)
    table = {
        "saturation_magnetization": 4.5e5,
        "anisotropy_constant": 2e4,
        "diameter": 20e-9,
        "interaction": 0.0,
        "temperature": 0.01,
        "frequency": 1e5,
        "amplitude": h * 2 * 2e4 / (MU_0 * 4.5e5),
    }
    solver = mh.TwoWell(axis_points=128, steps=2000)
    cold = mh.two_well_loops(table, "random", "none", solver=solver)["loss_per_cycle"].to_numpy() / 2e4
    np.testing.assert_allclose(found, cold, rtol=3e-3, atol=1e-6)


def test_models_meet_in_their_limits(numbers):
    plane = numbers.models.plane
    small = plane.linear[0, 0] / plane.two_well[0, 0]  # 2 sigma h = 0.01
    assert small == pytest.approx(1.0, abs=5e-3)
    large = plane.cold[-1] / plane.two_well[-1, -1]
    assert large == pytest.approx(1.0, abs=0.02)
    assert plane.cold[0] == 0.0
    assert models.sigma_of(models.diameter_of(plane.sigma)) == pytest.approx(plane.sigma)


def test_agreement_needs_an_area():
    area = np.array([1.0, 1.0, 1.0, 1e-9])
    assert models.agreement(area, np.array([1.09, 0.91, 1.2, 1e-9]), 1e-3).tolist() == [True, True, False, False]


def test_verdicts_follow_from_the_numbers(numbers):
    found = findings(numbers)
    assert {one.verdict for one in found} <= set(VERDICTS)
    assert verdict(found, "~4000") == NOT_BORNE_OUT, "the coarse grid has 2592 rows"
    assert verdict(found, "parallelized") == NOT_BORNE_OUT
    assert verdict(found, "multiple non-linear") == BORNE_OUT
    assert verdict(found, "plays with K and D") == BORNE_OUT
    assert verdict(found, "analytically modeled") == BORNE_OUT
    assert verdict(found, "not part of the training") == BORNE_OUT
    assert verdict(found, "biocompatibility") == QUALIFIED
    assert verdict(found, "directly affects M_S") == OUTSIDE


def test_other_numbers_give_other_verdicts(numbers, base):
    whole = numbers._replace(database=base)
    assert verdict(findings(whole), "~4000") == BORNE_OUT
    fast = base._replace(seconds=0.3, seconds_alone=0.5)
    slow = base._replace(seconds=4000.0, seconds_alone=8000.0, same=False)
    for words, expected in (("computationally heavy", QUALIFIED), ("parallelized", NOT_BORNE_OUT)):
        assert verdict(findings(whole._replace(database=fast)), words) == expected
        assert verdict(findings(whole._replace(database=slow)), words) == BORNE_OUT
    for seconds, expected in ((0.05, NOT_BORNE_OUT), (50.0, BORNE_OUT)):
        assert verdict(findings(whole._replace(curve_seconds=seconds)), "extremely longer") == expected
    grid = {**base.levels, "frequency": (50e3, ASKED["frequency"], 400e3)}
    assert verdict(findings(whole._replace(database=base._replace(levels=grid))), "not part of") == NOT_BORNE_OUT


def test_the_report_stands_alone_and_is_complete(report):
    text = report.read_text(encoding="utf-8")
    assert report.name == "report.html"
    assert "<script" not in text
    assert not re.findall(r'(?:src|href)="(https?:[^"]*)"', text)
    assert "url(http" not in text
    assert text.count("<svg") == text.count("</svg>") == 6
    for words in ("What the paper leaves open", "τ₀", "Brezovich", "borne out", "prefers-color", "medical advice"):
        assert words in text
    assert "nan" not in re.sub(r"<svg.*?</svg>|[nN]ano", "", text, flags=re.DOTALL)
    identifiers = re.findall(r'\bid="([^"]+)"', text)
    assert len(identifiers) == len(set(identifiers))
    for name in re.findall(r'href="([^"#:]+)"', text):
        assert (report.parent / name).is_file(), name


def test_every_figure_lies_beside_it_in_both_forms(report):
    for name in ("fig1b", "slp_maps", "three_models"):
        assert (report.parent / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in (report.parent / f"{name}.svg").read_text(encoding="utf-8")
    assert not list(report.parent.glob("*.partial")) + list(report.parent.glob(".*"))


def test_every_table_has_units_in_its_header(report):
    words = {"loop", "input", "where", "sentence of the paper", "verdict", "numbers"}
    tables = sorted(set(report.parent.glob("*.csv")) - {report.parent / "database.csv"})
    assert len(tables) == 10
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        assert rows, path.name
        assert all(len(row) == len(head) for row in rows), path.name
        for name in head:
            assert name in words or re.search(r"\((1|nm|m|K|Hz|Oe|A/m|kJ/m\^3|J/m\^3|W/kg|W/g)\)$", name), name


def test_the_table_of_loops_reads_back_whole(report, numbers):
    kept = pl.read_csv(report.parent / "database.csv")
    assert kept.equals(numbers.database.rows)


def test_the_knowledge_base_has_the_same_rows_by_a_sweep(report, numbers):
    solver = mh.TwoWell()
    with mh.Store(report.parent / "knowledge.sqlite") as store:
        table = store.table(source="simulated")
        row = table.row(17, named=True)
        run = mh.simulate(experiment(row, 2 * solver.steps), solver=solver)
        assert store.put(run) == row["key"], "a run alone has that key"
    assert table.height == numbers.database.rows.height == table["key"].n_unique()
    both = table.join(numbers.database.rows, on=list(GRID), how="inner", suffix="_computed")
    assert both.height == table.height
    for name in database.OUTPUTS:
        found, computed = both[name].to_numpy(), both[f"{name}_computed"].to_numpy()
        np.testing.assert_allclose(found, computed, rtol=1e-6, atol=1e-9 * computed.max(), err_msg=name)
    for name in FLAGS:
        assert (both[name] == both[f"{name}_computed"]).all(), name


def test_the_design_beside_the_report_is_the_grid(report):
    assert (report.parent / stored.DESIGN).read_text(encoding="utf-8") == stored.design(COARSE.levels)
    made = read_design(report.parent / stored.DESIGN)
    table = factorial(COARSE.levels)
    assert made.count == len(table["diameter"])
    for row in (0, 1, 999, made.count - 1):
        assert made.values(row) == {name: values[row] for name, values in table.items()}


def test_progress_is_told_from_the_first_word(told, report):
    words = [one for one in told if isinstance(one, str)]
    assert words[0].startswith("Loops of the database")
    assert all(word.endswith(" ...") for word in words)
    assert all(0 <= one <= 1 for one in told if not isinstance(one, str))


def test_a_stage_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(mh.SpecError, match="stage must be one of loops, learning; got 'learnt'"):
        reproduce(tmp_path / "new", stage="learnt")
    assert not (tmp_path / "new").exists()


def test_best_rows_are_found_among_the_allowed(base):
    for limit, product in (("above_brezovich", 4.85e8), ("above_hergt_dutz", 5e9)):
        best = examples.best_below(base, limit)
        assert best["frequency"] * best["amplitude"] <= product
        rows = base.rows.filter(~pl.col(limit) & ~pl.col("low_barrier"))
        assert rows["slp"].max() == rows.filter([pl.col(n) == v for n, v in best.items()])["slp"].item()
