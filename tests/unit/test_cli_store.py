"""``magheat store``: counts and snapshots on the command line, and what is refused."""

import pytest
from typer.testing import CliRunner

import magheat as mh
from magheat.cli.main import app


def magheat(*arguments):
    return CliRunner(env={"MAGHEAT_TRACEBACK": None}).invoke(app, ["store", *map(str, arguments)])


@pytest.fixture
def kb(tmp_path, monkeypatch):
    """The store that is found without being named."""
    monkeypatch.chdir(tmp_path)
    with mh.Store("knowledge.sqlite") as store:
        rows = {"key": ["a", "b"], "diameter": [1e-8, 2e-8], "slp": [1.0, 2.0]}
        store.put_rows(rows, source="simulated", solver="two-well", provenance={}, loops={"a": ([0, 1], [1, 0])})
        store.put_rows({"key": ["m"]}, source="measured", provenance={}, task="piece")
    return tmp_path / "knowledge.sqlite"


def test_info_tells_rows_by_origin_loops_tasks_and_ranges(kb):
    result = magheat("info")
    assert result.exit_code == 0, result.output
    told = {tuple(line.split()) for line in result.stdout.splitlines()}
    assert ("rows", "simulated,", "two-well", "2") in told
    assert ("rows", "measured", "1") in told
    assert ("loops", "1") in told
    assert ("finished", "pieces", "of", "sweeps", "1") in told
    assert ("diameter", "1e-08", "2e-08", "m") in told
    assert "frequency" not in result.stdout


def test_export_names_a_folder_that_holds_all_rows(kb, tmp_path):
    result = magheat("export", "--out", "snapshots", "--store", f"sqlite:///{kb}")
    assert result.exit_code == 0, result.output
    (folder,) = (tmp_path / "snapshots").iterdir()
    assert f"Wrote snapshots/{folder.name}: 3 rows, 1 loops" in result.stdout
    assert mh.store.read_snapshot(folder).height == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("info", "--store", "typo.sqlite"), "is not there"),
        (("info", "--store", "mysql://me:secret@host/kb"), "SQLite or PostgreSQL"),
        (("export", "--out", "knowledge.sqlite"), "could not be written"),
        (("export", "--out", "snapshots", "--store", "notes.txt"), "is not a SQLite database"),
    ],
)
def test_what_is_wrong_gets_one_sentence_and_makes_nothing(kb, tmp_path, arguments, words):
    (tmp_path / "notes.txt").write_text("no database " * 1000)
    before = sorted(tmp_path.iterdir())
    result = magheat(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert words in line
    assert "secret" not in line
    assert sorted(tmp_path.iterdir()) == before


def test_rows_that_fail_for_one_reason_share_a_line():
    from magheat.cli.sweep import _failed
    from magheat.sweeps.designs import BadRow
    from magheat.sweeps.runner import Summary

    reasons = ["too hot", "too hot", "too cold", "too hot"]
    failures = tuple(BadRow(f"row {k + 1}", reason) for k, reason in enumerate(reasons))
    summary = Summary(rows=200, new=90, known=0, failed=110, failures=failures, seconds=1.0)
    assert _failed(summary) == [
        "row 1 and 2 others failed: too hot",
        "row 3 failed: too cold",
        "... and 106 more.",
    ]
