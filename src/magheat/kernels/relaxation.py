"""Overdamped descent of many states at once to the minimum below each, with the heat of every particle on the way."""

import numpy as np

from magheat.kernels.batch import integrate
from magheat.kernels.integrate import Runs
from magheat.kernels.physics import COSINE, DIRECTION, DRIVE_ROWS, OFFSET, RATE
from magheat.kernels.reduced import energy_unit, reduce_particles, reference_field
from magheat.kernels.step import DORMAND_PRINCE
from magheat.kernels.system import System

TORQUE = 1e-9  # |m x h| in H_ref at which a state counts as a minimum
RTOL, FIRST_DURATION, LAST_DURATION, MOST_STEPS = 1e-10, 50.0, 1e6, 1e8


def relax(
    start: np.ndarray, field: np.ndarray, system: System, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Moments at the minimum below each state, and the heat released on the overdamped path.

    dm_i/ds = -m_i x (m_i x H_eff,i) for all particles at once: with unequal M_s V the plain gradient can end in
    another minimum.

    Parameters
    ----------
    start
        (states, n, 3) unit vectors; a state exactly on a ridge stays there, so tilt it.
    field
        (states, 3) applied field in A/m.
    system
        The particles.
    threads
        Threads to use; all cores when None.

    Returns
    -------
    moments, heat
        (states, n, 3) unit vectors and (states, n) J.

    Notes
    -----
    A state that still creeps after a reduced time of 1e6, which happens at the very edge of stability, is returned
    where it is.
    """
    moments, heat = np.array(start, float), np.zeros(start.shape[:2])
    moving, duration = np.arange(len(moments)), FIRST_DURATION
    h_ref = reference_field(system, float(np.sqrt((field**2).sum(-1)).max(initial=0.0)))
    while moving.size and duration <= LAST_DURATION:
        runs = descents(moments[moving], field[moving] / h_ref, system, h_ref, duration)
        end = integrate(runs, 0, DORMAND_PRINCE, threads).samples[:, 0]
        n = system.volume.size
        turned = end[:, : 3 * n].reshape(-1, n, 3)
        rate = np.abs(turned - moments[moving]).max((1, 2))
        moments[moving], heat[moving] = turned, heat[moving] + end[:, 3 * n : 4 * n]
        moving, duration = moving[rate > TORQUE], 4 * duration
    return moments, heat * energy_unit(system, h_ref)


def descents(start: np.ndarray, h: np.ndarray, system: System, h_ref: float, duration: float) -> Runs:
    """Runs without precession in a static field, one per state."""
    states, n = start.shape[:2]
    drive = np.zeros((states, DRIVE_ROWS))
    drive[:, OFFSET:COSINE], drive[:, RATE], drive[:, DIRECTION] = h, 1 / duration, 1.0
    piece = np.zeros((states, 1, 6))
    piece[:, 0, 0] = duration
    particles = (np.tile(rows, (states, 1)) for rows in reduce_particles(system, h_ref))
    return Runs(
        *particles,
        drive,
        piece,
        np.tile([0.0, 1.0], (states, 1)),
        start.reshape(states, 3 * n).copy(),
        np.full(states, RTOL),
        np.ones(states, np.int64),
        np.full(states, MOST_STEPS),
    )
