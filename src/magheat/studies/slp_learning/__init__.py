"""Specific loss power by machine learning (Coïsson and others), stage by stage: loops, and learning from them."""

from magheat.studies.slp_learning.reproduce import REDUCED, STAGES, reproduce

__all__ = ["REDUCED", "STAGES", "reproduce"]
