"""Captions of the figures: what is seen, with its numbers."""

from __future__ import annotations

from magheat.studies.estimates import energy, told
from magheat.studies.findings import digits, percent
from magheat.studies.local_heat.cases import A, B
from magheat.studies.thermal.findings import work_left
from magheat.studies.thermal.summary import Summary, in_turn


def captions(found: list[Summary], drawn: int) -> dict[str, tuple[str, str]]:
    """(description for those who cannot see it, caption) by name of the figure."""
    return {
        "courses": (
            "Magnetization and temperature rise of A and B in half a cycle, at several temperatures.",
            _courses(found, drawn),
        ),
        "switching": (
            "Times of the first switch, number of switches and their order, against temperature.",
            _switching(found),
        ),
        "heat": ("Heat and loop areas of A and B per cycle, and heat per jump, against temperature.", _heat(found)),
    }


def _courses(found: list[Summary], drawn: int) -> str:
    cold, hot = found[0], found[-1]
    rise = cold.heat.value / 2
    return (
        f"Half a cycle from the field's maximum, A red and B blue: {drawn} runs at each temperature, at 0 K the "
        "one that "
        "there is. Above: magnetization along the field. Below: temperature rise by the net heat, without "
        "cooling; what "
        "goes down is heat that the bath gives. The grey line is where the field reverses. The particles exchange heat "
        "all the time through their interaction: at "
        f"{hot.temperature:g} K the heat of B in one cycle scatters by {digits(1e21 * hot.scatter[B], 0)} × 10⁻²¹ "
        "J about "
        f"its mean of {energy(hot.heat.at(B), 0)}, while at 0 K half a cycle gives it "
        f"{digits(1e21 * rise[B], 0)}."
    )


def _switching(found: list[Summary]) -> str:
    hot = found[-1]
    return (
        "(a) First switch after the field's maximum: median, quartiles (thick) and 5 to 95 % (thin) of the half "
        "cycles; "
        "dashed: the field reverses. (b) How often each switches from well to well (filled) and crosses its hard plane "
        f"(open), per half cycle with standard errors: B {told(hot.switches.at(B), 2)} and "
        f"{told(hot.crossings.at(B), 2)} times at {hot.temperature:g} K. (c) In which order; in turn are "
        f"{percent(in_turn(hot))} at {hot.temperature:g} K."
    )


def _heat(found: list[Summary]) -> str:
    cold, hot = found[0], found[-1]
    return (
        "Means over all runs with standard errors. (a) Heat per cycle (filled) and area of the particle's own "
        "loop times "
        "its volume (open); black: both together, where heat and area are the same. At "
        f"{hot.temperature:g} K {percent(work_left(hot, cold))} of the work at 0 K is left. The loop of B shrinks to "
        f"{energy(hot.area.at(B), 0)} × 10⁻²¹ J, while B releases {energy(hot.heat.at(B), 0)}; that "
        f"of A has {energy(hot.area.at(A), 0)}, and A releases {energy(hot.heat.at(A), 0)}. (b), "
        "(c) Heat in the two jumps, of half cycles in which B switches once and then A once: the half cycle is cut "
        "half-way between the two."
    )
