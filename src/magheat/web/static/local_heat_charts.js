// The paper's figures 2 and 3 of one pair: local and global loops, and the course of a cycle.

import { figureButtons, lineChart } from "./chart.js";
import { element } from "./dom.js";
import { fromSi, shownUnit } from "./units.js";

const MICRO = 1e-6;
const CHARTS = [
  { name: "loops", title: "Loops of A, of B and of both" },
  { name: "magnetization", title: "Magnetization along the field" },
  { name: "energy", title: "Energy of each particle" },
  { name: "temperature-rise", title: "Temperature rise, without cooling" },
];

/** {elements, draw(course, at, stop)}: `at` is the cursor's place, `stop` the last place that the courses show. */
export function localHeatCharts() {
  const figures = CHARTS.map(({ name, title }) => {
    const host = element("div", { class: "figure", "data-figure": name });
    const head = element("div", { class: "card-head" }, element("h2", {}, title), element("div", { class: "buttons" }, figureButtons(host, name)));
    return { host, card: element("section", { class: "card" }, head, host) };
  });
  const [loops, ...courses] = figures.map(({ host }) => host);
  return {
    elements: figures.map(({ card }) => card),
    draw(course, at, stop) {
      drawLoops(loops, course, at);
      const [magnetization, energy, rise] = courses;
      drawCourse(magnetization, course, "magnetization", course.magnetization, at, stop);
      drawCourse(energy, course, "energy", course.energy, at, stop);
      drawCourse(rise, course, "temperature_rise", course.rise, at, stop);
    },
  };
}

function drawLoops(host, { field, magnetization: [a, b], whole }, at) {
  const x = field.map((si) => fromSi("applied_field", si));
  const y = (curve) => curve.map((si) => fromSi("magnetization", si));
  const [ya, yb] = [y(a), y(b)];
  lineChart(host, {
    xLabel: labelled("Applied field", "applied_field"),
    yLabel: labelled("Magnetization", "magnetization"),
    series: [
      { x, y: y(whole), label: "both", className: "ink" },
      { x, y: ya, label: "A", className: "red" },
      { x, y: yb, label: "B", className: "blue dashed" },
    ],
    marks: [{ x: x[at], y: ya[at], className: "red" }, { x: x[at], y: yb[at], className: "blue" }],
  });
}

function drawCourse(host, { time }, name, [a, b], at, stop) {
  const x = time.slice(0, stop + 1).map((t) => t / MICRO);
  const y = (curve) => curve.slice(0, stop + 1).map((si) => fromSi(name, si));
  lineChart(host, {
    height: 220,
    xLabel: "Time (µs)",
    yLabel: labelled({ magnetization: "Magnetization", energy: "Energy", temperature_rise: "Temperature rise" }[name], name),
    xRange: [0, x[stop]],
    series: [
      { x, y: y(a), label: "A", className: "red" },
      { x, y: y(b), label: "B", className: "blue dashed" },
    ],
    marks: at <= stop ? [{ x: x[at] }] : [],
  });
}

const labelled = (words, name) => `${words} (${shownUnit(name)})`;
