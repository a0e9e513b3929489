// Charts as SVG. A chart fills the width of its host, is drawn anew when that changes, and can be saved.

import { element, save, svg } from "./dom.js";
import { colourBar, cells } from "./heat.js";
import { logTicks, scale, tickLabel, ticks } from "./ticks.js";

const charts = new WeakMap();
const watcher = new ResizeObserver((entries) => entries.forEach(({ target }) => draw(target)));

/**
 * A chart of lines. `series`: [{x, y, label, className, band: {lower, upper}}]; `marks`: [{x, y, label}], a line across
 * where only one of x and y is given, else a dot. `xRange`, `yRange`, `xLog`, `yLog`, `height`, `description`, `legend`.
 */
export function lineChart(host, options) {
  keep(host, { ...options, kind: "lines" });
}

/**
 * A map of colours. `x`, `y`: centres; `values`: a row per y, null where nothing is known; `valueLabel`; `lines`:
 * [{points: [[x, y], ...], label, className}]; `marks` as above; `xLog`, `yLog`.
 */
export function heatmap(host, options) {
  keep(host, { ...options, kind: "map" });
}

function keep(host, options) {
  const known = charts.has(host);
  charts.set(host, options);
  if (!known) watcher.observe(host);
  draw(host);
}

const finite = (values) => values.filter((value) => Number.isFinite(value));

function extent(values, log) {
  const known = finite(values);
  if (!known.length) return log ? [1, 10] : [0, 1];
  const [low, high] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  if (low === high) return log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  return [low, high];
}

const airy = ([low, high], log) => (log ? [low, high] : [low - 0.04 * (high - low), high + 0.04 * (high - low)]);

/** Ends of cells around centres. */
function edges(centres, log) {
  const bend = log ? Math.log10 : (v) => v;
  const back = log ? (v) => 10 ** v : (v) => v;
  const c = centres.map(bend);
  const half = c.length > 1 ? (c[1] - c[0]) / 2 : 0.5;
  return [...c.map((v) => back(v - half)), back(c[c.length - 1] + half)];
}

function ranges(options) {
  if (options.kind === "map") {
    const [x, y] = [edges(options.x, options.xLog), edges(options.y, options.yLog)];
    return [[x[0], x[x.length - 1]], [y[0], y[y.length - 1]]];
  }
  const { series, marks = [] } = options;
  const xs = series.flatMap((s) => s.x).concat(marks.map((m) => m.x));
  const ys = series.flatMap((s) => [...s.y, ...(s.band?.lower ?? []), ...(s.band?.upper ?? [])]).concat(marks.map((m) => m.y));
  return [options.xRange ?? airy(extent(xs, options.xLog), options.xLog), options.yRange ?? airy(extent(ys, options.yLog), options.yLog)];
}

function draw(host) {
  const options = charts.get(host);
  const width = Math.max(240, Math.round(host.clientWidth || 480));
  const height = options.height ?? Math.round(Math.min(380, Math.max(230, width * 0.62)));
  const legend = options.kind === "lines" && (options.legend ?? options.series.some((s) => s.label));
  const frame = { left: 62, right: options.kind === "map" ? 78 : 14, top: legend ? 30 : 12, bottom: 44 };
  const [xRange, yRange] = ranges(options);
  const x = scale(xRange, [frame.left, width - frame.right], options.xLog);
  const y = scale(yRange, [height - frame.bottom, frame.top], options.yLog);
  const picture = svg("svg", { class: "chart", role: "img", "aria-label": options.description ?? describe(options), viewBox: `0 0 ${width} ${height}`, width, height });
  const place = { x, y, xRange, yRange, width, height, frame };
  if (options.kind === "map") picture.append(cells(options, place, edges));
  picture.append(axes(options, place), ...(options.kind === "map" ? lines(options, place) : plots(options, place)), ...marks(options, place));
  if (options.kind === "map") picture.append(colourBar(options, place));
  if (legend) picture.append(legendOf(options.series, place));
  host.replaceChildren(picture);
}

function describe({ kind, xLabel, yLabel, valueLabel, series = [] }) {
  if (kind === "map") return `Map of ${valueLabel} over ${xLabel} and ${yLabel}.`;
  const names = series.map((s) => s.label).filter(Boolean).join(", ");
  return `${yLabel} against ${xLabel}${names ? `: ${names}` : ""}.`;
}

function axes({ xLabel, yLabel, xLog, yLog, kind }, { x, y, xRange, yRange, width, height, frame }) {
  const [bottom, right] = [height - frame.bottom, width - frame.right];
  const grid = kind === "map" ? "tick" : "grid";
  const group = svg("g", { class: "axes" });
  for (const value of xLog ? logTicks(...xRange) : ticks(...xRange, Math.max(3, Math.round((right - frame.left) / 90)))) {
    const at = x(value);
    group.append(svg("line", { class: grid, x1: at, x2: at, y1: kind === "map" ? bottom : frame.top, y2: bottom + 4 }));
    group.append(svg("text", { x: at, y: bottom + 17, "text-anchor": "middle" }, tickLabel(value)));
  }
  for (const value of yLog ? logTicks(...yRange) : ticks(...yRange, Math.max(3, Math.round((bottom - frame.top) / 55)))) {
    const at = y(value);
    group.append(svg("line", { class: grid, x1: frame.left - 4, x2: kind === "map" ? frame.left : right, y1: at, y2: at }));
    group.append(svg("text", { x: frame.left - 8, y: at, dy: "0.32em", "text-anchor": "end" }, tickLabel(value)));
  }
  if (kind === "lines") {
    if (!xLog && xRange[0] < 0 && xRange[1] > 0) group.append(svg("line", { class: "zero", x1: x(0), x2: x(0), y1: frame.top, y2: bottom }));
    if (!yLog && yRange[0] < 0 && yRange[1] > 0) group.append(svg("line", { class: "zero", x1: frame.left, x2: right, y1: y(0), y2: y(0) }));
  }
  group.append(svg("path", { class: "frame", d: `M${frame.left} ${frame.top}V${bottom}H${right}` }));
  group.append(svg("text", { class: "axis-label", x: (frame.left + right) / 2, y: height - 6, "text-anchor": "middle" }, xLabel));
  const middle = (frame.top + bottom) / 2;
  group.append(svg("text", { class: "axis-label", x: 13, y: middle, transform: `rotate(-90 13 ${middle})`, "text-anchor": "middle" }, yLabel));
  return group;
}

/** A path through points; a gap where one is not a number. */
export function pathOf(xs, ys, { x, y }) {
  let pen = "M";
  let path = "";
  for (let i = 0; i < xs.length; i += 1) {
    if (Number.isFinite(xs[i]) && Number.isFinite(ys[i]) && ys[i] !== null) {
      path += `${pen}${x(xs[i]).toFixed(1)} ${y(ys[i]).toFixed(1)}`;
      pen = "L";
    } else pen = "M";
  }
  return path;
}

function plots({ series }, place) {
  return series.flatMap((s) => {
    const line = svg("path", { class: `line ${s.className ?? "ink"}`, d: pathOf(s.x, s.y, place) });
    if (!s.band) return [line];
    const there = pathOf(s.x, s.band.upper, place);
    const back = pathOf([...s.x].reverse(), [...s.band.lower].reverse(), place);
    return [svg("path", { class: `band ${s.className ?? "ink"}`, d: `${there}${back.replace("M", "L")}Z` }), line];
  });
}

function lines({ lines: drawn = [] }, place) {
  return drawn.flatMap(({ points, label, className = "ink" }) => {
    const inside = points.filter(([px, py]) => px >= place.xRange[0] && px <= place.xRange[1] && py >= place.yRange[0] && py <= place.yRange[1]);
    if (inside.length < 2) return [];
    const d = pathOf(inside.map((p) => p[0]), inside.map((p) => p[1]), place);
    const [px, py] = inside[Math.floor(inside.length / 2)];
    const late = place.x(px) > 0.6 * place.width; // a label of the right part is written towards the left
    const text = svg("text", { class: "line-label", x: place.x(px) + (late ? -6 : 6), y: place.y(py) - 6, "text-anchor": late ? "end" : "start" }, label ?? "");
    return [svg("path", { class: "line halo", d }), svg("path", { class: `line ${className}`, d }), text];
  });
}

function marks({ marks: all = [] }, { x, y, width, height, frame }) {
  return all.flatMap((mark) => {
    const [hasX, hasY] = [Number.isFinite(mark.x), Number.isFinite(mark.y)];
    const className = `mark ${mark.className ?? ""}`;
    const text = (tx, ty) => (mark.label ? [svg("text", { class: "mark-label", x: tx, y: ty }, mark.label)] : []);
    if (hasX && hasY) return [svg("circle", { class: className, cx: x(mark.x), cy: y(mark.y), r: 4.5 }), ...text(x(mark.x) + 9, y(mark.y) - 7)];
    if (hasX) return [svg("line", { class: className, x1: x(mark.x), x2: x(mark.x), y1: frame.top, y2: height - frame.bottom }), ...text(x(mark.x) + 5, frame.top + 11)];
    return [svg("line", { class: className, x1: frame.left, x2: width - frame.right, y1: y(mark.y), y2: y(mark.y) }), ...text(frame.left + 6, y(mark.y) - 5)];
  });
}

function legendOf(series, { frame }) {
  let left = frame.left;
  const group = svg("g", { class: "legend" });
  for (const { label, className = "ink", dots } of series.filter((s) => s.label)) {
    const sample = dots ? svg("circle", { class: `mark ${className}`, cx: left + 11, cy: 12, r: 4.5 }) : svg("path", { class: `line ${className}`, d: `M${left} 12h18` });
    group.append(sample, svg("text", { x: left + 24, y: 12, dy: "0.32em" }, label));
    left += 24 + 6.6 * label.length + 20;
  }
  return group;
}

const STYLED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-family", "font-size", "font-weight", "opacity", "paint-order"];

/** The first picture in the host as SVG text that stands alone. */
export function exportSvg(host) {
  const picture = host.querySelector("svg");
  const copy = picture.cloneNode(true);
  const originals = [picture, ...picture.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((node, i) => {
    const style = getComputedStyle(originals[i]);
    for (const name of STYLED) node.setAttribute(name, style.getPropertyValue(name));
  });
  const ground = svg("rect", { width: "100%", height: "100%", fill: getComputedStyle(host.closest(".card") ?? document.body).backgroundColor });
  copy.prepend(ground);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

/** The same as a PNG, three times as fine as the screen. */
export async function exportPng(host, factor = 3) {
  const picture = host.querySelector("svg");
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(exportSvg(host))}`;
  await image.decode();
  const canvas = element("canvas", { width: picture.clientWidth * factor, height: picture.clientHeight * factor });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Two buttons that save the picture in the host. */
export function figureButtons(host, name) {
  const button = (label, work) => element("button", { type: "button", class: "small", "aria-label": `${label} of the figure ${name}`, onclick: work }, label);
  return [
    button("SVG", () => save(`${name}.svg`, exportSvg(host), "image/svg+xml")),
    button("PNG", async () => save(`${name}.png`, await exportPng(host))),
  ];
}
