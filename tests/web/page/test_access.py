"""Everybody can use it: keyboard alone, small screens, light and dark, less motion, no violation that axe knows."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .acts import shown, wait_for_change


def opened(visit, **options):
    page = visit(**options)
    page.wait_for_selector(".loop-card .line.red")
    return page


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(visit, dark):
    page = opened(visit, dark=dark)
    assert page.locator("html").get_attribute("data-theme") == ("dark" if dark else "light")
    page.get_by_text("What this model was taught").click()
    page.get_by_role("textbox", name="Diameter").fill("none")
    page.keyboard.press("Enter")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found] == []


@pytest.mark.parametrize("width", [360, 768, 2200])
def test_no_screen_needs_sideways_scrolling(visit, width):
    page = opened(visit, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def focused(page, attribute):
    return page.evaluate("name => document.activeElement.getAttribute(name)", attribute)


def tab_to(page, attribute, value, most=60):
    for _ in range(most):
        if focused(page, attribute) == value:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {attribute}={value}")


def test_the_keyboard_is_enough(page):
    before = shown(page, "slp")
    page.keyboard.press("Tab")
    assert focused(page, "class") == "skip"
    tab_to(page, "name", "diameter")
    page.keyboard.press("Control+a")
    page.keyboard.type("12 nm")
    page.keyboard.press("Enter")
    typed = wait_for_change(page, "slp", before)
    tab_to(page, "data-name", "diameter")
    page.keyboard.press("ArrowRight")
    wait_for_change(page, "slp", typed)
    tab_to(page, "name", "axes")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.querySelector('[data-part=status]').textContent.includes('along the field')")


def test_arrows_move_between_tabs_and_the_address_follows(page):
    page.get_by_role("tab", name="Predict").focus()
    page.keyboard.press("End")
    assert page.get_by_role("tab", name="Jobs").get_attribute("aria-selected") == "true"
    expect(page.locator("#jobs")).to_be_visible()
    expect(page.locator("#predict")).to_be_hidden()
    page.wait_for_function("() => location.hash.includes('tab=jobs')")
    page.keyboard.press("ArrowRight")
    assert focused(page, "id") == "tab-predict"
    assert page.locator("#predict").is_visible()


def test_every_control_has_a_name(page):
    nameless = page.evaluate(
        """[...document.querySelectorAll('button, input, select')].filter((one) => {
             const words = one.getAttribute('aria-label') || [...(one.labels ?? [])].map((l) => l.textContent).join('')
               || one.textContent;
             return !words.trim();
           }).map((one) => one.outerHTML)"""
    )
    assert nameless == []


def test_colours_can_be_chosen_and_stay(page):
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    page.wait_for_selector(".loop-card .line.red")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.get_by_role("button", name="Dark colours").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_less_motion_is_none(visit):
    page = opened(visit, reduced_motion="reduce")
    durations = page.evaluate(
        "[...document.querySelectorAll('*')].map((one) => getComputedStyle(one)).flatMap("
        "(style) => [style.transitionDuration, style.animationDuration]).filter((time) => parseFloat(time) > 0)"
    )
    assert durations == []


def test_a_moving_slider_does_not_chatter(page):
    said = page.evaluate(
        """async () => {
             const heard = [];
             const watch = new MutationObserver((changes) => heard.push(changes[0].target.textContent));
             for (const live of document.querySelectorAll('[aria-live], [role=status], [role=alert]'))
               watch.observe(live, { childList: true, characterData: true, subtree: true });
             const slider = document.querySelector('input[type=range][data-name=diameter]');
             for (let k = 10; k < 40; k += 1) {
               slider.value = k;
               slider.dispatchEvent(new Event('input', { bubbles: true }));
               await new Promise((done) => setTimeout(done, 20));
             }
             await new Promise((done) => setTimeout(done, 2000));
             return heard;
           }"""
    )
    assert len(said) == 1
    assert said[0].startswith("Specific loss power")


def test_it_says_what_it_is_not(page):
    assert page.get_by_text("Research software, not a medical device.").is_visible()
