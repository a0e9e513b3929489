"""What every solver promises, whichever it is, and what those of particles promise on top."""

import dataclasses
import json
import math

import numpy as np
import pytest

import magheat as mh
from magheat import api, dataset

SOLVERS = sorted(api.SOLVERS)
COLD_SOLVERS = ["llg", "minimize"]
WARM_SOLVERS = ["kinetic-monte-carlo"]  # of particles at a temperature
PARTICLE_SOLVERS = COLD_SOLVERS + WARM_SOLVERS
ENSEMBLE_SOLVERS = ["fokker-planck", "linear-response", "two-well"]
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


def ensemble_experiment(**changes):
    material = mh.Material(saturation_magnetization=4.5e5, anisotropy_constant=2e4)
    ensemble = mh.Ensemble(material=material, diameter="14 nm", axes="0 deg")
    drive = mh.Sinusoidal(amplitude="50 Oe", frequency="100 kHz")
    return mh.Experiment(ensemble=ensemble, applied_field=drive, temperature=300.0, samples_per_cycle=60).replace(
        **changes
    )


def suited(name, **changes):
    """An experiment that this solver can run."""
    if name in ENSEMBLE_SOLVERS:
        return ensemble_experiment(**changes)
    return experiment(**({"temperature": 300.0 if name in WARM_SOLVERS else 0.0} | changes))


@pytest.fixture(scope="module", params=SOLVERS)
def any_run(request):
    return request.param, mh.simulate(suited(request.param), solver=request.param)


@pytest.fixture(scope="module", params=PARTICLE_SOLVERS)
def run(request):
    return request.param, mh.simulate(suited(request.param), solver=request.param)


def test_every_solver_is_of_one_of_two_kinds():
    assert sorted(PARTICLE_SOLVERS + ENSEMBLE_SOLVERS) == SOLVERS


@pytest.mark.parametrize("name", ENSEMBLE_SOLVERS)
def test_the_dataset_of_an_ensemble_is_one_steady_cycle(name):
    ds = mh.simulate(ensemble_experiment(), solver=name)
    for variable in ("applied_field", "magnetization"):
        assert ds[variable].dims == ("time",)
        assert ds[variable].attrs["units"] == "A/m"
    assert set(dataset.ENSEMBLE_FLAGS) < set(ds.data_vars)
    for variable in (*ds.data_vars, *ds.coords):
        assert {"units", "long_name"} <= set(ds[variable].attrs), variable
    np.testing.assert_allclose(ds.time, np.arange(60) / 60 / 1e5, rtol=1e-14)
    loss = mh.analysis.loss_per_cycle(ds)
    assert float(loss) > 0
    assert float(mh.analysis.slp(ds)) == pytest.approx(float(loss) * 1e5 / 5180)
    assert np.isfinite(mh.analysis.coercive_field(mh.analysis.sample_loop(ds)))
    assert np.isfinite(mh.analysis.ilp(ds))


@pytest.mark.parametrize("name", SOLVERS)
def test_what_is_of_the_other_kind_is_refused_by_name(name):
    other = ensemble_experiment() if name in PARTICLE_SOLVERS else experiment()
    with pytest.raises(mh.SpecError, match=r"Experiment\.(ensemble|particles)") as caught:
        mh.simulate(other, solver=name)
    assert "\n" not in str(caught.value)


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


def test_cumulative_variables_start_at_zero_and_heat_never_falls_without_temperature(run):
    solver, ds = run
    for name in ("released_heat", "field_work", "dipolar_work", "temperature_rise"):
        assert (ds[name][0] == 0).all()
    heat = ds.released_heat.values
    if solver in COLD_SOLVERS:
        assert (np.diff(heat, axis=0) >= -1e-12 * heat[-1].max()).all()


def test_derived_variables_follow_from_the_moments(run):
    _, ds = run
    projected = ds.saturation_magnetization * ds.moment_direction.isel(component=2)
    np.testing.assert_allclose(ds.magnetization, projected.transpose("time", "particle"), rtol=1e-12)
    np.testing.assert_allclose(ds.temperature_rise, ds.released_heat / (ds.heat_capacity * ds.volume), rtol=1e-12)
    ledger = ds.released_heat - ds.field_work - ds.dipolar_work + ds.energy - ds.energy[0]
    assert float(abs(ledger).max()) < 1e-12 * float(abs(ds.energy).max())


def test_the_dataset_says_where_it_comes_from(any_run):
    name, ds = any_run
    assert ds.attrs["solver"] == name
    assert ds.attrs["key"] == suited(name).key
    assert ds.attrs["seed"] == 1
    assert ds.attrs["wall_time_s"] > 0
    assert ds.attrs["magheat_version"]
    assert ds.attrs["model_version"] == api.SOLVERS[name].model_version >= 1
    assert set(json.loads(ds.attrs["solver_options"])) == {f.name for f in dataclasses.fields(api.SOLVERS[name])}
    json.loads(ds.attrs["experiment"])


def test_the_same_experiment_gives_the_same_bits(any_run):
    name, ds = any_run
    again = mh.simulate(suited(name), solver=name)
    for variable in ds.data_vars:
        np.testing.assert_array_equal(ds[variable], again[variable])


def test_many_runs_are_the_single_runs_stacked(any_run):
    name, ds = any_run
    other = suited(name, damping=0.5)
    runs = mh.simulate_many([suited(name), other], solver=name)
    for variable in ("applied_field", "magnetization") if name in ENSEMBLE_SOLVERS else UNITS:
        np.testing.assert_array_equal(runs[variable].isel(run=0), ds[variable])
        np.testing.assert_array_equal(runs[variable].isel(run=1), mh.simulate(other, solver=name)[variable])


def test_a_file_gives_back_the_dataset(any_run, tmp_path):
    _, ds = any_run
    mh.write_netcdf(ds, tmp_path / "run.nc")
    back = mh.read_netcdf(tmp_path / "run.nc")
    assert back.identical(ds)
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]


def test_progress_ends_with_everything_done(any_run):
    name, _ = any_run
    told = []
    mh.simulate(suited(name), solver=name, progress=told.append)
    assert told
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


#: What a solver does not do, and the word under which it says so; most need a temperature.
BEYOND = {
    "llg": ({"applied_field": mh.Sinusoidal(amplitude="500 Oe", frequency="1 mHz")}, "max_steps"),
    "minimize": ({"temperature": 300.0}, "temperature"),
}


@pytest.mark.parametrize("name", SOLVERS)
def test_what_a_solver_cannot_run_it_refuses_with_its_reason(name):
    changes, word = BEYOND.get(name, ({"temperature": 0.0}, "temperature"))
    beyond = suited(name, **changes)
    reason = api.SOLVERS[name]().supports(beyond)
    assert reason
    assert "\n" not in reason
    with pytest.raises(mh.SpecError, match=word):
        mh.simulate(beyond, solver=name)


@pytest.mark.parametrize("wrong", [["heun"], {}, math.nan, -1, "nobody", 1 + 2j], ids=repr)
@pytest.mark.parametrize(
    ("name", "option"), [(name, f.name) for name in SOLVERS for f in dataclasses.fields(api.SOLVERS[name])]
)
def test_options_of_a_wrong_kind_are_refused_by_their_names(name, option, wrong):
    solver = api.SOLVERS[name]
    with pytest.raises(mh.SpecError, match=rf"^{solver.__name__}\.{option} must "):
        solver(**{option: wrong})


@pytest.mark.parametrize(
    ("name", "option"),
    [("llg", "threads"), ("llg", "max_steps"), ("minimize", "jump_tolerance"), ("linear-response", "size_points")],
)
def test_true_is_no_number(name, option):
    with pytest.raises(mh.SpecError, match=option):
        api.SOLVERS[name](**{option: True})


@pytest.mark.parametrize("name", SOLVERS)
def test_an_unknown_option_is_named(name):
    with pytest.raises(mh.SpecError, match="colour is unknown"):
        api.SOLVERS[name](colour="red")


@pytest.mark.parametrize("name", SOLVERS)
def test_solvers_are_frozen(name):
    solver = api.SOLVERS[name]()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(solver, dataclasses.fields(solver)[0].name, 1)
