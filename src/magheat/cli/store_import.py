"""``magheat store import``: measured data from a file into a knowledge base, and what became of every line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from magheat.cli import outputs
from magheat.cli.store_option import DEFAULT, StoreOption

if TYPE_CHECKING:
    from magheat.store.importers import ImportReport

#: Refused lines that are shown; the rest is counted.
_SHOWN = 20


def import_(
    file: Annotated[Path, typer.Argument(help="Measured data: CSV, .dat of Quantum Design, MicroMag, Lake Shore.")],
    store: StoreOption = DEFAULT,
    profile: Annotated[
        Path | None, typer.Option("--profile", help="What the columns of a table mean.", metavar="PROFILE.toml")
    ] = None,
    format: Annotated[
        str | None, typer.Option("--format", help="What the file must be; found from its content by default.")
    ] = None,
    mass: Annotated[str | None, typer.Option("--mass", help='Mass of a loop\'s sample, such as "5.2 mg".')] = None,
    volume: Annotated[str | None, typer.Option("--volume", help='Its volume, such as "1.1 mm^3".')] = None,
    density: Annotated[str | None, typer.Option("--density", help='Its density, such as "5.18 g/cm^3".')] = None,
    moment_column: Annotated[
        str | None, typer.Option("--moment-column", help="Which column is the moment, where several have numbers.")
    ] = None,
) -> None:
    """Put measured data into a knowledge base; a file that is imported twice adds nothing."""
    from magheat.store import Store, importers

    outputs.require_file("FILE", file)
    given = {"mass": mass, "volume": volume, "density": density}
    imported = importers.read_measured(
        file,
        importers.profile_from(profile),
        format=None if format is None else importers.format_of(format),
        sample=importers.sample_of({name: text for name, text in given.items() if text is not None}, "--"),
        moment_column=moment_column,
    )
    with Store(store) as base:  # opened last: a file that cannot be read leaves no new store behind
        report = importers.import_into(base.put_rows, imported)
    typer.echo("\n".join(lines_of(report, imported.source.profile)))


def lines_of(report: ImportReport, profile: str | None) -> list[str]:
    """What the report says, line by line.

    Parameters
    ----------
    report
        Of one import.
    profile
        Name of the column profile; None without one.
    """
    by = "" if profile is None else f", read with the profile {profile}"
    lines = [f"{report.file} is {report.format}{by}."]
    rows = f"{report.new} row{'' if report.new == 1 else 's'} new, {report.already_there} there already"
    lines.append(f"{rows}; {len(report.refused)} of {report.rows_read} lines refused.")
    lines += [f"  line {refused.line}: {refused.reason}" for refused in report.refused[:_SHOWN]]
    if len(report.refused) > _SHOWN:
        lines.append(f"  and {len(report.refused) - _SHOWN} more lines")
    return lines + [f"Note: {note}" for note in report.notes]
