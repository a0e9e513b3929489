"""What the learning paper varies, and the values that it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.constants import OERSTED
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.ensemble import Ensemble
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material
from magheat.workflows.learning_paper import GRID as GRID
from magheat.workflows.learning_paper import factorial as factorial

FloatArray = npt.NDArray[np.float64]

CITATION = (
    "M. Coïsson, G. Barrera, F. Celegato, P. Allia and P. Tiberto, Specific loss power of magnetic nanoparticles: a "
    "machine learning approach (INRIM, Torino), whose database is credited to APL Materials (2022) 081108"
)

#: What the paper asks of the learned model, on no line of its grid: 315 K, 100 kHz, 150 Oe.
ASKED: Mapping[str, float] = {"temperature": 315.0, "frequency": 100e3, "amplitude": 150 * OERSTED}
#: tau_0 of the rates, s.
ATTEMPT_TIME = 1e-9


class Input(NamedTuple):
    """How an input is written for readers."""

    symbol: str
    unit: str
    scale: float  # SI value of the unit
    words: str


INPUTS: Mapping[str, Input] = {
    "saturation_magnetization": Input("M_s", "kA/m", 1e3, "saturation magnetization"),
    "anisotropy_constant": Input("K", "kJ/m³", 1e3, "anisotropy constant"),
    "diameter": Input("D", "nm", 1e-9, "diameter"),
    "interaction": Input("Int", "", 1.0, "interaction, D/d"),
    "temperature": Input("T", "K", 1.0, "temperature"),
    "frequency": Input("f", "kHz", 1e3, "frequency"),
    "amplitude": Input("H_V", "Oe", OERSTED, "vertex field"),
}


def experiment(row: Mapping[str, float], samples_per_cycle: int = 2000) -> Experiment:
    """One row of a table as an experiment; random axes, interaction as a barrier."""
    material = Material(
        saturation_magnetization=float(row["saturation_magnetization"]),
        anisotropy_constant=float(row["anisotropy_constant"]),
    )
    return Experiment(
        ensemble=Ensemble(
            material=material, diameter=float(row["diameter"]), interaction=float(row["interaction"]), axes="random"
        ),
        applied_field=Sinusoidal(amplitude=float(row["amplitude"]), frequency=float(row["frequency"])),
        temperature=float(row["temperature"]),
        samples_per_cycle=samples_per_cycle,
    )
