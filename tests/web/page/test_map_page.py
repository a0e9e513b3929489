"""The map shows what the model, or the simulator, says of every point, and hands points to the sliders."""

import csv
import json
import math

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.web.page.conftest import number

import magheat as mh
from magheat.constants import OERSTED
from magheat.solvers.two_well_table import two_well_loops
from magheat.surrogates import load

#: Where the page starts.
START = {
    "saturation_magnetization": 4.5e5,
    "anisotropy_constant": 2e4,
    "diameter": 17e-9,
    "interaction": 0.2,
    "temperature": 315.0,
    "frequency": 1e5,
    "amplitude": 150 * OERSTED,
}


def drawn(visit, state="", **options):
    page = visit(f"map.open=1{state}", **options)
    expect(page.locator("#map-panel .map-area")).to_be_visible(timeout=60_000)
    return page


def downloaded(page, tmp_path):
    """The map as rows of numbers: x, y and the value, NaN where it is not known."""
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of the map").click()
    download.value.save_as(tmp_path / "map.csv")
    with (tmp_path / "map.csv").open() as file:
        return [[float(cell) if cell else math.nan for cell in row] for row in list(csv.reader(file))[1:]]


def typed(page, name, text):
    field = page.locator(f"#predict-panel .control[data-name={name}]").get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def values(page, *names):
    """Values of sliders of the first tab, as they are shown."""
    fields = [page.locator(f"#predict-panel .control[data-name={name}]").get_by_role("textbox") for name in names]
    return [float(field.input_value()) for field in fields]


def click_at(page, across, upwards):
    """Click into the coloured area, at shares of its width and height."""
    area = page.locator("#map-panel .map-area")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.mouse.click(box["x"] + across * box["width"], box["y"] + (1 - upwards) * box["height"])


def test_nothing_is_asked_before_it_is_wanted(visit):
    asked = []
    page = visit(before=lambda page: page.on("request", lambda request: asked.append(request.url)))
    page.get_by_role("button", name="Draw the map").wait_for()
    page.wait_for_timeout(500)
    assert not any(url.endswith("/map") for url in asked)
    page.get_by_role("button", name="Draw the map").click()
    expect(page.locator("#map-panel .map-area")).to_be_visible()
    assert sum(url.endswith("/map") for url in asked) == 1


def test_by_the_model_it_is_the_models_prediction(visit, models, tmp_path):
    page = drawn(visit, "&map.x=diameter&map.y=amplitude&map.output=coercive_field")
    rows = downloaded(page, tmp_path)[::97]
    table = {name: [value] * len(rows) for name, value in START.items()}
    table |= {"diameter": [row[0] for row in rows], "amplitude": [row[1] for row in rows]}
    predicted = load(models / "two-well" / "current").predict(table)
    assert [row[2] for row in rows] == pytest.approx(predicted["coercive_field"].to_list(), rel=1e-9)


def test_by_simulation_it_is_the_two_well_loop(visit, tmp_path):
    page = drawn(visit, "&map.by=simulation&map.x=frequency&map.y=diameter")
    rows = downloaded(page, tmp_path)[::397]
    table = {name: [value] * len(rows) for name, value in START.items()}
    table |= {"frequency": [row[0] for row in rows], "diameter": [row[1] for row in rows]}
    simulated = two_well_loops(table, axes="random", interaction_model="barrier")
    assert [row[2] for row in rows] == pytest.approx(simulated["slp"].to_list(), rel=1e-6)


def test_a_click_takes_the_point_into_the_sliders(visit):
    page = drawn(visit)
    for across, upwards in ((0.3, 0.4), (0.8, 0.7)):
        click_at(page, across, upwards)
        wanted = (8 + across * 17, 50 + upwards * 250)  # nm and Oe, a cell is 0.28 and 4.2 wide
        diameter, amplitude = values(page, "diameter", "amplitude")
        assert diameter == pytest.approx(wanted[0], abs=0.5)
        assert amplitude == pytest.approx(wanted[1], abs=7)


def test_the_keyboard_takes_the_neighbouring_point(visit):
    page = drawn(visit)
    figure = page.locator("#map-panel .figure")
    figure.focus()
    page.keyboard.press("Enter")
    before = values(page, "diameter", "amplitude")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    after = values(page, "diameter", "amplitude")
    step = [(b - a) for a, b in zip(before, after, strict=True)]
    assert step == pytest.approx([17 / 60, 10 * 250 / 60], rel=0.05)
    expect(page.locator("#announcer")).to_contain_text("Taken into the sliders")


def test_beyond_what_was_taught_it_is_hatched_and_unknown(visit, tmp_path):
    page = drawn(visit)
    expect(page.get_by_text("Hatched: outside")).to_be_hidden()
    with page.expect_response(lambda response: response.url.endswith("/map")):
        typed(page, "diameter", "34 nm")
    expect(page.get_by_text("Hatched: outside")).to_be_visible()
    expect(page.locator("#map-panel .map-words")).to_contain_text("not known here")
    rows = downloaded(page, tmp_path)
    largest = max(row[0] for row in rows if not math.isnan(row[2]))
    assert largest < 25.5e-9 < max(row[0] for row in rows) == pytest.approx(34e-9)


def test_limit_lines_are_drawn_where_the_field_is_a_side(visit):
    page = drawn(visit, "&map.x=frequency&map.y=amplitude")
    assert page.locator("#map-panel .line-label").all_text_contents() == ["Brezovich", "Hergt–Dutz"]
    page.get_by_label("Across").select_option("diameter")
    page.get_by_label("Upwards").select_option("temperature")
    expect(page.locator("#map-panel .axis-label").first).to_contain_text("Diameter")
    expect(page.locator("#map-panel .line-label")).to_have_count(0)


def test_one_input_on_both_sides_changes_places(visit):
    page = drawn(visit, "&map.x=diameter&map.y=amplitude")
    page.get_by_label("Across").select_option("amplitude")
    expect(page.get_by_label("Upwards")).to_have_value("diameter")


def test_the_present_point_has_the_number_of_the_prediction(visit, models):
    page = drawn(visit)
    table = {name: [value] for name, value in START.items()}
    slp = load(models / "two-well" / "current").predict(table)["slp"][0]
    assert number(page.locator("#map-panel .map-words").inner_text().split("SLP")[1]) == pytest.approx(
        slp / 1e3, rel=0.05
    )
    assert mh.__version__ in page.locator("#about").inner_text()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_accessible_and_never_wider_than_the_screen(visit, width, dark):
    page = drawn(visit, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page, "#map-panel").response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert serious == [], json.dumps(serious)[:2000]
