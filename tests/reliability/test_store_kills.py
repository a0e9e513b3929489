"""A writer that is killed at any moment takes nothing with it that was acknowledged, and leaves no half of anything."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

import magheat as mh

ROUNDS = 20
#: Forks a writer for every line it is given, so that what takes long to import is imported once. A writer opens the
#: store and writes pieces of 400 rows, every tenth with a loop, until it is killed; its log tells of each before and
#: after.
NURSERY = """
import os, sys
import numpy as np
import magheat as mh
mh.Store
phase = np.arange(200) / 200

def write(path, name, log):
    tell = os.open(log, os.O_WRONLY | os.O_CREAT)
    store = mh.Store(path)
    for piece in range(100_000):
        keys = [f"{name}-{piece:06d}-{i:03d}" for i in range(400)]
        numbers = {column: [float(i) for i in range(400)] for column in ("diameter", "slp", "gap")}
        loops = {key: (np.cos(phase + i), np.sin(phase + i)) for i, key in enumerate(keys[::10])}
        os.write(tell, f"begun {piece}\\n".encode())
        store.put_rows({"key": keys, **numbers}, source="simulated", provenance={"round": name, "piece": piece},
                       loops=loops, task=f"{name}-{piece:06d}")
        os.write(tell, f"done {piece}\\n".encode())

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        write(*line.split())
        os._exit(1)
    print(child, flush=True)
    print(os.WTERMSIG(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture
def nursery():
    """Where writers come from."""
    command = [sys.executable, "-c", NURSERY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


def killed_after(nursery, seconds, path, name):
    """Pieces that a writer had begun, and those that it had been told are safe, when it was killed."""
    log = path.with_name(f"{name}.log")
    nursery.stdin.write(f"{path} {name} {log}\n")
    nursery.stdin.flush()
    writer = int(nursery.stdout.readline())
    time.sleep(seconds)
    os.kill(writer, signal.SIGKILL)
    assert int(nursery.stdout.readline()) == signal.SIGKILL
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [{int(number) for word, number in lines if word == wanted} for wanted in ("begun", "done")]


def pieces_in(path, name):
    """Pieces of one writer by what is there of them: marked as finished, rows, loops."""
    with mh.Store(path) as store:
        marked = store.finished([f"{name}-{piece:06d}" for piece in range(3000)])
        keys = [key for key in store.table()["key"] if key.startswith(name)]
    with sqlite3.connect(path) as connection:
        query = "SELECT key FROM rows JOIN loops ON loops.row_id = rows.id"
        looped = [key for (key,) in connection.execute(query) if key.startswith(name)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()

    def counted(found):
        pieces = [int(key.split("-")[1]) for key in found]
        return {piece: pieces.count(piece) for piece in set(pieces)}

    return {int(task.split("-")[1]) for task in marked}, counted(keys), counted(looped)


def test_kill_9_at_random_moments_takes_nothing_that_was_acknowledged(nursery, tmp_path):
    moments = random.Random(5)
    begun_in_all, done_in_all = 0, 0
    for i in range(ROUNDS):
        # every fourth writer gets a new store and dies early, perhaps while it makes the tables; the others share one
        path = tmp_path / (f"new-{i}.sqlite" if i % 4 == 0 else "kb.sqlite")
        name, moment = f"w{i:02d}", moments.uniform(0.0, 0.25 if i % 4 == 0 else 0.6)
        begun, done = killed_after(nursery, moment, path, name)
        marked, rows, loops = pieces_in(path, name)
        assert done <= marked <= begun, f"writer {i} was told of {done - marked}, which are lost"
        assert rows == dict.fromkeys(marked, 400)
        assert loops == dict.fromkeys(marked, 40)
        begun_in_all, done_in_all = begun_in_all + len(begun), done_in_all + len(done)
    assert done_in_all > 0, "the writers were killed before they had written anything: nothing was tested"
    assert begun_in_all > done_in_all, "no writer was killed in the middle of a transaction: nothing was tested"


def test_a_writer_that_dies_leaves_no_lock_behind(nursery, tmp_path, monkeypatch):
    monkeypatch.setattr("magheat.store.database.PATIENCE", 5.0)
    path = tmp_path / "kb.sqlite"
    killed_after(nursery, 0.5, path, "a")
    with mh.Store(path) as store:
        store.put_rows({"key": ["later"]}, source="simulated", provenance={})
        assert store.known(["later"]) == {"later"}
