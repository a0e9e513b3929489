"""Jobs: submitted, followed, cancelled, opened, forgotten."""

import json
import re

import pytest
import xarray as xr
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.web.conftest import fixed, quick_map, slow
from tests.web.page.conftest import number

import magheat as mh
from magheat.spec.io import from_toml

CHAIN = "&jobs.arrangement=chain&jobs.count=3&jobs.cycles=1&jobs.frequency=1000000&jobs.axes=random"


@pytest.fixture
def jobs(visit, client):
    """The jobs tab, with no job in the list."""
    for job in client.get("/api/v1/jobs").json():
        client.delete(f"/api/v1/jobs/{job['id']}")  # cancels
        client.delete(f"/api/v1/jobs/{job['id']}")  # forgets

    def open_tab(state="", **options):
        page = visit(f"page.tab=jobs{state}", **options)
        page.get_by_role("button", name="Submit the job").wait_for()
        return page

    return open_tab


def submit(page):
    page.get_by_role("button", name="Submit the job").click()
    card = page.locator(".job").first
    expect(card).to_be_visible()
    return card


def done(card):
    expect(card.locator(".job-status")).to_have_text("done", timeout=60_000)
    return card


def saved(page, card, label, path):
    with page.expect_download() as download:
        card.get_by_role("button", name=re.compile(label)).click()
    download.value.save_as(path)
    return path


def test_a_finished_job_has_the_numbers_of_its_experiment(jobs, tmp_path):
    page = jobs(CHAIN)
    card = done(submit(page))
    expect(card.get_by_role("heading")).to_contain_text("chain of 3")
    card.get_by_role("button", name=re.compile("Open the result")).click()
    expect(card.locator("svg.chart")).to_be_visible()
    experiment, solver = from_toml(saved(page, card, "^TOML", tmp_path / "job.toml"))
    run = mh.simulate(experiment, solver["name"])
    heat = mh.analysis.heat_per_cycle(run).values
    rows = card.locator("tbody tr").all_inner_texts()
    assert [number(row.split("\t")[1]) for row in rows] == pytest.approx(heat, rel=5e-3)
    with xr.open_dataset(saved(page, card, "^NetCDF", tmp_path / "job.nc")) as kept:
        assert kept.attrs["key"] == experiment.key
        assert mh.analysis.heat_per_cycle(kept.load()).values == pytest.approx(heat, rel=1e-9)


def test_a_job_is_cancelled_and_forgotten(jobs, client):
    page = jobs()
    client.post("/api/v1/jobs", json=slow())
    page.reload()
    card = page.locator(".job").first
    expect(card.locator(".job-status")).to_contain_text("running", timeout=30_000)
    expect(card.get_by_role("progressbar")).to_be_visible()
    card.get_by_role("button", name=re.compile("Cancel")).click()
    expect(card.locator(".job-status")).to_have_text("cancelled", timeout=30_000)
    card.get_by_role("button", name=re.compile("Forget")).click()
    expect(page.locator(".job")).to_have_count(0)
    assert client.get("/api/v1/jobs").json() == []


def test_nobody_is_asked_while_nobody_looks(jobs, client):
    asked = []
    page = jobs(before=lambda page: page.on("request", lambda request: asked.append(request.url)))
    identity = client.post("/api/v1/jobs", json=slow()).json()["id"]
    page.reload()
    expect(page.locator(".job-status")).to_contain_text("running", timeout=30_000)
    page.get_by_role("tab", name="Predict").click()
    page.wait_for_timeout(1000)
    asked.clear()
    page.wait_for_timeout(2000)
    assert not any("/jobs" in url and url.endswith("jobs") for url in asked)
    page.get_by_role("tab", name="Jobs").click()
    page.wait_for_timeout(2000)
    assert 1 <= sum(url.endswith("/jobs") for url in asked) <= 5
    client.delete(f"/api/v1/jobs/{identity}")


def test_a_job_beyond_the_limits_is_refused_with_the_limit(jobs, visit):
    page = jobs("&jobs.arrangement=lattice&jobs.nx=50&jobs.ny=50&jobs.nz=2&jobs.solver=llg")
    with page.expect_response(lambda response: response.status == 422):
        page.get_by_role("button", name="Submit the job").click()
    expect(page.locator("#jobs form .control-error").last).to_contain_text("at most 1000 particles")
    visit.wrong[:] = [one for one in visit.wrong if "422" not in one]  # the browser tells of every refusal


def test_a_solver_added_later_appears_by_itself_with_what_it_takes(jobs):
    added = {"name": "future", "label": "Future", "mode": "job", "takes": ["ensemble"], "summary": "To come."}

    def more(route):
        route.fulfill(json=[*route.fetch().json(), added])

    page = jobs(before=lambda page: page.route("**/api/v1/solvers", more))
    page.locator("#jobs").get_by_label("Solver").select_option("future")
    expect(page.locator("#jobs").get_by_text("To come.")).to_be_visible()
    expect(page.locator("#jobs").get_by_label("Arrangement")).to_have_value("ensemble")
    expect(page.locator("#jobs .control[data-name=temperature]")).to_be_visible()
    expect(page.locator("#jobs .control[data-name=gap]")).to_be_hidden()


def test_a_solver_that_needs_a_temperature_gets_one_and_one_that_may_do_without_is_asked(jobs, tmp_path):
    page = jobs(f"{CHAIN}&jobs.solver=kinetic-monte-carlo&jobs.temperature=320")
    form = page.locator("#jobs")
    expect(form.locator(".control[data-name=temperature]")).to_be_visible()
    expect(form.get_by_label("Thermal motion")).to_be_hidden()
    card = done(submit(page))
    experiment, solver = from_toml(saved(page, card, "^TOML", tmp_path / "job.toml"))
    assert (solver["name"], experiment.temperature) == ("kinetic-monte-carlo", 320.0)
    form.get_by_label("Solver").select_option("minimize")
    expect(form.locator(".control[data-name=temperature]")).to_be_hidden()
    form.get_by_label("Solver").select_option("llg")
    expect(form.locator(".control[data-name=temperature]")).to_be_hidden()
    form.get_by_label("Thermal motion").select_option("yes")
    expect(form.locator(".control[data-name=temperature]")).to_be_visible()


def test_all_solvers_for_jobs_are_offered(jobs, client):
    page = jobs()
    offered = page.locator("#jobs").get_by_label("Solver").locator("option").all()
    listed = [one["name"] for one in client.get("/api/v1/solvers").json() if one["mode"] == "job"]
    assert [option.get_attribute("value") for option in offered] == listed


def test_results_of_maps_and_searches_open_too(jobs, client):
    search = {"objective": "slp", "fixed": fixed(diameter=None), "free": {"diameter": [1e-8, 2e-8]}, "limit": None}
    client.post("/api/v1/jobs", json={"kind": "map", **quick_map()})
    client.post("/api/v1/jobs", json={"kind": "optimize", **search})
    page = jobs()
    for card, sign in ((page.locator(".job").nth(1), "svg.chart"), (page.locator(".job").nth(0), "dd[data-name=slp]")):
        done(card)
        card.get_by_role("button", name=re.compile("Open the result")).click()
        expect(card.locator(sign).first).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_accessible_and_never_wider_than_the_screen(jobs, width, dark):
    page = jobs(CHAIN, width=width, dark=dark)
    card = done(submit(page))
    card.get_by_role("button", name=re.compile("Open the result")).click()
    expect(card.locator("svg.chart")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    violations = Axe().run(page, "#jobs").response["violations"]
    serious = [one for one in violations if one["impact"] in ("serious", "critical")]
    assert serious == [], json.dumps(serious)[:2000]
