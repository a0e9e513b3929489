"""A browser on a real server; whatever the page does, it makes no error and asks nobody else."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
#: Nothing that asks the network, and no sandbox, which root has not.
_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
#: Milliseconds to wait for what is expected: two busy cores.
_PATIENCE = 60_000
_NUMBER = re.compile(r"([-−]?\d+(?:\.\d+)?)(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(text):
    """The first number that the page wrote in a text."""
    mantissa, exponent = _NUMBER.search(text).groups()
    return float(mantissa.replace("−", "-")) * 10 ** int((exponent or "0").translate(_RAISED))


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, or a skip; a failure where .ci/run demands one."""
    if not CHROMIUM.exists():
        (pytest.fail if os.environ.get("MAGHEAT_NEEDS_CHROMIUM") else pytest.skip)("needs Debian's package chromium")
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, client):
    """visit(state="", width=1280, dark=False): the page at that address. Told errors and strangers end the test."""
    home = str(client.base_url)
    client.get("/api/v1/models")  # it has read the model
    contexts, wrong = [], []

    def watch(request):
        if urlsplit(request.url).netloc != urlsplit(home).netloc and not request.url.startswith(("data:", "blob:")):
            wrong.append(f"asked {request.url}")

    def visit(state="", *, width=1280, dark=False, before=None, **options):
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        page.on("request", watch)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        if before is not None:
            before(page)
        page.goto(f"{home}/#{state}")
        return page

    visit.wrong = wrong
    yield visit
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(visit):
    """The page, just opened, its first loop drawn."""
    page = visit()
    page.wait_for_selector(".loop-card .line.red")
    return page
