// The jobs tab: a form for a new job and the list of all, asked for while somebody looks and something is under way.

import { get } from "./api.js";
import { element } from "./dom.js";
import { jobCard } from "./job_card.js";
import { jobForm } from "./job_form.js";
import { hasEnded, startJob } from "./jobs.js";

const PAUSE = 800;

export function mount(host, { solvers, announce }) {
  const labels = Object.fromEntries(solvers.map(({ name, label }) => [name, label]));
  const list = element("ul", { class: "job-list" });
  const empty = element("p", { class: "quiet" }, "No jobs yet.");
  const notice = element("p", { class: "notice bad", role: "alert", hidden: true });
  const cards = new Map();
  const looked = () => !document.hidden && host.offsetParent !== null;
  let timer = null;

  function tell(sentence) {
    announce(sentence);
    notice.textContent = sentence;
    notice.hidden = false;
  }

  async function refresh() {
    clearTimeout(timer);
    if (!looked()) return;
    try {
      const jobs = await get("jobs");
      notice.hidden = true;
      show(jobs);
      if (!jobs.every(hasEnded)) timer = setTimeout(refresh, PAUSE);
    } catch (error) {
      tell(error.message);
    }
  }

  function show(jobs) {
    const ids = new Set(jobs.map(({ id }) => id));
    for (const id of cards.keys()) if (!ids.has(id)) cards.delete(id);
    for (const job of jobs) {
      if (cards.has(job.id)) cards.get(job.id).update(job);
      else cards.set(job.id, jobCard(job, { labels, tell, changed: refresh }));
    }
    const wanted = jobs.map(({ id }) => cards.get(id).element);
    if (wanted.some((node, i) => node !== list.children[i]) || list.children.length !== wanted.length) list.replaceChildren(...wanted);
    empty.hidden = jobs.length > 0;
  }

  const form = jobForm(solvers, async (request) => {
    try {
      await startJob(request);
      form.explain(null);
      announce("The job is in the queue.");
    } catch (error) {
      form.explain(error);
    }
  });

  document.addEventListener("magheat:job", refresh);
  document.addEventListener("visibilitychange", refresh);
  new IntersectionObserver(refresh).observe(host);
  host.replaceChildren(element("div", { class: "jobs" },
    element("section", { class: "card", "aria-labelledby": "job-form-title" }, element("div", { class: "card-head" }, element("h2", { id: "job-form-title" }, "New job")), form.element),
    element("section", { class: "card", "aria-labelledby": "job-list-title" }, element("div", { class: "card-head" }, element("h2", { id: "job-list-title" }, "Jobs")), notice, empty, list)));
  refresh();
}
