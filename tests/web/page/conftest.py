"""A real browser on a real server, and a page that is watched: no error, no request that leaves the machine."""

import os
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, or a skip; a failure where .ci/run demands one."""
    if not CHROMIUM.exists():
        (pytest.fail if os.environ.get("MAGHEAT_NEEDS_CHROMIUM") else pytest.skip)("there is no /usr/bin/chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(client):
    """Where the page is."""
    return f"{str(client.base_url).rstrip('/')}/"


@pytest.fixture
def visit(browser, address):
    """A function that opens the page as a new visitor does; afterwards nothing must have gone wrong in any visit."""
    contexts, wrong = [], []

    def open_page(state="", *, width=1280, ready=True, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, permissions=["clipboard-read", "clipboard-write"], **options
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if _stays(request.url, address) else wrong.append(request.url))
        page.goto(f"{address}#{state}")
        if ready:
            page.wait_for_selector(".loop-card .line.red")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong


def _stays(url, address):
    return url.startswith((address, "data:", "blob:"))


@pytest.fixture
def page(visit):
    """The page, just opened, its first loop drawn."""
    return visit()
