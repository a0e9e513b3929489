"""Where the blocks of a page run: what a reader has after cloning, with fewer points for models to learn from."""

import fcntl
import os
import shutil
import sys
from pathlib import Path

import pytest

from magheat.workflows import learning

from .fewer_points import fewer_points
from .readers_files import write_files

ROOT = Path(__file__).resolve().parents[2]
MAGHEAT = f"""#!/bin/sh
exec "{sys.executable}" "{Path(__file__).with_name("fewer_points.py")}" "$@"
"""


@pytest.fixture
def clone(tmp_path):
    """A folder like a clone after `make demo`: the examples, and `.venv/bin` with `magheat` and `python`."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    write_files(tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "magheat").write_text(MAGHEAT)
    (programs / "magheat").chmod(0o755)
    (programs / "activate").touch()  # nothing to do: the programs are found already
    (programs / "python").symlink_to(sys.executable)
    return tmp_path


@pytest.fixture(scope="session")
def demo_models(tmp_path_factory):
    """What `make demo` leaves in `models/`, from fewer loops; made once for all processes of the session."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "models-of-the-demo"
    with open(place.with_suffix(".lock"), "w") as lock, pytest.MonkeyPatch.context() as patch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            fewer_points(patch.setattr)
            learning.train_two_well(place.with_suffix(".new"), rows=512)
            place.with_suffix(".new").rename(place)
    return place
