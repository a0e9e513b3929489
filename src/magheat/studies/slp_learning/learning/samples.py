"""Loops to learn from and loops to be held against: inputs and outputs as arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.solvers.base import Progress
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_table import two_well_loops
from magheat.studies.slp_learning.cases import ATTEMPT_TIME, FloatArray
from magheat.studies.slp_learning.database import Database
from magheat.surrogates.features import TWO_WELL_INPUTS, sigma, two_well_scales

Rows = npt.NDArray[np.intp]

#: What is learnt, and how readers are told.
OUTPUTS = ("coercive_field", "remanence", "loss_per_cycle")
SYMBOLS = ("$H_c$", "$M_r$", "area")
WORDS = ("H_c", "M_r", "area")
#: Below this share of the most that an output can be nobody asks for a relative error.
FLOOR = 0.01


class Sample(NamedTuple):
    """Loops, a row each."""

    inputs: Mapping[str, FloatArray]  # seven columns, SI
    outputs: FloatArray  # (rows, 3) coercive field, remanence (A/m), loss per cycle (J/m^3)

    @property
    def height(self) -> int:
        """How many loops."""
        return len(self.outputs)

    def at(self, rows: Rows) -> Sample:
        """Some of the rows."""
        return Sample({name: values[rows] for name, values in self.inputs.items()}, self.outputs[rows])

    def first(self, count: int) -> Sample:
        """The first rows."""
        return self.at(np.arange(count))

    def two_wells(self) -> npt.NDArray[np.bool_]:
        """(rows,) whether there are two wells to speak of: K V/(k_B T) >= 3."""
        held: npt.NDArray[np.bool_] = sigma(self.inputs) >= 3.0
        return held

    def scales(self) -> FloatArray:
        """(rows, 3) the most that each output can be."""
        return scales(self.inputs)

    def table(self) -> dict[str, FloatArray]:
        """Inputs and outputs by the knowledge base's names."""
        return {**self.inputs, **{name: self.outputs[:, k] for k, name in enumerate(OUTPUTS)}}

    def digest(self) -> str:
        """A short name of these very numbers."""
        content = hashlib.blake2b(np.ascontiguousarray(self.outputs).tobytes(), digest_size=16)
        for name in TWO_WELL_INPUTS:
            content.update(np.ascontiguousarray(self.inputs[name]).tobytes())
        return content.hexdigest()


def scales(inputs: Mapping[str, FloatArray]) -> FloatArray:
    """(rows, 3) the most that each output can be: the smaller of H_K and H_V, M_s, 4 mu_0 M_s H_V."""
    told = two_well_scales(inputs)
    return np.column_stack([told[name] for name in OUTPUTS])


def simulated(inputs: Mapping[str, FloatArray], progress: Progress | None = None) -> Sample:
    """The loops of a table of inputs."""
    columns = {name: np.asarray(inputs[name], dtype=np.float64) for name in TWO_WELL_INPUTS}
    loops = two_well_loops(columns, solver=TwoWell(attempt_time=ATTEMPT_TIME), progress=progress)
    return Sample(columns, np.column_stack([loops[name].to_numpy() for name in OUTPUTS]))


def of_database(database: Database) -> Sample:
    """The loops of the grid."""
    columns = {name: database.column(name) for name in TWO_WELL_INPUTS}
    return Sample(columns, np.column_stack([database.column(name) for name in OUTPUTS]))


def rows_of(database: Database, inputs: Mapping[str, float]) -> int:
    """The row of the grid that has these inputs."""
    same = np.all(
        [np.isclose(database.column(name), value, rtol=1e-9, atol=0.0) for name, value in inputs.items()], axis=0
    )
    return int(np.flatnonzero(same)[0])
