"""An experiment and the solver that is to run it, as one file."""

from __future__ import annotations

import dataclasses
import tomllib

import tomli_w

from magheat.solvers.two_well import TwoWell
from magheat.spec import io
from magheat.spec.experiment import Experiment


def to_toml(experiment: Experiment, solver: TwoWell) -> str:
    """TOML text for ``magheat run``: the experiment, and the options of the solver that are not its defaults."""
    usual = TwoWell()
    changed = {
        field.name: value
        for field in dataclasses.fields(solver)
        if (value := getattr(solver, field.name)) != getattr(usual, field.name)
    }
    tables = tomllib.loads(io.to_toml(experiment))
    return tomli_w.dumps(tables | {"solver": {"name": solver.name, **changed}})
