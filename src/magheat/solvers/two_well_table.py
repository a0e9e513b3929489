"""A table of two-well samples, one per row, to a table of their loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from magheat.errors import ConvergenceError, SpecError
from magheat.solvers.base import Progress
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_columns import read_table
from magheat.solvers.two_well_drive import COSINE
from magheat.solvers.two_well_layout import Columns, Kind, flags_of, run_kind
from magheat.solvers.two_well_run import INTERACTIONS, Loops
from magheat.spec.ensemble import axis_angle
from magheat.spec.material import magnetite
from magheat.units import FloatArray, Quantity, parse, shown

if TYPE_CHECKING:
    import polars as pl

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
        5e9 A/(m s)). coercive_field is NaN where the magnetization does not change sign: along the field, particles
        that relax by less than about 1e-14 in a period have none left at the turning points.

    Raises
    ------
    SchemaError
        For a missing column, columns of different length, or one that holds no numbers.
    SpecError
        For a value out of range, with its column and row, or a bad option.
    ConvergenceError
        When a mean field did not settle, with its row.
    """
    result = settled_or_not(
        table,
        axes,
        interaction_model,
        solver=solver,
        damping=damping,
        demagnetizing_factor=demagnetizing_factor,
        progress=progress,
    )
    if interaction_model == "mean-field":
        _require_settled(result)
    return result


def settled_or_not(
    table: Mapping[str, Any] | pl.DataFrame,
    axes: str | Quantity,
    interaction_model: str,
    *,
    solver: TwoWell | None = None,
    damping: float = 1.0,
    demagnetizing_factor: float = 0.0,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Return what :func:`two_well_loops` does, rows whose mean field did not settle included; a flag tells them."""
    import polars as pl

    solver = solver or TwoWell()
    angle = _angle(axes)
    _require_options(solver, interaction_model, angle, damping, demagnetizing_factor)
    frame, columns = read_table(table)
    rows = _experiments(columns, angle, demagnetizing_factor)
    where = "random" if angle is None else "along" if angle == 0 else "angle"
    kind = Kind(COSINE, 2 * solver.steps, interaction_model, where, False, False, damping)
    parts = []
    for start in range(0, rows.diameter.size, _CHUNK):
        some = Columns(*(values[start : start + _CHUNK] for values in rows))
        told = _share(progress, start, start + some.diameter.size, rows.diameter.size)
        parts.append(run_kind(kind, some, solver, progress=told)[0])
    if not parts:
        empty = np.empty(0)
        parts = [Loops(empty, empty, empty, empty.astype(bool), empty.astype(bool), empty)]
    loops = Loops(*(np.concatenate([getattr(part, name) for part in parts]) for name in Loops._fields))
    results = {
        "coercive_field": loops.coercive_field,
        "remanence": loops.remanence,
        "loss_per_cycle": loops.loss_per_cycle,
        "slp": loops.loss_per_cycle * rows.frequency / rows.density,
        **flags_of(rows, loops, interaction_model),
    }
    return frame.with_columns(**{name: pl.Series(values) for name, values in results.items()})


def _experiments(table: dict[str, FloatArray], angle: float | None, demagnetizing_factor: float) -> Columns:
    """The rows of the table with all that an experiment of each would say."""
    count = table["diameter"].size
    same = {
        "diameter_spread": 0.0,
        "anisotropy_spread": 0.0,
        "demagnetizing_factor": demagnetizing_factor,
        "angle": angle or 0.0,
        "density": magnetite.density,
    }
    table = {name: np.full(count, value) for name, value in same.items()} | table
    return Columns(unit=table["amplitude"], **{name: table[name] for name in Columns._fields if name != "unit"})


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


def _require_settled(result: pl.DataFrame) -> None:
    open_rows = np.flatnonzero(result["not_converged"].to_numpy())
    if open_rows.size:
        row = int(open_rows[0])
        raise ConvergenceError(
            f"the mean field of table row {row} did not settle (interaction {result['interaction'][row]:g}); raise "
            f"TwoWell.most_sweeps or tolerance, or take interaction_model='barrier'."
        )


def _share(progress: Progress | None, start: int, stop: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda fraction: progress((start + fraction * (stop - start)) / total)
