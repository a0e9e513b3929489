// The first tab: inputs at the left; prediction, simulation and limits at the right.

import { newest, post } from "./api.js";
import { slider } from "./control.js";
import { element, say } from "./dom.js";
import { mount as mountLimits } from "./limits_panel.js";
import { mount as mountLoop } from "./loop_panel.js";
import { numbersPanel } from "./numbers_panel.js";
import { PRESETS } from "./presets.js";
import { rangeWords, taught } from "./range_words.js";
import { onUnit, quantity } from "./units.js";

const GROUPS = [
  ["Particles", ["saturation_magnetization", "anisotropy_constant", "diameter", "interaction"]],
  ["Field and temperature", ["frequency", "amplitude", "temperature"]],
];
const LOGARITHMIC = new Set(["frequency"]);
const NO_MODEL = "There is no model yet, so nothing is predicted: make demo or magheat train makes one. The simulation below answers.";
const HINTS = { interaction: "Diameter over the distance between neighbours; 0 for none" };

function makeControls(inputs) {
  const values = inputs.values();
  return Object.fromEntries(
    inputs.names.map((name) => {
      const [lower, upper] = inputs.range(name);
      const onChange = (si) => inputs.set({ [name]: si }, name);
      return [name, slider({ name, lower, upper, value: values[name], log: LOGARITHMIC.has(name), hint: HINTS[name], onChange })];
    }),
  );
}

function presetButtons(inputs) {
  const buttons = PRESETS.map(({ label, hint, values }) =>
    element("button", { type: "button", class: "small chip", title: hint, onclick: () => inputs.set(values) }, label),
  );
  const mark = (now) => buttons.forEach((button, k) => {
    const same = Object.entries(PRESETS[k].values).every(([name, value]) => Math.abs(now[name] - value) <= 1e-9 * Math.abs(value));
    button.setAttribute("aria-pressed", String(same));
  });
  inputs.subscribe(mark);
  mark(inputs.values());
  return element("div", { class: "chips", role: "group", "aria-label": "Presets" }, buttons);
}

function inputsCard(controls, inputs, inBrief) {
  return element("section", { class: "card inputs", "aria-labelledby": "inputs-title" },
    element("h2", { id: "inputs-title" }, "Particles and field"),
    presetButtons(inputs),
    GROUPS.map(([title, names]) => element("fieldset", {}, element("legend", {}, title), names.map((name) => controls[name].element))),
    inBrief);
}

/** Beside the field that an answer complains of, or above the numbers. */
function complain(error, controls, words) {
  const name = error.field?.split(".").pop();
  if (name in controls) controls[name].explain(error.message);
  else {
    words.className = "range-words bad";
    say(words, error.message);
  }
}

/** Says the result once the user has come to rest. */
function announcer(announce) {
  let timer;
  return (answer, text) => {
    clearTimeout(timer);
    const slp = answer.outputs.slp?.value[0] ?? null;
    timer = setTimeout(() => announce(slp === null ? text : `Specific loss power ${quantity("slp", slp)}.`), 1500);
  };
}

export function mount(host, context) {
  const { inputs, model, announce } = context;
  const controls = makeControls(inputs);
  const numbers = numbersPanel();
  const [words, lesson] = [element("p", { class: "range-words", id: "range-words" }), element("ul")];
  const taughtWhat = element("details", { class: "taught", hidden: !model }, element("summary", {}, "What this model was taught"), lesson);
  const [loopHost, limitsHost] = [element("div"), element("div")];
  const left = element("div", { class: "stack" }, loopHost, element("div", { id: "map-panel" }));
  const right = element("div", { class: "stack" }, limitsHost, element("div", { id: "best-panel" }));
  const title = element("div", { class: "card-head" }, element("h2", { id: "prediction-title" }, "Prediction"), element("span", { class: "quiet" }, model ? "with intervals that hold the truth nine times of ten" : ""));
  host.replaceChildren(
    element("div", { class: "bench" },
      inputsCard(controls, inputs, numbers.inBrief),
      element("div", { class: "answers" },
        element("section", { class: "card prediction", "aria-labelledby": "prediction-title" }, title, numbers.element, words, taughtWhat),
        element("div", { class: "pair" }, left, right))),
  );
  const tell = announcer(announce);
  let last = null;

  const showWords = () => {
    lesson.replaceChildren(...(model?.inputs ?? []).map((input) => element("li", {}, taught(input))));
    if (!last) return;
    const { good, text } = rangeWords(model, last);
    words.className = `range-words ${good ? "good" : "bad"}`;
    say(words, text);
  };

  const predict = newest(async (values, byUser) => {
    if (!model) {
      words.className = "range-words bad";
      say(words, NO_MODEL);
      loop.inputsChanged(values);
      return;
    }
    try {
      last = await post("predict", { rows: values, level: 0.9, extrapolate: false });
      numbers.predicted(last);
      loop.predicted(last);
      showWords();
      if (byUser) tell(last, words.textContent);
    } catch (error) {
      last = null;
      numbers.predicted(null);
      complain(error, controls, words);
    }
    loop.inputsChanged(values);
  });

  const loop = mountLoop(loopHost, { ...context, onResult: numbers.simulated, complain: (error) => complain(error, controls, words) });
  mountLimits(limitsHost, context);
  onUnit(null, showWords);
  inputs.subscribe((values, source) => {
    for (const name of inputs.names) if (name !== source) controls[name].set(values[name]);
    predict(values, true);
  });
  predict(inputs.values(), false);
}
