// Whether the model was taught anything like the inputs, in words.

import { format, fromSi, labelOf, shownUnit } from "./units.js";

const PLURALS = {
  saturation_magnetization: "saturation magnetizations",
  anisotropy_constant: "anisotropy constants",
  diameter: "diameters",
  interaction: "interactions",
  temperature: "temperatures",
  frequency: "frequencies",
  amplitude: "field amplitudes",
};

/** Two digits where they say the same within half a percent: an end of a sample of 8 nm is 7.991 nm. */
function rounded(value) {
  const short = Number(value.toPrecision(2));
  return format(Math.abs(short - value) <= 0.005 * Math.abs(value) ? short : value, 3);
}

/** "diameters from 8 to 25 nm" */
export function taught({ name, lower, upper }) {
  const ends = [lower, upper].map((end) => rounded(fromSi(name, end)));
  return `${PLURALS[name] ?? labelOf(name).toLowerCase()} from ${ends[0]} to ${ends[1]} ${shownUnit(name)}`.trim();
}

function list(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** {good, text} of a prediction of one row. */
export function rangeWords(model, answer) {
  const outside = answer.out_of_range[0] ?? [];
  const inputs = model.inputs.filter(({ name }) => outside.includes(name));
  if (!answer.in_range[0]) {
    const what = inputs.length ? `This model was taught ${list(inputs.map(taught))}.` : "This model was taught nothing like these inputs together.";
    return { good: false, text: `Out of range. ${what} It gives no prediction here; the simulation below answers.` };
  }
  if (answer.low_barrier?.[0]) {
    return { good: false, text: "In range, but the barrier K V is below 3 k_B T: there the picture of two wells, and all that learned from it, does not hold." };
  }
  return { good: true, text: "In range: this model was taught particles and fields like these." };
}
