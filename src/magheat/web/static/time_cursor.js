// A cursor over a cycle: a slider, and a button that lets it run.

import { element, unique } from "./dom.js";

const SECONDS = 8; // for one cycle

/** {element, place, set(place)}; `words(place)` says where it is, onMove(place) follows. */
export function timeCursor(count, words, onMove) {
  const id = unique("cursor");
  const range = element("input", { type: "range", id, min: 0, max: count, step: 1, value: 0 });
  const told = element("output", { for: id, class: "quiet" });
  const button = element("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => (running ? stop() : run()) }, "Play");
  let running = null;

  function show() {
    range.style.setProperty("--filled", `${(100 * range.value) / count}%`);
    told.textContent = words(Number(range.value));
    range.setAttribute("aria-valuetext", told.textContent);
  }

  function move(place) {
    range.value = place;
    show();
    onMove(place);
  }

  function run() {
    const start = performance.now() - (range.value / count) * SECONDS * 1000;
    const step = (now) => {
      if (!range.isConnected || range.offsetParent === null) return stop();
      const place = Math.round(((now - start) / (SECONDS * 1000)) * count) % (count + 1);
      if (place !== Number(range.value)) move(place);
      running = requestAnimationFrame(step);
    };
    running = requestAnimationFrame(step);
    label("Pause", "true");
  }

  function stop() {
    cancelAnimationFrame(running);
    running = null;
    label("Play", "false");
  }

  function label(text, pressed) {
    button.textContent = text;
    button.setAttribute("aria-pressed", pressed);
  }

  range.addEventListener("input", () => move(Number(range.value)));
  show();
  return {
    element: element("div", { class: "cursor" }, element("label", { for: id }, "Time in the cycle"), button, range, told),
    get place() {
      return Number(range.value);
    },
    set(place) {
      range.value = place;
      show();
    },
    refresh: show,
  };
}
