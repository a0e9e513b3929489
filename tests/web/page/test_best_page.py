"""The best particle is the one that `mh.optimize` finds, and goes into the sliders."""

import json
import math

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.web.page.conftest import number
from tests.web.page.test_map_page import START, values

import magheat as mh
from magheat.spec.io import from_toml


def found(page):
    page.get_by_role("button", name="Find it").click()
    expect(page.locator("#best-panel .best-words")).to_contain_text("Found", timeout=60_000)


def shown(page, name):
    return number(page.locator(f"#best-panel dd[data-name={name}]").first.inner_text())


def test_it_is_what_optimize_finds(visit):
    page = visit()
    found(page)
    fixed = {name: value for name, value in START.items() if name != "diameter"}
    best = mh.optimize("slp", free={"diameter": (8e-9, 25e-9)}, fixed=fixed, limit=None, trade_off_points=0)
    assert shown(page, "slp") == pytest.approx(best.value / 1e3, rel=2e-3)
    assert shown(page, "diameter") == pytest.approx(best.inputs["diameter"] * 1e9, rel=0.02)


def test_it_can_be_taken_into_the_sliders(visit):
    page = visit()
    found(page)
    page.get_by_role("button", name="Take it into the sliders").click()
    assert values(page, "diameter")[0] == pytest.approx(shown(page, "diameter"), rel=1e-3)
    assert values(page, "anisotropy_constant")[0] == pytest.approx(20)


def test_a_free_field_stays_within_the_limit_and_says_that_it_is_there(visit):
    page = visit("best.field=frequency&best.limit=brezovich&best.particle=diameter")
    found(page)
    product = shown(page, "frequency") * 1e3 * shown(page, "amplitude") * 1e3 / (4 * math.pi)
    assert product == pytest.approx(4.85e8, rel=2e-3)
    expect(page.locator("#best-panel .active")).to_contain_text("H f is at its limit, 4.85e8")


def test_a_limit_of_ones_own(visit):
    page = visit()
    expect(page.get_by_label("Limit on field × frequency")).to_be_hidden()
    page.get_by_label("Field", exact=True).select_option("amplitude")
    page.get_by_label("Limit on field × frequency").select_option("own")
    page.get_by_label("Own limit").fill("nothing")
    page.get_by_label("Own limit").press("Tab")
    expect(page.locator("#best-panel .control-error")).to_contain_text("must be a number above 0")
    page.get_by_label("Own limit").fill("1.5e9")
    page.get_by_label("Own limit").press("Tab")
    found(page)
    assert shown(page, "frequency") * 1e3 * START["amplitude"] <= 1.501e9


def test_something_must_be_free(visit):
    page = visit()
    page.locator("#best-panel").get_by_label("Diameter").uncheck()
    expect(page.locator("#best-panel .control-error")).to_contain_text("Something must be free")
    expect(page.get_by_role("button", name="Find it")).to_be_disabled()


def test_its_toml_repeats_the_best_value(visit, tmp_path):
    page = visit()
    found(page)
    with page.expect_download() as download:
        page.locator("#best-panel").get_by_role("button", name="TOML").click()
    download.value.save_as(tmp_path / "best.toml")
    experiment, solver = from_toml(tmp_path / "best.toml")
    run = mh.simulate(experiment, solver["name"])
    slp = float(mh.analysis.slp(mh.analysis.hysteresis_loop(run)))
    assert shown(page, "slp") == pytest.approx(slp / 1e3, rel=2e-3)


def test_a_search_that_takes_longer_runs_as_a_job(visit):
    def refuse(route):
        error = {"error": {"field": None, "message": "too long at once; send it to /api/v1/jobs."}}
        route.fulfill(status=422, json=error)

    page = visit(before=lambda page: page.route("**/api/v1/optimize", refuse))
    found(page)
    assert shown(page, "slp") > 100
    visit.wrong[:] = [one for one in visit.wrong if "422" not in one]  # the browser tells of every refusal


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_accessible_and_never_wider_than_the_screen(visit, width, dark):
    page = visit("best.field=neither&best.limit=own", width=width, dark=dark)
    found(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    violations = Axe().run(page, "#best-panel").response["violations"]
    serious = [one for one in violations if one["impact"] in ("serious", "critical")]
    assert serious == [], json.dumps(serious)[:2000]
