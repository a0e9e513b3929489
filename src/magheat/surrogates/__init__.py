"""Predictions in place of simulations: trained from a table, with error bars, and honest about where they hold."""

from magheat.surrogates.across_groups import train_across_groups
from magheat.surrogates.registry import load, save
from magheat.surrogates.surrogate import Surrogate
from magheat.surrogates.training import train

__all__ = ["Surrogate", "load", "save", "train", "train_across_groups"]
