"""Physical constants in SI, and the electron's gyromagnetic ratio used throughout.

CODATA 2022, as numbers: ``scipy.constants`` takes a tenth of a process's start-up to import. A test holds them equal.
"""

import math

#: Boltzmann constant, J/K.
BOLTZMANN = 1.380649e-23
#: Magnetic constant, T m/A.
MU_0 = 1.25663706127e-06
#: Gyromagnetic ratio of the electron, rad/(s T).
GAMMA_E = 1.76085963e11
#: mu_0 times GAMMA_E, m/(A s): multiplies H in the Landau-Lifshitz equation.
GAMMA_0 = MU_0 * GAMMA_E
#: One oersted in A/m.
OERSTED = 1e3 / (4 * math.pi)

__all__ = ["BOLTZMANN", "GAMMA_0", "GAMMA_E", "MU_0", "OERSTED"]
