// The result of a finished job: a loop with its numbers, a map, or the best particle.

import { resultOf } from "./best_panel.js";
import { heatmap, lineChart } from "./chart.js";
import { element } from "./dom.js";
import { format, fromSi, labelOf, quantity, shownUnit, symbolOf } from "./units.js";

const NUMBERS = ["slp", "ilp", "coercive_field", "remanence", "loss_per_cycle"];
/** Particles whose heat is listed. */
const LISTED = 12;

/** Fills the host with what the service answered to a request. */
export function showResult(host, request, result) {
  const chart = element("div", { class: "figure" });
  const draw = { simulate: simulation, map, optimize: () => resultOf(result, null) }[request.kind];
  host.replaceChildren(chart, ...draw(chart, result, request).filter(Boolean));
}

function map(chart, { x, y, values }, { x: across, y: upwards, output }) {
  const labelled = (name) => `${labelOf(name)} (${shownUnit(name)})`;
  heatmap(chart, {
    x: x.map((si) => fromSi(across.name, si)),
    y: y.map((si) => fromSi(upwards.name, si)),
    values: values.map((row) => row.map((si) => (si === null ? null : fromSi(output, si)))),
    xLabel: labelled(across.name),
    yLabel: labelled(upwards.name),
    valueLabel: `${symbolOf(output)} (${shownUnit(output)})`,
  });
  return [];
}

function simulation(chart, { quantities, loop, particles, reproducible, warnings }) {
  const [h, m] = ["applied_field", "magnetization"];
  const closed = (values, name) => [...values, values[0]].map((si) => fromSi(name, si));
  lineChart(chart, {
    xLabel: `Applied field (${shownUnit(h)})`,
    yLabel: `Magnetization (${shownUnit(m)})`,
    series: [{ x: closed(loop.applied_field, h), y: closed(loop.magnetization, m), className: "ink" }],
  });
  const told = [...warnings];
  if (reproducible === false) told.unshift("Not reproducible: a start 10⁻⁸ rad away heats differently.");
  return [numbers(quantities), heats(particles), ...told.map((sentence) => element("p", { class: "warning" }, sentence))];
}

function numbers(quantities) {
  const known = NUMBERS.filter((name) => quantities[name]);
  return pairs(known.map((name) => [labelOf(name), quantity(name, quantities[name].value)]));
}

function pairs(rows) {
  return element("dl", { class: "numbers" }, rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function heats(particles) {
  if (particles.length === 0) return null;
  const row = ({ heat_per_cycle: heat, temperature_rise_per_cycle: rise }, i) =>
    element("tr", {}, element("th", { scope: "row" }, String(i)), element("td", {}, `${format(heat, 3)} J`), element("td", {}, quantity("temperature_rise", rise, 3)));
  const head = element("tr", {}, ...["Particle", "Heat per cycle", "Temperature rise"].map((text) => element("th", { scope: "col" }, text)));
  const rest = particles.length > LISTED ? element("p", { class: "quiet" }, `and ${particles.length - LISTED} more, in the file`) : null;
  return element("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Heat of the particles" }, element("table", {}, element("thead", {}, head), element("tbody", {}, particles.slice(0, LISTED).map(row))), rest);
}
