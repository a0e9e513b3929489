"""Learning curves: how the error between the values of any grid falls with the number of loops learnt from."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from magheat.kernels.batch import cores
from magheat.solvers.base import Progress
from magheat.studies.slp_learning.cases import FloatArray
from magheat.studies.slp_learning.learning import models
from magheat.studies.slp_learning.learning.crew import side_by_side
from magheat.studies.slp_learning.learning.kept import Kept, Numbers
from magheat.studies.slp_learning.learning.samples import OUTPUTS, Sample
from magheat.studies.slp_learning.learning.scoring import Scores, score
from magheat.studies.telling import Telling
from magheat.workflows.learning_paper import BOX

if TYPE_CHECKING:
    from magheat.surrogates import Surrogate

#: The model that users get, beside the kinds of `models`.
USERS = "surrogate"
#: Rows up to which trainings run side by side; larger ones one by one, on all cores where they can.
_SMALL = 8192
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


def compare(rows: Sample, sizes: Sequence[int], between: Sample, kept: Kept, tell: Telling) -> list[Steps]:
    """Every kind of model, seen both ways, on the first so many of the rows."""
    wanted = [(view, kind) for view in models.VIEWS for kind in models.KINDS]
    digests = {count: [rows.first(count).digest(), between.digest()] for count in sizes}

    def trained(view: models.View, kind: str, count: int, threads: int, _: Progress) -> Numbers:
        named = {"rows": digests[count], "view": view.name, "kind": kind, "settings": models.SETTINGS[kind]}
        return kept.get(f"curve-{kind}", named, lambda: _train(rows.first(count), between, view, kind, threads))

    small = [(*one, count) for count in sizes for one in wanted if count <= _SMALL]
    found = dict(zip(small, side_by_side([partial(trained, *one, 1) for one in small], tell), strict=True))
    large = [(*one, count) for count in sizes for one in wanted if count > _SMALL]
    with models.training():
        for view, kind, count in large:
            tell(f"Learning curves: {kind}, {view.name}, {count} loops ...")
            found[view, kind, count] = trained(view, kind, count, cores(), tell)
    return [
        _steps(kind, view.name, sizes, [found[view, kind, count] for count in sizes], between) for view, kind in wanted
    ]


def _train(rows: Sample, between: Sample, view: models.View, kind: str, threads: int) -> Numbers:
    return {"between": models.fit(kind, view, rows, _SEED, threads).predict(between.inputs)}


def _steps(kind: str, view: str, sizes: Sequence[int], found: list[Numbers], between: Sample) -> Steps:
    return Steps(kind, view, np.array(sizes, dtype=float), [score(one["between"], between) for one in found])


class Held(NamedTuple):
    """What the model that users get is held against."""

    calibration: Sample  # teaches its intervals
    between: Sample  # scores it
    asked: Sample  # the paper's figure 2


def users_model(rows: Sample, sizes: Sequence[int], answering: int, held: Held, kept: Kept, tell: Telling) -> Users:
    """The model that users get on the first so many of the rows; that of ``answering`` rows gives the answers."""
    digests, sources = [one.digest() for one in held], _sources()

    def trained(count: int, progress: Progress) -> Numbers:
        some = rows.first(count)
        named = {"rows": [some.digest(), *digests], "kind": USERS, "sources": sources}
        return kept.get(USERS, named, lambda: _train_users(some, held, progress))

    small = [count for count in sizes if count <= _SMALL]
    found = dict(zip(small, side_by_side([partial(trained, count) for count in small], tell), strict=True))
    for count in (count for count in sizes if count > _SMALL):
        tell(f"The model that users get, from {count} loops ...")
        found[count] = trained(count, tell)
    steps = _steps(USERS, models.PHYSICS.name, sizes, [found[count] for count in sizes], held.between)
    seconds = np.array([float(found[count]["seconds"]) for count in sizes])
    said = found[answering]
    return Users(steps, seconds, Answers(answering, said["between"], said["covered"], said["asked"]))


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
