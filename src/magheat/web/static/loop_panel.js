// The simulator's own answer: which solver, its loop, its run as a job, its files.

import { file, newest, post } from "./api.js";
import { figureButtons, lineChart } from "./chart.js";
import { element, save, say } from "./dom.js";
import { experimentButtons } from "./experiment_files.js";
import { COUNTS, experimentFor, latticeTemperature } from "./experiment.js";
import { cancelJob, followJob, hasEnded, jobResult, startJob } from "./jobs.js";
import { read, write } from "./state.js";
import { fromSi, onUnit, shownUnit } from "./units.js";

const AXES = [["random", "random axes"], ["aligned", "axes along the field"]];

function choice(name, label, options, initial, onChange) {
  const values = options.map(([value]) => String(value));
  const select = element("select", { class: "small", name, "aria-label": label }, options.map(([value, words]) => element("option", { value }, words)));
  select.value = values.includes(initial) ? initial : values[0];
  select.addEventListener("change", () => onChange(select.value));
  return select;
}

/** What the simulator's card lets one choose, remembered by the address. */
function makeChoices(solvers, changed) {
  const kept = read("predict");
  const note = (name, usual) => (value) => {
    write("predict", { [name]: value === usual ? null : value });
    changed();
  };
  const first = solvers.find(({ name }) => name === "two-well") ?? solvers[0];
  const ordered = [first, ...solvers.filter((solver) => solver !== first)];
  const solver = choice("solver", "Solver", ordered.map(({ name, label, mode }) => [name, mode === "job" ? `${label} (as a job)` : label]), kept.solver, note("solver", first.name));
  const axes = choice("axes", "Easy axes", AXES, kept.axes, note("axes", "random"));
  const count = choice("count", "Number of particles", COUNTS.map((n) => [n, n === 1 ? "1 particle" : `${n} particles`]), kept.count ?? "8", note("count", "8"));
  return { solver, axes, count, values: () => ({ axes: axes.value, count: Number(count.value) }) };
}

function drawLoop(host, result, prediction, amplitude) {
  const [h, m] = ["applied_field", "magnetization"];
  const closed = (values) => [...values, values[0]];
  const points = (si, name) => closed(si).map((value) => fromSi(name, value));
  const known = (name) => prediction?.outputs[name]?.value[0] ?? null;
  const marks = [];
  const reach = 1.06 * fromSi(h, result ? Math.max(...result.loop.applied_field) : amplitude);
  if (known("coercive_field") !== null) marks.push({ x: fromSi(h, -known("coercive_field")), y: 0, className: "blue" });
  if (known("remanence") !== null) marks.push({ x: 0, y: fromSi(m, known("remanence")), className: "blue" });
  const series = result ? [{ x: points(result.loop.applied_field, h), y: points(result.loop.magnetization, m), className: "red", label: "simulated" }] : [];
  if (marks.length) series.push({ x: [], y: [], className: "blue", dots: true, label: "predicted" });
  lineChart(host, {
    series, marks, height: 330, xRange: [-reach, reach],
    xLabel: `Applied field (${shownUnit(h)})`, yLabel: `Magnetization (${shownUnit(m)})`,
    description: result ? "Hysteresis loop of the simulation: magnetization against applied field, with the predicted coercive field and remanence as dots." : "No loop has been simulated for these inputs yet.",
  });
}

function csvOf({ loop }) {
  const rows = loop.applied_field.map((h, k) => `${h},${loop.magnetization[k]}`);
  return `applied_field (A/m),magnetization (A/m)\n${rows.join("\n")}\n`;
}

export function mount(host, { solvers, inputs, announce, onResult, complain }) {
  const chart = element("div", { class: "chart-host" });
  const status = element("p", { class: "quiet", "data-part": "status" });
  const progress = element("progress", { max: 1, "aria-label": "Progress of the simulation", hidden: true });
  const start = element("button", { type: "button", class: "primary", onclick: () => runJob() }, "Simulate");
  const cancel = element("button", { type: "button", onclick: () => job && cancelJob(job).catch(explain), hidden: true }, "Cancel");
  const choices = makeChoices(solvers, () => inputsChanged(inputs.values()));
  let [result, prediction, job] = [null, null, null];

  const solver = () => solvers.find(({ name }) => name === choices.solver.value);
  const request = () => ({ experiment: experimentFor(solver(), inputs.values(), choices.values()), solver: solver().name });
  const draw = () => drawLoop(chart, result, prediction, inputs.values().amplitude);

  function show(answer, words) {
    result = answer;
    draw();
    onResult(answer);
    say(status, words);
  }

  function explain(error) {
    show(null, error.message);
    complain(error);
  }

  function describe({ seconds }) {
    const { axes, count } = choices.values();
    const kelvin = `${Math.round(latticeTemperature(solver(), inputs.values()))} K`;
    const what = solver().takes.includes("ensemble") ? (axes === "aligned" ? "Axes along the field" : "Random axes") : `${count} on a cubic lattice at ${kelvin}, ${axes === "aligned" ? "axes along the field" : "random axes"}`;
    const apart = axes === "aligned" ? " The model was taught random axes." : "";
    return `${what}; computed in ${seconds < 1 ? `${Math.max(1, Math.round(1000 * seconds))} ms` : `${seconds.toFixed(1)} s`}.${apart}`;
  }

  const simulate = newest(async () => {
    const asked = request();
    try {
      const answer = await post("simulate", { ...asked, samples: 400 });
      if (JSON.stringify(asked) === JSON.stringify(request())) show(answer, describe(answer));
    } catch (error) {
      if (error.status === 422 && error.message.includes("/jobs")) waitForStart();
      else explain(error);
    }
  });

  function waitForStart(words = "This takes longer: press Simulate, and it runs as a job.") {
    start.hidden = false;
    if (!job) show(null, words);
  }

  function inputsChanged() {
    const atOnce = solver().mode !== "job";
    choices.count.hidden = solver().takes.includes("ensemble");
    start.hidden = atOnce;
    if (atOnce) simulate();
    else waitForStart(result ? "The inputs have changed since; simulate again." : undefined);
  }

  const running = (id) => {
    job = id;
    cancel.hidden = progress.hidden = id === null;
    start.disabled = id !== null;
  };

  function follow({ status: now, progress: share, message, position }) {
    progress.value = share ?? 0;
    say(status, now === "queued" ? `Queued${position ? `, ${position} before it` : ""}.` : `Running: ${Math.round(100 * (share ?? 0))} %${message ? `, ${message}` : ""}.`);
  }

  async function runJob() {
    const asked = request();
    try {
      const { id } = await startJob({ kind: "simulate", ...asked });
      running(id);
      announce("The simulation runs as a job.");
      const ended = await followJob(id, (now) => !hasEnded(now) && follow(now));
      if (ended.status === "done") await finish(id, asked);
      else show(null, ended.status === "cancelled" ? "Cancelled." : `The job failed: ${ended.error?.message ?? ended.error ?? "no reason was given"}`);
    } catch (error) {
      explain(error);
    }
    announce(status.textContent);
    running(null);
    cancel.contains(document.activeElement) && start.focus();
  }

  async function finish(id, asked) {
    const answer = await jobResult(id);
    if (JSON.stringify(asked) === JSON.stringify(request())) show({ ...answer, job: id }, describe(answer));
    else show(null, "Done, but for inputs that have changed since; its result is under Jobs.");
  }

  const files = element("div", { class: "buttons files", role: "group", "aria-label": "Files" },
    element("span", { class: "quiet" }, "Save"),
    figureButtons(chart, "loop"),
    fileButtons(() => ({ request: request(), result }), explain, (text) => {
      say(status, text);
      announce(text);
    }));
  host.replaceChildren(
    element("section", { class: "card loop-card", "aria-labelledby": "loop-title" },
      element("div", { class: "card-head" }, element("h2", { id: "loop-title" }, "Simulation"), element("div", { class: "buttons" }, choices.solver, choices.axes, choices.count, start, cancel)),
      progress, chart, status, files));
  onUnit(null, draw);
  draw();
  return {
    inputsChanged,
    predicted(answer) {
      prediction = answer;
      draw();
    },
  };
}

/** Data, experiment and script: whatever gives these numbers again elsewhere. */
function fileButtons(now, explain, announce) {
  const button = (label, title, work) => element("button", { type: "button", class: "small", title, "aria-label": `${label}: ${title}`, onclick: () => work(now()).catch(explain) }, label);
  return [
    button("CSV", "the loop as numbers", async ({ request, result }) => save("loop.csv", result?.job ? csvOf(result) : await file("simulate/csv", request), "text/csv")),
    button("NetCDF", "the whole run", async ({ request, result }) => save("run.nc", result?.job ? await file(`jobs/${result.job}/result.nc`) : await file("simulate/netcdf", request))),
    ...experimentButtons(() => now().request, announce, ["TOML"]),
  ];
}
