"""What ``magheat optimize`` and ``magheat fit`` print: tables in the units that people use, and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from magheat.analysis import words
from magheat.cli.summary import new_table, say
from magheat.constants import OERSTED
from magheat.workflows.optimize.objectives import OBJECTIVES
from magheat.workflows.quantities import QUANTITIES, told

if TYPE_CHECKING:
    from rich.console import Console

    from magheat.workflows.fit_loop import LoopFit
    from magheat.workflows.optimize import Optimum


def print_optimum(best: Optimum, console: Console) -> None:
    """Print the best inputs, what they give, how it was found and what to know."""
    _, scale, unit = OBJECTIVES[best.objective]
    say(console, f"Highest {best.objective}: {words.number(best.value / scale)} {unit}")
    console.print()
    table = new_table(console, "Input", "Best", "Looked for in", "90 % of it within")
    for name, value in best.inputs.items():
        bounds = _range(name, best.free[name]) if name in best.free else "fixed"
        nearly = _range(name, best.nearly[name]) if name in best.nearly else ""
        table.add_row(name, _brief(name, value), bounds, nearly)
    console.print(table, highlight=False)
    console.print()
    field = f"{words.field(best.inputs['amplitude'])} at {words.frequency(best.inputs['frequency'])}"
    rows = [("Field", field), ("Field x frequency", words.products(best.product)), *_outputs(best)]
    for name, text in rows:
        say(console, f"{name:<20}{text}")
    console.print()
    _sentences(console, [*best.active, *best.warnings, *_search(best)])


def _brief(name: str, value: float) -> str:
    """A value in the unit that people use, a field in kA/m only."""
    meaning = QUANTITIES[name]
    return f"{words.number(value / meaning.scale)} {meaning.written}".strip()


def _range(name: str, ends: tuple[float, float]) -> str:
    return f"{words.number(ends[0] / QUANTITIES[name].scale)} to {_brief(name, ends[1])}"


def _outputs(best: Optimum) -> list[tuple[str, str]]:
    out = best.outputs
    return [
        ("SLP", f"{words.number(out['slp'] / 1e3)} W/g of magnetic phase"),
        ("ILP", f"{words.number(out['ilp'] * 1e9)} nH m^2/kg"),
        ("Loss per cycle", f"{words.number(out['loss_per_cycle'])} J/m^3"),
        ("Coercive field H_c", "none" if math.isnan(out["coercive_field"]) else words.field(out["coercive_field"])),
        ("Remanence", f"{words.number(out['remanence'] / 1e3)} kA/m"),
    ]


def _search(best: Optimum) -> list[str]:
    """Where the numbers come from."""
    check = best.surrogate
    if check is None:
        return [f"Every number is simulated; {best.evaluations} loops."]
    sentence = f"Every number is simulated; {best.evaluations} loops, after {check.evaluations} of the surrogate."
    if math.isnan(check.difference):
        return [sentence]
    _, scale, unit = OBJECTIVES[best.objective]
    low, value, high = (words.number(number / scale) for number in (check.lower, check.value, check.upper))
    return [sentence, f"The surrogate says {value} {unit} ({low} to {high}), {100 * check.difference:+.2g} %."]


def print_fit(found: LoopFit, console: Console) -> None:
    """Print parameters and numbers of the loop with their intervals, and what to know."""
    say(
        console,
        f"{found.field.size} samples, {len(found.free)} parameters; the fit explains {100 * found.r_squared:.4g} % of "
        f"the variance; noise {words.number(found.noise / 1e3)} kA/m.",
    )
    console.print()
    level = f"{100 * found.level:.3g} %"
    table = new_table(console, "Parameter", "Value", f"{level} from", "to")
    for name, value in found.values.items():
        ends = [_end(name, found.lower[name]), _end(name, found.upper[name])] if name in found.free else ["fixed", ""]
        table.add_row(name, told(name, value), *ends)
    scales = {
        "coercive_field": (OERSTED, "Oe"),
        "remanence": (1e3, "kA/m"),
        "loss_per_cycle": (1.0, "J/m^3"),
        "slp": (1e3, "W/g"),
    }
    for name, numbers in found.outputs.items():
        scale, unit = scales[name]
        table.add_row(name, *(f"{words.number(number / scale)} {unit}" for number in numbers))
    console.print(table, highlight=False)
    console.print()
    _sentences(console, [*found.warnings, f"{found.evaluations} loops were simulated."])


def _end(name: str, value: float) -> str:
    if math.isinf(value):
        return "no bound"
    return "no bound" if value == 0 and not QUANTITIES[name].lowest_itself else told(name, value)


def _sentences(console: Console, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        say(console, sentence)
