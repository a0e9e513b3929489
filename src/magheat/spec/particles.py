"""Where the particles are, how large, with which easy axis, of what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from magheat.errors import SpecError
from magheat.spec.checks import by_constructor, content, explain_arguments, replaced, store, unit_vectors
from magheat.spec.csv_table import read_columns
from magheat.spec.ensemble import LARGEST_DIAMETER, SMALLEST_DIAMETER
from magheat.spec.material import Material
from magheat.spec.overlap import deepest_overlap
from magheat.spec.xyz import read_xyz, write_xyz
from magheat.units import FloatArray, Quantities, Quantity, parse_array, shown

#: A coordinate (m) beyond this is a forgotten unit.
_FARTHEST = 1e6


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Particles:
    """Immobile spherical macrospins; n particles.

    Lengths are SI floats or strings with a unit, one by one if you like. The attributes are read-only float64
    arrays in SI; two `Particles` with the same content are equal.

    Parameters
    ----------
    positions
        Centres, (n, 3), in m. Spheres may touch but not overlap.
    diameters
        (n,) or one for all, in m, > 0.
    easy_axes
        (n, 3) or one (3,) for all; normalised here, a zero axis is refused.
    material
        One `Material`, or a sequence of one per particle.

    Raises
    ------
    SpecError
        For a value that breaks its rule.
    """

    positions: FloatArray
    diameters: FloatArray
    easy_axes: FloatArray
    material: Material | tuple[Material, ...]

    @explain_arguments
    def __init__(
        self,
        *,
        positions: Quantities,
        diameters: Quantities | Quantity,
        easy_axes: Quantities,
        material: Material | Sequence[Material],
    ) -> None:
        centres = parse_array(positions, "m", "Particles.positions", (None, 3))
        count = len(centres)
        if count == 0:
            raise SpecError("Particles.positions must hold at least one particle; got none")
        if np.abs(centres).max() > _FARTHEST:
            farthest = np.abs(centres).max()
            raise SpecError(f"Particles.positions must be within {_FARTHEST:g} m; got {farthest:g} m; check their unit")
        sizes = _diameters(diameters, count)
        if (overlap := deepest_overlap(centres, sizes)) is not None:
            i, j, depth = overlap
            raise SpecError(
                f"Particles.positions must keep spheres apart; got spheres {i} and {j}, which overlap by {depth:.3g} m;"
                " check the units of positions and diameters"
            )
        axes = unit_vectors(easy_axes, "Particles.easy_axes", count)
        store(self, positions=centres, diameters=sizes, easy_axes=axes, material=_material(material, count))

    @classmethod
    @explain_arguments
    def from_csv(
        cls,
        path: str | Path,
        *,
        material: Material | Sequence[Material],
        diameters: Quantities | Quantity | None = None,
        easy_axes: Quantities | None = None,
    ) -> Particles:
        """Particles from a CSV file with the columns x, y, z and, if it likes, diameter and axis_x, axis_y, axis_z.

        Lengths have their unit in the header, such as ``x (nm)``.

        Parameters
        ----------
        path
            The file.
        material
            One for all, or one per row.
        diameters, easy_axes
            What the file has no columns for.

        Raises
        ------
        SpecError
            With the line and the column of what is wrong.
        """
        units = {name: "m" for name in ("x", "y", "z", "diameter")} | {f"axis_{c}": "1" for c in "xyz"}
        columns = read_columns(path, units, {"d": "diameter"})
        return cls(
            positions=_stacked(columns, ("x", "y", "z"), None, path),
            diameters=_stacked(columns, ("diameter",), diameters, path),
            easy_axes=_stacked(columns, ("axis_x", "axis_y", "axis_z"), easy_axes, path),
            material=material,
        )

    @classmethod
    @explain_arguments
    def from_xyz(
        cls,
        path: str | Path,
        *,
        material: Material | Sequence[Material],
        length_unit: str | None = None,
        diameters: Quantities | Quantity | None = None,
        easy_axes: Quantities | None = None,
    ) -> Particles:
        """Particles from an XYZ file; an extended one may have the properties radius or diameter, and easy_axis.

        Parameters
        ----------
        path
            The file: the number of particles, a comment, then a name and x, y, z per line.
        material
            One for all, or one per line.
        length_unit
            Of its lengths, such as "nm" or "angstrom"; to be left out where the comment says ``length_unit=nm``.
        diameters, easy_axes
            What the file does not have.

        Raises
        ------
        SpecError
            With the line of what is wrong.
        """
        read = read_xyz(path, length_unit)
        return cls(
            positions=read["positions"],
            diameters=_either(read, "diameters", diameters, path),
            easy_axes=_either(read, "easy_axes", easy_axes, path),
            material=material,
        )

    def to_xyz(self, path: str | Path) -> None:
        """Write positions, diameters and easy axes as an extended XYZ file in nm, for OVITO, VMD and `from_xyz`."""
        write_xyz(path, self.positions, self.diameters, self.easy_axes)

    @property
    def count(self) -> int:
        """Number of particles, n."""
        return len(self.positions)

    @property
    def volumes(self) -> FloatArray:
        """Volumes pi D^3/6, (n,), in m^3."""
        return _read_only(np.pi / 6 * self.diameters**3)

    @property
    def saturation_magnetization(self) -> FloatArray:
        """M_s of each particle, (n,), in A/m."""
        return self._each(lambda material: material.saturation_magnetization)

    @property
    def anisotropy_constant(self) -> FloatArray:
        """Uniaxial K of each particle, (n,), in J/m^3."""
        return self._each(lambda material: material.anisotropy_constant)

    @property
    def density(self) -> FloatArray:
        """Density of each particle, (n,), in kg/m^3."""
        return self._each(lambda material: material.density)

    @property
    def heat_capacity(self) -> FloatArray:
        """Heat capacity per volume of each particle, (n,), in J/(m^3 K)."""
        return self._each(lambda material: material.heat_capacity)

    @property
    def iron_mass_fraction(self) -> FloatArray:
        """Mass of iron per mass of each particle, (n,)."""
        return self._each(lambda material: material.iron_mass_fraction)

    def replace(self, **changes: Any) -> Particles:
        """Particles with some arguments changed."""
        return replaced(self, changes)

    def _each(self, value: Callable[[Material], float]) -> FloatArray:
        if isinstance(self.material, Material):
            return _read_only(np.full(self.count, value(self.material)))
        return _read_only(np.array([value(material) for material in self.material]))

    def __len__(self) -> int:
        return self.count

    def __eq__(self, other: object) -> bool:
        return content(self) == content(other) if isinstance(other, Particles) else NotImplemented

    def __hash__(self) -> int:
        return hash(content(self))

    def __repr__(self) -> str:
        low, high = self.diameters.min() * 1e9, self.diameters.max() * 1e9
        size = f"{low:.4g} nm" if low == high else f"{low:.4g} to {high:.4g} nm"
        return f"Particles({self.count} of {size})"

    def __reduce__(self) -> Any:
        return by_constructor(self)


def _read_only(array: FloatArray) -> FloatArray:
    array.flags.writeable = False
    return array


def _diameters(value: Quantities | Quantity, count: int) -> FloatArray:
    """(n,) diameters, one given for all repeated."""
    name = "Particles.diameters"
    single = isinstance(value, str) or not isinstance(value, Sequence | np.ndarray)
    sizes = parse_array([value], "m", name, (1,)) if single else parse_array(value, "m", name, (None,))  # type: ignore[arg-type]
    if single:
        sizes = _read_only(np.full(count, sizes[0]))
    if len(sizes) != count:
        raise SpecError(f"{name} must be one per particle; got {len(sizes)} for {count} positions")
    good = (sizes >= SMALLEST_DIAMETER) & (sizes < LARGEST_DIAMETER)
    if not good.all():
        index = int(np.argmin(good))
        raise SpecError(
            f"{name}[{index}] must be >= {SMALLEST_DIAMETER:g} and < {LARGEST_DIAMETER:g} m; got {sizes[index]} m;"
            " write '22 nm' for nanometres"
        )
    return sizes


def _material(value: Material | Sequence[Material], count: int) -> Material | tuple[Material, ...]:
    """One material, or one per particle; n times the same is one."""
    if isinstance(value, Material):
        return value
    name = "Particles.material"
    if not isinstance(value, Sequence) or not all(isinstance(material, Material) for material in value):
        raise SpecError(f"{name} must be a Material or a sequence of them; got {shown(value)}; take mh.magnetite")
    if len(value) != count:
        raise SpecError(f"{name} must be one, or one per particle; got {len(value)} for {count} positions")
    return value[0] if len(set(value)) == 1 else tuple(value)


def _either(read: dict[str, FloatArray], name: str, given: Any, path: str | Path) -> Any:
    """What a file has or what was given beside it, not both."""
    if (name in read) == (given is not None):
        fix = (
            f"has {name} already; leave out the argument beside it" if name in read else f"has no {name}; give {name}="
        )
        raise SpecError(f"{path} {fix}")
    return read.get(name, given)


def _stacked(columns: dict[str, FloatArray], names: tuple[str, ...], given: Any, path: str | Path) -> Any:
    """The named columns as one array; what was given instead, where the file has none of them."""
    missing = [name for name in names if name not in columns]
    if len(missing) == len(names) and given is not None:
        return given
    if missing:
        argument = {"diameter": "; or give diameters=", "axis_x": "; or give easy_axes="}.get(missing[0], "")
        raise SpecError(f"{path} must have the column {missing[0]}; it has {', '.join(columns)}{argument}")
    if given is not None:
        raise SpecError(f"{path} has the column {names[0]} already; leave out the argument beside it")
    return np.column_stack([columns[name] for name in names]) if len(names) > 1 else columns[names[0]]
