"""Names, units and meanings of the columns of a knowledge base, in the order in which tables have them."""

from __future__ import annotations

import re
from typing import NamedTuple


class Meaning(NamedTuple):
    """What a column holds."""

    unit: str
    words: str


INPUTS: dict[str, Meaning] = {
    "saturation_magnetization": Meaning("A/m", "Saturation magnetization of the magnetic phase"),
    "anisotropy_constant": Meaning("J/m^3", "Uniaxial anisotropy constant"),
    "diameter": Meaning("m", "Diameter of the magnetic core; the median where sizes are spread"),
    "interaction": Meaning("1", "Diameter over the distance of neighbours"),
    "temperature": Meaning("K", "Temperature"),
    "frequency": Meaning("Hz", "Frequency of the applied field"),
    "amplitude": Meaning("A/m", "Amplitude of the applied field"),
}
OUTPUTS: dict[str, Meaning] = {
    "coercive_field": Meaning("A/m", "Coercive field of the sample's loop; negative for an inverted one"),
    "remanence": Meaning("A/m", "Magnetization of the sample at zero field, on the descending branch"),
    "loss_per_cycle": Meaning("J/m^3", "Heat per cycle and volume of magnetic phase"),
    "slp": Meaning("W/kg", "Specific loss power per mass of magnetic phase"),
}
FLAGS: dict[str, Meaning] = {
    "low_barrier": Meaning("1", "Whether K V is below 3 k_B T, where there are no two wells to speak of"),
    "not_converged": Meaning("1", "Whether the interaction did not settle"),
    "may_break_symmetry": Meaning("1", "Whether the mean field could magnetize the sample by itself"),
    "above_brezovich": Meaning("1", "Whether H f is above 4.85e8 A/(m s)"),
    "above_hergt_dutz": Meaning("1", "Whether H f is above 5e9 A/(m s)"),
}
#: What a table says of every row last.
ORIGIN: dict[str, Meaning] = {
    "source": Meaning("", "simulated or measured"),
    "solver": Meaning("", "Solver that computed the row"),
    "model_version": Meaning("1", "Version of that solver's model"),
    "key": Meaning("", "Key of the row: a hash of its content, or of experiment, solver, options and model version"),
    "provenance": Meaning("", "Where the row comes from, JSON text"),
}
SOURCES = ("simulated", "measured")

#: Names in ``more`` that magheat itself uses; others are the user's, who knows what they mean.
_EXTRAS: dict[str, Meaning] = {
    "axis_angle": Meaning("rad", "Angle of all easy axes to the field; missing where axes are random"),
    "interaction_model": Meaning("", "How the interaction enters: barrier, mean-field or none"),
    "diameter_spread": Meaning("1", "Standard deviation of ln D, by number"),
    "anisotropy_spread": Meaning("1", "Standard deviation of ln K"),
    "demagnetizing_factor": Meaning("1", "Demagnetizing factor of the sample along the field"),
    "density": Meaning("kg/m^3", "Density of the magnetic phase"),
    "damping": Meaning("1", "Gilbert or Landau-Lifshitz damping"),
    "waveform": Meaning("", "Kind of the applied field"),
    "bias": Meaning("A/m", "Constant part of the applied field"),
    "particles": Meaning("1", "Number of particles"),
    "volume": Meaning("m^3", "Volume of all particles"),
    "gap": Meaning("m", "Smallest distance between the surfaces of two particles"),
    "interactions": Meaning("1", "Whether particles feel each other's field"),
    "reproducible": Meaning("1", "Whether the heat survives a tilt of the start by 1e-8 rad"),
    "doi": Meaning("", "Digital object identifier of the publication"),
    "composition": Meaning("", "Chemical composition"),
    "shell_composition": Meaning("", "Chemical composition of the shell"),
    "concentration": Meaning("kg/m^3", "Mass of particles per volume of the sample"),
    "static_coercive_field": Meaning("A/m", "Coercive field of the slow loop of a magnetometer"),
    "mass_saturation_magnetization": Meaning("A m^2/kg", "Saturation magnetization per mass"),
    "slp_mass": Meaning("", "What slp is per kilogram of, where it was measured"),
    "source_line": Meaning("1", "Line of the file that the row was read from"),
}
_OF_PARTICLES: dict[str, Meaning] = {
    "heat_per_cycle": Meaning("J", "Heat that particle {} releases in the last cycle"),
    "diameter": Meaning("m", "Diameter of particle {}"),
    "saturation_magnetization": Meaning("A/m", "Saturation magnetization of particle {}"),
    "anisotropy_constant": Meaning("J/m^3", "Uniaxial anisotropy constant of particle {}"),
}


def meaning_of(name: str) -> Meaning:
    """Unit and meaning of a column; both empty for a name that is not magheat's."""
    known = INPUTS | OUTPUTS | FLAGS | ORIGIN | _EXTRAS
    if name in known:
        return known[name]
    numbered = re.fullmatch(r"(.+)_(\d+)", name)
    if numbered and numbered[1] in _OF_PARTICLES:
        unit, words = _OF_PARTICLES[numbered[1]]
        return Meaning(unit, words.format(numbered[2]))
    return Meaning("", "")
