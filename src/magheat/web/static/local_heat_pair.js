// The pair as it is at the time of the cursor, with what the run says as a whole.

import { figureButtons } from "./chart.js";
import { element, say } from "./dom.js";
import { experimentButtons } from "./experiment_files.js";
import { limitWords } from "./limits_panel.js";
import { POINTS } from "./local_heat_course.js";
import { reproducibleWords } from "./local_heat_words.js";
import { pairDrawing } from "./pair_drawing.js";
import { timeCursor } from "./time_cursor.js";
import { format, labelOf, quantity } from "./units.js";

const NUMBERS = ["slp", "ilp", "coercive_field", "remanence"];

/** {element, place, show(answer, values), pose(course, values)} */
export function pairCard({ at, request, tell, onMove }) {
  const host = element("div", { class: "figure", "data-figure": "pair" });
  const drawing = pairDrawing(host);
  let words = () => "";
  const cursor = timeCursor(POINTS, (place) => words(place), onMove);
  cursor.set(at);
  const verdict = element("p", { class: "notice", "data-name": "reproducible" });
  const warnings = element("ul", { class: "warnings" });
  const numbers = element("dl", { class: "numbers" });
  const title = element("div", { class: "card-head" }, element("h2", {}, "The pair"), element("div", { class: "buttons" }, figureButtons(host, "pair")));
  const away = element("div", { class: "buttons" }, element("span", { class: "quiet" }, "Take it away:"), experimentButtons(request, tell));
  return {
    element: element("section", { class: "card" }, title, host, cursor.element, verdict, warnings, numbers, away),
    get place() {
      return cursor.place;
    },
    show({ quantities, reproducible, warnings: told }, values) {
      drawing.draw(values);
      verdict.className = `notice ${reproducible === false ? "bad" : "good"}`;
      say(verdict, reproducibleWords(reproducible));
      const others = told.filter((sentence) => reproducible !== false || !/^not reproducible/i.test(sentence));
      warnings.replaceChildren(...others.map((sentence) => element("li", {}, sentence)));
      numbers.replaceChildren(...summary(quantities));
    },
    pose({ time, field, directions }, { amplitude }) {
      words = (place) => `${format(time[place] * 1e6, 3)} µs, ${quantity("applied_field", field[place], 3)}`;
      cursor.refresh();
      drawing.pose(directions.map((curve) => curve[cursor.place]), field[cursor.place] / (amplitude || 1));
    },
  };
}

function summary(quantities) {
  const line = (name, value) => [element("dt", {}, name), element("dd", {}, value)];
  const known = NUMBERS.flatMap((name) => line(labelOf(name), quantity(name, quantities[name].value, 3)));
  return [...known, ...line("Field × frequency", limitWords(quantities.field_frequency_product.value))];
}
