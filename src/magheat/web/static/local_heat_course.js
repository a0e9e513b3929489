// The last cycle of a run of two particles, out of the service's answer.

/** Intervals of the cycle that are drawn; both ends are points. */
export const POINTS = 400;

/**
 * Times (s) from the start of the last cycle, the field, and of A and B magnetization, energy and the temperature rise
 * since that start, with the moments' directions; `whole` is the magnetization of both, by volume.
 */
export function courseOf(run, volumes) {
  const sinceStart = (curve) => curve.map((value) => value - curve[0]);
  return {
    start: run.time[0],
    time: sinceStart(run.time),
    field: run.applied_field,
    magnetization: run.magnetization,
    whole: mean(run.magnetization, volumes),
    energy: run.energy,
    rise: run.temperature_rise.map(sinceStart),
    directions: run.moment_direction,
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
