"""Measured data in a knowledge base, from Python and from the command line."""

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import magheat as mh
from magheat.cli.endings import one_sentence
from magheat.cli.store_import import import_
from magheat.store import Store

PROFILE = """
name = "lab"
slp_mass = "iron"
[columns.H]
name = "amplitude"
unit = "kA/m"
required = true
[columns.f]
name = "frequency"
unit = "kHz"
required = true
[columns.SAR]
name = "slp"
unit = "W/g"
[columns.Comment]
name = "comment"
type = "text"
"""
TABLE = "H,f,SAR,Comment\n20,100,50,a\n20,100,50,a\nx,100,50,b\n10,100,,c\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "lab.toml").write_text(PROFILE)
    (tmp_path / "sar.csv").write_text(TABLE)
    return tmp_path


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "kb.sqlite") as base:
        yield base


def loop_text(points=40, shift=20.0):
    angle = np.linspace(0.0, 2 * np.pi, points + 1)
    field = 100 * np.cos(angle)
    response = 400 * np.tanh((field + shift * np.sign(np.sin(angle))) / 40)
    lines = (f"{float(h)!r},{float(m)!r}" for h, m in zip(field, response, strict=True))
    return "H (mT),M (kA/m)\n" + "\n".join(lines) + "\n"


def test_rows_go_in_once_and_equal_rows_of_one_file_stay_two(files, store):
    first = store.import_(files / "sar.csv", files / "lab.toml")
    assert (first.new, first.already_there, first.rows_read) == (3, 0, 4)
    assert [line for line, _ in first.refused] == [4]
    again = store.import_(files / "sar.csv", files / "lab.toml")
    assert (again.new, again.already_there) == (0, 3)
    (files / "copy.csv").write_text(TABLE + "20,100,50,a\n30,100,50,d\n")
    longer = store.import_(files / "copy.csv", files / "lab.toml")
    assert (longer.new, longer.already_there) == (2, 3)
    assert store.table(source="measured").height == 5


def test_a_row_tells_where_it_comes_from(files, store):
    store.import_(files / "sar.csv", files / "lab.toml")
    table = store.table()
    row = store.get(table["key"][0])
    assert (row["source"], row["amplitude"], row["slp"], row["slp_mass"]) == ("measured", 20e3, 50e3, "iron")
    assert table["slp"].to_list() == [50e3, 50e3, None]
    assert table["source_line"].to_list() == [2, 3, 5]
    provenance = json.loads(row["provenance"])
    assert (provenance["file"], provenance["profile"], provenance["units"]["slp"]) == ("sar.csv", "lab", "W/kg")
    assert len(provenance["blake2b"]) == 32


def test_another_profile_makes_other_rows(files, store):
    store.import_(files / "sar.csv", files / "lab.toml")
    (files / "other.toml").write_text(PROFILE.replace('"lab"', '"other"'))
    assert store.import_(files / "sar.csv", files / "other.toml").new == 3


def test_a_loop_comes_back_with_its_numbers(tmp_path, store):
    (tmp_path / "loop.csv").write_text(loop_text())
    assert store.import_(tmp_path / "loop.csv").new == 1
    assert store.import_(tmp_path / "loop.csv").new == 0
    row = store.get(store.table()["key"][0])
    loop = store.loop(row["key"])
    assert float(mh.analysis.loss_per_cycle(loop)) == row["loss_per_cycle"] > 0
    assert float(mh.analysis.coercive_field(loop)) == row["coercive_field"] > 0
    assert float(mh.analysis.remanence(loop)) == row["remanence"]
    assert row["frequency"] is None
    with_density = store.import_(tmp_path / "loop.csv", sample={"density": "5 g/cm^3"})
    assert with_density.new == 1  # another sample is another measurement


def test_wrong_arguments_of_import_are_named(files, store):
    with pytest.raises(mh.SpecError, match="sample mass must be a quantity"):
        store.import_(files / "sar.csv", sample={"mass": "5 nm"})
    with pytest.raises(mh.SpecError, match="sample: weight is unknown"):
        store.import_(files / "sar.csv", sample={"weight": 1.0})
    with pytest.raises(mh.SchemaError, match="profile must be a Profile or the name of a TOML file; got 3"):
        store.import_(files / "sar.csv", 3)


def command(*arguments):
    app = typer.Typer()
    app.command()(one_sentence(import_))
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_says_what_it_read_and_what_it_did_not(files):
    arguments = (files / "sar.csv", "--store", files / "kb.sqlite", "--profile", files / "lab.toml")
    result = command(*arguments)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "sar.csv is a table of measurements, read with the profile lab.",
        "3 rows new, 0 there already; 1 of 4 lines refused.",
        "  line 4: H must be a finite number; got 'x'",
    ]
    assert "0 rows new, 3 there already" in command(*arguments).output


def test_the_command_shows_twenty_refused_lines_and_counts_the_rest(files):
    (files / "sar.csv").write_text(TABLE + "y,1,1,\n" * 30)
    output = command(files / "sar.csv", "--store", files / "kb.sqlite", "--profile", files / "lab.toml").output
    assert "31 of 34 lines refused" in output
    assert output.count("  line ") == 20
    assert "  and 11 more lines" in output


def test_the_command_takes_the_sample_of_a_loop(tmp_path):
    (tmp_path / "loop.dat").write_text(loop_text().replace("M (kA/m)", "moment (emu)"))
    result = command(
        tmp_path / "loop.dat", "--store", tmp_path / "kb.sqlite", "--mass", "5 mg", "--density", "5 g/cm^3"
    )
    assert result.exit_code == 0
    with Store(tmp_path / "kb.sqlite") as base:
        assert base.table()["remanence"][0] > 0


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (TABLE, [], "sar.csv must have a header such as"),
        ("", [], "it is empty"),
        ("H,f,SAR,Comment\nx,1,1,\n", ["--profile", "lab.toml"], "all 1 were refused"),
        (TABLE, ["--profile", "none.toml"], "none.toml cannot be read"),
        (TABLE, ["--format", "excel"], "format must be one of table"),
        (TABLE, ["--mass", "5"], "--mass must be a quantity"),
    ],
)
def test_the_command_ends_with_2_when_nothing_can_be_read_and_leaves_no_store(
    files, monkeypatch, content, options, reason
):
    monkeypatch.chdir(files)
    (files / "sar.csv").write_text(content)
    result = command("sar.csv", "--store", "kb.sqlite", *options)
    assert result.exit_code == 2
    assert reason in result.output
    assert len(result.output.splitlines()) == 1
    assert not (files / "kb.sqlite").exists()
