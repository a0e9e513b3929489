"""What ``magheat run`` ends with: tables of particles, sample and jumps, and verdicts in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from rich import box
from rich.console import Console
from rich.table import Table

from magheat import analysis
from magheat.analysis import words
from magheat.analysis.words import NOT_FOR_ROTATING, number
from magheat.constants import OERSTED

FloatArray = npt.NDArray[np.float64]

#: So many particles get a line each; of more, the hottest do.
MOST_LINES = 10
LEDGER = (
    "Field work is what the field gave a particle; the difference to its heat came from, or went to, its neighbours."
)
#: Jumps are looked for up to this many particles: every one asks for many minima of the energy.
MOST_FOR_JUMPS = 64


def print_summary(ds: xr.Dataset, console: Console) -> None:
    """Print everything that one run says, at most 80 columns wide."""
    if "particle" not in ds.dims:
        _print_ensemble(ds, console)
        return
    count = ds.sizes["particle"]
    cycles = int(ds.attrs["cycles"])
    particles = "1 particle" if count == 1 else f"{count} particles"
    title = f"{particles}, {words.drive(ds)}, solver {ds.attrs['solver']}"
    say(console, f"{title}; the last of {cycles} cycles." if cycles > 1 else f"{title}; one cycle.")
    console.print(_particle_table(ds, console), highlight=False)
    if count > MOST_LINES:
        say(console, f"The {MOST_LINES} hottest of {count} particles. {_spread(ds)}")
    if count > 1 and bool(ds["interactions"]):
        say(console, LEDGER)
    console.print()
    _print_sample(ds, console)
    console.print()
    _print_jumps(ds, console)
    flips = words.flips(ds)
    if flips is not None:
        say(console, flips)
    console.print()
    for sentence in (words.reproducibility(ds), words.accuracy(ds), words.periodicity(ds)):
        if sentence is not None:
            say(console, sentence)


def _print_ensemble(ds: xr.Dataset, console: Console) -> None:
    """What a loop of an ensemble without positions says, and how far to trust it."""
    say(console, f"Ensemble, {words.drive(ds)}, solver {ds.attrs['solver']}; one steady cycle.")
    console.print()
    _print_sample(ds, console)
    for sentence in words.ensemble_flags(ds):
        console.print()
        say(console, sentence)


def say(console: Console, sentence: str) -> None:
    """A sentence; lines are broken only for people, so that programs find it whole."""
    console.print(sentence, soft_wrap=not console.is_terminal, highlight=False, markup=False)


def printed(print_one: Callable[[Any, Console], None], found: object) -> str:
    """What is printed of an answer, as one text: it goes out whole, or not at all."""
    console = Console()
    with console.capture() as captured:
        print_one(found, console)
    return captured.get()


def new_table(console: Console, *columns: str) -> Table:
    """An empty table, its lines only for people."""
    shape = box.SIMPLE_HEAD if console.is_terminal else None
    table = Table(box=shape, padding=(0, 1) if shape is None else (0, 0, 0, 1), pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _particle_table(ds: xr.Dataset, console: Console) -> Table:
    table = new_table(
        console,
        "Particle",
        "Diameter\n(nm)",
        "Heat/cycle\n(J)",
        "Heat/cycle\n(mK)",
        "Error\n(J)",
        "Field work\n(J)",
        "H_c\n(kA/m)",
        "H_c\n(Oe)",
    )
    heat, rise = _heats(ds)
    loops = analysis.hysteresis_loop(ds)
    work = loops["field_work_per_cycle"].values
    error = ds["heat_error"].values if "heat_error" in ds else np.full(heat.shape, np.nan)
    coercive = _coercive_fields(ds)
    for i in _hottest(rise):
        table.add_row(
            str(ds["particle"].values[i]),
            number(1e9 * float(ds["diameter"][i])),
            f"{heat[i]:.3e}",
            number(1e3 * rise[i]),
            "-" if np.isnan(error[i]) else f"{abs(error[i]):.0e}",
            f"{work[i]:.3e}",
            number(coercive[i] / 1e3),
            number(coercive[i] / OERSTED),
        )
    return table


def _heats(ds: xr.Dataset) -> tuple[FloatArray, FloatArray]:
    """(n,) J and (n,) K per cycle."""
    heat = analysis.heat_per_cycle(ds).values
    return heat, heat / (ds["heat_capacity"] * ds["volume"]).values


def _hottest(rise: FloatArray) -> list[int]:
    """All particles in their order, or the hottest of many, hottest first."""
    if rise.size <= MOST_LINES:
        return list(range(rise.size))
    return [int(i) for i in np.argsort(-rise, kind="stable")[:MOST_LINES]]


def _coercive_fields(ds: xr.Dataset) -> FloatArray:
    """(n,) A/m, NaN where not defined."""
    if not bool(ds["field_is_linear"]):
        return np.full(ds.sizes["particle"], np.nan)
    return np.asarray(analysis.coercive_field(ds).values)


def _spread(ds: xr.Dataset) -> str:
    """One sentence on the heats of many particles."""
    heat, rise = _heats(ds)
    low, middle, high = (number(1e3 * float(q)) for q in np.quantile(rise, (0.1, 0.5, 0.9)))
    told = f"Of all: median {middle} mK, 10 % below {low}, 10 % above {high} mK per cycle"
    if heat.min() < 0 or not heat.any():  # shares of a sum in which there are losses and gains say nothing
        return f"{told}."
    share = np.sort(heat)[::-1][:MOST_LINES].sum() / heat.sum()
    return f"{told}; the {MOST_LINES} largest heats are {100 * share:.0f} % of the total."


def _print_sample(ds: xr.Dataset, console: Console) -> None:
    rows = _sample_rows(ds)
    if not console.is_terminal:
        for name, value in rows:
            say(console, f"{name:<20}{value}")
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _sample_rows(ds: xr.Dataset) -> list[tuple[str, str]]:
    """Name and value of what is said about the whole sample."""
    with_particles = "particle" in ds.dims
    loop = analysis.sample_loop(ds) if with_particles else ds
    rows = [
        *([("Heat of all", _heat_of_all(ds))] if with_particles else []),
        ("Loss per cycle", f"{number(float(analysis.loss_per_cycle(loop)))} J/m^3"),
    ]
    if words.is_static(ds):
        return [*rows, ("H_c, M_r, SLP, ILP", "not defined for a static field")]
    rows += [("Coercive field H_c", _coercive_field(loop)), ("Remanence", _remanence(loop, ds))]
    per_phase = float(analysis.slp(loop)) / 1e3
    per_iron = float(analysis.slp(loop, per="iron")) / 1e3
    return [
        *rows,
        ("SLP", f"{number(per_phase)} W/g of magnetic phase, {number(per_iron)} W/g of iron"),
        ("ILP", f"{number(1e9 * float(analysis.ilp(loop)))} nH m^2/kg"),
        ("Field x frequency", words.safety(ds)),
    ]


def _heat_of_all(ds: xr.Dataset) -> str:
    heat, _ = _heats(ds)
    capacity = (ds["heat_capacity"] * ds["volume"]).values
    return f"{heat.sum():.3e} J per cycle, on average {number(1e3 * float(heat.sum() / capacity.sum()))} mK"


def _coercive_field(loop: xr.Dataset) -> str:
    if not words.is_linear(loop):
        return NOT_FOR_ROTATING
    value = float(analysis.coercive_field(loop))
    if np.isnan(value):
        return "none: the magnetization of the sample does not change sign"
    return words.field(value) + (", an inverted loop" if value < 0 else "")


def _remanence(loop: xr.Dataset, ds: xr.Dataset) -> str:
    if not words.is_linear(loop):
        return NOT_FOR_ROTATING
    value = float(analysis.remanence(loop))
    if np.isnan(value):
        return "none: the field is never zero"
    volume = ds["volume"] if "volume" in ds else xr.ones_like(ds["saturation_magnetization"])
    saturation = float((ds["saturation_magnetization"] * volume).sum() / volume.sum())
    return f"{number(value / 1e3)} kA/m ({number(value / saturation)} of saturation)"


def _print_jumps(ds: xr.Dataset, console: Console) -> None:
    if ds.sizes["particle"] > MOST_FOR_JUMPS:
        say(console, f"Jumps are listed for up to {MOST_FOR_JUMPS} particles; mh.analysis.jumps finds them, slowly.")
        return
    jumps = analysis.jumps(ds, cycle=-1)
    total = jumps.sizes["jump"]
    if total == 0:
        say(console, "No loss of stability in this cycle." if words.is_thermal(ds) else "No jumps in this cycle.")
        return
    say(console, "Jumps of the last cycle:" if int(ds.attrs["cycles"]) > 1 else "Jumps:")
    console.print(_jump_table(jumps, console), highlight=False)
    if total > MOST_LINES:
        say(console, f"The first {MOST_LINES} of {total} jumps.")


def _jump_table(jumps: xr.Dataset, console: Console) -> Table:
    table = new_table(console, "Jump", "Time\n(ns)", "Field\n(Oe)", "Kind", "Who switches", "Heat of all\n(J)")
    table.columns[4].no_wrap = False
    for k in range(min(MOST_LINES, jumps.sizes["jump"])):
        jump = jumps.isel(jump=k)
        table.add_row(
            str(k + 1),
            number(1e9 * float(jump["start_time"])),
            number(float(jump["applied_field"]) / OERSTED),
            str(jump["kind"].item()),
            ", ".join(str(p) for p in jump["particle"].values[jump["switches"].values]) or "nobody",
            f"{float(jump['released_heat'].sum()):.3e}",
        )
    return table
