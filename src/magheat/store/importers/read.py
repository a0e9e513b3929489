"""A file of measured data, whatever it is: recognised by its content and read."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias, get_args

from magheat.errors import SchemaError, SpecError
from magheat.store.importers import lake_shore, loop_csv, quantum_design, sar_table
from magheat.store.importers.loop_rows import Curves, curves_per_volume, imported_loops
from magheat.store.importers.profile import Profile, Sample
from magheat.store.importers.records import Imported, Source
from magheat.store.importers.table import header_of
from magheat.store.importers.text import Text, read_text
from magheat.store.importers.trace import Trace
from magheat.units import shown

#: What a file can be; None in `read_measured` finds out.
Format: TypeAlias = Literal["table", "loop", "quantum-design", "micromag", "lake-shore-8600", "lake-shore-7400"]

_LAKE_SHORE: dict[str, Format] = {
    lake_shore.MICROMAG: "micromag",
    lake_shore.SERIES_8600: "lake-shore-8600",
    lake_shore.SERIES_7400: "lake-shore-7400",
}
_WORDS: dict[Format, str] = {
    "table": sar_table.FORMAT,
    "loop": loop_csv.FORMAT,
    "quantum-design": quantum_design.FORMAT,
    **{name: words for words, name in _LAKE_SHORE.items()},
}


def read_measured(
    path: str | Path,
    profile: Profile | None = None,
    *,
    format: Format | None = None,
    sample: Sample | None = None,
    moment_column: str | None = None,
) -> Imported:
    """Rows and loops of a file of measured data, in SI.

    Parameters
    ----------
    path
        The file. What it is is found from its content; its suffix does not matter.
    profile
        What its columns mean; a table needs one, a CSV file of loops only where its header does not say enough.
    format
        What the file must be; None finds out.
    sample
        Mass, volume and density of the sample of a loop, where the file does not have them.
    moment_column
        Which column of a file of Quantum Design is the moment, where several have numbers.

    Raises
    ------
    SchemaError
        For a file of none of the formats, one that cannot be understood as a whole, or one without any row that can
        be read.
    SpecError
        For a profile that does not fit the format.
    """
    imported = _read(path, profile, format, sample or Sample(), moment_column)
    if not imported.rows:
        first = imported.refused[0]
        raise SchemaError(
            f"{imported.source.file} must have rows that can be read; all {imported.rows_read} were refused, the first "
            f"(line {first.line}) because {first.reason}"
        )
    return imported


def read_curves(path: str | Path, *, sample: Sample | None = None) -> tuple[Trace, ...]:
    """Every curve of a file of loops as it was measured, whole, per volume; in SI.

    Parameters
    ----------
    path
        The file, as in `read_measured`.
    sample
        Mass, volume and density of the sample, where the file does not have them.

    Raises
    ------
    SchemaError
        For a file that holds no loops, or one whose magnetization per volume cannot be had.
    """
    text = read_text(path)
    found = recognised(text, None)
    if found == "table":
        raise SchemaError(f"{text.name} must be a file of hysteresis loops; it is a table")
    curves = _curves(text, found, None, None)
    return curves_per_volume(text, curves, sample or Sample())


def _read(
    path: str | Path, profile: Profile | None, format: Format | None, given: Sample, moment_column: str | None
) -> Imported:
    text = read_text(path)
    found = recognised(text, profile) if format is None else format_of(format)
    if found == "table":
        if profile is None or profile.kind != "table":
            raise SpecError(f'profile must be given for a table, of kind "table"; {text.name} is read as one')
        return sar_table.read_sar_table(text, profile)
    constants = {} if profile is None else profile.constants
    if profile is not None:
        given = Sample(
            mass=given.mass or profile.sample.mass,
            volume=given.volume or profile.sample.volume,
            density=given.density or profile.sample.density,
        )
    source = Source(
        file=text.name, content=text.content, format=_WORDS[found], profile=None if profile is None else profile.name
    )
    return imported_loops(text, _curves(text, found, profile, moment_column), source, given, constants)


def recognised(text: Text, profile: Profile | None) -> Format:
    """What a file is, by its first lines; anything unknown is a table of delimited columns.

    Raises
    ------
    SchemaError
        When its lines are no table of several columns.
    """
    if quantum_design.is_quantum_design(text.lines):
        return "quantum-design"
    by_lake_shore = lake_shore.format_of(text.lines)
    if by_lake_shore is not None:
        return _LAKE_SHORE[by_lake_shore]
    _, header = header_of(
        text, None if profile is None else profile.delimiter, "#" if profile is None else profile.comment
    )
    if len(header.cells) < 2:
        raise SchemaError(
            f"{text.name} must be {', '.join(_WORDS.values())}; it begins with {shown(' '.join(header.cells))}, which "
            "is none of them"
        )
    return "loop" if profile is None else profile.kind


def format_of(format: str) -> Format:
    """The format of this name.

    Raises
    ------
    SpecError
        Naming those that there are.
    """
    for name in get_args(Format):
        if name == format:
            known: Format = name
            return known
    raise SpecError(f"format must be one of {', '.join(get_args(Format))}; got {shown(format)}")


def _curves(text: Text, found: Format, profile: Profile | None, moment_column: str | None) -> Curves:
    if found == "loop":
        return loop_csv.read_loop_csv(text, loop_csv.profile_from_header(text) if profile is None else profile)
    if found == "quantum-design":
        return quantum_design.read_quantum_design(text, moment_column)
    if found == "micromag":
        return lake_shore.read_micromag(text)
    return lake_shore.read_8600(text) if found == "lake-shore-8600" else lake_shore.read_7400(text)
