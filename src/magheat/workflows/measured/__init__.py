"""Learning from measured SAR."""

from magheat.workflows.measured.training import train_measured

__all__ = ["train_measured"]
