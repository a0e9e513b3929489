"""How often a two-well particle leaves its wells, and how fast it relaxes: the lifetimes that loops rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from magheat.errors import SpecError
from magheat.kernels.two_well_escape import escape_rates_of
from magheat.solvers.two_well_lanes import Members, Rates, Samples, lane_parameters
from magheat.units import FloatArray

if TYPE_CHECKING:
    from magheat.solvers.two_well import TwoWell
    from magheat.spec.material import Material


def escape_rates(
    material: Material,
    diameter: FloatArray | float,
    temperature: FloatArray | float,
    solver: TwoWell,
    *,
    field: FloatArray | float = 0.0,
    angle: float = 0.0,
    damping: float = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """Rates out of the well on the field's side and out of the other, in 1/s: those that the loops are made with.

    Their sum is the inverse of the relaxation time; at no field, with the constant prefactor, tau0 exp(K V/(k_B T)).

    Parameters
    ----------
    material
        M_s and K at the temperature.
    diameter, temperature, field
        In m, K and A/m (>= 0, constant); broadcast against each other.
    solver
        Its prefactor and attempt time.
    angle
        Of the easy axis to the field, in rad, 0 to pi/2.
    damping
        Gilbert's alpha, of Brown's prefactors.

    Raises
    ------
    SpecError
        For Brown's field-dependent prefactor at an angle.
    """
    if solver.prefactor == "brown-field" and angle != 0:
        raise SpecError(f"angle must be 0 for TwoWell.prefactor = 'brown-field'; got {angle:g} rad.")
    d, t, h = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (diameter, temperature, field)))
    one = np.ones(d.size)
    m_s, zero = material.saturation_magnetization * one, 0.0 * one
    samples = Samples(m_s, zero, t.ravel(), one, h.ravel(), zero)
    members = Members(
        np.arange(d.size),
        np.cos(angle) * one,
        np.sin(angle) * one,
        material.anisotropy_constant * one,
        d.ravel(),
        one,
    )
    rates = Rates(solver.prefactor, solver.attempt_time, damping)
    lanes = lane_parameters(samples, members, 1, rates)  # a step of 1 s, so that rates are per second
    away, back = escape_rates_of(lanes, angle == 0, solver.prefactor == "brown-field")
    return away.reshape(d.shape), back.reshape(d.shape)
