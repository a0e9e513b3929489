"""What is said of a run at a temperature: nothing that holds at 0 K only."""

import re

import numpy as np
import pytest

import magheat as mh
from magheat.analysis import words
from magheat.cli.summary import print_summary, printed
from magheat.plotting import run_figure

MATERIAL = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4)
SOLVERS = ["kinetic-monte-carlo", "llg"]


def experiment(count=2, **changes):
    chain = mh.arrangement.chain(
        count=count, diameter="20 nm", gap="7 nm", material=MATERIAL, easy_axes=mh.arrangement.random_axes(count, 1)
    )
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="5 MHz")
    given = {"particles": chain, "applied_field": drive, "temperature": 300.0, "samples_per_cycle": 30, "cycles": 20}
    return mh.Experiment(**(given | changes))


def said(ds):
    return printed(print_summary, ds)


@pytest.mark.parametrize("solver", SOLVERS)
def test_flips_are_not_denied_and_no_steady_cycle_is_promised(solver):
    ds = mh.simulate(experiment(), solver)
    text = said(ds)
    assert "No jumps" not in text
    assert "Take more cycles for steady numbers" not in text
    assert "only losses of stability are" in text
    assert ("flips" in ds.attrs) == (f"the whole run has {ds.attrs.get('flips')} flip" in text)


def test_at_no_temperature_nothing_is_said_of_flips():
    ds = mh.simulate(experiment(temperature=0.0, cycles=1))
    assert "Flips" not in said(ds)
    assert words.flips(ds) is None


def test_the_error_of_the_sum_is_not_that_of_what_particles_pass_to_each_other():
    """Two particles swap much more heat than they release: the sum is as sure as its own cycles make it."""
    ds = mh.simulate(experiment(), "kinetic-monte-carlo").copy(deep=True)
    samples = ds.attrs["samples_per_cycle"]
    cycle = np.arange(ds.sizes["time"]) / samples
    swapped = 1e-15 * np.sin(cycle)  # J, a hundred thousand times k_B T
    ds["released_heat"].values[:, :] = 1e-20 * cycle[:, None] + swapped[:, None] * [1.0, -1.0]
    mean, error = re.search(r"heat of all is (\S+) \+- (\S+) J", words.thermal_heat(ds)).groups()
    assert float(mean) == pytest.approx(2e-20, rel=1e-3)
    assert float(error) < 1e-25


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_field_that_never_changes_has_no_loop(solver):
    """Moments that fluctuate through zero are no crossing of a branch."""
    static = experiment(applied_field=mh.Static(amplitude="50 Oe", duration="200 ns"), cycles=2)
    ds = mh.simulate(static, solver)
    assert np.isnan(mh.analysis.coercive_field(ds)).all()
    assert np.isnan(mh.analysis.remanence(ds)).all()
    assert mh.analysis.crossings(ds).sizes["crossing"] == 0
    assert "not defined for a static field" in said(ds)


def test_shares_of_the_heat_are_told_only_where_nobody_takes_heat_in():
    ds = mh.simulate(experiment(count=12, cycles=1), "kinetic-monte-carlo").copy(deep=True)
    for least, told in ((0.0, True), (-1e-20, False)):
        ds["released_heat"].values[-1] = np.linspace(least, 1e-19, 12) + ds["released_heat"].values[0]
        assert ("% of the total" in said(ds)) is told


@pytest.mark.parametrize("sign", [1.0, -1.0, 0.0])
@pytest.mark.parametrize("count", [2, 9])
def test_heat_of_any_sign_is_drawn(count, sign, tmp_path):
    """Over one cycle every particle may take heat in; the colours and the unit follow."""
    ds = mh.simulate(experiment(count=count, cycles=1), "kinetic-monte-carlo").copy(deep=True)
    for name, size in (("released_heat", 1e-19), ("temperature_rise", 5e-3)):
        ds[name].values[:] = sign * size * np.linspace(0.0, 1.0, ds.sizes["time"])[:, None] * np.arange(1, count + 1)
    figure = run_figure(ds)
    figure.savefig(tmp_path / "run.png")
    labels = [axes.get_ylabel() for part in figure.subfigs for axes in part.axes]
    assert "Temperature rise (mK)" in labels
    assert figure.get_suptitle().endswith(", 300 K")


@pytest.mark.parametrize("first_cycle", [-1, 2, 1.5, "one", True, None])
def test_the_first_cycle_that_counts_is_one_of_the_run(first_cycle):
    ds = mh.simulate(experiment(cycles=2), "kinetic-monte-carlo")
    with pytest.raises(mh.errors.SchemaError, match=r"^first_cycle must be a whole number >= 0 and < 2"):
        mh.analysis.mean_heat(ds, first_cycle)
