"""``magheat optimize`` and ``magheat fit``: tables for people, files that run again, errors in one sentence."""

import re

import numpy as np
import pytest
from typer.testing import CliRunner

from magheat.cli.main import app
from magheat.cli.pairs import bounds_of, values_of
from magheat.constants import OERSTED
from magheat.errors import SpecError

FIX = ["saturation_magnetization=450 kA/m", "anisotropy_constant=20 kJ/m^3", "interaction=0", "temperature=310 K"]
OPTIMIZE = ["optimize", *(part for text in FIX for part in ("--fix", text)), "--fix", "frequency=100 kHz"]
FIT = ["--frequency", "100 kHz", "--temperature", "300 K", "--axes", "0 deg"]


def magheat(*arguments):
    return CliRunner(env={"MAGHEAT_TRACEBACK": None}).invoke(app, [str(a) for a in arguments])


def refused(*arguments):
    """The one sentence on stderr of a run that was refused."""
    result = magheat(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("magheat: ")


def slp_of(text):
    return float(re.search(r"SLP +([0-9.]+) W/g", text)[1])


def test_the_optimum_runs_again_with_the_same_slp(tmp_path):
    plot, output = tmp_path / "trade.png", tmp_path / "best.toml"
    result = magheat(
        *OPTIMIZE, "--free", "diameter=10..22 nm", "--free", "amplitude=50 Oe..300 Oe", "--limit", "brezovich",
        "--plot", plot, "-o", output,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    for words in (
        "within the Brezovich limit",
        "H f is at its limit",
        "90 % of it within",
        "Every number is simulated",
    ):
        assert words in result.stdout
    assert plot.read_bytes().startswith(b"\x89PNG")
    again = magheat("run", output)
    assert again.exit_code == 0, again.output
    assert slp_of(again.stdout) == slp_of(result.stdout) > 10


@pytest.fixture(scope="module")
def curve(tmp_path_factory):
    """A loop of known particles (K = 20 kJ/m^3, D = 15 nm, axes along the field) as a CSV in the units of a lab."""
    import magheat as mh

    ensemble = mh.Ensemble(
        material=mh.Material(saturation_magnetization=4e5, anisotropy_constant=2e4),
        diameter="15 nm",
        diameter_spread=0.15,
        axes=0.0,
    )
    drive = mh.Sinusoidal(amplitude="190 Oe", frequency="100 kHz")
    experiment = mh.Experiment(ensemble=ensemble, applied_field=drive, temperature=300.0, samples_per_cycle=160)
    run = mh.simulate(experiment, mh.TwoWell(size_points=100))
    noise = np.random.default_rng(1).normal(size=160) * 2e3
    path = tmp_path_factory.mktemp("loops") / "loop.csv"
    columns = np.column_stack([run["applied_field"].values / OERSTED, (run["magnetization"].values + noise) / 1e3])
    np.savetxt(path, columns, "%.8g", ",", header="Field (Oe),Magnetization (emu/cm^3)", comments="")
    return path


def test_a_measured_loop_becomes_particles_that_run_again(curve, tmp_path):
    plot, output = tmp_path / "fit.png", tmp_path / "fit.toml"
    result = magheat("fit", curve, *FIT, "--fix", "diameter_spread=0.15", "--plot", plot, "-o", output)
    assert result.exit_code == 0, result.output
    for words in ("anisotropy_constant", " kJ/m^3", "diameter_spread", "fixed", "95 % from", "W/g", " Oe"):
        assert words in result.stdout
    assert plot.read_bytes().startswith(b"\x89PNG")
    again = magheat("run", output)
    slp = float(re.search(r"slp +([0-9.]+) W/g", result.stdout)[1])
    assert slp_of(again.stdout) == pytest.approx(slp, rel=2e-3)


def test_wrong_input_ends_in_one_sentence(curve, tmp_path):
    free = ("--free", "diameter=10..22 nm", "--free", "amplitude=50..300 Oe")
    assert "NAME=LOW..HIGH" in refused(*OPTIMIZE, "--free", "diameter=3")
    assert "NAME=VALUE" in refused(*OPTIMIZE, *free, "--fix", "density")
    assert "did you mean diameter" in refused(*OPTIMIZE, "--free", "diametre=1..2 nm")
    assert "temperature, frequency" in refused("optimize", *free, *(p for t in FIX[:3] for p in ("--fix", t)))
    assert "limit must be" in refused(*OPTIMIZE, *free, "--limit", "law")
    assert "existing folder" in refused(*OPTIMIZE, *free, "-o", tmp_path / "no" / "best.toml")
    assert "must name an existing file" in refused("fit", tmp_path / "none.csv", *FIT)
    assert "frequency must be" in refused("fit", curve, "--frequency", "100", "--temperature", "300 K")
    assert "--loop must be one of 1" in refused("fit", curve, *FIT, "--loop", "second")
    table = tmp_path / "table.csv"
    table.write_text("Field (Oe),Moment (emu)\n1,2\n2,3\n")
    assert "per volume" in refused("fit", table, *FIT)
    assert "all four are fixed" in refused(
        "fit", curve, *FIT, "--fix", "diameter=15 nm", "--fix", "diameter_spread=0", "--fix",
        "anisotropy_constant=20 kJ/m^3", "--fix", "saturation_magnetization=400 kA/m",
    )  # fmt: skip


def test_bounds_share_the_unit_behind_them():
    assert bounds_of("--free", ["diameter=8..25 nm", "temperature=300 K..320 K", "interaction=0..0.8"]) == {
        "diameter": ("8 nm", "25 nm"),
        "temperature": ("300 K", "320 K"),
        "interaction": (0.0, 0.8),
    }
    assert values_of("--fix", ["diameter = 1.6e-8"]) == {"diameter": 1.6e-8}
    with pytest.raises(SpecError, match="diameter is there twice"):
        values_of("--fix", ["diameter=1", "diameter=2"])
