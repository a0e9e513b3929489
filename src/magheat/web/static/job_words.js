// What a job is, in words.

import { format, labelOf, quantity } from "./units.js";

const STATUS = {
  queued: "waiting", running: "running", done: "done", failed: "failed", cancelled: "cancelled",
};

/** "LLG: chain of 8, 15 nm, 2 nm apart, 300 Oe at 100 kHz" */
export function title(request, labels = {}) {
  if (request.kind === "map") {
    return `Map of ${labelOf(request.output ?? "slp")} over ${words(request.x.name)} and ${words(request.y.name)}`;
  }
  if (request.kind === "optimize") return `Best particle: ${Object.keys(request.free).map(words).join(", ")} free`;
  const { applied_field: drive } = request.experiment;
  const field = `${quantity("amplitude", drive.amplitude, 3)}${drive.frequency ? ` at ${quantity("frequency", drive.frequency, 3)}` : ""}`;
  return `${labels[request.solver] ?? request.solver}: ${sample(request.experiment)}, ${field}`;
}

const words = (name) => labelOf(name).toLowerCase();
const length = (si) => quantity("diameter", si, 3);

function sample({ ensemble, particles }) {
  if (ensemble) return `ensemble of ${length(ensemble.diameter)}`;
  const apart = `${length(particles.gap)} apart`;
  switch (particles.arrangement) {
    case "pair": return `pair of ${particles.diameters.map(length).join(" and ")}, ${apart}`;
    case "chain": return `chain of ${particles.count}, ${length(particles.diameter)}, ${apart}`;
    case "lattice": return `lattice of ${particles.shape.join(" × ")}, ${length(particles.diameter)}, ${apart}`;
    case "ring": return `ring of ${particles.count}, ${length(particles.diameter)}, ${apart}`;
    case "suspension": return `suspension of ${particles.count}, ${length(particles.diameter)}, ${format(100 * particles.volume_fraction, 2)} % by volume`;
    case "fractal": return `fractal cluster of ${particles.count}, ${length(particles.diameter)}, dimension ${format(particles.fractal_dimension, 3)}`;
    case "aggregate": return `aggregate of ${particles.count}, ${length(particles.diameter)}, ${apart}`;
    default: return `${particles.positions.length} particles`;
  }
}

/** "running, 40 %" or "waiting, 2 before it" */
export function statusWords({ status, progress, position }) {
  if (status === "running") return `running, ${format(100 * progress, 2)} %`;
  if (status === "queued" && position) return `waiting, ${position} before it`;
  return STATUS[status] ?? status;
}
