"""Compile every kernel once: ``python -m magheat.benchmarks.warm``; later processes read them from the disk cache."""

from magheat import api
from magheat.kernels.batch import LARGEST_ON_ONE_LANE, aligned, empty_sites
from magheat.kernels.interaction import all_pairs_field
from magheat.spec import arrangement
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.experiment import Experiment
from magheat.spec.material import magnetite


def warm() -> None:
    """Run each compiled road once on a tiny problem: few particles, many, both solvers."""
    drive = Sinusoidal(amplitude="10 Oe", frequency="1 GHz")
    for count in (2, LARGEST_ON_ONE_LANE + 1):
        chain = arrangement.chain(count=count, diameter="10 nm", gap="1 nm", material=magnetite)
        experiment = Experiment(particles=chain, applied_field=drive, cycles=1, samples_per_cycle=4)
        for solver in api.SOLVERS:
            api.simulate(experiment, solver=solver)
    sites = empty_sites(2)
    all_pairs_field(aligned(*sites.position.shape), aligned(*sites.position.shape), sites)


if __name__ == "__main__":
    warm()
