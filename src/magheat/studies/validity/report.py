"""What a report says of the solvers: one case, maps, neighbours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.studies import page
from magheat.studies.drawings import Drawing
from magheat.studies.estimates import Estimate, told
from magheat.studies.files import Columns
from magheat.studies.findings import digits, percent
from magheat.studies.kept import Kept
from magheat.studies.telling import Telling
from magheat.studies.validity import cases, draws, maps
from magheat.studies.validity.cases import Plan
from magheat.studies.validity.draws import Gap, Row
from magheat.studies.validity.figures import GOOD, draw_gaps, draw_maps
from magheat.studies.validity.maps import Maps

#: Solver -> what it takes for granted, in words.
WORDS = {
    "fokker-planck": "Brown's equation",
    "two-well": "two wells, Brown's attempt time",
    "linear-response": "linear response, Brown's attempt time",
    "minimize": "Stoner and Wohlfarth, 0 K",
    "llg": "stochastic Landau-Lifshitz",
    "kinetic-monte-carlo": "kinetic Monte Carlo, Brown's attempt time",
}


class Validity(NamedTuple):
    """The solvers side by side."""

    plan: Plan
    rows: list[Row]
    maps: list[Maps]
    gaps: list[Gap]

    @property
    def exact(self) -> float:
        """Loss of the one case by Brown's equation, J/m^3."""
        return float(self.rows[0].loss.value)


def compute(plan: Plan, kept: Kept, tell: Telling) -> Validity:
    """All numbers; finished pieces are kept."""
    tell("One case by six solvers ...")
    rows = draws.one_case(plan, kept, tell)
    tell("Two neighbours, ever nearer ...")
    gaps = draws.gaps(plan, kept, tell)
    tell("Maps of where the fast solvers hold ...")
    return Validity(plan, rows, maps.compute(plan, kept, tell), gaps)


def drawings(found: Validity) -> tuple[Drawing, ...]:
    """The figures."""
    return (
        Drawing("which-solver", lambda width: draw_maps(found.plan, found.maps, width)),
        Drawing("neighbours", lambda width: draw_gaps(found.gaps, found.exact, width)),
    )


def captions(found: Validity) -> dict[str, tuple[str, str]]:
    """(description for those who cannot see it, caption) by name of the figure."""
    share = {name: float(np.mean([np.abs(one.error(name)) <= GOOD for one in found.maps])) for name in maps.MODELS}
    nearest, furthest = found.gaps[0], found.gaps[-1]
    return {
        "which-solver": (
            "Error of the loop's area over diameter and frequency, for two wells and linear response.",
            "Error of the loop's area against Brown's equation: axes along the field, "
            f"{cases.TEMPERATURE:g} K, damping {cases.DAMPING:g}, M_s = "
            f"{cases.MATERIAL.saturation_magnetization / 1e3:g} kA/m, K = "
            f"{cases.MATERIAL.anisotropy_constant / 1e3:g} kJ/m³; dotted: within {percent(GOOD)}. Two wells are at "
            f"{percent(share['two_well'])} of the points, linear response at {percent(share['linear_response'])}. Low "
            "barriers (left) have no wells; where particles hardly jump (right) the error of the attempt time is that "
            "of the area; in fast fields (top) moments lag within their well.",
        ),
        "neighbours": (
            "Heat per cycle of two neighbours against their gap, by stochastic dynamics and kinetic Monte Carlo.",
            f"Two particles of {1e9 * cases.DIAMETER:g} nm in a row along the field, means with standard errors. "
            f"{1e9 * furthest.gap:g} nm apart kinetic Monte Carlo is off by {_off(furthest.kinetic, furthest.llg)}, "
            f"{1e9 * nearest.gap:g} nm apart by {_off(nearest.kinetic, nearest.llg)}: so near, moments flip as one.",
        ),
    }


def _off(value: Estimate, truth: Estimate) -> str:
    return f"{digits(100 * float(value.value / truth.value - 1), 0)} %"


def table(found: Validity) -> str:
    """The one case as a table of the page."""
    rows = [
        (one.solver, WORDS[one.solver], told(one.loss.scaled(1e-3), 2), _off(one.loss, found.rows[0].loss))
        for one in found.rows
    ]
    caption = (
        f"Heat per cycle and volume of particles of {1e9 * cases.DIAMETER:g} nm, axes along a field of "
        f"{cases.FIELD:g} H_K at {cases.FREQUENCY / 1e6:g} MHz, {cases.TEMPERATURE:g} K, damping {cases.DAMPING:g}; "
        f"the last two from {found.plan.runs} runs of {found.plan.cycles - 1} cycles each, with standard errors."
    )
    return page.table(["solver", "which is", "heat (kJ/m³)", "off by"], rows, caption)


def tables(found: Validity) -> dict[str, Columns]:
    """Numbers of the figures and of the table."""
    one: dict[str, npt.ArrayLike] = {
        "solver": [row.solver for row in found.rows],
        "heat per cycle (J/m^3)": [float(row.loss.value) for row in found.rows],
        "standard error (J/m^3)": [float(row.loss.error) for row in found.rows],
    }
    gap: dict[str, npt.ArrayLike] = {"gap (m)": [one.gap for one in found.gaps]}
    for name in ("llg", "kinetic"):
        gap[f"{name} (J/m^3)"] = [float(getattr(one, name).value) for one in found.gaps]
        gap[f"{name}, standard error (J/m^3)"] = [float(getattr(one, name).error) for one in found.gaps]
    return {"one-case.csv": one, "neighbours.csv": gap, "which-solver.csv": _map_columns(found)}


def _map_columns(found: Validity) -> Columns:
    plan = found.plan
    diameter, frequency = np.meshgrid(plan.diameters, plan.frequencies, indexing="ij")
    columns: dict[str, npt.ArrayLike] = {
        "field over H_K (1)": np.concatenate([np.full(diameter.size, one.field) for one in found.maps]),
        "diameter (m)": np.tile(diameter.ravel(), len(found.maps)),
        "frequency (Hz)": np.tile(frequency.ravel(), len(found.maps)),
    }
    for name in ("exact", *maps.MODELS):
        columns[f"{name} (J/m^3)"] = np.concatenate([getattr(one, name).ravel() for one in found.maps])
    return columns
