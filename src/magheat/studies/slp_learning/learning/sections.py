"""The learning's part of the report: figures with captions, tables of scores, findings."""

from __future__ import annotations

import numpy as np

from magheat.studies import page
from magheat.studies.drawings import Drawing
from magheat.studies.findings import digits, percent, whole
from magheat.studies.slp_learning.cases import FloatArray
from magheat.studies.slp_learning.learning import figure_asked, figures_between, figures_grid
from magheat.studies.slp_learning.learning.captions import captions
from magheat.studies.slp_learning.learning.findings import (
    AREA,
    asked,
    findings,
    line_of,
    nearest_share,
    off_grid,
    on_grid,
    times,
    worst,
)
from magheat.studies.slp_learning.learning.models import FOREST, NETWORK, PAPERS, PHYSICS, SETTINGS
from magheat.studies.slp_learning.learning.protocol import TESTED
from magheat.studies.slp_learning.learning.samples import FLOOR, WORDS
from magheat.studies.slp_learning.learning.scoring import Scores
from magheat.studies.slp_learning.learning.study import Learning, Plan
from magheat.studies.slp_learning.report import Part, Pictures

_LEAD = (
    "Loops of a simulator, learnt by a random forest and a neural network as the paper does it, and then what the "
    "paper does not show: how the same models fare between the values of the grid that they learnt from, which is what "
    "they are for."
)


def drawings(numbers: Learning) -> tuple[Drawing, ...]:
    """The figures."""
    return (
        Drawing("fig1a", lambda width: figures_grid.draw_shown(numbers, width)),
        Drawing("every_loop", lambda width: figures_grid.draw_every(numbers, width)),
        Drawing("fig2", lambda width: figure_asked.draw(numbers, width)),
        Drawing("off_grid", lambda width: figures_between.draw_pairs(numbers, width)),
        Drawing("learning_curves", lambda width: figures_between.draw_curves(numbers, width)),
    )


def part(numbers: Learning, pictures: Pictures) -> Part:
    """What the learning adds to the report; ``pictures`` are (wide, narrow) SVG texts by name."""
    words = captions(numbers)

    def shown(name: str) -> str:
        description, caption = words[name]
        return page.picture(name, *pictures[name], description, caption)

    sections = [
        (
            "protocol",
            "Figure 1(a): learning as in the paper",
            _protocol(numbers) + shown("fig1a") + shown("every_loop"),
        ),
        ("asked", "Figure 2: what the paper asks, and what is true", shown("fig2")),
        ("between", "The page that the paper lacks: off the grid", shown("off_grid") + _scores(numbers)),
        ("curves", "How many loops, which features, which model", shown("learning_curves")),
    ]
    return Part("what is learnt", _LEAD, _points(numbers), sections, findings(numbers), _method(numbers))


def _points(numbers: Learning) -> list[str]:
    forest, network = (
        (on_grid(numbers, kind).mean(axis=0)[AREA], off_grid(numbers, kind).mean(axis=0)[AREA]) for kind in PAPERS
    )
    said = asked(numbers, numbers.curves.predicted[FOREST].mean(axis=0)[:, AREA])
    features = worst(line_of(numbers, "grid", PHYSICS.name, FOREST))
    both = worst(line_of(numbers, "Sobol", PHYSICS.name, FOREST))
    users = numbers.users
    score = users.steps.scores[list(users.steps.rows).index(users.answers.rows)]
    points = [
        f"R² of the loop area: the forest {digits(forest[0], 3)} on a random 10 % of the grid and "
        f"{digits(forest[1], 2)} between its values; the network {digits(network[0], 3)} and {digits(network[1], 2)}.",
        "At the inputs that the paper asks about, none of which is a value of the grid, the forest's areas are off "
        f"by {percent(said.error)} in the median; at {percent(nearest_share(numbers))} of the points its answer is "
        "nearer to the loop of the nearest row than to the loop that was asked for.",
        f"Shown the dimensionless numbers of the physics the same forest reaches {digits(features, 3)} from the same "
        f"rows, and {digits(both, 4)} from about as many that fill the box evenly (worst of three outputs).",
        f"The surrogate that magheat trains, from {whole(users.answers.rows)} loops: R² "
        f"{digits(score.r_squared.min(), 5)} and a median relative error of {percent(float(score.median.max()), 2)} "
        "for its worst output; of its 90 % intervals for the area "
        f"{percent(float(users.answers.between_covered[:, AREA].mean()), 1)} hold the truth.",
    ]
    reduced = _reduced(numbers.plan)
    return [reduced, *points] if reduced else points


def _reduced(plan: Plan) -> str:
    """A word on a plan that is less than the paper's."""
    whole_plan = Plan()
    if plan == whole_plan:
        return ""
    return (
        f"This is the reduced version: {plan.repeats} repeats in place of {whole_plan.repeats}, {plan.forest_splits} "
        f"forests for the deviations of every loop in place of {whole_plan.forest_splits}, learning curves up to "
        f"{whole(max((*plan.sizes, *plan.users_sizes)))} loops in place of {whole(max(whole_plan.users_sizes))}. "
        "The whole one: magheat reproduce slp-learning."
    )


def _protocol(numbers: Learning) -> str:
    told, plan = times(numbers), numbers.plan
    text = (
        f"{whole(numbers.grid.height)} loops on a grid, parted at random in 90 % to learn from and 10 % to be tested "
        f"on, a random forest and a neural network, {plan.repeats} repeats with a new split and a new initialisation. "
        "Scores are means and standard deviations over the repeats."
    )
    rows = []
    for kind in PAPERS:
        for words, values in (
            ("a random 10 % of the grid", on_grid(numbers, kind)),
            ("off the grid", off_grid(numbers, kind)),
        ):
            rows.append((kind, words, *(_with_spread(values[:, k]) for k in range(len(WORDS)))))
    scores = page.table(
        ("model", "R² on", *WORDS), rows, "The paper's models on its own test, and between its values.", 2
    )
    seconds = [(kind, f"{told.train[kind]:.2g} s", f"{1e3 * told.predict[kind]:.2g} ms") for kind in PAPERS]
    seconds.append(
        (
            "network / forest",
            f"{told.ratio():.2g}",
            f"{told.predict[NETWORK] / told.predict[FOREST]:.2g}",
        )
    )
    caption = (
        "Time on one core of this machine, means over the repeats. The paper: the forest takes 1/300 of the network's."
    )
    return page.paragraph(text) + scores + page.table(("", "training", "predicting 1000 loops"), seconds, caption)


def _with_spread(values: FloatArray) -> str:
    spread = float(values.std(ddof=1)) if values.size > 1 else float("nan")
    count = 4 if values.mean() > 0.99 else 3
    return (
        f"{digits(float(values.mean()), count)} ± {digits(spread, count)}"
        if values.size > 1
        else digits(values[0], count)
    )


def _scores(numbers: Learning) -> str:
    """Two tables: R^2, and relative errors."""
    first, second = [], []
    for line in numbers.lines:
        name = (f"{line.design}, {line.view}", line.kind)
        first.append(
            (*name, *(_r(k) for one in (line.unseen, line.between, line.no_wells) for k in _means(one.r_squared)))
        )
        second.append(
            (*name, *(percent(k, 1) for one in (line.between.median, line.between.high) for k in _means(one)))
        )
    users = numbers.users
    best = users.steps.scores[list(users.steps.rows).index(users.answers.rows)]
    name = (f"Sobol, {whole(users.answers.rows)}", "surrogate")
    first.append((*name, "", "", "", *(_r(k) for k in best.r_squared), *(_r(k) for k in _no_wells(numbers).r_squared)))
    second.append((*name, *(percent(k, 1) for one in (best.median, best.high) for k in one)))
    told = [f"{one}, {words}" for words in ("10 %", "off", "σ < 3") for one in WORDS]
    grid, sobol = (next(line.rows for line in numbers.lines if line.design == design) for design in ("grid", "Sobol"))
    low = float((~numbers.between.two_wells()).mean())
    caption = (
        f"R² of models that learnt from {whole(grid)} rows of the grid or {whole(sobol)} Sobol points: on a random 10 "
        f"% of their own design; off the grid, on {whole(numbers.between.height)} other Sobol points; and on those of "
        f"them ({percent(low)}) with σ = K V/(k_B T) < 3, where there are no two wells to speak of and hardly any "
        f"loss. Last: the surrogate that magheat trains, with {whole(numbers.plan.calibration)} more points for its "
        f"intervals. Means of {numbers.plan.trainings} training{'s' if numbers.plan.trainings > 1 else ''}."
    )
    above = _means(numbers.lines[0].between.above)
    errors = (
        f"Relative errors off the grid, of outputs above {percent(FLOOR)} of the most that each can be (H_c: the "
        "smaller of H_K and H_V; M_r: M_s; area: 4 μ₀ M_s H_V); so are "
        f"{', '.join(f'{percent(float(share))} of {word}' for share, word in zip(above, WORDS, strict=True))}. "
        "Median, and 95th percentile."
    )
    by_error = [f"{one}, {words}" for words in ("median", "95 %") for one in WORDS]
    return page.table(("learnt from", "model", *told), first, caption, 2) + page.table(
        ("learnt from", "model", *by_error), second, errors, 2
    )


def _means(values: FloatArray) -> FloatArray:
    """(3,) mean of the trainings."""
    found: FloatArray = np.atleast_2d(values).mean(axis=0)
    return found


def _no_wells(numbers: Learning) -> Scores:
    from magheat.studies.slp_learning.learning.scoring import score

    return score(numbers.users.answers.between, numbers.between, ~numbers.between.two_wells())


def _r(value: float) -> str:
    """R^2 in two to five digits; far below zero it says nothing but that."""
    if value < -10:
        return "< −10"
    return digits(value, 5 if value > 0.9995 else 4 if value > 0.99 else 2)


def _method(numbers: Learning) -> list[str]:
    forest, network, boosting = (
        ", ".join(f"{name} {value}" for name, value in one.items()) for one in SETTINGS.values()
    )
    narrower = numbers.between.inputs["interaction"] >= float(numbers.grid.inputs["interaction"].min())
    true = numbers.between.outputs[narrower]
    said = numbers.repeats[FOREST].between[:, narrower]
    inside = 1 - ((said - true) ** 2).sum(axis=1).mean(axis=0) / ((true - true.mean(axis=0)) ** 2).sum(axis=0)
    return [
        f"Forest: scikit-learn's, {forest}. Network: scikit-learn's, {network}, inputs centred and of unit spread. "
        f"Boosting: LightGBM, {boosting}. All outputs are centred and of unit spread for the training. What is not "
        "named is the library's default. The paper gives none of this.",
        "Raw: the seven inputs in kA/m, kJ/m³, nm, K, kHz and Oe, since a forest takes a column with a range below "
        "1e-7 for constant and would not see diameters in metres. Physics: ten dimensionless numbers (σ, H_V/H_K, …; "
        "magheat.surrogates.features), outputs over the most that each can be.",
        f"Splits: {percent(TESTED)} to test, drawn by numpy's generator with seeds that are written down; the shown "
        "loops are in no training set of the protocol. σ is the standard deviation over the repeats, with n − 1.",
        "Deviations of every loop: forests on splits of the whole grid; a loop's predictions are those of the "
        f"forests that did not have it, {whole(numbers.unseen.times.min())} to {whole(numbers.unseen.times.max())} of "
        f"{whole(numbers.plan.forest_splits)}.",
        f"Off the grid: {whole(numbers.between.height)} points of a scrambled Sobol sequence in the grid's box, K and "
        "f uniform in the logarithm, interaction from 0; other points of their own for training and for intervals. "
        "Without interactions below the grid's lowest the forest's R² there are "
        f"{', '.join(digits(float(v), 2) for v in inside)} ({', '.join(WORDS)}).",
        "Finished trainings are kept in the folder kept beside this page, named by what they were computed from, and "
        "used again: an interrupted run goes on where it stopped. Times are those of the run that trained.",
    ]
