"""Captions of the figures: what is seen, with its numbers."""

from __future__ import annotations

import numpy as np

from magheat.studies.findings import digits, whole
from magheat.studies.local_heat.cases import A, B
from magheat.studies.local_heat.damping import ROUTES, SHOWN, Damping
from magheat.studies.local_heat.findings_loops import decrease_sentence
from magheat.studies.local_heat.jump_energies import JumpEnergies
from magheat.studies.local_heat.loops import Loop
from magheat.studies.local_heat.trajectory import Trajectory
from magheat.studies.local_heat.transfers import Flows


def captions(
    loops: list[Loop], course: Trajectory, energies: JumpEnergies, damping: Damping, flows: list[Flows]
) -> dict[str, tuple[str, str]]:
    """(description for those who cannot see it, caption) by name of the figure."""
    return {
        "fig2": ("Hysteresis loops of A, B and both for three pairs, with sketches of the pairs.", _loops(loops)),
        "fig3": ("Magnetization, energy and temperature rise of A and B against time.", _course(course)),
        "fig4": ("Bars: energy given up and heat released by A and B in jump 1 and jump 2.", _energies(energies)),
        "fig5": ("Temperature rise against time for four dampings; heat per jump against damping.", _damping(damping)),
        "fig6_ledger": ("Arrows of energy between field, A, B, their interaction and heat.", _ledger(flows)),
    }


def _loops(loops: list[Loop]) -> str:
    areas = "; ".join(
        f"{loop.case.name}: A {whole(loop.areas[A])}, B {whole(loop.areas[B])}, global {whole(loop.areas[2])}"
        for loop in loops
    )
    low, high = loops[1].inverted[B]
    return (
        "Quasi-static loops at 0 K of A (red), B (blue) and of both (black, shaded), from energy minimisation; "
        "arrowheads show which way round a loop is run. The closer the particles, the smaller the global loop. "
        f"Hatched: where B's loop is inverted, run clockwise: for {digits(low, 0)} < |H| < {digits(high, 0)} Oe at 7.1 "
        "nm, wholly at 1.5 nm, where B turns over before the field reverses because A holds it antiparallel. Loop "
        f"areas in J/m³ per cycle: {areas}."
    )


def _course(numbers: Trajectory) -> str:
    first, second = numbers.jumps[:2]
    return (
        "First half cycle from saturation, x = 7.1 nm, damping 1: (a) magnetization along the field, (b) energy of "
        "each particle with its full dipolar energy, (c) temperature rise without cooling. Dotted: the quasi-static "
        "limit, which jumps a little earlier. Grey bands are the jumps. In jump 1 "
        f"({digits(1e6 * first.switch_time[B], 3)} µs; the paper: 0.55) B switches and A wobbles; in jump 2 "
        f"({digits(1e6 * second.switch_time[A], 3)} µs; the paper: 0.75) A switches and B wobbles. Between them the "
        "motion is reversible, and nothing heats. Both particles warm in both jumps, even while the energy of B rises "
        "in jump 2."
    )


def _energies(energies: JumpEnergies) -> str:
    return (
        "Energy that each particle gives up in a jump (solid, −Δe with its full dipolar energy, quasi-static) and "
        "heat that it releases (hatched, damping 1), each in units of its own global loop's energy per cycle. The "
        "sketches show the moment before (pale) and after (dark), the field's axis upright. "
        f"{decrease_sentence(energies)} B's heat in jump 2 is positive all the same."
    )


def _damping(numbers: Damping) -> str:
    singles, ensembles = numbers.singles, numbers.ensembles
    together = np.flatnonzero(ensembles.members_on[:, 1] > ensembles.members / 2)
    words = "in no ensemble are most half cycles joint"
    if together.size:
        heat = 1e21 * ensembles.mean[together, 1, 0].sum(axis=1)
        words = (
            f"in {together.size} of the {ensembles.damping.size} ensembles most half cycles are joint, up to a damping "
            f"of {ensembles.damping[together[-1]]:.2g}. Their mean heat, A and B together, runs from "
            f"{digits(heat.min(), 0)} to {digits(heat.max(), 0)} × 10⁻²¹ J (both jumps at damping 1: "
            f"{digits(1e21 * singles.heat[-1].sum(), 0)}), the less, the earlier A is carried over"
        )
    return (
        f"(a) Temperature rise for four dampings of our choice ({', '.join(f'{value:g}' for value in SHOWN)}; the "
        "paper does not say which it shows): the lower, the slower, and at the lowest every start heats differently. "
        "(b)-(e) Temperature rise and heat in each jump of the first half cycle, A red, B blue. Dots: "
        f"{int(singles.reproducible.sum())} of {singles.damping.size} single runs, those whose twin, tilted by 1e-8 "
        "rad, agrees. Below 0.02 they show fine structure, not noise: neighbouring dampings end differently, each "
        f"reproducibly. Large markers: means of {ensembles.members} starts 1 µrad apart, bars the standard deviation "
        f"of one start; open: {ROUTES[0]}; diamonds: {ROUTES[1]}, in one jump, after which there is no jump 2. (f) How "
        f"often each happens: {words}."
    )


def _ledger(flows: list[Flows]) -> str:
    first, second, cycle = flows[:3]
    between = 1e21 * (cycle.drawn / 2 - first.drawn - second.drawn)
    return (
        "Who gave energy to whom, in 10⁻²¹ J (widths to scale; pale: too thin for that). Left of a particle: what it "
        "takes from its own anisotropy and Zeeman energy, and what the field does on it; right: its heat; between A "
        "and B their interaction energy, which stores and returns. In jump 2 A pays "
        f"{digits(-1e21 * second.drawn[A], 1)} into the interaction as it turns in B's field (damping 1). In the "
        f"reversible motion between the jumps A draws {digits(between[A], 1)} of it again and B "
        f"{digits(between[B], 1)}; in jump 1 B draws {digits(1e21 * first.drawn[B], 1)} more. Over a closed cycle the "
        f"interaction keeps nothing: all that A has paid, {digits(-1e21 * cycle.drawn[A], 1)}, ends as heat of B, "
        "beyond what the field does on B. At low damping a jump lasts long enough for the field to move on meanwhile; "
        "field work and own energy then exchange reversibly within it."
    )
