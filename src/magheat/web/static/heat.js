// The coloured cells of a map and the bar that explains them.

import { svg } from "./dom.js";
import { scale, tickLabel, ticks } from "./ticks.js";

const LEVELS = 48;
// Black, violet, red, yellow: even steps of lightness, told apart in every kind of sight (after "inferno").
const STOPS = ["#10092d", "#34095f", "#5d126e", "#851f6b", "#ad305d", "#d04545", "#ea6428", "#f8890c", "#fbb41b", "#f3e55c", "#fbfdc0"];

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** Colour of a share between 0 and 1. */
export function colour(share) {
  const at = Math.min(STOPS.length - 1.0001, Math.max(0, share) * (STOPS.length - 1));
  const [low, high] = [channels(STOPS[Math.floor(at)]), channels(STOPS[Math.floor(at) + 1])];
  return `rgb(${low.map((v, i) => Math.round(v + (high[i] - v) * (at % 1))).join(" ")})`;
}

const isKnown = (value) => value !== null && Number.isFinite(value);

function bounds(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const row of values) for (const v of row) if (isKnown(v)) [low, high] = [Math.min(low, v), Math.max(high, v)];
  if (low > 0 && low < 0.2 * high) low = 0;
  return low < high ? [low, high] : [Number.isFinite(low) ? low - 0.5 : 0, Number.isFinite(low) ? low + 0.5 : 1];
}

/** Hatching of the whole map, which shows where a cell has no value. */
function hatched({ width, height, frame }) {
  const lines = svg("path", { class: "hatch", d: "M0 8L8 0M-2 2L2 -2M6 10L10 6" });
  const pattern = svg("pattern", { id: "hatching", width: 8, height: 8, patternUnits: "userSpaceOnUse" }, lines);
  const area = { x: frame.left, y: frame.top, width: width - frame.left - frame.right, height: height - frame.top - frame.bottom };
  return [svg("defs", {}, pattern), svg("rect", { class: "map-area", fill: "url(#hatching)", ...area })];
}

/** All cells, one path per colour; neighbours of a row that share a colour are one rectangle. */
export function cells({ x, y, values, xLog, yLog }, place, edges) {
  const xs = edges(x, xLog).map(place.x);
  const ys = edges(y, yLog).map(place.y);
  const [low, high] = bounds(values);
  const paths = Array.from({ length: LEVELS }, () => "");
  values.forEach((row, j) => {
    for (let start = 0; start < row.length; ) {
      const at = level(row[start], low, high);
      let end = start + 1;
      while (end < row.length && level(row[end], low, high) === at) end += 1;
      if (at !== null) paths[at] += `M${xs[start].toFixed(1)} ${ys[j].toFixed(1)}H${xs[end].toFixed(1)}V${ys[j + 1].toFixed(1)}H${xs[start].toFixed(1)}Z`;
      start = end;
    }
  });
  return svg("g", { class: "cells" }, hatched(place), paths.map((d, k) => d && svg("path", { d, fill: colour((k + 0.5) / LEVELS), "shape-rendering": "crispEdges" })).filter(Boolean));
}

const level = (value, low, high) => (isKnown(value) ? Math.min(LEVELS - 1, Math.floor(((value - low) / (high - low)) * LEVELS)) : null);

export function colourBar({ values, valueLabel = "" }, { width, height, frame }) {
  const [low, high] = bounds(values);
  const left = width - frame.right + 14;
  const at = scale([low, high], [height - frame.bottom, frame.top]);
  const step = (height - frame.bottom - frame.top) / LEVELS;
  const bar = svg("g", { class: "colour-bar" });
  for (let k = 0; k < LEVELS; k += 1) bar.append(svg("rect", { x: left, width: 11, y: height - frame.bottom - (k + 1) * step, height: step + 0.4, fill: colour((k + 0.5) / LEVELS) }));
  for (const value of ticks(low, high, 5)) bar.append(svg("text", { x: left + 16, y: at(value), dy: "0.32em" }, tickLabel(value)));
  const middle = (frame.top + height - frame.bottom) / 2;
  bar.append(svg("text", { class: "axis-label", x: width - 5, y: middle, transform: `rotate(-90 ${width - 5} ${middle})`, "text-anchor": "middle" }, valueLabel));
  return bar;
}
