"""Outputs of the two-well model: their units, and the ilp, which follows from the slp."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from magheat.units import FloatArray

OUTPUT_UNITS = {
    "coercive_field": "A/m",
    "remanence": "A/m",
    "loss_per_cycle": "J/m^3",
    "slp": "W/kg",
    "ilp": "H m^2/kg",
}
INPUT_UNITS = {
    "saturation_magnetization": "A/m",
    "anisotropy_constant": "J/m^3",
    "diameter": "m",
    "interaction": "1",
    "temperature": "K",
    "frequency": "Hz",
    "amplitude": "A/m",
}


def with_ilp(values: Mapping[str, FloatArray], columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """The outputs and ilp = slp/(f H^2), with the ends of its interval where the slp has them."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        drive = columns["frequency"] * columns["amplitude"] ** 2
        ilp = {name.replace("slp", "ilp"): value / drive for name, value in values.items() if name.startswith("slp")}
    return {**values, **ilp}
