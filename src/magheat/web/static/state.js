// The address holds the whole state, behind the "#": tab=predict&predict.diameter=1.8e-8. It never leaves the machine.

let parameters = new URLSearchParams(location.hash.slice(1));
let timer = null;

/** What the address says in a namespace: name -> text. */
export function read(space) {
  const start = `${space}.`;
  const found = {};
  for (const [name, value] of parameters) if (name.startsWith(start)) found[name.slice(start.length)] = value;
  return found;
}

/** Puts values into the address; null takes one out. */
export function write(space, patch) {
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined) parameters.delete(`${space}.${name}`);
    else parameters.set(`${space}.${name}`, String(value));
  }
  clearTimeout(timer);
  timer = setTimeout(flush, 150); // browsers refuse many changes a second
}

/** Writes the address now. */
export function flush() {
  clearTimeout(timer);
  const hash = `#${parameters}`;
  if (hash !== location.hash) history.replaceState(null, "", hash);
}

/** The permanent address of this state. */
export function address() {
  return `${location.origin}${location.pathname}#${parameters}`;
}

// Somebody else changed the address: a link, or the user.
addEventListener("hashchange", () => location.reload());
addEventListener("pagehide", flush);
