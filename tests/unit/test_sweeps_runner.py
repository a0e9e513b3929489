"""Sweeps: rows are what single runs say, nothing is lost or done twice, and only the guilty are quarantined."""

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import magheat as mh
from magheat.cli.main import app
from magheat.spec.io import from_json
from magheat.store import row_key, row_of
from magheat.sweeps import runner
from magheat.sweeps.building import experiment_at, plan_of, solver_at
from magheat.sweeps.crew import Crash, Crew, Job
from magheat.sweeps.design_file import read_design
from magheat.sweeps.engines import Processes
from magheat.sweeps.fields import with_value
from magheat.sweeps.interruption import undisturbed
from magheat.sweeps.outcomes import Outcome, ready

ENSEMBLE = """
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
steps = 20
axis_points = 8
"""
BOX = """
[sweep]
design = "sobol"
count = {count}
seed = 3
chunk = {chunk}
[[sweep.axes]]
field = "ensemble.diameter"
low = "8 nm"
high = "25 nm"
[[sweep.axes]]
field = "applied_field.frequency"
low = "50 kHz"
high = "400 kHz"
scale = "log"
[[sweep.axes]]
field = "ensemble.interaction"
low = 0.0
high = 0.8
"""
PAIR = """
[material]
preset = "magnetite"
[particles]
arrangement = "pair"
diameters = ["22 nm", "18 nm"]
gap = "7.1 nm"
easy_axis_angles = ["0 deg", "30 deg"]
[applied_field]
kind = "sinusoidal"
amplitude = "500 Oe"
frequency = "20 MHz"
[experiment]
samples_per_cycle = 40
[solver]
rtol = 1e-6
[sweep]
design = "factorial"
loops = true
[[sweep.axes]]
field = "particles.gap"
values = ["1.5 nm", "7.1 nm"]
[[sweep.axes]]
field = "experiment.damping"
values = [0.1, 1.0]
[[sweep.axes]]
field = "solver.rtol"
values = [1e-6, 1e-7]
"""
#: What workers import: `compute` of the runner, with a row that kills whoever computes it.
CRASHING = """
import os, signal, time
from magheat.sweeps import outcomes

def deadly(plan, points, keys, killer):
    if killer in keys:
        os.kill(os.getpid(), signal.SIGKILL)
    return outcomes.compute(plan, points, keys)

def slow(plan, points, keys):
    time.sleep(0.05)
    return outcomes.compute(plan, points, keys)

def told(rows, folder, killer):
    for row in rows:
        (folder / f"{row}.{time.monotonic_ns()}").touch()
        if row == killer:
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01 * len(rows))
    return outcomes.Outcome([str(row) for row in rows], [], {}, [], 0.0)

def half_a_result():
    from multiprocessing.connection import Connection
    def cut(self, data):
        os.write(self.fileno(), bytes(data)[: max(1, len(data) // 2)])
        os.kill(os.getpid(), signal.SIGKILL)
    Connection._send = cut
    return bytes(10**6)
"""


def box(count=64, chunk=16):
    return ENSEMBLE + BOX.format(count=count, chunk=chunk)


def keys_of(design):
    plan = plan_of(design)
    solvers = [solver_at(plan, row) for row in design.points]
    return [
        row_key(experiment_at(plan, row).key, solver.name, vars(solver), solver.model_version)
        for row, solver in zip(design.points, solvers, strict=True)
    ]


@pytest.fixture
def crashing(tmp_path, monkeypatch):
    """A module that workers can import, because they take over ``sys.path``."""
    folder = tmp_path / "modules"
    folder.mkdir()
    name = f"crashing_{tmp_path.name}"
    (folder / f"{name}.py").write_text(CRASHING)
    monkeypatch.syspath_prepend(folder)
    return __import__(name)


@pytest.fixture
def store(tmp_path):
    with mh.Store(tmp_path / "kb.sqlite") as store:
        yield store


def assert_same(got, want):
    """Equal words and flags, and numbers within round-off."""
    numbers = {name: value for name, value in want.items() if isinstance(value, float)}
    assert {name: got[name] for name in numbers} == pytest.approx(numbers, rel=1e-9)
    words = {name: value for name, value in want.items() if name not in numbers}
    assert {name: got[name] for name in words} == words


def test_rows_of_ensembles_are_what_single_runs_say(store):
    design = read_design(box(8, 4))
    summary = mh.sweep(design, store, workers=2)
    assert (summary.rows, summary.new, summary.known, summary.failed) == (8, 8, 0, 0)
    plan = plan_of(design)
    for row, key in zip(design.points, keys_of(design), strict=True):
        want = row_of(mh.simulate(experiment_at(plan, row), solver_at(plan, row)))
        got = store.get(key)
        assert_same(got, want)
        assert (got["source"], got["solver"]) == ("simulated", "two-well")


def test_rows_of_particles_are_what_single_runs_say_and_bring_their_loops(store):
    design = read_design(PAIR)
    assert mh.sweep(design, store, workers=2).new == 8
    plan = plan_of(design)
    for index, (row, key) in enumerate(zip(design.points, keys_of(design), strict=True)):
        run = mh.simulate(experiment_at(plan, row), solver_at(plan, row))
        got = store.get(key)
        assert_same(got, {name: value for name, value in row_of(run).items() if name != "reproducible"})  # no twin here
        assert got["rtol"] == design.values(index)["rtol"]
        loop = mh.analysis.sample_loop(run)
        assert store.loop(key)["magnetization"].values == pytest.approx(loop["magnetization"].values, abs=1e-6)


def again(row):
    """The experiment and the solver of a row, from nothing but the row."""
    origin = json.loads(row["provenance"])
    tables, options = origin["experiment"], origin["solver_options"]
    for name, field in origin["axes"].items():
        value = row.get(f"{name}_given")
        value = row.get(name) if value is None else value
        value = "random" if (name, value) == ("axis_angle", None) else value
        table, *path = (int(word) if word.isdecimal() else word for word in field.split("."))
        value = json.loads(value) if isinstance(value, str) and value[0] in '"[0123456789' else value
        if table == "solver":
            options[path[0]] = value
        else:
            tables = with_value(tables, (table, *path), value)
    return from_json(json.dumps(tables)), mh.api.SOLVERS[row["solver"]](**options)


VARIED = {
    "interaction": ENSEMBLE
    + """
[sweep]
design = "factorial"
[[sweep.axes]]
field = "ensemble.interaction"
values = [0.0, 0.4]
[[sweep.axes]]
field = "ensemble.interaction_model"
values = ["barrier", "mean-field"]
[[sweep.axes]]
field = "experiment.interactions"
values = [true, false]
""",
    "axes": ENSEMBLE
    + """
[sweep]
design = "factorial"
[[sweep.axes]]
field = "ensemble.axes"
values = ["random", "20 deg"]
[[sweep.axes]]
field = "applied_field.direction"
values = [[0, 0, 1], [0, 1, 1]]
""",
    "words among numbers": ENSEMBLE
    + """
[sweep]
design = "factorial"
[[sweep.axes]]
field = "ensemble.axes"
name = "tilt"
values = ["random", "20 deg"]
[[sweep.axes]]
field = "solver.axis_points"
values = [4, 8]
""",
    "lists": PAIR.partition("[[sweep.axes]]")[0]
    + """
[[sweep.axes]]
field = "particles.diameters"
values = [["20 nm", "20 nm"], ["22 nm", "18 nm"]]
[[sweep.axes]]
field = "particles.gap"
values = [0, "2 nm"]
""",
    "static": PAIR.partition("[[sweep.axes]]")[0].replace('frequency = "20 MHz"', 'duration = "2 ns"')
    + """
[[sweep.axes]]
field = "experiment.damping"
values = [0.1, 1.0]
""",
}
VARIED["static"] = VARIED["static"].replace('"sinusoidal"', '"static"')


@pytest.mark.parametrize("design", VARIED.values(), ids=list(VARIED))
def test_a_row_alone_is_enough_to_make_it_again(store, tmp_path, design):
    summary = mh.sweep(design, store, workers=1)
    assert summary.new == summary.rows
    with mh.Store(tmp_path / "other.sqlite") as other:
        for row in store.table().iter_rows(named=True):
            experiment, solver = again(row)
            assert other.put(mh.simulate(experiment, solver)) == row["key"]
            want = {n: v for n, v in other.get(row["key"]).items() if n not in ("provenance", "reproducible")}
            assert_same(row, want)


def test_a_repeated_sweep_computes_nothing_and_a_longer_one_only_what_is_new(store, monkeypatch):
    assert mh.sweep(box(), store, workers=2).new == 64
    assert mh.sweep(box(96), store, workers=2)[:4] == (96, 32, 64, 0)
    monkeypatch.setattr(runner, "open_engine", None)  # no worker is even started
    assert mh.sweep(box(96), store)[:4] == (96, 0, 96, 0)
    assert mh.sweep(box(64, chunk=10), store)[:4] == (64, 0, 64, 0)  # by the keys of rows, in other tasks


def test_rows_without_loops_get_them_when_a_sweep_asks_for_loops(store):
    assert mh.sweep(box(8), store, workers=1).new == 8
    with_loops = box(8).replace("[sweep]", "[sweep]\nloops = true")
    assert mh.sweep(with_loops, store, workers=1)[:4] == (8, 0, 8, 0)
    assert (store.info().rows, store.info().loops) == (8, 8)


def test_a_row_that_cannot_be_computed_is_told_and_the_others_are_there(store, tmp_path):
    (tmp_path / "rows.csv").write_text("diameter (nm),interaction\n12,0.1\n-12,0.1\nx,0.1\n14,7\n16,0.2\n")
    file = tmp_path / "design.toml"
    file.write_text(ENSEMBLE + '[sweep]\ndesign = "csv"\nfile = "rows.csv"\n')
    for expected in ((5, 2, 0, 3), (5, 0, 2, 3)):  # told each time
        summary = mh.sweep(file, store, workers=1)
        assert summary[:4] == expected
        assert {failure.row for failure in summary.failures} == {"line 3", "line 4", "line 5"}


BLOCKED = """
[sweep]
design = "factorial"
[[sweep.axes]]
field = "ensemble.diameter"
values = ["8 nm", "60 nm", "10 nm"]
"""


def test_a_row_whose_model_fails_is_quarantined_until_it_is_tried_again(store):
    text = ENSEMBLE.replace('amplitude = "150 Oe"', 'amplitude = "15 Oe"\nbias = "10 Oe"') + BLOCKED
    assert mh.sweep(text, store, workers=1)[:4] == (3, 2, 0, 1)
    (reason,) = store.quarantined().values()
    assert "blocked" in reason or "beyond reach" in reason
    ran = []
    summary = mh.sweep(text, store, workers=1, progress=ran.append)
    assert summary[:4] == (3, 0, 2, 1)
    assert summary.failures[0].reason == reason
    assert mh.sweep(text, store, workers=1, retry=True)[:4] == (3, 0, 2, 1)
    assert list(store.quarantined().values()) == [reason]


def test_a_row_that_kills_its_worker_is_quarantined_and_no_other(store, crashing, monkeypatch):
    design = read_design(box(64, 64))
    keys = keys_of(design)
    killer = keys[37]
    monkeypatch.setattr(
        runner._Sweep,
        "_work",
        lambda self, job: (crashing.deadly, self._plan, self._design.points[job.rows], job.keys, killer),
    )
    summary = mh.sweep(design, store, workers=2)
    assert summary[:4] == (64, 63, 0, 1)
    assert summary.failures[0].row == "row 38"
    assert store.quarantined() == {killer: Crash().reason}
    assert mh.sweep(design, store, workers=2)[:4] == (64, 0, 63, 1)  # not run again, or it would kill again
    monkeypatch.undo()
    assert mh.sweep(design, store, workers=2, retry=True)[:4] == (64, 1, 63, 0)
    assert store.quarantined() == {}


def test_the_culprit_is_found_by_halving_and_kills_no_more_than_it_must(crashing, tmp_path):
    folder = tmp_path / "told"
    folder.mkdir()
    jobs = [Job(0, list(range(start, start + 16)), tuple("x" * 16)) for start in range(0, 64, 16)]
    engine = Processes(2)
    try:
        results = list(Crew(engine, lambda job: (crashing.told, job.rows, folder, 21)).run(iter(jobs)))
    finally:
        engine.close()
    good = [int(key) for _, outcome in results if isinstance(outcome, Outcome) for key in outcome.keys]
    (crashed,) = [job for job, outcome in results if isinstance(outcome, Crash)]
    assert sorted(good) == [row for row in range(64) if row != 21]
    assert list(crashed.rows) == [21]
    assert len(list(folder.glob("21.*"))) <= 2 + 4 + 2  # with others, alone in 16, 8, 4, 2 rows, twice by itself


def test_a_worker_killed_from_outside_costs_nothing_and_accuses_nobody(store, crashing, monkeypatch):
    design = read_design(box(512, 64))
    monkeypatch.setattr(
        runner._Sweep, "_work", lambda self, job: (crashing.slow, self._plan, self._design.points[job.rows], job.keys)
    )
    engines = []
    opened = runner.open_engine
    monkeypatch.setattr(runner, "open_engine", lambda *a: engines.append(opened(*a)) or engines[-1])
    killed = []

    def kill(tally):
        if tally.new // 128 > len(killed):
            victims = workers_of(os.getpid())
            victim = random.Random(len(killed)).choice(victims)
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    summary = mh.sweep(design, store, workers=2, progress=kill)
    assert len(killed) >= 3
    assert summary[:4] == (512, 512, 0, 0)
    assert store.quarantined() == {}


def workers_of(driver):
    """Processes that the driver's forkserver has made."""
    made = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            made.append((int(entry.name), parent(entry)))
    servers = [pid for pid, above in made if above == driver and b"forkserver" in command(pid)]
    return [pid for pid, above in made if above in servers]


def parent(entry):
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return -1


def command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_worker_that_dies_in_the_middle_of_its_result_keeps_nobody_waiting(crashing):
    engine = Processes(1)
    try:
        station = engine.stations[0]
        error = station.submit(crashing.half_a_result).exception(timeout=30)
        assert station.died(error)
        assert station.submit(ready).result(timeout=30) == mh.__version__
    finally:
        engine.close()


# The command line, killed.


def started(file, base, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "magheat.cli.main", "sweep", file, "--store", base, "--workers", "2", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def rows_in(base):
    if not base.exists():
        return 0
    with mh.Store(base) as store:
        return store.info().rows


def wait_for(condition, seconds=180):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def session(leader):
    """Processes of a session that are still there."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found


@pytest.fixture
def long_sweep(tmp_path):
    file = tmp_path / "design.toml"
    file.write_text(ENSEMBLE.replace("axis_points = 8", "axis_points = 256") + BOX.format(count=2048, chunk=64))
    return file


def test_a_sweep_killed_again_and_again_loses_nothing_and_repeats_nothing(long_sweep, tmp_path):
    base = tmp_path / "kb.sqlite"
    before = 0
    for more in (1, 300, 500):
        process = started(long_sweep, base)
        wait_for(lambda before=before, more=more: rows_in(base) >= before + more)
        process.kill()
        process.communicate()
        before = rows_in(base)
        assert before % 64 == 0  # whole tasks only
        wait_for(lambda process=process: not session(process.pid))  # no orphan goes on computing
    process = started(long_sweep, base)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert f"2 048 rows: {grouped(2048 - before)} new, {grouped(before)} already there, 0 failed" in out
    assert rows_in(base) == 2048


def grouped(number):
    return f"{number:,}".replace(",", " ")


@pytest.fixture
def no_signal_ignored():
    """What runs the tests may ignore SIGHUP, as nohup does, and a sweep would inherit that and keep to it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.usefixtures("no_signal_ignored")
def test_an_interrupted_sweep_says_what_is_there_and_leaves_no_worker(long_sweep, tmp_path, number):
    base = tmp_path / "kb.sqlite"
    long_sweep.write_text(long_sweep.read_text().replace("count = 2048", "count = 65536"))
    process = started(long_sweep, base)
    wait_for(lambda: rows_in(base) > 0)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does it: to the workers, too
    else:
        process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.splitlines()[-1] == (
        f"magheat: interrupted; {grouped(rows_in(base))} of 65 536 rows are in {base}; the same command goes "
        "on from there"
    )
    wait_for(lambda: not session(process.pid))


def test_impatience_does_not_keep_a_sweep_from_saying_what_is_there(long_sweep, tmp_path):
    base = tmp_path / "kb.sqlite"
    process = started(long_sweep, base)
    wait_for(lambda: rows_in(base) > 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        process.send_signal(number)
        time.sleep(0.02)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert f"interrupted; {grouped(rows_in(base))} of 2 048 rows are in" in err.splitlines()[-1]


def test_two_sweeps_at_once_into_one_store_lose_nothing_and_double_nothing(long_sweep, tmp_path):
    base = tmp_path / "kb.sqlite"
    both = [started(long_sweep, base), started(long_sweep, base)]
    ends = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    new = [int(out.split(" rows: ")[1].split(" new")[0].replace(" ", "")) for out, _ in ends]
    assert sum(new) == 2048
    assert rows_in(base) == 2048


def magheat(*arguments):
    return CliRunner(env={"MAGHEAT_TRACEBACK": None}).invoke(app, ["sweep", *map(str, arguments)])


def test_a_dry_run_counts_and_shows_rows_and_writes_nothing(tmp_path):
    file = tmp_path / "design.toml"
    file.write_text(box())
    result = magheat(file, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "64 rows, sobol" in result.stdout
    assert "row 10" in result.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["design.toml"]


def test_a_dry_run_of_many_axes_shows_their_names_whole(tmp_path):
    file = tmp_path / "design.toml"
    more = "\n".join(
        f'[[sweep.axes]]\nfield = "{field}"\nlow = 0.0\nhigh = 0.2'
        for field in ("diameter_spread", "anisotropy_spread", "demagnetizing_factor")
    )
    file.write_text(box() + more)
    result = magheat(file, "--dry-run")
    assert result.exit_code == 0, result.output
    for name in ("diameter", "frequency", "interaction", "anisotropy_spread", "demagnetizing_factor"):
        assert f"\n{name} " in result.stdout


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (("8 nm", "-8 nm"), (), "diameter must be > 0"),
        (("ensemble.diameter", "ensemble.diametre"), (), "did you mean diameter"),
        (("", ""), ("--engine", "localhost:8786"), "'tcp://127.0.0.1:8786'"),
        (("", ""), ("--engine", "tcp://127.0.0.1:1"), "does not answer"),
        (("", ""), ("--store", "nosuch/kb.sqlite"), "nosuch"),
    ],
)
def test_what_cannot_be_run_gets_one_sentence(tmp_path, change, options, words):
    file = tmp_path / "design.toml"
    file.write_text(box().replace(*change, 1))
    result = magheat(file, *(() if "--store" in options else ("--store", tmp_path / "kb.sqlite")), *options)
    assert result.exit_code == 2, result.output
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr


def test_a_script_without_a_guard_gets_the_likely_fix(tmp_path):
    (tmp_path / "design.toml").write_text(box())
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(f"""
        import magheat as mh
        mh.sweep({str(tmp_path / "design.toml")!r}, {str(tmp_path / "kb.sqlite")!r}, workers=1)
        """)
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "if __name__ == '__main__':" in done.stderr.splitlines()[-1]


def test_an_interruption_waits_for_what_must_not_be_torn_apart_and_then_comes():
    seen = []

    def interrupted():
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            seen.append("the end of the block")
        seen.append("never")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert seen == ["the end of the block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
