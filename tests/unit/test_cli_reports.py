"""Commands that take minutes, with their work replaced: what they say, and where it goes."""

import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from magheat.benchmarks import Measurement
from magheat.cli import progress
from magheat.cli.main import app
from magheat.cli.reproduce import STUDIES
from magheat.studies import slp_learning


def magheat(*arguments):
    return CliRunner(env={"MAGHEAT_TRACEBACK": None}).invoke(app, [str(a) for a in arguments])


@pytest.fixture
def study(monkeypatch):
    """Studies that write a report of one word; returns what happens to their folder arguments, and stages."""
    asked = []

    def reproduce(out, progress, stage=None, plan=None):
        asked.append((out, *(one for one in (stage, plan) if one is not None)))
        progress("Figure 2 ...")
        progress(0.5)
        report = out / "report.html"
        report.write_text("done")
        return report

    monkeypatch.setattr("magheat.studies.local_heat.reproduce", reproduce)
    monkeypatch.setattr("magheat.studies.slp_learning.reproduce", reproduce)
    return asked


@pytest.fixture
def learning(monkeypatch):
    """A model of one word."""

    def train_two_well(folder, rows, progress):
        progress("Training ...")
        progress(0.5)
        model = folder / "two-well" / "abc"
        model.mkdir(parents=True)
        (model / "rows").write_text(str(rows))
        return model

    monkeypatch.setattr("magheat.workflows.learning.train_two_well", train_two_well)


def test_demo_starts_with_a_word_and_names_every_report_and_the_model(study, learning, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = magheat("demo")
    assert result.exit_code == 0, result.stderr
    assert result.stderr.splitlines()[0] == "magheat: Starting ..."
    assert "magheat: Figure 2 ..." in result.stderr.splitlines()
    *reports, model = result.stdout.splitlines()
    for name, line in zip(("local-heat", "slp-learning"), reports, strict=True):
        assert f"reports/{name}/report.html" in line
        assert (tmp_path / f"reports/{name}/report.html").read_text() == "done"
    assert "models/two-well/abc" in model
    assert (tmp_path / "models/two-well/abc/rows").read_text() == "16384"
    assert study == [(Path("reports/local-heat"),), (Path("reports/slp-learning"), slp_learning.REDUCED)]


def test_reproduce_makes_the_folder_that_it_is_given(study, tmp_path):
    result = magheat("reproduce", "local-heat", "--out", tmp_path / "a/b")
    assert result.exit_code == 0, result.stderr
    assert study == [(tmp_path / "a/b",)]


def test_reproduce_makes_one_stage_where_there_are_stages(study, tmp_path):
    result = magheat("reproduce", "slp-learning", "--stage", "loops", "--out", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert study == [(tmp_path, "loops")]
    assert "minutes" not in result.stderr


@pytest.mark.parametrize("stage", [(), ("--stage", "learning")])
def test_a_long_study_says_so_before_it_starts(study, tmp_path, stage):
    result = magheat("reproduce", "slp-learning", *stage, "--out", tmp_path)
    assert result.exit_code == 0, result.stderr
    first = result.stderr.splitlines()[0]
    assert "40 minutes" in first
    assert "goes on from there" in first
    assert study == [(tmp_path, *stage[1:])]


@pytest.mark.parametrize(
    ("name", "words"), [("slp-learning", "must be one of loops, learning"), ("local-heat", "this study has no stages")]
)
def test_a_stage_that_is_not_there_is_refused(study, tmp_path, name, words):
    result = magheat("reproduce", name, "--stage", "learnt", "--out", tmp_path / "new")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"magheat: --stage of {name} ")
    assert words in result.stderr
    assert "'learnt'" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert study == []
    assert not (tmp_path / "new").exists()


def test_stages_of_the_command_line_are_those_of_the_studies():
    assert STUDIES["slp-learning"] == slp_learning.STAGES


def test_a_folder_that_is_a_file_is_refused(study, tmp_path):
    (tmp_path / "a").write_text("")
    result = magheat("reproduce", "local-heat", "--out", tmp_path / "a")
    assert result.exit_code == 2
    assert result.stderr.startswith("magheat: --out must name a folder")
    assert study == []


def test_ctrl_c_in_a_study_ends_in_one_line(tmp_path, monkeypatch):
    def interrupted(out, progress):
        raise KeyboardInterrupt

    monkeypatch.setattr("magheat.studies.local_heat.reproduce", interrupted)
    result = magheat("reproduce", "local-heat", "--out", tmp_path)
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "magheat: interrupted"
    assert result.stdout == ""


def test_bench_shows_values_beside_their_bars(monkeypatch):
    lines = [
        Measurement("limit", "peak", 50.0, "GFLOP/s"),
        Measurement("W1", "wall time", 20.0, "ms", bar=15.0, smaller_is_better=True),
        Measurement("W3", "rate", 1e9, "pairs/s", bar=0.9e9, of_peak=0.6),
    ]
    monkeypatch.setattr("magheat.benchmarks.run_benchmarks", lambda progress: lines)
    result = magheat("bench")
    assert result.exit_code == 0, result.stderr
    row = {line.split()[0]: line for line in result.stdout.splitlines() if line.split()}
    assert "<= 15" in row["W1"]
    assert "NO" in row["W1"]
    assert "60 %" in row["W3"]
    assert "1 of 2 bars missed" in result.stdout


def test_a_patient_watch_says_nothing_about_a_short_job(capsys):
    with progress.watching("Starting ...", patience=60) as watch:
        progress.Simulating(watch)(0.5)
    assert capsys.readouterr().err == ""


def test_the_first_fraction_ends_the_stage_of_compiling(capsys):
    with progress.watching(progress.COMPILING) as watch:
        tell = progress.Simulating(watch)
        for done in (0.0, 0.0, 0.2, 0.9):
            tell(done)
    assert capsys.readouterr().err.splitlines() == [f"magheat: {progress.COMPILING}", "magheat: Simulating ..."]


def test_a_long_stage_is_heard_of_again(capsys, monkeypatch):
    monkeypatch.setattr(progress, "HEARTBEAT", 0.05)
    with progress.watching("Working ...") as watch:
        watch.fraction(0.25)
        time.sleep(0.3)
    assert any("Working ... 25 %" in line for line in capsys.readouterr().err.splitlines())


def test_the_time_left_is_judged_by_what_this_run_did(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    left = progress.TimeLeft()
    assert left.told(0.6) == ""  # another run did that
    clock[0] += 60.0
    assert left.told(0.6) == ""
    assert left.told(0.8) == "about 1 min 0 s left, "
    clock[0] += 5 * 3600.0
    assert left.told(0.81) == "about 4 h 32 min left, "


def test_a_long_stage_tells_the_time_left(capsys, monkeypatch):
    monkeypatch.setattr(progress, "HEARTBEAT", 0.05)
    monkeypatch.setattr(progress, "_TELLING", 0.0)
    with progress.watching("Working ...") as watch:
        watch.fraction(0.25)
        time.sleep(0.1)
        watch.fraction(0.5)
        time.sleep(0.2)
    assert any("Working ... 50 %, about 0 s left, " in line for line in capsys.readouterr().err.splitlines())
