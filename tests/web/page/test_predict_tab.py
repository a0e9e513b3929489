"""Sliders, typed values, units, presets, words: what the page shows is what the service says."""

import re
from urllib.parse import parse_qs

import pytest

from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.constants import OERSTED

from .acts import predicted, shown, simulated, type_into, wait_for_change, wait_for_number
from .conftest import number

HALF_A_DIGIT = 6e-4  # four digits are shown


def assert_predicts(page, client, **changes):
    for name, (value, lower, upper) in predicted(client, **changes).items():
        assert number(shown(page, name)) == pytest.approx(value, rel=HALF_A_DIGIT)
        ends = [number(end) for end in shown(page, name, "interval").split(" to ")]
        assert ends == pytest.approx([lower, upper], rel=HALF_A_DIGIT)


def test_it_opens_with_what_the_service_predicts_and_simulates(page, client):
    assert_predicts(page, client)
    for name, value in simulated(client).items():
        assert number(shown(page, name, "simulated")) == pytest.approx(value, rel=HALF_A_DIGIT)


def test_a_slider_moves_the_numbers(page, client):
    before = shown(page, "slp")
    slider = page.get_by_role("slider", name="Diameter, slider")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "16 nm"
    wait_for_change(page, "slp", before)
    wait_for_number(page, "slp", simulated(client, diameter=16e-9)["slp"], "simulated")
    assert_predicts(page, client, diameter=16e-9)


@pytest.mark.parametrize(
    ("label", "text", "changes"),
    [
        ("Field amplitude", "80 Oe", {"amplitude": 80 * OERSTED}),
        ("Field amplitude", "9.5 kA/m", {"amplitude": 9.5e3}),
        ("Field amplitude", "20 mT", {"amplitude": 200 * OERSTED}),
        ("Saturation magnetization", "333.3 emu/cm^3", {"saturation_magnetization": 333.3e3}),
        ("Anisotropy constant", "1.23456e5 erg/cm^3", {"anisotropy_constant": 12345.6}),
        ("Temperature", "37 °C", {"temperature": 310.15}),
        ("Diameter", "1.234567e-8 m", {"diameter": 1.234567e-8}),
        ("Interaction", "0.333", {"interaction": 0.333}),
    ],
)
def test_a_typed_value_is_taken_as_it_is_in_its_unit(page, client, label, text, changes):
    type_into(page, label, text)
    for output, value in simulated(client, **changes).items():
        if output in ("slp", "ilp"):  # the others are in the unit that was typed
            wait_for_number(page, output, value, "simulated")
            wait_for_number(page, output, predicted(client, **changes)[output][0])
    ((name, value),) = changes.items()
    page.wait_for_function("name => location.hash.includes(`predict.${name}=`)", arg=name)  # a moment later
    assert float(parse_qs(page.evaluate("location.hash.slice(1)"))[f"predict.{name}"][0]) == pytest.approx(
        value, rel=1e-14
    )


WRONG = {
    "Diameter": {
        "large": "must be a number with a unit",
        "-3 nm": "more than 0 nm",
        "5 furlongs": "furlongs",
        "16,5": "point",
        "1e400": "finite",
    },
    "Interaction": {"1.5": "1 or less"},
    "Temperature": {"-400 °C": "more than 0 K"},
}
RIGHT = {"Diameter": "16", "Interaction": "0.5", "Temperature": "310"}


@pytest.mark.parametrize("label", WRONG)
def test_wrong_input_is_explained_beside_its_field(page, label):
    before = shown(page, "slp")
    for text, reason in WRONG[label].items():
        field = type_into(page, label, text)
        told = page.locator(f"#{field.get_attribute('aria-describedby')}")
        assert reason in told.text_content()
        assert field.get_attribute("aria-invalid") == "true"
        assert field.input_value() == text
        assert 0 < told.bounding_box()["y"] - field.bounding_box()["y"] < 120
        assert shown(page, "slp") == before
    type_into(page, label, RIGHT[label])
    assert told.text_content() == ""
    assert field.get_attribute("aria-invalid") is None


def test_a_unit_is_remembered_and_converts_without_changing_the_value(page, client):
    page.get_by_role("combobox", name="Unit of field amplitude").select_option("kA/m")
    assert number(page.get_by_role("textbox", name="Field amplitude").input_value()) == pytest.approx(11.936620731892)
    expected = predicted(client)["coercive_field"][0] * OERSTED / 1e3
    assert number(shown(page, "coercive_field")) == pytest.approx(expected, rel=HALF_A_DIGIT)
    page.reload()
    page.wait_for_selector(".loop-card .line.red")
    assert page.get_by_role("combobox", name="Unit of field amplitude").input_value() == "kA/m"


def test_the_address_holds_the_state(page, visit, client):
    before = shown(page, "slp")
    type_into(page, "Diameter", "14.5 nm")
    page.get_by_role("combobox", name="Easy axes").select_option("aligned")
    wait_for_change(page, "slp", before)
    page.wait_for_function("() => location.hash.includes('diameter') && location.hash.includes('aligned')")
    page.get_by_role("button", name="Copy address").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    other = visit(copied.partition("#")[2])
    other.wait_for_selector(".loop-card .line.red")
    assert other.get_by_role("textbox", name="Diameter").input_value() == "14.5"
    assert other.get_by_role("combobox", name="Easy axes").input_value() == "aligned"
    assert_predicts(other, client, diameter=14.5e-9)


def test_out_of_range_is_said_in_words_and_nothing_is_predicted(page, client):
    type_into(page, "Diameter", "40 nm")
    words = page.locator("#range-words")
    page.wait_for_function("() => document.querySelector('#range-words').textContent.startsWith('Out of range')")
    found = re.search(r"This model was taught diameters from ([\d.]+) to ([\d.]+) nm\.", words.text_content())
    inputs = client.get("/api/v1/models").json()["models"][0]["inputs"]
    (diameter,) = [each for each in inputs if each["name"] == "diameter"]
    ends = [diameter["lower"] * 1e9, diameter["upper"] * 1e9]
    assert [float(end) for end in found.groups()] == pytest.approx(ends, rel=5e-3)
    assert shown(page, "slp") == "–"
    wait_for_number(page, "slp", simulated(client, diameter=40e-9)["slp"], "simulated")


def test_presets_set_the_inputs(page):
    page.get_by_role("button", name="Clinical applicator").click()
    assert page.get_by_role("textbox", name="Temperature").input_value() == "310.15"
    assert page.get_by_role("textbox", name="Frequency").input_value() == "100"
    assert page.get_by_role("button", name="Clinical applicator").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="The paper’s field").click()
    assert page.get_by_role("textbox", name="Field amplitude").input_value() == "150"
    assert page.get_by_role("button", name="Clinical applicator").get_attribute("aria-pressed") == "false"
    page.get_by_role("button", name="Maghemite, bulk").click()
    assert page.get_by_role("textbox", name="Anisotropy constant").input_value() == "4.65"


def test_the_gauge_compares_with_both_limits(page):
    said = page.locator(".gauge-words")
    for amplitude, words in ((4e3, "Within both"), (20e3, "Beyond the stricter"), (60e3, "Beyond both")):
        type_into(page, "Field amplitude", f"{amplitude} A/m")
        assert said.text_content().startswith(words)
        for limit, name in ((BREZOVICH_LIMIT, "Atkinson–Brezovich"), (HERGT_DUTZ_LIMIT, "Hergt–Dutz")):
            assert f"{amplitude * 1e5 / limit:.2g} × {name}" in said.text_content()


def test_without_a_model_it_says_how_to_make_one_and_simulates(visit):
    none = {"current": None, "models": []}
    page = visit(before=lambda page: page.route("**/api/v1/models", lambda route: route.fulfill(json=none)))
    page.wait_for_selector(".loop-card .line.red")
    assert "make demo" in page.locator("#range-words").text_content()
    assert shown(page, "slp") == "–"
    assert number(shown(page, "slp", "simulated")) > 0
