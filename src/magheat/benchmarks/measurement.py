"""One line of what ``magheat bench`` measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """One line of the table.

    Parameters
    ----------
    workload, quantity
        What was run and what was measured.
    value, bar
        The best value and what the project asks for; ``bar`` is None where nothing is asked.
    unit
        Of both.
    smaller_is_better
        Whether ``value`` has to stay below ``bar``.
    of_peak
        Fraction of the machine's measured multiply-add peak, where operations were counted.
    """

    workload: str
    quantity: str
    value: float
    unit: str
    bar: float | None = None
    smaller_is_better: bool = False
    of_peak: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None without a bar."""
        if self.bar is None:
            return None
        return self.value <= self.bar if self.smaller_is_better else self.value >= self.bar
