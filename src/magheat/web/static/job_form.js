// A form for a job: any solver that the service lists as one for jobs, and whatever arrangement it takes.

import { slider } from "./control.js";
import { element, unique } from "./dom.js";
import { ARRANGEMENTS, arrangementsOf, canBoth, CHOICES, COUNTS, experimentOf, isWarm, SLIDERS, START } from "./job_inputs.js";
import { read, write } from "./state.js";

const SPACE = "jobs";

/** {element, explain(error)}; submit gets the body of POST jobs. */
export function jobForm(solvers, submit) {
  const offered = solvers.filter(({ mode }) => mode === "job");
  const values = startOf();
  const solver = select("Solver", Object.fromEntries(offered.map(({ name, label }) => [name, label])), values.solver, (name) => take({ solver: name }));
  const arrangement = select("Arrangement", ARRANGEMENTS, values.arrangement, (name) => take({ arrangement: name }));
  const summary = element("p", { class: "quiet" });
  const fields = [
    ...CHOICES.map((each) => ({ ...each, ...select(each.label, each.options, values[each.name], (value) => take({ [each.name]: value })) })),
    ...COUNTS.map((each) => ({ ...each, ...count(each, values[each.name], (value) => take({ [each.name]: value })) })),
    ...SLIDERS.map((each) => ({ ...each, ...controlOf(each, values[each.name], (si) => take({ [each.name]: si })) })),
  ];
  const message = element("p", { class: "control-error", role: "alert" });
  const button = element("button", { type: "submit", class: "primary", disabled: offered.length === 0 }, "Submit the job");

  function take(patch) {
    Object.assign(values, patch);
    for (const [name, value] of Object.entries(patch)) write(SPACE, { [name]: value === START[name] ? null : value });
    show();
  }

  const chosenOne = () => offered.find(({ name }) => name === solver.field.value);

  function show() {
    const chosen = chosenOne();
    const possible = chosen ? arrangementsOf(chosen) : [];
    for (const option of arrangement.field.options) option.disabled = !possible.includes(option.value);
    if (arrangement.field.selectedOptions[0]?.disabled) arrangement.field.value = possible[0];
    summary.textContent = chosen?.summary ?? "This server has no solver for jobs.";
    const without = chosen ? [...(canBoth(chosen) ? [] : ["motion"]), ...(isWarm(chosen, values) ? [] : ["temperature"])] : [];
    for (const { name, element: node, of } of fields) node.hidden = without.includes(name) || (of !== undefined && !of.includes(arrangement.field.value));
  }

  function explain(error) {
    const control = error && fields.find(({ name, explain: has }) => has && error.field?.endsWith(name));
    fields.forEach((each) => each.explain?.(null));
    control?.explain(error.message);
    message.textContent = error && !control ? error.message : "";
  }

  const request = () => ({ kind: "simulate", solver: solver.field.value, experiment: experimentOf(arrangement.field.value, values, chosenOne()) });
  const onsubmit = (event) => {
    event.preventDefault();
    submit(request());
  };
  show();
  const [rest, sliders] = [fields.slice(0, -SLIDERS.length), fields.slice(-SLIDERS.length)];
  return {
    element: element("form", { onsubmit }, element("div", { class: "fields" }, solver.element, arrangement.element, rest.map((each) => each.element)), summary, sliders.map((each) => each.element), message, button),
    explain,
  };
}

function startOf() {
  const kept = read(SPACE);
  const values = { ...START };
  for (const [name, value] of Object.entries(START)) {
    if (kept[name] === undefined) continue;
    if (typeof value === "string") values[name] = kept[name];
    else if (Number.isFinite(Number(kept[name]))) values[name] = Number(kept[name]);
  }
  return { ...values, solver: kept.solver, arrangement: kept.arrangement ?? "chain" };
}

function controlOf(input, value, onChange) {
  const control = slider({ ...input, value, onChange });
  return { element: control.element, explain: control.explain };
}

function select(label, options, value, onChange) {
  const id = unique("job");
  const field = element("select", { id, onchange: () => onChange(field.value) }, Object.entries(options).map(([name, words]) => element("option", { value: name, selected: name === value }, words)));
  return { field, element: labelled(id, label, field) };
}

function count({ label, lower, upper }, value, onChange) {
  const id = unique("job");
  const field = element("input", { id, type: "number", min: lower, max: upper, step: 1, required: true, value, onchange: () => field.checkValidity() && onChange(Number(field.value)) });
  return { field, element: labelled(id, label, field) };
}

function labelled(id, label, field) {
  return element("div", { class: "field" }, element("label", { for: id }, label), field);
}
