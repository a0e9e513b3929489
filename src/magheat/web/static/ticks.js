// Round numbers along an axis.

import { format } from "./units.js";

/** About `count` round numbers between two, ends included where round. */
export function ticks(lower, upper, count = 5) {
  if (!(upper > lower)) return [lower];
  const rough = (upper - lower) / count;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * [1, 2, 2.5, 5, 10].find((m) => m * decade >= 0.75 * rough);
  const first = Math.ceil(lower / step - 1e-9);
  const last = Math.floor(upper / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** A scale of an axis: SI-free numbers to pixels, linear or logarithmic. */
export function scale([lower, upper], [from, to], log = false) {
  const bend = log ? Math.log10 : (value) => value;
  const width = bend(upper) - bend(lower) || 1;
  return (value) => from + ((bend(value) - bend(lower)) / width) * (to - from);
}

/** Powers of ten (and 2, 5 where few) of a logarithmic axis. */
export function logTicks(lower, upper) {
  const decades = Math.log10(upper / lower);
  const found = [];
  for (let e = Math.floor(Math.log10(lower)); e <= Math.ceil(Math.log10(upper)); e += 1) {
    for (const m of decades > 2.5 ? [1] : [1, 2, 5]) {
      const value = Number(`${m}e${e}`);
      if (value >= lower * 0.999 && value <= upper * 1.001) found.push(value);
    }
  }
  return found;
}

export const tickLabel = (value) => format(value, 5);
