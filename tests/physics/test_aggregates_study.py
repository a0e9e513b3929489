"""The aggregates' study: its books, its groups, statistics with known answers, findings, the report."""

import csv
import re

import numpy as np
import pytest

import magheat as mh
from magheat.analysis import heat_by_cycle
from magheat.constants import BOLTZMANN
from magheat.studies.aggregates import reproduce, runs
from magheat.studies.aggregates.answers import Answers, root_mean_square
from magheat.studies.aggregates.cases import TEMPERATURE, Case, Plan, apart, cluster, together
from magheat.studies.aggregates.findings import findings, group
from magheat.studies.aggregates.places import groups_of, places_of
from magheat.studies.aggregates.reproduce import compute
from magheat.studies.estimates import Estimate, mean_of
from magheat.studies.findings import BORNE_OUT, NOT_BORNE_OUT, QUALIFIED

Z = np.array([0.0, 0.0, 1.0])
PLAN = Plan(particles=6, runs=4, clusters=1, amplitudes=(1e4,), cycles=3, samples_per_cycle=20, bias=1e-2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("aggregates") / "new"


@pytest.fixture(scope="module")
def told_by(folder):
    """What the study tells while it makes its report."""
    said = []
    reproduce(folder, lambda *what: said.extend(what), PLAN)
    return said


@pytest.fixture(scope="module")
def numbers(folder, told_by) -> Answers:
    return compute(folder, plan=PLAN)


def test_all_heat_is_the_area_of_the_global_loop(numbers):
    for sample in numbers.samples:
        for draws in (sample.together, sample.apart):
            gap = mean_of((draws.heat - draws.field_work).sum(axis=2).reshape(-1))
            assert abs(float(gap.value)) < 4 * float(gap.error)


def test_heat_is_own_area_and_what_the_neighbours_give(numbers):
    draws = numbers.samples[0].together
    stored = mean_of((draws.heat - draws.field_work - draws.dipolar_work).reshape(-1, PLAN.particles))
    assert (np.abs(stored.value) < 4 * stored.error).all()
    given = mean_of(draws.dipolar_work.sum(axis=2).reshape(-1))
    assert abs(float(given.value)) < 4 * float(given.error)


def test_a_particle_alone_gets_nothing_and_its_loop_is_its_heat(numbers):
    draws = numbers.samples[0].apart
    assert np.abs(draws.dipolar_work).max() < 1e-9 * np.abs(draws.heat).max()
    given = mean_of((draws.heat - draws.field_work).reshape(-1, PLAN.particles))
    assert (np.abs(given.value) < 4 * given.error).all()
    assert numbers.apart.scatter.mean() < 0.5 * numbers.together.scatter.mean()


def test_alone_and_together_are_the_same_particles_in_the_same_field():
    case = Case(cluster=3, amplitude=1e4)
    one, others = together(case, 2, PLAN), apart(case, 2, PLAN)
    assert len(others) == one.particles.count == PLAN.particles
    np.testing.assert_array_equal([e.particles.diameters[0] for e in others], one.particles.diameters)
    np.testing.assert_array_equal([e.particles.easy_axes[0] for e in others], one.particles.easy_axes)
    assert {e.applied_field for e in others} == {one.applied_field}
    assert len({e.seed for e in (*others, *apart(case, 3, PLAN))}) == 2 * PLAN.particles


def test_starts_are_up_or_down_by_chance():
    one, other = (together(Case(), run, PLAN) for run in (1, 2))
    along = (one.initial_moments * one.particles.easy_axes).sum(axis=1)
    np.testing.assert_allclose(np.abs(along), 1.0)
    assert not np.array_equal(one.initial_moments, other.initial_moments)


def test_the_step_of_the_study_exchanges_no_heat_at_equilibrium():
    """A coarse step makes some moments warmer than others, and heat flows between them: 30 kT a cycle at 1e-2."""
    plan = Plan(particles=8, samples_per_cycle=10, cycles=2)
    still = mh.Static(amplitude=0.0, duration="1 us")
    ds = mh.simulate_many(
        [together(Case(), run, plan).replace(applied_field=still) for run in range(1, 25)], mh.LLG(bias=plan.bias)
    )
    heat = mean_of(heat_by_cycle(ds).isel(cycle=1).transpose("run", "particle") / (BOLTZMANN * TEMPERATURE))
    assert np.mean((heat.value / heat.error) ** 2) < 3.0  # of eight particles, whose heats add up to nothing
    assert heat.error.mean() < 6.0


def test_places_in_a_chain():
    count, gap = 7, 6e-9
    for direction, along in ((Z, 1.0), (np.array([1.0, 0.0, 0.0]), 0.0)):
        chain = mh.arrangement.chain(
            count=count, diameter="24 nm", gap=gap, direction=Z, easy_axes=Z, material=mh.magnetite
        )
        places = places_of(chain, gap, direction)
        assert places.neighbours.tolist() == [1, *[2] * (count - 2), 1]
        np.testing.assert_allclose(places.bonds_along, along, atol=1e-12)
        np.testing.assert_allclose(places.axis_along, along, atol=1e-12)
        np.testing.assert_allclose((places.distance**2).mean(), 1.0)
        assert np.argmin(places.distance) == count // 2


def test_groups_of_a_question_hold_every_particle_once():
    particles = cluster(1, 40)
    places = places_of(particles, 6e-9, Z)
    assert places.neighbours.sum() >= 2 * 39  # a cluster holds together
    found = groups_of(places)
    questions = {one.question for one in found}
    for question in questions:
        assert (sum(one.members.astype(int) for one in found if one.question == question) == 1).all()
    small, _, large = (one.members for one in found if one.question == "size")
    assert particles.diameters[small].max() <= particles.diameters[large].min()


def test_the_root_mean_square_leaves_the_noise_out():
    rng = np.random.default_rng(2)
    true, noise = rng.normal(0, 3.0, 400), rng.normal(0, 10.0, (8, 400))
    found = root_mean_square(true + noise)
    assert float(found.value) == pytest.approx(np.sqrt((true**2).mean()), abs=4 * float(found.error))
    assert 0 < float(found.error) < 1
    nothing = root_mean_square(noise)
    assert float(nothing.value) < 1.0 < 10 / np.sqrt(8)


def replaced(answers, question, name, value):
    """Answers in which a group keeps another share of its heat, sure to a hundredth."""
    sure = Estimate(np.array(value), np.array(0.01))
    which = [(e.group.question, e.group.name) for e in answers.effects].index((question, name))
    effects, everywhere = list(answers.effects), list(answers.everywhere)
    effects[which], everywhere[which] = effects[which]._replace(ratio=sure), sure
    return answers._replace(effects=effects, everywhere=everywhere)


def verdict(answers, words):
    return next(one.verdict for one in findings(answers) if words in one.sentence)


def test_verdicts_follow_from_the_numbers(numbers):
    assert verdict(replaced(numbers, "all", "all", 0.5), "lowers the heat") == BORNE_OUT
    assert verdict(replaced(numbers, "all", "all", 1.5), "lowers the heat") == NOT_BORNE_OUT
    unlike = replaced(replaced(numbers, "size", "large", 0.4), "size", "small", 1.2)
    assert verdict(unlike, "Small particles gain") == BORNE_OUT
    assert verdict(unlike, "both beneficial and detrimental") == BORNE_OUT
    assert verdict(replaced(unlike, "size", "small", 0.8), "Small particles gain") == QUALIFIED
    assert verdict(replaced(unlike, "size", "small", 0.3), "Small particles gain") == NOT_BORNE_OUT
    outer = replaced(replaced(numbers, "place", "outer", 0.9), "place", "inner", 0.5)
    assert verdict(outer, "inside a cluster lose more") == BORNE_OUT
    assert verdict(replaced(outer, "place", "inner", 0.9), "inside a cluster lose more") == NOT_BORNE_OUT


def test_inverted_loops_are_counted_beyond_their_noise(numbers):
    books = numbers.together
    area = Estimate(1e-21 * np.array([-1, -1.5, -0.2, 1, 2, 3]), np.full(6, 1e-22))
    heat = Estimate(1e-20 + 1e-22 * np.arange(6), np.full(6, 1e-22))
    inverted = numbers._replace(together=books._replace(area=area, heat=heat))
    found = {one.sentence: one for one in findings(inverted)}
    negative = next(one for sentence, one in found.items() if "may become negative" in sentence)
    assert negative.verdict == BORNE_OUT
    assert negative.numbers.startswith("The own loops of 2 of 6 particles")
    assert verdict(inverted, "energy absorption") == BORNE_OUT
    cold = inverted._replace(together=inverted.together._replace(heat=heat.scaled(-1.0)))
    assert verdict(cold, "energy absorption") == NOT_BORNE_OUT


def test_words_agree_with_numbers(numbers):
    lowers = next(one for one in findings(numbers) if "lowers the heat" in one.sentence)
    effect, _ = group(numbers, "all", "all")
    together_told = float(re.search(r"releases (−?[\d.]+) ±", lowers.numbers)[1].replace("−", "-"))
    assert together_told == pytest.approx(1e21 * effect.together.value, abs=0.06)
    heat = numbers.samples[0].together.heat
    assert effect.together.value == pytest.approx(heat.mean())


def test_the_second_call_takes_what_is_kept(folder, numbers, monkeypatch):
    def fail(*arguments, **options):
        raise AssertionError("simulated again")

    monkeypatch.setattr(runs, "simulate", fail)
    monkeypatch.setattr(runs, "simulate_many", fail)
    again = compute(folder, plan=PLAN)
    np.testing.assert_array_equal(again.samples[0].together.heat, numbers.samples[0].together.heat)
    with pytest.raises(AssertionError, match="again"):
        compute(folder, plan=PLAN._replace(runs=5))


def test_the_report_stands_alone_and_is_complete(folder, told_by):
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert set(re.findall(r'(?:src|href)="(https?:[^"]*)"', text)) == {"https://doi.org/10.1103/PhysRevB.102.214412"}
    assert text.count("<svg") == text.count("</svg>") == 8
    assert not re.search(r"\bnan\b", re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))
    for name in re.findall(r'href="([^"#:]+)"', text):
        assert (folder / name).is_file(), name
    for name in ("space", "local", "groups", "whole"):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert told_by[-1] == 1


def test_every_table_has_units_in_its_header(folder, told_by):
    words = {"question", "particles", "where", "sentence of the paper", "verdict", "numbers"}
    tables = sorted(folder.glob("*.csv"))
    assert [path.stem for path in tables] == ["fields", "findings", "groups", "particles"]
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        assert rows
        assert all(len(row) == len(head) for row in rows)
        assert all(name in words or re.search(r"\((1|m|J|A/m)\)$", name) for name in head), path.name
