"""The form of a result, and that it comes back from disk as it went, or not at all."""

import json

import numpy as np
import pytest
import xarray as xr

from magheat import dataset, whole
from magheat.errors import SchemaError, SpecError

ATTRS = {
    "experiment": json.dumps({"particles": 2}),
    "key": "abc",
    "seed": None,
    "wall_time_s": 0.25,
    "checked": True,
    "solver": "llg",
    "empty": "",
}


def run(seed=0, **changes):
    """A run of two particles with arbitrary numbers in it: 2 cycles of 5 samples."""
    rng = np.random.default_rng(seed)
    moments = rng.normal(size=(11, 2, 3))
    given = {
        "time": np.arange(11) * 2e-7,
        "direction": np.array([0.0, 0.6, 0.8]),
        "field": 1e4 * rng.normal(size=(11, 3)),
        "field_is_linear": False,
        "moments": moments / np.linalg.norm(moments, axis=-1, keepdims=True),
        "released_heat": 1e-19 * rng.random((11, 2)).cumsum(0),
        "field_work": 1e-19 * rng.normal(size=(11, 2)),
        "energy": 1e-19 * rng.normal(size=(11, 2)),
        "positions": 1e-8 * np.array([[0.0, 0, 0], [3, 0, 0]]),
        "diameters": np.array([22e-9, 18e-9]),
        "easy_axes": np.array([[0.0, 0, 1], [0, 1, 0]]),
        "saturation_magnetization": np.array([4.8e5, 4.4e5]),
        "anisotropy_constant": np.array([1e4, 2e4]),
        "density": np.array([5180.0, 4860.0]),
        "heat_capacity": np.array([3.48e6, 3.4e6]),
        "iron_mass_fraction": np.array([0.7236, 0.6994]),
        "frequency": 1e6,
        "cycles": 2,
        "samples_per_cycle": 5,
        "interactions": True,
        "attrs": ATTRS,
    }
    return dataset.particle_run(**(given | changes))


def test_a_run_meets_its_own_schema_and_every_variable_has_a_unit():
    ds = dataset.check(run(amplitude=4e4, damping=0.1))
    assert set(dataset.VARIABLES) <= set(ds.data_vars)
    for name in [*ds.data_vars, *ds.coords]:
        if name != "component":
            assert ds[name].attrs["units"], name
            assert ds[name].attrs["long_name"], name


def test_derived_variables_follow_from_the_given_ones():
    ds = run()
    volume = np.pi * np.array([22e-9, 18e-9]) ** 3 / 6
    np.testing.assert_allclose(ds["volume"], volume)
    closed = ds["field_work"] + ds["dipolar_work"] - (ds["energy"] - ds["energy"].isel(time=0))
    np.testing.assert_allclose(ds["released_heat"], closed, rtol=1e-12)
    np.testing.assert_allclose(ds["temperature_rise"] * ds["heat_capacity"] * volume, ds["released_heat"])
    projected = (ds["applied_field_vector"] * ds["direction"]).sum("component")
    np.testing.assert_allclose(ds["applied_field"], projected)
    along = (ds["moment_direction"] * ds["direction"]).sum("component")
    np.testing.assert_allclose(ds["magnetization"], along * ds["saturation_magnetization"])


@pytest.mark.parametrize("name", ["moments", "time", "direction", "density", "energy"])
def test_an_array_of_the_wrong_shape_is_refused_by_name(name):
    says = {"moments": "moment_direction"}.get(name, name)
    with pytest.raises(SchemaError, match=rf"^{says} must have shape"):
        run(**{name: np.zeros(7)})


def test_checks_are_there_only_where_they_were_made():
    ds = run()
    assert dataset.with_checks(ds).identical(ds)
    checked = dataset.with_checks(ds, heat_sensitivity=np.array([1e-9, 2e-9]), reproducible=True)
    assert set(checked.data_vars) - set(ds.data_vars) == {"heat_sensitivity", "reproducible"}
    assert checked["reproducible"].dtype == bool


@pytest.mark.parametrize("name", ["released_heat", "energy", "volume", "direction"])
def test_check_names_what_is_missing(name):
    with pytest.raises(SchemaError, match=name):
        dataset.check(run().drop_vars(name))


def test_check_refuses_a_part_of_a_run_and_foreign_objects():
    with pytest.raises(SchemaError, match="time must have cycles x samples_per_cycle"):
        dataset.check(run().isel(time=slice(3)))
    with pytest.raises(SchemaError, match="Dataset"):
        dataset.check(run()["energy"])
    with pytest.raises(SchemaError, match="released_heat must have the dimensions"):
        dataset.check(run().assign(released_heat=run()["released_heat"].isel(particle=0)))


def test_what_is_stacked_comes_back_by_selection():
    runs = [run(seed, damping=0.1 * (1 + seed), interactions=seed != 1) for seed in range(3)]
    runs[2].attrs |= {"key": "def", "seed": 7}
    stacked = dataset.check(dataset.stack(runs))
    assert stacked["moment_direction"].dims == ("run", "time", "particle", "component")
    assert "run" not in stacked["position"].dims
    assert stacked["damping"].dims == ("run",)
    assert stacked["key"].values.tolist() == ["abc", "abc", "def"]
    assert stacked["seed"].values.tolist() == ["null", "null", "7"]
    for index, single in enumerate(runs):
        back = stacked.isel(run=index)
        for name in single.variables:
            np.testing.assert_array_equal(back[name], single[name])


def test_runs_that_do_not_fit_together_are_refused():
    with pytest.raises(SchemaError, match="at least one"):
        dataset.stack([])
    with pytest.raises(SchemaError, match="damping"):
        dataset.stack([run(), run(damping=0.1)])
    with pytest.raises(SchemaError, match="times"):
        dataset.stack([run(), run(time=np.arange(11) * 1e-7)])


@pytest.mark.parametrize("several", [False, True])
def test_netcdf_gives_back_what_was_written(tmp_path, several):
    one = dataset.with_checks(run(damping=0.1), heat_error=np.array([1e-25, 2e-25]), reproducible=False)
    other = dataset.with_checks(run(1, damping=0.2), heat_error=np.array([1e-25, 2e-25]), reproducible=True)
    ds = dataset.stack([one, other]) if several else one
    dataset.write_netcdf(ds, tmp_path / "run.nc")
    back = dataset.read_netcdf(tmp_path / "run.nc")
    xr.testing.assert_identical(ds, back)
    assert {n: type(v) for n, v in back.attrs.items()} == {n: type(v) for n, v in ds.attrs.items()}
    assert back["interactions"].dtype == bool
    dataset.check(back)
    assert [p.name for p in tmp_path.iterdir()] == ["run.nc"]


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "run.nc"
    dataset.write_netcdf(run(0), path)
    before = path.read_bytes()

    def interrupted(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(whole.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        dataset.write_netcdf(run(1), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["run.nc"]


def test_a_file_is_never_written_beside_a_missing_folder(tmp_path):
    for path in (tmp_path / "none" / "run.nc", tmp_path):
        with pytest.raises(SpecError, match="path must name a file in an existing folder"):
            dataset.write_netcdf(run(), path)


def damaged(path, kind):
    """Write something that is not a whole file of ours."""
    dataset.write_netcdf(run(), path)
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[:-3000])
    elif kind == "text":
        path.write_text("time,field\n0,1\n")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "missing":
        path.unlink()
    elif kind == "foreign":
        xr.Dataset({"x": ("t", np.arange(3.0))}).to_netcdf(path, engine="h5netcdf")


@pytest.mark.parametrize("kind", ["truncated", "text", "empty", "missing", "foreign"])
def test_a_file_that_is_not_a_whole_run_is_refused_in_one_sentence(tmp_path, kind):
    path = tmp_path / "run.nc"
    damaged(path, kind)
    with pytest.raises(SchemaError, match=r"^path must name") as refusal:
        dataset.read_netcdf(path)
    assert "\n" not in str(refusal.value)


def test_a_newer_layout_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset.files, "FORMAT", 2)
    dataset.write_netcdf(run(), tmp_path / "run.nc")
    monkeypatch.setattr(dataset.files, "FORMAT", 1)
    with pytest.raises(SchemaError, match="at most 1; got 2"):
        dataset.read_netcdf(tmp_path / "run.nc")
