"""The experiment: particles, applied field, protocol; everything that a result depends on but the solver."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from magheat.errors import SpecError
from magheat.spec import io
from magheat.spec.applied_field import AppliedField
from magheat.spec.checks import (
    boolean,
    broken,
    by_constructor,
    explain_arguments,
    instance,
    integer,
    not_negative,
    one_of,
    replaced,
    store,
    unit_vectors,
)
from magheat.spec.ensemble import Ensemble
from magheat.spec.key import content_key
from magheat.spec.particles import Particles
from magheat.units import FloatArray, Quantities, Quantity
from magheat.whole import write_text

#: What a stored result needs per particle and sample, in numbers of 8 bytes: three components of the moment,
#: magnetization, four energies, temperature rise, and room for the solver's own copy.
_NUMBERS_PER_SAMPLE = 12
_LARGEST_RESULT = 8 * 2**30
_HIGHEST_DAMPING = 1000.0
_MOST = 10**12


@dataclass(frozen=True, init=False, eq=False)
class Experiment:
    """What is simulated. Checked once, here; equal and hashable by `key`.

    Parameters
    ----------
    particles
        Where, how large, of what: every particle by itself.
    ensemble
        In place of particles: many of them, by the distribution of sizes and axes.
    applied_field
        What the coil does.
    damping
        alpha, >= 0 and <= 1000; 0.01 to 1 is usual.
    temperature
        In K, >= 0; at 0 there is no thermal field.
    cycles
        Periods of the applied field, >= 1.
    samples_per_cycle
        Stored points per period, >= 4.
    seed
        Of all that is random: 0 <= seed < 2^63.
    interactions
        Whether the particles feel each other's dipolar field.
    initial_moments
        Directions (n, 3), normalised here; by default all along the applied field's direction, tilted by 1e-6 rad
        (seeded) and descended to the minimum at H(0).
    damping_form
        ``"landau-lifshitz"``, without 1/(1 + alpha^2), or ``"gilbert"``, with it, in the motion and in the heat.

    Raises
    ------
    SpecError
        For a value that breaks its rule, under its name.
    """

    particles: Particles | None
    ensemble: Ensemble | None
    applied_field: AppliedField
    damping: float
    temperature: float
    cycles: int
    samples_per_cycle: int
    seed: int
    interactions: bool
    initial_moments: FloatArray | None
    damping_form: str

    @explain_arguments
    def __init__(
        self,
        *,
        particles: Particles | None = None,
        ensemble: Ensemble | None = None,
        applied_field: AppliedField,
        damping: Quantity = 1.0,
        temperature: Quantity = 0.0,
        cycles: int = 2,
        samples_per_cycle: int = 2000,
        seed: int = 1,
        interactions: bool = True,
        initial_moments: Quantities | None = None,
        damping_form: str = "landau-lifshitz",
    ) -> None:
        _require_one_of(particles, ensemble, initial_moments)
        instance(applied_field, AppliedField, "Experiment.applied_field", "such as mh.Sinusoidal")  # type: ignore[type-abstract]
        store(
            self,
            particles=particles,
            ensemble=ensemble,
            applied_field=applied_field,
            damping=_damping(damping),
            temperature=not_negative(temperature, "K", "Experiment.temperature", "in K, or '42 degC'"),
            cycles=integer(cycles, "Experiment.cycles", 1, _MOST),
            samples_per_cycle=_samples(samples_per_cycle),
            seed=integer(seed, "Experiment.seed", 0, 2**63),
            interactions=boolean(interactions, "Experiment.interactions"),
            initial_moments=_moments(initial_moments, 1 if particles is None else particles.count),
            damping_form=one_of(damping_form, ("landau-lifshitz", "gilbert"), "Experiment.damping_form"),
        )
        _require_storable(self)

    @cached_property
    def key(self) -> str:
        """Content hash of 32 hexadecimal digits, the same for the same physics in whatever units it was written."""
        return content_key(self)

    def replace(self, **changes: Any) -> Experiment:
        """An experiment with some arguments changed, such as ``experiment.replace(damping=0.1)``."""
        return replaced(self, changes)

    @classmethod
    def from_toml(cls, path: str | Path) -> Experiment:
        """The experiment in a TOML file (see `magheat.spec.io`); a ``[solver]`` table in it is left aside."""
        return io.from_toml(path)[0]

    def to_toml(self, path: str | Path | None = None) -> str:
        """The experiment as TOML text, written to ``path`` where one is given."""
        text = io.to_toml(self)
        if path is not None:
            _write(text, Path(path))
        return text

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Experiment) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    def __reduce__(self) -> Any:
        return by_constructor(self)


def _write(text: str, path: Path) -> None:
    try:
        write_text(path, text)
    except OSError as error:
        raise SpecError(f"{path} cannot be written: {error.strerror}; choose another folder") from None


def particles_of(experiment: Experiment) -> Particles:
    """The particles of an experiment, which must have them."""
    if experiment.particles is None:
        raise SpecError("Experiment.particles is required here; got an ensemble, for which solver='two-well' is made")
    return experiment.particles


def ensemble_of(experiment: Experiment) -> Ensemble:
    """The ensemble of an experiment, which must have one."""
    if experiment.ensemble is None:
        raise SpecError("Experiment.ensemble is required here; got particles; make one with mh.Ensemble")
    return experiment.ensemble


def _require_one_of(particles: Any, ensemble: Any, initial_moments: Any) -> None:
    """Particles or an ensemble, not both; first moments are of particles."""
    if ensemble is None:
        example = "make them with mh.Particles or mh.arrangement, or give ensemble=mh.Ensemble(...)"
        instance(particles, Particles, "Experiment.particles", example)
        return
    instance(ensemble, Ensemble, "Experiment.ensemble", "make one with mh.Ensemble")
    if particles is not None:
        raise SpecError("Experiment.particles must not be given with Experiment.ensemble; got both; leave one out")
    if initial_moments is not None:
        raise SpecError("Experiment.initial_moments must not be given with an ensemble, whose loop is the steady one")


def _damping(value: Quantity) -> float:
    number = not_negative(value, "1", "Experiment.damping", "0.01 to 1 is usual")
    if number <= _HIGHEST_DAMPING:
        return number
    raise SpecError(broken("Experiment.damping", f"<= {_HIGHEST_DAMPING:g}", value, "1", "0.01 to 1 is usual"))


def _samples(value: int) -> int:
    hint = "with fewer a loop has no area; 2000 is the default, and the integrator chooses its own steps"
    return integer(value, "Experiment.samples_per_cycle", 4, _MOST, hint)


def _moments(value: Quantities | None, count: int) -> FloatArray | None:
    return None if value is None else unit_vectors(value, "Experiment.initial_moments", count)


def _require_storable(experiment: Experiment) -> None:
    """Refuse, under ``cycles``, what no memory would hold."""
    samples = experiment.samples_per_cycle * experiment.cycles
    count = 1 if experiment.particles is None else experiment.particles.count
    size = 8 * _NUMBERS_PER_SAMPLE * samples * count
    if size > _LARGEST_RESULT:
        most = _LARGEST_RESULT // (size // experiment.cycles)
        fix = f"take at most {most} or fewer samples_per_cycle" if most else "take fewer samples_per_cycle or particles"
        raise SpecError(
            f"Experiment.cycles must leave a result of at most 8 GiB; got {experiment.cycles}, which with"
            f" {experiment.samples_per_cycle} samples_per_cycle and {count} particles makes"
            f" {size / 2**30:.3g} GiB; {fix}"
        )
