"""The keys of a design's rows, a million of them without a million experiments.

An experiment's key is a hash of canonical JSON text. Where every axis is a number or word that stands in that text as
it is, the text of a row is that of the first row with a few words exchanged: ten times faster than to build, check and
write out an experiment per row. Whether it is so is tried for each axis, and again at the ends of every task.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from magheat.errors import MagheatError
from magheat.spec.key import canonical
from magheat.sweeps.axes import Axis
from magheat.sweeps.building import Plan, experiment_at, one_solver
from magheat.units import FloatArray


class Template(NamedTuple):
    """Canonical text in pieces, and the axis whose value stands after each piece but the last."""

    pieces: tuple[str, ...]
    axes: tuple[int, ...]


def template_of(plan: Plan, points: FloatArray) -> Template | None:
    """The text that all rows share, or None where rows differ in more than words."""
    if not one_solver(plan):
        return None
    base = points[0]
    try:
        tree: Any = canonical(experiment_at(plan, base))
        marked: Any = tree
        for index, axis in enumerate(plan.axes):
            others = points[points[:, index] != base[index], index]
            if not others.size:
                continue
            row = base.copy()
            row[index] = others[0]
            changed = canonical(experiment_at(plan, row))
            places = list(_differences(tree, changed, ()))
            if not all(
                _at(t, place) == canonical(axis.value(number))
                for t, number in ((tree, base[index]), (changed, row[index]))
                for place in places
            ):
                return None
            for place in places:
                marked = _with(marked, place, _mark(index))
    except (MagheatError, _OtherShapeError):
        return None
    return _cut(json.dumps(marked, sort_keys=True, separators=(",", ":")), len(plan.axes))


def experiment_keys(plan: Plan, template: Template | None, points: FloatArray) -> list[str | MagheatError]:
    """The key of each row's experiment (n rows), or why there is no experiment.

    With a template, values that no constructor would take have keys, too: whoever runs the row finds out.
    """
    if template is None or not _agrees(plan, template, points):
        return [_slow_key(plan, row) for row in points]
    axes = [plan.axes[index] for index in template.axes]
    columns = [_words(axis, points[:, index]) for axis, index in zip(axes, template.axes, strict=True)]
    first, rest = template.pieces[0], template.pieces[1:]
    keys: list[str | MagheatError] = []
    for row in range(len(points)):
        text = first + "".join([column[row] + piece for column, piece in zip(columns, rest, strict=True)])
        keys.append(hashlib.blake2b(text.encode(), digest_size=16).hexdigest())
    return keys


def _words(axis: Axis, numbers: FloatArray) -> list[str]:
    """The canonical JSON of each value."""
    values = (axis.value(number) for number in numbers.tolist())
    return [json.dumps(canonical(value)) for value in values]


def _agrees(plan: Plan, template: Template, points: FloatArray) -> bool:
    """Whether the template gives the keys of the first and the last row; a row that is no experiment says nothing."""
    for row in {0, len(points) - 1}:
        slow = _slow_key(plan, points[row])
        if isinstance(slow, str):
            words = [_words(plan.axes[index], points[row : row + 1, index])[0] for index in template.axes]
            text = template.pieces[0] + "".join(w + p for w, p in zip(words, template.pieces[1:], strict=True))
            if hashlib.blake2b(text.encode(), digest_size=16).hexdigest() != slow:
                return False
    return True


def _slow_key(plan: Plan, row: FloatArray) -> str | MagheatError:
    try:
        return experiment_at(plan, row).key
    except MagheatError as error:
        return error


class _OtherShapeError(Exception):
    """Two experiments that differ in more than words."""


def _differences(one: Any, other: Any, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The places of words and numbers in which two canonical trees differ."""
    if one == other:
        return
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from _differences(one[name], other[name], (*place, name))
        return
    if isinstance(one, dict | list) or isinstance(other, dict | list):
        raise _OtherShapeError  # what arrays hold may depend on one another
    yield place


def _at(tree: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        tree = tree[name]
    return tree


def _with(tree: Any, place: tuple[str, ...], value: Any) -> Any:
    return {**tree, place[0]: _with(tree[place[0]], place[1:], value)} if place else value


def _mark(index: int) -> str:
    return f"\x00{index}\x00"


def _cut(text: str, count: int) -> Template:
    """The text parted at its marks."""
    marks = {json.dumps(_mark(index)): index for index in range(count)}
    parts = re.split("(" + "|".join(map(re.escape, marks)) + ")", text)
    return Template(tuple(parts[::2]), tuple(marks[mark] for mark in parts[1::2]))


def task_key(fingerprint: dict[str, Any], model_version: int, points: FloatArray) -> str:
    """What a task, a run of rows of a design, is known by: 32 hexadecimal digits.

    It depends on all that its outcome depends on and on nothing that a machine decides, such as its speed.
    """
    text = json.dumps({**fingerprint, "model_version": model_version}, sort_keys=True, default=repr)
    digest = hashlib.blake2b(text.encode(), digest_size=16)
    digest.update(np.ascontiguousarray(points).tobytes())
    return digest.hexdigest()
