// The last cycle of a run of two particles, cut out of the service's answer.

/** Cycles that are run, of which the last one is shown; points of one cycle. */
export const CYCLES = 2;
export const POINTS = 400;
export const SAMPLES = CYCLES * POINTS + 1;

/**
 * Times (s) from the start of the last cycle, the field, and of A and B magnetization, energy and the temperature rise
 * since that start, with the moments' directions; `whole` is the magnetization of both, by volume.
 */
export function courseOf(run, volumes) {
  const start = Math.round(((run.time.length - 1) * (CYCLES - 1)) / CYCLES);
  const cut = (curve) => curve.slice(start);
  const sinceStart = (curve) => cut(curve).map((value) => value - curve[start]);
  const magnetization = run.magnetization.map(cut);
  return {
    start: run.time[start],
    time: sinceStart(run.time),
    field: cut(run.applied_field),
    magnetization,
    whole: mean(magnetization, volumes),
    energy: run.energy.map(cut),
    rise: run.temperature_rise.map(sinceStart),
    directions: run.moment_direction.map(cut),
  };
}

function mean([a, b], [volumeA, volumeB]) {
  return a.map((value, i) => (volumeA * value + volumeB * b[i]) / (volumeA + volumeB));
}

/** Jumps of that cycle as sentences, with the times of the course. */
export function jumpWords(jumps, start, { time, field, energy }) {
  return jumps.map(({ start_time: at, applied_field: h, particles, released_heat: heat }) => {
    const when = `At ${time(at - start)} (${field(h)}) ${switching(particles)}`;
    return `${when}. Heat: A ${energy(heat[0])}, B ${energy(heat[1])}.`;
  });
}

function switching(particles) {
  if (particles.length === 2) return "A and B switch together";
  return particles.length === 1 ? `${"AB"[particles[0]]} switches, and the other wobbles` : "the moments turn and come back";
}
