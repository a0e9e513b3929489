"""The stage "loops": its numbers, tables and drawings."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from magheat.solvers.two_well_table import two_well_loops
from magheat.studies.drawings import Drawing
from magheat.studies.files import Columns
from magheat.studies.slp_learning import database
from magheat.studies.slp_learning.cases import ASKED, GRID
from magheat.studies.slp_learning.loops import (
    examples,
    maps,
    maps_figure,
    models,
    models_figure,
    stored,
)
from magheat.studies.slp_learning.loops.findings import Loops
from magheat.studies.telling import Telling


def compute(base: database.Database, points: int, samples_per_cycle: int, tell: Telling) -> Loops:
    """All numbers of the loops; maps have so many ``points`` along their sides."""
    tell("Example loops (figure 1b) ...")
    loops = examples.compute(base, samples_per_cycle)
    tell("Maps of what the model says ...")
    seen = maps.compute(points, tell)
    tell("Linear response and Stoner-Wohlfarth beside it ...")
    compared = models.compute(base, points, tell)
    seconds, asked = _one_curve()
    return Loops(base, loops, seen, compared, seconds, asked)


def tables(numbers: Loops) -> dict[str, Columns]:
    """The numbers behind the figures, by file name."""
    return (
        database.tables(numbers.database)
        | examples.tables(numbers.examples)
        | maps.tables(numbers.maps)
        | models.tables(numbers.models)
    )


def keep(numbers: Loops, out: Path, tell: Telling) -> None:
    """The database as a knowledge base in the folder, by a sweep."""
    tell("The same by a sweep into a knowledge base ...")
    stored.put(numbers.database.levels, out, tell)


def drawings(numbers: Loops) -> tuple[Drawing, ...]:
    """The figures."""
    return (
        Drawing("fig1b", lambda width: examples.draw(numbers.examples, width)),
        Drawing("slp_maps", lambda width: maps_figure.draw(numbers.maps, width)),
        Drawing("three_models", lambda width: models_figure.draw(numbers.models, width)),
    )


def _one_curve(points: int = 100) -> tuple[float, int]:
    """Time in s for a curve of area against diameter at the inputs that the paper asks about, and its points."""
    table = {
        "saturation_magnetization": 4.5e5,
        "anisotropy_constant": 2e4,
        "diameter": np.linspace(min(GRID["diameter"]), max(GRID["diameter"]), points),
        "interaction": 0.5,
        **ASKED,
    }
    started = time.perf_counter()
    two_well_loops(table)
    return time.perf_counter() - started, points
