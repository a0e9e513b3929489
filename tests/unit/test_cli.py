"""The command line: errors in one sentence, outputs whole or absent, a summary in words."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from magheat import dataset
from magheat._version import __version__
from magheat.api import SOLVERS
from magheat.cli.main import app
from magheat.spec.experiment import Experiment
from magheat.workflows.recommend import recommend

EXAMPLES = Path(__file__).parents[2] / "examples"
SHORT = """
[material]
preset = "magnetite"
[particles]
arrangement = "pair"
diameters = ["22 nm", "18 nm"]
gap = "7.1 nm"
easy_axis_angles = ["0 deg", "30 deg"]
[applied_field]
kind = "{kind}"
amplitude = "500 Oe"
frequency = "{frequency}"
[experiment]
cycles = 1
samples_per_cycle = 100
[solver]
rtol = 1e-6
"""


@pytest.fixture
def short(tmp_path):
    """A short run in a folder of its own."""
    path = tmp_path / "in" / "short.toml"
    path.parent.mkdir()
    path.write_text(SHORT.format(kind="sinusoidal", frequency="2 MHz"))
    return path


def magheat(*arguments):
    return CliRunner(env={"MAGHEAT_TRACEBACK": None}).invoke(app, [str(a) for a in arguments])


def refused(result):
    """The one sentence on stderr of a run that was refused."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("magheat: ")
    return line.removeprefix("magheat: ")


def test_help_of_run_names_every_solver():
    help_text = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["run", "--help"]).stdout
    assert all(name in help_text for name in SOLVERS)


def test_a_run_writes_both_files_and_ends_with_its_numbers(short, tmp_path):
    output, plot = tmp_path / "out.nc", tmp_path / "out.png"
    result = magheat("run", short, "-o", output, "--plot", plot)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    ds = dataset.read_netcdf(output)
    heat = np.diff(ds["released_heat"].values[[0, -1]], axis=0)[0]
    for value in heat:
        assert f"{value:.3e}" in result.stdout
    for words in ("W/g of iron", "nH m^2/kg", "kA/m (", " Oe)", "exceeds the Brezovich limit", "Reproducible: a twin"):
        assert words in result.stdout
    assert {p.name for p in tmp_path.iterdir()} == {"in", "out.nc", "out.png"}
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_no_line_of_the_tables_is_wider_than_80_columns(short):
    lines = magheat("run", short).stdout.splitlines()
    tables = [line for line in lines if line.startswith(" ") or line.startswith(("Particle", "Jump "))]
    assert len(tables) > 4
    assert max(map(len, tables)) <= 80


@pytest.mark.parametrize("name", ["pair", "ensemble"])
def test_recommend_names_a_solver_that_runs_the_file_and_judges_all(name):
    result = magheat("recommend", EXAMPLES / f"{name}.toml")
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert recommend(Experiment.from_toml(EXAMPLES / f"{name}.toml")).chosen.name in text.split(":")[0]
    for solver in SOLVERS:
        assert f"{solver}:" in text


def test_recommend_refuses_a_limit_that_is_none(short):
    assert "error must be a number > 0" in refused(magheat("recommend", short, "--error", "0"))


def test_existing_outputs_are_replaced(short, tmp_path):
    output = tmp_path / "out.nc"
    output.write_text("old")
    assert magheat("run", short, "-o", output).exit_code == 0
    assert dataset.read_netcdf(output).sizes["particle"] == 2


def test_a_rotating_drive_has_no_coercive_field(short):
    short.write_text(SHORT.format(kind="rotating", frequency="2 MHz"))
    assert "not defined for a rotating drive" in magheat("run", short).stdout


def test_a_low_damping_run_is_called_a_draw_from_a_distribution(short):
    text = short.read_text().replace("[experiment]", "[experiment]\ndamping = 0.001").replace("2 MHz", "5 MHz")
    short.write_text(text.replace('"magnetite"', '"magnetite"\nanisotropy_constant = "1e5 erg/cm^3"'))
    assert "NOT reproducible" in magheat("run", short).stdout


def test_solver_and_tolerance_come_from_the_file_or_the_options(short, tmp_path):
    from_file, from_options, quasi_static = (tmp_path / f"{n}.nc" for n in "abc")
    magheat("run", short, "-o", from_file)
    magheat("run", short, "-o", from_options, "--rtol", "1e-5")
    magheat("run", short, "-o", quasi_static, "--solver", "minimize")
    options = [dataset.read_netcdf(path).attrs for path in (from_file, from_options, quasi_static)]
    assert '"rtol": 1e-06' in options[0]["solver_options"]
    assert '"rtol": 1e-05' in options[1]["solver_options"]
    assert [o["solver"] for o in options] == ["llg", "llg", "minimize"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[material]", "[materiel]"), "did you mean material?"),
        (('"7.1 nm"', '"-7.1 nm"'), "pair.gap must be >= 0"),
        (('"500 Oe"', '"500 furlong"'), "amplitude"),
        (("rtol = 1e-6", "rtool = 1e-6"), "did you mean rtol?"),
        (("rtol = 1e-6", "rtol = 1"), "LLG.rtol"),
        (("rtol = 1e-6", 'name = "magic"'), "solver must be one of"),
        (("cycles = 1", "cycles = "), "not valid TOML"),
        (("cycles = 1", "cycles = 1000000000"), "cycles"),
    ],
)
def test_a_bad_file_gets_one_sentence(short, change, words):
    assert change[0] in short.read_text()
    short.write_text(short.read_text().replace(*change))
    assert words in refused(magheat("run", short))


def test_a_file_that_is_not_there_gets_one_sentence(tmp_path):
    assert "nosuch.toml" in refused(magheat("run", tmp_path / "nosuch.toml"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "nosuch/out.nc"), "no folder"),
        (("-o", "in"), "must name a file"),
        (("-o", "/dev/null"), "must name a file"),
        (("-o", "in/short.toml"), "another file than FILE.toml"),
        (("--plot", "out.jpg"), "--plot must end in"),
        (("--plot", "a.png", "-o", "a.png"), "another file than --output"),
        (("--solver", "magic"), "solver must be one of"),
        (("--solver", "minimize", "--rtol", "1e-9"), "rtol"),
    ],
)
def test_outputs_and_options_are_checked_before_the_run(short, tmp_path, monkeypatch, options, words):
    monkeypatch.chdir(tmp_path)
    before = short.read_text()
    assert words in refused(magheat("run", short, *options))
    assert short.read_text() == before
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def test_a_closed_folder_is_refused(short, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    if os.access(closed, os.W_OK):
        pytest.skip("this user may write everywhere")
    assert "writable" in refused(magheat("run", short, "-o", closed / "out.nc"))


def test_a_full_disk_gets_one_sentence_and_leaves_no_file(short, tmp_path, monkeypatch):
    def full(ds, path, **_):
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xarray.Dataset.to_netcdf", full)
    result = magheat("run", short, "-o", tmp_path / "out.nc")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.endswith("out.nc' could not be written: No space left on device.")
    assert "nH m^2/kg" in result.stdout  # the numbers of the run are not lost
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def test_a_defect_gets_one_line_and_exit_code_1(short, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr("magheat.api.simulate", broken)
    result = magheat("run", short)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "ZeroDivisionError: one two" in line


def test_wrong_options_are_refused_by_name():
    result = magheat("run", "a.toml", "--colour")
    assert result.exit_code == 2
    assert "--colour" in result.stderr


def test_the_version_is_printed():
    result = magheat("--version")
    assert result.exit_code == 0
    assert result.stdout == f"magheat {__version__}\n"


def test_an_unknown_paper_is_refused():
    assert "local-heat" in refused(magheat("reproduce", "cold-fusion"))


@pytest.mark.parametrize("name", ["pair", "chain", "cluster"])
def test_every_example_runs(tmp_path, name):
    text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    short = (
        text.replace("500 kHz", "4 MHz").replace("cycles = 2 ", "cycles = 1 ").replace("cycles = 2\n", "cycles = 1\n")
    )
    assert short.count("4 MHz") == 1
    assert "cycles = 2" not in short
    for table in EXAMPLES.glob("*.csv"):
        (tmp_path / table.name).write_bytes(table.read_bytes())
    (tmp_path / "example.toml").write_text(short, encoding="utf-8")
    result = magheat("run", tmp_path / "example.toml")
    assert result.exit_code == 0, result.stderr
    assert "W/g" in result.stdout


def test_help_loads_neither_kernels_nor_figures():
    """An empty package stands in for magheat, so that this is about what the commands themselves import."""
    code = f"""
import sys, types
package = types.ModuleType("magheat")
package.__path__ = [{str(Path(dataset.__file__).parents[1])!r}]
sys.modules["magheat"] = package
import magheat.cli.main
print(sorted({{"numba", "xarray", "matplotlib", "pint", "numpy"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_starting_loads_no_part_of_scipy_that_few_runs_need():
    code = "import sys, magheat; print([name for name in sys.modules if name.startswith('scipy.') and name in %r])"
    late = ("scipy.interpolate", "scipy.linalg", "scipy.optimize", "scipy.sparse", "scipy.spatial", "scipy.special")
    done = subprocess.run([sys.executable, "-c", code % (late,)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_ctrl_c_ends_a_run_at_once_and_leaves_nothing(tmp_path):
    path = tmp_path / "long.toml"
    path.write_text(SHORT.format(kind="sinusoidal", frequency="1 kHz").replace("rtol = 1e-6", "rtol = 1e-9"))
    master, slave = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "magheat.cli.main",
        "run",
        path,
        "-o",
        tmp_path / "a.nc",
        "--plot",
        tmp_path / "a.png",
    ]
    process = subprocess.Popen(command, stdout=slave, stderr=slave, env=os.environ | {"TERM": "xterm", "COLUMNS": "80"})
    os.close(slave)
    try:
        until(master, b"Simulating")
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        end = until(master, b"interrupted")
        assert process.wait(timeout=30) == 130
        assert time.monotonic() - started < 5
        assert b"Traceback" not in end
    finally:
        process.kill()
        process.wait()
        os.close(master)
    assert [p.name for p in tmp_path.iterdir()] == ["long.toml"]


def until(master, words):
    """What the terminal shows up to these words."""
    seen = b""
    while words not in seen:
        seen += os.read(master, 4096)
    return seen


ENSEMBLE = """
[material]
preset = "magnetite"

[ensemble]
diameter = "16 nm"
interaction = 0.3

[applied_field]
kind = "sinusoidal"
amplitude = "150 Oe"
frequency = "100 kHz"

[experiment]
temperature = "42 degC"

[solver]
name = "two-well"
"""


def test_an_ensemble_runs_to_its_table_its_file_and_its_picture(tmp_path):
    spec = tmp_path / "ensemble.toml"
    spec.write_text(ENSEMBLE)
    result = CliRunner().invoke(
        app, ["run", str(spec), "-o", str(tmp_path / "a.nc"), "--plot", str(tmp_path / "a.png")]
    )
    assert result.exit_code == 0, result.output
    for words in ("Ensemble", "Loss per cycle", "SLP", "Brezovich"):
        assert words in result.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"ensemble.toml", "a.nc", "a.png"}
