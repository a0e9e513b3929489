"""One run at a glance: loops, the heat of each particle, and how the moments turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, PowerNorm, to_rgba_array
from matplotlib.figure import Figure, SubFigure
from matplotlib.patheffects import withStroke

from magheat.analysis import field_amplitude, heat_per_cycle, hysteresis_loop, sample_loop
from magheat.constants import OERSTED
from magheat.dataset import check
from magheat.errors import SchemaError
from magheat.plotting.style import COLOUR_MAP, COLOURS, GREY, new_figure, quiet

FloatArray = npt.NDArray[np.float64]

#: Up to this many particles each gets a colour and an entry in the legend; more share a colour map.
FEW = len(COLOURS)
#: Most points along a line: more would not be seen and make heavy files.
_MOST_POINTS = 20_000


def run_figure(ds: xr.Dataset) -> Figure:
    """Loops of every particle and of the sample, temperature rise, and moments along the drive against time.

    The loops are those of the last cycle, the rest covers the whole run. Up to six particles are drawn in colours of
    their own; more share a colour map by heat per cycle, with the mean in black.

    Parameters
    ----------
    ds
        One run with particles.

    Raises
    ------
    SchemaError
        When the dataset is not a whole run with particles, or holds several.
    """
    if "run" in ds.dims:
        raise SchemaError(f"dataset must hold one run; got {ds.sizes['run']}. Select one with ds.isel(run=0).")
    if "particle" not in ds.dims and {"applied_field", "magnetization"} <= set(ds.data_vars):
        return ensemble_figure(ds)
    check(ds)
    figure = new_figure(10.5, 5.8)
    figure.suptitle(_title(ds), fontsize=10)
    halves = figure.add_gridspec(1, 2, width_ratios=(1.0, 1.1))
    left, right = figure.add_subfigure(halves[0]), figure.add_subfigure(halves[1])
    loops = left.subplots()
    heat, moments = right.subplots(2, 1, sharex=True)
    colours = _line_colours(ds)
    _draw_loops(loops, ds, colours)
    _draw_heat(heat, ds, colours)
    _draw_moments(moments, ds, colours)
    if ds.sizes["particle"] > FEW:
        _add_colour_bar(right, [heat, moments], ds)
    return figure


def ensemble_figure(ds: xr.Dataset) -> Figure:
    """The loop of an ensemble without positions."""
    figure = new_figure(5.4, 4.6)
    axes = figure.subplots()
    h, m = (np.append(ds[name].values, ds[name].values[0]) / 1e3 for name in ("applied_field", "magnetization"))
    axes.plot(h, m, color="black")
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.axvline(0, color=GREY, linewidth=0.6)
    axes.set_xlabel("Applied field (kA/m)")
    axes.set_ylabel("Magnetization (kA/m)")
    axes.set_title(f"Ensemble, {float(ds['frequency']) / 1e3:.4g} kHz, {ds.attrs['solver']}", fontsize=10)
    return figure


def _title(ds: xr.Dataset) -> str:
    amplitude, frequency = float(field_amplitude(ds)), float(ds["frequency"])
    count = ds.sizes["particle"]
    parts = [
        f"{count} particle{'s' if count > 1 else ''}",
        f"{amplitude / 1e3:.3g} kA/m ({amplitude / OERSTED:.4g} Oe)",
        f"{frequency / 1e3:.4g} kHz",
    ]
    if "damping" in ds.coords:
        parts.append(f"damping {float(ds['damping']):.3g}")
    if float(ds.get("temperature", 0.0)) > 0:
        parts.append(f"{float(ds['temperature']):.4g} K")
    return ", ".join(parts)


def _draw_loops(axes: Axes, ds: xr.Dataset, colours: FloatArray) -> None:
    loop, whole = _closed(hysteresis_loop(ds)), _closed(sample_loop(ds))
    field = loop["applied_field"].values / 1e3
    _draw_lines(axes, field, loop["magnetization"].transpose("time", "particle").values / 1e3, colours, _names(ds))
    if ds.sizes["particle"] > 1:
        axes.plot(field, whole["magnetization"].values / 1e3, color="black", linewidth=1.8, zorder=4)
    quiet(axes, zero_lines=True)
    linear = bool(ds["field_is_linear"])
    axes.set_xlabel("Applied field (kA/m)" if linear else "Applied field, its component along direction (kA/m)")
    axes.set_ylabel("Magnetization along the field's direction (kA/m)")
    axes.margins(0.04)
    in_oersted = axes.secondary_xaxis("top", functions=(_to_oersted, _from_oersted))
    in_oersted.set_xlabel("Applied field (Oe)", fontsize=9)
    in_oersted.tick_params(labelsize=9)
    in_oersted.spines["top"].set_visible(False)


def _to_oersted(field: npt.ArrayLike) -> npt.ArrayLike:
    return np.asarray(field) * (1e3 / OERSTED)


def _from_oersted(field: npt.ArrayLike) -> npt.ArrayLike:
    return np.asarray(field) * (OERSTED / 1e3)


def _draw_heat(axes: Axes, ds: xr.Dataset, colours: FloatArray) -> None:
    time, _ = _time(ds)
    rise = ds["temperature_rise"].transpose("time", "particle").values
    scale, unit = _temperature_unit(float(np.abs(rise).max()))
    rise = rise / scale
    _draw_lines(axes, time, rise, colours, _names(ds))
    if ds.sizes["particle"] == 1:
        axes.legend(loc="upper left", frameon=False, fontsize=9)
    elif ds.sizes["particle"] <= FEW:
        axes.plot([], [], color="black", linewidth=1.8, label="whole sample (loop)")
        axes.legend(loc="upper left", frameon=False, fontsize=9)
    else:
        capacity = (ds["heat_capacity"] * ds["volume"]).values
        mean = rise @ capacity / capacity.sum()
        axes.plot(*_thinned(time, mean), color="black", linewidth=1.8, zorder=4, label="mean of all particles")
        axes.legend(loc="upper left", frameon=False, fontsize=9)
    quiet(axes)
    axes.set_ylabel(f"Temperature rise ({unit})")
    axes.margins(y=0.03)


def _draw_moments(axes: Axes, ds: xr.Dataset, colours: FloatArray) -> None:
    time, unit = _time(ds)
    along = (ds["moment_direction"] @ ds["direction"]).transpose("time", "particle").values
    _draw_lines(axes, time, along, colours, _names(ds))
    field = ds["applied_field"].values
    largest = float(np.abs(field).max())
    if largest > 0:
        (line,) = axes.plot(
            *_thinned(time, field / largest), color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=3
        )
        if ds.sizes["particle"] > FEW:
            line.set(color="black", path_effects=[withStroke(linewidth=3.0, foreground="white")])
        axes.annotate(
            "dashed: applied field / its maximum",
            (1.0, 1.0),
            xycoords="axes fraction",
            ha="right",
            va="bottom",
            fontsize=8,
            color=GREY,
        )
    if ds.sizes["particle"] > FEW:
        weights = (ds["saturation_magnetization"] * ds["volume"]).values
        axes.plot(*_thinned(time, along @ weights / weights.sum()), color="black", linewidth=1.8, zorder=4)
    quiet(axes)
    axes.set_xlim(time[0], time[-1])
    axes.set_ylim(-1.08, 1.08)
    axes.set_yticks([-1.0, -0.5, 0.0, 0.5, 1.0])
    axes.set_xlabel(f"Time ({unit})")
    axes.set_ylabel("Moment along the\nfield's direction")


def _draw_lines(axes: Axes, x: FloatArray, y: FloatArray, colours: FloatArray, names: Sequence[str]) -> None:
    """One line per column of y (points, particles); many lines become one collection, an image in vector formats."""
    lines = [np.column_stack(_thinned(x, column)) for column in y.T]
    if len(lines) <= FEW:
        for line, colour, name in zip(lines, colours, names, strict=True):
            axes.plot(*line.T, color=tuple(colour), linewidth=1.5, label=name)
        return
    order = np.argsort(y[-1], kind="stable")
    width = 1.2 if len(lines) <= 20 else 0.7
    collection = LineCollection([lines[i] for i in order], colors=colours[order], linewidths=width, alpha=0.7)
    collection.set_rasterized(True)
    axes.add_collection(collection)
    axes.autoscale_view()


def _line_colours(ds: xr.Dataset) -> FloatArray:
    """(n, 4) one colour per particle."""
    if ds.sizes["particle"] <= FEW:
        return np.asarray(to_rgba_array(COLOURS[: ds.sizes["particle"]]))
    shading, _ = _shading(ds)
    return np.asarray(shading.to_rgba(np.asarray(shading.get_array())))


def _shading(ds: xr.Dataset) -> tuple[ScalarMappable, str]:
    """Temperature rises per cycle with their colours, and their unit."""
    rises = (heat_per_cycle(ds) / (ds["heat_capacity"] * ds["volume"])).values
    scale, unit = _temperature_unit(float(np.abs(rises).max()))
    least, most = min(float(rises.min()), 0.0), max(float(rises.max()), 0.0)  # at a temperature, heat has both signs
    shades = ListedColormap(colormaps[COLOUR_MAP](np.linspace(0.0, 0.92, 256)))
    shading = ScalarMappable(PowerNorm(0.5, least / scale, most / scale if most > least else 1.0, clip=True), shades)
    shading.set_array(rises / scale)
    return shading, unit


def _add_colour_bar(figure: SubFigure, axes: Sequence[Axes], ds: xr.Dataset) -> None:
    shading, unit = _shading(ds)
    bar = figure.colorbar(shading, ax=axes, pad=0.02, aspect=35)
    bar.set_label(f"Heat of the particle per cycle ({unit})", fontsize=9)
    bar.ax.tick_params(labelsize=9)
    bar.outline.set_visible(False)


def _temperature_unit(largest: float) -> tuple[float, str]:
    """Kelvin in a unit, and the unit: mK unless the numbers become unreadable."""
    for scale, unit in ((1e-3, "mK"), (1e-6, "µK")):
        if largest >= 0.05 * scale:
            return (1.0, "K") if largest > 10.0 else (scale, unit)
    return (1e-9, "nK") if largest > 0 else (1e-3, "mK")


def _names(ds: xr.Dataset) -> list[str]:
    diameters = ds["diameter"].values * 1e9
    return [f"particle {i}, {d:.3g} nm" for i, d in zip(ds["particle"].values, diameters, strict=True)]


def _closed(loop: xr.Dataset) -> xr.Dataset:
    """The loop with its first point once more at the end."""
    return loop[["applied_field", "magnetization"]].isel(time=[*range(loop.sizes["time"]), 0])


def _time(ds: xr.Dataset) -> tuple[FloatArray, str]:
    """Times in a unit that gives numbers between 1 and 1000, and the unit."""
    time = ds["time"].values
    power = int(np.clip(np.floor(np.log10(max(time[-1], 1e-300)) / 3), -4, 0))
    return time / 1e3**power, {0: "s", -1: "ms", -2: "µs", -3: "ns", -4: "ps"}[power]


def _thinned(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    step = -(-len(x) // _MOST_POINTS)
    return x[::step], y[::step]
