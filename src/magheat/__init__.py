"""magheat: which magnetic nanoparticle heats, how much and when."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from magheat import analysis, constants, errors
from magheat._version import __version__ as __version__
from magheat.api import simulate, simulate_many
from magheat.dataset import read_netcdf, write_netcdf
from magheat.errors import ConvergenceError, MagheatError, SchemaError, SpecError
from magheat.solvers.energy_minimizer import EnergyMinimizer
from magheat.solvers.fokker_planck import FokkerPlanck
from magheat.solvers.kinetic_monte_carlo import KineticMonteCarlo
from magheat.solvers.linear_response import LinearResponse
from magheat.solvers.llg import LLG
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_table import two_well_loops
from magheat.spec import arrangement
from magheat.spec.applied_field import (
    Elliptical,
    Rotating,
    Sinusoidal,
    Square,
    Static,
    Trapezoidal,
    Triangular,
)
from magheat.spec.ensemble import Ensemble
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material, maghemite, magnetite
from magheat.spec.particles import Particles
from magheat.spec.sampled_field import Sampled
from magheat.workflows.ensemble_heat import ensemble_heat

if TYPE_CHECKING:
    from magheat import store, surrogates
    from magheat.store import Store
    from magheat.sweeps.runner import sweep
    from magheat.workflows.fit_loop import LoopFit, fit_loop
    from magheat.workflows.improve import improve
    from magheat.workflows.measured import train_measured
    from magheat.workflows.optimize import Optimum, optimize

__all__ = [
    "LLG",
    "ConvergenceError",
    "Elliptical",
    "EnergyMinimizer",
    "Ensemble",
    "Experiment",
    "FokkerPlanck",
    "KineticMonteCarlo",
    "LinearResponse",
    "LoopFit",
    "MagheatError",
    "Material",
    "Optimum",
    "Particles",
    "Rotating",
    "Sampled",
    "SchemaError",
    "Sinusoidal",
    "SpecError",
    "Square",
    "Static",
    "Store",
    "Trapezoidal",
    "Triangular",
    "TwoWell",
    "analysis",
    "arrangement",
    "constants",
    "ensemble_heat",
    "errors",
    "fit_loop",
    "improve",
    "maghemite",
    "magnetite",
    "optimize",
    "read_netcdf",
    "simulate",
    "simulate_many",
    "store",
    "surrogates",
    "sweep",
    "train_measured",
    "two_well_loops",
    "write_netcdf",
]

#: Names that are loaded when they are first asked for, because what they need takes long to import.
_LAZY = {
    "LoopFit": ("magheat.workflows.fit_loop", "LoopFit"),
    "Optimum": ("magheat.workflows.optimize", "Optimum"),
    "Store": ("magheat.store", "Store"),
    "fit_loop": ("magheat.workflows.fit_loop", "fit_loop"),
    "improve": ("magheat.workflows.improve", "improve"),
    "optimize": ("magheat.workflows.optimize", "optimize"),
    "store": ("magheat.store", None),
    "surrogates": ("magheat.surrogates", None),
    "sweep": ("magheat.sweeps.runner", "sweep"),
    "train_measured": ("magheat.workflows.measured", "train_measured"),
}


def __getattr__(name: str) -> Any:
    """Load one of the names that are loaded late (PEP 562)."""
    if name not in _LAZY:
        raise AttributeError(f"module 'magheat' has no attribute {name!r}")
    module, attribute = _LAZY[name]
    loaded = importlib.import_module(module)
    globals()[name] = loaded if attribute is None else getattr(loaded, attribute)
    return globals()[name]


def __dir__() -> list[str]:
    """Return the public names, those that are loaded late included."""
    return sorted({*globals(), *__all__})
