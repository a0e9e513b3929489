"""Rows of a file of measured data on their way into a store: keys by content, provenance, and the report."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from magheat._version import __version__
from magheat.errors import SchemaError
from magheat.store.importers.profile import Profile, read_profile
from magheat.store.importers.records import Imported, ImportReport
from magheat.units import shown

#: What `magheat.store.Store.put_rows` looks like to an import.
PutRows = Callable[..., int]


def import_into(put_rows: PutRows, imported: Imported) -> ImportReport:
    """Put rows and loops into a store, in one transaction, and say what was new.

    Parameters
    ----------
    put_rows
        The store's method.
    imported
        What a reader found.
    """
    source = imported.source
    keys = keys_of(imported)
    new = put_rows(
        _columns(imported, keys),
        source="measured",
        provenance={
            "file": source.file,
            "blake2b": source.content,
            "format": source.format,
            "profile": source.profile,
            "units": dict(imported.units),
            "magheat_version": __version__,
        },
        loops={keys[index]: (loop.applied_field, loop.magnetization) for index, loop in imported.loops.items()},
    )
    return ImportReport(
        file=source.file,
        format=source.format,
        rows_read=imported.rows_read,
        new=new,
        already_there=len(keys) - new,
        refused=imported.refused,
        notes=imported.notes,
    )


def keys_of(imported: Imported) -> list[str]:
    """A key of 32 hexadecimal digits for every row, from its content, the profile and the equal rows before it.

    So a file that is imported twice adds nothing, under another name either, and two equal rows of one file are two.
    """
    keys = []
    copies: Counter[str] = Counter()
    for content in imported.contents:
        whole = json.dumps(["measured", imported.source.profile, content, copies[content]])
        keys.append(hashlib.blake2b(whole.encode(), digest_size=16).hexdigest())
        copies[content] += 1
    return keys


def profile_from(profile: Profile | str | Path | None) -> Profile | None:
    """The profile itself, or the one in a file.

    Raises
    ------
    SchemaError
        For anything else.
    """
    if profile is None or isinstance(profile, Profile):
        return profile
    if isinstance(profile, str | Path):
        return read_profile(profile)
    raise SchemaError(f"profile must be a Profile or the name of a TOML file; got {shown(profile)}")


def _columns(imported: Imported, keys: list[str]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in imported.rows for name in row)
    return {"key": keys, **{name: [row.get(name) for row in imported.rows] for name in names}}
