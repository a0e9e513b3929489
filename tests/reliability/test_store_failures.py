"""Whatever is wrong with the file, the disk or the server: one sentence that says so, and nothing lost."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap

import polars as pl
import pytest
from sqlalchemy import make_url

import magheat as mh

HERE = {"source": "simulated", "provenance": {}}


def refused(function, *arguments, kind=mh.SpecError):
    """The one sentence with which something is refused."""
    with pytest.raises(kind) as caught:
        function(*arguments)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


WRONG = [
    ("mysql://me:secret@host/kb", "SQLite or PostgreSQL"),
    ("http://host/kb.sqlite", "SQLite or PostgreSQL"),
    ("postgresql+psycopg2://me:secret@host/kb", "postgresql+psycopg"),
    ("postgresql://me:sec@ret:port/kb", "cannot be read"),
    ("sqlite://", "must name a file"),
    ("sqlite:///:memory:", "must name a file"),
    ("sqlite:///kb.sqlite?mode=ro", "without options"),
    ("no/such/folder/kb.sqlite", "existing folder"),
    ("", "must be a file or a URL"),
    (None, "must be a file or a URL"),
    (7, "must be a file or a URL"),
]


@pytest.mark.parametrize(("url", "words"), WRONG, ids=[str(url) for url, _ in WRONG])
def test_a_wrong_name_is_refused_without_its_password(url, words):
    sentence = refused(mh.Store, url)
    assert words in sentence
    assert "secret" not in sentence
    assert "sec@ret" not in sentence


def test_a_folder_is_no_store(tmp_path):
    assert "is a folder" in refused(mh.Store, tmp_path)


def test_every_way_to_write_a_name_means_the_same_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mh.Store("kb.sqlite").close()
    names = (tmp_path / "kb.sqlite", f"sqlite:///{tmp_path}/kb.sqlite", "sqlite:///kb.sqlite", "./kb.sqlite")
    for number, name in enumerate(names):
        with mh.Store(name) as store:
            store.put_rows({"key": [str(number)]}, **HERE)
    with mh.Store("kb.sqlite") as store:
        assert store.info().rows == 4
    assert [path.name for path in tmp_path.iterdir()] == ["kb.sqlite"]


def test_a_store_is_not_made_where_one_is_expected(tmp_path):
    with pytest.raises(mh.SpecError, match="is not there"):
        mh.Store(tmp_path / "kb.sqlite", create=False)
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(mh.SpecError, match="is empty"):
        mh.Store(tmp_path / "empty.sqlite", create=False)
    assert [path.name for path in tmp_path.iterdir()] == ["empty.sqlite"]


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("remember the milk " * 100)
    assert "is not a SQLite database" in refused(mh.Store, path, kind=mh.SchemaError)
    assert path.read_text() == "remember the milk " * 100


def test_a_damaged_database_is_told_from_a_whole_one(tmp_path):
    path = tmp_path / "kb.sqlite"
    with mh.Store(path) as store:
        store.put_rows({"key": [f"{i:032d}" for i in range(5000)], "slp": [1.0] * 5000}, **HERE)
    content = bytearray(path.read_bytes())
    content[200_000:400_000] = b"\xff" * 200_000
    path.write_bytes(content)

    def read():
        with mh.Store(path) as store:
            store.table()

    assert "is damaged" in refused(read, kind=mh.SchemaError)


def test_a_damaged_loop_is_refused(tmp_path):
    path = tmp_path / "kb.sqlite"
    with mh.Store(path) as store:
        store.put_rows({"key": ["a"]}, **HERE, loops={"a": ([0.0, 1.0], [1.0, 0.0])})
    connection = sqlite3.connect(path)
    for change in ("points = 3", "points = 2, magnetization = x'00'"):
        connection.execute(f"UPDATE loops SET {change}")
        connection.commit()
        with mh.Store(path) as store:
            assert "loop must" in refused(store.loop, "a", kind=mh.SchemaError)
    connection.close()


#: Run by a user who may not write; what the store says goes to stdout.
AS_NOBODY = """
import os, sys
import magheat as mh
mh.Store
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
try:
    with mh.Store(sys.argv[1]) as store:
        store.put_rows({"key": ["b"]}, source="simulated", provenance={})
except mh.SpecError as error:
    print(error)
"""


@pytest.fixture
def open_folder(tmp_path_factory):
    """A folder that every user may enter."""
    folder = tmp_path_factory.mktemp("open")
    before = {parent: parent.stat().st_mode for parent in folder.parents if parent.stat().st_uid == os.geteuid()}
    for parent, mode in before.items():
        parent.chmod(mode | 0o011)
    yield folder
    for parent, mode in before.items():
        parent.chmod(mode)


@pytest.mark.parametrize(("file", "folder"), [(0o444, 0o777), (0o444, 0o555), (0o644, 0o555), (0o000, 0o555)])
def test_a_read_only_file_or_folder_gets_one_sentence(open_folder, file, folder):
    path = open_folder / "kb.sqlite"
    with mh.Store(path) as store:
        store.put_rows({"key": ["a"]}, **HERE)
    path.chmod(file)
    open_folder.chmod(folder)
    done = subprocess.run([sys.executable, "-c", AS_NOBODY, path], capture_output=True, text=True, check=False)
    open_folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    (sentence,) = done.stdout.splitlines()
    assert "is read-only" in sentence or "cannot be opened" in sentence
    with mh.Store(path) as store:
        assert store.known(["a", "b"]) == {"a"}


def test_a_folder_without_the_right_to_write_gets_one_sentence(open_folder):
    open_folder.chmod(0o555)
    command = [sys.executable, "-c", AS_NOBODY, open_folder / "kb.sqlite"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    open_folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    (sentence,) = done.stdout.splitlines()
    assert "cannot be opened" in sentence


#: Fills a small disk with rows, makes room again, and goes on; then the same with a snapshot.
ON_A_SMALL_DISK = """
import sys
from pathlib import Path
import magheat as mh
folder = Path(sys.argv[1])
filler = folder / "filler"
filler.write_bytes(bytes(4_000_000))
here = {"source": "simulated", "provenance": {}}
with mh.Store(folder / "kb.sqlite") as store:
    done = []
    try:
        for piece in range(1000):
            keys = [f"{piece:04d}-{i:04d}" for i in range(2000)]
            table = {"key": keys, "slp": [float(i) for i in range(2000)]}
            store.put_rows(table, **here, loops={keys[0]: (range(100), range(100))}, task=str(piece))
            done.append(str(piece))
    except mh.SpecError as error:
        print(error)
    assert done, "not even one piece went in"
    assert store.finished(map(str, range(1000))) == set(done)
    assert store.table().height == 2000 * len(done)
    try:
        store.snapshot(folder / "snapshots")
    except mh.SpecError as error:
        print(error)
    assert list((folder / "snapshots").iterdir()) == []
    filler.unlink()
    store.put_rows({"key": ["later"]}, **here)
with mh.Store(folder / "kb.sqlite") as store:
    assert store.info().rows == 2000 * len(done) + 1
    assert store.info().loops == len(done)
"""


def test_a_full_disk_gets_one_sentence_and_takes_nothing(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "fill.py").write_text(ON_A_SMALL_DISK)
    inside = f'mount -t tmpfs -o size=24m tmpfs "{disk}" && exec "{sys.executable}" "{tmp_path}/fill.py" "{disk}"'
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", disk]).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    done = subprocess.run([*unshare, "sh", "-c", inside], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    full, snapshot = done.stdout.splitlines()
    assert "the disk is full" in full
    assert "No space left on device" in snapshot
    assert list(disk.iterdir()) == []  # the small disk is gone with the process that made it


@pytest.mark.parametrize("replaced", [False, True])
def test_a_store_that_was_taken_away_acknowledges_nothing(tmp_path, replaced):
    file = tmp_path / "kb.sqlite"
    with mh.Store(tmp_path / "other.sqlite") as other, mh.Store(file) as store:
        other.put_rows({"key": ["b"]}, source="measured", provenance={})
        store.put_rows({"key": ["a"]}, source="measured", provenance={})
        file.unlink()
        if replaced:
            (tmp_path / "other.sqlite").rename(file)
        for _ in range(2):
            with pytest.raises(mh.SpecError, match="deleted, moved or replaced"):
                store.put_rows({"key": ["c"]}, source="measured", provenance={})


def test_a_store_that_is_locked_for_long_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("magheat.store.database.PATIENCE", 0.05)
    path = tmp_path / "kb.sqlite"
    with mh.Store(path) as store:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(mh.SpecError, match="locked by another process"):
            store.put_rows({"key": ["a"]}, **HERE)
        assert store.table().height == 0  # readers do not wait for writers
        holder.execute("ROLLBACK")
        holder.close()
        assert store.put_rows({"key": ["a"]}, **HERE) == 1


def test_a_server_that_is_not_there_gets_one_sentence_without_the_password():
    pytest.importorskip("psycopg")
    sentence = refused(mh.Store, "postgresql+psycopg://me:secret@127.0.0.1:1/kb")
    assert "cannot be reached" in sentence
    assert "secret" not in sentence
    sentence = refused(mh.Store, "postgresql://127.0.0.1:1/kb?user=me&password=secret")
    assert "secret" not in sentence


def test_a_wrong_password_or_database_gets_one_sentence(postgresql_url):
    url = make_url(postgresql_url)
    wrong = url.set(password="hush-hush").render_as_string(hide_password=False)
    sentence = refused(mh.Store, wrong)
    assert "password authentication failed" in sentence
    assert "hush" not in sentence
    nowhere = url.set(database="nosuch").render_as_string(hide_password=False)
    assert '"nosuch" does not exist' in refused(mh.Store, nowhere)


def test_a_server_that_went_away_and_came_back_is_used_again(postgresql_url):
    from sqlalchemy import create_engine, text

    with mh.Store(postgresql_url) as store:
        store.put_rows({"key": ["a"]}, **HERE)
        other = create_engine(postgresql_url)
        with other.connect() as connection:  # all connections but our own are cut
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid()"
                )
            )
        other.dispose()
        assert store.put_rows({"key": ["b"]}, **HERE) == 1


def test_without_psycopg_a_server_is_refused_with_what_to_install():
    code = """
    import sys
    sys.modules["psycopg"] = None
    import magheat as mh
    try:
        mh.Store("postgresql://me:secret@host/kb")
    except mh.SpecError as error:
        print(error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert "magheat[postgresql]" in done.stdout
    assert "secret" not in done.stdout


@pytest.fixture
def snapshot(tmp_path):
    with mh.Store(tmp_path / "kb.sqlite") as store:
        keys = [f"{i:04d}" for i in range(500)]
        table = {"key": keys, "slp": [float(i) for i in range(500)]}
        store.put_rows(table, **HERE, loops={"0001": ([0.0, 1.0], [1.0, 0.0])})
        folder = store.snapshot(tmp_path / "snapshots")
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


TAMPERED = [
    ("changed rows", lambda folder: flip_a_byte(folder / "rows.parquet"), "rows.parquet was changed"),
    ("changed loops", lambda folder: flip_a_byte(folder / "loops.parquet"), "loops.parquet was changed"),
    ("cut short", lambda folder: os.truncate(folder / "rows.parquet", 1000), "rows.parquet was changed"),
    ("lost loops", lambda folder: (folder / "loops.parquet").unlink(), "loops.parquet is missing"),
    ("no schema", lambda folder: (folder / "schema.json").unlink(), "has no schema.json"),
    ("broken schema", lambda folder: os.truncate(folder / "schema.json", 100), "cannot be read"),
    ("foreign", lambda folder: (folder / "schema.json").write_text("{}"), "another program"),
    ("a list", lambda folder: (folder / "schema.json").write_text("[]"), "another program"),
]


@pytest.mark.parametrize(("change", "words"), [case[1:] for case in TAMPERED], ids=[case[0] for case in TAMPERED])
def test_a_snapshot_that_is_not_as_it_was_written_is_refused(snapshot, change, words):
    mh.store.read_snapshot(snapshot)
    change(snapshot)
    assert words in refused(mh.store.read_snapshot, snapshot, kind=mh.SchemaError)


@pytest.mark.parametrize("change", [{"files": ["rows.parquet"]}, {"columns": [1]}, {"columns": None}, {"files": None}])
def test_a_snapshot_whose_schema_was_edited_is_refused(snapshot, change):
    file = snapshot / "schema.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    assert "incomplete" in refused(mh.store.read_snapshot, snapshot, kind=mh.SchemaError)


@pytest.mark.parametrize("columns", ["slp", [1], ["slp", "slp"], ["nope"]])
def test_columns_that_a_snapshot_cannot_give_are_refused(snapshot, columns):
    assert "column" in refused(mh.store.read_snapshot, snapshot, columns)


@pytest.mark.parametrize("folder", [None, 3])
def test_what_is_no_path_is_no_snapshot(folder):
    assert "path of a snapshot" in refused(mh.store.read_snapshot, folder)


def test_a_newer_snapshot_is_refused(snapshot):
    text = (snapshot / "schema.json").read_text()
    (snapshot / "schema.json").write_text(text.replace('"format": 1', '"format": 99'))
    assert "upgrade" in refused(mh.store.read_snapshot, snapshot, kind=mh.SchemaError)


def test_a_folder_that_is_no_snapshot_is_refused(tmp_path):
    assert "Store.snapshot" in refused(mh.store.read_snapshot, tmp_path, kind=mh.SchemaError)
    assert "Store.snapshot" in refused(mh.store.read_snapshot, tmp_path / "nosuch", kind=mh.SchemaError)


def test_columns_of_a_snapshot_come_in_the_order_asked_for(snapshot):
    frame = mh.store.read_snapshot(snapshot, ["slp", "key"])
    assert frame.columns == ["slp", "key"]
    assert frame.schema["slp"] == pl.Float64
    assert "did you mean slp" in refused(mh.store.read_snapshot, snapshot, ["slpp"])


def test_a_snapshot_is_read_only_and_an_interrupted_one_leaves_nothing(tmp_path, monkeypatch):
    with mh.Store(tmp_path / "kb.sqlite") as store:
        store.put_rows({"key": ["a"]}, **HERE)

        def interrupted(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("magheat.whole.flush", interrupted)
            with pytest.raises(KeyboardInterrupt):
                store.snapshot(tmp_path / "snapshots")
        assert list((tmp_path / "snapshots").iterdir()) == []
        folder = store.snapshot(tmp_path / "snapshots")
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o444"}
    assert folder.stat().st_mode & 0o777 == 0o555


def test_the_store_is_loaded_when_it_is_first_asked_for():
    code = """
    import sys
    import magheat as mh
    heavy = {"sqlalchemy", "polars", "alembic"}
    print(sorted(heavy & set(sys.modules)), "Store" in dir(mh), mh.Store.__name__, "sqlalchemy" in sys.modules)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "True", "Store", "True"]
