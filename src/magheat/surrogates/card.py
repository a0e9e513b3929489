"""The card of a surrogate, for people: what it learnt from, how good it is, where it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from magheat.surrogates.surrogate import Surrogate


def card_text(surrogate: Surrogate) -> str:
    """The card as Markdown."""
    card = surrogate.card
    rows = card["rows"]
    lines = [
        f"# Surrogate of {', '.join(card['outputs'])}",
        "",
        f"Kind: {card['model']}, shown {_shown(card['features'])}. It learnt from {rows['fit']} rows (table "
        f"`{card['table']}`); {rows['scale']} more taught how far off it is, {rows['calibrate']} calibrated the "
        f"intervals, and {rows['test']}, which none of these had seen, gave the numbers below. magheat "
        f"{card['magheat_version']}.",
        "",
        "Research software, not a medical device.",
        "",
        "## Where it holds",
        "",
        *_table(("input", "lowest", "highest"), _ranges(surrogate)),
        "",
        "Outside, values are null unless extrapolation is asked for.",
        "",
        "## How good it is",
        "",
        "Relative errors are of rows above a floor: " + card["floor"] + ".",
        "",
        *_table(("output", "R²", "median relative error", "95th percentile", "share above the floor"), _scores(card)),
        "",
        "## Whether its 90 % intervals hold",
        "",
        *_table(("output", "overall", "worst tenth by prediction", "worst quarter of an input"), _coverage(card)),
        "",
    ]
    return "\n".join(lines)


def _shown(features: str) -> str:
    return "dimensionless numbers of the physics" if features == "two-well" else "the inputs as they are"


def _ranges(surrogate: Surrogate) -> list[tuple[str, ...]]:
    numbers: list[tuple[str, ...]] = [
        (name, f"{low:.6g}", f"{high:.6g}") for name, (low, high) in surrogate.domain.ranges.items()
    ]
    return numbers + [(name, "one of", ", ".join(words)) for name, words in surrogate.domain.words.items()]


def _scores(card: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            f"{found['r_squared']:.5f}",
            f"{100 * found['median_relative_error']:.2g} %",
            f"{100 * found['relative_error_95']:.2g} %",
            f"{100 * found['share_above_floor']:.0f} %",
        )
        for name, found in card["scores_on_unseen_rows"].items()
    ]


def _coverage(card: dict[str, Any]) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = []
    for name, found in card["coverage_of_90_percent_intervals"].items():
        tenths = next(values for key, values in found.items() if key.startswith("by_decile"))
        quarter, worst = min(
            ((key, min(values)) for key, values in found["by_quarter"].items()), key=lambda one: one[1]
        )
        shares = (f"{100 * found['overall']:.1f} %", f"{100 * min(tenths):.1f} %", f"{100 * worst:.1f} % ({quarter})")
        lines.append((name, *shares))
    return lines


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
