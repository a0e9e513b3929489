"""Compile every kernel once: ``python -m magheat.kernels.warm``; later processes read them from the disk cache."""

import numpy as np

from magheat.kernels.batch import LARGEST_ON_ONE_LANE, aligned, empty_sites, integrate
from magheat.kernels.interaction import all_pairs_field
from magheat.kernels.reduced import reference_field
from magheat.kernels.relaxation import descents
from magheat.kernels.step import DORMAND_PRINCE
from magheat.kernels.system import System


def row_of_particles(n: int) -> System:
    """Spheres of 10 nm, touching, in a row."""
    positions = np.zeros((n, 3))
    positions[:, 2] = 1e-8 * np.arange(n)
    axes = np.tile([0.6, 0.0, 0.8], (n, 1))
    return System(positions, np.full(n, 5e-25), np.full(n, 4.8e5), np.full(n, 1e4), axes, 1.0)


def warm() -> None:
    """Run each compiled road once on a tiny problem."""
    for n in (2, LARGEST_ON_ONE_LANE + 1):
        system = row_of_particles(n)
        h_ref = reference_field(system, 0.0)
        start = np.tile([0.8, 0.0, 0.6], (1, n, 1))
        integrate(descents(start, np.zeros((1, 3)), system, h_ref, 0.1), 0, DORMAND_PRINCE)
    sites = empty_sites(2)
    all_pairs_field(aligned(*sites.position.shape), aligned(*sites.position.shape), sites)


if __name__ == "__main__":
    warm()
