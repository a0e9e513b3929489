// The seven inputs of the first tab, shared by all who predict or simulate from them.

import { read, write } from "./state.js";

const OERSTED = 1e3 / (4 * Math.PI);

/** Where the sliders go without a model: the box of the learning paper. SI. */
const BOX = {
  saturation_magnetization: [3e5, 4.5e5],
  anisotropy_constant: [1e4, 3e4],
  diameter: [8e-9, 25e-9],
  interaction: [0, 0.8],
  temperature: [300, 320],
  frequency: [5e4, 4e5],
  amplitude: [50 * OERSTED, 300 * OERSTED],
};

/** Where the page starts: a particle that heats well in the paper's field. */
export const START = {
  saturation_magnetization: 4.5e5,
  anisotropy_constant: 2e4,
  diameter: 17e-9,
  interaction: 0.2,
  temperature: 315,
  frequency: 1e5,
  amplitude: 150 * OERSTED,
};

/** {names, range(name), values(), set(patch), subscribe(listener)}; the address remembers what differs from START. */
export function makeInputs(model) {
  const taught = Object.fromEntries((model?.inputs ?? []).map(({ name, lower, upper }) => [name, [lower, upper]]));
  const values = { ...START };
  const listeners = [];
  for (const [name, text] of Object.entries(read("predict"))) {
    if (name in values && Number.isFinite(Number(text))) values[name] = Number(text);
  }
  return {
    names: Object.keys(START),
    range: (name) => taught[name] ?? BOX[name],
    values: () => ({ ...values }),
    set(patch, source = null) {
      for (const [name, value] of Object.entries(patch)) {
        if (!(name in values)) continue;
        values[name] = value;
        write("predict", { [name]: value === START[name] ? null : value });
      }
      for (const listener of listeners) listener({ ...values }, source);
    },
    subscribe: (listener) => listeners.push(listener),
  };
}
