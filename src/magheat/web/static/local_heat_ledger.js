// The energy ledger of one cycle: flows as a drawing, all numbers as a table, and what they mean in words.

import { figureButtons } from "./chart.js";
import { element } from "./dom.js";
import { drawFlows } from "./flow_drawing.js";
import { areaWords } from "./local_heat_words.js";
import { format, quantity } from "./units.js";

const ROWS = [
  ["field_work", "Work of the field"], ["dipolar_work", "Work of the other"],
  ["change_of_energy", "Stored"], ["released_heat", "Heat"],
];
/** Energies below this share of the largest are what rounding leaves. */
const NOTHING = 1e-6;

/** {element, show(answer, volumes)} */
export function localHeatLedger() {
  const drawing = element("div", { class: "figure", "data-figure": "energy-flows" });
  const words = element("p", { class: "finding" });
  const body = element("tbody");
  const residual = element("p", { class: "quiet" });
  const head = element("tr", {}, ["Per cycle", "A", "B", "Both"].map((label) => element("th", { scope: "col" }, label)));
  const table = element("table", {}, element("caption", { class: "unseen" }, "Energy ledger of one cycle"), element("thead", {}, head), body);
  const title = element("div", { class: "card-head" }, element("h2", {}, "Who pays for the heat"), element("div", { class: "buttons" }, figureButtons(drawing, "energy-flows")));
  return {
    element: element("section", { class: "card ledger" }, title, words, drawing, scrolling("Energy ledger of one cycle", table), residual),
    show({ ledger, particles }, volumes) {
      const { field_work, dipolar_work, released_heat } = ledger;
      drawFlows(drawing, { field_work, dipolar_work, released_heat });
      words.textContent = areaWords(field_work, released_heat);
      const least = NOTHING * Math.max(...released_heat, ...field_work.map(Math.abs));
      body.replaceChildren(...ROWS.map(([name, label]) => energies(name, label, ledger[name], volumes, least)), warming(particles));
      residual.textContent = `Heat = both works − stored. Over a cycle the works of one particle on the other cancel; here but for ${format(Math.abs(ledger.residual), 2)} of the energies.`;
    },
  };
}

function energies(name, label, [a, b], [volumeA, volumeB], least) {
  const cell = (joule, volume) => element("td", {}, ...(Math.abs(joule) < least ? ["≈ 0"] : amounts(joule, volume)));
  return row(name, label, [cell(a, volumeA), cell(b, volumeB), cell(a + b, volumeA + volumeB)]);
}

function amounts(joule, volume) {
  return [`${format(joule, 3)} J`, element("span", { class: "density" }, `${format(joule / volume / 1e3, 3)} kJ/m³`)];
}

function warming(particles) {
  const cells = particles.map(({ temperature_rise_per_cycle: rise }) => element("td", {}, quantity("temperature_rise", rise, 3)));
  return row("temperature_rise", "Warmer by", [...cells, element("td")]);
}

function row(name, label, cells) {
  return element("tr", { "data-name": name }, element("th", { scope: "row" }, label), cells);
}

/** A frame for what may be wider than the screen, which the keyboard can scroll. */
function scrolling(label, content) {
  return element("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": label }, content);
}
