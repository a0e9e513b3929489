"""One local minimum of the energy followed through a sweep of the applied field, with the falls between minima.

Where the minimum loses stability the system falls on the overdamped path of the Landau-Lifshitz equation
to the next one (:mod:`magheat.solvers.falls`), never to the global minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from magheat.errors import ConvergenceError
from magheat.kernels import continuation as kernels
from magheat.kernels.energy import own_arrays
from magheat.kernels.system import System
from magheat.solvers.falls import Faller

FloatArray = npt.NDArray[np.float64]

#: rad; moments turned by less at a loss of stability crossed it continuously (a perpendicular particle at H_K).
SMALLEST_JUMP = 0.01
#: Refinements of the drive, work of a kernel between two chances for Ctrl-C, and which of a seed's generators is ours.
MOST_HALVINGS, WORK_PER_CALL, GENERATOR = 10, 1e9, 3


@dataclass(frozen=True)
class Jump:
    """One loss of stability: what happened at a fixed applied field.

    Attributes
    ----------
    time
        s.
    field
        (3,) A/m.
    before, after
        (n, 3) unit vectors.
    heat
        (n,) J, released by each particle.
    """

    time: float
    field: FloatArray
    before: FloatArray
    after: FloatArray
    heat: FloatArray


@dataclass(frozen=True)
class Sweep:
    """A quasi-static run.

    Attributes
    ----------
    moments
        (t, n, 3) unit vectors, a minimum of the energy at every time.
    released_heat, field_work
        (t, n) J, cumulative from the first time.
    jumps
        In order.
    """

    moments: FloatArray
    released_heat: FloatArray
    field_work: FloatArray
    jumps: tuple[Jump, ...]


def follow_minimum(
    start: FloatArray,
    times: FloatArray,
    field: Callable[[FloatArray], FloatArray],
    system: System,
    *,
    jump_tolerance: float,
    largest_move: float = 0.05,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Sweep:
    """The local minimum below ``start``, followed through the applied fields of ``times``.

    Heat is released in jumps only, where it is that of each particle on the overdamped path. Its sum is the drop of
    the total energy exactly; its split belongs to the metric of the Landau-Lifshitz equation and to the overdamped
    limit: at low damping the particles share the same sum otherwise. Field work is -mu_0 M_s V int m.dH over the
    reversible motion, which each step checks against the change of energy.

    Parameters
    ----------
    start
        (n, 3) unit vectors; descends to the minimum at the first field, and the heat of that is not counted.
    times
        (t,) s, increasing. Only their order matters to the states.
    field
        Applied field at an array of times: (k,) s -> (k, 3) A/m.
    system
        The particles.
    jump_tolerance
        A/m, to which fields of jumps are located; the drive is followed as a polyline within it (or within 1e-6 of
        the largest field).
    largest_move
        rad, of any moment in one step of the continuation.
    seed
        For the tilts, which choose the way down from states of high symmetry.
    progress
        Told the fraction done, at every jump and at the end.

    Raises
    ------
    ConvergenceError
        When a fall ends in no minimum.
    """
    run = _Run(own_arrays(system), kernels.Bounds(float(largest_move), 0.1 * float(jump_tolerance)), seed)
    nodes, path = polyline(times, field, jump_tolerance)
    moments, _ = run.faller.fall(np.array(start, dtype=np.float64), path.field[0])
    n = len(moments)
    samples = kernels.Samples(np.zeros((len(times), n, 3)), np.zeros((len(times), n)), np.zeros((len(times), n)))
    state = kernels.State(moments, np.zeros(n), np.zeros(n), np.array([0.0, 0.0, np.inf]))
    samples.moments[0] = moments
    jumps: list[Jump] = []
    while not run.advance(samples, state, path):
        jumps += run.jump(state, nodes, path)
        if progress is not None:
            progress(float(state.progress[kernels.SEGMENT]) / (len(nodes) - 1))
    if progress is not None:
        progress(1.0)
    return Sweep(samples.moments, samples.heat, samples.work, tuple(jumps))


def polyline(
    times: FloatArray, field: Callable[[FloatArray], FloatArray], tolerance: float
) -> tuple[FloatArray, kernels.Path]:
    """Times and fields so dense that straight lines between them stay within ``tolerance`` (A/m) of the drive.

    All ``times`` are among them. An interval is halved until its chord fits at three places, at most ten times (a
    discontinuous drive has no such polyline).
    """
    t = np.array(times, dtype=np.float64)
    h, sample = np.array(field(t), dtype=np.float64), np.arange(len(t))
    tolerance = max(tolerance, 1e-6 * float(np.sqrt((h**2).sum(-1)).max()))
    fresh = np.ones(len(t) - 1, dtype=bool)
    for _ in range(MOST_HALVINGS):
        (at,) = np.nonzero(fresh)
        middle = (t[at] + t[at + 1]) / 2
        bent = sagitta(t[at], t[at + 1], h[at], h[at + 1], field) > tolerance
        at, middle, between = at[bent], middle[bent], np.asarray(field(middle[bent]))
        if not at.size:
            break
        halved = np.insert(np.zeros(len(t), dtype=bool), at + 1, True)
        t, h, sample = np.insert(t, at + 1, middle), np.insert(h, at + 1, between, 0), np.insert(sample, at + 1, -1)
        fresh = halved[1:] | halved[:-1]
    return t, kernels.Path(np.ascontiguousarray(h), sample)


def sagitta(
    start: FloatArray,
    stop: FloatArray,
    first: FloatArray,
    last: FloatArray,
    field: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """Largest distance of the drive from its chord at three places of each interval, (k,) A/m.

    In the middle alone an inflection would go unnoticed.
    """
    worst = np.zeros(len(start))
    for part in (0.25, 0.5, 0.75):
        apart = field(start + part * (stop - start)) - ((1 - part) * first + part * last)
        worst = np.maximum(worst, np.sqrt((apart**2).sum(-1)))
    return worst


class _Run:
    """The particles of one run on their way along a path."""

    def __init__(self, system: System, bounds: kernels.Bounds, seed: int) -> None:
        n = len(system.volume)
        weights, memory = kernels.weights_of(system), kernels.memory_for(n)
        self.faller = Faller(system, weights, memory, bounds, np.random.default_rng([seed, GENERATOR]))
        self.most_steps = 1 + int(WORK_PER_CALL / (2 * n) ** 3)

    def advance(self, samples: kernels.Samples, state: kernels.State, path: kernels.Path) -> bool:
        """Follow the minimum until the path ends (true) or the minimum is lost (false)."""
        f, code = self.faller, kernels.PAUSED
        while code == kernels.PAUSED:
            code = kernels.follow(samples, state, path, f.memory, f.weights, f.bounds, f.system, self.most_steps)
        if code == kernels.NOT_A_MINIMUM:
            raise ConvergenceError("a minimum must have a positive curvature to be followed; got one that has none.")
        return bool(code == kernels.FINISHED)

    def jump(self, state: kernels.State, nodes: FloatArray, path: kernels.Path) -> list[Jump]:
        """Fall from the lost minimum, one step of the field further; empty when nothing turned far."""
        segment, along, h_step = state.progress
        k = int(segment)
        leap = path.field[k + 1] - path.field[k]
        step = min(h_step / float(np.sqrt(leap @ leap)), 1.0 - along)
        before, place = state.m.copy(), along + step
        field = path.field[k] + place * leap
        after, heat = self.faller.fall(before, field)
        state.work[:] -= step * self.faller.weights.p * (before @ leap)
        state.heat[:] += heat
        state.m[:] = after
        state.progress[kernels.ALONG] = place
        if np.sqrt(((after - before) ** 2).sum(-1).max()) < SMALLEST_JUMP:
            return []
        return [Jump(float(nodes[k] + place * (nodes[k + 1] - nodes[k])), field, before, after, heat)]
