// What a job can simulate: arrangements of particles, or an ensemble, as the tables of a TOML file.

const OERSTED = 1e3 / (4 * Math.PI);
const RIGHT = Math.PI / 2;

const DRAWN = ["suspension", "fractal", "aggregate"];
const EQUAL = ["chain", "ring", "lattice", ...DRAWN];

/** Quantities on sliders, SI. `of` names the arrangements that have it; all where it is left out. */
export const SLIDERS = [
  { name: "diameter", label: "Diameter", lower: 5e-9, upper: 40e-9, value: 20e-9, of: [...EQUAL, "ensemble"] },
  { name: "diameter_a", quantity: "diameter", label: "Diameter of A", symbol: "", lower: 5e-9, upper: 40e-9, value: 22e-9, of: ["pair"] },
  { name: "diameter_b", quantity: "diameter", label: "Diameter of B", symbol: "", lower: 5e-9, upper: 40e-9, value: 18e-9, of: ["pair"] },
  { name: "gap", label: "Gap", lower: 0, upper: 40e-9, value: 10e-9, of: ["pair", ...EQUAL] },
  { name: "volume_fraction", lower: 0.01, upper: 0.4, value: 0.05, of: ["suspension"] },
  { name: "fractal_dimension", lower: 1.5, upper: 2.8, value: 1.8, of: ["fractal"] },
  { name: "diameter_spread", lower: 0, upper: 0.4, value: 0, of: DRAWN },
  { name: "angle_a", quantity: "angle", label: "Easy axis of A", lower: 0, upper: RIGHT, value: 0, of: ["pair"] },
  { name: "angle_b", quantity: "angle", label: "Easy axis of B", lower: 0, upper: RIGHT, value: Math.PI / 6, of: ["pair"] },
  { name: "interaction", label: "Interaction", lower: 0, upper: 0.8, value: 0.2, of: ["ensemble"] },
  { name: "saturation_magnetization", lower: 1e5, upper: 1.8e6, value: 480e3 },
  { name: "anisotropy_constant", lower: 1e3, upper: 1e5, log: true, value: 1e4 },
  { name: "amplitude", lower: 1e3, upper: 1.2e5, value: 400 * OERSTED },
  { name: "frequency", lower: 5e4, upper: 2e6, log: true, value: 3e5 },
  { name: "damping", lower: 1e-2, upper: 1, log: true, value: 0.5, of: ["pair", ...EQUAL] },
  { name: "temperature", lower: 250, upper: 350, value: 310 },
];

export const COUNTS = [
  { name: "count", label: "Particles", lower: 1, upper: 1000, value: 8, of: ["chain", "ring", ...DRAWN] },
  { name: "nx", label: "Particles along x", lower: 1, upper: 50, value: 2, of: ["lattice"] },
  { name: "ny", label: "Particles along y", lower: 1, upper: 50, value: 2, of: ["lattice"] },
  { name: "nz", label: "Particles along z", lower: 1, upper: 50, value: 2, of: ["lattice"] },
  { name: "seed", label: "Seed of the places", lower: 0, upper: 1000000, value: 1, of: DRAWN },
  { name: "cycles", label: "Cycles", lower: 1, upper: 100, value: 2, of: ["pair", ...EQUAL] },
];

const AXES = { own: "parallel", random: "random" };
export const CHOICES = [
  { name: "direction", label: "Chain", options: { along: "along the field", across: "across the field" }, value: "along", of: ["chain"] },
  { name: "axes", label: "Easy axes", options: AXES, value: "random", of: EQUAL },
  { name: "motion", label: "Thermal motion", options: { no: "none, 0 K", yes: "at a temperature" }, value: "no" },
];

export const ARRANGEMENTS = {
  pair: "Pair", chain: "Chain", ring: "Ring", lattice: "Cubic lattice", suspension: "Random suspension", fractal: "Fractal cluster",
  aggregate: "Aggregate grown by diffusion", ensemble: "Ensemble, without positions",
};
export const START = Object.fromEntries([...SLIDERS, ...COUNTS, ...CHOICES].map(({ name, value }) => [name, value]));

/** Arrangements that a solver can take. */
export function arrangementsOf({ takes }) {
  const kinds = { particles: ["pair", ...EQUAL], ensemble: ["ensemble"] };
  return takes.flatMap((kind) => kinds[kind] ?? []);
}

/** Whether a solver has the choice between 0 K and a temperature. */
export const canBoth = ({ temperatures = [] }) => temperatures.length > 1;

/** Whether a solver runs at a temperature with these inputs. */
export function isWarm(solver, { motion }) {
  return canBoth(solver) ? motion === "yes" : !solver.temperatures?.includes("zero");
}

const random = ({ axes }) => (axes === "random" ? { easy_axes: { random_seed: 1 } } : {});
const drawn = (v) => ({ count: v.count, diameter: v.diameter, gap: v.gap, diameter_spread: v.diameter_spread, seed: v.seed, easy_axes: v.axes === "random" ? "random" : [0, 0, 1] });
const PARTICLES = {
  pair: ({ diameter_a, diameter_b, gap, angle_a, angle_b }) => ({ diameters: [diameter_a, diameter_b], gap, easy_axis_angles: [angle_a, angle_b] }),
  chain: (v) => ({ count: v.count, diameter: v.diameter, gap: v.gap, direction: v.direction === "along" ? [0, 0, 1] : [1, 0, 0], ...random(v) }),
  ring: (v) => ({ count: v.count, diameter: v.diameter, gap: v.gap, ...random(v) }),
  lattice: (v) => ({ shape: [v.nx, v.ny, v.nz], diameter: v.diameter, gap: v.gap, ...random(v) }),
  suspension: (v) => ({ ...drawn(v), volume_fraction: v.volume_fraction }),
  fractal: (v) => ({ ...drawn(v), fractal_dimension: v.fractal_dimension, method: v.fractal_dimension > 2.2 ? "particle-cluster" : "cluster-cluster" }),
  aggregate: drawn,
};

/** The tables of the experiment. */
export function experimentOf(arrangement, values, solver) {
  const { saturation_magnetization, anisotropy_constant, amplitude, frequency, damping, temperature, cycles } = values;
  const common = { material: { saturation_magnetization, anisotropy_constant }, applied_field: { kind: "sinusoidal", amplitude, frequency } };
  if (arrangement === "ensemble") {
    const { diameter, interaction } = values;
    return { ...common, ensemble: { diameter, interaction }, experiment: { temperature } };
  }
  return { ...common, particles: { arrangement, ...PARTICLES[arrangement](values) }, experiment: { damping, cycles, temperature: isWarm(solver, values) ? temperature : 0 } };
}
