"""From a knowledge base to a model on disk: rows, points off their grid, training, card, folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat.errors import SchemaError, SpecError
from magheat.spec.checks import integer
from magheat.surrogates.features import TWO_WELL_INPUTS
from magheat.surrogates.registry import save
from magheat.surrogates.surrogate import Surrogate
from magheat.surrogates.training import MOST_SEED, TWO_WELL_OUTPUTS, require_trainable, train
from magheat.units import FloatArray
from magheat.workflows.alike import MixtureError, Template, matching, simulate_alike, template_of
from magheat.workflows.learning_paper import BOX, GRID, Range, box_design, edge_points, grid_points, sobol_points

if TYPE_CHECKING:
    import polars as pl

    from magheat.store import Store

#: Words begin a stage of the work, a number is the fraction of it that is done.
Progress = Callable[[str | float], None]

#: Where models are kept, each kind in a folder of its own.
MODELS = Path("models")
#: Points off the grid that calibrate: four for each row, until these are enough, and one for each row, up to the last.
_TO_CALIBRATE = (2048, 16_384, 32_768)
#: Points at the edges of the box that calibrate, for each off the grid.
_EDGES_TO_CALIBRATE = 0.25
#: Points at the edges that are learnt from for each row, and their fewest and most.
_EDGES_TO_FIT, _EDGES = 0.125, (512, 8192)
#: Points that score, off the grid and at the edges.
_TO_SCORE, _EDGES_TO_SCORE = 4096, 2048
#: Seeds of these points, such as no sweep of a user's has by chance, one after the other.
_SEED = 2_071_993_001
#: Share of a box's width by which its rows may stay away from its ends.
_SLACK = 0.01
#: Names of the scores in the card.
OFF_THE_GRID, AT_THE_EDGES, ON_THE_GRID = "off the grid", "at the edges of the box", "on the paper's grid"


class Fresh(NamedTuple):
    """Rows that are in no store: to learn the edges from, to calibrate, and by name to score."""

    edges: pl.DataFrame
    calibration: pl.DataFrame
    scored_on: dict[str, pl.DataFrame]


def train_from_store(
    store: Store | str | Path,
    out: str | Path | None = None,
    *,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] = TWO_WELL_OUTPUTS,
    model: str | None = None,
    groups: str | None = None,
    source: str = "simulated",
    where: Mapping[str, str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Path:
    """Train a surrogate on rows of a knowledge base, keep it and make it the current one; its folder.

    Rows of the two-well model get fresh points in the box that they fill: some at its edges to learn from, where rows
    of a design are few; more, off the grid and at the edges, to calibrate the intervals; and others to score the
    model, beside the learning paper's grid where that lies in the box. They are simulated for it and not kept. Of
    other rows, a share that the model does not see serves for all of this.

    Parameters
    ----------
    store
        The knowledge base, or its URL.
    out
        Folder of models of one kind; by default "models/two-well", or of whatever else computed the rows.
    inputs
        Columns to learn from; by default the seven of the two-well model where rows have them, else what varied.
    outputs
        Columns to predict; slp follows from loss_per_cycle.
    model, groups, seed
        As `magheat.surrogates.train` takes them.
    source
        "simulated" or "measured".
    where
        Column -> value: only these rows, such as interaction_model -> "barrier"; "sweep" is the name of a sweep.
    progress
        Called with words, which begin a stage, and with the fraction of it that is done.

    Raises
    ------
    SpecError, SchemaError
        In one sentence: no such store, no such rows, a mixture of experiments, missing columns, too few rows, a folder
        that cannot be written.
    """
    tell = progress or _silent
    seed = integer(seed, "seed", 0, MOST_SEED)
    tell("Reading the knowledge base ...")
    rows = rows_of(store, source, where or {})
    template = _template(rows, inputs)
    names = tuple(inputs) if inputs is not None else _inputs(rows, template)
    require_trainable(rows, names, outputs, model, groups)
    fresh = None
    if template is not None and template.is_two_well and set(names) <= set(template.fields):
        tell("Simulating points off the grid ...")
        fresh = fresh_points(template, rows, names, tell)
    tell(f"Training on {rows.height} rows ...")
    table, edges = rows, 0
    if fresh is not None:
        table, edges = with_edges(rows, fresh, (*names, *outputs)), fresh.edges.height
    surrogate = train(
        table,
        inputs=names,
        outputs=outputs,
        model=model,
        groups=groups,
        seed=seed,
        progress=tell,
        calibration=None if fresh is None else fresh.calibration,
        scored_on=None if fresh is None else fresh.scored_on,
    )
    return save(
        with_origin(surrogate, rows, source, template, edges), MODELS / _kind(rows, source) if out is None else out
    )


def train_two_well(folder: str | Path, rows: int = 16_384, progress: Progress | None = None) -> Path:
    """Sweep so many Sobol points of the learning paper's box into ``folder/knowledge.sqlite`` and learn from them.

    Returns the folder of the model, ``folder/two-well/<hash>``, which ``folder/two-well/current`` points to. What is
    in the knowledge base already is not computed again.
    """
    from magheat.store import Store
    from magheat.sweeps.runner import Tally, sweep

    tell = progress or _silent
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SpecError(f"folder must be one that can be made; {str(folder)!r} cannot: {error.strerror}.") from None

    def told(tally: Tally) -> None:
        tell(tally.done / tally.rows)

    with Store(place / "knowledge.sqlite") as store:
        tell(f"Simulating {rows} loops ...")
        sweep(box_design(rows), store, progress=told)
        return train_from_store(store, place / "two-well", where={"solver": "two-well", "sweep": "box"}, progress=tell)


def rows_of(store: Store | str | Path, source: str, where: Mapping[str, str]) -> pl.DataFrame:
    """The rows of a knowledge base to learn from.

    Raises
    ------
    SpecError
        When there is no such store, or it has no such rows.
    """
    from magheat.store import Store as KnowledgeBase

    opened = KnowledgeBase(store, create=False) if isinstance(store, str | Path) else nullcontext(store)
    with opened as base:
        rows = base.table(source=source)
        if not rows.height:
            there = base.info().rows
            command = "magheat sweep" if source == "simulated" else "magheat store import"
            what = f"none of its {there} rows is" if there else "it is empty"
            raise SpecError(f"store must have {source} rows to learn from; {what}; {command} puts some there.")
    return matching(rows, where)


def fresh_points(template: Template, rows: pl.DataFrame, inputs: Sequence[str], tell: Progress) -> Fresh:
    """Points in the box that rows fill, off any grid and at its edges; and the paper's grid where that lies in it."""
    return points_in(box_of({name: rows[name].to_numpy() for name in inputs}), template, rows.height, tell)


def points_in(
    box: Mapping[str, Range], template: Template, rows: int, tell: Progress, calibration_seed: int = _SEED + 1
) -> Fresh:
    """Points in a box for a model of so many rows; those that score are always the same."""
    import polars as pl

    fewest, enough, most = _TO_CALIBRATE
    count = int(np.clip(4 * rows, fewest, max(enough, min(rows, most))))
    points = {
        "edges": edge_points(int(np.clip(_EDGES_TO_FIT * rows, *_EDGES)), _SEED, box),
        "calibration": sobol_points(count, calibration_seed, box),
        "calibration edges": edge_points(int(_EDGES_TO_CALIBRATE * count), calibration_seed + 1, box),
        OFF_THE_GRID: sobol_points(_TO_SCORE, _SEED + 3, box),
        AT_THE_EDGES: edge_points(_EDGES_TO_SCORE, _SEED + 4, box),
    }
    if _holds_the_grid(box):
        points[ON_THE_GRID] = grid_points()
    sizes = {name: len(next(iter(columns.values()))) for name, columns in points.items()}
    found: dict[str, pl.DataFrame] = {}
    for name, columns in points.items():
        before = sum(sizes[one] for one in found)
        told = _share(tell, before, sizes[name], sum(sizes.values()))
        found[name] = simulate_alike(template, columns, told)
    calibration = pl.concat([found.pop("calibration"), found.pop("calibration edges")], how="diagonal_relaxed")
    return Fresh(found.pop("edges"), calibration, found)


def with_edges(rows: pl.DataFrame, fresh: Fresh, names: Sequence[str]) -> pl.DataFrame:
    """The rows with those at the edges, columns that count only."""
    import polars as pl

    return pl.concat([rows.select(names), fresh.edges.select(names)])


def box_of(columns: Mapping[str, FloatArray]) -> dict[str, Range]:
    """The box that rows fill: their ends, and whether they are spread more evenly in the logarithm."""
    return {name: _range(name, np.unique(values)) for name, values in columns.items()}


def with_origin(
    surrogate: Surrogate,
    rows: pl.DataFrame,
    source: str,
    template: Template | None,
    edges: int = 0,
    box: Mapping[str, Range] | None = None,
) -> Surrogate:
    """The surrogate with a card that says where its rows come from, and which box they fill unless that is given."""
    solvers = sorted(map(str, rows["solver"].drop_nulls().unique()))
    origin: dict[str, Any] = {
        "source": source,
        "rows": rows.height,
        "edges": edges,
        "words": f"Of the rows, {rows.height} are {source}"
        + (f" with {', '.join(solvers)}" if solvers else "")
        + (f", and {edges} were simulated at the edges of their box." if edges else "."),
    }
    if template is not None:
        origin |= {"experiment": template.experiment, "solver": template.solver, "fields": dict(template.fields)}
        if not surrogate.domain.words and not surrogate.domain.may_be_missing:
            box = box or box_of({name: rows[name].to_numpy() for name in surrogate.domain.inputs})
            origin["box"] = {name: list(ends) for name, ends in box.items()}
    return dataclasses.replace(surrogate, card=surrogate.card | {"origin": origin})


def _template(rows: pl.DataFrame, inputs: Sequence[str] | None) -> Template | None:
    """What rows have in common; None for measured rows and such as do not say how they were computed.

    Rows may differ in what is an input.
    """
    try:
        return template_of(rows)
    except MixtureError as mixture:
        if mixture.fields and {field.rpartition(".")[2] for field in mixture.fields} <= set(inputs or ()):
            return None
        raise
    except SchemaError:
        return None


def _kind(rows: pl.DataFrame, source: str) -> str:
    """What a model of these rows is a model of."""
    solvers = rows["solver"].drop_nulls().unique().to_list()
    return str(solvers[0]) if len(solvers) == 1 else source


def _inputs(rows: pl.DataFrame, template: Template | None) -> tuple[str, ...]:
    """What to learn from where nobody says."""
    if all(name in rows.columns and rows[name].null_count() == 0 for name in TWO_WELL_INPUTS):
        return TWO_WELL_INPUTS
    varied = [name for name in (template.fields if template else ()) if rows[name].n_unique() > 1]
    if not varied:
        raise SpecError("inputs must be given for rows that do not say what varied, such as inputs=['diameter'].")
    return tuple(varied)


def _range(name: str, values: FloatArray) -> Range:
    low, high = float(values[0]), float(values[-1])
    known = BOX.get(name)
    if known and (low, high) == known[:2]:
        return known
    if not 0 < low < high:
        return Range(low, high)
    even = abs(float(values.mean() - low) / (high - low) - 0.5)
    even_logarithm = abs(float(np.log(values).mean() - np.log(low)) / float(np.log(high / low)) - 0.5)
    return Range(low, high, logarithmic=even_logarithm < even)


def _holds_the_grid(box: Mapping[str, Range]) -> bool:
    """Whether the learning paper's grid lies in a box, from whose ends its points may stay away a little."""
    if set(box) != set(GRID):
        return False
    slack = {name: _SLACK * (ends.high - ends.low) for name, ends in box.items()}
    return all(
        box[name].low - slack[name] <= min(values) and max(values) <= box[name].high + slack[name]
        for name, values in GRID.items()
    )


def _share(tell: Progress, before: int, size: int, total: int) -> Callable[[float], None]:
    """Progress of some rows among all."""
    return lambda done: tell((before + size * done) / total)


def _silent(_: str | float) -> None:
    """Nobody watches."""
