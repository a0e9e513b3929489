// Field times frequency against the two limits that medicine quotes, as a gauge.

import { element, say, svg } from "./dom.js";
import { scale } from "./ticks.js";
import { format } from "./units.js";

/** A/(m s); as in magheat.analysis.limits. */
const LIMITS = [
  { name: "Atkinson–Brezovich", value: 4.85e8, about: "Atkinson, Brezovich and Chakraborty 1984: tolerated for an hour, a coil around the chest" },
  { name: "Hergt–Dutz", value: 5e9, about: "Hergt and Dutz 2007: for smaller regions of the body" },
];
const ENDS = [3e7, 6e10];
const [WIDTH, TOP, BAR] = [360, 26, 12];
const at = scale(ENDS, [6, WIDTH - 6], true);

function bar() {
  const ends = [ENDS[0], ...LIMITS.map(({ value }) => value), ENDS[1]].map(at);
  const zones = ["green", "amber", "red"].map((zone, k) =>
    svg("rect", { class: `zone ${zone}`, x: ends[k], y: TOP, width: ends[k + 1] - ends[k], height: BAR }),
  );
  const ticks = LIMITS.flatMap(({ name, value }) => [
    svg("line", { class: "frame", x1: at(value), x2: at(value), y1: TOP - 4, y2: TOP + BAR + 4 }),
    svg("text", { x: at(value), y: TOP + BAR + 18, "text-anchor": "middle" }, name),
    svg("text", { x: at(value), y: TOP + BAR + 33, "text-anchor": "middle" }, format(value, 3)),
  ]);
  return [...zones, ...ticks];
}

/** What to say of a product, e.g. "2.5 × the limit of Atkinson–Brezovich, 0.24 × that of Hergt–Dutz". */
export function limitWords(product) {
  const [first, second] = LIMITS.map(({ value }) => format(product / value, 2));
  const judged = product <= LIMITS[0].value ? "Within both limits" : product <= LIMITS[1].value ? "Beyond the stricter limit" : "Beyond both limits";
  return `${judged}: ${first} × Atkinson–Brezovich, ${second} × Hergt–Dutz.`;
}

export function mount(host, { inputs }) {
  const pointer = svg("path", { class: "pointer", d: `M0 ${TOP - 2}l-6 -10h12z` });
  const picture = svg("svg", { class: "chart gauge", role: "img", "aria-label": "Gauge of field times frequency on a scale of powers of ten", viewBox: `0 0 ${WIDTH} 76` }, bar(), pointer);
  const [number, words] = [element("span", { class: "gauge-number" }), element("p", { class: "gauge-words" })];
  const sources = element("p", { class: "quiet" }, LIMITS.map(({ about }) => `${about}. `), "Neither is medical advice.");
  host.replaceChildren(
    element("section", { class: "card gauge-card", "aria-labelledby": "limits-title" },
      element("div", { class: "card-head" }, element("h2", { id: "limits-title" }, "Field × frequency"), number),
      picture, words, element("details", {}, element("summary", {}, "Where the limits are from"), sources)),
  );
  const show = ({ frequency, amplitude }) => {
    const product = frequency * amplitude;
    const place = at(Math.min(ENDS[1], Math.max(ENDS[0], product)));
    pointer.setAttribute("transform", `translate(${place} 0)`);
    say(number, `${format(product, 3)} A/(m s)`);
    say(words, limitWords(product));
  };
  inputs.subscribe(show);
  show(inputs.values());
}
