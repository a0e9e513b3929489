// The card of the map: what to draw, the figure, what is at the cross.

import { figureButtons } from "./chart.js";
import { element, save, say, unique } from "./dom.js";
import { OUTPUTS } from "./map_request.js";
import { labelOf } from "./units.js";

const BY = { surrogate: "by the model", simulation: "by simulation" };

/** {element, figure, busy(flag), drawn(hasHatching), tell(sentence, bad)} */
export function mapCard({ names, choices, hasModel, onChange, onDraw, onSave }) {
  const selects = {
    output: select("Output", OUTPUTS, choices.output),
    x: select("Across", names, choices.x),
    y: select("Upwards", names, choices.y),
    by: select("Computed", hasModel ? Object.keys(BY) : ["simulation"], choices.by, (name) => BY[name]),
  };
  for (const [name, { field }] of Object.entries(selects)) field.addEventListener("change", () => changed(name, field.value));
  const help = unique("map-help");
  const figure = element("div", { class: "figure map", tabindex: 0, role: "group", "aria-label": "Map", "aria-describedby": help, hidden: true });
  const words = element("p", { class: "map-words", role: "status" });
  const note = element("p", { class: "quiet", hidden: true }, "Hatched: outside of what the model was taught.");
  const use = element("p", { class: "quiet", id: help, hidden: true }, "Click to take a point into the sliders; or arrows move the cross (with Shift ten steps), Enter takes it.");
  const draw = element("button", { type: "button", class: "primary", onclick: onDraw }, "Draw the map");
  const csv = element("button", { type: "button", class: "small", "aria-label": "CSV of the map", onclick: () => save("map.csv", onSave(), "text/csv") }, "CSV");
  const saving = element("div", { class: "buttons", hidden: true }, figureButtons(figure, "map"), csv);

  // The same input on both sides is no map: the other side takes what this one had.
  function changed(name, value) {
    const other = { x: "y", y: "x" }[name];
    const patch = { [name]: value };
    if (other && choices[other] === value) {
      patch[other] = choices[name];
      selects[other].field.value = choices[name];
    }
    onChange(patch);
  }

  return {
    element: element("section", { class: "card", "aria-labelledby": "map-title" },
      element("div", { class: "card-head" }, element("h2", { id: "map-title" }, "Map over two inputs"), saving),
      element("div", { class: "fields" }, Object.values(selects).map((each) => each.element)),
      draw, figure, words, note, use),
    figure,
    busy(flag) {
      draw.disabled = flag;
      figure.setAttribute("aria-busy", String(flag));
    },
    drawn(hasHatching) {
      for (const node of [saving, use, figure]) node.hidden = false;
      note.hidden = !hasHatching;
      say(draw, "Draw again");
    },
    tell(sentence, bad = false) {
      words.classList.toggle("bad", bad);
      say(words, sentence);
    },
  };
}

function select(label, values, value, words = labelOf) {
  const id = unique("map-choice");
  const field = element("select", { id }, values.map((each) => element("option", { value: each, selected: each === value }, words(each))));
  return { field, element: element("div", { class: "field" }, element("label", { for: id }, label), field) };
}
