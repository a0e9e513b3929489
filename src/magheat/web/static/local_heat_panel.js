// The local-heat tab: two particles, and who heats whom. Every change asks for a simulation; the newest wins.

import { newest, post } from "./api.js";
import { element } from "./dom.js";
import { POINTS } from "./local_heat_course.js";
import { localHeatForm } from "./local_heat_form.js";
import { DEFAULTS, experimentOf } from "./local_heat_inputs.js";
import { localHeatView } from "./local_heat_view.js";
import { read, write } from "./state.js";
import { format } from "./units.js";

const SPACE = "local";
/** After so many milliseconds without a change the jumps are looked for, and the heat is announced. */
const SETTLED = 300;

export function mount(host, context) {
  const kept = read(SPACE);
  const values = valuesOf(kept);
  const request = () => ({ experiment: experimentOf(values), solver: "llg" });
  const start = { at: Number(kept.at) || 0, part: kept.part };
  const view = localHeatView({ start, request, tell: context.announce, moved: (patch) => write(SPACE, patch) });
  const form = localHeatForm(values, change);
  const settle = settled(() => ask(true));

  const ask = newest(async (jumps) => {
    const asked = { ...values };
    try {
      const answer = await post("simulate", { ...request(), samples: POINTS + 1, last_cycle: true, jumps });
      form.explain(null);
      view.show(answer, asked, jumps);
      if (jumps) context.announce(heatWords(answer.particles));
    } catch (error) {
      view.fail(form.explain(error) ? null : error.message);
    }
  });

  function change(patch) {
    Object.assign(values, patch);
    for (const [name, value] of Object.entries(patch)) write(SPACE, { [name]: value === DEFAULTS[name] ? null : Number(value) });
    ask(false);
    settle();
  }

  const intro = element("p", { class: "quiet" }, "Two particles in an oscillating field at 0 K (Phys. Rev. B 102, 214412): every slider runs the equation of motion anew.");
  const card = element("section", { class: "card" }, element("div", { class: "card-head" }, element("h2", {}, "Two particles")), intro, form.element);
  host.replaceChildren(element("div", { class: "local-heat" }, card, view.element));
  ask(true);
}

/** The inputs in the address, defaults elsewhere. */
function valuesOf(kept) {
  const values = { ...DEFAULTS };
  for (const name of Object.keys(values)) {
    const value = Number(kept[name]);
    if (kept[name] !== undefined && Number.isFinite(value)) values[name] = name === "interactions" ? value !== 0 : value;
  }
  return values;
}

function heatWords([a, b]) {
  return `Heat per cycle: A ${format(a.heat_per_cycle, 3)} joule, B ${format(b.heat_per_cycle, 3)} joule.`;
}

function settled(work) {
  let timer = null;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, SETTLED);
  };
}
