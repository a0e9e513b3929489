"""A tiny model, a server in this process, and real ones."""

import math
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from types import SimpleNamespace

import httpx
import numpy as np
import pytest

from magheat.constants import OERSTED
from magheat.solvers.two_well_table import two_well_loops
from magheat.surrogates import save, train

API = "/api/v1"
MATERIAL = {"saturation_magnetization": 480e3, "anisotropy_constant": 1e4}


def box(rows, seed):
    """Random rows of the learning paper's box."""
    generator = np.random.default_rng(seed)

    def between(low, high):
        return generator.uniform(low, high, rows)

    return {
        "saturation_magnetization": between(3e5, 4.5e5),
        "anisotropy_constant": np.exp(between(math.log(1e4), math.log(3e4))),
        "diameter": between(8e-9, 25e-9),
        "interaction": between(0.0, 0.8),
        "temperature": between(300.0, 320.0),
        "frequency": np.exp(between(math.log(5e4), math.log(4e5))),
        "amplitude": between(50 * OERSTED, 300 * OERSTED),
    }


def fixed(**changes):
    """One row of the box; without what is None."""
    row = {
        "saturation_magnetization": 4e5,
        "anisotropy_constant": 2e4,
        "diameter": 16e-9,
        "interaction": 0.3,
        "temperature": 310.0,
        "frequency": 1e5,
        "amplitude": 12e3,
    } | changes
    return {name: value for name, value in row.items() if value is not None}


def sample(**changes):
    """An ensemble in a field, as a request has it."""
    tables = {
        "material": MATERIAL,
        "ensemble": {"diameter": 16e-9, "interaction": 0.2},
        "applied_field": {"kind": "sinusoidal", "amplitude": 12e3, "frequency": 1e5},
        "experiment": {"temperature": 310.0, "samples_per_cycle": 400},
    }
    return {"experiment": tables | changes, "solver": "two-well"}


def pair(solver="llg", **rest):
    """The local-heat paper's pair as a request has it."""
    tables = {
        "material": MATERIAL,
        "particles": {
            "arrangement": "pair",
            "diameters": [22e-9, 18e-9],
            "gap": 7.1e-9,
            "easy_axis_angles": [0.0, math.radians(30)],
        },
        "applied_field": {"kind": "sinusoidal", "amplitude": 500 * OERSTED, "frequency": 5e5},
        "experiment": {"cycles": 1, "samples_per_cycle": 500, **rest},
    }
    return {"experiment": tables, "solver": solver}


def slow():
    """A job of half a minute or more, which tells its progress at once."""
    request = pair(cycles=400, samples_per_cycle=100, damping=0.01)
    request["experiment"]["particles"] = {"arrangement": "chain", "count": 10, "diameter": 2e-8, "gap": 1e-9}
    return {"kind": "simulate", **request}


def quick_map(**changes):
    """A small map as a request has it."""
    request = {
        "x": {"name": "diameter", "lower": 10e-9, "upper": 20e-9, "count": 5},
        "y": {"name": "amplitude", "lower": 5e3, "upper": 20e3, "count": 4},
        "fixed": fixed(diameter=None, amplitude=None),
        "output": "slp",
    }
    return request | changes


def ended(client, job, patience=60.0):
    """A job once it has ended."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        told = client.get(f"{API}/jobs/{job}").json()
        if told["status"] not in ("queued", "running"):
            return told
        time.sleep(0.05)
    raise AssertionError(f"the job has not ended: {told}")


def running(client, job, patience=60.0):
    """A job once it runs."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        told = client.get(f"{API}/jobs/{job}").json()
        if told["status"] == "running":
            return told
        time.sleep(0.05)
    raise AssertionError(f"the job does not run: {told}")


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """A folder with one small model."""
    folder = tmp_path_factory.mktemp("models")
    save(train(two_well_loops(box(600, 1)), model="boosting", seed=1), folder / "two-well")
    return folder


@contextmanager
def server(models, jobs, *options):
    """A real server: its client, its port and its process."""
    command = [sys.executable, "-m", "magheat", "serve", "--port", "0", "--models", str(models), "--jobs", str(jobs)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            assert found, line + process.stderr.read()
            port = int(found[1])
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
                yield SimpleNamespace(client=client, port=port, process=process)
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGINT)
            process.wait(30)


@pytest.fixture(scope="session")
def client(models, tmp_path_factory):
    """A client of one real server."""
    with server(models, tmp_path_factory.mktemp("jobs") / "jobs.sqlite") as running:
        yield running.client
