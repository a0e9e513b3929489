"""An experiment and the solver that is to run it, as one file: TOML for the command line, or a Python script."""

from __future__ import annotations

import dataclasses
import inspect
import tomllib
from typing import Any

import numpy as np
import tomli_w

from magheat.solvers.base import Solver
from magheat.spec import io
from magheat.spec.checks import arguments
from magheat.spec.experiment import Experiment

_SCRIPT = """import magheat as mh

{made}
ds = mh.simulate(experiment, solver={solver})
loop = mh.analysis.sample_loop(ds)
print("loss per cycle (J/m^3):", float(mh.analysis.loss_per_cycle(loop)))
"""
_INDENT = "    "
#: Characters of a line.
_WIDTH = 100


def to_toml(experiment: Experiment, solver: Solver) -> str:
    """TOML text for ``magheat run``: the experiment, and the options of the solver that are not its defaults."""
    tables = tomllib.loads(io.to_toml(experiment))
    return tomli_w.dumps(tables | {"solver": {"name": solver.name, **_changed(solver)}})


def to_python(experiment: Experiment, solver: Solver) -> str:
    """A Python script that builds the experiment, runs it and prints its loss; every number with all its digits."""
    made = f"experiment = {_call(experiment, 0)}"
    options = ", ".join(f"{name}={value!r}" for name, value in _changed(solver).items())
    return _SCRIPT.format(made=made, solver=f"mh.{type(solver).__name__}({options})")


def _changed(solver: Any) -> dict[str, Any]:
    """Options that are not the defaults."""
    usual = type(solver)()
    fields = [field.name for field in dataclasses.fields(solver)]
    return {name: getattr(solver, name) for name in fields if getattr(solver, name) != getattr(usual, name)}


def _call(spec: Any, depth: int) -> str:
    """The call that makes a spec, with the arguments that are not its defaults."""
    parameters = inspect.signature(type(spec)).parameters
    given = {name: value for name, value in arguments(spec).items() if not _is_default(value, parameters[name].default)}
    inner = _INDENT * (depth + 1)
    lines = [f"{inner}{name}={_written(value, depth + 1)},\n" for name, value in given.items()]
    return f"mh.{type(spec).__name__}(\n{''.join(lines)}{_INDENT * depth})"


def _is_default(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and not isinstance(value, np.ndarray) and value == default)


def _written(value: Any, depth: int) -> str:
    """A value as Python has it."""
    if dataclasses.is_dataclass(value):
        return _call(value, depth)
    if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        inner = _INDENT * (depth + 1)
        return "[\n" + "".join(f"{inner}{_call(one, depth + 1)},\n" for one in value) + _INDENT * depth + "]"
    if isinstance(value, np.ndarray):
        value = value.tolist()
    text = repr(value)
    if isinstance(value, list) and len(text) > _WIDTH:
        inner = _INDENT * (depth + 1)
        return "[\n" + "".join(f"{inner}{one!r},\n" for one in value) + _INDENT * depth + "]"
    return text
