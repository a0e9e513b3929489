"""The fall from a state that is no minimum to the one below it, with the heat of every particle on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from magheat.errors import ConvergenceError
from magheat.kernels import continuation as kernels
from magheat.kernels.batch import integrate
from magheat.kernels.energy import effective_field, tangent_bases, total_energy
from magheat.kernels.reduced import energy_unit, reference_field
from magheat.kernels.relaxation import descents
from magheat.kernels.step import DORMAND_PRINCE
from magheat.kernels.system import System

FloatArray = npt.NDArray[np.float64]

#: rad; how far a state is pushed along its softest mode where the overdamped path hardly moves.
LARGEST_KICK, HALVINGS = 0.02, 14
#: rad; random tilt of every moment with each push, because a state of high symmetry may fall onto another ridge.
TILT = 1e-6
#: Pieces of the overdamped path: the first one's reduced time, how far (rad) one must turn, how many there may be.
FIRST_PIECE, LEAST_TURN, MOST_PIECES = 50.0, 1e-3, 2000
#: Newton's method may finish a fall when this fraction of the drop of energy is left.
LEFT_TO_NEWTON = 1e-7


@dataclass(frozen=True)
class Faller:
    """The particles of one run, with the memory of its kernels and its random numbers.

    Attributes
    ----------
    system
        The particles, as arrays of the kernels' own.
    weights, memory, bounds
        Of the kernels.
    generator
        For the tilts.
    """

    system: System
    weights: kernels.Weights
    memory: kernels.Memory
    bounds: kernels.Bounds
    generator: np.random.Generator

    def fall(self, start: FloatArray, field: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The minimum below a state, (n, 3), and the heat of each particle on the way, (n,) J.

        The path is dm_i/ds = -m_i x (m_i x H_eff,i) for all particles at once. Where it hardly moves - at a state
        that has just lost its stability, or on a ridge - it runs along the softest mode, and so does a push of up to
        0.02 rad; a minimum within reach of the push means that stability was lost continuously. The heats sum to the
        drop of the energy.

        Raises
        ------
        ConvergenceError
            When no minimum is reached, or the heat is not the drop of energy.
        """
        moments, heat, duration = start.copy(), np.zeros(len(start)), 0.0
        if self.find_minimum(moments, field):
            return moments, self.closed(heat, start, moments, field)
        for _ in range(MOST_PIECES):
            if duration == 0.0:
                moments, released = self.push(moments, field)
                heat, duration = heat + released, FIRST_PIECE
                if self.find_minimum(moments, field):
                    return moments, self.closed(heat, start, moments, field)
            before = moments
            moments, released = self.descend(before, field, duration)
            heat += released
            bottom = moments.copy()
            if self.find_minimum(bottom, field):
                if self.nearly_down(start, moments, bottom, field):
                    self.require_closure(heat, start, moments, field)
                    return bottom, self.closed(heat, start, bottom, field)
                duration *= 2
            else:
                duration = 2 * duration if np.abs(moments - before).max() > LEAST_TURN else 0.0
        raise ConvergenceError(
            f"a fall must end in a minimum; after {MOST_PIECES} pieces of its path at a field of {field.tolist()} A/m "
            "it had not. Change the field or an easy axis by a little."
        )

    def find_minimum(self, moments: FloatArray, field: FloatArray) -> bool:
        """Move ``moments`` in place to a minimum if Newton's method reaches one from here; whether it did."""
        return bool(kernels.find_minimum(moments, field, self.memory, self.weights, self.bounds, self.system))

    def push(self, moments: FloatArray, field: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The lowest of some states along the softest mode, tilted, and the heat released up to it.

        Modes of equal rate are mixed by the force on the state, and at random where there is none. Heat goes as each
        particle's part of the mode, as it does on the overdamped path.
        """
        bases = tangent_bases(moments)
        turn = np.einsum("ia,iac->ic", self.softest_mode(moments, bases, field), bases)
        turn /= np.sqrt((turn**2).sum(-1).max())
        sizes = LARGEST_KICK * 0.5 ** np.arange(HALVINGS)
        states = normalised(moments + np.concatenate([[0.0], sizes, -sizes])[:, None, None] * turn)
        energies = total_energy(states, field, self.system)
        lowest = int(np.argmin(energies))
        share = self.weights.p * (turn**2).sum(-1)
        tilt = np.einsum("ia,iac->ic", self.generator.normal(size=(len(moments), 2)), bases)
        return normalised(states[lowest] + TILT * tilt), (energies[0] - energies[lowest]) * share / share.sum()

    def softest_mode(self, moments: FloatArray, bases: FloatArray, field: FloatArray) -> FloatArray:
        """Angles (n, 2) on the tangent planes, of any size."""
        root = self.weights.root[:, None]
        force = root * np.einsum("iac,ic->ia", bases, effective_field(moments, field, self.system))
        mode = (1e3 / self.bounds.field_step * force + self.generator.normal(size=force.shape)).ravel()
        if not kernels.soften(mode, moments, field, self.memory, self.weights, self.bounds, self.system):
            raise ConvergenceError("energy must be finite to be minimised; got one that is not: check the field.")
        angles: FloatArray = mode.reshape(-1, 2) / root
        return angles

    def descend(self, moments: FloatArray, field: FloatArray, duration: float) -> tuple[FloatArray, FloatArray]:
        """The state a reduced time later on the overdamped path, and the heat of each particle, (n,) J."""
        n, h_ref = len(moments), reference_field(self.system, float(np.sqrt(field @ field)))
        runs = descents(moments[None], field[None] / h_ref, self.system, h_ref, duration)
        end = integrate(runs, 0, DORMAND_PRINCE).samples[0, 0]
        return end[: 3 * n].reshape(n, 3), end[3 * n : 4 * n] * energy_unit(self.system, h_ref)

    def nearly_down(self, start: FloatArray, here: FloatArray, bottom: FloatArray, field: FloatArray) -> bool:
        """Whether what is left of the drop of energy is too little to care how it is shared."""
        first, now, last = total_energy(np.stack([start, here, bottom]), field, self.system)
        return bool(now - last <= LEFT_TO_NEWTON * (first - last))

    def require_closure(self, heat: FloatArray, start: FloatArray, end: FloatArray, field: FloatArray) -> None:
        """Raise ConvergenceError unless the heats sum to the drop of energy, within the integrator's tolerance."""
        before, after = total_energy(np.stack([start, end]), field, self.system)
        unit = energy_unit(self.system, reference_field(self.system, float(np.sqrt(field @ field))))
        if abs(before - after - heat.sum()) > 1e-5 * abs(before - after) + 1e-9 * unit.sum():
            raise ConvergenceError(
                f"heat of a fall must be the drop of energy; got {heat.sum():.9g} J for {before - after:.9g} J. "
                "Change the field or an easy axis by a little."
            )

    def closed(self, heat: FloatArray, start: FloatArray, end: FloatArray, field: FloatArray) -> FloatArray:
        """The heats, with what little is missing shared alike, so that they sum to the drop of energy exactly."""
        before, after = total_energy(np.stack([start, end]), field, self.system)
        share = np.abs(heat) + np.finfo(float).tiny
        whole: FloatArray = heat + (before - after - heat.sum()) * share / share.sum()
        return whole


def normalised(moments: FloatArray) -> FloatArray:
    """Unit vectors along the last axis."""
    unit: FloatArray = moments / np.sqrt((moments**2).sum(-1, keepdims=True))
    return unit
