"""Solvers as a client chooses them: read off the registry, so that a new one is there by itself."""

from __future__ import annotations

from functools import cache
from typing import Any

from magheat.api import SOLVERS
from magheat.solvers.base import Solver
from magheat.spec import arrangement
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.ensemble import Ensemble
from magheat.spec.experiment import Experiment
from magheat.spec.material import magnetite

_LABELS = {"llg": "LLG dynamics", "kinetic-monte-carlo": "Kinetic Monte Carlo", "fokker-planck": "Fokker-Planck"}
_TEMPERATURES = {"zero": 0.0, "above zero": 300.0}


@cache
def solver_list() -> tuple[dict[str, Any], ...]:
    """Name, label, mode, what it takes at which temperatures, and a line of each; those of ensembles answer at once."""
    return tuple(_told(name, kind) for name, kind in SOLVERS.items())


def _told(name: str, kind: type[Solver]) -> dict[str, Any]:
    solver = kind()
    taken = {what: [solver.supports(one) is None for one in samples] for what, samples in _samples().items()}
    takes = [what for what, supported in taken.items() if any(supported)]
    by_temperature = zip(_TEMPERATURES, *taken.values(), strict=True)
    return {
        "name": name,
        "label": _LABELS.get(name, name.replace("-", " ").capitalize()),
        "mode": "at once" if "ensemble" in takes else "job",
        "takes": takes,
        "temperatures": [name for name, *supported in by_temperature if any(supported)],
        "summary": (kind.__doc__ or "").strip().partition("\n")[0],
    }


def _samples() -> dict[str, list[Experiment]]:
    """An experiment of each kind, cold and warm: what a solver takes shows in what it supports."""
    drive = Sinusoidal(amplitude=1e4, frequency=1e5)
    single = arrangement.chain(count=1, diameter=20e-9, gap=0.0, material=magnetite)
    ensemble = Ensemble(material=magnetite, diameter=16e-9)
    return {
        "ensemble": [Experiment(ensemble=ensemble, applied_field=drive, temperature=t) for t in _TEMPERATURES.values()],
        "particles": [Experiment(particles=single, applied_field=drive, temperature=t) for t in _TEMPERATURES.values()],
    }
