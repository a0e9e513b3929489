"""What the learning paper says of its simulator and of its loops, against the numbers of this study."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.constants import OERSTED
from magheat.studies.findings import OUTSIDE, Finding, digits, judge, percent, whole
from magheat.studies.slp_learning.cases import ASKED, INPUTS
from magheat.studies.slp_learning.database import Database, Trend, linear_fit, share, trends
from magheat.studies.slp_learning.loops.examples import Example
from magheat.studies.slp_learning.loops.maps import Maps
from magheat.studies.slp_learning.loops.models import AGREES, NOTHING, Models, Rows, agreement

#: The paper's number of loops, and how near to it "~" is.
_TOLD, _NEARLY = 4000, 0.05
#: Longest time, s, in which an answer comes "almost in real time".
_REAL_TIME = 1.0
#: Time, s, beyond which a study is "time consuming".
_LONG = 600.0
#: R^2 of a linear function above which a relationship is one.
_LINEAR = 0.95


class Loops(NamedTuple):
    """All numbers of the stage."""

    database: Database
    examples: list[Example]
    maps: Maps
    models: Models
    curve_seconds: float  # for the loops of one curve of the paper's figure 2
    curve_points: int


def findings(numbers: Loops) -> list[Finding]:
    """The paper's sentences against the numbers."""
    return [
        _count(numbers.database),
        *_cost(numbers),
        _parallel(numbers.database),
        *_relations(numbers.database),
        _analytical(numbers),
        _coverage(numbers.database),
        _biocompatible(numbers.database),
        Finding(
            "Introduction of the variables",
            "The temperature directly affects M_S and K values; however, these quantities are not entirely defined by "
            "T.",
            OUTSIDE,
            "M_s and K are inputs here, as in the paper's grid: their values at the temperature of the experiment. How "
            "they depend on it is a matter of the material, not of the two wells.",
        ),
    ]


def _count(database: Database) -> Finding:
    count = database.rows.height
    levels = " × ".join(str(len(values)) for values in database.levels.values())
    return judge(
        "Results",
        "In total, ~4000 simulations were carried on.",
        f"{levels} = {whole(count)} loops; the paper does not give its grid, and this one is ours.",
        holds=abs(count / _TOLD - 1) <= _NEARLY,
    )


def _cost(numbers: Loops) -> list[Finding]:
    database = numbers.database
    each = 1e6 * database.seconds_alone / database.rows.height
    measured = (
        f"Measured in this run, on this machine: {whole(database.rows.height)} loops in {digits(database.seconds, 2)} "
        f"s on {database.cores} core{'s' if database.cores > 1 else ''}, {digits(database.seconds_alone, 2)} s on one "
        f"({whole(each)} µs a loop)."
    )
    maps = numbers.maps
    return [
        judge(
            "Results",
            "Except for very simple models and systems, the accurate calculation of […] the hysteresis loop of a "
            "magnetic system […] is computationally heavy.",
            f"{measured} The two-well model, which made the paper's database, is such a simple one: the exception is "
            "what applies. For many interacting moments with places the sentence stands.",
            holds=True,
            wholly=database.seconds_alone > _LONG,
        ),
        judge(
            "Results",
            "Qualitatively similar results obtained with the two-well model require extremely longer computation times "
            "[than an answer almost in real time].",
            f"A curve such as those of the paper's figure 2, {numbers.curve_points} loops, took "
            f"{digits(1e3 * numbers.curve_seconds, 0)} ms in this run: the model itself answers almost in real time.",
            holds=numbers.curve_seconds > _REAL_TIME,
        ),
        judge(
            "Results",
            "A systematic numerical study of these effects would be difficult and time consuming.",
            f"The four maps above are {whole(maps.loops)} loops, {digits(maps.seconds, 1)} s in this run.",
            holds=maps.seconds > _LONG,
        ),
    ]


def _parallel(database: Database) -> Finding:
    gain = database.seconds_alone / database.seconds
    return judge(
        "Results",
        "The calculation of a hysteresis loop […] is a task that cannot be significantly parallelized, since the "
        "magnetization processes are characterized by a memory.",
        "In the two-well model all that a particle remembers of half a cycle is one number, in which the next half is "
        "linear: no transient cycles have to be run. The particles of an average run side by side, and so do the rows. "
        f"One core and {database.cores} gave {'the same bits' if database.same else 'different numbers'}, "
        f"{digits(gain, 1)} times as fast here; within a loop, the steps in time do come one after the other.",
        holds=not database.same,
    )


def _relations(database: Database) -> list[Finding]:
    fits = {name: linear_fit(database, name) for name in ("coercive_field", "remanence", "loss_per_cycle")}
    found = {one.name: one for one in trends(database)}
    interaction = found["interaction"]
    coercive = {one.name: one for one in trends(database, "coercive_field")}["interaction"]
    return [
        judge(
            "Results",
            "All these quantities are subjected to multiple non-linear relationships.",
            "The best linear function of the seven inputs explains "
            f"{percent(fits['coercive_field'])} of the variance of H_c, {percent(fits['remanence'])} of M_r and "
            f"{percent(fits['loss_per_cycle'])} of the area. {_turning(found)}",
            holds=max(fits.values()) < _LINEAR,
        ),
        judge(
            "Results",
            "The interaction parameter plays with K and D as well, directly affecting the coercive field.",
            f"In the barrier form. From the weakest interaction of the grid to the strongest, H_c rises throughout on "
            f"{percent(coercive.rises)} of the lines of the grid and falls on {percent(coercive.falls)}; the area "
            f"rises on {percent(interaction.rises)} and falls on {percent(interaction.falls)}, which of them depending "
            "on the other inputs. That the form is a barrier is our assumption; a mean field acts otherwise.",
            holds=0 < coercive.rises + coercive.falls,
            wholly=min(coercive.rises, coercive.falls) > 0,
        ),
        judge(
            "Results",
            "H_V and f, together with the magnetic anisotropy, also affect the final loop shape.",
            f"With the field the area rises on {percent(found['amplitude'].rises)} of the lines; with the frequency it "
            f"rises on {percent(found['frequency'].rises)}, falls on {percent(found['frequency'].falls)} and turns on "
            f"{percent(found['frequency'].turns)}; with the anisotropy constant on "
            f"{percent(found['anisotropy_constant'].rises)}, {percent(found['anisotropy_constant'].falls)} and "
            f"{percent(found['anisotropy_constant'].turns)}.",
            holds=all(one.rises + one.falls + one.turns > 0 for one in found.values()),
        ),
    ]


def _turning(found: dict[str, Trend]) -> str:
    most = max(found.values(), key=lambda one: one.turns)
    return (
        f"Along the {INPUTS[most.name].words} the area first rises and then falls, or the reverse, on "
        f"{percent(most.turns)} of the lines of the grid."
    )


def agreeing(rows: Rows) -> tuple[float, float, float]:
    """Shares of rows with an area worth the name on which linear response, Stoner-Wohlfarth, and neither agree."""
    told = rows.two_well > 1e4 * NOTHING
    linear, cold = (agreement(rows.two_well, other, 1e4 * NOTHING)[told] for other in (rows.linear, rows.cold))
    return float(linear.mean()), float(cold.mean()), float((~linear & ~cold).mean())


def _analytical(numbers: Loops) -> Finding:
    linear, cold, neither = agreeing(numbers.models.rows)
    return judge(
        "Results",
        "Under specific constraints, some of these non-linear relationships can be analytically modeled, but in "
        "general an analytical representation is not available.",
        f"Rows of the database without interaction and with more than {1e4 * NOTHING:g} J/m³: linear response comes "
        f"within {percent(AGREES)} of the two-well area on {percent(linear, 1)} of them, Stoner and Wohlfarth's model "
        f"at 0 K on {percent(cold, 1)}, neither on {percent(neither, 1)}.",
        holds=neither > 0.5 and numbers.models.major > 0,
    )


def _coverage(database: Database) -> Finding:
    new = [name for name, value in ASKED.items() if not np.isclose(database.levels[name], value, rtol=1e-9).any()]
    words = {"temperature": "315 K", "frequency": "100 kHz", "amplitude": "150 Oe"}
    product = ASKED["frequency"] * ASKED["amplitude"]
    return judge(
        "Results",
        "A temperature of 42 °C (315 K), a stimulation frequency (100 kHz) or field amplitude (150 Oe) were not part "
        "of the training dataset.",
        f"On no line of this grid: {', '.join(words[name] for name in new)}. Their field times frequency is "
        f"{product / 1e9:.2f}·10⁹ A/(m s): {digits(product / BREZOVICH_LIMIT, 1)} times Brezovich's limit, "
        f"{digits(product / HERGT_DUTZ_LIMIT, 2)} of Hergt and Dutz's. 42 °C is 315.15 K.",
        holds=len(new) == len(ASKED),
    )


def _biocompatible(database: Database) -> Finding:
    brezovich, hergt = share(database, "above_brezovich"), share(database, "above_hergt_dutz")
    weakest, slowest = min(database.levels["amplitude"]) / OERSTED, min(database.levels["frequency"]) / 1e3
    return judge(
        "Results",
        "[Particles are] submitted to an alternating electromagnetic field of suitable intensity and frequency, "
        "submitted to biocompatibility constraints.",
        f"Of the rows of this grid, {percent(brezovich, 1)} are beyond Brezovich's limit ({BREZOVICH_LIMIT:.3g} "
        f"A/(m s)) and {percent(hergt, 1)} beyond Hergt and Dutz's ({HERGT_DUTZ_LIMIT:.0e}); even the weakest field "
        f"({weakest:.0f} Oe) keeps to the first only at {slowest:.0f} kHz. Rows carry both flags; a model that learns "
        "from them has to be told of the limits.",
        holds=brezovich < 1.0,
        wholly=hergt == 0.0,
    )
