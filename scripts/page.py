#!/usr/bin/env python3
"""Looks at the page of a server that runs: pictures of it, or the time from a slider to the painted number.

Usage: scripts/page.py ADDRESS screenshots DIR    page.png, page-narrow.png, page-dark.png, page-local-heat.png
       scripts/page.py ADDRESS latency            median and 90 % quantile of slider to painted number, in ms
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

#: Nothing that asks the network, and no sandbox, which root has not.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
#: Name of the file -> width in pixels, colours, what stands behind the # of the address.
PICTURES = {
    "page.png": (1400, "light", "map.open=1"),
    "page-narrow.png": (360, "light", ""),
    "page-dark.png": (1400, "dark", "predict.diameter=1.8e-8&map.open=1"),
    "page-local-heat.png": (1400, "light", "page.tab=local"),
}
STEPS = 80
#: Moves the slider of the diameter a step at a time; each is timed until the frame with the new number is painted.
MEASURE = """async (steps) => {
  const slider = document.querySelector('input[type=range][data-name=diameter]');
  const number = document.querySelector('[data-output=slp][data-part=value]');
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  const changed = () => new Promise((done) => {
    const watcher = new MutationObserver(() => { watcher.disconnect(); done(); });
    watcher.observe(number, { childList: true, characterData: true, subtree: true });
  });
  const times = [];
  for (let k = 0; k < steps; k += 1) {
    await new Promise((done) => setTimeout(done, 37 + (k * 13) % 50));
    const change = changed();
    const start = performance.now();
    slider.value = 20 + k;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await change;
    await painted();
    times.push(performance.now() - start);
  }
  return times;
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window, with a fresh profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def latency(address: str) -> list[float]:
    """Times in ms from the move of a slider to the painted number."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(address)
        page.wait_for_selector(".loop-card .line.red")
        times: list[float] = page.evaluate(MEASURE, STEPS)
    return times[10:]  # the first ones warm it up


def screenshots(address: str, folder: Path) -> None:
    """Pictures of the whole page."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, (width, colours, state) in PICTURES.items():
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=_scheme(colours))
            page = context.new_page()
            page.goto(f"{address}#{state}")
            page.wait_for_selector(".chart .line.red, .chart .line.blue")
            page.wait_for_timeout(2500)  # maps and currents follow
            page.screenshot(path=folder / name, full_page=True)
            context.close()


def _scheme(colours: str) -> Any:
    return colours


def main(arguments: list[str]) -> int:
    """Do what the command line asks."""
    match arguments:
        case [address, "latency"]:
            times = latency(address)
            quantile = statistics.quantiles(times, n=10)[-1]
            print(f"slider to painted number: median {statistics.median(times):.1f} ms, 90 % below {quantile:.1f} ms")
        case [address, "screenshots", folder]:
            screenshots(address, Path(folder))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
