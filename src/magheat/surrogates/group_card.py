"""The card of a model that learnt from few groups of rows: above all, how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from magheat.surrogates.card_text import ranges, table

if TYPE_CHECKING:
    from magheat.surrogates.surrogate import Surrogate
Score = Mapping[str, float]

#: The kind of a card that `group_card_text` tells of.
ACROSS_GROUPS = "across groups"
#: What an output is measured in, in words.
_MEASURES = {
    "plain": "as it is",
    "per-drive": "per field amplitude and frequency",
    "share-of-largest-loop": "as a share of the largest loop, 4 mu0 sigma_s H f",
}
#: The name of the scores on rows at random.
AT_RANDOM = "rows at random"
#: How far coverage may fall short, and of what share of rows there must be a prediction to compare with.
_SHORT_OF_LEVEL, _MOST = 0.05, 0.5
#: What people call the groups of a column: one, and several.
_NOUNS = {"doi": ("publication", "publications"), "composition": ("material", "materials")}
_SCORES = ("predicted by", "R² of log10", "factor off, rows", "factor off, {groups} alike", "within a factor 2", "rows")


def group_card_text(surrogate: Surrogate) -> str:
    """The card as Markdown."""
    card = surrogate.card
    (output,), groups = card["outputs"], nouns(card)[1]
    heads = tuple(name.format(groups=groups) for name in _SCORES)
    lines = [
        f"# Surrogate of {output}, learnt from few {groups}",
        "",
        *_origin(card),
        "",
        "Research software, not a medical device.",
        "",
        "## How far to trust it",
        "",
        *[f"- {sentence}" for sentence in trust(card)],
        "",
        "## Scores",
        "",
        f"Every row was predicted once by a model that had seen no row of its {nouns(card)[0]}, in {card['folds']} "
        f"parts, the choice of the model and the widths of intervals included; {card['repeats']} partitions: mean ± "
        f"standard deviation. In brackets, between what nine of ten tables with as many {groups} like these would put "
        "R². The rows at random are for comparison only.",
        "",
        *table(heads, _scores(card, output)),
        "",
        "## What was tried",
        "",
        f"R² on unseen {groups} while choosing; the best of several flatters a little, and is no score.",
        "",
        *table(("output", "trees", "R² of log10"), _tried(card)),
        "",
        "## Where it holds",
        "",
        *table(("input", "unit", "lowest", "highest"), ranges(surrogate)),
        "",
        "Outside, and where an input is missing that no row lacked, values are null unless extrapolation is asked for. "
        "Within, rows are few and far between: being in range is no promise.",
        "",
        "## Made with",
        "",
        ", ".join(f"{name} {number}" for name, number in card["versions"].items()) + ".",
        "",
    ]
    return "\n".join(lines)


def nouns(card: Mapping[str, Any]) -> tuple[str, str]:
    """What to call one group, and several."""
    name = card["groups"]
    return _NOUNS.get(name, (name, f"values of {name}"))


def _origin(card: Mapping[str, Any]) -> list[str]:
    """What it is and what it learnt from."""
    (output,), rows = card["outputs"], card["rows"]
    told = (
        f"Boosted trees: {output} {_MEASURES[card['features']]}. All {rows['fit']} rows of {rows['groups']} "
        f"{nouns(card)[1]} fit the model (table `{card['table']}`); {rows['left_out']} rows without a positive "
        f"{output} were left out."
    )
    return [told + (f" {card['origin']['words']}" if "origin" in card else "")]


def trust(card: Mapping[str, Any]) -> list[str]:
    """What the scores mean for somebody with a sample of a new group, in sentences."""
    own, others, random = _scores_by_kind(card)
    one, several = nouns(card)
    best = max(others, key=lambda name: others[name]["r_squared"])
    factor = f"{card['interval_factor']:.0f}"
    return [
        f"The prediction for a sample of a new {one} is typically off by a factor of "
        f"{own['factor_off_per_group']:.1f}, up or down (half of the samples by less); "
        f"{100 * own['within_factor_2']:.0f} % of the rows are within a factor of 2.",
        f"The {100 * card['level']:.0f} % intervals reach from the value divided by {factor} to the value times "
        f"{factor}. Such intervals covered {100 * own['covered_per_group']:.0f} % for unseen {several} (each counting "
        f"alike; {100 * own['covered']:.0f} % of the rows).",
        f"R² of the logarithm is {_with_spread(own)} for unseen {several}. The best of the plain predictions, "
        f"{best}, has {_with_spread(others[best])} and is off by a factor of "
        f"{others[best]['factor_off_per_group']:.1f}.",
        f"For another row of a {one} that is in the table already R² is {random['r_squared']:.2f}. Most scores "
        "that are published for tables of SAR are of this kind (0.86 for the DiMag database): they tell how well a "
        "table is known, not how well a new sample is.",
        *card["warnings"],
    ]


def shortcomings(card: Mapping[str, Any]) -> list[str]:
    """Sentences on what did not turn out well."""
    own, others, _ = _scores_by_kind(card)
    _, several = nouns(card)
    found = []
    if own["covered_per_group"] < card["level"] - _SHORT_OF_LEVEL:
        found.append(
            f"The {100 * card['level']:.0f} % intervals cover too little for unseen {several}: "
            f"{100 * own['covered_per_group']:.0f} %."
        )
    better = [name for name, one in others.items() if one["r_squared"] > own["r_squared"]]
    closer = [name for name, one in others.items() if one["factor_off_per_group"] < own["factor_off_per_group"]]
    for what, names in (("R²", better), ("the typical factor", closer)):
        if names:
            found.append(f"By {what} the model is no better for unseen {several} than: {', '.join(names)}.")
    return found


def _scores_by_kind(card: Mapping[str, Any]) -> tuple[Score, dict[str, Score], Score]:
    """Those on unseen groups, those to compare with that predict most rows, and those on rows at random."""
    (output,) = card["outputs"]
    scores = {name: found[output] for name, found in card["scores"].items()}
    own, random = scores.pop(f"unseen {card['groups']}"), scores.pop(AT_RANDOM)
    return own, {name: one for name, one in scores.items() if one["predicted"] > _MOST}, random


def _with_spread(one: Mapping[str, float]) -> str:
    return f"{one['r_squared']:.2f} ± {one['r_squared_spread']:.2f}"


def _scores(card: Mapping[str, Any], output: str) -> list[tuple[str, ...]]:
    names = {f"unseen {card['groups']}": f"the model, unseen {nouns(card)[1]}", AT_RANDOM: f"the model, {AT_RANDOM}"}
    return [
        (
            names.get(name, name),
            f"{_with_spread(one)} ({one['r_squared_low']:.2f} to {one['r_squared_high']:.2f})",
            f"{one['factor_off']:.2f}",
            f"{one['factor_off_per_group']:.2f}",
            f"{100 * one['within_factor_2']:.0f} %",
            f"{100 * one['predicted']:.0f} %",
        )
        for name, found in card["scores"].items()
        for one in [found[output]]
    ]


def _tried(card: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [(_MEASURES[one["measure"]], str(one["trees"]), f"{one['r_squared']:.2f}") for one in card["tried"]]
