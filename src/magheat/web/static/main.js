// Starts the page. A panel is a module with mount(host, context):
//   context.models, context.model   what GET models said, and the current model (null without one)
//   context.solvers                 what GET solvers said
//   context.inputs                  the seven inputs of the first tab: values(), set(patch), subscribe(listener)
//   context.announce(text)          said once to those who do not see the page
//   context.openTab(name)           "predict", "local", "jobs"

import { ApiError, get, token } from "./api.js";
import { say } from "./dom.js";
import { makeInputs } from "./inputs.js";
import { address, flush } from "./state.js";
import { openTab, startTabs } from "./tabs.js";

/** Panels of each tab, in order: module and host. They are mounted when their tab is first seen. */
const PANELS = {
  predict: [["predict_panel.js", "predict-panel"], ["map_panel.js", "map-panel"], ["best_panel.js", "best-panel"]],
  local: [["local_heat_panel.js", "local-heat-panel"]],
  jobs: [["jobs_panel.js", "jobs-panel"]],
};

const announcer = document.getElementById("announcer");
const mounted = new Set();

async function mountTab(name, context) {
  if (mounted.has(name)) return;
  mounted.add(name);
  for (const [module, host] of PANELS[name]) {
    try {
      const panel = await import(`./${module}`);
      panel.mount(document.getElementById(host), context);
    } catch (error) {
      trouble(error);
    }
  }
}

function trouble(error) {
  const notice = document.getElementById("trouble");
  notice.hidden = false;
  say(notice, error instanceof ApiError ? error.message : `The page failed: ${error.message}`);
}

async function loaded() {
  try {
    return await Promise.all([get("models"), get("solvers"), get("healthz")]);
  } catch (error) {
    if (error.status !== 401) throw error;
    token(prompt("This server asks for its token:") ?? "");
    return Promise.all([get("models"), get("solvers"), get("healthz")]);
  }
}

async function start() {
  const [models, solvers, health] = await loaded();
  const model = models.models.find((each) => each.hash === models.current) ?? null;
  const context = { models, model, solvers, inputs: makeInputs(model), announce: (text) => say(announcer, text) };
  const opened = (name) => mountTab(name, context);
  context.openTab = (name) => openTab(name, opened);
  say(document.getElementById("about"), `magheat ${health.version}${model ? `, model ${model.hash.slice(0, 8)}` : ""}.`);
  document.getElementById("copy-address").addEventListener("click", async () => {
    flush();
    await navigator.clipboard.writeText(address());
    context.announce("Address copied.");
  });
  startTabs(opened);
}

start().catch(trouble);
