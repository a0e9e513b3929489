"""What the paper and the field say of aggregates, against the numbers; every verdict is computed."""

from __future__ import annotations

import numpy as np

from magheat.constants import OERSTED
from magheat.studies.aggregates.answers import SURE, Answers, Effect, by_draw
from magheat.studies.aggregates.cases import AMPLITUDE
from magheat.studies.estimates import Estimate, energy, mean_of, told
from magheat.studies.findings import Finding, digits, judge, percent

#: What the cards say of their sentences.
INTRO = (
    "Verdicts are computed: borne out where the numbers agree with the words beyond three standard errors, qualified "
    "where they agree only in part. Sentences are from the local-heat paper; those in brackets are questions that are "
    "asked in the field, as sentences of ours."
)
_CONCLUSIONS = "Sec. III"


def findings(answers: Answers) -> list[Finding]:
    """The sentences in the order in which the report shows their numbers."""
    return [
        _both_ways(answers),
        _lowers(answers),
        _small_gain(answers),
        *(_loses_less(answers, *comparison) for comparison in _COMPARISONS),
        _own_loops(answers),
        _alone(answers),
        _negative(answers),
        _absorption(answers),
        _whole(answers),
        _which(answers),
    ]


def group(answers: Answers, question: str, name: str) -> tuple[Effect, Estimate]:
    """What the cluster changes for a group: in the first cluster, and the ratio over all clusters."""
    for effect, everywhere in zip(answers.effects, answers.everywhere, strict=True):
        if (effect.group.question, effect.group.name) == (question, name):
            return effect, everywhere
    raise KeyError(question, name)


def above(one: Estimate, other: Estimate, times: float = SURE) -> bool:
    """Whether one estimate is above another beyond so many of their standard errors."""
    return bool(one.value - other.value > times * np.hypot(one.error, other.error))


_ONE = Estimate(np.array(1.0), np.array(0.0))
#: A sentence, what it asks about, who it says loses less and who more.
_COMPARISONS = (
    ("[Particles inside a cluster lose more than those outside.]", "place", "outer", "inner"),
    (
        "[Particles whose neighbours sit along the field lose less than those whose neighbours sit across it.]",
        "neighbours' lines",
        "along the field",
        "across the field",
    ),
    ("[Ends of branches lose less than knots.]", "neighbours", "ends (1 neighbour)", "knots (3 or more)"),
)


def _both_ways(answers: Answers) -> Finding:
    ratios = [(amplitude, effect.ratio) for amplitude, effect in answers.fields]
    gain = [effect for effect in answers.effects if above(effect.ratio, _ONE)]
    lose = [effect for effect in answers.effects if above(_ONE, effect.ratio)]
    listed = ", ".join(f"{told(one, 2)} at {digits(h / OERSTED, 0)} Oe" for h, one in ratios)
    names = ", ".join(f"{effect.group.question}: {effect.group.name}" for effect in gain) or "none"
    return judge(
        "Sec. I",
        "Depending on conditions, interactions have been reported to be both beneficial and detrimental.",
        f"Heat in the cluster over heat alone: {listed}. At {digits(AMPLITUDE / OERSTED, 0)} Oe {len(lose)} of "
        f"{len(answers.effects)} groups of particles lose and {len(gain)} gain ({names}), beyond {SURE:g} standard "
        "errors.",
        holds=bool(gain or lose),
        wholly=bool(gain and lose)
        or (any(above(r, _ONE) for _, r in ratios) and any(above(_ONE, r) for _, r in ratios)),
    )


def _lowers(answers: Answers) -> Finding:
    effect, everywhere = group(answers, "all", "all")
    return judge(
        "our question",
        "[Clustering lowers the heat of the sample.]",
        f"At {digits(AMPLITUDE / OERSTED, 0)} Oe a particle releases {energy(effect.together, 1)} × 10⁻²¹ J per "
        f"cycle in the cluster and {energy(effect.apart, 1)} alone, {told(effect.ratio, 3)} of it; "
        f"{1 + answers.plan.clusters} clusters: {told(everywhere, 2)}.",
        holds=above(_ONE, effect.ratio),
        wholly=above(_ONE, everywhere) or np.isnan(float(everywhere.error)),
    )


def _compared(answers: Answers, question: str, more: str, less: str) -> tuple[str, bool, bool]:
    """Ratios of two groups in words; whether the first is above in this cluster, and over all clusters."""
    (one, everywhere_one), (other, everywhere_other) = (group(answers, question, name) for name in (more, less))
    words = (
        f"Heat in the cluster over heat alone: {more} {told(one.ratio, 2)}, {less} {told(other.ratio, 2)} in this "
        f"cluster; {told(everywhere_one, 2)} and {told(everywhere_other, 2)} over {1 + answers.plan.clusters} clusters."
    )
    return words, above(one.ratio, other.ratio), above(everywhere_one, everywhere_other)


def _small_gain(answers: Answers) -> Finding:
    words, here, everywhere = _compared(answers, "size", "small", "large")
    small, over_clusters = group(answers, "size", "small")
    return judge(
        "our question",
        "[Small particles gain by neighbours what large ones lose.]",
        words,
        holds=here or everywhere,
        wholly=(here or everywhere) and above(small.ratio, _ONE) and above(over_clusters, _ONE),
    )


def _loses_less(answers: Answers, sentence: str, question: str, less: str, more: str) -> Finding:
    """Whether one group keeps more of its heat than another, in this cluster and over all."""
    words, here, everywhere = _compared(answers, question, less, more)
    return judge("our question", sentence, words, holds=here or everywhere, wholly=here and everywhere)


def _own_loops(answers: Answers) -> Finding:
    given = answers.together.given
    sure = int((np.abs(given.value) > SURE * given.error).sum())
    mean = Estimate(np.asarray(answers.together.heat.value.mean()), np.array(0.0))
    return judge(
        "Sec. II",
        "Their individual hysteresis loops cannot be used to estimate the heat that each produces.",
        f"Root mean square of heat less own loop, noise taken off: {energy(answers.wrong, 1)} × 10⁻²¹ J per "
        f"cycle, {percent(float(answers.wrong.value / mean.value))} of the mean heat of a particle. Particle by "
        "particle "
        f"the two differ beyond {SURE:g} standard errors for {sure} of {given.value.size}. Their rank correlation is "
        f"{digits(_ranks(answers.together.heat.value, answers.together.area.value), 2)}.",
        holds=bool(answers.wrong.value > SURE * answers.wrong.error),
    )


def _ranks(one: np.ndarray, other: np.ndarray) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(one, other).statistic)


def _alone(answers: Answers) -> Finding:
    given = answers.apart.given
    sure = int((np.abs(given.value) > SURE * given.error).sum())
    return judge(
        "Sec. II",
        "Only in the case of non-interacting nanoparticles can individual hysteresis loops be used to compute the heat "
        "released by each nanoparticle.",
        f"The same particles alone: {energy(answers.wrong_apart, 2)} × 10⁻²¹ J per cycle, the noise taken "
        f"off; {sure} of {given.value.size} differ beyond {SURE:g} standard errors.",
        # Errors are from a dozen cycles: chance alone puts one in a hundred beyond three of them.
        holds=sure < 0.05 * given.value.size,
    )


def _negative(answers: Answers) -> Finding:
    area = answers.together.area
    negative = int((area.value < -SURE * area.error).sum())
    return judge(
        _CONCLUSIONS,
        "When the strength of interactions increases, local loops may become negative.",
        f"The own loops of {negative} of {area.value.size} particles are inverted as a whole, beyond {SURE:g} standard "
        f"errors; the most negative has {told(area.at(int(np.argmin(area.value))).scaled(1e21), 1)} × 10⁻²¹ J.",
        holds=negative > 0,
    )


def _absorption(answers: Answers) -> Finding:
    heat, area = answers.together.heat, answers.together.area
    inverted = area.value < -SURE * area.error
    cooled = int((heat.value < -SURE * heat.error).sum())
    mean = Estimate(
        np.asarray(heat.value[inverted].mean() if inverted.any() else np.nan),
        np.asarray(np.sqrt((heat.error[inverted] ** 2).sum()) / max(inverted.sum(), 1)),
    )
    return judge(
        "Sec. II",
        "Inverted loops do not correspond to energy absorption.",
        f"The {int(inverted.sum())} particles with inverted loops release {energy(mean, 1)} × 10⁻²¹ J per cycle "
        f"on average. Of all {heat.value.size}, {cooled} cool their surroundings beyond {SURE:g} standard errors.",
        holds=not inverted.any() or bool(mean.value > -SURE * mean.error),
        wholly=bool(mean.value > SURE * mean.error) and not cooled,
    )


def _whole(answers: Answers) -> Finding:
    draws = answers.samples[0].together
    gap = mean_of(by_draw(draws.heat - draws.field_work).mean(axis=1))
    share = float(draws.heat.mean() / draws.field_work.mean())
    away = abs(float(gap.value / gap.error))
    return judge(
        "Sec. II",
        "The area of the global hysteresis loops […] corresponds to the released heat.",
        f"All heat over the area of the global loop: {digits(share, 3)}; the two differ by {digits(away, 1)} standard "
        "errors, by what the moments store.",
        holds=away < SURE,
    )


def _which(answers: Answers) -> Finding:
    heat = answers.together.heat
    mean = heat.value.mean()
    sure = int((np.abs(heat.value - mean) > SURE * heat.error).sum())
    return judge(
        _CONCLUSIONS,
        "The big advantage here is to predict which particle is producing heat, in which amount.",
        f"After {answers.plan.runs} runs of {answers.plan.cycles - 1} cycles the heat of a particle is known within "
        f"{digits(1e21 * float(heat.error.mean()), 1)} × 10⁻²¹ J (mean {digits(1e21 * float(mean), 1)}); "
        f"{percent(float(answers.real.value))} of the variance between particles is no noise, and {sure} of "
        f"{heat.value.size} differ from the mean beyond {SURE:g} standard errors. In one cycle the heat of a particle "
        f"scatters by {digits(1e21 * float(answers.together.scatter.mean()), 0)} × 10⁻²¹ J.",
        holds=bool(answers.real.value > 0),
        wholly=bool(answers.real.value > 0.5),
    )
