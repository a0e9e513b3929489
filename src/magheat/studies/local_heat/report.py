"""The report: figures with captions that say what is seen, tables, findings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat._version import __version__
from magheat.studies import page
from magheat.studies.files import Columns
from magheat.studies.findings import Finding, digits, percent, tally, whole
from magheat.studies.findings import table as findings_table
from magheat.studies.local_heat.captions import captions
from magheat.studies.local_heat.cases import CASES, CITATION, DOI, NAMES, B
from magheat.studies.local_heat.damping import RTOL, Damping
from magheat.studies.local_heat.findings_damping import about_damping
from magheat.studies.local_heat.findings_loops import about_course, about_energies, about_loops
from magheat.studies.local_heat.jump_energies import DEFINITIONS, JumpEnergies
from magheat.studies.local_heat.lag import Lag, excess
from magheat.studies.local_heat.loops import Loop
from magheat.studies.local_heat.trajectory import Trajectory
from magheat.studies.local_heat.transfers import Flows

_TITLE = "The local heat of interacting nanoparticles, figure by figure"


class Numbers(NamedTuple):
    """All numbers of the study."""

    loops: list[Loop]
    lag: Lag
    trajectory: Trajectory
    energies: JumpEnergies
    damping: Damping
    flows: list[Flows]


def findings(numbers: Numbers) -> list[Finding]:
    """The paper's sentences against the numbers."""
    quasi_static_heat = np.array(numbers.loops[1].run.attrs["jump_heat"][: len(numbers.trajectory.jumps)])
    return [
        *about_loops(numbers.loops, numbers.lag),
        *about_course(numbers.trajectory, quasi_static_heat),
        *about_energies(numbers.energies, numbers.trajectory),
        *about_damping(numbers.damping),
    ]


def tables(numbers: Numbers) -> dict[str, Columns]:
    """The findings as a CSV file."""
    return {"findings.csv": findings_table(findings(numbers))}


def html(numbers: Numbers, pictures: dict[str, tuple[str, str]], files: list[str]) -> str:
    """The whole page; ``pictures`` are (wide, narrow) SVG texts by name, ``files`` the CSV files beside it."""
    found, words = (
        findings(numbers),
        captions(numbers.loops, numbers.trajectory, numbers.energies, numbers.damping, numbers.flows),
    )

    def shown(name: str) -> str:
        description, caption = words[name]
        return page.picture(name, *pictures[name], description, caption)

    sections = [
        ("pair", "The pair", _pair()),
        ("loops", "Figure 2: loops at 0 K", shown("fig2")),
        ("course", "Figure 3: one half cycle", shown("fig3") + _jump_table(numbers.trajectory)),
        ("energies", "Figure 4: energy given up and heat", shown("fig4") + _energy_table(numbers.energies)),
        ("damping", "Figure 5: heat and damping", shown("fig5")),
        ("ledger", "Beyond the paper: who gave energy to whom", shown("fig6_ledger")),
        ("lag", "Beyond the paper: how far dynamics lag", _lag_table(numbers.lag)),
        ("findings", "What the paper says, and what the numbers say", page.cards(found)),
        ("method", "How it was computed", _method(numbers, files)),
    ]
    return page.report(_TITLE, _lead(numbers, found), sections)


def _lead(numbers: Numbers, found: list[Finding]) -> str:
    close_area, heat = numbers.lag.areas[0][2, B], numbers.lag.heats[0][2, B] / numbers.lag.runs["volume"].values[B]
    passed = numbers.flows[2].drawn[B]
    points = [
        f"A particle's own loop is not its heat. At x = 1.5 nm the loop of B is inverted ({whole(close_area)} J/m³ per "
        f"cycle) while B releases {whole(heat)} J/m³.",
        f"The difference is energy that one particle passes to the other through their dipolar interaction: "
        f"{digits(1e21 * passed, 1)} × 10⁻²¹ J per cycle from A to B at 7.1 nm and damping 1, where B releases "
        f"{digits(1e21 * numbers.flows[2].heat[B], 1)} × 10⁻²¹ J in all.",
        *_low_damping_points(numbers.damping),
        f"{len(found)} sentences of the paper were held against these numbers: {tally(found)}.",
    ]
    text = page.paragraph(
        "Two magnetic nanoparticles that interact, each with its own heat: figures 2 to 5 of the paper below, "
        "computed anew from its parameters, and what its sentences are worth in numbers.",
        "lead",
    )
    source = f'{CITATION}, doi <a href="https://doi.org/{DOI}">{DOI}</a>.'
    return f'{text}\n<p class="quiet">{source}</p>\n{page.bullets(points)}\n'


def _low_damping_points(numbers: Damping) -> list[str]:
    singles, ensembles = numbers.singles, numbers.ensembles
    safe = singles.damping[~singles.reproducible]
    together = ensembles.members_on[:, 1] / ensembles.members
    where = ensembles.damping[together > 0.5]
    points = []
    if safe.size:
        points.append(
            f"At dampings up to about {safe.max():.2g} the heat of a jump is chaotic: a tilt of the start by 1e-8 rad "
            f"changes it. There the answer is a distribution, here from {ensembles.members} starts."
        )
    if where.size:
        share = np.nansum(ensembles.mean[together > 0.5, 1, 0], axis=1) / singles.total[-1].sum()
        points.append(
            f"At low damping the two jumps can merge: at {where.size} of the {ensembles.damping.size} dampings from "
            f"{ensembles.damping.min():g} to {ensembles.damping.max():g} the ringing of B carries A over in most half "
            f"cycles, the highest being {where.max():.2g}. Then there is no jump 2, and the half cycle releases "
            f"{percent(share.min())} to {percent(share.max())} (means) of the heat that it does at damping 1: the "
            "earlier A goes over, the less."
        )
    return points


def _pair() -> str:
    rows = [
        ("diameter", "22 nm", "18 nm"),
        ("easy axis, from the field", "0°", "30°, in the plane of field and line of centres"),
        ("saturation magnetization", "480 emu/cm³ = 480 kA/m", "the same"),
        ("anisotropy constant, uniaxial", "1e5 erg/cm³ = 10 kJ/m³", "the same"),
        ("heat capacity", "3.48e6 J/(m³ K)", "the same"),
        ("line of centres", "across the field; gap x from surface to surface", ""),
        ("applied field", "500 Oe cos(2π 500 kHz t)", "for both"),
        ("temperature", "0 K", "for both"),
    ]
    caption = "The paper's pair. Moments are fixed in length and the particles do not move."
    return page.table(("", *NAMES), rows, caption, words=3)


def _jump_table(numbers: Trajectory) -> str:
    head = ["jump", "who switches", "stability lost (µs)", "at (Oe)", "crosses (µs)"]
    head += [f"{name} ({unit})" for unit in ("mK", "10⁻²¹ J") for name in NAMES]
    rows = [
        (
            str(k + 1),
            jump.words,
            digits(1e6 * jump.start, 4),
            digits(jump.field, 1),
            digits(1e6 * float(np.nanmax(jump.switch_time)), 4),
            *(digits(1e3 * value, 3) for value in jump.rise.tolist()),
            *(digits(1e21 * value, 2) for value in jump.heat.tolist()),
        )
        for k, jump in enumerate(numbers.jumps)
    ]
    caption = "The two jumps at damping 1, segmented by events: from the loss of stability until it has rung down."
    return page.table(head, rows, caption, words=2)


def _energy_table(energies: JumpEnergies) -> str:
    head = ("in units of the global loop's energy", *(f"jump {k + 1}, {name}" for k in range(2) for name in NAMES))
    rows = [(f"Δe, {words}", *_cells(energies.changes[name].ravel())) for name, words in DEFINITIONS.items()]
    rows.append(("heat released", *_cells(energies.heat.ravel())))
    caption = (
        "Four meanings of a particle's energy change in a jump, as energy stored (a negative number is energy given "
        "up), from the quasi-static loops; and the heat at damping 1. The interaction energy belongs to both "
        "particles: counted in full for each, by halves, or not at all, or taken from the local loop."
    )
    return page.table(head, rows, caption)


def _cells(values: npt.NDArray[np.float64]) -> list[str]:
    return [digits(value, 4 if abs(value) < 9.5e-4 else 3) for value in values.tolist()]


def _lag_table(lag: Lag) -> str:
    told = [f"{frequency / 1e3:g} kHz" for frequency in lag.frequencies]
    head = ("pair", "loop", "quasi-static", *told, *(f"lag, {words}" for words in told))
    rows = [
        (
            case.name,
            (*NAMES, "global")[i],
            whole(lag.quasi_static[c, i]),
            *(whole(areas[c, i]) for areas in lag.areas),
            *(percent(excess(lag, k)[c, i], 2) for k in range(len(lag.frequencies))),
        )
        for c, case in enumerate(CASES)
        for i in range(3)
    ]
    caption = (
        "Loop areas in J/m³ per cycle (local: of the particle's volume, global: of both) from the dynamics at damping "
        "1, and how far they exceed those of the 0 K minimiser, relative to their size. The slower the field, the "
        "closer. Without interaction A is exactly aligned and rests on a ridge; its axis is tilted by 1e-6 rad, and "
        "its lag depends on the logarithm of that tilt."
    )
    return page.table(head, rows, caption, words=2)


def _method(numbers: Numbers, files: list[str]) -> str:
    singles, ensembles = numbers.damping.singles, numbers.damping.ensembles
    lines = [
        "Dynamics: the Landau-Lifshitz equation in the paper's form (its eq. 1a, without 1/(1 + α²)), heat (its eq. "
        f"1b) and field work as further states of an adaptive Runge-Kutta integrator, relative tolerance {RTOL:g}.",
        "Quasi-static loops: one local minimum of the energy followed through the field; where it loses stability, "
        "down the overdamped path to the next one.",
        "Jumps are segmented by events: from the last sample before the loss of stability of the wells that the "
        "moments are in, until the heat power has fallen below 1e-4 of its peak or the next jump starts. The files "
        "with fixed windows of the clock (0.5-0.7 and 0.7-1.0 µs) are there for comparison.",
        f"Damping: {singles.damping.size} single runs from {singles.damping.min():g} to {singles.damping.max():g}, "
        f"each with a twin whose start is tilted by 1e-8 rad ({int(singles.reproducible.sum())} reproducible within "
        f"1e-3); ensembles of {ensembles.members} starts, tilted by 1e-6 rad, at {ensembles.damping.size} dampings up "
        f"to {ensembles.damping.max():g}. First half cycle from saturation throughout.",
        "Ledger: what the particles draw from the interaction adds up to its loss within "
        f"{max(abs(f.residual) for f in numbers.flows):.0e} of the heat. It comes from integrated states, not from "
        "stored samples.",
        f"magheat {__version__}. The same version, seeds and CPU type give the same numbers.",
    ]
    return page.bullets(lines) + "\n" + page.links(files)
