"""What a model is shown: dimensionless numbers of the physics, or the inputs as they are.

The numbers of two wells, each with its formula (volume V = pi D^3/6, H_K = 2K/(mu0 M_s), tau0 = 1 ns):

========================  ====================================================  =====================================
name                      formula                                               what it decides
========================  ====================================================  =====================================
sigma                     K V/(k_B T)                                           height of the barrier
log_sigma                 ln sigma                                              the same for small particles
reduced_field             h = H_V/H_K                                           whether the field reaches the barrier
log_langevin_argument     ln[mu0 M_s V H_V/(k_B T)]                             saturation at equilibrium
log_frequency             ln(f tau0)                                            time in units of the attempt time
log_blocking              ln(f tau0) + sigma                                    Neel time against the period
log_blocking_in_field     ln(f tau0) + sigma (1 - h)^2                          the same at the peak, axis along it
log_blocking_oblique      ln(f tau0) + sigma (1 - 2h)^(3/2)                     the same, axis at 45 degrees
coupling                  c0 = 2 eps_d/(k_B T), eps_d = mu0 M_s^2 V Int^3/24    barrier that neighbours add
coupling_to_anisotropy    mu0 M_s^2 Int^3/(24 K)                                the same against the particle's own
========================  ====================================================  =====================================

1 - h and 1 - 2h count as 0 where they are negative.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

import numpy as np

from magheat.constants import MU_0
from magheat.dataset import reduced_barrier
from magheat.units import FloatArray

Columns = Mapping[str, FloatArray]

#: The inputs of the two-well model, in the order of the knowledge base.
TWO_WELL_INPUTS = (
    "saturation_magnetization",
    "anisotropy_constant",
    "diameter",
    "interaction",
    "temperature",
    "frequency",
    "amplitude",
)
#: Attempt time of the logarithms, s; another one only shifts them.
_TAU0 = 1e-9


def suits_two_wells(inputs: Collection[str]) -> bool:
    """Whether these are the inputs of the two-well model."""
    return set(inputs) == set(TWO_WELL_INPUTS)


def sigma(columns: Columns) -> FloatArray:
    """K V/(k_B T)."""
    return reduced_barrier(columns["anisotropy_constant"], columns["diameter"], columns["temperature"])


def two_well_features(columns: Columns) -> FloatArray:
    """(rows, 10) dimensionless numbers of two wells; the module says which."""
    m_s, k, field = (columns[name] for name in ("saturation_magnetization", "anisotropy_constant", "amplitude"))
    barrier = sigma(columns)
    h = field * MU_0 * m_s / (2 * k)
    log_frequency = np.log(columns["frequency"] * _TAU0)
    own_coupling = MU_0 * m_s**2 * columns["interaction"] ** 3 / (24 * k)
    return np.column_stack(
        [
            barrier,
            np.log(barrier),
            h,
            np.log(2 * h * barrier),
            log_frequency,
            log_frequency + barrier,
            log_frequency + barrier * np.clip(1 - h, 0, None) ** 2,
            log_frequency + barrier * np.clip(1 - 2 * h, 0, None) ** 1.5,
            2 * own_coupling * barrier,
            own_coupling,
        ]
    )


def two_well_scales(columns: Columns) -> dict[str, FloatArray]:
    """What makes the outputs of two wells dimensionless: the most that each can be.

    H_c: the smaller of H_K and H_V; M_r: M_s; loss: 4 mu0 M_s H_V, the largest loop between the peaks.
    """
    m_s, field = columns["saturation_magnetization"], columns["amplitude"]
    anisotropy_field = 2 * columns["anisotropy_constant"] / (MU_0 * m_s)
    return {
        "coercive_field": np.minimum(anisotropy_field, field),
        "remanence": m_s,
        "loss_per_cycle": 4 * MU_0 * m_s * field,
    }


def plain(columns: Columns) -> FloatArray:
    """(rows, inputs): the inputs as they are, in the order of the mapping."""
    return np.column_stack(list(columns.values()))


def unscaled(columns: Columns) -> dict[str, FloatArray]:
    """No scales: outputs as they are."""
    return {}


#: Features by name.
FEATURES: Mapping[str, Callable[[Columns], FloatArray]] = MappingProxyType(
    {"two-well": two_well_features, "plain": plain}
)
SCALES: Mapping[str, Callable[[Columns], dict[str, FloatArray]]] = MappingProxyType(
    {"two-well": two_well_scales, "plain": unscaled}
)
