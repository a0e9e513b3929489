"""Learning curves: how the error between the values of any grid falls with the number of loops learnt from."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat.solvers.base import Progress
from magheat.studies.kept import Kept, Numbers
from magheat.studies.slp_learning.cases import FloatArray
from magheat.studies.slp_learning.learning import models
from magheat.studies.slp_learning.learning.samples import OUTPUTS, Sample
from magheat.studies.slp_learning.learning.scoring import Scores, score
from magheat.workflows.learning_paper import BOX

if TYPE_CHECKING:
    from magheat.surrogates import Surrogate

#: The model that users get, beside the kinds of `models`.
USERS = "surrogate"
_SEED = 30_000


class Steps(NamedTuple):
    """One model trained on more and more rows of a Sobol sequence."""

    kind: str
    view: str
    rows: FloatArray  # (sizes,)
    scores: list[Scores]  # between the values of any grid


class Answers(NamedTuple):
    """What the model that users get says, with 90 % intervals; outputs in their order, SI."""

    rows: int  # it was trained on
    between: FloatArray  # (rows, 3)
    between_covered: FloatArray  # (rows, 3) 1 where the truth lies within the interval
    asked: FloatArray  # (rows, 3, 3): value, lower and upper end last


class Users(NamedTuple):
    """The model that users get, by the number of rows; and what one of them answers."""

    steps: Steps
    seconds: FloatArray  # (sizes,) of one core, of the training
    answers: Answers


class Held(NamedTuple):
    """What the models of the curves are held against."""

    calibration: Sample  # teaches the intervals of the model that users get
    between: Sample  # scores all
    asked: Sample  # the paper's figure 2


class Step(NamedTuple):
    """One point of a learning curve."""

    kind: str
    view: models.View
    rows: int


def steps_of(sizes: Sequence[int], users_sizes: Sequence[int]) -> list[Step]:
    """All points, curve by curve."""
    users = [Step(USERS, models.PHYSICS, count) for count in users_sizes]
    return users + [Step(kind, view, count) for view in models.VIEWS for kind in models.KINDS for count in sizes]


def effort(step: Step) -> float:
    """About how long a point takes, in some unit."""
    passes = 12.0 * max(step.rows, 16_384) if step.kind == USERS else float(step.rows)
    return passes * (3.0 if step.kind == models.NETWORK else 1.0)


def trained(step: Step, rows: Sample, held: Held, kept: Kept, tell: Progress) -> Numbers:
    """What the model of one point predicts."""
    some = rows.first(step.rows)
    named: dict[str, Any] = {"kind": step.kind, "view": step.view.name}
    if step.kind == USERS:
        named |= {"rows": [one.digest() for one in (some, *held)], "sources": _sources()}
        return kept.get(USERS, named, lambda: _train_users(some, held, tell))
    named |= {"rows": [some.digest(), held.between.digest()], "settings": models.SETTINGS[step.kind]}
    return kept.get(f"curve-{step.kind}", named, lambda: _train(some, held.between, step))


def curves(found: Mapping[Step, Numbers], between: Sample) -> list[Steps]:
    """Scores of all points but those of the model that users get, curve by curve."""
    return [
        _steps(kind, view.name, [one for one in found if one[:2] == (kind, view)], found, between)
        for view in models.VIEWS
        for kind in models.KINDS
    ]


def users_curve(found: Mapping[Step, Numbers], answering: int, between: Sample) -> Users:
    """Scores of the model that users get; that of ``answering`` rows gives the answers."""
    own = [one for one in found if one.kind == USERS]
    said = found[Step(USERS, models.PHYSICS, answering)]
    seconds = np.array([float(found[one]["seconds"]) for one in own])
    answers = Answers(answering, said["between"], said["covered"], said["asked"])
    return Users(_steps(USERS, models.PHYSICS.name, own, found, between), seconds, answers)


def _train(rows: Sample, between: Sample, step: Step) -> Numbers:
    return {"between": models.fit(step.kind, step.view, rows, _SEED).predict(between.inputs)}


def _steps(kind: str, view: str, own: Sequence[Step], found: Mapping[Step, Numbers], between: Sample) -> Steps:
    told = [score(found[one]["between"], between) for one in own]
    return Steps(kind, view, np.array([one.rows for one in own], dtype=float), told)


def _train_users(rows: Sample, held: Held, progress: Progress) -> Numbers:
    from magheat import surrogates

    started = time.thread_time()
    trained = surrogates.train(
        rows.table(),
        box={name: (ends.low, ends.high) for name, ends in BOX.items()},
        seed=_SEED,
        progress=progress,
        calibration=held.calibration.table(),
        scored_on={"off the grid": held.between.table()},
    )
    seconds = time.thread_time() - started
    between, asked = (_with_ends(trained, one) for one in (held.between, held.asked))
    covered = (between[..., 1] <= held.between.outputs) & (held.between.outputs <= between[..., 2])
    return {
        "between": between[..., 0],
        "covered": covered.astype(float),
        "asked": asked,
        "seconds": np.array(seconds),
    }


def _sources() -> str:
    """A short name of the code that trains, which may change where the version does not."""
    from magheat import surrogates

    folder = Path(surrogates.__file__).parent
    text = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def _with_ends(trained: Surrogate, sample: Sample) -> FloatArray:
    """(rows, 3, 3) value, lower and upper end of the three outputs."""
    told = trained.predict(dict(sample.inputs))
    ends = ("", "_lower", "_upper")
    return np.stack([np.column_stack([told[name + end].to_numpy() for name in OUTPUTS]) for end in ends], axis=-1)
