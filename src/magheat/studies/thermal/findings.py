"""The paper's sentences against runs at a temperature; every verdict is computed."""

from __future__ import annotations

import numpy as np

from magheat.constants import OERSTED
from magheat.studies.estimates import differs, energy, ratio, told
from magheat.studies.findings import BORNE_OUT, NOT_BORNE_OUT, Finding, digits, judge, percent
from magheat.studies.local_heat.cases import FREQUENCY, NAMES, B
from magheat.studies.thermal.summary import Summary, field_at, in_turn

#: The features are the same where so many half cycles go as at 0 K, and the work of a cycle is the same within this.
_MOST, _SAME = 0.95, 0.1
#: Standard errors beyond which a number is sure.
_SURE = 3.0
_NOISE = (
    "[While] it was desirable to have negligible thermal effects, we found that finite temperature calculations "
    "produce "
    "essentially the same features just with more noise."
)


def findings(found: list[Summary]) -> list[Finding]:
    """The sentence on noise at every temperature, and three that must hold at all of them."""
    cold, hot = found[0], found[1:]
    return [
        *(_features(one, cold) for one in hot),
        _own_loops(hot),
        _every_jump(hot),
        _inverted(hot[-1]),
        _whole(hot),
    ]


def work_left(one: Summary, cold: Summary) -> float:
    """The global loop's area over that at 0 K."""
    return float(one.total_area.value / cold.total_area.value)


def holds_up_to(found: list[Summary], verdicts: tuple[str, ...]) -> float:
    """Highest temperature up to which every finding on the features has one of the verdicts, K; 0 where none has."""
    cold, highest = found[0], 0.0
    for one in found[1:]:
        if _features(one, cold).verdict not in verdicts:
            break
        highest = one.temperature
    return highest


def before_reversal(one: Summary) -> bool:
    """Whether B switches, in most half cycles, before the field has reversed."""
    return bool(one.times[2, B] < 0.25 / FREQUENCY)


def _features(one: Summary, cold: Summary) -> Finding:
    left = work_left(one, cold)
    time = ", ".join(
        f"{name} at {digits(1e6 * one.times[2, i], 3)} µs, {digits(float(field_at(one.times[2, i])) / OERSTED, 0)} Oe "
        f"(0 K: {digits(1e6 * cold.times[2, i], 3)} µs, {digits(float(field_at(cold.times[2, i])) / OERSTED, 0)} Oe)"
        for i, name in reversed(list(enumerate(NAMES)))
    )
    return judge(
        f"Sec. II, at {one.temperature:g} K",
        _NOISE,
        f"In {percent(in_turn(one), 1)} of {one.half_cycles} half cycles B switches once and then A once. First switch "
        f"(median): {time}. B switches {told(one.switches.at(B), 2)} times and crosses its hard plane "
        f"{told(one.crossings.at(B), 2)} times per half cycle. Both together release {percent(left)} of the heat that "
        "they do at 0 K.",
        holds=in_turn(one) >= _MOST and not before_reversal(one),
        wholly=abs(left - 1) <= _SAME,
    )


def _own_loops(hot: list[Summary]) -> Finding:
    sure = np.array([differs(one.given, 0.0, _SURE) for one in hot])
    return judge(
        "Sec. II",
        "Their individual hysteresis loops cannot be used to estimate the heat that each produces.",
        "Heat less own loop, A and B, in 10⁻²¹ J per cycle: "
        + "; ".join(f"{one.temperature:g} K {energy(one.given.at(0), 1)}, {energy(one.given.at(1), 1)}" for one in hot)
        + f". It is beyond {_SURE:g} standard errors in {int(sure.sum())} of {sure.size} cases.",
        holds=bool(sure.any()),
        wholly=bool(sure.all()),
    )


def _every_jump(hot: list[Summary]) -> Finding:
    values = np.array([one.jump_heat.value for one in hot])
    errors = np.array([one.jump_heat.error for one in hot])
    sure = values > _SURE * errors
    up_to = [one.temperature for one, row in zip(hot, sure, strict=True) if row.all()]
    return judge(
        "Sec. II",
        "The temperature increases for both particles at every jump.",
        "Where they switch in turn, the mean heat of both in both jumps is positive beyond "
        f"{_SURE:g} standard errors at {_listed(up_to)}; of all {sure.size} means {int((values > 0).sum())} are "
        "positive. The smallest, that of B in jump 2, is the first that the noise hides: in "
        "one half cycle the heat of one particle scatters by more than its mean.",
        holds=bool((values > -_SURE * errors).all()),
        wholly=bool(sure.all()),
    )


def _listed(temperatures: list[float]) -> str:
    return ", ".join(f"{one:g}" for one in temperatures) + " K" if temperatures else "no temperature"


def _inverted(hottest: Summary) -> Finding:
    area, heat = hottest.area.at(B).scaled(1e21), hottest.heat.at(B).scaled(1e21)
    inverted = float(area.value) < -_SURE * float(area.error)
    return judge(
        "Sec. II",
        "Inverted loops do not correspond to energy absorption.",
        f"At {hottest.temperature:g} K the area of B's own loop times its volume is {told(area, 0)} × 10⁻²¹ J: "
        f"{'inverted as a whole' if inverted else 'not inverted as a whole'}; B releases {told(heat, 0)} × 10⁻²¹ J per "
        "cycle.",
        holds=float(heat.value) > -_SURE * float(heat.error),
        wholly=float(heat.value) > _SURE * float(heat.error),
    )


def _whole(hot: list[Summary]) -> Finding:
    pairs = [(ratio(one.total_heat, one.total_area), one.temperature) for one in hot]
    gaps = [abs(float(one.total_heat.value - one.total_area.value)) / float(one.total_heat.error) for one in hot]
    listed = ", ".join(f"{digits(float(one.value), 3)} at {kelvin:g} K" for one, kelvin in pairs)
    return judge(
        "Sec. I",
        "The released heat is proportional to the hysteresis loop area (work) for a cyclic magnetic process. [Of both "
        "together.]",
        f"Heat of both over the area of the global loop: {listed}; within {digits(max(gaps), 1)} standard errors of "
        "the heat everywhere.",
        holds=max(gaps) < _SURE,
    )


def summary_of_noise(found: list[Summary]) -> str:
    """Up to which temperature the sentence on noise holds, in words."""
    wholly = holds_up_to(found, (BORNE_OUT,))
    partly = [one.temperature for one in found[1:] if _features(one, found[0]).verdict != NOT_BORNE_OUT]
    order = max(partly, default=0.0)
    words = f"up to {wholly:g} K" if wholly else "at none of these temperatures"
    more = f"; the order of the switches is the same up to {order:g} K, but the heat is not" if order > wholly else ""
    return words + more
