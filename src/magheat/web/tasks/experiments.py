"""From the tables of a request to an experiment and its solver."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from magheat.api import SOLVERS, solver_of_table
from magheat.errors import SpecError
from magheat.solvers.base import Solver
from magheat.spec.experiment import Experiment
from magheat.spec.io import from_tables

#: Options that say how a server computes, not what.
_SERVERS_OWN = ("name", "threads", "max_steps")


def experiment_of(tables: Mapping[str, Any]) -> Experiment:
    """The experiment in the tables of a request, from which no file can be named."""
    return from_tables(_without_none(tables), Path())


def solver_of_request(request: Mapping[str, Any]) -> Solver:
    """The solver of a request with its options.

    Raises
    ------
    SpecError
        For an unknown solver or option, or one that is the server's own.
    """
    name, options = request["solver"], request["options"]
    if name not in SOLVERS:
        raise SpecError(f"solver must be one of {', '.join(sorted(SOLVERS))}; got {name!r}.")
    for option in _SERVERS_OWN:
        if option in options:
            raise SpecError(f"options.{option} is the server's own and must be left out.")
    try:
        return solver_of_table({**options, "name": name})
    except TypeError:
        raise SpecError("options must be of the kind that the solver takes; see the solver's page.") from None


def with_threads(solver: Solver, threads: int | None) -> Solver:
    """The solver on so many threads, where it can be told; no bit of a result changes."""
    fields = {field.name for field in dataclasses.fields(solver)}  # type: ignore[arg-type]
    return dataclasses.replace(solver, threads=threads) if "threads" in fields else solver  # type: ignore[type-var]


def _without_none(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The tables without what was not given."""
    return {
        name: _without_none(value)
        if isinstance(value, Mapping)
        else [_entry(one) for one in value]
        if isinstance(value, list)
        else value
        for name, value in tables.items()
        if value is not None
    }


def _entry(value: Any) -> Any:
    return _without_none(value) if isinstance(value, Mapping) else value
