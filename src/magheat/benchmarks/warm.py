"""Compile every kernel once: ``python -m magheat.benchmarks.warm``; later processes read them from the disk cache."""

from magheat import api
from magheat.kernels.batch import LARGEST_ON_ONE_LANE
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_escape import escape_rates
from magheat.spec import arrangement
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.ensemble import Ensemble
from magheat.spec.experiment import Experiment
from magheat.spec.material import magnetite


def warm(count: int) -> None:
    """Run every solver once on a tiny problem of so many particles; few and many take different kernels."""
    drive = Sinusoidal(amplitude="10 Oe", frequency="1 GHz")
    chain = arrangement.chain(count=count, diameter="10 nm", gap="1 nm", material=magnetite)
    experiment = Experiment(particles=chain, applied_field=drive, cycles=1, samples_per_cycle=4)
    for solver in ("llg", "minimize"):
        api.simulate(experiment, solver=solver)


def warm_thermal(count: int) -> None:
    """Run the thermal kernels once; one particle, few and many take different ones."""
    drive = Sinusoidal(amplitude="10 Oe", frequency="1 GHz")
    chain = arrangement.chain(count=count, diameter="10 nm", gap="1 nm", material=magnetite)
    api.simulate(
        Experiment(particles=chain, applied_field=drive, temperature=300.0, cycles=1, samples_per_cycle=4), solver="llg"
    )


def warm_ensemble() -> None:
    """Run the two-well kernels once; aligned and random axes take the same compiled code."""
    drive = Sinusoidal(amplitude="10 Oe", frequency="1 MHz")
    ensemble = Ensemble(material=magnetite, diameter="16 nm")
    experiment = Experiment(ensemble=ensemble, applied_field=drive, temperature=300.0, samples_per_cycle=4)
    api.simulate(experiment, solver="two-well")
    escape_rates(magnetite, 16e-9, 300.0, TwoWell())


if __name__ == "__main__":
    for particles in (2, LARGEST_ON_ONE_LANE + 1):
        warm(particles)
        warm_thermal(particles)
    warm_ensemble()
