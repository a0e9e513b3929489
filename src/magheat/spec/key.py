"""The key of an experiment: a hash of its physics, blind to the units and the round-off that it was written with."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import numpy as np

from magheat.spec.material import Material
from magheat.spec.particles import Particles
from magheat.units import FloatArray

#: Significant digits that count.
_DIGITS = 12


def content_key(spec: Any) -> str:
    """BLAKE2b hash (32 hexadecimal digits) of the canonical JSON of a spec's fields."""
    text = json.dumps(canonical(spec), sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def canonical(value: Any) -> Any:
    """``value`` in plain JSON types, with floats as text of 12 significant digits.

    In vectors and arrays, what is smaller than the largest element is rounded to the twelfth digit of that, so that a
    component that is zero but for round-off is zero; among positions, the smallest diameter takes the place of the
    largest element, because a particle far away must not blur the rest.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return _text(value)
    if isinstance(value, tuple):
        return canonical(np.array(value))
    if isinstance(value, np.ndarray):
        return _canonical_array(value, float(np.abs(value).max()))
    if isinstance(value, Particles):
        positions = _canonical_array(value.positions, float(value.diameters.min()))
        return {**_fields(value), "positions": positions, "material": _canonical_materials(value)}
    return _fields(value)


def _fields(spec: Any) -> dict[str, Any]:
    """Kind and fields of a spec, but for those of particles that need more care."""
    names = [field.name for field in dataclasses.fields(spec) if field.init]
    names = [name for name in names if not (name == "positions" or _left_out(spec, name))]
    return {"kind": type(spec).__name__, **{name: canonical(getattr(spec, name)) for name in names}}


def _left_out(spec: Any, name: str) -> bool:
    """Materials of particles, which take more care; and of particles and an ensemble, the one that is not there."""
    if name == "material":
        return isinstance(spec, Particles)
    return name in ("particles", "ensemble") and getattr(spec, name) is None


def _canonical_array(array: FloatArray, scale: float) -> list[Any]:
    """Shape and elements; those below ``scale`` are rounded to its twelfth digit."""
    if scale > 0.0:
        digit = 10.0 ** (int(_text(scale).partition("e")[2]) - (_DIGITS - 1))
        small = np.abs(array) < scale
        array = np.where(small, np.rint(np.where(small, array, 0.0) / digit) * digit, array)
    return [list(array.shape), [_text(x) for x in array.ravel().tolist()]]


def _text(number: float) -> str:
    return f"{number + 0.0:.{_DIGITS - 1}e}"


def _canonical_materials(particles: Particles) -> list[Any]:
    """The different materials, and which of them each particle has, where there is more than one."""
    if isinstance(particles.material, Material):
        return [canonical(particles.material)]
    order = {material: index for index, material in enumerate(dict.fromkeys(particles.material))}
    return [*map(canonical, order), [order[material] for material in particles.material]]
