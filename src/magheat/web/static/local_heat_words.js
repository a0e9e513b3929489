import { format } from "./units.js";

const NAMES = ["A", "B"];
/** Heats and areas that differ by less than this share of the larger one are called equal. */
const EQUAL = 0.01;

const energy = (joule) => `${format(joule, 3)} J`;

/** Whether one run says anything about this pair. */
export function reproducibleWords(flag) {
  if (flag === true) return "Reproducible: a twin that starts 10⁻⁸ rad away releases the same heat, within 0.1 %.";
  if (flag === false) {
    return (
      "Not reproducible: a twin that starts 10⁻⁸ rad away heats differently, so one run says little here. " +
      "Take the mean of many starts (mh.ensemble_heat)."
    );
  }
  return "Not checked whether a slightly different start would heat the same.";
}

/** What the area of a particle's own loop has to do with its heat: `loops` (field work) and `heats` in J per cycle. */
export function areaWords(loops, heats) {
  const largest = Math.max(...heats.map(Math.abs), ...loops.map(Math.abs));
  if (largest === 0) return "Nothing heats: no particle is driven out of its well.";
  if (heats.every((heat, i) => Math.abs(heat - loops[i]) < EQUAL * largest)) {
    return "Each particle’s heat is the area of its own loop, since hardly any energy passes between the two.";
  }
  const receiver = heats[0] - loops[0] > heats[1] - loops[1] ? 0 : 1;
  return `${receives(receiver, loops[receiver], heats[receiver])} ${pays(1 - receiver, loops, heats)}`;
}

function receives(i, loop, heat) {
  const start = `${NAMES[i]} releases ${energy(heat)} per cycle, `;
  if (loop < 0) return `${start}although its own loop is inverted (area ${energy(loop)}): the area is not its heat.`;
  return `${start}${format(heat / loop, 3)} times the area of its own loop (${energy(loop)}).`;
}

function pays(i, loops, heats) {
  const passed = energy(loops[i] - heats[i]);
  return `${NAMES[i]} takes ${energy(loops[i])} from the field, keeps ${energy(heats[i])} as its heat, and passes ${passed} on through the dipolar interaction.`;
}
