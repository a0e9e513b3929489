/** What can be set in the local-heat tab, in SI; `quantity` is the name that units go by. */
export const INPUTS = [
  {
    name: "diameter_a", quantity: "diameter", label: "Diameter of A", symbol: "",
    lower: 5e-9, upper: 40e-9, value: 22e-9,
  },
  {
    name: "diameter_b", quantity: "diameter", label: "Diameter of B", symbol: "",
    lower: 5e-9, upper: 40e-9, value: 18e-9,
  },
  {
    name: "gap", quantity: "gap", label: "Gap", hint: "From surface to surface",
    lower: 0, upper: 40e-9, value: 7.1e-9,
  },
  {
    name: "angle_a", quantity: "angle", label: "Easy axis of A", hint: "Angle from the direction of the field, towards the other particle",
    lower: 0, upper: Math.PI / 2, value: 0,
  },
  {
    name: "angle_b", quantity: "angle", label: "Easy axis of B", hint: "Angle from the direction of the field, towards the other particle",
    lower: 0, upper: Math.PI / 2, value: Math.PI / 6,
  },
  { name: "damping", quantity: "damping", label: "Damping", lower: 1e-3, upper: 1, log: true, value: 1 },
  {
    name: "amplitude", quantity: "amplitude", label: "Field amplitude",
    lower: 1e3, upper: 1.2e5, value: 500e3 / (4 * Math.PI),
  },
  { name: "frequency", quantity: "frequency", label: "Frequency", lower: 1e5, upper: 2e6, log: true, value: 5e5 },
  {
    name: "anisotropy_constant", quantity: "anisotropy_constant", label: "Anisotropy constant",
    lower: 1e3, upper: 1e5, log: true, value: 1e4,
  },
  {
    name: "saturation_magnetization", quantity: "saturation_magnetization", label: "Saturation magnetization",
    lower: 1e5, upper: 1.8e6, value: 480e3,
  },
];

/** The pair of the paper (Phys. Rev. B 102, 214412), and two variations in which damping decides. */
const PAPER = { ...Object.fromEntries(INPUTS.map(({ name, value }) => [name, value])), interactions: true };
export const PRESETS = [
  { name: "paper-7.1nm", label: "The paper’s pair, gap 7.1 nm", values: PAPER },
  { name: "paper-1.5nm", label: "Close together, gap 1.5 nm", values: { ...PAPER, gap: 1.5e-9 } },
  { name: "alone", label: "As if far apart: no interaction", values: { ...PAPER, interactions: false } },
  { name: "damping-0.01", label: "The paper’s pair at damping 0.01", values: { ...PAPER, damping: 0.01 } },
  { name: "chance", label: "Damping 0.001, a matter of chance", values: { ...PAPER, damping: 0.001 } },
];
export const DEFAULTS = PRESETS[0].values;

/** The experiment as the tables of a TOML file; two cycles, of which the last one counts. */
export function experimentOf(values) {
  return {
    material: {
      saturation_magnetization: values.saturation_magnetization,
      anisotropy_constant: values.anisotropy_constant,
    },
    particles: {
      arrangement: "pair",
      diameters: [values.diameter_a, values.diameter_b],
      gap: values.gap,
      easy_axis_angles: [values.angle_a, values.angle_b],
    },
    applied_field: { kind: "sinusoidal", amplitude: values.amplitude, frequency: values.frequency },
    experiment: {
      damping: values.damping,
      temperature: 0,
      cycles: 2,
      samples_per_cycle: 2000,
      interactions: values.interactions,
    },
  };
}

/** (m^3) of A and of B. */
export function volumesOf(values) {
  return [values.diameter_a, values.diameter_b].map((diameter) => (Math.PI * diameter ** 3) / 6);
}
