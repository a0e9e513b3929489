// What a job can simulate: arrangements of particles, or an ensemble, as the tables of a TOML file.

const OERSTED = 1e3 / (4 * Math.PI);
const RIGHT = Math.PI / 2;

/** Quantities on sliders, SI. `of` names the arrangements that have it; all where it is left out. */
export const SLIDERS = [
  { name: "diameter", label: "Diameter", lower: 5e-9, upper: 40e-9, value: 20e-9, of: ["chain", "lattice", "ensemble"] },
  { name: "diameter_a", quantity: "diameter", label: "Diameter of A", symbol: "", lower: 5e-9, upper: 40e-9, value: 22e-9, of: ["pair"] },
  { name: "diameter_b", quantity: "diameter", label: "Diameter of B", symbol: "", lower: 5e-9, upper: 40e-9, value: 18e-9, of: ["pair"] },
  { name: "gap", label: "Gap", lower: 0, upper: 40e-9, value: 10e-9, of: ["pair", "chain", "lattice"] },
  { name: "angle_a", quantity: "angle", label: "Easy axis of A", lower: 0, upper: RIGHT, value: 0, of: ["pair"] },
  { name: "angle_b", quantity: "angle", label: "Easy axis of B", lower: 0, upper: RIGHT, value: Math.PI / 6, of: ["pair"] },
  { name: "interaction", label: "Interaction", lower: 0, upper: 0.8, value: 0.2, of: ["ensemble"] },
  { name: "saturation_magnetization", lower: 1e5, upper: 1.8e6, value: 480e3 },
  { name: "anisotropy_constant", lower: 1e3, upper: 1e5, log: true, value: 1e4 },
  { name: "amplitude", lower: 1e3, upper: 1.2e5, value: 400 * OERSTED },
  { name: "frequency", lower: 5e4, upper: 2e6, log: true, value: 3e5 },
  { name: "damping", lower: 1e-2, upper: 1, log: true, value: 0.5, of: ["pair", "chain", "lattice"] },
  { name: "temperature", lower: 250, upper: 350, value: 310 },
];

export const COUNTS = [
  { name: "count", label: "Particles", lower: 1, upper: 1000, value: 8, of: ["chain"] },
  { name: "nx", label: "Particles along x", lower: 1, upper: 50, value: 2, of: ["lattice"] },
  { name: "ny", label: "Particles along y", lower: 1, upper: 50, value: 2, of: ["lattice"] },
  { name: "nz", label: "Particles along z", lower: 1, upper: 50, value: 2, of: ["lattice"] },
  { name: "cycles", label: "Cycles", lower: 1, upper: 100, value: 2, of: ["pair", "chain", "lattice"] },
];

const AXES = { own: "parallel", random: "random" };
export const CHOICES = [
  { name: "direction", label: "Chain", options: { along: "along the field", across: "across the field" }, value: "along", of: ["chain"] },
  { name: "axes", label: "Easy axes", options: AXES, value: "random", of: ["chain", "lattice"] },
  { name: "motion", label: "Thermal motion", options: { no: "none, 0 K", yes: "at a temperature" }, value: "no" },
];

export const ARRANGEMENTS = { pair: "Pair", chain: "Chain", lattice: "Cubic lattice", ensemble: "Ensemble, without positions" };
export const START = Object.fromEntries([...SLIDERS, ...COUNTS, ...CHOICES].map(({ name, value }) => [name, value]));

/** Arrangements that a solver can take. */
export function arrangementsOf({ takes }) {
  const kinds = { particles: ["pair", "chain", "lattice"], ensemble: ["ensemble"] };
  return takes.flatMap((kind) => kinds[kind] ?? []);
}

/** Whether a solver has the choice between 0 K and a temperature. */
export const canBoth = ({ temperatures = [] }) => temperatures.length > 1;

/** Whether a solver runs at a temperature with these inputs. */
export function isWarm(solver, { motion }) {
  return canBoth(solver) ? motion === "yes" : !solver.temperatures?.includes("zero");
}

const random = ({ axes }) => (axes === "random" ? { easy_axes: { random_seed: 1 } } : {});
const PARTICLES = {
  pair: ({ diameter_a, diameter_b, gap, angle_a, angle_b }) => ({ diameters: [diameter_a, diameter_b], gap, easy_axis_angles: [angle_a, angle_b] }),
  chain: (v) => ({ count: v.count, diameter: v.diameter, gap: v.gap, direction: v.direction === "along" ? [0, 0, 1] : [1, 0, 0], ...random(v) }),
  lattice: (v) => ({ shape: [v.nx, v.ny, v.nz], diameter: v.diameter, gap: v.gap, ...random(v) }),
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
