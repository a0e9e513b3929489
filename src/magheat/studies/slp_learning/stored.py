"""The database in a knowledge base: the same rows under the keys that a sweep of the grid gives them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from magheat._version import __version__
from magheat.api import simulate
from magheat.solvers.base import Progress
from magheat.solvers.two_well import TwoWell
from magheat.studies.slp_learning.cases import GRID, experiment
from magheat.studies.slp_learning.database import Database

#: Name of the file.
FILE = "knowledge.sqlite"


def put(database: Database, folder: Path, progress: Progress | None = None) -> tuple[Path, int]:
    """Put the rows into a knowledge base in the folder, new or not; its path, and how many rows are new.

    A row is what its experiment gives when it is run alone, with as many samples as the table has steps, and its key is
    that of such a run. Rows that are there already are left as they are.
    """
    from magheat.store import Store, inputs_of, row_key
    from magheat.store.rows import model_version_of

    solver, path = database.solver, folder / FILE
    options = dataclasses.asdict(solver)
    experiments = [experiment(row, 2 * solver.steps) for row in database.rows.select(list(GRID)).iter_rows(named=True)]
    version = model_version_of(simulate(experiments[0], solver=solver))
    keys = []
    for number, one in enumerate(experiments):
        keys.append(row_key(one.key, solver.name, options, version))
        if progress is not None and number % 200 == 0:
            progress(number / len(experiments))
    constant = {name: value for name, value in inputs_of(experiments[0]).items() if name not in GRID}
    columns = {name: database.rows[name] for name in database.rows.columns}
    table = {**columns, "key": keys, **{name: [value] * len(keys) for name, value in constant.items()}}
    with Store(path) as store:
        new = store.put_rows(
            table, source="simulated", solver=solver.name, model_version=version, provenance=_origin(solver)
        )
    return path, new


def _origin(solver: TwoWell) -> Mapping[str, object]:
    options = {name: value for name, value in dataclasses.asdict(solver).items() if name != "threads"}
    return {"magheat_version": __version__, "study": "slp-learning, loops", "solver_options": options}
