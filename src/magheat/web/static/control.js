// A labelled slider with a text field that takes units. The slider snaps to round values, a typed value is kept exactly.

import { element, say, unique } from "./dom.js";
import { format, fromSi, labelOf, onUnit, parse, rememberUnit, shownUnit, symbolOf, toSi, unitsOf } from "./units.js";

const STEPS = 200;

/** Round values between two bounds, in the shown unit: how many, and the k-th. */
function ladder(lower, upper, log) {
  if (log) {
    const value = (k) => Math.min(upper, Math.max(lower, Number((lower * (upper / lower) ** (k / STEPS)).toPrecision(3))));
    return { count: STEPS, value, index: (v) => (STEPS * Math.log(v / lower)) / Math.log(upper / lower) };
  }
  const rough = (upper - lower) / STEPS;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * [1, 2, 5, 10].find((m) => m * decade >= rough * 0.999);
  const first = Math.ceil(lower / step - 1e-6);
  const last = Math.floor(upper / step + 1e-6);
  return { count: last - first, value: (k) => Number(((first + k) * step).toPrecision(9)), index: (v) => v / step - first };
}

/**
 * A control for one quantity: {element, value, set(si), explain(sentence or null)}. `name` is known to units.js, unless
 * `quantity` names what it is measured as; `id` makes it one of several of a name. All numbers are SI.
 */
export function slider({ name, quantity = name, label = labelOf(quantity), symbol = symbolOf(quantity), lower, upper, log = false, value, hint = "", onChange = () => {} }) {
  const id = unique(name);
  const field = element("input", { type: "text", id, name, autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-error` });
  const range = element("input", { type: "range", "aria-label": `${label}, slider`, min: 0, step: 1, "data-name": name });
  const units = unitsOf(quantity);
  const choice = element("select", { "aria-label": `Unit of ${label.toLowerCase()}` }, units.map((unit) => element("option", { value: unit }, unit)));
  const error = element("p", { class: "control-error", id: `${id}-error`, "aria-live": "polite" });
  const name_ = element("label", { for: id }, label, " ", element("span", { class: "symbol", "aria-hidden": "true" }, symbol));
  const unitCell = units.length > 1 ? choice : units[0] === "" ? null : element("span", { class: "unit" }, units[0]);
  if (!unitCell) field.className = "bare";
  const typed = element("span", { class: "control-typed" }, field, unitCell);
  const root = element("div", { class: "control", "data-name": name, title: hint || null }, name_, typed, range, error);
  let si = value;

  const steps = () => ladder(fromSi(quantity, lower), fromSi(quantity, upper), log);

  function show() {
    const shown = fromSi(quantity, si);
    const { count, index } = steps();
    range.max = count;
    range.value = Math.round(Math.min(count, Math.max(0, index(shown))));
    field.value = String(Number(shown.toPrecision(10)));
    choice.value = shownUnit(quantity);
    range.setAttribute("aria-valuetext", `${format(shown)} ${shownUnit(quantity)}`.trim());
    range.style.setProperty("--filled", `${(100 * range.value) / Math.max(1, count)}%`);
  }

  function explain(sentence) {
    say(error, sentence ?? "");
    if (sentence) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  function take(next) {
    explain(null);
    const changed = next !== si;
    si = next;
    show();
    if (changed) onChange(si);
  }

  range.addEventListener("input", () => take(toSi(quantity, steps().value(Number(range.value)))));
  field.addEventListener("change", () => {
    try {
      const found = parse(quantity, field.value);
      rememberUnit(quantity, found.unit);
      take(found.si);
    } catch (wrong) {
      explain(wrong.message);
    }
  });
  choice.addEventListener("change", () => rememberUnit(quantity, choice.value));
  onUnit(quantity, () => {
    explain(null);
    show();
  });
  show();
  return {
    element: root,
    name,
    explain,
    get value() {
      return si;
    },
    /** Another value, without telling onChange. */
    set(next) {
      si = next;
      explain(null);
      show();
    },
  };
}
