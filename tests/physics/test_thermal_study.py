"""The paper's pair at temperatures: its laws, what counts as a switch, findings that follow from numbers, the report.

Numbers at 0 K are from independent high-order SciPy runs of the pair (the project's outside cases, row G).
"""

import csv
import re

import numpy as np
import pytest

from magheat.studies.estimates import Estimate, mean_of, ratio, told
from magheat.studies.findings import BORNE_OUT, NOT_BORNE_OUT, QUALIFIED
from magheat.studies.local_heat.cases import A, B
from magheat.studies.thermal import reproduce, runs
from magheat.studies.thermal.cases import Plan
from magheat.studies.thermal.findings import findings, holds_up_to
from magheat.studies.thermal.report import Numbers
from magheat.studies.thermal.reproduce import compute
from magheat.studies.thermal.switching import ROUTES, Switches, in_half_cycles, routes
from magheat.studies.validity.cases import Plan as SolverPlan

SOLVERS = SolverPlan(diameters=(12e-9, 16e-9), frequencies=(1e5, 1e6), fields=(0.6,), gaps=(4e-9, 30e-9), runs=24)
PLAN = Plan(
    (0.0, 10.0, 300.0), runs=40, cycles=2, samples_per_cycle=1000, together=20, bias=1e-2, drawn=2, solvers=SOLVERS
)
#: Temperature rise in mK at damping 1: jump 1 A, B, jump 2 A, B; and heat capacities.
RISES, HEAT = (0.4449, 3.2310, 7.2102, 0.1114), (2.970547957338765e-19, 7.105123632352973e-20)
CAPACITY = 3.48e6 * np.pi / 6 * np.array([22e-9, 18e-9]) ** 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("thermal") / "new"


@pytest.fixture(scope="module")
def told_by(folder):
    """What the study tells while it makes its report."""
    said = []
    reproduce(folder, lambda *what: said.extend(what), PLAN)
    return said


@pytest.fixture(scope="module")
def numbers(folder, told_by) -> Numbers:
    return compute(folder, plan=PLAN)


def test_without_temperature_it_is_the_papers_pair(numbers):
    cold = numbers.found[0]
    np.testing.assert_allclose(cold.heat.value, HEAT, rtol=1e-5)
    np.testing.assert_allclose(1e3 * cold.jump_heat.value.ravel() / np.tile(CAPACITY, 2), RISES, rtol=4e-3)
    np.testing.assert_allclose(cold.times[2], (0.735e-6, 0.545e-6), atol=1.5e-9)
    assert cold.shares.tolist() == [1, 0, 0, 0, 0]
    assert cold.runs == 1
    assert np.isnan(cold.heat.error).all()


def test_all_heat_is_the_area_of_the_global_loop(numbers):
    for one in numbers.found[1:]:
        assert float(one.total_heat.value) == pytest.approx(float(one.total_area.value), abs=3 * one.total_heat.error)
        assert one.total_heat.error < 0.05 * one.total_heat.value


def test_what_one_particle_gives_the_other_gets(numbers):
    for one in numbers.runs[1:]:
        given = one.dipolar_work.sum(axis=(1, 2))
        assert abs(given.mean()) < 4 * given.std() / np.sqrt(len(given)) + 1e-24
        by_particle = mean_of((one.heat - one.field_work - one.dipolar_work).sum(axis=1))
        assert (np.abs(by_particle.value) < 4 * by_particle.error).all()


def test_a_room_changes_what_ten_kelvin_do_not(numbers):
    cold, cool, hot = numbers.found
    assert 0.9 < cool.total_area.value / cold.total_area.value < 1
    assert hot.total_area.value / cold.total_area.value < 0.5  # two thirds are lost
    assert hot.crossings.value[B] > 1.2
    assert hot.area.value[B] < -3 * hot.area.error[B]
    assert hot.times[2, B] < 0.5e-6  # before the field has reversed


def test_heat_per_jump_is_that_of_half_cycles_in_turn_only(numbers):
    hot = numbers.runs[-1]
    in_turn = routes(hot.switches) == 0
    assert 0.3 < in_turn.mean() < 1
    assert np.isfinite(hot.jump_heat[in_turn]).all()
    assert np.isnan(hot.jump_heat[~in_turn]).all()
    np.testing.assert_allclose(hot.jump_heat[in_turn].sum(axis=1), hot.heat[in_turn], rtol=1e-9, atol=1e-30)


def course(*stops):
    """m.u of one particle along straight lines between (sample, value)."""
    places, values = zip(*stops, strict=True)
    return np.interp(np.arange(101), places, values)


STEADY = course((0, 0.9), (100, 0.9))


@pytest.mark.parametrize(
    ("of_a", "of_b", "count", "first", "route"),
    [
        (course((0, 1), (70, 1), (74, -1)), course((0, 1), (30, 1), (34, -1)), [1, 1], [72, 32], 0),
        (course((0, 1), (30, 1), (34, -1)), course((0, 1), (35, 1), (39, -1)), [1, 1], [32, 37], 1),
        (course((0, 1), (30, 1), (34, -1)), course((0, 1), (70, 1), (74, -1)), [1, 1], [32, 72], 2),
        (course((0, 1), (70, 1), (74, -1)), course((0, 1), (10, -1), (30, 1), (50, -1)), [1, 3], [72, 5], 3),
        (STEADY, course((0, 1), (30, 1), (34, -1)), [0, 1], [np.nan, 32], 4),
        # a look over the hard plane and back is no switch
        (STEADY, course((0, 1), (30, 1), (34, -0.3), (38, 1)), [0, 0], [np.nan, np.nan], 4),
    ],
)
def test_a_switch_ends_in_the_other_well(of_a, of_b, count, first, route):
    found = in_half_cycles(np.stack([of_a, of_b], axis=-1)[None], half=100, step=1e-9)
    assert found.number[0, 0].tolist() == count
    np.testing.assert_allclose(1e9 * found.first[0, 0], first, atol=1e-6)
    assert routes(found)[0, 0] == route


def test_every_half_cycle_has_its_own_switches():
    down, up = course((0, 1), (40, 1), (44, -1)), course((0, -1), (60, -1), (64, 1))
    both = np.concatenate([down[:-1], up])
    found = in_half_cycles(np.stack([both, both], axis=-1)[None], half=100, step=1.0)
    assert found.number.tolist() == [[[1, 1], [1, 1]]]
    np.testing.assert_allclose(found.first[0, :, A], [42, 62])


def test_a_route_has_a_name_for_every_case():
    counts = np.array([[1, 1], [2, 1], [0, 3], [1, 0]])
    found = routes(Switches(counts, np.where(counts > 0, [[9e-7, 1e-7]], np.nan), counts))
    assert [ROUTES[k] for k in found] == ["B, then A", "more than once", "not both", "not both"]


def test_verdicts_follow_from_the_numbers(numbers):
    verdicts = {one.where: one.verdict for one in findings(numbers.found) if "noise" in one.sentence}
    assert verdicts == {"Sec. II, at 10 K": BORNE_OUT, "Sec. II, at 300 K": NOT_BORNE_OUT}
    assert holds_up_to(numbers.found, (BORNE_OUT,)) == 10.0
    cold, cool, hot = numbers.found
    warm = cool._replace(total_area=cool.total_area.scaled(0.8))
    assert findings([cold, warm, hot])[0].verdict == QUALIFIED
    out_of_turn = cool._replace(shares=np.array([0.5, 0.5, 0, 0, 0]))
    assert findings([cold, out_of_turn, hot])[0].verdict == NOT_BORNE_OUT
    assert holds_up_to([cold, out_of_turn, hot], (BORNE_OUT,)) == 0.0
    uneven = hot._replace(total_heat=hot.total_heat.scaled(2.0))
    assert findings([cold, cool, uneven])[-1].verdict == NOT_BORNE_OUT


def test_words_agree_with_numbers(numbers):
    one = next(one for one in findings(numbers.found) if one.where == "Sec. II, at 300 K")
    share = float(re.search(r"In ([\d.]+) % of (\d+) half cycles", one.numbers)[1])
    assert share == pytest.approx(100 * numbers.found[-1].shares[0], abs=0.06)
    assert f"of {PLAN.runs * 2} half cycles" in one.numbers
    left = float(re.search(r"release (\d+) %", one.numbers)[1])
    assert left == pytest.approx(100 * numbers.found[-1].total_area.value / numbers.found[0].total_area.value, abs=0.6)


def test_the_second_call_takes_what_is_kept(folder, numbers, monkeypatch):
    def fail(*arguments, **options):
        raise AssertionError("simulated again")

    monkeypatch.setattr(runs, "simulate_many", fail)
    again = compute(folder, plan=PLAN)
    np.testing.assert_array_equal(again.runs[-1].heat, numbers.runs[-1].heat)
    with pytest.raises(AssertionError, match="again"):
        compute(folder, plan=PLAN._replace(runs=41))


def test_the_report_stands_alone_and_is_complete(folder, told_by):
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert set(re.findall(r'(?:src|href)="(https?:[^"]*)"', text)) == {"https://doi.org/10.1103/PhysRevB.102.214412"}
    assert text.count("<svg") == text.count("</svg>") == 10
    assert not re.search(r"\bnan\b", re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))
    for name in re.findall(r'href="([^"#:]+)"', text):
        assert (folder / name).is_file(), name
    for name in ("courses", "switching", "heat", "which-solver", "neighbours"):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert isinstance(told_by[0], str)
    assert told_by[-1] == 1


def test_every_table_has_units_in_its_header(folder, told_by):
    words = {"runs", "where", "sentence of the paper", "verdict", "numbers", "solver"}
    tables = sorted(folder.glob("*.csv"))
    of_the_solvers = ["neighbours", "one-case", "which-solver"]
    assert [path.stem for path in tables] == sorted(["findings", "heat", "loops", "switching", *of_the_solvers])
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        assert rows
        assert all(len(row) == len(head) for row in rows)
        assert all(name in words or re.search(r"\((1|s|K|J|A/m|m|Hz|J/m\^3)\)$", name) for name in head), path.name


def test_estimates_are_those_of_the_textbook():
    draws = np.random.default_rng(1).normal(5.0, 2.0, (4000, 3))
    found = mean_of(draws)
    np.testing.assert_allclose(found.error, 2 / np.sqrt(4000), rtol=0.05)
    assert (np.abs(found.value - 5) < 4 * found.error).all()
    assert np.isnan(mean_of(draws[:1]).error).all()
    quotient = ratio(Estimate(np.array(6.0), np.array(0.3)), Estimate(np.array(-3.0), np.array(0.12)))
    assert float(quotient.value) == -2.0
    assert float(quotient.error) == pytest.approx(2 * np.hypot(0.05, 0.04))
    assert told(quotient, 2) == "−2.00 ± 0.13"
    assert told(Estimate(np.array(1.0), np.array(np.nan)), 1) == "1.0"
