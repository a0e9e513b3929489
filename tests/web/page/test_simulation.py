"""The simulator beside the prediction: at once, as a job to its end, cancelled; its files give the same numbers."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import polars as pl
import pytest
import xarray as xr

import magheat as mh

from .acts import request, shown, simulated, type_into, wait_for_change, wait_for_number
from .conftest import number

STATUS = ".loop-card [data-part=status]"


def wait_for_status(page, word):
    page.wait_for_function(
        "([selector, word]) => document.querySelector(selector).textContent.includes(word)", arg=[STATUS, word]
    )


def choose(page, name, option):
    page.get_by_role("combobox", name=name, exact=True).select_option(option)


def saved(page, button, tmp_path):
    with page.expect_download() as waiting:
        page.locator(".loop-card").get_by_role("button", name=button).click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_every_solver_of_the_service_can_be_chosen(page, client):
    offered = page.get_by_role("combobox", name="Solver", exact=True).locator("option")
    assert {option.get_attribute("value") for option in offered.all()} == {
        solver["name"] for solver in client.get("/api/v1/solvers").json()
    }


def test_aligned_axes_are_simulated_and_said_to_differ_from_the_model(page, client):
    before = shown(page, "slp", "simulated")
    choose(page, "Easy axes", "aligned")
    wait_for_change(page, "slp", before, "simulated")
    aligned = client.post("/api/v1/simulate", json=request(axes=0.0)).json()["quantities"]["slp"]["value"]
    assert number(shown(page, "slp", "simulated")) == pytest.approx(aligned / 1e3, rel=6e-4)
    assert "taught random axes" in page.locator(STATUS).text_content()


def test_a_job_runs_to_its_end(page):
    choose(page, "Solver", "llg")
    choose(page, "Number of particles", "2")
    assert shown(page, "slp", "simulated") == "–"
    page.get_by_role("button", name="Simulate", exact=True).click()
    wait_for_status(page, "computed in")
    assert "2 on a cubic lattice" in page.locator(STATUS).text_content()
    assert page.locator(".loop-card .line.red").count() > 0
    assert np.isfinite(number(shown(page, "slp", "simulated")))
    type_into(page, "Diameter", "18 nm")
    wait_for_status(page, "have changed")
    assert shown(page, "slp", "simulated") == "–"


def test_a_job_is_cancelled(page, client):
    choose(page, "Solver", "llg")
    choose(page, "Number of particles", "27")
    page.get_by_role("button", name="Simulate", exact=True).click()
    wait_for_status(page, "Running")
    page.get_by_role("button", name="Cancel").click()
    wait_for_status(page, "Cancelled")
    assert page.get_by_role("button", name="Simulate", exact=True).is_enabled()
    assert page.get_by_role("button", name="Cancel").is_hidden()
    assert client.get("/api/v1/jobs").json()[0]["status"] == "cancelled"


def test_a_saved_experiment_gives_the_same_numbers_on_the_command_line(page, client, tmp_path):
    type_into(page, "Diameter", "15.25 nm")
    expected = simulated(client, diameter=15.25e-9)
    wait_for_number(page, "slp", expected["slp"], "simulated")
    path = saved(page, "TOML", tmp_path)
    out = tmp_path / "again.nc"
    command = [sys.executable, "-m", "magheat", "run", path, "-o", out]
    subprocess.run(command, check=True, capture_output=True)
    with xr.open_dataset(out, engine="h5netcdf") as again:
        assert float(mh.analysis.slp(again)) / 1e3 == pytest.approx(expected["slp"], rel=1e-12)
        whole = saved(page, "NetCDF", tmp_path)
        with xr.open_dataset(whole, engine="h5netcdf") as run:
            np.testing.assert_array_equal(run["magnetization"], again["magnetization"])


def test_the_saved_loop_is_the_simulated_one(page, client, tmp_path):
    table = pl.read_csv(saved(page, "CSV", tmp_path), comment_prefix="#")
    loop = client.post("/api/v1/simulate", json=request() | {"samples": 800}).json()["loop"]
    for name in ("applied_field", "magnetization"):
        (column,) = [each for each in table.columns if each.startswith(name)]
        assert np.isin(loop[name], table[column].to_numpy()).all()


def test_the_script_gives_the_same_number(page, client, tmp_path):
    page.locator(".loop-card").get_by_role("button", name="Copy as Python").click()
    wait_for_status(page, "copied")
    script = page.evaluate("navigator.clipboard.readText()")
    found = {}
    exec(compile(script, "copied.py", "exec"), found)
    runs = [value for value in found.values() if isinstance(value, xr.Dataset)]
    assert float(mh.analysis.slp(runs[0])) / 1e3 == pytest.approx(simulated(client)["slp"], rel=1e-9)


def test_figures_are_saved_whole(page, tmp_path):
    picture = ElementTree.fromstring(saved(page, "SVG", tmp_path).read_text())
    paths = [node for node in picture.iter("{http://www.w3.org/2000/svg}path") if node.get("class") == "line red"]
    assert any(len(node.get("d")) > 2000 for node in paths)
    assert all(node.get("stroke").startswith("rgb") for node in paths)
    png = saved(page, "PNG", tmp_path).read_bytes()
    assert png.startswith(b"\x89PNG")
    assert len(png) > 10_000
