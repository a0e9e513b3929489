// Starting points. Each sets some inputs (SI) and leaves the others.

const OERSTED = 1e3 / (4 * Math.PI);

export const PRESETS = [
  {
    label: "Magnetite",
    hint: "Nanoparticles: 450 kA/m and an effective 20 kJ/m³, from shape and surface",
    values: { saturation_magnetization: 450e3, anisotropy_constant: 20e3 },
  },
  {
    label: "Magnetite, bulk",
    hint: "Bulk values: 480 kA/m, 11 kJ/m³ (Cullity and Graham 2009)",
    values: { saturation_magnetization: 480e3, anisotropy_constant: 11e3 },
  },
  {
    label: "Maghemite, bulk",
    hint: "Bulk values: 380 kA/m, 4.65 kJ/m³ (Dunlop and Özdemir 1997)",
    values: { saturation_magnetization: 380e3, anisotropy_constant: 4.65e3 },
  },
  {
    label: "The paper’s field",
    hint: "315 K, 100 kHz, 150 Oe: what the learning paper asks of its model",
    values: { temperature: 315, frequency: 100e3, amplitude: 150 * OERSTED },
  },
  {
    label: "Clinical applicator",
    hint: "37 °C, 100 kHz, 5 kA/m: about what coils for patients apply to the trunk",
    values: { temperature: 310.15, frequency: 100e3, amplitude: 5e3 },
  },
];
