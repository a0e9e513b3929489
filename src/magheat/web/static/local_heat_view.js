// What the local-heat tab shows of one answer.

import { element, say } from "./dom.js";
import { localHeatCharts } from "./local_heat_charts.js";
import { courseOf, jumpWords } from "./local_heat_course.js";
import { volumesOf } from "./local_heat_inputs.js";
import { localHeatLedger } from "./local_heat_ledger.js";
import { pairCard } from "./local_heat_pair.js";
import { format, onUnit, quantity } from "./units.js";

const WRITTEN = {
  time: (seconds) => `${format(seconds * 1e6, 3)} µs`,
  field: (h) => quantity("applied_field", h, 3),
  energy: (joule) => `${format(joule, 3)} J`,
};

/**
 * {element, show(answer, values, withJumps), fail(sentence)}; jumps stay as they are while an answer is without them.
 *
 * @param start {at, part} of the address: place of the cursor, and "half" for the paper's half cycle
 * @param request () -> {experiment, solver}
 * @param tell (sentence) -> void
 * @param moved ({at, part}) -> void
 */
export function localHeatView({ start, request, tell, moved }) {
  let shown = null;
  const charts = localHeatCharts();
  const ledger = localHeatLedger();
  const pair = pairCard({ at: start.at, request, tell, onMove: () => (follow(), moved({ at: pair.place })) });
  const part = partChoice(start.part, () => (follow(), moved({ part: part.value })));
  const jumps = element("ol", { class: "jumps" });
  const trouble = element("p", { class: "notice bad", role: "alert", hidden: true });
  const jumpsCard = element("section", { class: "card" }, element("div", { class: "card-head" }, element("h2", {}, "Jumps of the cycle")), jumps);
  const [loops, ...courses] = charts.elements;
  courses[0].querySelector(".card-head .buttons").prepend(part);

  function follow() {
    if (!shown) return;
    const { course, values } = shown;
    const last = course.time.length - 1;
    pair.pose(course, values);
    charts.draw(course, pair.place, part.value === "half" ? last / 2 : last);
  }

  function redraw() {
    if (!shown) return;
    const { answer, course, values } = shown;
    pair.show(answer, values);
    follow();
    ledger.show(answer, volumesOf(values));
    if (!shown.jumps) return;
    const sentences = jumpWords(answer.jumps, course.start, WRITTEN);
    jumps.replaceChildren(...(sentences.length ? sentences : ["None: all motion is reversible."]).map((sentence) => element("li", {}, sentence)));
  }

  onUnit(null, redraw);
  return {
    element: element("div", { class: "local-results" }, trouble, stack(pair.element, ledger.element), stack(loops, ...courses, jumpsCard)),
    show(answer, values, withJumps) {
      shown = { answer, values, jumps: withJumps, course: courseOf(answer.run, volumesOf(values)) };
      trouble.hidden = true;
      redraw();
    },
    fail(sentence) {
      trouble.hidden = !sentence;
      say(trouble, sentence ?? "");
    },
  };
}

const stack = (...cards) => element("div", { class: "stack" }, cards);

function partChoice(value, onChange) {
  const option = (name, label) => element("option", { value: name, selected: name === value }, label);
  return element("select", { class: "small", "aria-label": "Part of the cycle that is drawn", onchange: onChange }, option("whole", "Draw the whole cycle"), option("half", "Draw half of it, as the paper"));
}
