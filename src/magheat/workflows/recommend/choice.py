"""Which solver fits an experiment, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass

from magheat.api import require_experiment
from magheat.errors import SpecError
from magheat.solvers.base import Solver
from magheat.solvers.size import duration
from magheat.spec.checks import explain_arguments
from magheat.spec.experiment import Experiment
from magheat.workflows.recommend.advice import Advice, advise
from magheat.workflows.recommend.regime import Regime, regime_of

#: Seconds that nobody minds.
_AT_ONCE = 1.0


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """A solver for an experiment, and what the others would make of it.

    Attributes
    ----------
    chosen
        The advice that is given.
    verdict
        Why that one, in a sentence.
    regime
        The dimensionless numbers that it rests on.
    advice
        What every solver would make of the experiment: those that can run it first, the least error first.
    """

    chosen: Advice
    verdict: str
    regime: Regime
    advice: tuple[Advice, ...]

    @property
    def solver(self) -> Solver:
        """The solver, ready for ``mh.simulate(experiment, solver)``."""
        assert self.chosen.solver is not None
        return self.chosen.solver

    def __str__(self) -> str:
        return "\n".join([f"Take {self.chosen.name}: {self.verdict}", *(f"  {_line(one)}" for one in self.advice)])


@explain_arguments
def recommend(experiment: Experiment, error: float = 0.25, seconds: float = 600.0) -> Recommendation:
    """Recommend the fastest solver that is right enough; where none is, the most accurate within the time.

    Parameters
    ----------
    experiment
        What is to be simulated.
    error
        Relative error of the heat per cycle that is good enough, > 0.
    seconds
        Longest time on one core, s, > 0.

    Returns
    -------
    Recommendation
        With the solver, ready to run, and the reasons for and against every other one.

    Raises
    ------
    SpecError
        For something that is no experiment or a limit that is not positive, and where no solver can run it.

    Notes
    -----
    Errors are rough bounds of what was measured against Brown's Fokker-Planck equation and the paper's pair; where
    nobody measured they are None and count as the largest.
    """
    require_experiment(experiment)
    for name, value in (("error", error), ("seconds", seconds)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise SpecError(f"{name} must be a number > 0; got {value!r}.")
    regime = regime_of(experiment)
    advice = tuple(sorted(advise(experiment, regime), key=lambda one: (one.solver is None, _error(one), one.seconds)))
    runnable = [one for one in advice if one.solver is not None]
    if not runnable:
        kind = "two-well" if experiment.particles is None else "llg"  # the others ask for another kind of sample
        reason = next(one.reason for one in advice if one.name == kind)
        raise SpecError(f"experiment must be one that a solver can run; got none: {reason}")
    chosen, verdict = _choose(runnable, error, seconds)
    return Recommendation(chosen=chosen, verdict=verdict, regime=regime, advice=advice)


def _choose(runnable: list[Advice], error: float, seconds: float) -> tuple[Advice, str]:
    """The advice to give, and the sentence that says why."""
    quick = [one for one in runnable if one.seconds <= seconds]
    good = [one for one in quick if _error(one) <= error]
    if good:
        fastest = max(_AT_ONCE, min(one.seconds for one in good))
        chosen = next(one for one in good if one.seconds <= fastest)
        return chosen, f"{chosen.reason}."
    if quick:
        chosen = quick[0]
        return (
            chosen,
            f"{chosen.reason}. Nothing within {duration(seconds)} is known to be right to {100 * error:.2g} %.",
        )
    chosen = min(runnable, key=lambda one: one.seconds)
    return chosen, f"{chosen.reason}. Nothing takes less than {duration(seconds)}; this takes {chosen.shown_time}."


def _error(one: Advice) -> float:
    return math.inf if one.error is None else one.error


def _line(one: Advice) -> str:
    """One solver in one line."""
    if one.solver is None:
        return f"{one.name}: cannot run it. {one.reason}"
    return f"{one.name}: error {one.shown_error}, {one.shown_time}; {one.reason}."
