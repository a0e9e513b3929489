import { svg } from "./dom.js";
import { format } from "./units.js";

const WIDTH = 400;
const HEIGHT = 250;
const NAMES = ["A", "B"];
/** The field's arrow, left of the particles, and the scale bar below them. */
const FIELD = { x: 26, y: 122, longest: 84 };
const FRAME = { left: 58, right: 392, top: 34, bottom: 210 };

/**
 * Two particles to scale in the plane of their centres and the field, with easy axes and moments.
 *
 * @param host element that is filled
 * @returns {{draw, pose}} draw(values) takes the inputs of the tab; pose(moments, field) takes two unit vectors
 *   [x, y, z] and the applied field over its amplitude
 */
export function pairDrawing(host) {
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "pair-drawing" });
  host.replaceChildren(picture);
  const moments = NAMES.map((name) => svg("path", { class: `moment particle-${name.toLowerCase()}` }));
  const field = svg("path", { class: "field-arrow" });
  let spheres = [];
  return {
    draw(values) {
      spheres = layout(values);
      picture.setAttribute("aria-label", description(values));
      picture.replaceChildren(...fieldScale(), field, ...spheres.flatMap(sphere), ...moments, ...lengths(spheres, values));
    },
    pose(directions, relativeField) {
      spheres.forEach(({ x, y, radius }, i) => moments[i].setAttribute("d", arrow([x, y], directions[i], 0.86 * radius)));
      const half = (FIELD.longest / 2) * relativeField;
      field.setAttribute("d", arrow([FIELD.x, FIELD.y], [0, 0, Math.sign(half)], Math.abs(half)));
    },
  };
}

/** Centres and radii in the units of the picture; x along the pair, z upwards. */
function layout(values) {
  const radii = [values.diameter_a / 2, values.diameter_b / 2];
  const distance = radii[0] + radii[1] + values.gap;
  const width = radii[0] + distance + radii[1];
  const room = { x: FRAME.right - FRAME.left, y: FRAME.bottom - FRAME.top };
  const scale = Math.min(room.x / width, room.y / (2 * Math.max(...radii)));
  const start = FRAME.left + (room.x - scale * width) / 2;
  const y = (FRAME.top + FRAME.bottom) / 2;
  const centres = [radii[0], radii[0] + distance];
  const angles = [values.angle_a, values.angle_b];
  return radii.map((radius, i) => ({
    name: NAMES[i], x: start + scale * centres[i], y, radius: scale * radius, angle: angles[i], scale,
  }));
}

function sphere({ name, x, y, radius, angle }) {
  const [dx, dy] = [1.12 * radius * Math.sin(angle), 1.12 * radius * Math.cos(angle)];
  const kind = `particle-${name.toLowerCase()}`;
  return [
    svg("circle", { cx: x, cy: y, r: radius, class: `sphere ${kind}` }),
    svg("line", { x1: x - dx, y1: y + dy, x2: x + dx, y2: y - dy, class: `easy-axis ${kind}` }),
    svg("text", { x: x - 0.72 * radius - 9, y: y - 0.72 * radius - 3, class: `particle-name ${kind}` }, name),
  ];
}

function fieldScale() {
  const { x, y, longest } = FIELD;
  return [
    svg("line", { x1: x, y1: y - longest / 2 - 6, x2: x, y2: y + longest / 2 + 6, class: "faint" }),
    svg("text", { x, y: y - longest / 2 - 14, "text-anchor": "middle" }, "H"),
  ];
}

/** A bar of a round length, and the gap where there is room to write it. */
function lengths(spheres, values) {
  const [{ scale }, b] = spheres;
  const bar = [50e-9, 20e-9, 10e-9, 5e-9, 2e-9].find((length) => length * scale < 110) ?? 1e-9;
  const y = HEIGHT - 24;
  const top = 12;
  const start = WIDTH - 8 - bar * scale;
  const gap = b.x - b.radius - (values.gap * scale) / 2;
  return [
    svg("path", { d: `M${start} ${y}v-4v8v-4H${WIDTH - 8}v-4v8`, class: "scale-bar" }),
    svg("text", { x: WIDTH - 8, y: y + 17, "text-anchor": "end" }, `${bar * 1e9} nm`),
    svg("path", { d: `M${gap - (values.gap * scale) / 2} ${top + 10}v-4v8v-4h${values.gap * scale}v-4v8`, class: "scale-bar" }),
    svg("text", { x: gap, y: top, "text-anchor": "middle" }, `gap ${format(values.gap * 1e9)} nm`),
  ];
}

/** An arrow through a centre along the part of a direction that lies in the plane of the picture. */
function arrow([x, y], [mx, , mz], half) {
  const size = Math.hypot(mx, mz);
  if (half * size < 0.5) return `M${x - 2} ${y}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0`;
  const [ux, uy] = [mx / size, -mz / size];
  const length = half * size;
  const head = Math.min(12, 0.8 * length);
  const at = (along, across) => `${(x + along * ux - across * uy).toFixed(2)} ${(y + along * uy + across * ux).toFixed(2)}`;
  const neck = length - head;
  return `M${at(-length, -1.4)}L${at(neck, -1.4)}L${at(neck, -head / 2.4)}L${at(length, 0)}L${at(neck, head / 2.4)}L${at(neck, 1.4)}L${at(-length, 1.4)}Z`;
}

function description(values) {
  const nm = (length) => `${format(length * 1e9)} nm`;
  const degrees = (angle) => `${format((angle * 180) / Math.PI)} degrees`;
  return (
    `Two spheres to scale, side by side across the field: A of ${nm(values.diameter_a)} with its easy axis ` +
    `${degrees(values.angle_a)} from the field, B of ${nm(values.diameter_b)}, ${degrees(values.angle_b)}, ` +
    `${nm(values.gap)} between them. Arrows are their moments at the time of the cursor.`
  );
}
