// The service under the page: JSON in SI. Errors are sentences, with the field that they are about.

const ROOT = "/api/v1/";

export class ApiError extends Error {
  constructor(field, message, status) {
    super(message);
    Object.assign(this, { field, message, status });
  }
}

export function token(value) {
  if (value !== undefined) sessionStorage.setItem("token", value);
  return sessionStorage.getItem("token");
}

async function failure(answer) {
  const body = await answer.json().catch(() => null);
  const told = body?.error ?? { field: null, message: `The server answered ${answer.status}.` };
  if (answer.status === 401) document.dispatchEvent(new CustomEvent("magheat:token"));
  return new ApiError(told.field, told.message, answer.status);
}

async function request(method, path, body, { signal } = {}) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token()) headers.authorization = `Bearer ${token()}`;
  let answer;
  try {
    answer = await fetch(ROOT + path, { method, headers, signal, body: body && JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(null, "The server does not answer; is magheat serve still running?", 0);
  }
  if (!answer.ok) throw await failure(answer);
  return answer;
}

async function json(answer) {
  return answer.status === 204 ? null : answer.json();
}

export const get = async (path, options) => json(await request("GET", path, undefined, options));
export const post = async (path, body, options) => json(await request("POST", path, body, options));
export const remove = async (path, options) => json(await request("DELETE", path, undefined, options));
/** A file: what POST (or GET, without a body) answers, as a Blob. */
export const file = async (path, body) => (await request(body ? "POST" : "GET", path, body)).blob();

/**
 * A function of which one call is under way at most: while it is, only the newest arguments wait.
 * Every call that was made last is answered; those overtaken are dropped.
 */
export function newest(work) {
  let busy = false;
  let waiting = null;
  return async function call(...args) {
    if (busy) {
      waiting = args;
      return;
    }
    busy = true;
    try {
      await work(...args);
    } finally {
      busy = false;
      const next = waiting;
      waiting = null;
      if (next) call(...next);
    }
  };
}
