"""A run that is killed or interrupted at any moment goes on from its checkpoint to the bits of one that was not."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import magheat as mh
from magheat import api
from magheat.kernels import stints
from magheat.workflows.experiment_file import to_toml

STATES = ["moment_direction", "released_heat", "field_work", "energy"]


def pair(**changes):
    material = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4)
    particles = mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=material
    )
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz")
    given = {"particles": particles, "applied_field": drive, "cycles": 1, "samples_per_cycle": 400}
    return mh.Experiment(**(given | changes))


def line(count, **changes):
    particles = mh.arrangement.chain(count=count, diameter="12 nm", gap="1 nm", material=mh.magnetite)
    drive = mh.Trapezoidal(amplitude="300 Oe", frequency="20 MHz")
    given = {"particles": particles, "applied_field": drive, "cycles": 1, "samples_per_cycle": 100, "damping": 0.3}
    return mh.Experiment(**(given | changes))


#: name -> experiment and solver; each takes half a second or more.
RUNS = {
    "thermal pair": (pair(temperature=300.0, cycles=2, damping=0.2), mh.LLG(bias=1e-4)),
    "thermal, Heun": (pair(temperature=300.0, cycles=3, damping=0.2), mh.LLG(bias=1e-4, scheme="heun")),
    "thermal line": (line(150, temperature=300.0), mh.LLG(threads=2, bias=3e-4)),
    "pair at 0 K, its twin and looser run": (pair(damping=0.001, cycles=6), mh.LLG()),
    "line at 0 K": (line(150, cycles=15), mh.LLG(threads=2)),
    "30 particles and their checks": (line(30, cycles=30), mh.LLG(threads=2, method="dormand-prince")),
}


@pytest.fixture
def often(monkeypatch):
    """Keep what is done as often as can be."""
    for name, value in {"INTERVAL": 0.0, "STINT": 0.01, "SHARE": 1}.items():
        monkeypatch.setattr(stints, name, value)


def assert_same_bits(one, other):
    for name in STATES:
        np.testing.assert_array_equal(one[name].values, other[name].values)


#: Forks a run for every line it is given, so that what takes long to import is imported once.
NURSERY = """
import os, sys
import magheat as mh
from magheat.kernels import stints
stints.INTERVAL, stints.STINT, stints.SHARE = 0.0, 0.01, 1
sys.path.insert(0, sys.argv[1])
from test_checkpoints import RUNS

for line in sys.stdin:
    name, _, path = line.rstrip("\\n").partition("|")
    child = os.fork()
    if child == 0:
        mh.simulate(*RUNS[name], checkpoint=path)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def nursery():
    """Where runs come from."""
    command = [sys.executable, "-c", NURSERY, os.path.dirname(__file__)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


def killed(nursery, name, path, times, seconds):
    """Start or go on with a run, and kill it some time after it has kept what is done so often; was it killed."""
    kept = stamp(path)
    nursery.stdin.write(f"{name}|{path}\n")
    nursery.stdin.flush()
    child = int(nursery.stdout.readline())
    for _ in range(times):
        deadline = time.monotonic() + 60
        while stamp(path) == kept and time.monotonic() < deadline:
            time.sleep(0.001)
        kept = stamp(path)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return int(nursery.stdout.readline()) == -signal.SIGKILL


def stamp(path):
    """When a file was written; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize("name", RUNS)
def test_a_killed_run_goes_on_to_the_same_bits(nursery, name, tmp_path):
    experiment, solver = RUNS[name]
    path, moments = tmp_path / "run.npz", random.Random(name)
    for _ in range(2):
        times, seconds = moments.randint(1, 3), moments.uniform(0.0, 0.02)
        assert killed(nursery, name, path, times, seconds), "the run was over: nothing was tested"
    told = []
    ds = mh.simulate(experiment, solver, progress=told.append, checkpoint=path)
    assert told[0] > 0, "the run began anew"
    assert not path.exists()
    assert_same_bits(ds, mh.simulate(experiment, solver))


class Interrupting:
    """Ctrl-C, once there is a checkpoint."""

    def __init__(self, path):
        self.path = path

    def __call__(self, done):
        if self.path.exists():
            raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["thermal line", "line at 0 K"])
def test_an_interrupted_run_goes_on_on_any_number_of_threads(often, name, tmp_path):
    experiment, solver = RUNS[name]
    path = tmp_path / "run.npz"
    with pytest.raises(KeyboardInterrupt):
        mh.simulate(experiment, solver, progress=Interrupting(path), checkpoint=path)
    one = mh.LLG(bias=solver.bias, threads=1)
    assert_same_bits(mh.simulate(experiment, one, checkpoint=path), mh.simulate(experiment, solver))
    assert os.listdir(tmp_path) == []


#: The command line, with what is done kept as often as can be.
COMMAND = """
import sys
from magheat.kernels import stints
stints.INTERVAL, stints.STINT, stints.SHARE = 0.0, 0.01, 1
from magheat.cli.main import app
app(["run", *sys.argv[1:]])
"""


def test_the_command_goes_on_where_ctrl_c_stopped_it(tmp_path):
    experiment, solver = RUNS["thermal pair"]
    file, path, out = tmp_path / "pair.toml", tmp_path / "run.npz", tmp_path / "out.nc"
    file.write_text(to_toml(experiment, solver))
    command = [sys.executable, "-c", COMMAND, file, "--checkpoint", path, "-o", out]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not path.exists() and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert said == f"magheat: interrupted; the same command goes on from {path}\n"
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    assert not path.exists()
    assert_same_bits(mh.read_netcdf(out), mh.simulate(experiment, solver))


@pytest.fixture
def left_behind(often, tmp_path):
    """The checkpoint of an interrupted run."""
    path = tmp_path / "run.npz"
    with pytest.raises(KeyboardInterrupt):
        mh.simulate(*RUNS["thermal pair"], progress=Interrupting(path), checkpoint=path)
    return path


def refusal(path, experiment=RUNS["thermal pair"][0], solver=RUNS["thermal pair"][1]):
    with pytest.raises(mh.SpecError, match=r"^checkpoint must") as refused:
        mh.simulate(experiment, solver, checkpoint=path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_checkpoint_of_another_run_is_refused_and_kept(left_behind):
    experiment = RUNS["thermal pair"][0]
    before = left_behind.read_bytes()
    for changed in (experiment.replace(seed=2), experiment.replace(cycles=3), experiment.replace(temperature=299.0)):
        assert "another run" in refusal(left_behind, changed)
    assert "another run" in refusal(left_behind, experiment, mh.LLG(bias=2e-4))
    assert left_behind.read_bytes() == before


@pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
def test_a_torn_file_is_refused(left_behind, share):
    whole = left_behind.read_bytes()
    left_behind.write_bytes(whole[: int(share * len(whole))])
    assert "torn" in refusal(left_behind)


def test_a_file_with_a_changed_bit_is_refused(left_behind):
    content = bytearray(left_behind.read_bytes())
    content[len(content) // 2] ^= 1
    left_behind.write_bytes(content)
    assert "torn" in refusal(left_behind)


def test_files_of_others_are_refused_and_kept(tmp_path):
    np.savez(tmp_path / "other.npz", a=1.0)
    np.save(tmp_path / "array.npy", np.zeros(3))
    (tmp_path / "notes.txt").write_text("mine")
    for name in ("other.npz", "array.npy", "notes.txt"):
        assert "something else" in refusal(tmp_path / name)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert "folder" in refusal(tmp_path / "missing" / "run.npz")
    assert "something else" in refusal(tmp_path)
    assert "int" in refusal(3)
    assert "'minimize'" in refusal(tmp_path / "run.npz", pair(), mh.EnergyMinimizer())


def test_what_is_kept_is_kept_seldom(monkeypatch):
    """At most every INTERVAL seconds, and for at most one part in SHARE of the time."""
    clock, at = [0.0], []
    monkeypatch.setattr(stints.time, "monotonic", lambda: clock[0])
    left = [3000.0]

    def go(amount):
        clock[0] += 0.07 * amount  # a sample takes 0.07 s
        left[0] -= 0.07 * amount
        return left[0] <= 0

    def keep():
        at.append(clock[0])
        clock[0] += 2.0

    stints.in_stints(go, 1, keep)
    assert at[0] < 2 * stints.INTERVAL
    assert np.diff(at).min() >= stints.SHARE * 2.0
    assert len(at) * 2.0 < clock[0] / (stints.SHARE - 1)
    assert np.diff(at).max() < stints.SHARE * 2.0 + 2 * stints.STINT + 2.0


def test_the_key_of_a_checkpoint_does_not_know_threads(tmp_path):
    experiment = RUNS["thermal pair"][0]
    one, other = (api.checkpoint_of(tmp_path / "run.npz", experiment, mh.LLG(threads=n)) for n in (1, 2))
    assert one.run == other.run
