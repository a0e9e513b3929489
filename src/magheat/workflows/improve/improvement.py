"""A model that gets better where it is least sure: choose, simulate, keep, learn again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from magheat.errors import SchemaError
from magheat.spec.checks import integer
from magheat.surrogates.card import scored, with_slp
from magheat.surrogates.registry import save
from magheat.surrogates.rows import FEWEST, FEWEST_FOR_CALIBRATION, read_rows
from magheat.surrogates.surrogate import Surrogate
from magheat.surrogates.training import train
from magheat.sweeps.fields import WHOLE, leaf, path_of
from magheat.workflows.alike import Template, put_alike
from magheat.workflows.improve.acquisition import MOST, Chosen, choose
from magheat.workflows.improve.subject import Subject, rows_alike, subject_of
from magheat.workflows.learning import Fresh, Progress, points_in, with_edges, with_origin

if TYPE_CHECKING:
    import polars as pl

    from magheat.store import Store
    from magheat.sweeps.runner import Summary, Tally

#: How the sweeps of chosen points are called in the provenance of their rows, before the model's hash.
SWEEP = "improve "
#: Shares of rows that were not chosen which calibrate and score models of costly solvers, and the fewest that score.
_TO_CALIBRATE, _TO_SCORE, _FEWEST_TO_SCORE = 0.16, 0.06, 20
#: Name of the score on them.
_UNSEEN = "unseen rows"

Scores = Mapping[str, Mapping[str, float | None]]


class Improvement(NamedTuple):
    """What simulating where a model was least sure has brought.

    Parameters
    ----------
    folder
        The new model, which ``current`` beside it points to.
    rows_before, rows
        Rows like the model's in the knowledge base, before and after.
    summary
        Of the chosen points: how many are new, were known, and failed.
    chosen
        Where they lie.
    scored_on, score_rows
        What the scores are of, and how many rows that are.
    before, after
        Output -> scores of the model before and after on these rows.
    """

    folder: Path
    rows_before: int
    rows: int
    summary: Summary
    chosen: Chosen
    scored_on: str
    score_rows: int
    before: Scores
    after: Scores


def improve(
    store: Store | str | Path,
    model: str | Path,
    budget: int = 2000,
    *,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Improvement:
    """Simulate points where a model is least sure, keep them, and learn from all rows again.

    The points lie in the box that the model's rows fill. They become rows of the knowledge base as a sweep would make
    them, and the new model, trained on all rows alike, lies beside the old one with ``current`` pointing to it. The
    same model and seed choose the same points: after an interruption the same call goes on from where it was. The model
    is left as it is until the new one is whole.

    Both models are scored on the same rows, which neither was trained on: 4096 Sobol points of the box for the two-well
    model, which are simulated for it and not kept; of costlier solvers a share of the rows that were not chosen, with
    the earlier model trained again without these. Intervals are calibrated on such rows as well, never on chosen ones.

    Parameters
    ----------
    store
        The knowledge base that the model was trained from, or its URL.
    model
        Folder of the model, or of models with a ``current`` one.
    budget
        How many points.
    seed
        Of the choice.
    workers
        Processes that simulate; one per core by default.
    progress
        Called with words, which begin a stage, and with the fraction of it that is done.

    Raises
    ------
    SpecError, SchemaError
        In one sentence: a bad budget, no such store, one without such rows, no model, one of measured rows, or one
        whose inputs cannot be set.
    """
    count = integer(budget, "budget", 1, MOST, hint="how many loops to simulate")
    tell = progress or _silent
    tell("Reading the model and the knowledge base ...")
    subject = subject_of(model)
    with _opened(store) as base:
        rows = rows_alike(base, subject)
        if not subject.template.is_two_well:
            _set_aside(rows)  # refuses too few of them before anything is simulated
        tell(f"Choosing {count} points ...")
        chosen = choose(subject.surrogate, subject.box, count, _seed(subject, "choice", seed))
        tell(f"Simulating {count} chosen points ...")
        points = _settable(chosen.points, subject.template)
        summary = put_alike(
            subject.template, points, base, SWEEP + subject.folder.name[:8], _of_tally(tell), workers=workers
        )
        everything = rows_alike(base, subject)
    fresh = _fresh(subject, everything, tell, _seed(subject, "calibration", 0))
    before = _before(subject, rows, fresh, tell)
    tell(f"Training on {everything.height} rows ...")
    after = _trained(subject, _without(everything, fresh), fresh, tell)
    name = next(iter(fresh.scored_on))
    scores = [_scored(one, fresh.scored_on[name], after) for one in (before, after)]
    tell("Saving the model ...")
    told = with_origin(after, everything, "simulated", subject.template, fresh.edges.height, subject.box)
    folder = save(told, subject.folder.parent)
    return Improvement(
        folder, rows.height, everything.height, summary, chosen, name, fresh.scored_on[name].height, *scores
    )


def _fresh(subject: Subject, rows: pl.DataFrame, tell: Progress, seed: int) -> Fresh:
    """Rows to calibrate and to score, spread as the model's questions are."""
    if subject.template.is_two_well:
        tell("Simulating points off the grid ...")
        return points_in(subject.box, subject.template, rows.height, tell, seed)
    return _set_aside(rows)


def _set_aside(rows: pl.DataFrame) -> Fresh:
    """Rows that were not chosen, in an order that only their keys decide."""
    uniform = rows.filter(~rows["provenance"].str.contains(f'"sweep": ?"{SWEEP}'))
    calibrate = max(FEWEST_FOR_CALIBRATION, round(_TO_CALIBRATE * uniform.height))
    score = max(_FEWEST_TO_SCORE, round(_TO_SCORE * uniform.height))
    if uniform.height < calibrate + score + FEWEST:
        raise SchemaError(
            f"store must have at least {FEWEST + FEWEST_FOR_CALIBRATION + _FEWEST_TO_SCORE} rows that were not chosen, "
            f"such as those of a sweep, to calibrate and to score a model; it has {uniform.height}."
        )
    order = np.argsort([hashlib.blake2b(key.encode()).hexdigest() for key in uniform["key"]])
    return Fresh(rows.clear(), uniform[order[:calibrate]], {_UNSEEN: uniform[order[calibrate : calibrate + score]]})


def _without(rows: pl.DataFrame, fresh: Fresh) -> pl.DataFrame:
    """The rows but for those that calibrate or score."""
    for part in (fresh.calibration, *fresh.scored_on.values()):
        if "key" in part.columns:
            rows = rows.join(part.select("key"), on="key", how="anti", maintain_order="left")
    return rows


def _before(subject: Subject, rows: pl.DataFrame, fresh: Fresh, tell: Progress) -> Surrogate:
    """The model to compare with: as it is, or trained again where it may have seen the rows that score."""
    if subject.template.is_two_well:
        return subject.surrogate
    tell(f"Training on the {rows.height} rows from before, to compare ...")
    return _trained(subject, _without(rows, fresh), fresh, tell)


def _trained(subject: Subject, rows: pl.DataFrame, fresh: Fresh, tell: Progress) -> Surrogate:
    """A model of these rows, for the same questions as before."""
    surrogate = subject.surrogate
    inputs, outputs = surrogate.domain.inputs, tuple(surrogate.transforms)
    return train(
        with_edges(rows, fresh, (*inputs, *outputs)),
        inputs=inputs,
        outputs=outputs,
        model=surrogate.card["model"],
        box=surrogate.domain.ranges,
        seed=surrogate.card["seed"],
        progress=tell,
        calibration=fresh.calibration,
        scored_on=fresh.scored_on,
    )


def _scored(surrogate: Surrogate, frame: pl.DataFrame, judge: Surrogate) -> dict[str, dict[str, float | None]]:
    """Scores on rows; above which size an error is told, the judge says."""
    whole = frame.drop_nulls([*judge.domain.inputs, *judge.transforms])
    truth, floors = with_slp(judge, read_rows(whole, judge.domain, tuple(judge.transforms)))
    return scored(truth, surrogate.predict(whole, extrapolate=True), floors)


def _settable(points: Mapping[str, np.ndarray], template: Template) -> dict[str, np.ndarray]:
    """The points with whole numbers where a field takes no others."""
    tables = {**template.experiment, "solver": template.solver}
    leaves = {name: leaf(path_of(template.fields[name], tables, f"the field of {name}")) for name in points}
    return {name: np.rint(values) if leaves[name] in WHOLE else values for name, values in points.items()}


def _seed(subject: Subject, purpose: str, seed: int) -> int:
    """A seed of the model's own: the same model makes the same choice, and the next one another."""
    text = f"{subject.folder.name} {purpose} {seed}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest())


def _of_tally(tell: Progress) -> Callable[[Tally], None]:
    """Progress of a sweep as a fraction."""
    return lambda tally: tell(tally.done / max(tally.rows, 1))


def _opened(store: Store | str | Path) -> Store | nullcontext[Store]:
    from magheat.store import Store as KnowledgeBase

    return KnowledgeBase(store, create=False) if isinstance(store, str | Path) else nullcontext(store)


def _silent(_: str | float) -> None:
    """Nobody watches."""
