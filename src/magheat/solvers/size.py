"""What a run of many particles costs, told before it starts, and refused where nobody could wait for it or hold it."""

from __future__ import annotations

import os

from magheat.kernels.batch import cores
from magheat.spec.experiment import Experiment, particles_of

#: Ordered pairs of particles per second and core whose dipolar field is computed; flops of dense linear algebra.
_PAIRS, _FLOPS = 1e9, 1e10
#: Pairs that take as long as one particle without interaction.
_ALONE = 10
#: Float64 numbers per particle while a run goes on: 21 stages of 5 states at most, and what a particle is.
_WHILE_RUNNING = 5 * 21 + 20
#: The same per particle and sample: 5 states, 9 variables of the dataset, and 6 while they are computed.
_OF_A_SAMPLE = 5 + 9 + 6
#: A month.
_LONGEST = 30 * 86400.0
_LARGEST = 8 * 2**30


def too_long(experiment: Experiment, evaluations: float, threads: int | None = None) -> str | None:
    """Why a run that computes all dipolar fields so many times cannot be waited for; None where it can."""
    count, used = particles_of(experiment).count, threads or cores()
    pairs = count * max(count - 1, 1) if experiment.interactions else _ALONE * count
    seconds = evaluations * pairs / (_PAIRS * used)
    if seconds <= _LONGEST:
        return None
    fix = "take fewer particles, or interactions=False" if experiment.interactions else "take fewer particles"
    return (
        f"Experiment.particles must be few enough for a run of at most 30 days; got {count}, with which it would take "
        f"about {duration(seconds)} ({evaluations:.1e} times all pairs, {_PAIRS:.0e} pairs a second on "
        f"{_cores(used)}) and {_gibibytes(memory_of(experiment))}; {fix} or cycles"
    )


def too_large(experiment: Experiment) -> str | None:
    """Why the samples of a run cannot be held in this machine's memory; None where they can."""
    needed, there = memory_of(experiment), memory_here()
    if needed <= there:
        return None
    samples = experiment.cycles * experiment.samples_per_cycle + 1
    return (
        f"Experiment.samples_per_cycle must be small enough for the memory; {samples} samples of "
        f"{particles_of(experiment).count} particles need about {_gibibytes(needed)}, and this machine has "
        f"{_gibibytes(there)}; take fewer samples, cycles or particles"
    )


def memory_of(experiment: Experiment) -> float:
    """Bytes that a run and its dataset need."""
    samples = experiment.cycles * experiment.samples_per_cycle + 1
    return 8.0 * particles_of(experiment).count * (_WHILE_RUNNING + _OF_A_SAMPLE * samples)


def memory_here() -> float:
    """Bytes of memory that this machine has; without end where it does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return float("inf")


def too_dense(experiment: Experiment, factorizations: float) -> str | None:
    """Why a run that factorizes the Hessian of all moments so many times cannot be done; None where it can."""
    count = particles_of(experiment).count
    memory = 2 * 8 * (2 * count) ** 2
    seconds = factorizations * (2 * count) ** 3 / 3 / _FLOPS
    if memory <= _LARGEST and seconds <= _LONGEST:
        return None
    return (
        f"Experiment.particles must be few enough for the Hessian of their energy; got {count}, with which it needs "
        f"{_gibibytes(memory)} and a run about {duration(seconds)}; take fewer particles, or solver='llg'"
    )


def _cores(count: int) -> str:
    return "one core" if count == 1 else f"each of {count} cores"


def duration(seconds: float) -> str:
    """A time in the unit in which people count it."""
    for unit, size in (("years", 365.25 * 86400.0), ("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.{0 if seconds >= 10 * size else 1}f} {unit}"
    return f"{seconds:.0f} s"


def _gibibytes(size: float) -> str:
    return f"{size / 2**30:.2g} GiB"
