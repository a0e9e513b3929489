const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** "297" or "0.0173": so many significant digits, with a real minus sign. */
export function digits(value, count = 3) {
  if (value === null || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const places = Math.max(0, count - 1 - Math.floor(Math.log10(Math.abs(value))));
  return signed(value.toFixed(Math.min(places, 20)));
}

/** "2.97 × 10⁻¹⁹", and plain digits between 0.001 and 100 000. */
export function scientific(value, count = 3) {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e5)) return digits(value, count);
  const [mantissa, exponent] = value.toExponential(count - 1).split("e");
  return `${signed(mantissa)} × ${powerOfTen(Number(exponent))}`;
}

/** "10⁻¹⁹" */
export function powerOfTen(exponent) {
  const raised = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${raised}`;
}

/** The exponent of ten that all of these numbers can share, a multiple of three. */
export function sharedExponent(values) {
  const most = Math.max(...values.map(Math.abs));
  return most > 0 ? 3 * Math.floor(Math.log10(most) / 3) : 0;
}

function signed(text) {
  return text.replace("-", "−");
}
