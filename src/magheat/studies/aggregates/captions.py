"""Captions of the figures: what is seen, with its numbers."""

from __future__ import annotations

from magheat.constants import OERSTED
from magheat.studies.aggregates.answers import Answers, specific_loss_power
from magheat.studies.aggregates.cases import AMPLITUDE, FREQUENCY
from magheat.studies.aggregates.findings import group
from magheat.studies.estimates import energy, told
from magheat.studies.findings import digits, percent


def captions(answers: Answers) -> dict[str, tuple[str, str]]:
    """(description for those who cannot see it, caption) by name of the figure."""
    return {
        "space": ("The cluster in space, its particles coloured by heat and by heat less own loop.", _space(answers)),
        "local": ("Heat of every particle against the area of its own loop, clustered and alone.", _local(answers)),
        "groups": ("Heat in the cluster over heat alone for groups of particles, with error bars.", _groups(answers)),
        "whole": ("Loops of cluster and particles alone; specific loss power against amplitude.", _whole(answers)),
    }


def _space(answers: Answers) -> str:
    heat, given = answers.together.heat, answers.together.given
    return (
        f"The {heat.value.size} particles as large as they are, the field upright. (a) Heat per cycle: mean "
        f"{digits(1e21 * float(heat.value.mean()), 1)} × 10⁻²¹ J, with a standard error of "
        f"{digits(1e21 * float(heat.error.mean()), 1)} for one particle. (b) What its own loop does not tell: orange "
        "particles get energy from their neighbours, purple ones give it away; root mean square without the noise "
        f"{energy(answers.wrong, 1)}, standard error {digits(1e21 * float(given.error.mean()), 1)}. Colours end "
        "at the 2nd and the 98th percentile."
    )


def _local(answers: Answers) -> str:
    heat, area = answers.together.heat.value, answers.together.area.value
    return (
        "Every point is a particle, with standard errors of both; on the dashed line its own loop would tell its heat. "
        f"(a) In the cluster the loops of {int((area < 0).sum())} particles have a negative area, and the heat of a "
        f"particle is {digits(1e21 * float(heat.mean()), 1)} ± {digits(1e21 * float(heat.std()), 1)} × 10⁻²¹ J "
        "(mean and "
        f"standard deviation over particles; of the variance {percent(float(answers.real.value))} is no noise). "
        "(b) The "
        "same particles, each alone: what the field does on a particle is what it releases. Alone its heat hardly "
        "scatters; in the cluster neighbours exchange heat all the time."
    )


def _groups(answers: Answers) -> str:
    small, large = (group(answers, "size", name)[0] for name in ("small", "large"))
    return (
        f"Heat in the cluster over heat of the same particles alone, {digits(AMPLITUDE / OERSTED, 0)} Oe. Filled: this "
        f"cluster, standard errors from its cycles. Open: mean of {1 + answers.plan.clusters} "
        "clusters of "
        "the same kind, standard errors from how they differ. Thirds by number; the small third releases "
        f"{energy(small.apart, 1)} × 10⁻²¹ J per cycle and particle alone and "
        f"{energy(small.together, 1)} in the cluster, the large third {energy(large.apart, 1)} and "
        f"{energy(large.together, 1)}."
    )


def _whole(answers: Answers) -> str:
    first = answers.samples[0]
    listed = "; ".join(
        f"{digits(amplitude / OERSTED, 0)} Oe {told(specific_loss_power(effect.together, first).scaled(1e-3), 0)} and "
        f"{told(specific_loss_power(effect.apart, first).scaled(1e-3), 0)} W/g"
        for amplitude, effect in answers.fields
    )
    return (
        f"(a) Loops at {digits(AMPLITUDE / OERSTED, 0)} Oe and {digits(FREQUENCY / 1e3, 0)} kHz, mean over runs "
        "and cycles. "
        f"(b) Specific loss power of the magnetite, clustered and alone, against the amplitude: {listed}. Fields other "
        f"than {digits(AMPLITUDE / OERSTED, 0)} Oe from one run of {answers.plan.cycles - 1} cycles, errors from its "
        "cycles."
    )
