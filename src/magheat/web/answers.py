"""Answers: JSON in which NaN and infinity are null, and every refusal is one sentence under the name of its field."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from starlette.responses import Response

#: How a sentence of a spec names what is wrong -> where that is in a request.
_OWNERS = {
    "Material": "experiment.material",
    "Ensemble": "experiment.ensemble",
    "Particles": "experiment.particles",
    "pair": "experiment.particles",
    "chain": "experiment.particles",
    "lattice": "experiment.particles",
    "Experiment": "experiment.experiment",
    **dict.fromkeys(
        ("Sinusoidal", "Triangular", "Trapezoidal", "Square", "Static", "Rotating", "Elliptical", "Sampled"),
        "experiment.applied_field",
    ),
}
_TABLES_OF_THEIR_OWN = ("applied_field", "ensemble", "particles")
_DOTTED = re.compile(r"([A-Za-z]+)\.([a-z_]+)((?:\[\d+(?:, \d+)*\])?)[ ,]")
_WORD = re.compile(r"(level|objective|limit|solver|seed|free|fixed)\b(?:\[[\"'](\w+)[\"']\](?:\[(\d)\])?)?")
_COLUMN = re.compile(r"table (?:column|must have the input) (\w+)")


def plain(value: Any) -> Any:
    """The value as JSON has it: arrays as lists, what is no finite number as None."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, np.generic):
        return plain(value.item())
    return value


def _array(values: np.ndarray) -> list[Any]:
    numbers: list[Any] = values.tolist()
    if values.dtype.kind != "f" or np.isfinite(values).all():
        return numbers
    if values.ndim == 1:
        return [one if math.isfinite(one) else None for one in numbers]
    return [_array(row) for row in values]


def to_bytes(value: Any) -> bytes:
    """The value as JSON text."""
    return json.dumps(plain(value), allow_nan=False, separators=(",", ":")).encode()


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as an answer."""
    return json_answer(to_bytes(value), status, headers)


def json_answer(content: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON text as an answer."""
    return Response(content, status, headers, "application/json")


def refusal(status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal: one sentence, and the field where there is one."""
    return answer({"error": {"field": field, "message": " ".join(message.split())}}, status, headers)


def field_of(sentence: str) -> str | None:
    """Where in a request that is which a sentence of a spec complains of; None where it does not say."""
    if found := _DOTTED.match(sentence):
        owner, name, index = found.groups()
        if owner in _OWNERS:
            own = owner == "Experiment" and name in _TABLES_OF_THEIR_OWN
            return (
                f"experiment.{name}"
                if own
                else f"{_OWNERS[owner]}.{name}" + index.replace(", ", ".").translate({ord("["): ".", ord("]"): None})
            )
    if found := _WORD.match(sentence):
        return ".".join(part for part in found.groups() if part)
    if found := _COLUMN.match(sentence):
        return f"rows.{found[1]}"
    return None


def first_problem(errors: Sequence[Mapping[str, Any]]) -> tuple[str | None, str]:
    """Field and sentence of the first thing that a form complains of."""
    error = errors[0]
    place = [str(part) for part in error["loc"] if part not in ("body", "path", "query")]
    field = ".".join(_without_tags(place)) or None
    reason = str(error["msg"]).removeprefix("Value error, ")
    reason = reason[:1].lower() + reason[1:]
    return field, f"{field or 'the body'} is refused: {reason}."


_TAGS = frozenset({"number", "list", "one", "many", "listed", "random", "literal['random']", "float", "int", "str"}) | {
    "bool", "pair", "chain", "lattice", "simulate", "map", "optimize", "sinusoidal", "triangular", "trapezoidal",
    "square", "rotating", "elliptical", "static", "sampled", "literal['brezovich','hergt-dutz']",
    "function-after[<lambda>(), float]",
}  # fmt: skip


def _without_tags(place: Sequence[str]) -> list[str]:
    """A place without the names of the forms that it might have been of."""
    return [part for part in place if part not in _TAGS and "[" not in part]
