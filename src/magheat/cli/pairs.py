"""Options of the form NAME=VALUE and NAME=LOW..HIGH, for the commands that take quantities by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from magheat.errors import SpecError

_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)


def values_of(option: str, texts: Sequence[str]) -> dict[str, str | float]:
    """Name -> value of every ``NAME=VALUE``; a plain number is SI.

    Raises
    ------
    SpecError
        For a text of another form, or a name given twice.
    """
    result: dict[str, str | float] = {}
    for text in texts:
        name, value = _split(option, text, "NAME=VALUE, such as diameter='16 nm'")
        _require_new(option, name, result)
        result[name] = _plain(value)
    return result


def bounds_of(option: str, texts: Sequence[str]) -> dict[str, tuple[str | float, str | float]]:
    """Name -> both ends of every ``NAME=LOW..HIGH``; a unit behind the second end holds for both.

    Raises
    ------
    SpecError
        For a text of another form, or a name given twice.
    """
    result: dict[str, tuple[str | float, str | float]] = {}
    form = "NAME=LOW..HIGH, such as diameter='8..25 nm'"
    for text in texts:
        name, value = _split(option, text, form)
        _require_new(option, name, result)
        low, dots, high = (part.strip() for part in value.partition(".."))
        if not (dots and low and high):
            raise SpecError(f"{option} must have the form {form}; got {text!r}.")
        unit = re.sub(_NUMBER, "", high, count=1)
        if _NUMBER.fullmatch(low) and unit:
            low = f"{low} {unit}"
        result[name] = _plain(low), _plain(high)
    return result


def _split(option: str, text: str, form: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise SpecError(f"{option} must have the form {form}; got {text!r}.")
    return name, value


def _require_new(option: str, name: str, known: Mapping[str, object]) -> None:
    if name in known:
        raise SpecError(f"{option} must name each quantity once; {name} is there twice.")


def _plain(text: str) -> str | float:
    return float(text) if _NUMBER.fullmatch(text) else text


def plain(text: str | None) -> str | float | None:
    """A number where the text is one, the text itself otherwise."""
    return None if text is None else _plain(text)
