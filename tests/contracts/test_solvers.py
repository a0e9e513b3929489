"""What every solver promises, whichever it is."""

import dataclasses
import json

import numpy as np
import pytest

import magheat as mh
from magheat import api, dataset

SOLVERS = sorted(api.SOLVERS)
UNITS = {
    "applied_field": "A/m",
    "applied_field_vector": "A/m",
    "moment_direction": "1",
    "magnetization": "A/m",
    "released_heat": "J",
    "field_work": "J",
    "dipolar_work": "J",
    "energy": "J",
    "temperature_rise": "K",
}
DIMS = {
    "applied_field": ("time",),
    "applied_field_vector": ("time", "component"),
    "moment_direction": ("time", "particle", "component"),
}


def experiment(**changes):
    material = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4)
    pair = mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=material
    )
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="5 MHz")
    return mh.Experiment(particles=pair, applied_field=drive, cycles=2, samples_per_cycle=60).replace(**changes)


@pytest.fixture(scope="module", params=SOLVERS)
def run(request):
    return request.param, mh.simulate(experiment(), solver=request.param)


def test_the_dataset_has_every_variable_with_dims_units_and_a_name(run):
    _, ds = run
    dataset.check(ds)
    for name, unit in UNITS.items():
        assert ds[name].attrs["units"] == unit
        assert ds[name].dims == DIMS.get(name, ("time", "particle"))
    for name in (*ds.data_vars, *ds.coords):
        assert name == "component" or {"units", "long_name"} <= set(ds[name].attrs), name


def test_time_runs_over_all_cycles_with_both_ends(run):
    _, ds = run
    np.testing.assert_allclose(ds.time, np.linspace(0, 2 / 5e6, 121), rtol=1e-14)


def test_cumulative_variables_start_at_zero_and_heat_never_falls(run):
    _, ds = run
    for name in ("released_heat", "field_work", "dipolar_work", "temperature_rise"):
        assert (ds[name][0] == 0).all()
    heat = ds.released_heat.values
    assert (np.diff(heat, axis=0) >= -1e-12 * heat[-1].max()).all()


def test_derived_variables_follow_from_the_moments(run):
    _, ds = run
    projected = ds.saturation_magnetization * ds.moment_direction.isel(component=2)
    np.testing.assert_allclose(ds.magnetization, projected.transpose("time", "particle"), rtol=1e-12)
    np.testing.assert_allclose(ds.temperature_rise, ds.released_heat / (ds.heat_capacity * ds.volume), rtol=1e-12)
    ledger = ds.released_heat - ds.field_work - ds.dipolar_work + ds.energy - ds.energy[0]
    assert float(abs(ledger).max()) < 1e-12 * float(abs(ds.energy).max())


def test_the_dataset_says_where_it_comes_from(run):
    name, ds = run
    assert ds.attrs["solver"] == name
    assert ds.attrs["key"] == experiment().key
    assert ds.attrs["seed"] == 1
    assert ds.attrs["wall_time_s"] > 0
    assert ds.attrs["magheat_version"]
    assert set(json.loads(ds.attrs["solver_options"])) == {f.name for f in dataclasses.fields(api.SOLVERS[name])}
    json.loads(ds.attrs["experiment"])


def test_the_same_experiment_gives_the_same_bits(run):
    name, ds = run
    again = mh.simulate(experiment(), solver=name)
    for variable in ds.data_vars:
        np.testing.assert_array_equal(ds[variable], again[variable])


def test_many_runs_are_the_single_runs_stacked(run):
    name, ds = run
    other = experiment(damping=0.5)
    runs = mh.simulate_many([experiment(), other], solver=name)
    for variable in UNITS:
        np.testing.assert_array_equal(runs[variable].isel(run=0), ds[variable])
        np.testing.assert_array_equal(runs[variable].isel(run=1), mh.simulate(other, solver=name)[variable])


def test_a_file_gives_back_the_dataset(run, tmp_path):
    _, ds = run
    mh.write_netcdf(ds, tmp_path / "run.nc")
    back = mh.read_netcdf(tmp_path / "run.nc")
    assert back.identical(ds)
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]


def test_progress_ends_with_everything_done(run):
    name, _ = run
    told = []
    mh.simulate(experiment(), solver=name, progress=told.append)
    assert told
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("name", SOLVERS)
def test_what_a_solver_cannot_run_it_refuses_with_its_reason(name):
    warm = experiment(temperature=300.0)
    reason = api.SOLVERS[name]().supports(warm)
    assert reason
    assert "\n" not in reason
    with pytest.raises(mh.SpecError, match="temperature"):
        mh.simulate(warm, solver=name)


@pytest.mark.parametrize("name", SOLVERS)
def test_solvers_are_frozen(name):
    solver = api.SOLVERS[name]()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(solver, dataclasses.fields(solver)[0].name, 1)
