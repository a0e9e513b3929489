"""What every solver would make of an experiment: how far off, how long, and why.

The errors are bounds of what was measured against Brown's Fokker-Planck equation (``magheat reproduce thermal`` draws
the map); the times are those of one core of a present machine. Both are rough: they choose a solver, no more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from magheat.api import SOLVERS
from magheat.solvers.base import Solver
from magheat.solvers.energy_minimizer import EnergyMinimizer
from magheat.solvers.fokker_planck import FokkerPlanck
from magheat.solvers.kinetic_monte_carlo import KineticMonteCarlo
from magheat.solvers.kinetic_run import ROUNDS
from magheat.solvers.linear_response import LinearResponse
from magheat.solvers.llg import LLG
from magheat.solvers.size import duration
from magheat.solvers.two_well import TwoWell
from magheat.spec.experiment import Experiment, ensemble_of, particles_of
from magheat.workflows.recommend.regime import Regime, attempt_time

#: Spin-steps and ordered pairs per second of a thermal step, and right-hand sides of a particle at 0 K.
_SPIN_STEPS, _PAIRS = 7e7, 1e9
#: Fields that a step needs.
_FIELDS = 2
#: Seconds of Brown's equation per squared number of harmonics, and of every kind of particle.
_HARMONICS, _KIND = 5e-6, 0.2
#: Of the minimum at a sample, s; and how far a loop widens with (f/(alpha gamma_0 H_K))^(2/3), from the paper's pair.
_MINIMUM, _FLOPS, _LAG = 1e-4, 3e10, 40.0
#: K V/(k_B T) from which there are wells, and from which they are deep.
_LOW_BARRIER, _HIGH_BARRIER = 3.0, 5.0
#: Errors of two wells: with Brown's prefactor at the field and without; what rare jumps add, and how many are rare.
_ALONG, _WELLS, _RARE, _FEW = 0.1, 0.17, 0.6, 10.0
#: What a low barrier adds: a e^(-sigma/s), a and s.
_BLURRED, _BLUR = 5.0, 1.1
#: f/(alpha gamma_0 H_K) beyond which moments have no time to follow within a well.
_TOO_FAST = 0.004
#: What coupling adds, and from where on particles no longer flip one by one; pairs settled per second, and as
#: how many of them a particle by itself counts.
_COUPLED, _STRONG, _SETTLED, _OWN = 0.3, 0.45, 2.5e8, 20
#: Error of linear response over xi^2.
_NONLINEAR = 0.4
#: Damping below which single heats of the paper's pair are chance.
_CHAOTIC = 0.007


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What one solver would make of an experiment.

    Attributes
    ----------
    name
        Of the solver.
    solver
        Ready to run, with the options that suit; None where it cannot run the experiment.
    error
        Expected relative error of the heat per cycle by what the model leaves out; None where nobody knows.
    seconds
        Expected time on one core.
    reason
        One sentence.
    """

    name: str
    solver: Solver | None
    error: float | None
    seconds: float
    reason: str

    @property
    def shown_error(self) -> str:
        """The error as people say it."""
        if self.error is None:
            return "not known"
        return "wrong" if self.error >= 1 else f"up to {100 * self.error:.2g} %"

    @property
    def shown_time(self) -> str:
        """The time as people say it."""
        return "at once" if self.seconds < 1 else duration(self.seconds)


def advise(experiment: Experiment, regime: Regime) -> list[Advice]:
    """What every solver would make of the experiment, in the order of their names."""
    return [_ADVISERS[name](experiment, regime) for name in sorted(SOLVERS)]


def _refused(solver: Solver, experiment: Experiment) -> Advice | None:
    """The solver's own reason against the experiment, or None."""
    reason = solver.supports(experiment)
    if reason is None:
        return None
    return Advice(name=solver.name, solver=None, error=None, seconds=math.inf, reason=reason)


def _llg(experiment: Experiment, regime: Regime) -> Advice:
    """Every step of every moment: right, and slow."""
    solver = LLG()
    refused = _refused(replace(solver, max_steps=math.inf), experiment)
    if refused is not None:
        return refused
    steps, count = solver.expected_steps(experiment), particles_of(experiment).count
    solver = replace(solver, max_steps=max(solver.max_steps, 2 * steps))  # who takes it was told how long it takes
    pairs = count * (count - 1) if experiment.interactions else 0
    seconds = steps * (count / _SPIN_STEPS + _FIELDS * pairs / _PAIRS)
    if experiment.temperature > 0:
        error, words = solver.bias, "it follows every moment through its thermal motion; a run is one draw of chance"
    else:
        error, words = 1e-6, "it follows every moment; at 0 K nothing is left out but temperature"
        if experiment.damping < _CHAOTIC:
            words += ", yet at so low a damping single heats are chance: take mh.ensemble_heat"
    return Advice(name=solver.name, solver=solver, error=error, seconds=seconds, reason=words)


def _minimize(experiment: Experiment, regime: Regime) -> Advice:
    """The limit of a slow field at 0 K."""
    solver = EnergyMinimizer()
    refused = _refused(solver, experiment)
    if refused is not None:
        return refused
    unknowns, samples = 2 * particles_of(experiment).count, experiment.cycles * experiment.samples_per_cycle
    slowness = regime.speed / experiment.damping if experiment.damping > 0 else math.inf
    return Advice(
        name=solver.name,
        solver=solver,
        error=min(1.0, _LAG * slowness ** (2 / 3)),
        seconds=samples * (_MINIMUM + unknowns**3 / _FLOPS),
        reason="it is the limit of a slow field; the moments of a real one lag behind, and share heat by their damping",
    )


def _fokker_planck(experiment: Experiment, regime: Regime) -> Advice:
    """Exact for particles that do not interact."""
    solver = FokkerPlanck()
    refused = _refused(solver, experiment)
    if refused is not None:
        return refused
    kinds = solver.coefficients(experiment)
    seconds = sum(_KIND + _HARMONICS * harmonics**2 for harmonics in kinds)
    reason = "it solves Brown's equation, without wells or attempt time"
    return Advice(name=solver.name, solver=solver, error=1e-3, seconds=seconds, reason=reason)


def _two_well(experiment: Experiment, regime: Regime) -> Advice:
    """Jumps between wells: for barriers well above k_B T."""
    along = experiment.ensemble is not None and experiment.ensemble.axes == 0
    smooth = regime.field < 0.95 or regime.barrier >= _HIGH_BARRIER
    solver = TwoWell(prefactor="brown-field" if along and smooth else "brown" if experiment.damping > 0 else "constant")
    refused = _refused(solver, experiment)
    if refused is not None:
        return refused
    seconds = 1e-3 * (solver.size_points if ensemble_of(experiment).diameter_spread > 0 else 1)
    slower = experiment.damping**2 if experiment.damping_form != "gilbert" else 0.0  # its attempt time is Gilbert's
    error: float | None = _error_of_wells(experiment, regime, solver) + slower
    reason = _words_of_wells(experiment, regime)
    if regime.coupling > 0:
        error, reason = None, f"{reason}; interaction is a mean barrier, and nobody knows how far off that is"
    return Advice(name=solver.name, solver=solver, error=error, seconds=seconds, reason=reason)


def _kinetic(experiment: Experiment, regime: Regime) -> Advice:
    """Jumps between the wells of particles that feel each other."""
    solver = KineticMonteCarlo(prefactor="brown") if experiment.damping > 0 else KineticMonteCarlo()
    refused = _refused(solver, experiment)
    if refused is not None:
        return refused
    count = particles_of(experiment).count
    others = count if experiment.interactions else 0
    seconds = solver.expected_steps(experiment) * ROUNDS * count * (others + _OWN) / _SETTLED
    error: float | None = _error_of_wells(experiment, regime, solver)
    reason = _words_of_wells(experiment, regime)
    if regime.coupling > _STRONG:
        error, reason = None, f"{reason}; so close together, particles flip as one, which it leaves out"
    return Advice(name=solver.name, solver=solver, error=error, seconds=seconds, reason=reason)


def _error_of_wells(experiment: Experiment, regime: Regime, solver: TwoWell | KineticMonteCarlo) -> float:
    """Bounds of the measured map: low barriers blur the wells, and rare jumps feel every error of their rate."""
    if _is_fast(experiment, regime):
        return 1.0
    along = solver.prefactor == "brown-field"
    rates = (_ALONG + _RARE / 4 * _rarity(regime)) if along else (_WELLS + _RARE * _rarity(regime))
    return rates + _blurred(regime) + _COUPLED * regime.coupling


def _blurred(regime: Regime) -> float:
    """What a low barrier adds to the error."""
    return _BLURRED * math.exp(-regime.barrier / _BLUR)


def _rarity(regime: Regime) -> float:
    """0 where particles jump often in a period, 1 where they never do."""
    return 1 / (1 + regime.escapes / _FEW)


def _is_fast(experiment: Experiment, regime: Regime) -> bool:
    return regime.speed > _TOO_FAST * experiment.damping


def _words_of_wells(experiment: Experiment, regime: Regime) -> str:
    if regime.barrier < _LOW_BARRIER:
        return f"a barrier of {regime.barrier:.2g} k_B T leaves no two wells to speak of"
    if _is_fast(experiment, regime):
        return "the field turns faster than moments follow within a well"
    if regime.escapes < _FEW:
        return "the particles hardly ever jump, and every error of the attempt time counts in full"
    return f"a barrier of {regime.barrier:.2g} k_B T makes two wells, and jumps between them"


def _linear_response(experiment: Experiment, regime: Regime) -> Advice:
    """A formula for weak fields."""
    brown = float(attempt_time(experiment)[0])
    solver = LinearResponse(attempt_time=brown) if brown < 1 else LinearResponse()
    refused = _refused(solver, experiment)
    if refused is not None:
        return refused
    error = _WELLS + _blurred(regime) + _NONLINEAR * regime.moment**2
    words = "the field is weak" if regime.moment < 1 else "the field is strong"
    reason = f"{words}: mu0 M_s V H is {regime.moment:.2g} k_B T, and the formula is for far less than 1"
    return Advice(name=solver.name, solver=solver, error=error, seconds=1e-4, reason=reason)


#: Name of a solver -> who judges it.
_ADVISERS: Mapping[str, Callable[[Experiment, Regime], Advice]] = MappingProxyType(
    {
        "llg": _llg,
        "minimize": _minimize,
        "fokker-planck": _fokker_planck,
        "two-well": _two_well,
        "linear-response": _linear_response,
        "kinetic-monte-carlo": _kinetic,
    }
)
