// Quantities and their units: SI inside, the user's unit outside. The unit of a kind is remembered.

const OERSTED = 1e3 / (4 * Math.PI); // A/m

/** kind -> units: how they are shown, SI value of one, other ways to write them, shift to SI. The first is the default. */
const KINDS = {
  field: [["Oe", OERSTED], ["kA/m", 1e3], ["mT", 10 * OERSTED], ["A/m", 1], ["T", 1e4 * OERSTED, []], ["G", OERSTED]],
  magnetization: [["kA/m", 1e3], ["emu/cm³", 1e3, ["emu/cm^3", "emu/cc", "emu/cm3"]], ["A/m", 1]],
  anisotropy: [
    ["kJ/m³", 1e3, ["kJ/m^3", "kJ/m3"]],
    ["erg/cm³", 0.1, ["erg/cm^3", "erg/cc", "erg/cm3"]],
    ["J/m³", 1, ["J/m^3", "J/m3"]],
  ],
  length: [["nm", 1e-9], ["m", 1], ["µm", 1e-6, ["um", "μm"]]],
  temperature: [["K", 1], ["°C", 1, ["degC", "C", "celsius"], 273.15]],
  frequency: [["kHz", 1e3], ["Hz", 1], ["MHz", 1e6]],
  angle: [["°", Math.PI / 180, ["deg", "degree", "degrees"]], ["rad", 1]],
  number: [["", 1]],
  power: [["W/g", 1e3], ["W/kg", 1]],
  ilp: [["nH m²/kg", 1e-9]],
  loss: [["kJ/m³", 1e3, ["kJ/m^3"]], ["J/m³", 1, ["J/m^3"]], ["erg/cm³", 0.1, ["erg/cm^3"]]],
  energy: [["zJ", 1e-21], ["J", 1], ["erg", 1e-7]],
  rise: [["mK", 1e-3], ["K", 1]],
  product: [["A/(m s)", 1]],
};

/** Name of a quantity -> its kind, its words, its symbol, and what it must obey in SI. */
export const QUANTITIES = {
  saturation_magnetization: { kind: "magnetization", label: "Saturation magnetization", symbol: "Mₛ", above: 0 },
  anisotropy_constant: { kind: "anisotropy", label: "Anisotropy constant", symbol: "K", least: 0 },
  diameter: { kind: "length", label: "Diameter", symbol: "D", above: 0 },
  interaction: { kind: "number", label: "Interaction", symbol: "D/d", least: 0, most: 1 },
  temperature: { kind: "temperature", label: "Temperature", symbol: "T", above: 0 },
  frequency: { kind: "frequency", label: "Frequency", symbol: "f", above: 0 },
  amplitude: { kind: "field", label: "Field amplitude", symbol: "H₀", least: 0 },
  gap: { kind: "length", label: "Gap", symbol: "g", least: 0 },
  volume_fraction: { kind: "number", label: "Volume fraction", symbol: "φ", above: 0, most: 0.45 },
  fractal_dimension: { kind: "number", label: "Fractal dimension", symbol: "D_f", least: 1, most: 3 },
  diameter_spread: { kind: "number", label: "Spread of ln D", symbol: "σ", least: 0, most: 0.5 },
  angle: { kind: "angle", label: "Angle", symbol: "θ" },
  damping: { kind: "number", label: "Damping", symbol: "α", above: 0 },
  applied_field: { kind: "field", label: "Applied field", symbol: "H" },
  magnetization: { kind: "magnetization", label: "Magnetization", symbol: "M" },
  coercive_field: { kind: "field", label: "Coercive field", symbol: "H_c" },
  remanence: { kind: "magnetization", label: "Remanence", symbol: "M_r" },
  loss_per_cycle: { kind: "loss", label: "Loss per cycle", symbol: "W" },
  slp: { kind: "power", label: "Specific loss power", symbol: "SLP" },
  ilp: { kind: "ilp", label: "Intrinsic loss power", symbol: "ILP" },
  energy: { kind: "energy", label: "Energy", symbol: "E" },
  temperature_rise: { kind: "rise", label: "Temperature rise", symbol: "ΔT" },
  field_frequency_product: { kind: "product", label: "Field times frequency", symbol: "H f" },
};

const kindOf = (name) => QUANTITIES[name]?.kind ?? name;
const table = (name) => KINDS[kindOf(name)] ?? KINDS.number;
const listeners = new EventTarget();

function find(name, unit) {
  const bare = unit.replaceAll(" ", "");
  return table(name).find(([shown, , also = []]) => [shown, ...also].some((form) => form.replaceAll(" ", "") === bare));
}

export const labelOf = (name) => QUANTITIES[name]?.label ?? name.replaceAll("_", " ");
export const symbolOf = (name) => QUANTITIES[name]?.symbol ?? name;
export const unitsOf = (name) => table(name).map(([unit]) => unit);

/** The unit that the user last took for this kind of quantity. */
export function shownUnit(name) {
  const kept = localStorage.getItem(`unit.${kindOf(name)}`);
  return kept !== null && find(name, kept) ? find(name, kept)[0] : table(name)[0][0];
}

export function rememberUnit(name, unit) {
  if (shownUnit(name) === unit) return;
  localStorage.setItem(`unit.${kindOf(name)}`, unit);
  listeners.dispatchEvent(new CustomEvent("unit", { detail: kindOf(name) }));
}

/** Calls the listener when another unit is taken for this kind of quantity (for any, without a name). */
export function onUnit(name, listener) {
  listeners.addEventListener("unit", (event) => {
    if (name === null || event.detail === kindOf(name)) listener();
  });
}

export function toSi(name, value, unit = shownUnit(name)) {
  const [, factor, , shift = 0] = find(name, unit);
  return value * factor + shift;
}

export function fromSi(name, value, unit = shownUnit(name)) {
  const [, factor, , shift = 0] = find(name, unit);
  return (value - shift) / factor;
}

/** What is wrong with an SI value in itself, as a sentence, or null. */
export function complaint(name, si) {
  const { above, least, most } = QUANTITIES[name] ?? {};
  const told = (value) => `${format(fromSi(name, value))} ${shownUnit(name)}`.trim();
  if (above !== undefined && !(si > above)) return `${labelOf(name)} must be more than ${told(above)}.`;
  if (least !== undefined && !(si >= least)) return `${labelOf(name)} must be ${told(least)} or more.`;
  if (most !== undefined && !(si <= most)) return `${labelOf(name)} must be ${told(most)} or less.`;
  return null;
}

const NUMBER = /^([-+−]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(.*)$/i;

/** {si, unit} of a text such as "150 Oe"; a bare number has the shown unit. Throws an Error whose message explains. */
export function parse(name, text) {
  if (text.includes(",")) throw new Error("Write a point, not a comma, before the decimals.");
  const found = NUMBER.exec(text.trim());
  const units = unitsOf(name).filter(Boolean);
  const example = units.length ? `, such as 12 ${shownUnit(name)}` : ", such as 0.5";
  if (!found) throw new Error(`${labelOf(name)} must be a number${units.length ? " with a unit" : ""}${example}.`);
  const unit = found[2] === "" ? [shownUnit(name)] : find(name, found[2]);
  if (!unit) {
    const choice = units.length ? `has the units ${units.join(", ")}` : "is a number without a unit";
    throw new Error(`${labelOf(name)} ${choice}; “${found[2]}” is none of them.`);
  }
  const si = toSi(name, Number(found[1].replace("−", "-")), unit[0]);
  if (!Number.isFinite(si)) throw new Error(`${labelOf(name)} must be a finite number.`);
  const wrong = complaint(name, si);
  if (wrong) throw new Error(wrong);
  return { si, unit: unit[0] };
}

/** A number for readers: so many significant digits, no needless zeros, powers of ten where it is far from 1. */
export function format(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    return `${Number(mantissa)}×10${superscript(Number(exponent))}`.replace("-", "−");
  }
  const rounded = Number(value.toPrecision(digits));
  return String(rounded).replace("-", "−");
}

/** A number with its unit. */
export function quantity(name, si, digits = 4) {
  const number = format(si === null ? null : fromSi(name, si), digits);
  const unit = shownUnit(name);
  return unit === "" || number === "–" ? number : unit === "°" ? number + unit : `${number} ${unit}`;
}

function superscript(number) {
  return [...String(number)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");
}
