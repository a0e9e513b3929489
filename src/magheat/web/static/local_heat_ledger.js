// The energy ledger of one cycle: flows as a drawing, all numbers as a table, and what they mean in words.

import { figureButtons } from "./chart.js";
import { element } from "./dom.js";
import { drawFlows } from "./flow_drawing.js";
import { areaWords } from "./local_heat_words.js";
import { format, quantity } from "./units.js";

const COLUMNS = [
  ["field_work", "Work of the field (loop area)"], ["dipolar_work", "Work of the other particle"],
  ["change_of_energy", "Stored"], ["released_heat", "Heat"],
];

/** {element, show(answer, volumes)} */
export function localHeatLedger() {
  const drawing = element("div", { class: "figure", "data-figure": "energy-flows" });
  const words = element("p", { class: "finding" });
  const table = element("tbody");
  const sum = element("p", { class: "quiet" });
  const head = element("tr", {}, ["", ...COLUMNS.map(([, label]) => label), "Warmer by"].map((label) => element("th", { scope: "col" }, label)));
  const frame = element("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Energy ledger of one cycle" }, element("table", {}, element("thead", {}, head), table));
  const title = element("div", { class: "card-head" }, element("h2", {}, "Who pays for the heat"), element("div", { class: "buttons" }, figureButtons(drawing, "energy-flows")));
  return {
    element: element("section", { class: "card ledger" }, title, words, drawing, frame, sum),
    show({ ledger, particles }, volumes) {
      drawFlows(drawing, { field_work: ledger.field_work, dipolar_work: ledger.dipolar_work, released_heat: ledger.released_heat });
      words.textContent = areaWords(ledger.field_work, ledger.released_heat);
      table.replaceChildren(...rows(ledger, particles, volumes));
      sum.textContent = `Per cycle. Heat = work of the field + work of the other − stored. The dipolar works add up to what the interaction stores, but for ${format(Math.abs(ledger.residual), 2)} of the heat.`;
    },
  };
}

function rows(ledger, particles, volumes) {
  const of = (i) => COLUMNS.map(([name]) => ledger[name][i]);
  const each = ["A", "B"].map((name, i) => row(name, of(i), volumes[i], quantity("temperature_rise", particles[i].temperature_rise_per_cycle, 3)));
  const both = COLUMNS.map(([name]) => ledger[name][0] + ledger[name][1]);
  return [...each, row("Both", both, volumes[0] + volumes[1], "")];
}

function row(name, energies, volume, rise) {
  const cell = (joule) => element("td", {}, `${format(joule, 3)} J`, element("span", { class: "density" }, `${format(joule / volume / 1e3, 3)} kJ/m³`));
  return element("tr", { "data-particle": name }, element("th", { scope: "row" }, name), energies.map(cell), element("td", {}, rise));
}
