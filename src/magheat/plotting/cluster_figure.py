"""Particles in space, as large as they are, coloured by what each of them does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import EllipseCollection
from matplotlib.colors import Normalize, TwoSlopeNorm
from matplotlib.figure import Figure

from magheat.errors import SpecError
from magheat.plotting.style import COLOUR_MAP, new_figure
from magheat.spec.particles import Particles

FloatArray = npt.NDArray[np.float64]

#: Colours on both sides of a value: purple and orange, told apart in every kind of sight.
BOTH_SIDES = "PuOr_r"
#: Where the light comes from on the page, and how many circles make a sphere of it.
_LIGHT, _CIRCLES = (-0.45, 0.5), 6
_INK = "#1b1f23"


def cluster_figure(
    particles: Particles,
    values: npt.ArrayLike,
    label: str,
    *,
    reference: float | None = None,
    view: tuple[float, float] = (-60.0, 15.0),
    direction: Sequence[float] = (0.0, 0.0, 1.0),
) -> Figure:
    """Figure of particles as spheres, seen from afar, with a colour bar, a scale and the direction of the field.

    Parameters
    ----------
    particles
        Where and how large.
    values
        One number per particle, (n,), such as its heat.
    label
        What the numbers are, with their unit.
    reference
        A value on both sides of which colours differ, such as 0; None for colours from dark to light.
    view
        Azimuth and elevation of the viewer in degrees; (0, 0) looks along -x, with z upwards.
    direction
        Of the applied field, (3,).

    Raises
    ------
    SpecError
        When there is not one finite number per particle.
    """
    figure = new_figure(5.2, 4.8)
    axes = figure.subplots()
    drawn = draw_cluster(axes, particles, values, reference=reference, view=view, direction=direction)
    figure.colorbar(drawn, ax=axes, label=label, shrink=0.75)
    return figure


def draw_cluster(
    axes: Axes,
    particles: Particles,
    values: npt.ArrayLike,
    *,
    reference: float | None = None,
    view: tuple[float, float] = (-60.0, 15.0),
    direction: Sequence[float] = (0.0, 0.0, 1.0),
    limits: tuple[float, float] | None = None,
) -> ScalarMappable:
    """Draw as `cluster_figure` on axes that are there, and return what a colour bar needs.

    ``limits`` are the values at the ends of the colours; those of the data when None.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (particles.count,) or not np.isfinite(numbers).all():
        raise SpecError(
            f"values must hold one finite number per particle, {particles.count} in all; got the shape {numbers.shape}"
        )
    colours = ScalarMappable(_norm(numbers, reference, limits), COLOUR_MAP if reference is None else BOTH_SIDES)
    right, up, nearer = _frame(view)
    places = 1e9 * particles.positions
    order = np.argsort(places @ nearer)
    seen = np.column_stack([places @ right, places @ up])[order]
    sizes = 1e9 * particles.diameters[order]
    _spheres(axes, seen, sizes, colours.to_rgba(numbers[order])[:, :3])
    _frame_of_page(axes, seen, sizes)
    _scale_and_field(axes, seen, sizes, np.array([right, up]) @ np.asarray(direction, dtype=np.float64))
    return colours


def _norm(values: FloatArray, reference: float | None, limits: tuple[float, float] | None) -> Normalize:
    low, high = (float(values.min()), float(values.max())) if limits is None else limits
    if reference is None:
        return Normalize(low, high)
    reach = max(abs(low - reference), abs(high - reference)) or 1.0
    return TwoSlopeNorm(reference, reference - reach, reference + reach)


def _frame(view: tuple[float, float]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Unit vectors to the right, upwards and to the viewer."""
    azimuth, elevation = np.radians(view)
    nearer = np.array(
        [math.cos(elevation) * math.cos(azimuth), math.cos(elevation) * math.sin(azimuth), math.sin(elevation)]
    )
    right = np.array([-math.sin(azimuth), math.cos(azimuth), 0.0])
    return right, np.cross(nearer, right), nearer


def _spheres(axes: Axes, places: FloatArray, sizes: FloatArray, colours: FloatArray) -> None:
    """Circles, each sphere several that shrink towards the light, in the order in which they are given."""
    share = np.linspace(0.0, 1.0, _CIRCLES, endpoint=False)
    width = sizes[:, None] * (1 - share)
    centres = places[:, None] + share[:, None] * sizes[:, None, None] / 2 * np.array(_LIGHT)
    lit = colours[:, None] + (1 - colours[:, None]) * 0.55 * share[:, None] ** 1.5
    edges = np.where(share > 0, 0.0, 0.35)
    circles: Any = EllipseCollection(
        width.ravel(), width.ravel(), np.zeros(width.size), units="xy", offsets=centres.reshape(-1, 2),
        offset_transform=axes.transData, facecolors=lit.reshape(-1, 3), edgecolors=_INK,
        linewidths=np.tile(edges, len(sizes)),
    )  # fmt: skip
    axes.add_collection(circles)


def _frame_of_page(axes: Axes, places: FloatArray, sizes: FloatArray) -> None:
    """Room for all spheres and a strip below them, the same scale both ways, no axes, which would not be space's."""
    low, high = (places - sizes[:, None] / 2).min(axis=0), (places + sizes[:, None] / 2).max(axis=0)
    extent = float((high - low).max())
    axes.set(xlim=(low[0] - 0.02 * extent, high[0] + 0.02 * extent), ylim=(low[1] - 0.22 * extent, high[1]))
    axes.set_aspect("equal", adjustable="box")
    axes.set_axis_off()


def _scale_and_field(axes: Axes, places: FloatArray, sizes: FloatArray, field: FloatArray) -> None:
    """In the strip, a bar of a round length and an arrow along the field as it is seen."""
    extent = float((places.max(axis=0) - places.min(axis=0)).max() + sizes.max())
    power = 10.0 ** math.floor(math.log10(extent / 4))
    length = max(k * power for k in (1, 2, 5) if k * power <= extent / 4)
    left, bottom = axes.get_xlim()[0] + 0.02 * extent, axes.get_ylim()[0] + 0.04 * extent
    axes.plot([left, left + length], [bottom, bottom], color=_INK, linewidth=2, solid_capstyle="butt")
    axes.text(left + length / 2, bottom + 0.015 * extent, f"{length:g} nm", ha="center", va="bottom", fontsize=8)
    if np.linalg.norm(field) > 0.1:
        middle = np.array([left + length + 0.14 * extent, bottom + 0.05 * extent])
        arrow = {"arrowstyle": "<->", "color": _INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
        ends = [tuple((middle + side * extent * field).tolist()) for side in (0.08, -0.08)]
        axes.annotate("", ends[0], ends[1], arrowprops=arrow)
        axes.text(middle[0] + 0.05 * extent, middle[1], "field", va="center", fontsize=8)
