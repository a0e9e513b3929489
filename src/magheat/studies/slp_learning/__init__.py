"""Specific loss power by machine learning (Coïsson and others), stage by stage: the simulator and its loops first."""

from magheat.studies.slp_learning.reproduce import STAGES, reproduce

__all__ = ["STAGES", "reproduce"]
