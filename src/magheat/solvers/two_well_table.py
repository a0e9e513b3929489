"""A table of two-well samples, one per row, to a table of their loops."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.errors import ConvergenceError, SpecError
from magheat.solvers.base import Progress
from magheat.solvers.ensembles import LOW_BARRIER, may_break_symmetry, mean_field_factor
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_columns import read_table
from magheat.solvers.two_well_lanes import Members, Rates, Samples, random_axes
from magheat.solvers.two_well_run import (
    INTERACTIONS,
    Drive,
    Loops,
    Road,
    cosine_descent,
    reduced_barrier,
    reduced_field,
    run_samples,
)
from magheat.spec.ensemble import axis_angle
from magheat.units import FloatArray, Quantity, parse, shown

if TYPE_CHECKING:
    import polars as pl

MAGNETITE_DENSITY = 5180.0
#: Rows that are laid out at once.
_CHUNK = 20_000


def two_well_loops(
    table: Mapping[str, Any] | pl.DataFrame,
    axes: str | Quantity = "random",
    interaction_model: str = "barrier",
    *,
    solver: TwoWell | None = None,
    damping: float = 1.0,
    demagnetizing_factor: float = 0.0,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Return the table with the loop of every row: a cosine field on an ensemble of equal two-well particles.

    Parameters
    ----------
    table
        Columns saturation_magnetization (A/m), anisotropy_constant (J/m^3), diameter (m), interaction (diameter over
        distance), temperature (K), frequency (Hz), amplitude (A/m) and, if it likes, density (kg/m^3; magnetite's by
        default): a Polars frame, or a mapping of name to array; one number serves for all rows. Other columns are
        kept; those of the results are replaced.
    axes
        "random", or the angle of all axes to the field, in rad or as "30 deg".
    interaction_model
        "barrier": interactions raise the barriers by 2 eps_d m^2, eps_d = mu0 M_s^2 V (D/d)^3/24; "mean-field": a
        mean field gamma (D/d)^3 M, gamma = (pi/6)(1/3 - N); "none".
    solver
        Options, such as ``mh.TwoWell(steps=400)``.
    damping
        Gilbert's alpha, of Brown's prefactors.
    demagnetizing_factor
        N of the mean field, along the field: 0 for a long sample, 1 for a flat one.
    progress
        Called with the fraction done.

    Returns
    -------
    polars.DataFrame
        The table with coercive_field, remanence (A/m), loss_per_cycle (J/m^3), slp (W/kg of magnetic phase) and the
        flags low_barrier (K V/(k_B T) < 3: the model does not hold), not_converged, may_break_symmetry (a mean field
        that could magnetize the sample by itself), above_brezovich and above_hergt_dutz (H f beyond 4.85e8 and
        5e9 A/(m s)).

    Raises
    ------
    SchemaError
        For a missing column, columns of different length, or one that holds no numbers.
    SpecError
        For a value out of range, with its column and row, or a bad option.
    ConvergenceError
        When a mean field did not settle, with its row.
    """
    import polars as pl

    solver = solver or TwoWell()
    angle = _angle(axes)
    _require_options(solver, interaction_model, angle, damping, demagnetizing_factor)
    frame, columns = read_table(table)
    gamma = mean_field_factor(demagnetizing_factor)
    count = columns["diameter"].size
    road = Road(
        interaction_model,
        Rates(solver.prefactor, solver.attempt_time, damping),
        angle is None,
        solver.tolerance,
        solver.most_sweeps,
        solver.threads,
        False,
    )
    drive = Drive(cosine_descent(solver.steps), True)
    parts = []
    for start in range(0, count, _CHUNK):
        chunk = {name: values[start : start + _CHUNK] for name, values in columns.items()}
        told = _share(progress, start, min(start + _CHUNK, count), count)
        samples, members = _laid_out(chunk, angle, gamma, solver.axis_points)
        parts.append(run_samples(samples, members, drive, road, told))
    if not parts:
        empty = np.empty(0)
        parts = [Loops(empty, empty, empty, empty.astype(bool), empty.astype(bool), empty)]
    loops = Loops(*(np.concatenate([getattr(part, name) for part in parts]) for name in Loops._fields))
    if interaction_model == "mean-field":
        _require_settled(loops, columns)
    results = _results(columns, loops, gamma if interaction_model == "mean-field" else 0.0)
    return frame.with_columns(**{name: pl.Series(values) for name, values in results.items()})


def _results(columns: dict[str, FloatArray], loops: Loops, gamma: float) -> dict[str, Any]:
    """The columns that are added."""
    density = columns.get("density", np.full(loops.loss_per_cycle.shape, MAGNETITE_DENSITY))
    product = columns["amplitude"] * columns["frequency"]
    sigma = reduced_barrier(columns["anisotropy_constant"], columns["diameter"], columns["temperature"])
    return {
        "coercive_field": loops.coercive_field,
        "remanence": loops.remanence,
        "loss_per_cycle": loops.loss_per_cycle,
        "slp": loops.loss_per_cycle * columns["frequency"] / density,
        "low_barrier": sigma < LOW_BARRIER,
        "not_converged": loops.not_converged,
        "may_break_symmetry": may_break_symmetry(
            gamma * columns["interaction"] ** 3,
            columns["saturation_magnetization"],
            columns["diameter"],
            columns["temperature"],
        ),
        "above_brezovich": product > BREZOVICH_LIMIT,
        "above_hergt_dutz": product > HERGT_DUTZ_LIMIT,
    }


def _laid_out(
    columns: dict[str, FloatArray], angle: float | None, gamma: float, axis_points: int
) -> tuple[Samples, Members]:
    """Samples of some rows, and the particles of every axis in them."""
    m_s, k = columns["saturation_magnetization"], columns["anisotropy_constant"]
    samples = Samples(
        saturation_magnetization=m_s,
        interaction=columns["interaction"],
        temperature=columns["temperature"],
        frequency=columns["frequency"],
        field=columns["amplitude"],
        mean_field=gamma * columns["interaction"] ** 3,
    )
    if angle is None:
        of, cosine, weight = random_axes(reduced_field(samples.field, m_s, k), axis_points)
        sine = np.sqrt((1 - cosine) * (1 + cosine))
    else:
        of, weight = np.arange(m_s.size), np.ones(m_s.size)
        cosine, sine = np.full(m_s.size, math.cos(angle)), np.full(m_s.size, math.sin(angle))
    return samples, Members(of, cosine, sine, k[of], columns["diameter"][of], weight)


def _angle(axes: str | Quantity) -> float | None:
    """The angle of all axes to the field in rad, 0 to pi/2; None for random ones."""
    angle = axis_angle(axes, "axes")
    return None if isinstance(angle, str) else angle


def _require_options(
    solver: TwoWell, model: str, angle: float | None, damping: float, demagnetizing_factor: float
) -> None:
    if not isinstance(solver, TwoWell):
        raise SpecError(f"solver must be a TwoWell; got {shown(solver)}.")
    if model not in INTERACTIONS:
        raise SpecError(f"interaction_model must be one of {', '.join(INTERACTIONS)}; got {shown(model)}.")
    if not parse(damping, "1", "damping") > 0:
        raise SpecError(f"damping must be > 0; got {damping:g}.")
    if not 0 <= parse(demagnetizing_factor, "1", "demagnetizing_factor") <= 1:
        raise SpecError(f"demagnetizing_factor must be >= 0 and <= 1; got {demagnetizing_factor:g}.")
    if solver.prefactor == "brown-field" and angle != 0.0:
        raise SpecError(
            "TwoWell.prefactor must be 'constant' or 'brown' unless axes=0; got 'brown-field', which is Brown's for "
            "axes along the field."
        )


def _require_settled(loops: Loops, columns: dict[str, FloatArray]) -> None:
    if loops.not_converged.any():
        row = int(np.argmax(loops.not_converged))
        raise ConvergenceError(
            f"the mean field of table row {row} did not settle (interaction {columns['interaction'][row]:g}); raise "
            f"TwoWell.most_sweeps or tolerance, or take interaction_model='barrier'."
        )


def _share(progress: Progress | None, start: int, stop: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda fraction: progress((start + fraction * (stop - start)) / total)
