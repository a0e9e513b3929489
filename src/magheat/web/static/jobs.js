// Jobs: started, followed to their end, cancelled. Everybody who cares hears of them by the event "magheat:job".

import { get, post, remove } from "./api.js";

const ENDED = new Set(["done", "failed", "cancelled"]);

function tell(job) {
  document.dispatchEvent(new CustomEvent("magheat:job", { detail: job }));
  return job;
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export const hasEnded = (job) => ENDED.has(job.status);
export const startJob = async (body) => tell(await post("jobs", body));
export const jobResult = (id) => get(`jobs/${id}/result`);

/** Asks for the job until it has ended, more and more slowly; onStatus hears every answer. */
export async function followJob(id, onStatus = () => {}) {
  for (let wait = 150; ; wait = Math.min(wait * 1.3, 2000)) {
    const job = await get(`jobs/${id}`);
    onStatus(job);
    if (hasEnded(job)) return tell(job);
    await pause(wait);
  }
}

export async function cancelJob(id) {
  await remove(`jobs/${id}`);
  tell({ id });
}
