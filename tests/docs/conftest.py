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

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PROGRAMS = {
    "python": f"""#!/bin/sh
exec "{sys.executable}" "$@"
""",
    "magheat": f"""#!/bin/sh
case "$1" in
    train | improve | optimize) exec "{sys.executable}" "{Path(__file__).with_name("fewer_points.py")}" "$@" ;;
    *) exec "{sys.executable}" -m magheat "$@" ;;
esac
""",
    "activate": "",  # nothing to do: the programs are found already
}


@pytest.fixture
def clone(tmp_path):
    """A folder like a clone that is set up: the examples and `.venv/bin`; and files that only its reader has."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    write_files(tmp_path)
    place = tmp_path / ".venv" / "bin"
    place.mkdir(parents=True)
    for name, text in PROGRAMS.items():
        (place / name).write_text(text)
        (place / name).chmod(0o755)
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
