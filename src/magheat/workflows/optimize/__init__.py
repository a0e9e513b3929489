"""Which particle and which field heat best, within what a body bears."""

from magheat.workflows.optimize.find import optimize
from magheat.workflows.optimize.optimum import Optimum

__all__ = ["Optimum", "optimize"]
