// What the search for the best particle is asked.

/** How the field is given: which of its two numbers are free, up to the limit on their product. */
export const FIELDS = {
  both: { label: "Frequency and amplitude as they are", free: [] },
  frequency: { label: "Frequency as it is, amplitude up to the limit", free: ["amplitude"] },
  amplitude: { label: "Amplitude as it is, frequency up to the limit", free: ["frequency"] },
  neither: { label: "Any field up to the limit", free: ["frequency", "amplitude"] },
};
export const LIMITS = { "hergt-dutz": "Hergt and Dutz, 5×10⁹ A/(m s)", brezovich: "Atkinson–Brezovich, 4.85×10⁸ A/(m s)", own: "a limit of my own" };
export const OBJECTIVES = ["slp", "ilp", "loss_per_cycle"];
export const PARTICLE = ["diameter", "anisotropy_constant", "saturation_magnetization", "interaction"];

/** The body of POST optimize; `particle` names the free inputs of the particle, `product` is a limit of one's own. */
export function bestRequest({ objective, field, limit, product, particle }, inputs) {
  const names = [...particle, ...FIELDS[field].free];
  const free = Object.fromEntries(names.map((name) => [name, inputs.range(name)]));
  const fixed = Object.fromEntries(Object.entries(inputs.values()).filter(([name]) => !(name in free)));
  return { objective, free, fixed, limit: field === "both" ? null : limit === "own" ? product : limit };
}
