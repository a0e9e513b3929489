"""``magheat bench``: the speed of this machine, beside what the project asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from magheat.cli import progress

if TYPE_CHECKING:
    from rich.table import Table

    from magheat.benchmarks import Measurement


def bench() -> None:
    """Measure the speed of this machine."""
    with progress.watching("Starting ...") as watch:
        from magheat.benchmarks import run_benchmarks

        watch.stage("Measuring (the first time kernels are compiled) ...")
        lines = run_benchmarks(lambda line: watch.stage(f"Measured: {line.workload}, {line.quantity}"))
    from rich.console import Console

    Console().print(_table(lines))
    missed = sum(line.met is False for line in lines)
    typer.echo(f"{missed} of {sum(line.met is not None for line in lines)} bars missed." if missed else "All bars met.")


def _table(lines: list[Measurement]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Workload", overflow="fold")
    table.add_column("Quantity", overflow="fold")
    for name in ("Value", "Bar", "Met", "Of peak"):
        table.add_column(name, justify="right", no_wrap=True)
    for line in lines:
        bar = "" if line.bar is None else f"{'<=' if line.smaller_is_better else '>='} {line.bar:.3g}"
        met = {None: "", True: "yes", False: "NO"}[line.met]
        share = "" if line.of_peak is None else f"{100 * line.of_peak:.0f} %"
        value = f"{line.value:.3g} {line.unit if line.unit != '1' else ''}".rstrip()
        table.add_row(line.workload, line.quantity, value, bar, met, share)
    return table
