// The predicted numbers with their intervals, the simulator's beside them.

import { element, say } from "./dom.js";
import { format, fromSi, labelOf, onUnit, quantity, rememberUnit, shownUnit, symbolOf, unitsOf } from "./units.js";

const SHOWN = ["slp", "ilp", "coercive_field", "remanence", "loss_per_cycle"];

function unitChoice(name) {
  const units = unitsOf(name);
  if (units.length === 1) return element("span", { class: "unit" }, units[0]);
  const choice = element("select", { class: "unit", "aria-label": `Unit of ${labelOf(name).toLowerCase()}` }, units.map((unit) => element("option", { value: unit }, unit)));
  choice.value = shownUnit(name);
  choice.addEventListener("change", () => rememberUnit(name, choice.value));
  onUnit(name, () => (choice.value = shownUnit(name)));
  return choice;
}

function tile(name) {
  const part = (tag, kind) => element(tag, { class: kind, "data-output": name, "data-part": kind }, "–");
  const [value, interval, simulated] = [part("span", "value"), part("dd", "interval"), part("dd", "simulated")];
  const [letter, index] = symbolOf(name).split("_");
  const symbol = element("span", { class: "symbol" }, letter, index ? element("sub", {}, index) : null);
  const root = element("div", { class: `tile ${name}` },
    element("h3", {}, labelOf(name), " ", symbol),
    element("p", { class: "reading" }, value, " ", unitChoice(name)),
    element("dl", {}, element("dt", {}, "90 %"), interval, element("dt", {}, "Simulated"), simulated));
  return { root, value, interval, simulated };
}

/** {element, inBrief, predicted(answer or null), simulated(answer or null)}; it draws itself anew when a unit changes. */
export function numbersPanel() {
  const tiles = Object.fromEntries(SHOWN.map((name) => [name, tile(name)]));
  let prediction = null;
  let simulation = null;
  const shown = (name, si) => format(si === null || si === undefined ? null : fromSi(name, si));

  function paint(name) {
    const { value, interval, simulated } = tiles[name];
    const found = prediction?.outputs[name];
    say(value, shown(name, found?.value[0]));
    const known = Number.isFinite(found?.lower[0] ?? NaN);
    say(interval, known ? `${shown(name, found.lower[0])} to ${shown(name, found.upper[0])}` : "–");
    say(simulated, shown(name, simulation?.quantities[name]?.value));
  }

  // on a phone the numbers are below the sliders: the first one goes with them
  const inBrief = element("p", { class: "in-brief", "aria-hidden": "true" });

  function paintAll() {
    SHOWN.forEach(paint);
    say(inBrief, `SLP ${quantity("slp", prediction?.outputs.slp?.value[0] ?? null)}`);
  }

  onUnit(null, paintAll);
  return {
    inBrief,
    element: element("div", { class: "tiles" }, SHOWN.map((name) => tiles[name].root)),
    predicted(answer) {
      prediction = answer;
      paintAll();
    },
    simulated(answer) {
      simulation = answer;
      paintAll();
    },
  };
}
