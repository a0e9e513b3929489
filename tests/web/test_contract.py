"""What the service answers is what the library says."""

import io
import json
import runpy
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
import xarray as xr

import magheat as mh
from magheat.api import SOLVERS
from magheat.spec.io import from_tables
from magheat.surrogates import load
from magheat.web import solvers as web_solvers

from .conftest import API, MATERIAL, box, ended, fixed, pair, quick_map, sample

OUTPUTS = ("coercive_field", "remanence", "loss_per_cycle", "slp")


def post(client, path, body, status=200):
    answer = client.post(f"{API}/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer


def experiment(request, tmp_path):
    return from_tables(json.loads(json.dumps(request["experiment"])), tmp_path)


@pytest.mark.parametrize("rows", [1, 200])
@pytest.mark.parametrize(("level", "extrapolate"), [(0.9, False), (0.5, True)])
def test_a_prediction_is_that_of_the_surrogate(client, models, rows, level, extrapolate):
    columns = box(rows, 7)
    columns["diameter"][0] = 60e-9
    asked = {name: values.tolist() for name, values in columns.items()} | {"density": 4900.0}
    told = post(client, "predict", {"rows": asked, "level": level, "extrapolate": extrapolate}).json()
    expected = load(models / "two-well" / "current").predict(
        columns | {"density": 4900.0}, level=level, extrapolate=extrapolate
    )
    assert told["model"] == (models / "two-well" / "current").readlink().name
    for name in OUTPUTS:
        for end, key in (("", "value"), ("_lower", "lower"), ("_upper", "upper")):
            assert told["outputs"][name][key] == expected[name + end].to_list()
    assert told["in_range"] == expected["in_range"].to_list()
    assert told["out_of_range"] == [[] if one is None else one.split(", ") for one in expected["out_of_range"]]
    assert told["low_barrier"] == expected["low_barrier"].to_list()


def test_ilp_is_slp_over_f_h_squared(client):
    told = post(client, "predict", {"rows": fixed()}).json()["outputs"]
    drive = fixed()["frequency"] * fixed()["amplitude"] ** 2
    for key in ("value", "lower", "upper"):
        assert told["ilp"][key][0] == pytest.approx(told["slp"][key][0] / drive, rel=1e-12)


@pytest.mark.parametrize("name", ["frequency", "amplitude"])
def test_no_field_has_no_ilp(client, name):
    told = post(client, "predict", {"rows": fixed(**{name: 0.0}), "extrapolate": True})
    assert told.json()["outputs"]["ilp"]["value"] == [None]


def test_a_new_current_model_answers_from_the_next_request(client, models):
    before = post(client, "predict", {"rows": fixed()}).json()
    folder = models / "two-well"
    old = (folder / "current").readlink()
    try:
        mh.surrogates.save(mh.surrogates.train(mh.two_well_loops(box(300, 3)), model="boosting", seed=3), folder)
        after = post(client, "predict", {"rows": fixed()}).json()
        listed = client.get(f"{API}/models").json()
    finally:
        (folder / "current").unlink()
        (folder / "current").symlink_to(old)
    assert after["model"] != before["model"]
    assert after["outputs"] != before["outputs"]
    assert listed["current"] == after["model"]
    assert {one["hash"] for one in listed["models"]} >= {before["model"], after["model"]}
    assert post(client, "predict", {"rows": fixed()}).json() == before


def test_models_tell_the_ranges_within_which_predictions_have_values(client):
    told = client.get(f"{API}/models").json()
    model = next(one for one in told["models"] if one["hash"] == told["current"])
    edge = {one["name"]: one["upper"] for one in model["inputs"]}
    assert post(client, "predict", {"rows": edge}).json()["in_range"] == [True]
    for name, value in edge.items():
        beyond = post(client, "predict", {"rows": edge | {name: 1.01 * value}}).json()
        assert beyond["out_of_range"] == [[name]]
    assert model["card_text"].startswith("#")


def test_a_simulation_is_that_of_the_library(client, tmp_path):
    request = sample()
    told = post(client, "simulate", {**request, "samples": 20_000}).json()
    ds = mh.simulate(experiment(request, tmp_path), "two-well")
    for name in ("coercive_field", "remanence", "loss_per_cycle", "slp", "ilp"):
        assert told["quantities"][name]["value"] == float(getattr(mh.analysis, name)(ds))
    assert told["key"] == ds.attrs["key"]
    assert told["loop"]["magnetization"] == ds["magnetization"].values.tolist()
    assert told["limits"]["hergt_dutz"]["ratio"] == pytest.approx(12e3 * 1e5 / 5e9)


@pytest.mark.parametrize("solver", ["llg", "minimize"])
def test_a_pair_is_that_of_the_library_and_its_ledger_closes(client, tmp_path, solver):
    request = pair(solver)
    told = post(client, "simulate", {**request, "samples": 50}).json()
    ds = mh.simulate(experiment(request, tmp_path), solver)
    heat = mh.analysis.heat_per_cycle(ds).values
    assert [one["heat_per_cycle"] for one in told["particles"]] == heat.tolist()
    flows = told["ledger"]
    balance = np.array(flows["field_work"]) + flows["dipolar_work"] - np.array(flows["change_of_energy"])
    np.testing.assert_allclose(balance, flows["released_heat"], rtol=1e-9, atol=1e-9 * heat.max())
    assert len(told["jumps"]) == mh.analysis.jumps(ds, cycle=-1).sizes["jump"] > 0
    assert np.shape(told["run"]["moment_direction"]) == (2, 50, 3)
    assert told["run"]["time"][-1] == ds["time"].values[-1]


def test_a_rotating_drive_has_no_coercive_field_but_heats(client):
    request = pair()
    request["experiment"]["applied_field"]["kind"] = "rotating"
    told = post(client, "simulate", request).json()["quantities"]
    assert told["coercive_field"]["value"] is None
    assert told["slp"]["value"] > 0


@pytest.mark.parametrize("request_", [sample(), pair("minimize")], ids=["ensemble", "particles"])
def test_the_toml_answer_gives_the_same_numbers_on_the_command_line(client, tmp_path, request_):
    path = tmp_path / "experiment.toml"
    path.write_text(post(client, "experiment/toml", request_).text)
    out = tmp_path / "out.nc"
    subprocess.run([sys.executable, "-m", "magheat", "run", path, "-o", out], check=True, capture_output=True)
    told = post(client, "simulate", request_).json()
    ds = mh.read_netcdf(out)
    assert float(mh.analysis.slp(mh.analysis.sample_loop(ds))) == told["quantities"]["slp"]["value"]
    assert ds.attrs["key"] == told["key"]


@pytest.mark.parametrize("request_", [sample(), pair("minimize")], ids=["ensemble", "particles"])
def test_the_python_answer_gives_the_same_numbers(client, tmp_path, request_, capsys):
    path = tmp_path / "experiment.py"
    path.write_text(post(client, "experiment/python", request_).text)
    names = runpy.run_path(str(path))
    told = post(client, "simulate", request_).json()
    assert names["experiment"].key == told["key"]
    printed = float(capsys.readouterr().out.rpartition(":")[2])
    assert printed == told["quantities"]["loss_per_cycle"]["value"]


def test_options_of_the_solver_are_in_both_files(client):
    request = pair() | {"options": {"rtol": 1e-6}}
    assert "rtol = 1e-06" in post(client, "experiment/toml", request).text
    assert "mh.LLG(rtol=1e-06)" in post(client, "experiment/python", request).text


def test_csv_and_netcdf_hold_the_run(client, tmp_path):
    request = pair()
    ds = mh.simulate(experiment(request, tmp_path), "llg")
    frame = pl.read_csv(io.BytesIO(post(client, "simulate/csv", request).content))
    assert frame["magnetization_1 (A/m)"].to_list() == ds["magnetization"].isel(particle=1).values.tolist()
    answer = post(client, "simulate/netcdf", request)
    assert answer.headers["content-disposition"] == 'attachment; filename="magheat.nc"'
    path = tmp_path / "run.nc"
    path.write_bytes(answer.content)
    xr.testing.assert_equal(mh.read_netcdf(path).drop_attrs(), ds.drop_attrs())


def test_every_solver_of_the_registry_is_listed_with_what_it_takes(client):
    told = {one["name"]: one for one in client.get(f"{API}/solvers").json()}
    assert set(told) == set(SOLVERS)
    assert told["two-well"]["takes"] == ["ensemble"]
    assert told["two-well"]["mode"] == "at once"
    assert told["llg"]["takes"] == ["particles"]
    assert told["llg"]["temperatures"] == ["zero", "above zero"]
    assert told["minimize"]["temperatures"] == ["zero"]
    assert told["kinetic-monte-carlo"]["temperatures"] == ["above zero"]


def test_a_solver_added_later_is_listed_by_itself(monkeypatch):
    class New(mh.TwoWell):
        """A new kind of loop."""

        name = "new-kind"

    monkeypatch.setitem(SOLVERS, "new-kind", New)
    web_solvers.solver_list.cache_clear()
    try:
        told = next(one for one in web_solvers.solver_list() if one["name"] == "new-kind")
    finally:
        web_solvers.solver_list.cache_clear()
    assert told == {
        "name": "new-kind",
        "label": "New kind",
        "mode": "at once",
        "takes": ["ensemble"],
        "temperatures": ["above zero"],
        "summary": "A new kind of loop.",
    }


@pytest.mark.parametrize("by", ["surrogate", "simulation"])
def test_a_map_is_the_answer_at_every_point(client, models, by):
    told = post(client, "map", quick_map(by=by)).json()
    x, y = np.array(told["x"]), np.array(told["y"])
    rows = fixed(diameter=np.tile(x, 4), amplitude=np.repeat(y, 5))
    if by == "surrogate":
        expected = load(models / "two-well" / "current").predict(rows)["slp"]
    else:
        expected = mh.two_well_loops(rows)["slp"]
    np.testing.assert_allclose(np.ravel(told["values"]), expected.to_numpy(), rtol=1e-12)
    assert (x[0], x[-1], y[0], y[-1]) == (10e-9, 20e-9, 5e3, 20e3)
    assert told["unit"] == "W/kg"


def test_lines_of_a_map_are_at_their_limits(client):
    sides = {
        "x": {"name": "frequency", "lower": 5e4, "upper": 4e5, "count": 3},
        "y": {"name": "amplitude", "lower": 5e3, "upper": 20e3, "count": 3},
    }
    request = quick_map(**sides, fixed=fixed(frequency=None, amplitude=None))
    told = post(client, "map", request).json()["limits"]
    for name, limit in (("brezovich", 4.85e8), ("hergt_dutz", 5e9)):
        line = np.array(told[name])
        assert len(line) > 10
        np.testing.assert_allclose(line.prod(axis=1), limit, rtol=1e-9)
        assert (line >= [5e4, 5e3]).all()
        assert (line <= [4e5, 20e3]).all()
    alone = post(client, "map", quick_map(fixed=fixed(diameter=None, amplitude=None, frequency=4e5))).json()["limits"]
    np.testing.assert_allclose(alone["hergt_dutz"], [[10e-9, 12500.0], [20e-9, 12500.0]])
    assert alone["brezovich"] == []


def test_the_best_particle_is_that_of_the_library_and_obeys_its_limit(client, models, tmp_path):
    free = {"diameter": [10e-9, 20e-9], "amplitude": [4e3, 20e3]}
    request = {"fixed": fixed(diameter=None, amplitude=None), "free": free, "limit": "brezovich", "seed": 3}
    told = post(client, "optimize", request).json()
    expected = mh.optimize(
        "slp",
        free={name: tuple(ends) for name, ends in free.items()},
        fixed=request["fixed"],
        limit="brezovich",
        surrogate=models / "two-well" / "current",
        trade_off_points=0,
        seed=3,
    )
    assert told["inputs"] == dict(expected.inputs)
    assert told["value"] == expected.value
    assert told["product"] <= 4.85e8
    (tmp_path / "best.toml").write_text(told["toml"])
    ds = mh.simulate(mh.Experiment.from_toml(tmp_path / "best.toml"), "two-well")
    assert float(mh.analysis.slp(ds)) == pytest.approx(told["value"], rel=1e-9)


def test_a_job_answers_what_is_answered_at_once(client, tmp_path):
    now = post(client, "simulate", pair()).json()
    job = post(client, "jobs", {"kind": "simulate", **pair()}, 202).json()
    assert job["status"] in ("queued", "running")
    told = ended(client, job["id"])
    assert (told["status"], told["progress"]) == ("done", 1.0)
    result = client.get(f"{API}/jobs/{job['id']}/result").json()
    assert {**result, "seconds": 0} == {**now, "seconds": 0}
    path = tmp_path / "run.nc"
    path.write_bytes(client.get(f"{API}/jobs/{job['id']}/result.nc").content)
    assert mh.read_netcdf(path).attrs["key"] == now["key"]


def test_maps_and_searches_run_as_jobs(client):
    search = {"fixed": fixed(diameter=None), "free": {"diameter": [10e-9, 20e-9]}}
    for kind, path, request in (("map", "map", quick_map(by="simulation")), ("optimize", "optimize", search)):
        job = post(client, "jobs", {"kind": kind, **request}, 202).json()
        assert ended(client, job["id"])["status"] == "done"
        assert client.get(f"{API}/jobs/{job['id']}/result").json() == post(client, path, request).json()
        assert client.get(f"{API}/jobs/{job['id']}/result.nc").status_code == 404


def test_unknown_materials_start_from_presets(client):
    request = sample(material={"preset": "maghemite", "anisotropy_constant": 1.2e4})
    text = post(client, "experiment/toml", request).text
    assert "saturation_magnetization = 380000.0" in text
    assert "anisotropy_constant = 12000.0" in text
    assert MATERIAL["saturation_magnetization"] == 480e3
