// Tabs as the ARIA pattern has them: arrows move, Home and End jump, the address remembers.

import { read, write } from "./state.js";

const tabs = [...document.querySelectorAll("[role=tab]")];

/** Shows a tab and calls `opened` with its name. */
export function openTab(name, opened = () => {}) {
  for (const tab of tabs) {
    const chosen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(tab.dataset.tab).hidden = !chosen;
  }
  write("page", { tab: name === "predict" ? null : name });
  opened(name);
}

const MOVES = { ArrowLeft: (at) => at - 1, ArrowRight: (at) => at + 1, Home: () => 0, End: () => tabs.length - 1 };

export function startTabs(opened) {
  tabs.forEach((tab, at) => {
    tab.addEventListener("click", () => openTab(tab.dataset.tab, opened));
    tab.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (!move) return;
      event.preventDefault();
      const next = tabs.at(move(at) % tabs.length);
      next.focus();
      openTab(next.dataset.tab, opened);
    });
  });
  const asked = read("page").tab;
  openTab(tabs.some((tab) => tab.dataset.tab === asked) ? asked : "predict", opened);
}
