"""The local-heat tab shows what magheat computes, and says what it means."""

import json
import math

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.web.page.conftest import number

import magheat as mh
from magheat.constants import OERSTED
from magheat.spec.io import from_toml

MATERIAL = mh.Material(saturation_magnetization=480e3, anisotropy_constant=1e4)


def simulated(*, gap=7.1e-9, damping=1.0, interactions=True, diameters=(22e-9, 18e-9)):
    """The same pair, simulated without the page."""
    pair = mh.arrangement.pair(
        diameters=diameters, gap=gap, easy_axis_angles=(0.0, math.radians(30)), material=MATERIAL
    )
    drive = mh.Sinusoidal(amplitude=500 * OERSTED, frequency=500e3)
    return mh.simulate(
        mh.Experiment(particles=pair, applied_field=drive, damping=damping, interactions=interactions), "llg"
    )


def cells(page, name):
    """Numbers of a row of the ledger, A and B."""
    return [number(text) for text in page.locator(f"#local tr[data-name={name}] td").all_inner_texts()[:2]]


def opened(visit, state="", **options):
    page = visit(f"page.tab=local{state}", **options)
    expect(page.locator("#local tr[data-name=released_heat]")).to_be_visible(timeout=60_000)
    return page


def control(page, name):
    return page.locator(f"#local .control[data-name={name}]")


def settled(page, work):
    """Do something, and wait for the answer to it that has the jumps."""
    with page.expect_response(
        lambda response: response.url.endswith("/simulate") and '"jumps":true' in response.request.post_data
    ):
        work()
    page.wait_for_timeout(100)


@pytest.mark.parametrize("gap", [7.1e-9, 1.5e-9])
def test_heat_and_works_are_those_of_magheat(visit, gap):
    page = opened(visit, f"&local.gap={gap}")
    run = simulated(gap=gap)
    heat = mh.analysis.heat_per_cycle(run).values
    area = mh.analysis.loss_per_cycle(mh.analysis.hysteresis_loop(run)).values * run["volume"].values
    assert cells(page, "released_heat") == pytest.approx(heat, rel=5e-3)
    assert cells(page, "field_work") == pytest.approx(area, rel=5e-3)
    assert cells(page, "dipolar_work") == pytest.approx(heat - area, rel=5e-3)
    rise = heat / (run["heat_capacity"] * run["volume"]).values
    assert cells(page, "temperature_rise") == pytest.approx(rise * 1e3, rel=5e-3)


def test_close_together_the_loop_of_b_is_inverted_and_the_page_says_so(visit):
    page = opened(visit)
    settled(page, lambda: page.get_by_label("Start from").select_option("paper-1.5nm"))
    assert cells(page, "field_work")[1] < 0 < cells(page, "released_heat")[1]
    expect(page.locator("#local .finding")).to_contain_text("although its own loop is inverted")


def test_without_interaction_heat_is_loop_area(visit):
    page = opened(visit)
    settled(page, lambda: page.get_by_label("The particles feel each other").uncheck())
    assert cells(page, "released_heat") == pytest.approx(cells(page, "field_work"), rel=5e-3)
    expect(page.locator("#local .finding")).to_contain_text("is the area of its own loop")
    expect(page.get_by_label("Start from")).to_have_value("alone")


def test_a_matter_of_chance_is_called_so(visit):
    page = opened(visit)
    verdict = page.locator("#local [data-name=reproducible]")
    expect(verdict).to_contain_text("Reproducible")
    settled(page, lambda: page.get_by_label("Start from").select_option("chance"))
    expect(verdict).to_contain_text("Not reproducible")
    assert not bool(simulated(damping=0.001)["reproducible"])


def test_a_typed_value_with_a_unit_is_kept_exactly(visit):
    page = opened(visit)
    field = control(page, "diameter_b").get_by_role("textbox")
    field.fill("17.34 nm")
    settled(page, lambda: field.press("Enter"))
    heat = mh.analysis.heat_per_cycle(simulated(diameters=(22e-9, 17.34e-9))).values
    assert cells(page, "released_heat") == pytest.approx(heat, rel=5e-3)
    expect(field).to_have_value("17.34")


@pytest.mark.parametrize(("name", "typed"), [("gap", "-1 nm"), ("damping", "1 Oe"), ("frequency", "fast")])
def test_wrong_input_is_explained_beside_its_field(visit, name, typed):
    page = opened(visit)
    before = cells(page, "released_heat")
    field = control(page, name).get_by_role("textbox")
    field.fill(typed)
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(control(page, name).locator(".control-error")).not_to_be_empty()
    assert cells(page, "released_heat") == before


def test_what_the_service_refuses_is_explained_beside_its_field(visit):
    page = opened(visit)
    field = control(page, "damping").get_by_role("textbox")
    field.fill("2000")
    with page.expect_response(lambda response: response.status == 422):
        field.press("Enter")
    expect(control(page, "damping").locator(".control-error")).to_contain_text("1000")
    visit.wrong[:] = [one for one in visit.wrong if "422" not in one]  # the browser tells of every refusal


def test_the_keyboard_alone_changes_the_heat(visit):
    page = opened(visit)
    control(page, "gap").get_by_role("slider").focus()
    settled(page, lambda: page.keyboard.press("End"))
    heat = mh.analysis.heat_per_cycle(simulated(gap=40e-9)).values
    assert cells(page, "released_heat") == pytest.approx(heat, rel=5e-3)


def test_the_cursor_turns_the_moments_with_the_field(visit):
    page = opened(visit)

    def tips():
        paths = [path.get_attribute("d") for path in page.locator("#local .moment").all()]
        return [float(path.split("L")[3].split()[1]) for path in paths]

    up = tips()
    page.get_by_label("Time in the cycle").fill("200")  # half a period later
    assert all(down > top + 30 for top, down in zip(up, tips(), strict=True))
    expect(page.locator("#local .cursor output")).to_contain_text("1 µs, −500 Oe")


def test_the_address_holds_the_state(visit):
    page = opened(visit)
    for name, text in (("gap", "3.3"), ("angle_b", "45")):
        control(page, name).get_by_role("textbox").fill(text)
        control(page, name).get_by_role("textbox").press("Enter")
    page.get_by_label("The particles feel each other").uncheck()
    page.get_by_label("Part of the cycle that is drawn").select_option("half")
    page.get_by_role("button", name="Copy address").click()
    address = page.evaluate("navigator.clipboard.readText()")
    again = opened(visit, "&" + address.partition("#")[2].replace("page.tab=local", ""))
    assert control(again, "gap").get_by_role("textbox").input_value() == "3.3"
    assert control(again, "angle_b").get_by_role("textbox").input_value() == "45"
    expect(again.get_by_label("The particles feel each other")).not_to_be_checked()
    expect(again.get_by_label("Part of the cycle that is drawn")).to_have_value("half")


def test_the_downloaded_toml_repeats_the_numbers(visit, tmp_path):
    page = opened(visit, "&local.gap=2e-9")
    with page.expect_download() as download:
        page.locator("#local").get_by_role("button", name="TOML").click()
    download.value.save_as(tmp_path / "pair.toml")
    experiment, solver = from_toml(tmp_path / "pair.toml")
    heat = mh.analysis.heat_per_cycle(mh.simulate(experiment, solver["name"])).values
    assert cells(page, "released_heat") == pytest.approx(heat, rel=5e-3)


def test_jumps_release_the_heat_of_the_cycle(visit):
    page = opened(visit)
    jumps = page.locator("#local .jumps li").all_inner_texts()
    assert len(jumps) == 4
    heat_of_a = sum(number(text.split("Heat: A ")[1]) for text in jumps)
    assert heat_of_a == pytest.approx(cells(page, "released_heat")[0], rel=0.02)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (360, True)])
def test_accessible_and_never_wider_than_the_screen(visit, width, dark):
    page = opened(visit, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == [], json.dumps(serious)[:2000]
