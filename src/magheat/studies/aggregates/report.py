"""The report: figures with captions that say what is seen, tables, findings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from magheat._version import __version__
from magheat.analysis import HERGT_DUTZ_LIMIT
from magheat.constants import OERSTED
from magheat.solvers.llg import LLG
from magheat.studies import page
from magheat.studies.aggregates import figures
from magheat.studies.aggregates.answers import Answers
from magheat.studies.aggregates.captions import captions
from magheat.studies.aggregates.cases import (
    AMPLITUDE,
    DAMPING,
    DIAMETER,
    DROPPED,
    FRACTAL_DIMENSION,
    FREQUENCY,
    GAP,
    MATERIAL,
    PREFACTOR,
    SPREAD,
    TEMPERATURE,
    Case,
    together,
)
from magheat.studies.aggregates.findings import INTRO, findings, group
from magheat.studies.drawings import Drawing
from magheat.studies.estimates import columns_of, energy, told
from magheat.studies.files import Columns
from magheat.studies.findings import digits, percent, tally, whole
from magheat.studies.findings import table as findings_table
from magheat.studies.local_heat.cases import CITATION, DOI

_TITLE = "Magnetite aggregates at body temperature: who heats?"


def drawings(answers: Answers) -> tuple[Drawing, ...]:
    """The figures."""
    return (
        Drawing("space", lambda width: figures.draw_space(answers, width)),
        Drawing("local", lambda width: figures.draw_local(answers, width)),
        Drawing("groups", lambda width: figures.draw_groups(answers, width)),
        Drawing("whole", lambda width: figures.draw_whole(answers, width)),
    )


def tables(answers: Answers) -> dict[str, Columns]:
    """Particles, groups, fields and findings."""
    return {
        "particles.csv": _particles(answers),
        "groups.csv": _groups(answers),
        "fields.csv": _fields(answers),
        "findings.csv": findings_table(findings(answers)),
    }


def _particles(answers: Answers) -> Columns:
    first = answers.samples[0]
    columns: dict[str, npt.ArrayLike] = {f"{axis} (m)": first.particles.positions[:, k] for k, axis in enumerate("xyz")}
    columns["diameter (m)"] = first.particles.diameters
    columns["neighbours (1)"] = first.places.neighbours
    for words, books in (("in the cluster", answers.together), ("alone", answers.apart)):
        for name, estimate in (("heat per cycle", books.heat), ("own loop's area x volume", books.area)):
            columns |= columns_of(f"{name} {words}", "J", [estimate.at(i) for i in range(first.particles.count)])
    return columns


def _groups(answers: Answers) -> Columns:
    columns: dict[str, npt.ArrayLike] = {
        "question": [effect.group.question for effect in answers.effects],
        "particles": [effect.group.name for effect in answers.effects],
        "number (1)": [int(effect.group.members.sum()) for effect in answers.effects],
    }
    columns |= columns_of("heat per cycle in the cluster", "J", [effect.together for effect in answers.effects])
    columns |= columns_of("heat per cycle alone", "J", [effect.apart for effect in answers.effects])
    columns |= columns_of("ratio", "1", [effect.ratio for effect in answers.effects])
    return columns | columns_of("ratio over clusters", "1", answers.everywhere)


def _fields(answers: Answers) -> Columns:
    columns: dict[str, npt.ArrayLike] = {"amplitude (A/m)": [amplitude for amplitude, _ in answers.fields]}
    columns |= columns_of(
        "heat per cycle and particle in the cluster", "J", [one.together for _, one in answers.fields]
    )
    columns |= columns_of("heat per cycle and particle alone", "J", [one.apart for _, one in answers.fields])
    return columns | columns_of("ratio", "1", [one.ratio for _, one in answers.fields])


def html(answers: Answers, pictures: dict[str, tuple[str, str]], files: list[str]) -> str:
    """The whole page; ``pictures`` are (wide, narrow) SVG texts by name, ``files`` the CSV files beside it."""
    words = captions(answers)

    def shown(name: str) -> str:
        description, caption = words[name]
        return page.picture(name, *pictures[name], description, caption)

    sections = [
        ("cluster", "The cluster, particle by particle", shown("space") + _sample_table(answers)),
        ("own-loop", "How wrong is a particle's own loop?", shown("local")),
        ("help-or-hurt", "Does clustering help or hurt, and whom?", shown("groups") + _group_table(answers)),
        ("fields", "The whole, and other fields", shown("whole")),
        ("findings", "What is said, and what the numbers say", page.cards(findings(answers), INTRO)),
        ("method", "How it was computed, and what was chosen", _method(answers, files)),
    ]
    return page.report(_TITLE, _lead(answers), sections)


def _lead(answers: Answers) -> str:
    everyone, over_clusters = group(answers, "all", "all")
    (small, _), (large, _) = group(answers, "size", "small"), group(answers, "size", "large")
    mean = float(answers.together.heat.value.mean())
    points = [
        f"At {digits(AMPLITUDE / OERSTED, 0)} Oe a cluster of these particles releases {told(everyone.ratio, 2)} "
        "of the heat "
        f"that they release alone ({told(over_clusters, 2)} over {1 + answers.plan.clusters} clusters).",
        f"For whom: of the heat alone the small third releases {told(small.ratio, 2)} in the cluster, the large third "
        f"{told(large.ratio, 2)}.",
        "At other fields: "
        + ", ".join(f"{told(one.ratio, 2)} at {digits(h / OERSTED, 0)} Oe" for h, one in answers.fields)
        + ".",
        f"A particle's own loop misses its heat by {energy(answers.wrong, 1)} × 10⁻²¹ J per cycle (root mean "
        f"square, noise taken off), {percent(float(answers.wrong.value) / mean)} of the mean heat.",
        f"{len(findings(answers))} sentences were held against these numbers: {tally(findings(answers))}.",
    ]
    text = page.paragraph(
        f"A fractal cluster of {answers.plan.particles} magnetite particles at {digits(TEMPERATURE, 0)} K in a field "
        f"of {digits(FREQUENCY / 1e3, 0)} kHz: the heat of each, what its own loop says of it, and what the same "
        "particles release when they are far apart. The paper below ends with this question.",
        "lead",
    )
    source = f'{CITATION}, doi <a href="https://doi.org/{DOI}">{DOI}</a>.'
    return f'{text}\n<p class="quiet">{source}</p>\n{page.bullets(points)}\n'


def _sample_table(answers: Answers) -> str:
    first = answers.samples[0]
    sizes, neighbours = 1e9 * first.particles.diameters, first.places.neighbours
    limit = AMPLITUDE * FREQUENCY / HERGT_DUTZ_LIMIT
    rows = [
        ("particles", f"{first.particles.count}, magnetite, {MATERIAL.saturation_magnetization / 1e3:g} kA/m, "
         f"{MATERIAL.anisotropy_constant / 1e3:g} kJ/m³ uniaxial, axes random"),
        ("diameters", f"log-normal, median {1e9 * DIAMETER:g} nm, {SPREAD:g} of ln D; {digits(sizes.min(), 1)} to "
         f"{digits(sizes.max(), 1)} nm"),
        ("cluster", f"fractal dimension {FRACTAL_DIMENSION:g}, prefactor {PREFACTOR:g}; {1e9 * GAP:g} nm between "
         "surfaces of neighbours (two coatings)"),
        ("neighbours", ", ".join(f"{int((neighbours == k).sum())} with {k}" for k in np.unique(neighbours))),
        ("field", f"{digits(AMPLITUDE / OERSTED, 0)} Oe ({digits(AMPLITUDE / 1e3, 1)} kA/m) at "
         "{FREQUENCY / 1e3:g} kHz: "
         f"{digits(limit, 2)} of the Hergt-Dutz limit on H f"),
        ("temperature, damping", f"{TEMPERATURE:g} K, {DAMPING:g}"),
    ]  # fmt: skip
    return page.table(("", "value"), rows, "What is simulated.", words=2)


def _group_table(answers: Answers) -> str:
    rows = [
        (
            effect.group.question,
            effect.group.name,
            str(int(effect.group.members.sum())),
            energy(effect.apart, 1),
            energy(effect.together, 1),
            told(effect.ratio, 3),
            told(everywhere, 3),
        )
        for effect, everywhere in zip(answers.effects, answers.everywhere, strict=True)
    ]
    head = ("question", "particles", "number", "heat alone", "in the cluster", "ratio", "over clusters")
    caption = "Heat per cycle and particle in 10⁻²¹ J, mean and standard error."
    return page.table(head, rows, caption, words=2)


def _method(answers: Answers, files: list[str]) -> str:
    plan, solver = answers.plan, LLG(bias=answers.plan.bias)
    steps = solver.expected_steps(together(Case(), 1, plan)) / plan.cycles
    lines = [
        "Stochastic Landau-Lifshitz equation with all dipolar fields and the thermal field in both torques; "
        f"{whole(steps)} steps per cycle, chosen for a bias of at most {plan.bias:g} of the mean square of a "
        "moment along "
        "its axis.",
        f"The cluster in {plan.runs} runs of {plan.cycles} cycles; {plan.clusters} other clusters and "
        f"{len(plan.amplitudes)} other fields in one run each. The first {DROPPED} is dropped: every moment "
        "starts along "
        "its axis, up or down by chance. The particles alone: as often, each in a run of its own.",
        f"Why a damping of {DAMPING:g}: it lies in the range that is measured for magnetite, and neighbours exchange "
        "less heat with one another at a low damping, so that fewer cycles tell the heat of one particle. Why "
        f"{digits(AMPLITUDE / OERSTED, 0)} Oe, above the limit that Hergt and Dutz give for patients: in a weaker "
        "field "
        "the cluster hardly heats, and the noise of single particles would hide it; the whole is shown for weaker "
        "fields, too.",
        "Standard errors from all cycles of all runs: the heats of successive cycles do not tell of one another. Those "
        "of ratios over clusters come from how the clusters differ, but are no smaller than what the noise of each "
        "makes.",
        "A coarse step makes some moments warmer than others by a little, and between neighbours heat then flows from "
        "the warmer to the colder, cycle by cycle: in eight particles of 20 nm, 4 nm apart, without a field 15 k_BT "
        "per cycle (root mean square) at a bias of 1e-2, and none that could be told from noise at 2e-3.",
        "Heat is net heat, integrated by the solver. Own loop: work of the field on the particle, mu_0 V times "
        "the area "
        "of its loop; over a closed cycle the difference is what its neighbours give it.",
        "Touching neighbours: at the distance of contact with coatings. The particles do not move or turn.",
        f"magheat {__version__}. The same version, seeds and CPU type give the same numbers.",
    ]
    return page.bullets(lines) + "\n" + page.links(files)
