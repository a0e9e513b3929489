"""The card of a model that learnt from few groups of rows: above all, how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from magheat.surrogates.card_text import ranges, table

if TYPE_CHECKING:
    from magheat.surrogates.surrogate import Surrogate

#: The kind of a card that `group_card_text` tells of.
ACROSS_GROUPS = "across groups"
#: What an output is measured in, in words.
_MEASURES = {
    "plain": "as it is",
    "per-drive": "per field amplitude and frequency",
    "share-of-largest-loop": "as a share of the largest loop, 4 mu0 sigma_s H f",
}
_SCORES = ("predicted by", "R² of log10", "factor off, rows", "factor off, {groups} alike", "within a factor 2", "rows")


def group_card_text(surrogate: Surrogate) -> str:
    """The card as Markdown."""
    card = surrogate.card
    (output,), groups = card["outputs"], card["groups"]
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
        f"Every row was predicted once by a model that had seen no row of its {groups}, in {card['folds']} parts, the "
        f"choice of the model and the widths of intervals included; {card['repeats']} partitions: mean ± standard "
        f"deviation. In brackets, between what nine of ten tables with as many {groups} like these would put R². The "
        "rows at random are for comparison only.",
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


def _origin(card: Mapping[str, Any]) -> list[str]:
    """What it is and what it learnt from."""
    (output,), rows = card["outputs"], card["rows"]
    told = (
        f"Boosted trees: {output} {_MEASURES[card['features']]}. All {rows['fit']} rows of {rows['groups']} "
        f"{card['groups']} fit the model (table `{card['table']}`); {rows['left_out']} rows without a positive "
        f"{output} were left out."
    )
    return [told + (f" {card['origin']['words']}" if "origin" in card else "")]


def trust(card: Mapping[str, Any]) -> list[str]:
    """What the scores mean for somebody with a sample of a new group, in sentences."""
    (output,), groups = card["outputs"], card["groups"]
    scores = {name: found[output] for name, found in card["scores"].items()}
    own, random = scores[f"unseen {groups}"], scores["rows at random"]
    others = {name: one for name, one in scores.items() if one is not own and one is not random}
    best = max(others, key=lambda name: -float("inf") if others[name]["predicted"] < 0.5 else others[name]["r_squared"])
    return [
        f"The prediction for a sample of a new {groups} is typically off by a factor of "
        f"{own['factor_off_per_group']:.1f}, up or down (half of the samples by less); "
        f"{100 * own['within_factor_2']:.0f} % of the rows are within a factor of 2.",
        f"The {100 * card['level']:.0f} % intervals reach from the value divided by about "
        f"{own['interval_factor']:.0f} to the value times {own['interval_factor']:.0f}. They covered "
        f"{100 * own['covered_per_group']:.0f} % for unseen {groups} (each counting alike; "
        f"{100 * own['covered']:.0f} % of the rows).",
        f"R² of the logarithm is {_with_spread(own)} on unseen {groups}. The best of the plain predictions below, "
        f"{best}, has {_with_spread(others[best])} and is off by a factor of "
        f"{others[best]['factor_off_per_group']:.1f}.",
        f"For another row of a {groups} that is in the table already it is R² {random['r_squared']:.2f}. Most scores "
        "that are published for tables of SAR are of this kind (0.86 for the DiMag database): they tell how well a "
        "table is known, not how well a new sample is.",
        *card["warnings"],
    ]


def shortcomings(card: Mapping[str, Any]) -> list[str]:
    """Sentences on what did not turn out well."""
    (output,), groups, found = card["outputs"], card["groups"], []
    own = card["scores"][f"unseen {groups}"][output]
    others = {name: one[output] for name, one in card["scores"].items() if one[output] is not own}
    del others["rows at random"]
    if own["covered_per_group"] < card["level"] - 0.05:
        found.append(
            f"The {100 * card['level']:.0f} % intervals cover too little on unseen {groups}: "
            f"{100 * own['covered_per_group']:.0f} %."
        )
    better = [name for name, one in others.items() if one["predicted"] > 0.5 and one["r_squared"] > own["r_squared"]]
    closer = [name for name, one in others.items() if one["predicted"] > 0.5 and _typically_closer(one, own)]
    if better:
        found.append(f"By R² the model is no better on unseen {groups} than: {', '.join(better)}.")
    if closer:
        found.append(f"By the typical factor the model is no better on unseen {groups} than: {', '.join(closer)}.")
    return found


def _typically_closer(one: Mapping[str, float], own: Mapping[str, float]) -> bool:
    return one["factor_off_per_group"] < own["factor_off_per_group"]


def _with_spread(one: Mapping[str, float]) -> str:
    return f"{one['r_squared']:.2f} ± {one['r_squared_spread']:.2f}"


def _scores(card: Mapping[str, Any], output: str) -> list[tuple[str, ...]]:
    return [
        (
            f"the model, {name}" if name in (f"unseen {card['groups']}", "rows at random") else name,
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
