"""The report: figures with captions that say what is seen, tables, findings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magheat._version import __version__
from magheat.solvers.llg import LLG
from magheat.studies import page
from magheat.studies.drawings import Drawing
from magheat.studies.estimates import energy, told
from magheat.studies.files import Columns
from magheat.studies.findings import digits, percent, tally, whole
from magheat.studies.findings import table as findings_table
from magheat.studies.local_heat.cases import CITATION, DOI, FREQUENCY, NAMES
from magheat.studies.thermal import figures, summary
from magheat.studies.thermal.captions import captions
from magheat.studies.thermal.cases import DAMPING, DROPPED, Plan, experiment
from magheat.studies.thermal.findings import before_reversal, findings, summary_of_noise, work_left
from magheat.studies.thermal.runs import Runs
from magheat.studies.thermal.summary import Summary, in_turn
from magheat.studies.thermal.switching import APART, IN_A_WELL
from magheat.studies.validity import report as validity
from magheat.studies.validity.report import Validity

_TITLE = "The local-heat paper's pair at temperatures"


class Numbers(NamedTuple):
    """All numbers of the study."""

    plan: Plan
    runs: list[Runs]
    found: list[Summary]
    validity: Validity


def drawings(numbers: Numbers) -> tuple[Drawing, ...]:
    """The figures."""
    return (
        Drawing("courses", lambda width: figures.draw_courses(numbers.runs, width)),
        Drawing("switching", lambda width: figures.draw_switching(numbers.found, width)),
        Drawing("heat", lambda width: figures.draw_heat(numbers.found, width)),
        *validity.drawings(numbers.validity),
    )


def tables(numbers: Numbers) -> dict[str, Columns]:
    """Switching, heat, loops and findings."""
    samples = len(numbers.found[0].loop)
    time = np.arange(samples) / (samples * FREQUENCY)
    of_the_pair = summary.tables(numbers.found, time) | {"findings.csv": findings_table(findings(numbers.found))}
    return of_the_pair | validity.tables(numbers.validity)


def html(numbers: Numbers, pictures: dict[str, tuple[str, str]], files: list[str]) -> str:
    """The whole page; ``pictures`` are (wide, narrow) SVG texts by name, ``files`` the CSV files beside it."""
    words = captions(numbers.found, numbers.plan.drawn) | validity.captions(numbers.validity)

    def shown(name: str) -> str:
        description, caption = words[name]
        return page.picture(name, *pictures[name], description, caption)

    sections = [
        ("courses-of-runs", "Half a cycle", shown("courses")),
        ("who", "Who switches when", shown("switching") + _switching_table(numbers.found)),
        ("heat-per-cycle", "Heat", shown("heat") + _heat_table(numbers.found)),
        ("findings", "What the paper says, and what the numbers say", page.cards(findings(numbers.found))),
        ("which-solver-where", "Which solver holds where", validity.table(numbers.validity) + shown("which-solver")),
        ("near", "How near neighbours may come", shown("neighbours")),
        ("method", "How it was computed", _method(numbers.plan, files)),
    ]
    return page.report(_TITLE, _lead(numbers), sections)


def _lead(numbers: Numbers) -> str:
    found = numbers.found
    hot, early = found[-1], [one.temperature for one in found if before_reversal(one)]
    points = [
        f"That a temperature brings the same features, only with more noise, is borne out {summary_of_noise(found)}.",
        f"At {hot.temperature:g} K {percent(work_left(hot, found[0]))} of the work per cycle is left: thermal motion "
        "carries both particles over their barriers in a weaker field.",
        *([f"From {early[0]:g} K on B switches before the field has reversed."] if early else []),
        "A particle's net heat in one cycle is hardly its own: the two exchange heat through their interaction all the "
        f"time, and at {hot.temperature:g} K one cycle of A scatters by {digits(1e21 * hot.scatter[0], 0)} × 10⁻²¹ J "
        f"about a mean of {energy(hot.heat.at(0), 0)}. The heat of both together scatters far less.",
        f"{len(findings(found))} sentences of the paper were held against these numbers: {tally(findings(found))}.",
    ]
    text = page.paragraph(
        "Two interacting nanoparticles of 22 and 18 nm in a field of 500 Oe at 500 kHz, as in the paper below, which "
        "computes at 0 K and says of temperature one sentence. Here they are run at temperatures up to a room's.",
        "lead",
    )
    source = f'{CITATION}, doi <a href="https://doi.org/{DOI}">{DOI}</a>.'
    return f'{text}\n<p class="quiet">{source}</p>\n{page.bullets(points)}\n'


def _switching_table(found: list[Summary]) -> str:
    head = ["temperature (K)", "in turn"]
    head += [f"{name}, median (µs)" for name in NAMES] + [f"{name}, 5 to 95 % (µs)" for name in NAMES]
    head += [f"switches of {name}" for name in NAMES]
    rows = [
        (
            f"{one.temperature:g}",
            percent(in_turn(one), 1),
            *(digits(1e6 * time, 3) for time in one.times[2]),
            *(f"{digits(1e6 * low, 3)}-{digits(1e6 * high, 3)}" for low, high in zip(*one.times[[0, -1]], strict=True)),
            *(told(one.switches.at(i), 3) for i in range(2)),
        )
        for one in found
    ]
    caption = (
        "In turn: share of the half cycles in which B switches once and then A once. Times of the first switch, after "
        "the field's maximum; the field reverses at 0.5 µs. Switches per half cycle."
    )
    return page.table(head, rows, caption)


def _heat_table(found: list[Summary]) -> str:
    head = ["temperature (K)", *(f"heat of {name}" for name in NAMES), *(f"own loop of {name}" for name in NAMES)]
    head += ["heat of both", "global loop"]
    head += [f"jump {jump + 1}, {name}" for jump in range(2) for name in NAMES]
    rows = [
        (
            f"{one.temperature:g}",
            *(energy(one.heat.at(i), 1) for i in range(2)),
            *(energy(one.area.at(i), 1) for i in range(2)),
            energy(one.total_heat, 1),
            energy(one.total_area, 1),
            *(energy(one.jump_heat.at(jump, i), 1) for jump in range(2) for i in range(2)),
        )
        for one in found
    ]
    caption = (
        "Per cycle, and per jump where they switch in turn, in 10⁻²¹ J, mean and standard error. Loops: area times "
        "volume."
    )
    return page.table(head, rows, caption)


def _method(plan: Plan, files: list[str]) -> str:
    solver = LLG(bias=plan.bias)
    hottest = experiment(max(plan.temperatures), 1, plan)
    steps = solver.expected_steps(hottest) / plan.cycles
    lines = [
        f"Stochastic Landau-Lifshitz equation in the paper's form, damping {DAMPING:g}, with the thermal field in both "
        f"torques; {whole(steps)} steps per cycle, chosen for a bias of at most {plan.bias:g} of the mean square "
        "of the "
        "moment along its axis. At 0 K: the adaptive integrator, one run, since all would be the same.",
        f"{plan.runs} runs at each temperature, {plan.cycles} cycles each; the first {DROPPED} is dropped, in "
        "which the "
        f"pair forgets that it was put into the minimum at the highest field. {plan.samples_per_cycle} samples "
        "per cycle.",
        f"A moment switches when it crosses its hard plane and comes to the other side's |m·u| > {IN_A_WELL:g}; its "
        "time is that of the last crossing before. Both switch together where less than "
        f"{1e9 * APART:g} ns lies between them.",
        "Heat is net heat: what the bath gives to a particle counts against it. It also holds what is reversible: a "
        "moment that a growing field lines up gives heat, one that it lets go takes it back.",
        "Standard errors from the runs, each of which is one draw.",
        f"magheat {__version__}. The same version, seeds and CPU type give the same numbers.",
    ]
    return page.bullets(lines) + "\n" + page.links(files)
