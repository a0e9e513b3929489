// The questions to the search: what to make best, what is free, what limits the field. The address remembers them.

import { element, unique } from "./dom.js";
import { FIELDS, LIMITS, OBJECTIVES, PARTICLE } from "./best_request.js";
import { read, write } from "./state.js";
import { labelOf } from "./units.js";

const SPACE = "best";
const START = { objective: "slp", field: "both", limit: "hergt-dutz", product: 1e9, particle: ["diameter"] };

/** A form that calls `search` with {objective, field, limit, product, particle}. */
export function bestForm(button, search) {
  const choices = startOf();
  const objective = select("Make highest", OBJECTIVES.map((name) => [name, labelOf(name)]), choices.objective);
  const field = select("Field", Object.entries(FIELDS).map(([name, { label }]) => [name, label]), choices.field);
  const limit = select("Limit on field × frequency", Object.entries(LIMITS), choices.limit);
  const product = number("Own limit, A/(m s)", choices.product);
  const boxes = PARTICLE.map((name) => checkbox(name, choices.particle.includes(name)));
  const missing = element("p", { class: "control-error", role: "alert" });
  const values = () => ({
    objective: objective.field.value,
    field: field.field.value,
    limit: limit.field.value,
    product: Number(product.field.value),
    particle: PARTICLE.filter((_, k) => boxes[k].field.checked),
  });

  function changed() {
    const now = values();
    limit.element.hidden = now.field === "both";
    product.element.hidden = now.field === "both" || now.limit !== "own";
    missing.textContent = problem(now) ?? "";
    button.disabled = problem(now) !== null;
    for (const name of Object.keys(START)) write(SPACE, { [name]: String(now[name]) === String(START[name]) ? null : now[name] });
  }

  const form = element("form", { onchange: changed, onsubmit: (event) => (event.preventDefault(), search(values())) },
    element("div", { class: "fields" }, objective.element, field.element, limit.element, product.element),
    element("fieldset", { class: "boxes" }, element("legend", {}, "Free inputs of the particle"), boxes.map((box) => box.element)),
    missing, button);
  changed();
  return form;
}

function problem({ field, limit, product, particle }) {
  if (field === "both" && particle.length === 0) return "Something must be free: tick an input, or free the field.";
  if (field !== "both" && limit === "own" && !(product > 0)) return "The limit must be a number above 0.";
  return null;
}

function startOf() {
  const kept = read(SPACE);
  const known = { objective: OBJECTIVES, field: Object.keys(FIELDS), limit: Object.keys(LIMITS) };
  const found = { ...START };
  for (const [name, values] of Object.entries(known)) if (values.includes(kept[name])) found[name] = kept[name];
  if (Number(kept.product) > 0) found.product = Number(kept.product);
  if (kept.particle !== undefined) found.particle = kept.particle.split(",").filter((name) => PARTICLE.includes(name));
  return found;
}

function labelled(label, field) {
  return { field, element: element("div", { class: "field" }, element("label", { for: field.id }, label), field) };
}

function select(label, options, value) {
  return labelled(label, element("select", { id: unique("best") }, options.map(([name, words]) => element("option", { value: name, selected: name === value }, words))));
}

function number(label, value) {
  return labelled(label, element("input", { id: unique("best"), type: "text", inputmode: "decimal", value }));
}

function checkbox(name, checked) {
  const field = element("input", { type: "checkbox", name, checked });
  return { field, element: element("label", { class: "check" }, field, labelOf(name)) };
}
