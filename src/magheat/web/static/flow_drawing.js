import { svg } from "./dom.js";
import { format } from "./units.js";

const WIDTH = 400;
const HEIGHT = 330;
const NAMES = ["A", "B"];
const ROWS = [86, 252];
const CENTRE = 186;
const RADIUS = 27;
/** Thickness of the largest flow; flows below this share of it are a thin dashed arrow. */
const THICKEST = 52;
const THINNEST = 0.02;
const ZEPTO = 1e-21;

/**
 * Who gave energy to whom over one cycle: the field to A and B, one particle to the other, both to their heat.
 *
 * @param host element that is filled
 * @param flows {field_work, dipolar_work, released_heat}, each [A, B] in J per cycle; negative ones run backwards
 */
export function drawFlows(host, flows) {
  const all = Object.values(flows).flat();
  const scale = THICKEST / (Math.max(...all.map(Math.abs)) || 1);
  const flow = (from, to, energy, label, kind) => band(from, to, energy, { scale, label, kind });
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "flow-drawing", "aria-label": description(flows) },
    ...box(),
    ...NAMES.flatMap((name, i) => particle(name, ROWS[i])),
    ...NAMES.flatMap((name, i) => row(flow, flows, name, i)),
    ...flow([CENTRE, ROWS[0] + RADIUS + 4], [CENTRE, ROWS[1] - RADIUS - 4], flows.dipolar_work[1], "dipolar work ", "dipolar"),
    svg("text", { x: WIDTH - 4, y: HEIGHT - 6, "text-anchor": "end", class: "quiet" }, "per cycle, in zJ (10⁻²¹ J)"),
  );
  host.replaceChildren(picture);
}

function row(flow, flows, name, i) {
  const y = ROWS[i];
  const kind = `particle-${name.toLowerCase()}`;
  return [
    ...flow([56, y], [CENTRE - RADIUS - 4, y], flows.field_work[i], "", kind),
    ...flow([CENTRE + RADIUS + 4, y], [CENTRE + 122, y], flows.released_heat[i], "", `heat ${kind}`),
    svg("text", { x: CENTRE + 128, y: y + 4 }, `heat of ${name}`),
  ];
}

function box() {
  const [top, bottom] = [ROWS[0] - 44, ROWS[1] + 44];
  return [
    svg("rect", { x: 4, y: top, width: 46, height: bottom - top, rx: 6, class: "source" }),
    svg("text", { x: 27, y: (top + bottom) / 2 + 4, "text-anchor": "middle" }, "field"),
  ];
}

function particle(name, y) {
  const kind = `particle-${name.toLowerCase()}`;
  return [
    svg("circle", { cx: CENTRE, cy: y, r: RADIUS, class: `sphere ${kind}` }),
    svg("text", { x: CENTRE, y: y + 5, "text-anchor": "middle", class: `particle-name ${kind}` }, name),
  ];
}

/** An arrow as thick as its energy, its number beside it; a negative energy turns it round. */
function band(from, to, energy, { scale, label, kind }) {
  const [start, end] = energy < 0 ? [to, from] : [from, to];
  const upright = from[0] === to[0];
  const thin = Math.abs(energy) * scale < THINNEST * THICKEST;
  const thick = Math.max(Math.abs(energy) * scale, 1);
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const place = upright
    ? { x: x + Math.max(thick / 2 + 6, 12) + 4, y: y + 4 }
    : { x, y: y - Math.max(thick / 2, 6) - 8, "text-anchor": "middle" };
  return [
    svg("path", { d: arrow(start, end, thick), class: `flow ${kind}${thin ? " thin" : ""}` }),
    svg("text", place, `${label}${format(energy / ZEPTO, 3)}`),
  ];
}

function arrow([x1, y1], [x2, y2], thick) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const at = (along, across) => `${(x1 + along * ux - across * uy).toFixed(1)} ${(y1 + along * uy + across * ux).toFixed(1)}`;
  const [half, wide] = [thick / 2, thick / 2 + 5];
  const neck = length - Math.min(length / 2, 8 + thick / 3);
  return `M${at(0, -half)}L${at(neck, -half)}L${at(neck, -wide)}L${at(length, 0)}L${at(neck, wide)}L${at(neck, half)}L${at(0, half)}Z`;
}

function description({ field_work: work, dipolar_work: dipolar, released_heat: heat }) {
  const joule = (energy) => `${format(energy, 3)} J`;
  const each = NAMES.map((name, i) => `${name} takes ${joule(work[i])} from the field, ${joule(dipolar[i])} from the other particle and releases ${joule(heat[i])} as heat`);
  return `Energy flows per cycle: ${each.join("; ")}.`;
}
