"""The local-heat paper's study: its numbers against independent ones, its tables and its report.

Numbers without another source are from independent high-order SciPy runs of the paper's pair (the project's collection
of outside cases, row G), or from the overdamped limit (energies of the jumps).
"""

import csv
import re

import numpy as np
import pytest

from magheat.studies.files import write_csv
from magheat.studies.findings import BORNE_OUT, OUTSIDE, QUALIFIED, VERDICTS
from magheat.studies.local_heat import reproduce
from magheat.studies.local_heat.cases import A, B
from magheat.studies.local_heat.damping import ROUTES, Plan, route_of
from magheat.studies.local_heat.report import findings
from magheat.studies.local_heat.reproduce import compute

#: Temperature rise in mK in the clock windows 0.5-0.7 and 0.7-1.0 us: jump 1 A, B, jump 2 A, B, by damping.
WINDOWS = {
    1.0: (0.4449, 3.2310, 7.2102, 0.1114),
    0.5: (0.6945, 2.7757, 7.1047, 0.3217),
    0.1: (1.1528, 1.9200, 6.3215, 1.7574),
    0.02: (0.8613, 2.4345, 5.5119, 3.4052),
}
#: Loop areas at 500 and 10 kHz, damping 1, J/m^3: rows no interaction, 7.1 nm, 1.5 nm; columns A, B, global.
AREAS_500 = [[84965, 35075, 67310], [62913, 5681, 42660], [42436, -13546, 22625]]
#: Areas of the slow limit (2 kHz; the aligned particle alone: 8 K), J/m^3.
SLOW_7, SLOW_1 = (61927, 5212), (41570, -13876)
#: Energy changes in units of the global loop's energy: jump 1 A, B, jump 2 A, B.
CHANGES = {
    "full_dipolar": (-0.038, -0.095, -0.383, 0.110),
    "half_dipolar": (-0.030, -0.087, -0.438, 0.055),
    "own": (-0.022, -0.078, -0.493, -0.0002),
    "local_loop": (-0.005, 0.030, 0.464, -0.0004),
}
HEAT = (0.023, 0.094, 0.380, 0.003)
PLAN = Plan(
    single=np.array([0.02, 0.1, 0.2, 0.5, 1.0]),
    ensemble=np.array([0.0019, 0.01]),
    members=12,
    drawn_members=3,
    samples_per_cycle=2000,
)


@pytest.fixture(scope="module")
def numbers():
    """All numbers of the study, damping coarsely."""
    return compute(lambda *_: None, PLAN)


@pytest.fixture(scope="module")
def told():
    """What the study tells while it runs."""
    return []


@pytest.fixture(scope="module")
def report(tmp_path_factory, told):
    """The report of a coarse study; the tables and figures lie beside it."""
    folder = tmp_path_factory.mktemp("study") / "new" / "folder"
    return reproduce(folder, lambda *what: told.extend(what), PLAN)


def test_jumps_come_when_and_in_the_order_in_which_they_should(numbers):
    first, second = numbers.trajectory.jumps
    assert first.words == "B switches"
    assert second.words == "A switches"
    assert first.switch_time[B] == pytest.approx(0.545e-6, abs=1.5e-9)
    assert second.switch_time[A] == pytest.approx(0.735e-6, abs=1.5e-9)
    assert first.switch_field[B] == pytest.approx(-70, abs=3)
    assert second.switch_field[A] == pytest.approx(-336, abs=3)
    assert first.start < first.switch_time[B] < first.end < second.start


@pytest.mark.parametrize("damping", WINDOWS)
def test_rises_in_the_fixed_windows(numbers, damping):
    singles = numbers.damping.singles
    k = int(np.flatnonzero(singles.damping == damping)[0])
    np.testing.assert_allclose(1e3 * singles.windows[k].ravel(), WINDOWS[damping], rtol=5e-4)
    assert singles.reproducible[k]
    assert singles.route[k] == "B, then A"


@pytest.mark.parametrize("damping", WINDOWS)
def test_events_hold_nearly_the_heat_of_the_windows_around_them(numbers, damping):
    singles, capacity = numbers.damping.singles, numbers.damping.capacity
    k = int(np.flatnonzero(singles.damping == damping)[0])
    np.testing.assert_allclose(singles.heat[k] / capacity, singles.windows[k], rtol=3e-3)


def test_areas_of_the_dynamics(numbers):
    np.testing.assert_allclose(numbers.lag.areas[0], AREAS_500, rtol=2e-4)
    np.testing.assert_allclose(numbers.lag.areas[2][1, :2], (61975, 5235), rtol=2e-4)
    np.testing.assert_allclose(numbers.lag.areas[2][2, :2], (41613, -13859), rtol=2e-4)


def test_quasi_static_areas_are_the_slow_limit(numbers):
    alone, apart, close = (loop.areas for loop in numbers.loops)
    assert alone[A] == pytest.approx(80_000, rel=1e-6)
    np.testing.assert_allclose(apart[:2], SLOW_7, rtol=2.5e-3)
    np.testing.assert_allclose(close[:2], SLOW_1, rtol=1e-3)
    areas, limit = numbers.lag.areas, numbers.lag.quasi_static
    assert (areas[0] > areas[1]).all()
    assert (areas[1] > areas[2]).all()
    assert (areas[2] > limit).all()
    assert (np.abs(areas[2] / limit - 1) < 0.015).all()


def test_b_is_inverted_where_it_should_be(numbers):
    alone, apart, close = numbers.loops
    np.testing.assert_allclose(apart.inverted[B], (67, 331), atol=1.0)
    assert close.inverted_share[B] == pytest.approx(1.0, abs=1e-6)
    assert close.coercive_fields[B] == pytest.approx(-20.7, abs=1.0)
    assert np.isnan(alone.inverted).all()
    assert np.isnan([apart.inverted[A], close.inverted[A], close.inverted[2]]).all()
    heat = numbers.lag.heats[0][2, B] / numbers.lag.runs["volume"].values[B]
    assert heat == pytest.approx(15_085, rel=2e-4)


def test_without_interaction_the_loop_is_the_heat_and_with_it_only_the_global_one(numbers):
    lag, volume = numbers.lag, numbers.lag.runs["volume"].values
    np.testing.assert_allclose(lag.heats[0][0] / volume, lag.areas[0][0, :2], rtol=1e-6)
    np.testing.assert_allclose(lag.heats.sum(2) / volume.sum(), lag.areas[:, :, 2], rtol=1e-6)


@pytest.mark.parametrize("name", CHANGES)
def test_energy_changes_of_the_jumps(numbers, name):
    np.testing.assert_allclose(numbers.energies.changes[name].ravel(), CHANGES[name], atol=1.1e-3)


def test_heats_of_the_jumps(numbers):
    np.testing.assert_allclose(numbers.energies.heat.ravel(), HEAT, atol=1e-3)


def test_magnetization_of_a_rises_in_jump_1(numbers):
    course, jump = numbers.trajectory.dynamic, numbers.trajectory.jumps[0]
    before, after = np.interp([jump.start, jump.end], course.time, course.magnetization[:, A])
    assert after - before == pytest.approx(0.093, abs=1.5e-3)


def test_flows_close(numbers):
    jumps, cycle = numbers.flows[:2], numbers.flows[2]
    for flow in numbers.flows:
        np.testing.assert_allclose(flow.heat, flow.field_work + flow.drawn - flow.own, rtol=1e-12)
        assert abs(flow.residual) < 1e-6
    np.testing.assert_allclose(cycle.heat, (2.970547957338765e-19, 7.105123632352973e-20), rtol=1e-6)
    np.testing.assert_allclose(cycle.field_work, (3.5075748222984094e-19, 1.7348549828763105e-20), rtol=1e-6)
    assert cycle.drawn[A] == pytest.approx(-cycle.drawn[B], rel=1e-6)
    assert cycle.drawn[A] < 0 < cycle.drawn[B]
    assert sum(flow.heat.sum() for flow in jumps) == pytest.approx(cycle.heat.sum() / 2, rel=2e-3)


def test_ensembles_are_split_by_route(numbers):
    ensembles = numbers.damping.ensembles
    assert (ensembles.members_on.sum(1) == PLAN.members).all()
    assert ensembles.members_on[0, 1] > 0, "at 0.0019 most half cycles are joint"
    assert ensembles.members_on[1].tolist() == [PLAN.members, 0, 0, 0]
    assert np.isnan(ensembles.mean[:, 1, 1]).all(), "a joint jump leaves no jump 2"
    rise = 1e3 * ensembles.mean[1, 0] / numbers.damping.capacity
    np.testing.assert_allclose(rise, [[1.083, 1.948], [5.592, 3.443]], rtol=2e-3)
    assert np.nanmax(ensembles.spread[1, 0]) < 1e-4 * ensembles.mean[1, 0].max()


@pytest.mark.parametrize(
    ("switching", "route"), [(["B", "A"], 0), (["A and B"], 1), (["A", "B"], 2), (["B"], 3), ([], 3)]
)
def test_routes_have_names(switching, route):
    assert route_of(switching) == ROUTES[route]


def test_verdicts_follow_from_the_numbers(numbers):
    found = {one.sentence: one for one in findings(numbers)}
    assert {one.verdict for one in found.values()} <= set(VERDICTS)

    def verdict(words):
        return next(one.verdict for sentence, one in found.items() if words in sentence)

    assert verdict("area of the global hysteresis loops") == BORNE_OUT
    assert verdict("inverted loop for the smaller") == BORNE_OUT
    assert verdict("identical results") == QUALIFIED
    assert verdict("experiences an energy decrease") == QUALIFIED
    assert verdict("almost independent") == QUALIFIED
    assert verdict("negligible temperature increase") == BORNE_OUT
    assert verdict("more noise") == OUTSIDE


def test_other_numbers_give_other_verdicts(numbers):
    grown = [loop._replace(areas=areas.areas) for loop, areas in zip(numbers.loops, numbers.loops[::-1], strict=True)]
    found = findings(numbers._replace(loops=grown))
    assert next(one for one in found if "area of the global" in one.sentence).verdict == "not borne out"


def test_the_report_stands_alone_and_is_complete(report):
    text = report.read_text(encoding="utf-8")
    assert report.name == "report.html"
    assert "<script" not in text
    assert set(re.findall(r'(?:src|href)="(https?:[^"]*)"', text)) == {"https://doi.org/10.1103/PhysRevB.102.214412"}
    assert "url(http" not in text
    assert text.count("<svg") == text.count("</svg>") == 10
    assert len(re.findall(r'<figure id="fig\d', text)) == 5
    for words in (
        "Only one sign shows",
        "borne out",
        "qualified",
        "outside this study",
        "lag, 500 kHz",
        "prefers-color",
    ):
        assert words in text
    assert "nan" not in re.sub(r"<svg.*?</svg>|nano|Nano", "", text, flags=re.DOTALL)
    identifiers = re.findall(r'\bid="([^"]+)"', text)
    assert len(identifiers) == len(set(identifiers))
    for name in re.findall(r'href="([^"#:]+)"', text):
        assert (report.parent / name).is_file(), name


def test_every_figure_lies_beside_it_in_both_forms(report):
    for name in ("fig2", "fig3", "fig4", "fig5", "fig6_ledger"):
        assert (report.parent / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in (report.parent / f"{name}.svg").read_text(encoding="utf-8")
    assert not list(report.parent.glob("*.partial")) + list(report.parent.glob(".*"))


def test_every_table_has_units_in_its_header(report):
    words = {"case", "loop", "quantity", "who switches", "jump", "interval", "route", "members", "reproducible"}
    words |= {"where", "sentence of the paper", "verdict", "numbers"}
    tables = sorted(report.parent.glob("*.csv"))
    assert len(tables) == 12
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        assert rows, path.name
        assert all(len(row) == len(head) for row in rows), path.name
        for name in head:
            assert name in words or re.search(r"\((1|s|J|K|Oe|A/m|J/m\^3|global loop energy)\)$", name), (
                path.name,
                name,
            )


def test_tables_hold_what_was_computed(report):
    with (report.parent / "fig5_fixed_windows.csv").open(encoding="utf-8", newline="") as file:
        rows = {float(row["damping (1)"]): row for row in csv.DictReader(file)}
    for damping, expected in WINDOWS.items():
        row = rows[damping]
        found = [1e3 * float(value) for name, value in row.items() if name.startswith("temperature")]
        np.testing.assert_allclose(found, expected, rtol=5e-4)


def test_progress_is_words_and_then_fractions(report, told):
    assert isinstance(told[0], str)
    stage: list[float] = []
    for what in told:
        stage = [] if isinstance(what, str) else [*stage, what]
        assert stage == sorted(stage)
        assert all(0 <= fraction <= 1 for fraction in stage)
    assert stage[-1] == 1


def test_tables_are_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "table.csv"
    write_csv(path, {"time (s)": [1e-9, np.nan], "who": ["A, then B", "B"]})
    assert path.read_text() == 'time (s),who\n1e-09,"A, then B"\n,B\n'
    with pytest.raises(ValueError, match=r"shorter|longer"):
        write_csv(path, {"time (s)": [1.0], "who": ["A", "B"]})
    assert path.read_text().startswith("time (s)")
    assert [one.name for one in tmp_path.iterdir()] == ["table.csv"]
