"""What the learning paper says of its learning, against the numbers of this study."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magheat.studies.findings import Finding, digits, judge, percent, whole
from magheat.studies.slp_learning.cases import GRID, FloatArray
from magheat.studies.slp_learning.learning.comparison import Line
from magheat.studies.slp_learning.learning.models import FOREST, NETWORK, PAPERS, PHYSICS, RAW
from magheat.studies.slp_learning.learning.samples import FLOOR, OUTPUTS, WORDS, scales
from magheat.studies.slp_learning.learning.study import Learning

AREA = OUTPUTS.index("loss_per_cycle")
#: What "the vast majority" is.
_MAJORITY = 0.9
#: The paper's ratio of computing times, and how near to it counts, as a factor.
_RATIO, _NEARLY = 300.0, 2.0
#: "Much lower" is below this share.
_MUCH = 0.5
#: R^2 from which a model predicts, and from which it predicts well.
_PREDICTS, _WELL = 0.9, 0.99
#: Median relative error of an accurate curve; within the scatter between laboratories is better than nothing.
_ACCURATE, _SCATTER = 0.1, 0.35
#: Rank correlation with the simulator's curve from which a curve is sound, if its peak has the right size, and below
#: which it is not.
_SOUND, _UNSOUND = 0.9, 0.5
#: Longest time, s, in which an answer comes "almost in real time".
_REAL_TIME = 1.0


class Asked(NamedTuple):
    """The paper's figure 2 in numbers, one model."""

    error: float  # median relative error of the area above the floor
    ranks: FloatArray  # (panels,) rank correlation with the simulator's curve
    peak: tuple[float, float]  # diameter (m) and area (J/m^3) of the highest point


def findings(numbers: Learning) -> list[Finding]:
    """The paper's sentences against the numbers."""
    return [
        _not_represented(numbers),
        _within(numbers),
        *_precise(numbers),
        *_quick(numbers),
        _not_simulated(numbers),
        *_figure_two(numbers),
        _real_time(numbers),
        _viable(numbers),
        _improving(numbers),
    ]


def on_grid(numbers: Learning, kind: str) -> FloatArray:
    """(n, 3) R^2 of each repeat on the 10 % of the grid that it was tested on."""
    one, grid = numbers.repeats[kind], numbers.grid.outputs
    return np.array([_r_squared(grid[rows], said) for rows, said in zip(one.tests, one.on_tests, strict=True)])


def off_grid(numbers: Learning, kind: str) -> FloatArray:
    """(n, 3) R^2 of each repeat off the grid."""
    true = numbers.between.outputs
    return np.array([_r_squared(true, said) for said in numbers.repeats[kind].between])


def _r_squared(true: FloatArray, said: FloatArray) -> FloatArray:
    found: FloatArray = 1 - ((said - true) ** 2).sum(axis=0) / ((true - true.mean(axis=0)) ** 2).sum(axis=0)
    return found


def three(values: FloatArray, count: int = 3) -> str:
    """Numbers of the three outputs in words: 0.995, 0.994, 0.995."""
    return ", ".join(digits(float(value), count) for value in values)


def _not_represented(numbers: Learning) -> Finding:
    areas = {kind: float(off_grid(numbers, kind).mean(axis=0).min()) for kind in PAPERS}
    words = "; ".join(
        f"{kind} {three(on_grid(numbers, kind).mean(axis=0))} on a random 10 % of the grid, "
        f"{three(off_grid(numbers, kind).mean(axis=0))} off it"
        for kind in PAPERS
    )
    return judge(
        "Abstract",
        "A neural network and a random forest were used to predict power losses […] for values of the parameters not "
        "represented in the database.",
        f"R² of {', '.join(WORDS)}, means of {numbers.plan.repeats} repeats: {words}. A row that is left out of a grid "
        "has neighbours that differ from it in one input only; a value that no row has is another matter.",
        holds=max(areas.values()) >= _PREDICTS,
        wholly=min(areas.values()) >= _PREDICTS,
    )


def _within(numbers: Learning) -> Finding:
    shown = {kind: float(one.within().mean()) for kind, one in numbers.on_shown.items()}
    off = {kind: float(one.within().mean()) for kind, one in numbers.on_between.items()}
    every = float(numbers.unseen.within().mean())
    shares = [*shown.values(), *off.values(), every]
    return judge(
        "Results, figure 1(a)",
        "The vast majority of the predicted data are within 3σ of the expected value.",
        f"Of the shown loops, three outputs each: {percent(shown[FOREST])} by the forest, {percent(shown[NETWORK])} "
        f"by the network. Of all loops of the grid, by forests that have not seen them: {percent(every)}. Off the "
        f"grid: {percent(off[FOREST])} by the forest, {percent(off[NETWORK])} by the network. σ says how well "
        "trainings agree with one another. They share their rows, and so their error.",
        holds=max(shares) >= _MAJORITY,
        wholly=min(shares) >= _MAJORITY,
    )


def spread_ratio(numbers: Learning) -> float:
    """Median of sigma of the forest over that of the network, the shown loops and all outputs."""
    forest, network = (numbers.on_shown[kind].sigma for kind in (FOREST, NETWORK))
    return float(np.nanmedian(forest / network))


def spread_ratio_off_grid(numbers: Learning) -> float:
    """The same off the grid."""
    forest, network = (numbers.on_between[kind].sigma for kind in (FOREST, NETWORK))
    return float(np.nanmedian(forest / network))


def _precise(numbers: Learning) -> list[Finding]:
    ratio, away = spread_ratio(numbers), spread_ratio_off_grid(numbers)
    on, off = _more_precise(numbers)
    return [
        judge(
            "Results, figure 1(a)",
            "The random forest has much lower σ values.",
            f"Median of σ(forest)/σ(network): {digits(ratio, 2)} for the shown loops, {digits(away, 3)} off the grid.",
            holds=ratio < 1,
            wholly=ratio < _MUCH,
        ),
        judge(
            "Results, figure 1(a)",
            "[…] indicating that it is more precise in its predictions.",
            f"Error of the forest over that of the network, root mean squares of {', '.join(WORDS)}: {three(on, 2)} "
            f"on a random 10 % of the grid, {three(off, 1)} off it. A forest whose trees all fall back on the same "
            "rows of the grid agrees with itself.",
            holds=bool((on < 1).all()),
            wholly=bool((off < 1).all()),
        ),
    ]


def _more_precise(numbers: Learning) -> tuple[FloatArray, FloatArray]:
    """(3,) root mean squared error of the forest over that of the network, on the grid and off it."""
    on, off = {}, {}
    for kind in PAPERS:
        on[kind], off[kind] = (np.sqrt(1 - told(numbers, kind).mean(axis=0)) for told in (on_grid, off_grid))
    return on[FOREST] / on[NETWORK], off[FOREST] / off[NETWORK]


class Times(NamedTuple):
    """Seconds of one core, means over the repeats."""

    train: dict[str, float]
    predict: dict[str, float]  # of 1000 rows

    def ratio(self) -> float:
        """Training time of the network over that of the forest."""
        return self.train[NETWORK] / self.train[FOREST]


def times(numbers: Learning) -> Times:
    """What training and predicting took."""
    return Times(
        {kind: float(one.train_seconds.mean()) for kind, one in numbers.repeats.items()},
        {kind: float(one.predict_seconds.mean()) for kind, one in numbers.repeats.items()},
    )


def _quick(numbers: Learning) -> list[Finding]:
    told = times(numbers)
    ratio, on = told.ratio(), _more_precise(numbers)
    predict = told.predict[FOREST] / told.predict[NETWORK]
    return [
        judge(
            "Results",
            "Its computing time is on average 300 times shorter than for the neural network.",
            f"Training on one core: forest {digits(told.train[FOREST], 2)} s, network "
            f"{digits(told.train[NETWORK], 2)} s, {digits(ratio, 1)} times as long. Predicting 1000 loops: "
            f"{digits(1e3 * told.predict[FOREST], 1)} ms and {digits(1e3 * told.predict[NETWORK], 2)} ms, the network "
            f"{digits(1 / predict, 2)} times as long. The paper gives neither the size of its network nor that of its "
            "forest; a larger or longer trained network changes the ratio at will.",
            holds=ratio > 1,
            wholly=_RATIO / _NEARLY <= ratio <= _RATIO * _NEARLY,
        ),
        judge(
            "Results",
            "As a consequence, the random forest system appears to be both quicker and more precise for this kind of "
            "problem.",
            f"Training takes the network {digits(ratio, 1)} times as long, predicting {digits(1 / predict, 2)} times. "
            f"The forest's error in the area is {digits(float(on[0][AREA]), 2)} of the network's on left-out rows of "
            f"the grid, and {digits(float(on[1][AREA]), 1)} times the network's between its values.",
            holds=ratio > 1 and bool((on[0] < 1).all()),
            wholly=bool((on[1] < 1).all()),
        ),
    ]


def nearest_share(numbers: Learning) -> float:
    """Share of the asked points where the forest is nearer to the grid's nearest loop than to the truth."""
    said = numbers.curves.predicted[FOREST].mean(axis=0)[:, AREA]
    to_grid = np.abs(said - numbers.curves.nearest)
    return float((to_grid < np.abs(said - numbers.curves.true.outputs[:, AREA])).mean())


def _not_simulated(numbers: Learning) -> Finding:
    asked = numbers.curves.true.inputs
    on_line = [
        np.isclose(np.asarray(GRID[name])[:, None], values, rtol=1e-9, atol=0.0).any(axis=0)
        for name, values in asked.items()
    ]
    known = int(np.all(on_line, axis=0).sum())
    share = nearest_share(numbers)
    return judge(
        "Results, figure 2",
        "Predicted (by the random forest) loop area as a function of nanoparticles size at the given input values "
        "(none of which were previously simulated).",
        f"Of the {numbers.curves.true.height} points of the three panels {whole(known)} are rows of the grid. But the "
        f"forest answers as if they were: at {percent(share)} of them it is nearer to the loop of the nearest row (320 "
        "K for 315 K, 50 kHz for 100 kHz, 100 Oe for 150 Oe) than to the loop that was asked for. A tree knows no "
        "values between those that it was taught.",
        holds=known == 0,
        wholly=share < 0.5,
    )


def asked(numbers: Learning, said: FloatArray) -> Asked:
    """How (points,) predicted areas compare with the simulator's."""
    from scipy.stats import spearmanr

    sample, panels = numbers.curves.true, numbers.curves.panels
    true, floor = sample.outputs[:, AREA], FLOOR * scales(sample.inputs)[:, AREA]
    told = np.concatenate([panel.on_grid for panel in panels]) & (true > floor)
    ranks = []
    for panel in panels:
        pair = said[panel.rows][panel.on_grid], true[panel.rows][panel.on_grid]
        varies = min(np.ptp(one) for one in pair) > 0
        ranks.append(float(spearmanr(*pair).statistic) if varies else 0.0)
    first = panels[0]
    highest = int(np.argmax(said[first.rows]))
    error = float(np.median(np.abs(said - true)[told] / true[told]))
    return Asked(error, np.array(ranks), (float(first.values[highest]), float(said[first.rows][highest])))


def _figure_two(numbers: Learning) -> list[Finding]:
    forest, network = (asked(numbers, numbers.curves.predicted[kind].mean(axis=0)[:, AREA]) for kind in PAPERS)
    ours = asked(numbers, numbers.users.answers.asked[:, AREA, 0])
    true = asked(numbers, numbers.curves.true.outputs[:, AREA])
    lowest = [float(numbers.curves.predicted[kind].mean(axis=0)[:, AREA].min()) for kind in PAPERS]
    peaks = "; ".join(
        f"{name} {digits(one.peak[1] / 1e3, 1)} kJ/m³ at {digits(one.peak[0] / 1e-9, 1)} nm"
        for name, one in (("simulator", true), ("forest", forest), ("network", network))
    )
    return [
        judge(
            "Results, figure 2",
            "The predictions reported in Fig. 2 are accurate […]",
            f"Against the simulator's own loops at the same points, areas above {percent(FLOOR)} of the most that they "
            f"can be: the median error of the forest is {percent(forest.error)}, of the network "
            f"{percent(network.error)}, of the surrogate that magheat trains {percent(ours.error, 1)}.",
            holds=forest.error <= _SCATTER,
            wholly=forest.error <= _ACCURATE,
        ),
        judge(
            "Results, figure 2",
            "[…] and physically sound.",
            "Rank correlation of the forest with the simulator along diameter, field and interaction: "
            f"{three(forest.ranks, 2)}; of the network: {three(network.ranks, 2)}. The forest goes in steps. The best "
            f"diameter and its area: {peaks}. The lowest area: forest {whole(lowest[0])} J/m³, network "
            f"{whole(lowest[1])}.",
            holds=bool((forest.ranks >= _UNSOUND).all()),
            wholly=bool((forest.ranks >= _SOUND).all()) and abs(forest.peak[1] / true.peak[1] - 1) <= _SCATTER,
        ),
    ]


def _real_time(numbers: Learning) -> Finding:
    points, told = numbers.plan.points, times(numbers)
    seconds = {kind: told.predict[kind] * points / 1e3 for kind in PAPERS}
    simulator = numbers.curves.simulator_seconds / len(numbers.curves.panels)
    return judge(
        "Results",
        "The results were produced almost in real time.",
        f"A curve of {points} points: forest {digits(1e3 * seconds[FOREST], 1)} ms, network "
        f"{digits(1e3 * seconds[NETWORK], 2)} ms, and the simulator itself {digits(1e3 * simulator, 0)} ms: the "
        "two-well loop is no reason to learn. Maps of a million rows, optimisation, costly solvers and measured data "
        "are.",
        holds=max(seconds.values()) <= _REAL_TIME,
    )


def line_of(numbers: Learning, design: str, view: str, kind: str) -> Line:
    """One line of the table."""
    return next(one for one in numbers.lines if (one.design, one.view, one.kind) == (design, view, kind))


def worst(line: Line) -> float:
    """The smallest of the three R^2 off the grid, mean of the trainings."""
    return float(line.between.r_squared.mean(axis=0).min())


def _viable(numbers: Learning) -> Finding:
    papers = worst(line_of(numbers, "grid", RAW.name, FOREST))
    features = worst(line_of(numbers, "grid", PHYSICS.name, FOREST))
    both = worst(line_of(numbers, "Sobol", PHYSICS.name, FOREST))
    best = max(numbers.lines, key=worst)
    return judge(
        "Introduction",
        "It provides a novel and viable method to model the magnetic properties of nanoparticles from an initial "
        "dataset.",
        f"The forest off the grid, R² of its worst output: {digits(papers, 2)} as in the paper; {digits(features, 3)} "
        "from the same rows if it is shown the dimensionless numbers of the physics; "
        f"{digits(both, 4)} if about as many rows fill the box evenly, too. Best of the twelve: {best.kind}, "
        f"{best.view}, {best.design}, {digits(worst(best), 4)}. What to learn from and what to be shown matter more "
        "than the model.",
        holds=worst(best) >= _WELL,
        wholly=papers >= _WELL,
    )


def _improving(numbers: Learning) -> Finding:
    steps = numbers.users.steps
    first, last = (1 - one.r_squared.min() for one in (steps.scores[0], steps.scores[-1]))
    return judge(
        "Results, last paragraph",
        "An improving-over-time knowledge base that will make machine learning systems more accurate in their "
        "predictions.",
        f"Of the surrogate that magheat trains, 1 − R² of the worst output falls from {first:.1e} with "
        f"{whole(steps.rows[0])} loops to {last:.1e} with {whole(steps.rows[-1])}, the median relative error from "
        f"{percent(float(steps.scores[0].median.max()), 2)} to {percent(float(steps.scores[-1].median.max()), 2)}.",
        holds=last < first,
    )
