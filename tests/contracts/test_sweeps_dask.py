"""The same sweep on a real Dask cluster, one of whose workers is killed, and by processes: the same rows."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import magheat as mh

DESIGN = """
[material]
saturation_magnetization = "450 kA/m"
anisotropy_constant = 1e4
[ensemble]
diameter = "16 nm"
interaction = 0.3
[applied_field]
kind = "sinusoidal"
amplitude = "150 Oe"
frequency = "100 kHz"
[experiment]
temperature = 300.0
samples_per_cycle = 40
[solver]
name = "two-well"
axis_points = 256
[sweep]
design = "latin-hypercube"
count = 512
chunk = 128
[[sweep.axes]]
field = "ensemble.diameter"
low = "8 nm"
high = "25 nm"
[[sweep.axes]]
field = "ensemble.interaction"
low = 0.0
high = 0.8
"""
ENVIRONMENT = {
    "DASK_DISTRIBUTED__WORKER__DAEMON": "False",
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3",
    "PYTHONWARNINGS": "ignore",
}


def dask(kind, *options):
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{kind}", *map(str, options)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | ENVIRONMENT,
        start_new_session=True,
    )


@pytest.fixture
def cluster(tmp_path):
    """Address of a scheduler on 127.0.0.1, and its two worker processes."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    here = ("--host", "127.0.0.1", "--no-dashboard")
    processes = [dask("scheduler", *here, "--port", 0, "--scheduler-file", file)]
    try:
        end = time.monotonic() + 60
        while not file.exists() or not file.read_text():
            assert time.monotonic() < end, "the scheduler did not start"
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        options = ("--no-nanny", "--nthreads", 1, "--local-directory", tmp_path, *here)
        processes += [dask("worker", address, *options) for _ in range(2)]
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def rows(path):
    with mh.Store(path) as store:
        return store.table().sort("key").drop("provenance")


def test_a_cluster_that_loses_a_worker_gives_the_rows_of_the_process_pool(cluster, tmp_path):
    address, workers = cluster
    killed = []

    def kill(tally):
        if tally.new > 0 and not killed:
            os.kill(workers[0].pid, signal.SIGKILL)
            killed.append(tally.new)

    summary = mh.sweep(DESIGN, tmp_path / "dask.sqlite", engine=address, progress=kill)
    assert killed
    assert killed[0] < 512
    assert summary[:4] == (512, 512, 0, 0)
    assert workers[0].wait(10) == -signal.SIGKILL
    assert mh.sweep(DESIGN, tmp_path / "pool.sqlite", workers=2)[:4] == (512, 512, 0, 0)
    assert rows(tmp_path / "dask.sqlite").equals(rows(tmp_path / "pool.sqlite"))


@pytest.mark.parametrize(
    ("address", "words"),
    [("tcp://127.0.0.1:1", "does not answer"), ("127.0.0.1:8786", "an address such as"), (8786, "an address such as")],
)
def test_an_engine_that_is_not_there_gets_one_sentence(tmp_path, address, words):
    pytest.importorskip("distributed")
    with pytest.raises(mh.SpecError, match=words) as error:
        mh.sweep(DESIGN, tmp_path / "kb.sqlite", engine=address)
    assert "\n" not in str(error.value)
