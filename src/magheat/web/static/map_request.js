// What a map is asked for, and where the present point lies on it.

import { read, write } from "./state.js";

const SPACE = "map";
export const OUTPUTS = ["slp", "ilp", "loss_per_cycle", "coercive_field", "remanence"];
const COUNT = 61;
const START = { x: "diameter", y: "amplitude", output: "slp", by: "surrogate" };

/** {x, y, output, by} of the address; what it says wrong is left out. */
export function startOf(names, hasModel) {
  const usual = { ...START, by: hasModel ? "surrogate" : "simulation" };
  const choices = { x: names, y: names, output: OUTPUTS, by: hasModel ? ["surrogate", "simulation"] : ["simulation"] };
  const kept = read(SPACE);
  const known = Object.keys(choices).filter((name) => choices[name].includes(kept[name]));
  const found = { ...usual, ...Object.fromEntries(known.map((name) => [name, kept[name]])) };
  return found.x === found.y ? usual : found;
}

export function keep(patch) {
  write(SPACE, patch);
}

/** Whether the address says that the map is open. */
export const wasOpen = () => read(SPACE).open === "1";

/** The body of POST map: the ranges of two inputs, widened to hold the present point, the others as they are now. */
export function mapRequest({ x, y, output, by }, inputs) {
  const side = (name) => {
    const [lower, upper] = inputs.range(name);
    const now = inputs.values()[name];
    return { name, lower: Math.min(lower, now), upper: Math.max(upper, now), count: COUNT };
  };
  const fixed = Object.fromEntries(Object.entries(inputs.values()).filter(([name]) => name !== x && name !== y));
  return { x: side(x), y: side(y), fixed, output, by };
}

/** Whether two requests ask for the same map. */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Place of the centre that is nearest to a value. */
export function nearest(centres, value) {
  return centres.reduce((best, centre, i) => (Math.abs(centre - value) < Math.abs(centres[best] - value) ? i : best), 0);
}

/** The map as CSV in SI: one line per point. */
export function csvOf({ x, y, values, unit }, request) {
  const head = `${request.x.name} (SI),${request.y.name} (SI),${request.output} (${unit})`;
  const lines = values.flatMap((row, j) => row.map((value, i) => `${x[i]},${y[j]},${value ?? ""}`));
  return `${[head, ...lines].join("\n")}\n`;
}
