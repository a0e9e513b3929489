"""Checks that every spec makes at construction, and their sentences."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import inspect
import operator
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

import numpy as np

from magheat.errors import SpecError
from magheat.units import FloatArray, Quantities, Quantity, parse, parse_array, shown

P = ParamSpec("P")
R = TypeVar("R")
#: Three components, x, y, z.
Vector: TypeAlias = tuple[float, float, float]


def explain_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """``function``, with a `SpecError` instead of a `TypeError` for an unknown or a missing argument.

    Put on the ``__init__`` of a spec, or on a function that users call with names. The signature stays as it is,
    for type checkers and for the documentation; a call that is right costs nothing more.
    """
    signature = inspect.signature(function)
    owner = function.__qualname__.removesuffix(".__init__")

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except TypeError:
            reason = _wrong_call(owner, signature, args, kwargs)
            if reason is None:
                raise
            raise SpecError(reason) from None

    return call


def explained(cls: type[R]) -> type[R]:
    """The class, with `explain_arguments` on the ``__init__`` that a dataclass wrote."""
    cls.__init__ = explain_arguments(cls.__init__)  # type: ignore[method-assign]
    return cls


def _wrong_call(owner: str, signature: inspect.Signature, args: tuple[Any, ...], given: dict[str, Any]) -> str | None:
    """What is wrong with the call itself; None where it is right and the error came from within."""
    parameters = {name: p for name, p in signature.parameters.items() if name not in ("self", "cls")}
    for name in given:
        if name not in parameters:
            return unknown_name(f"{owner}.{name}", name, parameters)
    try:
        signature.bind(*args, **given)
    except TypeError:
        positional = [p for p in parameters.values() if p.kind is not p.KEYWORD_ONLY]
        required = [name for name, p in parameters.items() if p.default is p.empty and name not in given]
        if not positional and len(args) > len(signature.parameters) - len(parameters):
            return f"{owner} takes its arguments by name; write {owner}({next(iter(parameters))}=..., ...)"
        return f"{owner}.{required[-1] if positional else required[0]} is required; it was not given"
    return None


def unknown_name(where: str, name: str, known: Iterable[str]) -> str:
    """The sentence about an unknown ``name``: what was likely meant, or all that is known."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    meant = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
    return f"{where} is unknown; {meant}"


def store(spec: object, **values: Any) -> None:
    """Set the fields of a frozen dataclass from within its ``__init__``."""
    for name, value in values.items():
        object.__setattr__(spec, name, value)


def arguments(spec: Any) -> dict[str, Any]:
    """The constructor's arguments that make this spec."""
    return {field.name: getattr(spec, field.name) for field in dataclasses.fields(spec) if field.init}


def replaced(spec: R, changes: dict[str, Any]) -> R:
    """A new spec with some arguments changed; the constructor checks them all again."""
    make = cast(Callable[..., R], type(spec))
    return make(**(arguments(spec) | changes))


def by_constructor(spec: Any) -> tuple[Callable[[], Any], tuple[()]]:
    """What ``__reduce__`` returns: unpickling goes through the constructor, so arrays are read-only again."""
    make: Callable[..., Any] = type(spec)
    return functools.partial(make, **arguments(spec)), ()


def content(spec: Any) -> tuple[Any, ...]:
    """The values of all fields, arrays as bytes: equal for specs with equal content, and hashable."""
    values = (getattr(spec, field.name) for field in dataclasses.fields(spec) if field.compare)
    return tuple((value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value for value in values)


def positive(value: Quantity, unit: str, name: str, hint: str = "") -> float:
    """SI value, > 0."""
    number = parse(value, unit, name)
    if number > 0:
        return number
    raise SpecError(broken(name, "> 0", value, unit, hint))


def not_negative(value: Quantity, unit: str, name: str, hint: str = "") -> float:
    """SI value, >= 0."""
    number = parse(value, unit, name)
    if number >= 0:
        return number
    raise SpecError(broken(name, ">= 0", value, unit, hint))


def broken(name: str, rule: str, value: object, unit: str, hint: str = "") -> str:
    """The sentence about a number that breaks its rule: the value as it was given, and the likely fix."""
    given = shown(value) if isinstance(value, str) or unit == "1" else f"{shown(value)} {unit}"
    return f"{name} must be {rule}; got {given}{'; ' if hint else ''}{hint}"


def integer(value: object, name: str, lowest: int, below: int | None = None, hint: str = "") -> int:
    """An integer >= ``lowest`` and < ``below``; neither a bool nor a float."""
    try:
        number = None if isinstance(value, bool | np.bool_) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or number < lowest or (below is not None and number >= below):
        limit = f" and < {below}" if below is not None else ""
        end = f"; {hint}" if hint else ""
        raise SpecError(f"{name} must be an integer >= {lowest}{limit}; got {shown(value)}{end}")
    return number


def boolean(value: object, name: str) -> bool:
    """True or false, nothing that merely counts as one."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise SpecError(f"{name} must be true or false; got {shown(value)}")


def one_of(value: object, choices: tuple[str, ...], name: str) -> str:
    """One of a few words."""
    if isinstance(value, str) and value in choices:
        return value
    raise SpecError(f"{name} must be {' or '.join(map(repr, choices))}; got {shown(value)}")


def instance(value: object, kind: type[R], name: str, example: str) -> R:
    """An object of a spec class."""
    if isinstance(value, kind):
        return value
    raise SpecError(f"{name} must be of the class {kind.__name__}; got {shown(value)}; {example}")


def unit_vectors(value: Quantities, name: str, count: int | None) -> FloatArray:
    """Read-only unit vectors (count, 3); one (3,) vector serves for all. A zero vector is refused."""
    vectors = parse_array(value, "1", name, _shape_of_vectors(value, count))
    if vectors.ndim == 1:
        vectors = np.tile(vectors, (1 if count is None else count, 1))
    scale = np.abs(vectors).max(axis=1, initial=0.0, keepdims=True)
    if not scale.all():
        where = "" if np.ndim(value) == 1 else f"[{int(np.argmin(scale))}]"
        raise SpecError(f"{name}{where} must not be zero; got (0, 0, 0); give a direction such as (0, 0, 1)")
    norm = scale * np.sqrt(((vectors / scale) ** 2).sum(axis=1, keepdims=True))
    # What is a unit vector to round-off stays as it is: normalising twice changes no bit.
    result = np.where(np.abs(norm - 1.0) <= 8 * np.finfo(float).eps, vectors, vectors / scale / (norm / scale))
    result.flags.writeable = False
    return result


def _shape_of_vectors(value: Quantities, count: int | None) -> tuple[int | None, ...]:
    try:
        single = np.ndim(value) == 1
    except ValueError:  # rows of unequal length: parse_array says so
        single = False
    return (3,) if single else (count, 3)


def direction(value: Quantities, name: str) -> Vector:
    """A unit vector as three floats."""
    # Sweeps make a field per row, all along one tuple; the check of an array costs more than that of all else.
    if isinstance(value, tuple) and all(type(part) is float for part in value):
        return _same_direction(value, name, repr(value))
    return _direction(value, name)


def _direction(value: Quantities, name: str) -> Vector:
    x, y, z = unit_vectors(parse_array(value, "1", name, (3,)), name, 1)[0].tolist()
    return x, y, z


@functools.lru_cache(maxsize=256)
def _same_direction(value: tuple[float, ...], name: str, signs: str) -> Vector:
    """As `_direction`; ``signs`` tells 0.0 from -0.0, which are equal."""
    return _direction(value, name)
