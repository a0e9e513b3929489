"""Questions that take many runs: how sure is a heat, and later which particle or drive heats best."""

from magheat.workflows.ensemble_heat import ensemble_heat

__all__ = ["ensemble_heat"]
