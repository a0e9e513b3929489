"""The whole description of the service, tried with requests that it allows and some that it does not.

Opt in with MAGHEAT_FUZZES=1; MAGHEAT_FUZZ_SECONDS bounds the time, 90 by default, shared evenly by all operations.
The requests are the same every time, unless MAGHEAT_FUZZ_SEED=random.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import server

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("MAGHEAT_FUZZES") != "1", reason="takes two minutes; MAGHEAT_FUZZES=1 asks for it"
    ),
    pytest.mark.slow,
]
SECONDS = float(os.environ.get("MAGHEAT_FUZZ_SECONDS", "90"))
PROGRAM = Path(__file__).with_name("every_request.py")


def test_nothing_is_found_in_the_whole_description(models, tmp_path):
    pytest.importorskip("schemathesis")
    with server(models, tmp_path / "jobs.sqlite", "--rate", "0", "--job-seconds", "2", "--queue", "1000") as one:
        command = [sys.executable, str(PROGRAM), str(one.client.base_url), str(SECONDS)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10 * SECONDS + 60, cwd=tmp_path)
        assert done.returncode == 0, done.stderr[-4000:]
        found = json.loads(done.stdout.splitlines()[-1])  # hypothesis prints its seeds before it
        assert not found["problems"], "\n\n".join(found["problems"])
        assert found["operations"] >= 14
        assert found["tried"] > 10 * found["operations"]
        assert one.client.get("/healthz").status_code == 200
