"""The numbers behind the figures of the learning, as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from magheat.studies.files import Columns
from magheat.studies.slp_learning.cases import INPUTS, FloatArray
from magheat.studies.slp_learning.learning.deviations import Deviations
from magheat.studies.slp_learning.learning.findings import off_grid, on_grid
from magheat.studies.slp_learning.learning.models import FOREST, PAPERS
from magheat.studies.slp_learning.learning.samples import OUTPUTS, Sample
from magheat.studies.slp_learning.learning.scoring import Scores
from magheat.studies.slp_learning.learning.study import Learning

_UNITS = ("A/m", "A/m", "J/m^3")
_INPUT_UNITS: Mapping[str, str] = {"kA/m": "kA/m", "kJ/m³": "kJ/m^3", "": "1"}
_AREA = OUTPUTS.index("loss_per_cycle")


def tables(numbers: Learning) -> dict[str, Columns]:
    """All tables by file name."""
    grid, between = numbers.grid, numbers.between
    shown = _inputs(grid.at(numbers.shown.rows))
    return {
        "fig1a.csv": {"loop": numbers.shown.names, **shown, **_by_kind(numbers.on_shown)},
        "every_loop.csv": {**_inputs(grid), "times tested (1)": numbers.unseen.times, **_off(FOREST, numbers.unseen)},
        "off_grid.csv": {
            **_inputs(between),
            **_by_kind(numbers.on_between),
            **_named("surrogate", numbers.users.answers.between),
        },
        "protocol.csv": _repeats(numbers),
        "scores.csv": _lines(numbers),
        "learning_curves.csv": _steps(numbers),
        **_asked(numbers),
    }


def _inputs(sample: Sample) -> dict[str, npt.ArrayLike]:
    return {
        f"{one.words} ({_INPUT_UNITS.get(one.unit, one.unit)})": sample.inputs[name] / one.scale
        for name, one in INPUTS.items()
    }


def _named(words: str, values: FloatArray) -> dict[str, npt.ArrayLike]:
    return {
        f"{words} {name} ({unit})": values[:, k] for k, (name, unit) in enumerate(zip(OUTPUTS, _UNITS, strict=True))
    }


def _off(words: str, one: Deviations) -> dict[str, npt.ArrayLike]:
    relative = {f"{words} deviation of {name} in sigma (1)": one.relative[:, k] for k, name in enumerate(OUTPUTS)}
    return {**_named("true", one.true), **_named(words, one.mean), **_named(f"{words} sigma of", one.sigma), **relative}


def _by_kind(found: Mapping[str, Deviations]) -> dict[str, npt.ArrayLike]:
    columns: dict[str, npt.ArrayLike] = {}
    for kind, one in found.items():
        columns |= _off(kind, one)
    return columns


def _repeats(numbers: Learning) -> Columns:
    """A row per repeat and model."""
    parts = []
    for kind in PAPERS:
        one = numbers.repeats[kind]
        scores: dict[str, npt.ArrayLike] = {}
        for words, values in (("on", on_grid(numbers, kind)), ("off", off_grid(numbers, kind))):
            scores |= {f"R^2 of {name} {words} the grid (1)": values[:, k] for k, name in enumerate(OUTPUTS)}
        seconds = {"training (s)": one.train_seconds, "prediction of 1000 loops (s)": one.predict_seconds}
        count = len(one.tests)
        parts.append({"model": [kind] * count, "repeat (1)": list(range(count)), **scores, **seconds})
    return {name: np.concatenate([np.asarray(part[name]) for part in parts]) for name in parts[0]}


def _lines(numbers: Learning) -> Columns:
    """A row per combination; means over its trainings."""
    columns: dict[str, list[object]] = {name: [] for name in ("design", "features", "model", "rows (1)")}
    for line in numbers.lines:
        values: dict[str, object] = {"design": line.design, "features": line.view, "model": line.kind}
        values["rows (1)"] = line.rows
        for words, scores in (
            ("on unseen rows of the design", line.unseen),
            ("off the grid", line.between),
            ("off the grid, sigma >= 3", line.two_wells),
            ("off the grid, sigma < 3", line.no_wells),
        ):
            values |= _mean(words, scores)
        for name, value in values.items():
            columns.setdefault(name, []).append(value)
    return {name: np.asarray(values) for name, values in columns.items()}


def _mean(words: str, scores: Scores) -> dict[str, float]:
    names = ("R^2", "median relative error", "95th percentile of the relative error", "share above the floor")
    return {
        f"{measure} of {name}, {words} (1)": float(np.atleast_2d(values).mean(axis=0)[k])
        for measure, values in zip(names, scores, strict=True)
        for k, name in enumerate(OUTPUTS)
    }


def _steps(numbers: Learning) -> Columns:
    """A row per model and size."""
    rows: list[dict[str, object]] = []
    users, seconds = numbers.users.steps, numbers.users.seconds
    nothing: Sequence[float] = []
    for steps, took in [(one, nothing) for one in numbers.steps] + [(users, seconds.tolist())]:
        for k, (count, scores) in enumerate(zip(steps.rows, steps.scores, strict=True)):
            told: dict[str, object] = {"model": steps.kind, "features": steps.view, "rows (1)": int(count)}
            rows.append({**told, "training (s)": took[k] if took else np.nan, **_mean("off the grid", scores)})
    return {name: np.asarray([row[name] for row in rows]) for name in rows[0]}


def _asked(numbers: Learning) -> dict[str, Columns]:
    """A file per panel of figure 2."""
    found: dict[str, Columns] = {}
    answers = numbers.users.answers.asked[:, _AREA]
    for panel in numbers.curves.panels:
        told = INPUTS[panel.name]
        columns: dict[str, npt.ArrayLike] = {
            f"{told.words} ({_INPUT_UNITS.get(told.unit, told.unit)})": panel.values / told.scale,
            "area by the simulator (J/m^3)": numbers.curves.true.outputs[panel.rows, _AREA],
        }
        for kind, values in numbers.curves.predicted.items():
            some = values[:, panel.rows, _AREA]
            columns[f"area by the {kind} (J/m^3)"] = np.where(panel.on_grid, some.mean(axis=0), np.nan)
            spread = some.std(axis=0, ddof=1) if len(some) > 1 else np.full(panel.values.size, np.nan)
            columns[f"sigma of the {kind} (J/m^3)"] = np.where(panel.on_grid, spread, np.nan)
        for k, end in enumerate(("area by the surrogate", "its lower end", "its upper end")):
            columns[f"{end} (J/m^3)"] = answers[panel.rows, k]
        columns["area of the nearest loop of the grid (J/m^3)"] = numbers.curves.nearest[panel.rows]
        found[f"fig2_{panel.name}.csv"] = columns
    return found
