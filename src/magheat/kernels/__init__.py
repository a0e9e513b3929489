"""Numba kernels: float64 arrays in, arrays out; they know nothing else.

Numba's disk cache looks at one source file per function, so that an edit of an inlined function in another module
would go unnoticed. Here all kernel sources, the lane width, the Numba version and the package version are hashed into
the name of a user cache folder, and Numba's cache points there while the kernels are imported.
"""

import hashlib
import importlib
import os
import pathlib
import tempfile

import numba

from magheat._version import __version__

_SOURCES = pathlib.Path(__file__).parent


def source_hash() -> str:
    """Hash of everything that decides what the kernels compile to."""
    digest = hashlib.blake2b(f"{__version__} {numba.__version__}".encode(), digest_size=12)
    for source in sorted(_SOURCES.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def cache_folder() -> pathlib.Path:
    """Folder of the compiled kernels: $MAGHEAT_CACHE_DIR or the user's cache; a temporary one if read-only."""
    chosen = os.environ.get("MAGHEAT_CACHE_DIR")
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    wanted = pathlib.Path(chosen) if chosen else pathlib.Path(base) / "magheat"
    folder = wanted / f"kernels-{source_hash()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return pathlib.Path(tempfile.gettempdir()) / f"magheat-{os.getuid()}" / folder.name


def _import_kernels() -> None:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        for source in sorted(_SOURCES.glob("*.py")):
            if source.stem != "__init__":
                importlib.import_module(f"{__name__}.{source.stem}")
    finally:
        numba.config.CACHE_DIR = before


_import_kernels()
