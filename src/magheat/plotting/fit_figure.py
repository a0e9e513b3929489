"""A measured loop, the fitted one, and what is left between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from magheat.plotting.style import COLOURS, new_figure, quiet

FloatArray = npt.NDArray[np.float64]


def fit_figure(field: FloatArray, magnetization: FloatArray, fitted: FloatArray, lines: Sequence[str]) -> Figure:
    """Both loops above, their difference below.

    Parameters
    ----------
    field, magnetization, fitted
        (n,) A/m, in the order of the cycle.
    lines
        Written into the upper panel.
    """
    figure = new_figure(6.4, 6.0)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1.0))
    h, m, f = (np.append(values, values[0]) / 1e3 for values in (field, magnetization, fitted))
    above.plot(h[:-1], m[:-1], "o", color=COLOURS[0], markersize=3.0, alpha=0.6, label="measured")
    above.plot(h, f, color=COLOURS[1], linewidth=1.6, label="fitted")
    above.set_ylabel("Magnetization (kA/m)")
    above.legend(loc="lower right", frameon=False, fontsize=9)
    above.annotate(
        "\n".join(lines), (0.02, 0.98), xycoords="axes fraction", ha="left", va="top", fontsize=8.5, linespacing=1.4
    )
    above.margins(y=0.12)
    quiet(above, zero_lines=True)
    below.plot(h[:-1], (m - f)[:-1], "o", color=COLOURS[0], markersize=2.5, alpha=0.6)
    below.axhline(0.0, color=COLOURS[1], linewidth=1.2)
    below.set_ylabel("Measured less\nfitted (kA/m)")
    below.set_xlabel("Applied field (kA/m)")
    quiet(below)
    return figure
