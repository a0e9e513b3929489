"""The database in a knowledge base: the grid as a design, run by the sweep that everybody's designs are run by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from magheat.solvers.base import Progress
from magheat.solvers.two_well import TwoWell
from magheat.studies.slp_learning.cases import ATTEMPT_TIME
from magheat.whole import write_text
from magheat.workflows.learning_paper import FIELDS

#: Names of the files.
FILE, DESIGN = "knowledge.sqlite", "design.toml"


def design(levels: Mapping[str, tuple[float, ...]]) -> str:
    """The grid as the text of a design; a row has as many samples as a loop of the table has steps."""
    first = {name: json.dumps(values[0]) for name, values in levels.items()}
    axes = [
        f'[[sweep.axes]]\nfield = "{FIELDS[name]}"\nvalues = {json.dumps(list(values))}\n'
        for name, values in levels.items()
    ]
    return f"""# The grid of magheat reproduce slp-learning, all combinations, in SI:
#
#     magheat sweep {DESIGN} --store {FILE}

[material]
saturation_magnetization = {first["saturation_magnetization"]}
anisotropy_constant = {first["anisotropy_constant"]}

[ensemble]
diameter = {first["diameter"]}
interaction = {first["interaction"]}
axes = "random"
interaction_model = "barrier"

[applied_field]
kind = "sinusoidal"
amplitude = {first["amplitude"]}
frequency = {first["frequency"]}

[experiment]
temperature = {first["temperature"]}
samples_per_cycle = {2 * TwoWell().steps}

[solver]
name = "two-well"
attempt_time = {ATTEMPT_TIME!r}

[sweep]
design = "factorial"

""" + "\n".join(axes)


def put(levels: Mapping[str, tuple[float, ...]], folder: Path, progress: Progress | None = None) -> Path:
    """Sweep the grid into a knowledge base in the folder, new or not; its path.

    Rows that are there already are not computed again. The design is written beside it.
    """
    from magheat.sweeps.runner import sweep

    text = design(levels)
    write_text(folder / DESIGN, text)
    tell = progress or (lambda _: None)
    sweep(text, folder / FILE, progress=lambda tally: tell(tally.done / tally.rows))
    return folder / FILE
