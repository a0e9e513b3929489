"""What a run of many particles costs, told before it starts, and refused where nobody could wait for it or hold it."""

from __future__ import annotations

from magheat.spec.experiment import Experiment, particles_of

#: Ordered pairs of particles per second and core whose dipolar field is computed; flops of dense linear algebra.
_PAIRS, _FLOPS = 1e9, 1e10
#: Bytes per particle that Runge-Kutta needs: 21 stages of 5 states in float64.
_STAGES = 8 * 5 * 21
#: A month.
_LONGEST = 30 * 86400.0
_LARGEST = 8 * 2**30


def too_long(experiment: Experiment, evaluations: float) -> str | None:
    """Why a run that computes all dipolar fields so many times cannot be waited for; None where it can."""
    count = particles_of(experiment).count
    pairs = count * max(count - 1, 1) if experiment.interactions else 10 * count
    seconds = evaluations * pairs / _PAIRS
    if seconds <= _LONGEST:
        return None
    fix = "take fewer particles, or interactions=False" if experiment.interactions else "take fewer particles"
    return (
        f"Experiment.particles must be few enough for a run of at most 30 days; got {count}, with which it would take "
        f"about {_duration(seconds)} ({evaluations:.1e} times all pairs, {_PAIRS:.0e} pairs a second) and "
        f"{_gibibytes(_STAGES * count)} beside the result; {fix} or cycles"
    )


def too_dense(experiment: Experiment, factorizations: float) -> str | None:
    """Why a run that factorizes the Hessian of all moments so many times cannot be done; None where it can."""
    count = particles_of(experiment).count
    memory = 2 * 8 * (2 * count) ** 2
    seconds = factorizations * (2 * count) ** 3 / 3 / _FLOPS
    if memory <= _LARGEST and seconds <= _LONGEST:
        return None
    return (
        f"Experiment.particles must be few enough for the Hessian of their energy; got {count}, with which it needs "
        f"{_gibibytes(memory)} and a run about {_duration(seconds)}; take fewer particles, or solver='llg'"
    )


def _duration(seconds: float) -> str:
    """A time in the unit in which people count it."""
    for unit, size in (("years", 365.25 * 86400.0), ("days", 86400.0), ("hours", 3600.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.{0 if seconds >= 10 * size else 1}f} {unit}"
    return f"{seconds:.0f} s"


def _gibibytes(size: float) -> str:
    return f"{size / 2**30:.2g} GiB"
