"""The particles whose loop was measured, with how sure they are."""

from magheat.workflows.fit_loop.fit import fit_loop
from magheat.workflows.fit_loop.loop_fit import LoopFit

__all__ = ["LoopFit", "fit_loop"]
