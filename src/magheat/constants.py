"""Physical constants in SI: CODATA through SciPy, and the electron's gyromagnetic ratio used throughout."""

from scipy.constants import k as BOLTZMANN
from scipy.constants import mu_0 as MU_0

#: Gyromagnetic ratio of the electron, rad/(s T).
GAMMA_E = 1.76085963e11
#: mu_0 times GAMMA_E, m/(A s): multiplies H in the Landau-Lifshitz equation.
GAMMA_0 = MU_0 * GAMMA_E
#: One oersted in A/m.
OERSTED = 1e3 / (4 * 3.141592653589793)

__all__ = ["BOLTZMANN", "GAMMA_0", "GAMMA_E", "MU_0", "OERSTED"]
