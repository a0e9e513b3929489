// A map of one output over two inputs, on request; a point of it can be taken into the sliders.

import { newest, post } from "./api.js";
import { heatmap } from "./chart.js";
import { mapCard } from "./map_card.js";
import { csvOf, keep, mapRequest, nearest, same, startOf, wasOpen } from "./map_request.js";
import { fromSi, labelOf, onUnit, quantity, shownUnit, symbolOf } from "./units.js";

const LIMITS = { brezovich: "Brezovich", hergt_dutz: "Hergt–Dutz" };
/** A map by simulation is not drawn anew by itself; one by the model is, after so many milliseconds. */
const FOLLOW = 250;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

export function mount(host, { inputs, model, announce }) {
  const choices = startOf(inputs.names, model !== null);
  const card = mapCard({ names: inputs.names, choices, hasModel: model !== null, onChange: change, onDraw: () => ask(), onSave: () => csvOf(shown.map, shown.request) });
  let shown = null; // {map, request, cross: [i, j]}
  let timer = null;

  const ask = newest(async () => {
    const request = mapRequest(choices, inputs);
    card.busy(true);
    try {
      const map = await post("map", request);
      const now = inputs.values();
      shown = { map, request, cross: [nearest(map.x, now[request.x.name]), nearest(map.y, now[request.y.name])] };
      keep({ open: 1 });
      draw();
    } catch (error) {
      card.tell(error.message, true);
    }
    card.busy(false);
  });

  function draw() {
    const { map, request } = shown;
    const now = inputs.values();
    const [x, y] = [request.x.name, request.y.name];
    card.drawn(map.in_range.flat().some((inside) => !inside));
    const shownIn = (name, values) => values.map((si) => fromSi(name, si));
    heatmap(card.figure, {
      x: shownIn(x, map.x),
      y: shownIn(y, map.y),
      values: map.values.map((row) => row.map((si) => (si === null ? null : fromSi(request.output, si)))),
      xLabel: labelled(x),
      yLabel: labelled(y),
      valueLabel: labelled(request.output, symbolOf(request.output)),
      lines: Object.entries(map.limits).map(([name, points]) => ({ label: LIMITS[name], className: "white", points: points.map(([px, py]) => [fromSi(x, px), fromSi(y, py)]) })),
      marks: [{ x: fromSi(x, now[x]), y: fromSi(y, now[y]) }, ...crossLines()],
      description: `Map of ${labelOf(request.output)} over ${labelOf(x)} and ${labelOf(y)}. The dot is the present point.`,
    });
    card.tell(wordsAt());
  }

  function crossLines() {
    const { map, request, cross: [i, j] } = shown;
    if (!byKeyboard()) return [];
    return [{ x: fromSi(request.x.name, map.x[i]) }, { y: fromSi(request.y.name, map.y[j]) }];
  }

  // A picture that is drawn anew while the mouse is down gets no click: the cross is for the keyboard.
  const byKeyboard = () => card.figure.matches(":focus-visible");

  function wordsAt() {
    const { map, request, cross: [i, j] } = shown;
    const value = map.values[j][i];
    const what = value === null ? "not known here, outside of what the model was taught" : quantity(request.output, value, 3);
    return `${quantity(request.x.name, map.x[i], 3)}, ${quantity(request.y.name, map.y[j], 3)}: ${symbolOf(request.output)} ${what}`;
  }

  function take() {
    const { map, request, cross: [i, j] } = shown;
    inputs.set({ [request.x.name]: map.x[i], [request.y.name]: map.y[j] });
    announce(`Taken into the sliders: ${wordsAt()}.`);
  }

  function change(patch) {
    Object.assign(choices, patch);
    keep(patch);
    if (shown) ask();
  }

  function followInputs() {
    if (!shown) return;
    if (same(mapRequest(choices, inputs), shown.request)) return draw();
    if (choices.by === "simulation") return card.tell("The inputs have changed since; draw it again.");
    clearTimeout(timer);
    timer = setTimeout(ask, FOLLOW);
  }

  card.figure.addEventListener("keydown", (event) => {
    if (!shown || !(event.key in STEPS || event.key === "Enter")) return;
    event.preventDefault();
    if (event.key === "Enter") return take();
    const { map, cross } = shown;
    const far = event.shiftKey ? 10 : 1;
    shown.cross = STEPS[event.key].map((step, k) => Math.min([map.x, map.y][k].length - 1, Math.max(0, cross[k] + far * step)));
    draw();
  });
  card.figure.addEventListener("click", (event) => {
    const place = shown && placeOf(event, card.figure);
    if (!place) return;
    const { map } = shown;
    shown.cross = [Math.round(place[0] * map.x.length - 0.5), Math.round(place[1] * map.y.length - 0.5)];
    take();
  });
  card.figure.addEventListener("focus", () => shown && byKeyboard() && draw());
  card.figure.addEventListener("blur", () => shown && draw());
  inputs.subscribe(followInputs);
  onUnit(null, () => shown && draw());
  host.replaceChildren(card.element);
  if (wasOpen()) ask();
}

/** Where in the coloured area an event was, as shares of its width and, from below, its height; null outside. */
function placeOf({ clientX, clientY }, figure) {
  const area = figure.querySelector(".map-area").getBoundingClientRect();
  const place = [(clientX - area.left) / area.width, (area.bottom - clientY) / area.height];
  return place.every((share) => share > 0 && share < 1) ? place : null;
}

function labelled(name, label = labelOf(name)) {
  const unit = shownUnit(name);
  return unit ? `${label} (${unit})` : label;
}
