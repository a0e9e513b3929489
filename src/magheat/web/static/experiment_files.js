// What takes an experiment away from the page: data, the TOML file that repeats it on the command line, and Python.

import { file } from "./api.js";
import { element, save } from "./dom.js";

const FILES = [
  { label: "CSV", path: "simulate/csv", name: "magheat.csv", what: "the simulated curves as CSV" },
  { label: "NetCDF", path: "simulate/netcdf", name: "magheat.nc", what: "the simulated run as NetCDF" },
  { label: "TOML", path: "experiment/toml", name: "magheat.toml", what: "the experiment for magheat run" },
];

/**
 * Buttons for one experiment.
 *
 * @param request () -> {experiment, solver} as POST simulate takes it
 * @param tell    (sentence) -> void, for what was done or went wrong
 * @param only    labels of the files that are offered
 */
export function experimentButtons(request, tell, only = FILES.map(({ label }) => label)) {
  const kept = FILES.filter(({ label }) => only.includes(label));
  const button = (label, what, work) =>
    element("button", { type: "button", class: "small", title: what, "aria-label": `${label}: ${what}`, onclick: () => work().catch((error) => tell(error.message)) }, label);
  return [
    ...kept.map(({ label, path, name, what }) => button(label, `save ${what}`, async () => save(name, await file(path, request())))),
    button("Copy as Python", "a script that repeats it", async () => {
      const script = await (await file("experiment/python", request())).text();
      await navigator.clipboard.writeText(script);
      tell("Python script copied.");
    }),
  ];
}
