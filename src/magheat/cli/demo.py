"""``magheat demo``: the papers that magheat reproduces, each into a folder of ./reports, and a model to ask."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from magheat.cli import outputs, progress
from magheat.cli.reproduce import make_report

#: The papers; what goes on from where they end takes too long for a demonstration.
_PAPERS = ("local-heat", "slp-learning")
#: Folder of the knowledge base and the model, and the loops that it learns from.
_MODELS, _ROWS = Path("models"), 16_384


def demo() -> None:
    """Reproduce the papers, learning in a reduced version, train a model, and name what was made."""
    for study in _PAPERS:
        make_report(study, Path("reports") / study, reduced=True)
    _train()


def _train() -> None:
    """The model of two wells that predictions are asked from."""
    outputs.require_folder("models", _MODELS)
    started = time.monotonic()
    with progress.watching("Starting ...") as watch:
        from magheat.workflows.learning import train_two_well

        model = train_two_well(_MODELS, _ROWS, progress.Telling(watch))
    typer.echo(
        f"Trained the model {model} in {time.monotonic() - started:.0f} s; models/two-well/current points to it."
    )
