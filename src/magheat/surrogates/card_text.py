"""The card of a surrogate, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from magheat.dataset import ENSEMBLE_COORDINATES

if TYPE_CHECKING:
    from magheat.surrogates.surrogate import Surrogate

_SCORES = ("output", "R²", "median relative error", "95th percentile", "share above the floor")


def card_text(surrogate: Surrogate) -> str:
    """The card as Markdown."""
    card = surrogate.card
    lines = [
        f"# Surrogate of {', '.join(card['outputs'])}",
        "",
        _origin(card),
        "",
        "Research software, not a medical device.",
        "",
        "## Where it holds",
        "",
        *_table(("input", "unit", "lowest", "highest"), _ranges(surrogate)),
        "",
        "Outside, values are null unless extrapolation is asked for.",
        "",
        "## How good it is",
        "",
        f"Relative errors are of values above a floor: {card['floor']}.",
        "",
        *[line for name in card["scores"] for line in _scores_on(card, name)],
        "## Whether its 90 % intervals hold",
        "",
        *[line for name in card["coverage"] for line in _coverage_on(card, name)],
        *[line for warning in card["warnings"] for line in (f"- **{warning}**",)],
        *([""] if card["warnings"] else []),
        "## Made with",
        "",
        ", ".join(f"{name} {number}" for name, number in card["versions"].items()) + ".",
        "",
    ]
    return "\n".join(lines)


def _origin(card: Mapping[str, Any]) -> str:
    """What it is and what it learnt from."""
    rows = card["rows"]
    shown = "dimensionless numbers of the physics" if card["features"] == "two-well" else "the inputs as they are"
    told = (
        f"Kind: {card['model']}, shown {shown}. It learnt from {rows['fit']} rows (table `{card['table']}`); "
        f"{rows['scale']} others taught how far it is off, and {rows['calibrate']} more calibrated the intervals. The "
        "scores below are of rows that none of these steps had seen."
    )
    if card["groups"]:
        told += f" Rows of equal {card['groups']} were kept together."
    return told + (f" {card['origin']['words']}" if "origin" in card else "")


def _ranges(surrogate: Surrogate) -> list[tuple[str, ...]]:
    numbers: list[tuple[str, ...]] = [
        (name, ENSEMBLE_COORDINATES.get(name, ("SI", ""))[0], f"{low:.6g}", f"{high:.6g}")
        for name, (low, high) in surrogate.domain.ranges.items()
    ]
    return numbers + [(name, "", "one of", ", ".join(words)) for name, words in surrogate.domain.words.items()]


def _scores_on(card: Mapping[str, Any], name: str) -> list[str]:
    lines = [f"### {name[:1].upper()}{name[1:]}: {card['rows'][name]} rows", ""]
    lines += [*_table(_SCORES, _scores(card["scores"][name])), ""]
    apart = card["low_barrier"].get(name)
    if apart and "rows" in apart:
        lines += [f"Of these {100 * apart['share']:.0f} % have K V below 3 k_B T, where two wells do not hold:", ""]
        lines += [*_table(_SCORES, _scores(apart["rows"])), ""]
    if apart and "rows" in apart and "other_rows" in apart:
        lines += ["The others:", "", *_table(_SCORES, _scores(apart["other_rows"])), ""]
    return lines


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2g} %"


def _scores(found: Mapping[str, Mapping[str, float | None]]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            "-" if one["r_squared"] is None else f"{one['r_squared']:.5f}",
            _percent(one["median_relative_error"]),
            _percent(one["relative_error_95"]),
            f"{100 * (one['share_above_floor'] or 0):.0f} %",
        )
        for name, one in found.items()
    ]


def _coverage_on(card: Mapping[str, Any], name: str) -> list[str]:
    found = card["coverage"][name]
    by = next(key for key in next(iter(found.values())) if key.startswith("by_decile")).removeprefix("by_decile_of_")
    head = ("output", "overall", f"worst tenth by {by.replace('_', ' ', 1)}", "worst quarter of an input")
    lines: list[tuple[str, ...]] = []
    for output, one in found.items():
        quarters = [(min(values), key) for key, values in one["by_quarter"].items()]
        worst = f"{100 * min(quarters)[0]:.1f} % ({min(quarters)[1]})" if quarters else "-"
        tenth = min(one[f"by_decile_of_{by}"])
        lines.append((output, f"{100 * one['overall']:.1f} %", f"{100 * tenth:.1f} %", worst))
    return [f"{name[:1].upper()}{name[1:]}:", "", *_table(head, lines), ""]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
