"""From a frozen experiment to the arrays that kernels read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from magheat.constants import GAMMA_0
from magheat.kernels.energy import effective_field
from magheat.kernels.integrate import Runs
from magheat.kernels.physics import COSINE, CUBIC, DIRECTION, DRIVE_ROWS, OFFSET, RATE, SINE
from magheat.kernels.reduced import anisotropy_field, reduce_particles, reference_field
from magheat.kernels.relaxation import EXACT, MANY, MOST_FOR_NEWTON, ROUGH, relax
from magheat.kernels.system import System
from magheat.spec.experiment import particles_of

if TYPE_CHECKING:
    from magheat.spec.experiment import Experiment

#: Tilt (rad) of every moment before the descent to the first minimum, and of the axes of a system on a ridge.
START_TILT = 1e-6


def system_of(experiment: Experiment) -> System:
    """Return the particles of an experiment as the kernels' arrays."""
    particles = particles_of(experiment)
    return System(
        positions=particles.positions,
        volume=particles.volumes,
        saturation_magnetization=particles.saturation_magnetization,
        anisotropy_constant=particles.anisotropy_constant,
        easy_axes=particles.easy_axes,
        coupling=1.0 if experiment.interactions else 0.0,
    )


def tilted(directions: np.ndarray, angle: float, generator: np.random.Generator) -> np.ndarray:
    """Unit vectors (n, 3), each turned by ``angle`` (rad) about a random axis across it."""
    sideways = np.cross(directions, generator.normal(size=directions.shape))
    sideways /= np.linalg.norm(sideways, axis=-1, keepdims=True)
    return math.cos(angle) * directions + math.sin(angle) * sideways


def start_of(experiment: Experiment, threads: int | None = 1) -> np.ndarray:
    """First moments (n, 3): those of the experiment, or the minimum at H(0) below saturation along the field.

    Every moment is tilted by 1e-6 rad (seeded) before the descent, so that none stays on a ridge. Of more than 500
    particles the minimum is a rough one at a temperature, and found to 1e-5 rad at 0 K.
    """
    if experiment.initial_moments is not None:
        return np.array(experiment.initial_moments)
    field = np.asarray(experiment.applied_field.field(0.0), float)
    size = float(np.linalg.norm(field))
    largest = largest_field(experiment)
    along = field / size if size > 1e-9 * largest else np.asarray(experiment.applied_field.direction)
    saturated = np.tile(along, (particles_of(experiment).count, 1))
    start = tilted(saturated, START_TILT, np.random.default_rng([experiment.seed, 0]))
    care = EXACT if len(start) <= MOST_FOR_NEWTON else ROUGH if experiment.temperature > 0 else MANY
    minimum: np.ndarray = relax(start, field, system_of(experiment), care, threads)[0]
    return minimum


def largest_field(experiment: Experiment) -> float:
    """Largest |H| of the waveform, A/m, from its parts (an upper bound for mixed drives)."""
    w = experiment.applied_field.waveform()
    harmonic = sum(float(np.linalg.norm(part)) for part in (w.offset, w.cosine, w.sine))
    return harmonic + float(np.abs(w.cubics[:, 0]).max())


def on_a_ridge(system: System, experiment: Experiment) -> np.ndarray:
    """Which particles (n,) would feel no torque at saturation along the drive, whatever its strength.

    Such a particle never switches at 0 K: its axis, if it has one, and its dipolar field are parallel to the drive. It
    is off the ridge when a transverse part of the drive, or particles that are off it themselves, push its moment by
    more than ``START_TILT``.
    """
    direction = np.asarray(experiment.applied_field.direction)
    saturated = np.tile(direction, (system.volume.size, 1))
    hold = np.where(system.anisotropy_constant > 0, anisotropy_field(system), largest_field(experiment))
    torque = np.linalg.norm(np.cross(saturated, effective_field(saturated, np.zeros(3), system)), axis=-1)
    still: np.ndarray = (hold > 0) & (torque + transverse_field(experiment) <= START_TILT * hold)
    while still.any() and system.coupling and not still.all():
        pushed = strongest_field(system, ~still) > START_TILT * hold
        if not (still & pushed).any():
            break
        still = still & ~pushed
    return still


def transverse_field(experiment: Experiment) -> float:
    """Largest part of the applied field across its direction, A/m."""
    w = experiment.applied_field.waveform()
    parts = (np.cross(experiment.applied_field.direction, part) for part in (w.offset, w.cosine, w.sine))
    return float(sum(np.linalg.norm(part) for part in parts))


def strongest_field(system: System, sources: np.ndarray) -> np.ndarray:
    """Bound of the dipolar field of some particles (a mask) on each of the others, (n,) A/m."""
    strength = np.zeros(system.volume.size)
    for j in np.flatnonzero(sources):
        distance = np.linalg.norm(system.positions - system.positions[j], axis=-1)
        distance[j] = np.inf
        strength += 2 * system.saturation_magnetization[j] * system.volume[j] / (4 * math.pi * distance**3)
    return strength


def off_the_ridge(system: System, experiment: Experiment, still: np.ndarray) -> System:
    """Tilt the axes of the particles (a mask) on a zero-torque ridge by 1e-6 rad; all others are left alone.

    Thermal motion does this in nature. The switching field of an aligned particle falls by 1.5e-4 of H_K, and the
    lag at a finite frequency depends on the logarithm of the tilt. All axes are tilted towards one direction that
    turns with the particles: across the drive, half-way between the two principal axes of their positions.
    """
    if not still.any():
        return system
    axes = np.array(system.easy_axes)
    sideways = between_principal_axes(system.positions[still], np.asarray(experiment.applied_field.direction))
    axes[still] = math.cos(START_TILT) * axes[still] + math.sin(START_TILT) * sideways
    return system._replace(easy_axes=axes)


def between_principal_axes(positions: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Unit vector (3,) across ``direction``, half-way between the transverse principal axes of positions (n, 3).

    Which of the two signs it has does not matter: turning all moments by pi about the drive, and inverting positions,
    leaves every dipolar field as it is.
    """
    apart = positions - positions.mean(axis=0)
    across = apart - (apart @ direction)[:, None] * direction
    size = np.abs(across).max(initial=0.0)
    if size <= 1e-9 * np.abs(apart).max(initial=1e-300):
        helper = np.eye(3)[np.argmin(np.abs(direction))]  # no direction is special: the system is round
        first = np.cross(direction, helper)
    else:
        first = np.linalg.eigh((across / size).T @ (across / size))[1][:, -1]
        first = first - (first @ direction) * direction
    first = first / np.linalg.norm(first)
    middle: np.ndarray = (first + np.cross(direction, first)) / math.sqrt(2)
    return middle


def unit_of_time(experiment: Experiment, h_ref: float) -> float:
    """1/(gamma' H_ref) in s; gamma' = gamma_0, over 1 + alpha^2 in the Gilbert form."""
    slower = 1 + experiment.damping**2 if experiment.damping_form == "gilbert" else 1.0
    return float(slower / (GAMMA_0 * h_ref))


def lower_drive(experiment: Experiment, h_ref: float, tau: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the drive (18,) and its pieces (k, 6) in reduced units; see ``physics.applied_field``."""
    w = experiment.applied_field.waveform()
    drive = np.zeros(DRIVE_ROWS)
    drive[OFFSET:COSINE], drive[COSINE:SINE], drive[SINE:RATE] = w.offset / h_ref, w.cosine / h_ref, w.sine / h_ref
    drive[RATE], drive[DIRECTION:CUBIC] = w.frequency * tau, w.direction
    powers = tau ** np.arange(4) / h_ref
    starts = np.asarray(w.knots) / tau
    return drive, np.column_stack([np.diff(starts), w.cubics * powers, starts[:-1]])


def lower(experiment: Experiment, system: System, start: np.ndarray, h_ref: float, rtol: float, limit: float) -> Runs:
    """One run, first axis of length one."""
    drive, piece = lower_drive(experiment, h_ref, unit_of_time(experiment, h_ref))
    motion = np.array([1.0, experiment.damping])
    row = (*reduce_particles(system, h_ref), drive, piece, motion, start.ravel(), rtol, experiment.cycles, limit)
    arrays = [np.array(value)[None] for value in row]
    return Runs(*(a if name == "cycles" else a.astype(float) for name, a in zip(Runs._fields, arrays, strict=True)))


def stack(runs: list[Runs]) -> Runs:
    """Runs of equal particle count along the first axis; shorter drives get empty pieces of length 0."""
    most = max(one.piece.shape[1] for one in runs)
    padded = [one._replace(piece=np.pad(one.piece, ((0, 0), (0, most - one.piece.shape[1]), (0, 0)))) for one in runs]
    return Runs(*(np.ascontiguousarray(np.concatenate(rows)) for rows in zip(*padded, strict=True)))


def reference_of(experiment: Experiment, system: System) -> float:
    """H_ref of an experiment, A/m."""
    return reference_field(system, largest_field(experiment))
