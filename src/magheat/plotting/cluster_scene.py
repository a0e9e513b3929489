"""Particles in space, to be turned with the mouse: for those who have installed pyvista."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from magheat.errors import SpecError
from magheat.plotting.style import COLOUR_MAP
from magheat.spec.particles import Particles

if TYPE_CHECKING:
    import pyvista


def cluster_scene(particles: Particles, values: npt.ArrayLike, label: str) -> pyvista.Plotter:
    """Scene of particles as spheres, coloured by one number each; ``scene.show()`` opens it.

    Parameters
    ----------
    particles
        Where and how large.
    values
        One number per particle, (n,), such as its heat.
    label
        What the numbers are, with their unit.

    Raises
    ------
    SpecError
        When pyvista is not installed, or there is not one number per particle.
    """
    try:
        import pyvista
    except ImportError:
        raise SpecError(
            "plotting.cluster_scene must have pyvista, which is not installed; pip install 'magheat[scene]', or take "
            "plotting.cluster_figure, which needs nothing else"
        ) from None
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (particles.count,):
        raise SpecError(f"values must hold one number per particle, {particles.count}; got the shape {numbers.shape}")
    cloud = pyvista.PolyData(1e9 * particles.positions)
    cloud[label], cloud["diameter (nm)"] = numbers, 1e9 * particles.diameters
    spheres = cloud.glyph(scale="diameter (nm)", geom=pyvista.Sphere(radius=0.5), orient=False)
    scene = pyvista.Plotter()
    scene.add_mesh(spheres, scalars=label, cmap=COLOUR_MAP, smooth_shading=True)
    scene.add_axes()
    return scene
