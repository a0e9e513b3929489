"""What the paper says, against the numbers of a study; every verdict is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from magheat.studies.files import Columns

BORNE_OUT, QUALIFIED, NOT_BORNE_OUT, OUTSIDE = "borne out", "qualified", "not borne out", "outside this study"
VERDICTS = (BORNE_OUT, QUALIFIED, NOT_BORNE_OUT, OUTSIDE)


class Finding(NamedTuple):
    """One sentence of the paper and what the numbers say of it."""

    where: str
    sentence: str
    verdict: str
    numbers: str


def judge(where: str, sentence: str, numbers: str, *, holds: bool, wholly: bool = True) -> Finding:
    """A finding: not borne out unless it ``holds``, qualified unless it holds ``wholly``."""
    verdict = NOT_BORNE_OUT if not holds else BORNE_OUT if wholly else QUALIFIED
    return Finding(where, sentence, verdict, numbers)


def tally(found: Sequence[Finding]) -> str:
    """How many of each verdict: "10 borne out, 3 qualified"."""
    count = Counter(one.verdict for one in found)
    return ", ".join(f"{count[verdict]} {verdict}" for verdict in VERDICTS if count[verdict])


def table(found: Sequence[Finding]) -> Columns:
    """The findings as columns."""
    columns = zip(*found, strict=True)
    return dict(zip(("where", "sentence of the paper", "verdict", "numbers"), columns, strict=True))


def whole(value: float) -> str:
    """A number without decimals, thousands apart: "−13 546"."""
    return f"{value:,.0f}".replace(",", "\u202f").replace("-", "\u2212")


def digits(value: float, count: int) -> str:
    """A number with so many decimals and a true minus sign."""
    return f"{value:.{count}f}".replace("-", "\u2212")


def percent(share: float, count: int = 0) -> str:
    """A share in per cent."""
    return f"{digits(100 * share, count)} %"
