"""Captions of the figures of the stage: what is seen, with its numbers."""

from __future__ import annotations

from magheat.constants import OERSTED
from magheat.studies.findings import digits, percent, whole
from magheat.studies.slp_learning.loops.examples import Example
from magheat.studies.slp_learning.loops.findings import Loops, agreeing
from magheat.studies.slp_learning.loops.maps import (
    ANISOTROPY_CONSTANT,
    INTERACTION,
    LIMITS,
    SATURATION_MAGNETIZATION,
    TEMPERATURE,
    Maps,
    best_allowed,
    switching_anisotropy,
)
from magheat.studies.slp_learning.loops.models import AGREES, FREQUENCY, NOTHING, Models
from magheat.studies.slp_learning.loops.models import TEMPERATURE as MODELS_TEMPERATURE


def captions(numbers: Loops) -> dict[str, tuple[str, str]]:
    """(description for those who cannot see it, caption) by name of the figure."""
    return {
        "fig1b": ("Six hysteresis loops with their inputs and what is read off them.", _loops(numbers.examples)),
        "slp_maps": (
            "Maps of loop area over diameter and field, and over diameter and anisotropy constant.",
            _maps(numbers.maps),
        ),
        "three_models": (
            "Loop area against diameter by three models at three fields; a map of where they agree.",
            _models(numbers.models),
        ),
    }


def _loops(examples: list[Example]) -> str:
    strong, weak = examples[-1].curve, examples[-1].other
    words = ""
    if weak is not None:
        change = strong.outputs["loss_per_cycle"] / weak.outputs["loss_per_cycle"] - 1
        words = (
            f" (f) Of all pairs of rows that differ in nothing else, the interaction changes this area most, by "
            f"{percent(change)}: the barriers grow with M² and hold the particles back before the field can turn them."
        )
    return (
        "Steady loops of the two-well model, each a row of the database, run on its own. (a) Relaxation keeps up with "
        "the field; (b) it lags; (c) of the rows with two wells, the one with the largest SLP that keeps Hergt and "
        "Dutz's limit. (d) The barriers are too high for the time and the field too low to remove them: the moments "
        "lean over a little and come back, and nothing is lost. A loop started from saturation would show a remanence "
        "here that no periodic state has. (e) The field switches some axes by itself, and heat only rounds the corners."
        + words
    )


def _maps(numbers: Maps) -> str:
    told = []
    for one in numbers.maps[:2]:
        for name, limit in LIMITS.items():
            if limit / one.frequency <= one.values[-1]:
                d, field, slp = best_allowed(one, limit)
                told.append(
                    f"{digits(slp / 1e3, 1)} W/g at {one.frequency / 1e3:.0f} kHz within {name}'s limit "
                    f"({digits(d / 1e-9, 1)} nm, {digits(field / OERSTED, 0)} Oe)"
                )
    return (
        f"Loop area of random axes with M_s = {SATURATION_MAGNETIZATION / 1e3:.0f} kA/m, Int = "
        f"{INTERACTION:g}, T = {TEMPERATURE:.0f} K. White lines: SLP, which is area × f/(5180 kg/m³): 1 W/g is 51.8 "
        "J/m³ at 100 kHz and 12.95 at 400 kHz. (a), (b) Over diameter and field. Red: where H f reaches the medical "
        "limits; above a line it is beyond. Black: the diameter that heats most at each field; it grows with the "
        f"field, which makes up for higher barriers. The most that the map has: {'; '.join(told)}. (c), (d) Over "
        "diameter and anisotropy constant at the field that the paper asks about. H f is one number for a whole map, "
        "told above it: both lie beyond Brezovich's limit and within Hergt and Dutz's. The field reaches H_K/2, where "
        f"it switches the first axes by itself, at K = {digits(switching_anisotropy() / 1e3, 1)} kJ/m³, below the "
        "maps: all that heats here "
        "does so by thermal jumps. Dotted: K V = 3 k_B T, to the left of which there are no two wells to speak of and "
        "the numbers mean little; and the diameter at which a particle without field relaxes once per radian of the "
        f"cycle. {whole(numbers.loops)} loops; K = {ANISOTROPY_CONSTANT / 1e3:.0f} kJ/m³ in (a) and (b)."
    )


def _models(numbers: Models) -> str:
    linear, cold, neither = agreeing(numbers.rows)
    return (
        f"Areas of random axes without interaction, over K, at {FREQUENCY / 1e3:.0f} kHz and "
        f"{MODELS_TEMPERATURE:.0f} K (M_s = 450 kA/m, K = 20 kJ/m³). (a) In a small field linear response is the "
        "two-well model's limit. (b) In a larger one it puts the best diameter too low and the area there too high: "
        "the field lowers barriers and magnetization saturates, and it knows of neither. Stoner and Wohlfarth's model "
        "has no loss at all below H_K/2. (c) Beyond H_K large particles approach its "
        f"{digits(numbers.major, 4)} K, from below, since heat helps over the barrier. Grey: K V < 3 k_B T. (d) Where "
        f"the others come within {percent(AGREES)} of the two-well area, against barrier and field. Lines: area of "
        "linear response over that of two wells. It wants a Zeeman energy below k_B T (2σh < 1, dotted) and fails at "
        "once beyond; the thin band upwards is where its error changes sign, no agreement. Grey: an area below "
        f"{NOTHING:g} K, nothing that heats. Most of the range of the database lies between the two: of its rows with "
        f"an area worth the name, {percent(linear, 1)} are linear, {percent(cold, 1)} are Stoner and Wohlfarth's, and "
        f"{percent(neither, 1)} neither."
    )
