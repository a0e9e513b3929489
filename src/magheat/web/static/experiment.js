// The inputs as experiments: the tables of the TOML form, in SI.

function common(values) {
  const { saturation_magnetization, anisotropy_constant, frequency, amplitude } = values;
  return {
    material: { saturation_magnetization, anisotropy_constant },
    applied_field: { kind: "sinusoidal", amplitude, frequency },
  };
}

/** Particles without positions; axes is "random" or "aligned". */
export function ensembleExperiment(values, { axes = "random" } = {}) {
  const { diameter, interaction, temperature } = values;
  return {
    ...common(values),
    ensemble: { diameter, interaction, axes: axes === "aligned" ? 0 : "random" },
    experiment: { temperature, samples_per_cycle: 800 },
  };
}

const SHAPES = { 1: [1, 1, 1], 2: [2, 1, 1], 8: [2, 2, 2], 27: [3, 3, 3] };
export const COUNTS = Object.keys(SHAPES).map(Number);

/** Particles on a cubic lattice, neighbours at diameter / interaction, at rest (0 K): what follows single moments. */
export function latticeExperiment(values, { axes = "random", count = 8, damping = 0.1 } = {}) {
  const { diameter, interaction } = values;
  const spacing = interaction > 0 ? diameter / interaction : 10 * diameter;
  const easy_axes = axes === "aligned" ? [0, 0, 1] : { random_seed: 1 };
  return {
    ...common(values),
    particles: { arrangement: "lattice", shape: SHAPES[count], diameter, gap: spacing - diameter, easy_axes },
    experiment: { temperature: 0, damping, cycles: 2, samples_per_cycle: 400, interactions: interaction > 0 },
  };
}

/** The experiment that a solver can take, of the inputs and the choices of the simulator's card. */
export function experimentFor(solver, values, choices) {
  return solver.takes.includes("ensemble") ? ensembleExperiment(values, choices) : latticeExperiment(values, choices);
}
