// Presets, sliders and the switch for the interaction.

import { slider } from "./control.js";
import { element } from "./dom.js";
import { INPUTS, PRESETS } from "./local_heat_inputs.js";

/** Names of arguments in sentences of the service -> name of the control. */
const ARGUMENTS = [
  [/diameters?\[1\]/, "diameter_b"], [/diameter/, "diameter_a"], [/gap|positions/, "gap"],
  [/angles?\[1\]/, "angle_b"], [/angle/, "angle_a"],
];

/** {element, set(values), explain(error)}; onChange gets a patch of values. */
export function localHeatForm(values, onChange) {
  const controls = INPUTS.map((input) => slider({ ...input, value: values[input.name], onChange: (si) => changed({ [input.name]: si }) }));
  const interactions = element("input", { type: "checkbox", checked: values.interactions, onchange: () => changed({ interactions: interactions.checked }) });
  const preset = presets((chosen) => {
    set(chosen);
    onChange(chosen);
  });
  let shown = { ...values };

  function changed(patch) {
    shown = { ...shown, ...patch };
    preset.show(shown);
    onChange(patch);
  }

  function set(next) {
    shown = { ...next };
    controls.forEach((control) => control.set(next[control.name]));
    interactions.checked = next.interactions;
    preset.show(shown);
  }

  preset.show(shown);
  const check = element("label", { class: "check" }, interactions, " The particles feel each other");
  return {
    element: element("div", { class: "controls" }, preset.element, ...controls.map((control) => control.element), check),
    set,
    explain: (error) => explain(controls, error),
  };
}

function presets(take) {
  const own = element("option", { value: "own", disabled: true }, "Own values");
  const select = element("select", { id: "local-preset" }, own, ...PRESETS.map(({ name, label }) => element("option", { value: name }, label)));
  select.addEventListener("change", () => take(PRESETS.find(({ name }) => name === select.value).values));
  const same = (a, b) => Object.keys(a).every((name) => a[name] === b[name]);
  return {
    element: element("div", { class: "preset" }, element("label", { for: "local-preset" }, "Start from"), select),
    show: (values) => {
      select.value = PRESETS.find((preset) => same(preset.values, values))?.name ?? "own";
    },
  };
}

/** Puts the sentence beside the control it is about; says whether there is one. */
function explain(controls, error) {
  controls.forEach((control) => control.explain(null));
  if (!error?.field) return false;
  const named = controls.find(({ name }) => error.field.endsWith(name))?.name;
  const name = named ?? ARGUMENTS.find(([pattern]) => pattern.test(error.field))?.[1];
  controls.find((control) => control.name === name)?.explain(error.message);
  return Boolean(name);
}
