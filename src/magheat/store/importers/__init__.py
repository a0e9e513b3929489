"""Measured data from files: tables of SAR, and hysteresis loops of several magnetometers, as rows in SI.

Every reader is a function of a file that returns its rows and a list of the lines that it could not read. Nothing is
guessed: what a file does not say is missing, and a unit that it does not state is asked for.
"""

from magheat.store.importers.into_store import import_into, keys_of, profile_from
from magheat.store.importers.profile import Column, Profile, Sample, profile_of, read_profile, sample_of
from magheat.store.importers.read import Format, format_of, read_curves, read_measured
from magheat.store.importers.records import Imported, ImportReport, Loop, Refused, Source

__all__ = [
    "Column",
    "Format",
    "ImportReport",
    "Imported",
    "Loop",
    "Profile",
    "Refused",
    "Sample",
    "Source",
    "format_of",
    "import_into",
    "keys_of",
    "profile_from",
    "profile_of",
    "read_curves",
    "read_measured",
    "read_profile",
    "sample_of",
]
