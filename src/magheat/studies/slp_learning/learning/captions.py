"""Captions of the figures of the learning: what is seen, with its numbers."""

from __future__ import annotations

import numpy as np

from magheat.studies.findings import digits, percent, whole
from magheat.studies.slp_learning.learning.asked import OPEN
from magheat.studies.slp_learning.learning.findings import AREA, nearest_share
from magheat.studies.slp_learning.learning.models import FOREST, NETWORK
from magheat.studies.slp_learning.learning.samples import WORDS
from magheat.studies.slp_learning.learning.study import Learning


def captions(numbers: Learning) -> dict[str, tuple[str, str]]:
    """(description for those who cannot see it, caption) by name of the figure."""
    return {
        "fig1a": ("Deviations of the shown loops over sigma, forest and network, three outputs.", _shown(numbers)),
        "every_loop": ("Shares of loops within so many sigma; share within three sigma by diameter.", _every(numbers)),
        "fig2": ("Loop area against diameter, field and interaction by four ways to get it.", _asked(numbers)),
        "off_grid": ("Predicted against simulated areas on the grid and off it.", _pairs(numbers)),
        "learning_curves": ("Errors off the grid against the number of loops learnt from.", _curves(numbers)),
    }


def _shown(numbers: Learning) -> str:
    found = {kind: (np.abs(one.relative) <= 3).sum() for kind, one in numbers.on_shown.items()}
    count = numbers.on_shown[FOREST].relative.size
    return (
        f"(p_v − e_v)/σ of the loops of figure 1(b) (f′: the one that is dashed there), {numbers.plan.repeats} "
        "repeats; dashed: 3 σ. p_v is the mean prediction, e_v the simulated value, σ the standard deviation of the "
        "predictions over the repeats. Full symbols: random forest; open: neural network. The loops are in no "
        f"training set. Within 3 σ: {found[FOREST]} of {count} by the forest, {found[NETWORK]} by the network. Scale "
        "linear up to 3."
    )


def _every(numbers: Learning) -> str:
    unseen, wells = numbers.unseen, numbers.grid.two_wells()
    by_output = ", ".join(f"{word} {percent(float(share))}" for word, share in zip(WORDS, unseen.within(), strict=True))
    off = {kind: float(one.within().mean()) for kind, one in numbers.on_between.items()}
    return (
        "(a) Share of loops whose deviation is smaller. Solid: every loop of the grid by forests that have not seen "
        f"it, {digits(float(unseen.times.mean()), 1)} of {whole(numbers.plan.forest_splits)} on average, all three "
        f"outputs. Within 3 σ: {by_output}; {percent(float(unseen.within(wells).mean()))} where K V ≥ 3 k_B T, "
        f"{percent(float(unseen.within(~wells).mean()))} of the others. Dashed: off the grid, by the "
        f"{numbers.plan.repeats} repeats: {percent(off[FOREST])} by the forest, {percent(off[NETWORK])} by the "
        "network. Dotted: what errors that σ describes would do (99.7 %). σ is small where all trainings have the "
        "same rows to fall back on, and there they are wrong together. The fewer the predictions of a loop, the less "
        "certain its σ, and the more loops lie outside. (b) Share within 3 σ by diameter."
    )


def _asked(numbers: Learning) -> str:
    users = numbers.users.answers
    inside = (users.asked[..., 1] <= numbers.curves.true.outputs) & (numbers.curves.true.outputs <= users.asked[..., 2])
    return (
        "Loop area at 315 K and 100 kHz, none of which is on the grid: (a) against diameter at 150 Oe, (b) against "
        "field, (c) against interaction at 150 Oe. The paper leaves the rest open; here M_s = "
        f"{OPEN['saturation_magnetization'] / 1e3:.0f} kA/m, K = {OPEN['anisotropy_constant'] / 1e3:.0f} kJ/m³, D = "
        f"{OPEN['diameter'] / 1e-9:.0f} nm in (b) and (c), Int = {OPEN['interaction']:g} in (a) and (b). Line: the "
        "simulator's own loops. Red: the random forest, blue: the network, means and standard deviations of the "
        "repeats, within the grid's range. The forest goes in steps of the grid; 150 Oe is half way between two of "
        f"its fields, where a tree takes the lower. At {percent(nearest_share(numbers))} of the points it is nearer "
        "to the simulated loop of the nearest row than to the truth, and its σ does not tell. Diamonds: the "
        f"surrogate that magheat trains, from {whole(users.rows)} Sobol points, with 90 % intervals; they hold the "
        f"simulator's area at {percent(float(inside[:, AREA].mean()))} of the points."
    )


def _pairs(numbers: Learning) -> str:
    return (
        "Predicted against simulated area. (a) The paper's forests on the loops that each was not trained on, all "
        f"{numbers.plan.repeats} repeats. (b) One of these forests on {whole(numbers.between.height)} points off the "
        f"grid. (c) The surrogate that magheat trains, from {whole(numbers.users.answers.rows)} other Sobol points, "
        "on the points of (b). Areas below 1 J/m³ are not drawn."
    )


def _curves(numbers: Learning) -> str:
    more = (
        "Lines: trained on the first so many points of a Sobol sequence. "
        if numbers.steps and numbers.steps[0].rows.size
        else "The lines of the twelve models are left out in the reduced version. "
    )
    return (
        "Errors off the grid of the worst of the three outputs: (a) 1 − R², (b) median relative error above the "
        f"floor of the table. {more}Open symbols: trained on the grid's rows; full ones beside them: on about as many "
        "Sobol points. Red: raw inputs and outputs; blue: dimensionless ones. Diamonds: the surrogate that magheat "
        f"trains, which learns logarithms of dimensionless outputs, up to {whole(numbers.users.steps.rows[-1])} "
        f"loops; training took {whole(numbers.users.seconds[-1])} s of one core at the end."
    )
