"""A writer that is killed at any moment takes nothing with it that was acknowledged, and leaves no half of anything."""

import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

import magheat as mh

ROUNDS = 20
#: Opens the store and writes pieces of 400 rows, every tenth with a loop, until it is killed; says so before and after.
WRITER = """
import os, sys
import numpy as np
import magheat as mh
mh.Store
phase = np.arange(200) / 200
os.write(1, b"ready\\n")
sys.stdin.buffer.read(1)
store = mh.Store(sys.argv[1])
for piece in range(100_000):
    keys = [f"{sys.argv[2]}-{piece:06d}-{i:03d}" for i in range(400)]
    numbers = {name: [float(i) for i in range(400)] for name in ("diameter", "slp", "gap")}
    loops = {key: (np.cos(phase + i), np.sin(phase + i)) for i, key in enumerate(keys[::10])}
    os.write(1, f"begun {piece}\\n".encode())
    store.put_rows({"key": keys, **numbers}, source="simulated", provenance={"round": sys.argv[2], "piece": piece},
                   loops=loops, task=f"{sys.argv[2]}-{piece:06d}")
    os.write(1, f"done {piece}\\n".encode())
"""


def start(path, name):
    command = [sys.executable, "-c", WRITER, str(path), name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def killed_after(writer, seconds):
    """What a writer said from its first command until it was killed."""
    assert writer.stdout.readline() == b"ready\n"
    writer.stdin.write(b"x")
    writer.stdin.flush()
    deadline, said = time.monotonic() + seconds, b""
    while (left := deadline - time.monotonic()) > 0:
        if select.select([writer.stdout], [], [], left)[0]:
            said += os.read(writer.stdout.fileno(), 65536)
    writer.send_signal(signal.SIGKILL)
    said += writer.communicate()[0]
    assert writer.returncode == -signal.SIGKILL
    lines = [line.split() for line in said.decode().splitlines()]
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


def test_kill_9_at_random_moments_takes_nothing_that_was_acknowledged(tmp_path):
    moments = random.Random(5)
    # every fourth writer gets a new store and dies early, perhaps while it makes the tables; the others share one
    paths = [tmp_path / (f"new-{i}.sqlite" if i % 4 == 0 else "kb.sqlite") for i in range(ROUNDS)]
    writers = [start(paths[0], "w00")]
    begun_in_all, done_in_all = 0, 0
    for i, path in enumerate(paths):
        if i + 1 < ROUNDS:  # the next one imports what it needs meanwhile
            writers.append(start(paths[i + 1], f"w{i + 1:02d}"))
        begun, done = killed_after(writers[i], moments.uniform(0.0, 0.25 if i % 4 == 0 else 0.6))
        marked, rows, loops = pieces_in(path, f"w{i:02d}")
        assert done <= marked <= begun, f"writer {i} was told of {done - marked}, which are lost"
        assert rows == dict.fromkeys(marked, 400)
        assert loops == dict.fromkeys(marked, 40)
        begun_in_all, done_in_all = begun_in_all + len(begun), done_in_all + len(done)
    assert done_in_all > ROUNDS, "the writers were killed before they had written anything: nothing was tested"
    assert begun_in_all > done_in_all, "no writer was killed in the middle of a transaction: nothing was tested"


def test_a_writer_that_dies_lets_the_next_one_write_at_once(tmp_path):
    path = tmp_path / "kb.sqlite"
    killed_after(start(path, "a"), 0.4)
    started = time.monotonic()
    with mh.Store(path) as store:
        store.put_rows({"key": ["later"]}, source="simulated", provenance={})
        assert store.known(["later"]) == {"later"}
    if time.monotonic() - started > 30:
        pytest.fail("the lock of a dead process was waited for")
