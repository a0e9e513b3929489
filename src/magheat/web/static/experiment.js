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

/** Particles on a cubic lattice, neighbours at diameter / interaction: what follows single moments, at 0 K where it can. */
export function latticeExperiment(values, { axes = "random", count = 8, damping = 0.1, temperature = 0 } = {}) {
  const { diameter, interaction } = values;
  const spacing = interaction > 0 ? diameter / interaction : 10 * diameter;
  const easy_axes = axes === "aligned" ? [0, 0, 1] : { random_seed: 1 };
  return {
    ...common(values),
    particles: { arrangement: "lattice", shape: SHAPES[count], diameter, gap: spacing - diameter, easy_axes },
    experiment: { temperature, damping, cycles: 2, samples_per_cycle: 400, interactions: interaction > 0 },
  };
}

/** 0 K where the solver can; otherwise the temperature of the inputs. */
export function latticeTemperature({ temperatures = ["zero"] }, { temperature }) {
  return temperatures.includes("zero") ? 0 : temperature;
}

/** The experiment that a solver can take, of the inputs and the choices of the simulator's card. */
export function experimentFor(solver, values, choices) {
  if (solver.takes.includes("ensemble")) return ensembleExperiment(values, choices);
  return latticeExperiment(values, { ...choices, temperature: latticeTemperature(solver, values) });
}
