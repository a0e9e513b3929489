// One job in the list: what it is, how far, and what can be done with it.

import { file, get, remove } from "./api.js";
import { element, save, say } from "./dom.js";
import { experimentButtons } from "./experiment_files.js";
import { showResult } from "./job_result.js";
import { statusWords, title } from "./job_words.js";
import { cancelJob, hasEnded } from "./jobs.js";
import { onUnit } from "./units.js";

/** {element, update(job)}; `changed` is told when the list is no longer true, `tell` what is to be said. */
export function jobCard(first, { labels, tell, changed }) {
  let job = first;
  let result = null;
  const name = element("h3");
  const status = element("span", { class: "job-status" });
  const progress = element("progress", { max: 1 });
  const message = element("p", { class: "quiet" });
  const buttons = element("div", { class: "buttons" });
  const shown = element("div", { class: "job-result" });
  const trying = (work) => () => work().catch((error) => tell(error.message));
  const button = (label, work) => element("button", { type: "button", class: "small", "aria-label": `${label}: ${name.textContent}`, onclick: trying(work) }, label);

  const request = () => ({ kind: job.kind, ...job.request });

  async function end() {
    await (hasEnded(job) ? remove(`jobs/${job.id}`) : cancelJob(job.id));
    await changed();
  }

  async function open() {
    if (result) {
      result = null;
      shown.replaceChildren();
    } else {
      result = await get(`jobs/${job.id}/result`);
      showResult(shown, request(), result);
    }
    const opener = buttons.querySelector("[aria-expanded]");
    opener.setAttribute("aria-expanded", String(result !== null));
    say(opener, result ? "Close the result" : "Open the result");
  }

  function actions() {
    if (!hasEnded(job)) return [button("Cancel", end)];
    const repeated = () => ({ experiment: job.request.experiment, solver: job.request.solver, options: job.request.options ?? {} });
    const simulated = job.kind === "simulate";
    const opener = button("Open the result", open);
    opener.setAttribute("aria-expanded", "false");
    return [
      ...(job.status === "done" ? [opener] : []),
      ...(job.status === "done" && simulated ? [button("NetCDF", async () => save(`magheat-${job.id.slice(0, 8)}.nc`, await file(`jobs/${job.id}/result.nc`)))] : []),
      ...(simulated ? experimentButtons(repeated, tell, ["TOML"]) : []),
      button("Forget", end),
    ];
  }

  function update(next) {
    const fresh = next.status !== job.status || buttons.children.length === 0;
    job = next;
    say(name, title(request(), labels));
    say(status, statusWords(job));
    status.dataset.status = job.status;
    progress.value = job.progress;
    progress.hidden = hasEnded(job);
    progress.setAttribute("aria-label", `Progress of ${name.textContent}`);
    say(message, [new Date(job.created * 1000).toLocaleString(), job.error].filter(Boolean).join(": "));
    if (fresh) buttons.replaceChildren(...actions());
  }

  update(first);
  onUnit(null, () => result && shown.isConnected && showResult(shown, request(), result));
  return {
    element: element("li", { class: "job", "data-job": job.id }, element("div", { class: "card-head" }, name, status), progress, message, buttons, shown),
    update,
  };
}
