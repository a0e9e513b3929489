"""The loops' part of the report: figures with captions, tables, assumptions."""

from __future__ import annotations

import numpy as np

from magheat._version import __version__
from magheat.constants import OERSTED
from magheat.studies import page
from magheat.studies.findings import digits, percent, whole
from magheat.studies.slp_learning import database as db
from magheat.studies.slp_learning.cases import ATTEMPT_TIME, INPUTS
from magheat.studies.slp_learning.loops.captions import captions
from magheat.studies.slp_learning.loops.examples import best_below, inputs_in_words
from magheat.studies.slp_learning.loops.findings import Loops, agreeing, findings
from magheat.studies.slp_learning.loops.stored import DESIGN, FILE
from magheat.studies.slp_learning.report import Part, Pictures


def part(numbers: Loops, pictures: Pictures) -> Part:
    """What the loops add to the report; ``pictures`` are (wide, narrow) SVG texts by name."""
    words = captions(numbers)

    def shown(name: str) -> str:
        description, caption = words[name]
        return page.picture(name, *pictures[name], description, caption)

    sections = [
        ("open", "What the paper leaves open", _assumptions(numbers.database)),
        ("loops", "Figure 1(b): loops", shown("fig1b")),
        ("database", "The database", _database(numbers.database)),
        ("maps", "Beyond the paper: what the model says", shown("slp_maps")),
        ("models", "Beyond the paper: where three models agree, and part", shown("three_models")),
    ]
    return Part("the loops", _LEAD, _points(numbers), sections, findings(numbers), _method(numbers))


_LEAD = (
    "Which particles heat, in which field? The paper makes about 4000 hysteresis loops with a two-well model and "
    "learns from them. This is its simulator and its database, computed anew."
)


def _points(numbers: Loops) -> list[str]:
    base = numbers.database
    linear, cold, _ = agreeing(numbers.models.rows)
    best = best_below(base, "above_hergt_dutz")
    return [
        f"{whole(base.rows.height)} loops took {digits(base.seconds, 2)} s in this run on {base.cores} "
        f"core{'s' if base.cores > 1 else ''}; machines differ.",
        f"{percent(db.share(base, 'low_barrier'), 0)} of the rows have K V < 3 k_B T, where there are no two wells to "
        f"speak of; {percent(db.share(base, 'above_brezovich'), 0)} are beyond Brezovich's limit and "
        f"{percent(db.share(base, 'above_hergt_dutz'), 0)} beyond Hergt and Dutz's. Rows say so by flags.",
        f"Linear response, the formula of the field, comes within 10 % of the two-well area on {percent(linear, 1)} of "
        f"the rows that lose anything worth the name, Stoner and Wohlfarth's model on {percent(cold, 1)}.",
        f"The best row within Hergt and Dutz's limit: {inputs_in_words(best).replace(chr(10), ', ')}.",
    ]


def _assumptions(base: db.Database) -> str:
    lines = [
        "The two-well equations are not in the paper. Ours: one uniaxial macrospin per particle, exact wells and "
        "saddle of its energy in the field, thermal jumps over the saddle, immobile particles of one size with random "
        "axes.",
        f"Attempt time: τ₀ = {1e9 * ATTEMPT_TIME:g} ns, τ_N = τ₀ exp(K V/(k_B T)) without field, the prefactor "
        "independent of the field.",
        "Interaction: the paper defines Int = D/d and not what it does. Here it raises the barriers by 2 ε_d m² with "
        "ε_d = μ₀ M_s² V Int³/24 and m = M/M_s, and leaves the equilibrium alone.",
        "The loop is that of the steady state. Whether the paper's starts from saturation, it does not say; blocked "
        "particles would differ.",
        "The applied field is a cosine. M_s and K are those at the temperature.",
        "The grid is ours: the paper names its inputs and about 4000 loops, no values. It says only that 315 K, 100 "
        "kHz and 150 Oe are not among them.",
        "SLP is per mass of magnetic phase, density 5180 kg/m³ (magnetite).",
    ]
    rows = []
    for name, values in base.levels.items():
        told = INPUTS[name]
        rows.append((told.words, told.symbol, ", ".join(f"{v / told.scale:.4g}" for v in values), told.unit))
    grid = page.table(("input", "symbol", "values", "unit"), rows, "The grid, all combinations.", words=3)
    return page.bullets(lines) + grid


def _database(base: db.Database) -> str:
    sigma, diameters = db.reduced_barriers(base), base.column("diameter")
    area, slp, low = (base.column(name) for name in ("loss_per_cycle", "slp", "low_barrier"))
    rows = []
    for d in base.levels["diameter"]:
        here = diameters == d
        rows.append(
            (
                f"{d / 1e-9:.0f} nm",
                str(int(here.sum())),
                f"{sigma[here].min():.1f} to {sigma[here].max():.1f}",
                percent(float(low[here].mean())),
                _size(float(np.median(area[here]))),
                _size(float(area[here].max())),
                _size(float(slp[here].max()) / 1e3),
            )
        )
    head = ("diameter", "rows", "σ", "σ < 3", "median area (J/m³)", "largest area", "largest SLP (W/g)")
    by_size = page.table(head, rows, "What the database holds, by diameter.")
    found = [
        (
            f"{INPUTS[one.name].words}",
            str(one.lines),
            *(percent(value) for value in (one.rises, one.falls, one.turns)),
        )
        for one in db.trends(base)
    ]
    caption = (
        "The area along the lines of the grid, on which only one input changes: on how many it rises throughout, falls "
        "throughout, or turns. Lines that stay below 1 J/m³ are left out, changes below 0.1 % of a line's largest area "
        "are not counted. Inputs with two values cannot turn."
    )
    text = page.paragraph(
        "One row per loop in database.csv, under the names of the knowledge base and in SI: seven inputs, coercive "
        "field, remanence, loss per cycle (the area), SLP, and flags. Rows with σ = K V/(k_B T) < 3 carry low_barrier: "
        "score them apart, and carry the flag to every prediction."
    )
    return text + by_size + page.table(("input", "lines", "rises", "falls", "turns"), found, caption)


def _size(value: float) -> str:
    if value >= 99.5:
        return whole(value)
    return f"{value:.2g}" if value >= 1e-2 else f"{value:.0e}".replace("e-0", "e-").replace("-", "−")


def _method(numbers: Loops) -> list[str]:
    base = numbers.database
    strongest = max(base.levels["amplitude"]) / OERSTED
    lines = [
        "Two wells: rate equations with exact wells and saddle at every angle, exponential steps (200 per half period, "
        "500 for the loops that are drawn), the exact periodic state by closing half a period, 32 axes by Gauss and "
        "Legendre, twice as many and split at the kinks where the largest field switches some axes and not others. The "
        "interaction is iterated until the magnetization changes by less than 1e-8 M_s.",
        f"Rows that did not converge: {int(base.column('not_converged').sum())}, at fields up to {strongest:.0f} Oe.",
        "Linear response: χ'' of Rosensweig with τ_N = τ₀ exp(K V/(k_B T)), a third of χ₀ for random axes.",
        "Stoner and Wohlfarth: loops of single axes by the quasi-static minimiser, an independent code, averaged over "
        f"the axes that a field switches; {numbers.models.major:.5f} K beyond H_K.",
        "Against Brown's Fokker-Planck equation the area with a constant attempt time is 4 to 9 % low for K V/(k_B T) "
        "from 5 to 20.",
        "Times are those of this run on this machine, compiled kernels loaded; everything else is the same whatever "
        f"the number of cores. magheat {__version__}.",
        "Between laboratories the measured ILP of one sample scatters by 30 to 40 %. Nothing here is medical advice.",
    ]
    lines.append(
        f"The same rows lie in the knowledge base {FILE}, put there by magheat sweep of {DESIGN}; "
        f"mh.Store({FILE!r}).table() reads them."
    )
    return lines
