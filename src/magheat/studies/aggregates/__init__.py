"""Aggregates at body temperature: who heats in a fractal cluster, and does clustering help or hurt?"""

from magheat.studies.aggregates.reproduce import reproduce

__all__ = ["reproduce"]
