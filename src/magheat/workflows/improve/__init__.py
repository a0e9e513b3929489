"""A model that gets better where it is least sure."""

from magheat.workflows.improve.improvement import Improvement, improve

__all__ = ["Improvement", "improve"]
