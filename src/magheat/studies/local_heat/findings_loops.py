"""Findings about loops, jumps and energies: figures 2 to 4 of the paper."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from magheat.analysis import energy_ledger
from magheat.constants import OERSTED
from magheat.studies.findings import Finding, digits, judge, percent, whole
from magheat.studies.local_heat.cases import AMPLITUDE, NAMES, A, B
from magheat.studies.local_heat.jump_energies import DEFINITIONS, JumpEnergies
from magheat.studies.local_heat.lag import Lag, excess
from magheat.studies.local_heat.loops import Loop
from magheat.studies.local_heat.trajectory import Trajectory

FloatArray = npt.NDArray[np.float64]

#: Jump times that the paper gives, s, and how well a figure can be read.
_PAPER_TIMES, _READING = (0.55e-6, 0.75e-6), 0.02e-6
#: Bars below this share of the global loop's energy cannot be seen.
_VISIBLE = 0.01


def about_loops(loops: list[Loop], lag: Lag) -> list[Finding]:
    """Figure 2 and what the paper says about inverted loops."""
    return [*_areas(loops), *_inverted(loops), _no_cooling(lag), _loop_is_heat(lag), _identical(lag)]


def _areas(loops: list[Loop]) -> list[Finding]:
    area = np.array([loop.areas for loop in loops])
    falls = np.all(np.diff(area, axis=0) < 0, axis=0)
    listed = [", ".join(whole(value) for value in area[:, i]) for i in range(3)]
    grows_again = bool(np.any(np.diff(np.abs(area), axis=0) > 0))
    cases = ", ".join(loop.case.name for loop in loops)
    size = ""
    if grows_again:
        size = f" The size of B's grows again, to {whole(abs(area[-1, B]))}: it is the sign that changes."
    return [
        judge(
            "Fig. 2",
            "The area of the global hysteresis loops is seen to decrease when the separation distance decreases.",
            f"Global area for {cases}: {listed[2]} J/m³.",
            holds=bool(falls[2]),
        ),
        judge(
            "Fig. 2",
            "The area of local loops also decreases.",
            f"A: {listed[A]} J/m³; B: {listed[B]} J/m³.{size}",
            holds=bool(falls[:2].all()),
            wholly=not grows_again,
        ),
    ]


def _inverted(loops: list[Loop]) -> list[Finding]:
    apart, close = loops[1], loops[2]
    low, high = apart.inverted[B]
    reach = (high - low) / (AMPLITUDE / OERSTED)
    return [
        judge(
            "Fig. 2(c)",
            "The smallest distance produces a so-called inverted loop for the smaller nanoparticle B.",
            f"Area of B's loop {whole(close.areas[B])} J/m³; it is run the wrong way round over "
            f"{percent(close.inverted_share[B])} of its area, and its coercive field is "
            f"{digits(close.coercive_fields[B], 1)} Oe: B turns over before the field reverses.",
            holds=bool(close.areas[B] < 0),
        ),
        judge(
            "Fig. 2(b)",
            "A small part of B's loop is also inverted in Fig. 2(b) with x = 7.1 nm.",
            f"Inverted for {digits(low, 0)} < |H| < {digits(high, 0)} Oe, {percent(reach)} of the field's range, but "
            f"only {percent(apart.inverted_share[B])} of the area between its branches.",
            holds=bool(apart.inverted_share[B] > 0),
            wholly=bool(reach < 1 / 3),
        ),
    ]


def _no_cooling(lag: Lag) -> Finding:
    runs, volume = lag.runs, lag.runs["volume"].values
    least = float(runs["released_heat"].diff("time").min() / runs["released_heat"].max())
    area, heat = lag.areas[0][2, B], lag.heats[0][2, B] / volume[B]
    return judge(
        "Sec. II",
        "The naive interpretation [of inverted loops] would be that the nanoparticle cools down the environment. [It] "
        "is incorrect. In fact, work is being done on the particle by the dipolar interaction with the other particle.",
        f"At x = 1.5 nm and 500 kHz B's loop has {whole(area)} J/m³ while B releases {whole(heat)} J/m³ per cycle; the "
        f"difference, {whole(heat - area)} J/m³, is what A passed to it. Nowhere does the heat of a particle fall.",
        holds=bool(heat > 0 > area and least > -1e-12),
    )


def _loop_is_heat(lag: Lag) -> Finding:
    heat = lag.heats[0] / lag.runs["volume"].values
    ratio = heat / lag.areas[0][:, :2]
    apart = np.abs(ratio[0] - 1).max()
    return judge(
        "Sec. II",
        "Only in the case of non-interacting nanoparticles can individual hysteresis loops be used to compute the heat "
        "released by each nanoparticle and the global heat released.",
        f"Heat over own loop area: 1 to within {apart:.0e} without interaction; {digits(ratio[1, A], 3)} for A and "
        f"{digits(ratio[1, B], 2)} for B at 7.1 nm, {digits(ratio[2, A], 3)} and {digits(ratio[2, B], 2)} at 1.5 nm. "
        "The global loop still gives the global heat.",
        holds=bool(apart < 1e-5 and np.abs(ratio[1:] - 1).min() > 0.01),
    )


def _identical(lag: Lag) -> Finding:
    over = excess(lag, 0)[1]
    listed = ", ".join(f"{name} {percent(value, 1)}" for name, value in zip((*NAMES, "global"), over, strict=True))
    last = np.abs(excess(lag, len(lag.frequencies) - 1)).max()
    return judge(
        "Sec. II",
        "Since the timescale of the field change is much slower than that of the nanoparticle switching, the two "
        "approaches [energy minimization and LLG with high damping] give identical results.",
        f"At 500 kHz and damping 1 the areas at 7.1 nm exceed the quasi-static ones by: {listed}. At "
        f"{lag.frequencies[-1] / 1e3:g} kHz all are within {percent(last, 1)}.",
        holds=bool(np.abs(over).max() < 0.2),
        wholly=bool(np.abs(over).max() < 0.02),
    )


def about_course(numbers: Trajectory, quasi_static_heat: FloatArray) -> list[Finding]:
    """Figure 3; ``quasi_static_heat`` is (jump, particle) J on the overdamped path."""
    jumps, course = numbers.jumps, numbers.dynamic
    times = [float(np.nanmax(jump.switch_time)) for jump in jumps]
    near = all(abs(t - told) <= _READING for t, told in zip(times, _PAPER_TIMES, strict=True))
    least = min(float(jump.rise.min()) for jump in jumps)
    return [
        judge(
            "Fig. 3",
            "The switching of small nanoparticle B (Jump 1 at t = 0.55 µs) and then the switching of large "
            "nanoparticle A (Jump 2 at t = 0.75 µs).",
            "; ".join(
                f"Jump {k + 1}: {jump.words} at {digits(1e6 * t, 3)} µs, stability lost at {digits(jump.field, 0)} Oe"
                for k, (jump, t) in enumerate(zip(jumps, times, strict=True))
            )
            + ".",
            holds=near and [jump.words for jump in jumps] == ["B switches", "A switches"],
        ),
        _rise_of_a(numbers),
        judge(
            "Fig. 3(c)",
            "The temperature increases for both particles at every jump.",
            f"Least of the four rises: {digits(1e3 * least, 3)} mK (B in jump 2).",
            holds=least > 0,
        ),
        _precession(numbers, course.moments, quasi_static_heat),
    ]


def _rise_of_a(numbers: Trajectory) -> Finding:
    jump, course = numbers.jumps[0], numbers.dynamic
    before, after = (float(np.interp(t, course.time, course.magnetization[:, A])) for t in (jump.start, jump.end))
    return judge(
        "Fig. 3(a)",
        "The magnetization of A actually increases slightly in magnitude, in a direction opposite to the applied "
        "magnetic field, due to B switching.",
        f"M of A goes from {digits(before, 3)} to {digits(after, 3)} M_s in jump 1, at {digits(jump.field, 0)} Oe.",
        holds=after > before > 0 > jump.field,
    )


def _precession(numbers: Trajectory, moments: FloatArray, quasi_static_heat: FloatArray) -> Finding:
    out = np.abs(moments[:, :, 1]).max(axis=0)
    heat = np.array([jump.heat for jump in numbers.jumps])
    moved = np.abs(heat - quasi_static_heat).max(axis=1) / heat.sum(axis=1)
    return judge(
        "Sec. II",
        "We found it impossible to completely remove the effect of precession in dynamical simulations.",
        f"At damping 1 the moments leave the plane of field and axes by up to m_y = {digits(out[A], 2)} (A) and "
        f"{digits(out[B], 2)} (B); the overdamped path stays in it. Against that path the split of the heat differs by "
        f"{percent(moved[0], 1)} of the heat of jump 1 and {percent(moved[1], 1)} of jump 2.",
        holds=bool(out.max() > 0.05),
    )


def about_energies(energies: JumpEnergies, numbers: Trajectory) -> list[Finding]:
    """Figure 4."""
    listed = "; ".join(f"{DEFINITIONS[name]} {digits(values[1, B], 4)}" for name, values in energies.changes.items())
    stored, released = _decreases(energies)
    rise = 1e3 * float(numbers.jumps[1].rise[B])
    ledger = energy_ledger(numbers.run, numbers.jumps[1].start, numbers.jumps[1].end)
    gain, work = float(ledger["energy_change"][B]), float(ledger["dipolar_work"][B])
    return [
        judge(
            "Fig. 4",
            "Nanoparticle B (small) experiences an energy decrease during the switching of nanoparticle A (Jump 2).",
            f"Energy change of B in jump 2, in units of the global loop's energy: {listed}. {_signs(energies)}",
            holds=bool(stored or released),
            wholly=bool(stored),
        ),
        judge(
            "Fig. 4",
            "The dynamical approach shows that heat is produced by the particle [B in jump 2] and its temperature "
            "goes up.",
            f"Heat of B in jump 2: {digits(energies.heat[1, B], 4)} of the global loop's energy, {digits(rise, 3)} mK.",
            holds=energies.heat[1, B] > 0,
        ),
        judge(
            "Fig. 5(c)",
            "In the limit of large damping, particle B has negligible temperature increase [in jump 2] indicating that "
            "the work done on it all goes to increasing the internal energy.",
            f"At damping 1 B warms by {digits(rise, 3)} mK while A warms by "
            f"{digits(1e3 * float(numbers.jumps[1].rise[A]), 2)} mK. A does {digits(1e21 * work, 1)} × 10⁻²¹ J of "
            f"dipolar work on B, of which {percent(gain / work)} goes into its energy (full dipolar energy counted).",
            holds=rise < 0.05 * 1e3 * float(numbers.jumps[1].rise[A]) and gain / work > 0.9,
        ),
    ]


def _decreases(energies: JumpEnergies) -> tuple[list[str], list[str]]:
    """Definitions that show a visible decrease of B in jump 2, as energy stored and as energy released."""
    change = {DEFINITIONS[name]: float(values[1, B]) for name, values in energies.changes.items()}
    stored = [words for words, value in change.items() if value < -_VISIBLE]
    return stored, [words for words, value in change.items() if value > _VISIBLE]


def _signs(energies: JumpEnergies) -> str:
    """Which sign of which definition shows B's decrease as a bar that can be seen."""
    stored, released = _decreases(energies)
    if stored:
        return f"A visible decrease with: {', '.join(stored)}."
    if not released:
        return "No sign of any definition shows a bar that can be seen."
    return (
        "Only one sign shows the paper's decrease as a bar that can be seen: the change drawn as energy released, −Δe, "
        f"with {' or '.join(released)} counted. As energy stored, B gains in jump 2."
    )


def decrease_sentence(energies: JumpEnergies) -> str:
    """The sentence about the sign of B's bar in jump 2, for the caption of figure 4."""
    switching = energies.switches
    apart = {name: np.abs(values + energies.heat)[switching] for name, values in energies.changes.items()}
    distance = {name: float(values.max()) for name, values in apart.items()}
    closest = min(distance, key=lambda name: distance[name])
    return (
        f"{_signs(energies)} Of the four, the definition with {DEFINITIONS[closest]} comes closest to the heat "
        f"of the particle that switches (within {digits(distance[closest], 3)})."
    )
