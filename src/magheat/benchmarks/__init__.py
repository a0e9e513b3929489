"""How fast magheat is on this machine, beside the machine's own limit."""

from magheat.benchmarks.measurement import Measurement
from magheat.benchmarks.suite import run_benchmarks

__all__ = ["Measurement", "run_benchmarks"]
