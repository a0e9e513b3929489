"""The stage "learning": its plan, its numbers, and the work that makes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from magheat.solvers.base import Progress
from magheat.studies.crew import side_by_side
from magheat.studies.kept import FOLDER, Kept, Numbers
from magheat.studies.slp_learning.cases import FloatArray
from magheat.studies.slp_learning.database import Database
from magheat.studies.slp_learning.learning import asked, comparison, curves, deviations, models, protocol
from magheat.studies.slp_learning.learning.samples import Sample, of_database, rows_of, simulated
from magheat.studies.slp_learning.loops import examples
from magheat.studies.telling import Telling
from magheat.workflows.learning_paper import sobol_points

#: What trainings depend on beside magheat.
_PACKAGES = ("lightgbm", "numpy", "scikit-learn")
#: Of the scrambled Sobol points: for scores, for training, for intervals. None is used for two things.
_BETWEEN, _ROWS, _CALIBRATION = 401, 402, 403


class Plan(NamedTuple):
    """How often and how much is learnt."""

    repeats: int = 30  # of the paper's protocol
    forest_splits: int = 300  # for the forest's predictions of every loop
    trainings: int = 5  # of every combination of rows, features and model
    between: int = 4096  # Sobol points for the scores
    rows: int = 4096  # Sobol points that are as many as the grid's
    sizes: tuple[int, ...] = (1024, 2048, 4096, 8192, 16_384, 32_768, 65_536)  # of the learning curves
    users_sizes: tuple[int, ...] = (1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 262_144, 1_048_576)
    answering: int = 65_536  # rows of the users' model that is shown
    calibration: int = 4096  # Sobol points for its intervals
    points: int = 61  # per panel of figure 2


#: What the demonstration has time for.
REDUCED = Plan(
    repeats=5,
    forest_splits=40,
    trainings=1,
    sizes=(),
    users_sizes=(1024, 4096),
    answering=4096,
    calibration=2048,
)


class Shown(NamedTuple):
    """The loops of figure 1(b)."""

    names: list[str]  # "a" to "f", and what is compared with it
    rows: np.ndarray  # of the grid


class Curves(NamedTuple):
    """Figure 2: what is asked, and what the models and the simulator answer."""

    panels: list[asked.Curve]
    true: Sample
    predicted: dict[str, FloatArray]  # by kind (n, points, 3)
    nearest: FloatArray  # (points,) area of the grid's loops nearest to what is asked
    simulator_seconds: float


class Learning(NamedTuple):
    """All numbers of the stage."""

    plan: Plan
    grid: Sample
    between: Sample
    shown: Shown
    repeats: dict[str, protocol.Repeats]
    on_shown: dict[str, deviations.Deviations]  # by kind, the shown loops
    on_between: dict[str, deviations.Deviations]  # by kind, between the values of the grid
    unseen: deviations.Deviations  # every loop of the grid, by forests that have not seen it
    lines: list[comparison.Line]
    steps: list[curves.Steps]
    users: curves.Users
    curves: Curves


def shown_loops(database: Database) -> Shown:
    """The loops that are in no training set of the protocol."""
    named = []
    for letter, (_, inputs, other) in zip("abcdef", examples.chosen(database), strict=True):
        named.append((letter, inputs))
        if other is not None:
            named.append((f"{letter}′", other))
    return Shown([name for name, _ in named], np.array([rows_of(database, inputs) for _, inputs in named]))


def compute(database: Database, plan: Plan, out: Path, tell: Telling) -> Learning:
    """All numbers of the stage; what is finished is kept in the folder."""
    kept = Kept(out / FOLDER, _PACKAGES)
    tell("Loops off the grid, and what the paper asks ...")
    grid, shown = of_database(database), shown_loops(database)
    between = simulated(sobol_points(plan.between, _BETWEEN))
    calibration = simulated(sobol_points(plan.calibration, _CALIBRATION))
    started = time.perf_counter()
    question = asked.compute(plan.points)
    seconds = time.perf_counter() - started
    material = protocol.Material(grid, shown.rows, between, question)
    tell(f"The paper's protocol, {plan.repeats} repeats (figure 1a) ...")
    repeats = protocol.repeat(material, models.PAPERS, plan.repeats, kept, tell)
    tell(f"Forests on {plan.forest_splits} random splits, for every loop of the grid ...")
    unseen = protocol.predict_unseen(grid, plan.forest_splits, kept, tell)
    largest = max(*plan.sizes, *plan.users_sizes, plan.rows)
    tell(f"Sobol points to learn from, {largest} loops ...")
    rows = simulated(sobol_points(largest, _ROWS), tell)
    held = curves.Held(calibration, between, question)
    lines, steps, users = _compared(plan, {"grid": grid, "Sobol": rows.first(plan.rows)}, rows, held, kept, tell)
    true = grid.outputs[shown.rows]
    return Learning(
        plan,
        grid,
        between,
        shown,
        repeats,
        {kind: deviations.of_repeats(one.shown, true) for kind, one in repeats.items()},
        {kind: deviations.of_repeats(one.between, between.outputs) for kind, one in repeats.items()},
        deviations.of_unseen(unseen, grid.outputs),
        lines,
        steps,
        users,
        _curves(plan, question, repeats, seconds),
    )


def _compared(
    plan: Plan, designs: dict[str, Sample], rows: Sample, held: curves.Held, kept: Kept, tell: Telling
) -> tuple[list[comparison.Line], list[curves.Steps], curves.Users]:
    """The table of combinations, the learning curves, and the model that users get."""
    combinations = comparison.combinations(designs, plan.trainings)
    points = curves.steps_of(plan.sizes, plan.users_sizes)

    def combined(one: comparison.Combination, _: Progress) -> Numbers:
        return comparison.trained(one, designs[one.design], held.between, kept)

    def stepped(one: curves.Step, progress: Progress) -> Numbers:
        return curves.trained(one, rows, held, kept, progress)

    tell("Grid and Sobol, raw and physics, forest, network, boosting and surrogate ...")
    work: dict[Hashable, Callable[[Progress], Numbers]] = {one: partial(stepped, one) for one in points}
    efforts: dict[Hashable, float] = {one: curves.effort(one) for one in points}
    for each in combinations:
        work[each], efforts[each] = partial(combined, each), float(plan.rows)
    longest_first = sorted(work, key=lambda one: -efforts[one])
    with models.training():
        found = side_by_side({one: work[one] for one in longest_first}, tell, efforts)
    by_step = {one: found[one] for one in points}
    return (
        comparison.lines({one: found[one] for one in combinations}, designs, held.between),
        curves.curves(by_step, held.between),
        curves.users_curve(by_step, plan.answering, held.between),
    )


def _curves(plan: Plan, question: Sample, repeats: dict[str, protocol.Repeats], seconds: float) -> Curves:
    nearest = simulated(asked.nearest_on_grid(question.inputs)).outputs[:, 2]
    predicted = {kind: one.asked for kind, one in repeats.items()}
    return Curves(asked.curves(plan.points), question, predicted, nearest, seconds)
