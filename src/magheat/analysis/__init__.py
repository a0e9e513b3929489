"""What a run says: loops, heat and its ledger, jumps, limits, statistics. Dataset in, Dataset out."""

from magheat.analysis.heat import (
    dipolar_energy,
    energy_ledger,
    heat_by_cycle,
    heat_per_cycle,
    local_energy_changes,
    mean_heat,
    pair_transfers,
)
from magheat.analysis.jumps import jumps
from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT, field_frequency_product
from magheat.analysis.loop import (
    coercive_field,
    crossings,
    field_amplitude,
    hysteresis_loop,
    ilp,
    loss_per_cycle,
    remanence,
    sample_loop,
    slp,
)
from magheat.analysis.statistics import summarize, summarize_classes

__all__ = [
    "BREZOVICH_LIMIT",
    "HERGT_DUTZ_LIMIT",
    "coercive_field",
    "crossings",
    "dipolar_energy",
    "energy_ledger",
    "field_amplitude",
    "field_frequency_product",
    "heat_by_cycle",
    "heat_per_cycle",
    "hysteresis_loop",
    "ilp",
    "jumps",
    "local_energy_changes",
    "loss_per_cycle",
    "mean_heat",
    "pair_transfers",
    "remanence",
    "sample_loop",
    "slp",
    "summarize",
    "summarize_classes",
]
