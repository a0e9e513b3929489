"""What every particle kernel starts from: the particles of one experiment as float64 arrays in SI."""

from typing import NamedTuple

import numpy as np


class System(NamedTuple):
    """Interacting uniaxial macrospins; n particles.

    An absent term is zero: no anisotropy is ``anisotropy_constant = 0``, no interaction is ``coupling = 0``.
    """

    positions: np.ndarray  # (n, 3) m
    volume: np.ndarray  # (n,) m^3
    saturation_magnetization: np.ndarray  # (n,) A/m
    anisotropy_constant: np.ndarray  # (n,) J/m^3
    easy_axes: np.ndarray  # (n, 3) unit vectors
    coupling: float  # 1.0 with dipolar interaction, 0.0 without
