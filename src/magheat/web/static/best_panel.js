// The best particle for a field: which inputs are free, what limits the field, and what the search found.

import { post } from "./api.js";
import { bestForm } from "./best_form.js";
import { bestRequest } from "./best_request.js";
import { element, save, say } from "./dom.js";
import { followJob, jobResult, startJob } from "./jobs.js";
import { labelOf, onUnit, quantity } from "./units.js";

export function mount(host, { inputs, announce }) {
  const status = element("p", { class: "best-words", role: "status" });
  const result = element("div", { class: "best-result" });
  const button = element("button", { type: "submit", class: "primary" }, "Find it");
  const form = bestForm(button, search);
  let found = null;

  async function search(choices) {
    button.disabled = true;
    tell("Searching …");
    try {
      found = await answerTo(bestRequest(choices, inputs), (job) => tell(`Searching as a job: ${Math.round(100 * job.progress)} % …`));
      tell(`Found: ${labelOf(found.objective)} ${quantity(found.objective, found.value, 3)}.`);
      show();
    } catch (error) {
      found = null;
      result.replaceChildren();
      tell(error.message, true);
    }
    button.disabled = false;
  }

  function tell(sentence, bad = false) {
    status.classList.toggle("bad", bad);
    say(status, sentence);
  }

  function take() {
    inputs.set(found.inputs);
    announce("The best particle is in the sliders.");
  }

  function show() {
    if (found) result.replaceChildren(...resultOf(found, take));
  }

  onUnit(null, show);
  host.replaceChildren(
    element("section", { class: "card", "aria-labelledby": "best-title" },
      element("div", { class: "card-head" }, element("h2", { id: "best-title" }, "Best particle for this field")),
      form, status, result),
  );
}

/** The answer at once, or of a job where the server wants it to be one. */
async function answerTo(request, tell) {
  try {
    return await post("optimize", request);
  } catch (error) {
    if (!error.message.includes("/jobs")) throw error;
    const { id } = await startJob({ kind: "optimize", ...request });
    const ended = await followJob(id, tell);
    if (ended.status === "done") return jobResult(id);
    throw new Error(ended.status === "cancelled" ? "The search was cancelled." : (ended.error ?? ended.message));
  }
}

/** Inputs and outputs as a list, what limits them, what to beware of, and what can be done with it. */
export function resultOf({ inputs, outputs, nearly, active, warnings, toml }, take) {
  const line = (name, value, more = "") => [element("dt", {}, labelOf(name)), element("dd", { "data-name": name }, quantity(name, value), more)];
  const range = (name) => element("span", { class: "density" }, `90 % of the best from ${nearly[name].map((si) => quantity(name, si, 3)).join(" to ")}`);
  const told = ["slp", "ilp", "loss_per_cycle", "coercive_field", "remanence"].filter((name) => outputs[name] !== undefined);
  const sentences = (kind, all) => (all.length ? element("ul", { class: kind }, all.map((sentence) => element("li", {}, sentence))) : null);
  const buttons = [
    take && element("button", { type: "button", onclick: take }, "Take it into the sliders"),
    element("button", { type: "button", class: "small", onclick: () => save("best.toml", toml) }, "TOML"),
  ];
  return [
    element("dl", { class: "numbers" }, Object.entries(inputs).flatMap(([name, value]) => line(name, value, nearly[name] ? range(name) : ""))),
    element("dl", { class: "numbers outputs" }, told.flatMap((name) => line(name, outputs[name]))),
    sentences("active", active),
    sentences("warnings", warnings),
    element("div", { class: "buttons" }, buttons),
  ].filter(Boolean);
}
