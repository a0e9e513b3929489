"""Many two-well experiments at once: the numbers of their loops, without a dataset each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from magheat.dataset import ENSEMBLE_FLAGS
from magheat.solvers.two_well_layout import Columns, Kind, columns_of, flags_of, kind_of, run_kind
from magheat.solvers.two_well_run import trouble

if TYPE_CHECKING:
    from magheat.solvers.base import Progress
    from magheat.solvers.two_well import TwoWell
    from magheat.spec.experiment import Experiment

OUTPUTS = ("coercive_field", "remanence", "loss_per_cycle", "slp")
#: Particles that are laid out at once, about 200 bytes each.
_LANES = 400_000


def loops_of_many(
    experiments: Sequence[Experiment], solver: TwoWell, progress: Progress | None = None
) -> dict[str, np.ndarray]:
    """Return coercive field, remanence, loss, SLP and flags of every experiment: those of analysis on ``simulate``.

    Experiments that share waveform, samples_per_cycle, interaction model, kind of axes and kinds of spread run
    together. A row has the same bits whatever its neighbours. What sinks one row sinks no other.

    Parameters
    ----------
    experiments
        With an ensemble each; n of them.
    solver
        The two-well solver.
    progress
        Told the fraction done.

    Returns
    -------
    dict
        Arrays (n,): coercive_field, remanence (A/m), loss_per_cycle (J/m^3), slp (W/kg of magnetic phase), NaN where a
        row failed; the flags of a dataset; error, with None or what is wrong with the row in one sentence.
    """
    count = len(experiments)
    out: dict[str, np.ndarray] = {name: np.full(count, np.nan) for name in OUTPUTS}
    out |= {name: np.zeros(count, dtype=bool) for name in ENSEMBLE_FLAGS}
    out["error"] = np.full(count, None, dtype=object)
    kinds: dict[Kind, list[int]] = {}
    for i, experiment in enumerate(experiments):
        reason = solver.supports(experiment)
        if reason is None:
            kinds.setdefault(kind_of(experiment, solver), []).append(i)
        else:
            out["error"][i] = reason
    done = count - sum(map(len, kinds.values()))
    for kind, rows in _portions(kinds, solver):
        columns = columns_of([experiments[i] for i in rows])
        told = _share(progress, done, len(rows), count)
        for name, values in _results(kind, columns, solver, told).items():
            out[name][rows] = values
        done += len(rows)
    return out


def _portions(kinds: dict[Kind, list[int]], solver: TwoWell) -> Iterator[tuple[Kind, list[int]]]:
    """Rows of one kind, no more at once than memory likes."""
    for kind, rows in kinds.items():
        lanes = 2 * solver.axis_points if kind.axes == "random" else 1
        lanes *= solver.size_points ** (kind.diameter_spread + kind.anisotropy_spread)
        most = max(1, _LANES // lanes)
        for start in range(0, len(rows), most):
            yield kind, rows[start : start + most]


def _results(kind: Kind, columns: Columns, solver: TwoWell, progress: Progress | None) -> dict[str, Any]:
    """Outputs, flags and errors of rows of one kind."""
    loops, _ = run_kind(kind, columns, solver, progress=progress)
    error = np.full(columns.diameter.size, None, dtype=object)
    for i in np.flatnonzero(loops.blocked | loops.not_converged):
        error[i] = trouble(loops, int(i), kind.interaction, solver.most_sweeps)
    failed = error != None  # noqa: E711  elementwise
    slp = loops.loss_per_cycle * columns.frequency / columns.density
    numbers = (loops.coercive_field, loops.remanence, loops.loss_per_cycle, slp)
    outputs: dict[str, Any] = {name: np.where(failed, np.nan, v) for name, v in zip(OUTPUTS, numbers, strict=True)}
    return outputs | flags_of(columns, loops, kind.interaction) | {"error": error}


def _share(progress: Progress | None, done: int, rows: int, total: int) -> Progress | None:
    """Progress of some rows among all."""
    if progress is None:
        return None
    return lambda fraction: progress((done + fraction * rows) / total)
