"""What a knowledge base promises, the same in a file of SQLite and on a server of PostgreSQL."""

import dataclasses
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

import magheat as mh
from magheat.store import database, schema
from magheat.store.address import address
from magheat.store.columns import FLAGS, INPUTS, ORIGIN, OUTPUTS

ALWAYS = [*INPUTS, *OUTPUTS, *FLAGS]
HERE = {"source": "simulated", "solver": "two-well", "model_version": 1, "provenance": {"design": "box"}}


@pytest.fixture
def store(store_url):
    with mh.Store(store_url) as store:
        yield store


@pytest.fixture
def sqlite_store(tmp_path):
    with mh.Store(tmp_path / "kb.sqlite") as store:
        yield store


def keys(count, start=0):
    return [f"{i:032x}" for i in range(start, start + count)]


def some_rows(count, start=0):
    """Rows with awkward numbers, missing ones, flags, and columns of their own."""
    generator = np.random.default_rng(start)
    numbers = {name: 10.0 ** generator.uniform(-30, 30, count) for name in (*INPUTS, *OUTPUTS)}
    numbers["coercive_field"][::3] = np.nan
    flags = {name: generator.random(count) < 0.5 for name in list(FLAGS)[:2]}
    more = {"gap": generator.random(count), "heat_per_cycle_0": 1e-21 * generator.normal(size=count)}
    words = {"doi": [f'10.1/{i} "quoted" \\ ü\n' if i % 2 else None for i in range(count)]}
    return pl.DataFrame({"key": keys(count, start), **numbers, **flags, **more, **words, "cycles": [2] * count})


def a_loop(points=50, scale=1.0):
    phase = 2 * np.pi * np.arange(points) / points
    return scale * np.cos(phase), scale * np.cos(phase - 0.3) + 1e-13


def without_nan(frame):
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def test_rows_come_back_bit_by_bit_and_what_is_missing_is_null(store):
    given_rows = some_rows(40)
    assert store.put_rows(given_rows, **HERE) == 40
    table = store.table()
    columns = given_rows.columns
    assert table.select(columns).equals(without_nan(given_rows))
    assert table["coercive_field"].null_count() == 14
    assert table["may_break_symmetry"].null_count() == 40


def test_the_columns_of_a_table_are_in_one_order_for_good(store):
    assert store.table().columns == [*ALWAYS, *ORIGIN]
    store.put_rows({"key": ["b"], "zeta": [1.0]}, **HERE)
    store.put_rows({"key": ["a"], "alpha": ["word"], "zeta": [2.0]}, **HERE)
    table = store.table()
    assert table.columns == [*ALWAYS, "zeta", "alpha", *ORIGIN]
    assert table["key"].to_list() == ["b", "a"]
    assert table.schema["zeta"] == pl.Float64
    assert table.schema["alpha"] == pl.String
    assert set(table.select(ALWAYS).dtypes) == {pl.Float64, pl.Boolean}
    assert json.loads(table["provenance"][0]) == HERE["provenance"]
    assert table.select("source", "solver", "model_version").row(0) == ("simulated", "two-well", 1)


def test_rows_that_are_there_are_left_as_they_are(store):
    store.put_rows({"key": ["a", "b"], "slp": [1.0, 2.0]}, **HERE)
    again = {"key": ["b", "c", "c"], "slp": [-2.0, 3.0, -3.0]}
    assert store.put_rows(again, **HERE) == 1
    assert store.put_rows(again, **HERE) == 0
    assert dict(store.table().select("key", "slp").iter_rows()) == {"a": 1.0, "b": 2.0, "c": 3.0}


def test_known_and_finished_tell_those_that_are_there(store):
    many = keys(25_000)
    store.put_rows({"key": many}, **HERE, task="piece-1")
    store.put_rows({"key": []}, **HERE, task="piece-2")
    assert store.known([*many[::2], "other"]) == set(many[::2])
    assert store.known([]) == set()
    assert store.finished(["piece-1", "piece-2", "piece-3"]) == {"piece-1", "piece-2"}


def test_a_table_can_be_of_one_source_one_solver_or_of_rows_that_have_some_columns(store):
    store.put_rows({"key": ["a", "b"], "slp": [1.0, None], "gap": [None, 2.0]}, **HERE)
    measured = {"source": "measured", "provenance": {"file": "sar.csv"}}
    store.put_rows({"key": ["c"], "slp": [3.0], "doi": ["10.1/2"]}, **measured)

    def found(**choice):
        return store.table(**choice)["key"].to_list()

    assert found(source="measured") == ["c"]
    assert found(solver="two-well") == ["a", "b"]
    assert found(solver="llg") == []
    assert found(columns=["slp"]) == ["a", "c"]
    assert found(columns=["slp", "doi"]) == ["c"]
    assert found(columns=["solver", "slp"]) == ["a"]
    assert found(source="simulated", columns=["gap"]) == ["b"]
    assert store.table(source="measured")["solver"].to_list() == [None]


def test_one_row_has_all_that_was_put_and_nothing_that_was_not(store):
    rows = without_nan(some_rows(4))
    store.put_rows(rows, **HERE)
    for given_row in rows.iter_rows(named=True):
        row = store.get(given_row["key"])
        assert {name: row.get(name) for name in given_row} == given_row
        assert set(row) == {*ALWAYS, *ORIGIN} | {name for name, value in given_row.items() if value is not None}
    assert store.get("nothing") is None


def test_loops_come_back_bit_by_bit(store):
    field, magnetization = a_loop(301, 1e5)
    store.put_rows({"key": ["a", "b"], "frequency": [1e5, None]}, **HERE, loops={"a": (field, magnetization)})
    loop = store.loop("a")
    np.testing.assert_array_equal(loop["applied_field"], field)
    np.testing.assert_array_equal(loop["magnetization"], magnetization)
    np.testing.assert_allclose(loop["time"], np.arange(301) / 301 / 1e5)
    assert store.loop("b") is None
    assert store.loop("c") is None
    assert store.info().loops == 1


def test_a_row_without_a_loop_gets_one_later_and_keeps_it(store):
    store.put_rows({"key": ["a"]}, **HERE)
    store.put_rows({"key": ["a"]}, **HERE, loops={"a": a_loop(10)})
    store.put_rows({"key": ["a"]}, **HERE, loops={"a": a_loop(20)})
    assert store.loop("a").sizes["time"] == 10
    store.put_rows({"key": ["b"]}, **HERE)
    assert store.known(["a", "b", "c"]) == {"a", "b"}
    assert store.known(["a", "b", "c"], with_loop=True) == {"a"}


def ensemble_run(**changes):
    ensemble = mh.Ensemble(material=mh.magnetite, diameter="16 nm", interaction=0.3)
    drive = mh.Sinusoidal(amplitude="150 Oe", frequency="100 kHz")
    experiment = mh.Experiment(ensemble=ensemble, applied_field=drive, temperature=300.0, samples_per_cycle=100)
    return mh.simulate(experiment, solver=mh.TwoWell(**changes))


def particle_run(drive):
    pair = mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=mh.magnetite
    )
    return mh.simulate(mh.Experiment(particles=pair, applied_field=drive, cycles=1, samples_per_cycle=100))


LINEAR = mh.Sinusoidal(amplitude="500 Oe", frequency="5 MHz")
TURNING = mh.Rotating(amplitude="500 Oe", frequency="5 MHz", normal=(0, 1, 0))


@pytest.mark.parametrize("run", [ensemble_run, lambda: particle_run(LINEAR)], ids=["ensemble", "particles"])
def test_a_run_is_a_row_and_its_loop_gives_the_same_numbers(store, run):
    ds = run()
    key = store.put(ds)
    assert store.put(ds) == key
    assert len(key) == 32
    row, loop = store.get(key), store.loop(key)
    sample = mh.analysis.sample_loop(ds)
    for name in OUTPUTS:
        read = getattr(mh.analysis, name)
        assert row[name] == float(read(sample))
        assert float(read(loop)) == pytest.approx(row[name], rel=1e-14)
    assert (row["frequency"], row["amplitude"]) == (ds["frequency"], pytest.approx(float(ds["amplitude"])))
    assert json.loads(row["provenance"])["experiment"] == json.loads(ds.attrs["experiment"])
    assert (row["source"], row["solver"]) == ("simulated", ds.attrs["solver"])
    np.testing.assert_array_equal(loop["magnetization"], sample["magnetization"])


def test_a_run_with_particles_says_of_each_what_they_do_not_share(sqlite_store):
    ds = particle_run(LINEAR)
    row = sqlite_store.get(sqlite_store.put(ds))
    assert row["saturation_magnetization"] == mh.magnetite.saturation_magnetization
    assert row["diameter"] is None
    assert row["interaction"] is None
    assert (row["diameter_0"], row["diameter_1"]) == (22e-9, 18e-9)
    assert row["gap"] == pytest.approx(7.1e-9)
    heat = mh.analysis.heat_per_cycle(ds).values
    assert [row["heat_per_cycle_0"], row["heat_per_cycle_1"]] == heat.tolist()
    assert row["slp"] == pytest.approx(heat.sum() * 5e6 / (5180 * float(ds["volume"].sum())), rel=0.1)
    assert row["reproducible"] is bool(ds["reproducible"])


def test_what_a_drive_does_not_have_stays_missing(sqlite_store):
    turning = sqlite_store.get(sqlite_store.put(particle_run(TURNING)))
    assert turning["coercive_field"] is None
    assert turning["loss_per_cycle"] > 0
    with pytest.raises(mh.SchemaError, match="one line"):
        mh.analysis.coercive_field(sqlite_store.loop(turning["key"]))
    static = sqlite_store.get(sqlite_store.put(particle_run(mh.Static(amplitude="50 Oe", duration="2 ns"))))
    assert [static[name] for name in ("frequency", *OUTPUTS, "above_brezovich")] == [None] * 6


def test_the_key_is_that_of_experiment_solver_options_and_model_but_not_of_threads(sqlite_store):
    ds, one_thread = ensemble_run(), ensemble_run(threads=1)
    key = sqlite_store.put(ds)
    assert sqlite_store.put(one_thread) == key
    options = dataclasses.asdict(mh.TwoWell(threads=2))
    version = ds.attrs.get("model_version", 1)
    assert mh.store.row_key(ds.attrs["key"], "two-well", options, version) == key
    changed = [
        mh.store.row_key("0" * 32, "two-well", options, version),
        mh.store.row_key(ds.attrs["key"], "linear-response", options, version),
        mh.store.row_key(ds.attrs["key"], "two-well", options | {"steps": 201}, version),
        mh.store.row_key(ds.attrs["key"], "two-well", options, version + 1),
    ]
    assert len({key, *changed}) == 5


@pytest.mark.parametrize(
    "solver", [mh.LLG(max_steps=10**8), mh.LinearResponse(viscosity=1), mh.TwoWell(tolerance=1e-7)]
)
def test_equal_solvers_give_equal_keys(solver):
    options = vars(solver) | {name: float(v) for name, v in vars(solver).items() if type(v) is int}
    assert mh.store.row_key("0" * 32, solver.name, options, 1) == mh.store.row_key(
        "0" * 32, solver.name, vars(solver), 1
    )


@pytest.mark.parametrize(
    "part",
    [
        lambda: ensemble_run().isel(time=slice(10)),
        lambda: particle_run(LINEAR).isel(time=slice(20)),
        lambda: particle_run(LINEAR).isel(particle=[0]),
    ],
    ids=["ensemble", "time", "particle"],
)
def test_a_part_of_a_run_does_not_pass_for_the_whole(sqlite_store, part):
    with pytest.raises(mh.SchemaError, match="must be a whole run"):
        sqlite_store.put(part())


@pytest.mark.parametrize(("name", "value"), [("solver_options", "{"), ("solver_options", "[]"), ("model_version", "x")])
def test_a_run_whose_attributes_were_changed_is_refused(sqlite_store, name, value):
    with pytest.raises(mh.SchemaError, match=name):
        sqlite_store.put(ensemble_run().assign_attrs({name: value}))


def test_rows_that_lack_an_origin_lack_it_for_a_table_too(sqlite_store):
    sqlite_store.put_rows({"key": ["m"]}, source="measured", provenance={})
    assert sqlite_store.table(columns=["solver"]).height == 0
    assert sqlite_store.table(columns=["source"]).height == 1


def test_the_inputs_of_a_row_are_known_before_the_run():
    ds = ensemble_run()
    inputs = mh.store.inputs_of(mh.Experiment.from_toml(ds_toml(ds)))
    row = mh.store.row_of(ds)
    assert inputs == {name: row[name] for name in inputs}
    assert set(INPUTS) <= set(inputs)


def ds_toml(ds):
    from magheat.spec.io import from_json, to_toml

    return to_toml(from_json(ds.attrs["experiment"]))


@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_survive_in_json_to_the_last_bit(numbers):
    from magheat.store.frames import checked, decoded

    rows = checked({"key": [str(i) for i in range(len(numbers))], "slp": numbers, "gap": numbers})
    back = decoded([rows.frame.with_columns(provenance_id=1).rows()], rows.kinds)
    assert back["gap"].to_numpy().tobytes() == np.array(numbers).tobytes()


def test_whole_numbers_give_way_to_numbers_and_to_nothing_else(store):
    store.put_rows({"key": ["a"], "order": [1]}, **HERE)
    assert store.table().schema["order"] == pl.Int64
    store.put_rows({"key": ["b"], "order": [1.5]}, **HERE)
    assert store.table()["order"].to_list() == [1.0, 1.5]
    with pytest.raises(mh.SpecError, match=r"order must hold .* number; got text"):
        store.put_rows({"key": ["c"], "order": ["first"]}, **HERE)


def test_a_refused_table_leaves_nothing_at_all(store):
    store.put_rows({"key": ["a"], "order": [1]}, **HERE)
    before = store.info()
    with pytest.raises(mh.SpecError):  # found out in the middle of the transaction
        store.put_rows({"key": ["b"], "new": [1.0], "order": ["x"]}, **HERE | {"solver": "other"}, task="piece")
    assert dataclasses.replace(store.info(), size=before.size) == before
    assert "new" not in store.table().columns
    assert store.finished(["piece"]) == set()


REFUSED = [
    ({"table": {"slp": [1.0]}}, "must have the column key"),
    ({"table": {"key": ["a"], "source": ["measured"]}}, "must not have the column source"),
    ({"table": {"key": ["a", None]}}, "key, row 1"),
    ({"table": {"key": [""]}}, "key, row 0"),
    ({"table": {"key": ["x" * 65]}}, "1 to 64"),
    ({"table": {"key": [1]}}, "key must hold text"),
    ({"table": {"key": ["a", "b"], "slp": [1.0, np.inf]}}, "slp, row 1, must be finite"),
    ({"table": {"key": ["a"], "gap": [-np.inf]}}, "gap, row 0, must be finite"),
    ({"table": {"key": ["a"], "slp": ["much"]}}, "slp must hold numbers"),
    ({"table": {"key": ["a"], "slp": [True]}}, "slp must hold numbers"),
    ({"table": {"key": ["a"], "low_barrier": [1]}}, "low_barrier must hold true or false"),
    ({"table": {"key": ["a"], "sizes": [[1.0, 2.0]]}}, "sizes must hold"),
    ({"table": {"key": ["a", "b"], "slp": [1.0, 2.0, 3.0]}}, "equally long"),
    ({"table": [("a", 1.0)]}, "must be a Polars frame or a mapping"),
    ({"source": "guessed"}, "source must be 'simulated' or 'measured'"),
    ({"solver": ""}, "solver must be a name"),
    ({"model_version": "1"}, "model_version must be an integer"),
    ({"provenance": None}, "provenance must be a mapping"),
    ({"provenance": {"x": float("nan")}}, "provenance must hold"),
    ({"provenance": {"x": "\ud800"}}, "provenance must hold text"),
    ({"task": ""}, "task must be text"),
    ({"task": "\ud800"}, "task must be"),
    ({"loops": {"b": a_loop()}}, "loops must be those of rows in the table"),
    ({"loops": {"a": a_loop()[0]}}, "must be a pair"),
    ({"loops": {"a": (np.ones(3), np.ones(4))}}, "one length"),
    ({"loops": {"a": (np.ones(3), np.array([0, np.nan, 1]))}}, "must be finite"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_cannot_be_stored_is_refused_in_one_sentence(sqlite_store, change, words):
    arguments = {"table": {"key": ["a"]}, **HERE, **change}
    with pytest.raises(mh.SpecError, match=words) as caught:
        sqlite_store.put_rows(**arguments)
    assert "\n" not in str(caught.value)
    assert sqlite_store.info().rows == 0


def test_an_unknown_column_is_refused_by_name(sqlite_store):
    with pytest.raises(mh.SpecError, match="did you mean slp"):
        sqlite_store.table(columns=["slpp"])
    with pytest.raises(mh.SpecError, match="list of names"):
        sqlite_store.table(columns="slp")
    with pytest.raises(mh.SpecError, match="source must be"):
        sqlite_store.table(source="guess")
    with pytest.raises(mh.SpecError, match="list of keys"):
        sqlite_store.known("abc")


def test_stacked_runs_are_refused(sqlite_store):
    ds = ensemble_run()
    stacked = mh.simulate_many([mh.Experiment.from_toml(ds_toml(ds))] * 2, solver="two-well")
    with pytest.raises(mh.SpecError, match="one run"):
        sqlite_store.put(stacked)
    with pytest.raises(mh.SchemaError, match="must have key"):
        sqlite_store.put(ds.assign_attrs({}).drop_attrs())


def test_quarantined_rows_are_remembered_until_they_are_released(store):
    store.quarantine("a", "the worker was killed", {"row": 1})
    store.quarantine("b", "did not settle", {})
    store.quarantine("a", "killed again", {"row": 1})
    assert store.quarantined() == {"a": "killed again", "b": "did not settle"}
    store.release(["a", "never there"])
    assert store.quarantined() == {"b": "did not settle"}
    with pytest.raises(mh.SpecError, match="reason must be text"):
        store.quarantine("c", "", {})


def test_info_counts_what_is_there(store, store_url):
    store.put_rows(some_rows(7), **HERE, task="piece")
    store.put_rows({"key": ["m"], "diameter": [1e-8]}, source="measured", provenance={}, loops={"m": a_loop()})
    store.quarantine("q", "why not", {})
    info = store.info()
    assert info.counts == {("measured", None): 1, ("simulated", "two-well"): 7}
    assert (info.rows, info.loops, info.finished_tasks, info.quarantined) == (8, 1, 1, 1)
    assert info.schema_version == schema.HEAD
    assert info.size > 10_000
    table = store.table()
    assert info.ranges == {name: (table[name].min(), table[name].max()) for name in INPUTS}
    assert "magheat:magheat" not in info.store + repr(store)


def test_a_store_that_was_closed_says_so(store):
    store.close()
    with pytest.raises(mh.SpecError, match="closed"):
        store.table()


def test_what_one_store_writes_another_one_sees(store, store_url):
    with mh.Store(store_url) as other:
        other.put_rows(some_rows(3), **HERE)
    assert store.table().height == 3


def test_threads_may_share_a_store(store):
    barrier = threading.Barrier(4)

    def put(thread):
        barrier.wait()
        return sum(store.put_rows(some_rows(50, 10 * i), **HERE) for i in range(thread, thread + 4))

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(put, range(4)))
    assert sum(new) == store.info().rows == 110


MAKER = """
import sys
import magheat as mh
mh.Store
print("ready", flush=True)
sys.stdin.read(1)
for url in sys.argv[2:]:
    with mh.Store(url) as store:
        store.put_rows({"key": [sys.argv[1]]}, source="simulated", provenance={})
"""


def at_once(*commands):
    """What processes print that begin their work together, all of which must end well."""
    processes = [
        subprocess.Popen([sys.executable, "-c", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for command in commands
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("x")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    return outputs


def test_two_processes_may_make_the_same_store_at_once(store_url):
    more = [f"{store_url}-{i}" for i in range(10)] if "://" not in store_url else []
    urls = [store_url, *more]
    at_once(*((MAKER, name, *urls) for name in ("a", "b")))
    for url in urls:
        with mh.Store(url) as store:
            assert sorted(store.table()["key"]) == ["a", "b"]


WRITER = """
import sys
import magheat as mh
first, last = int(sys.argv[2]), int(sys.argv[3])
with mh.Store(sys.argv[1]) as store:
    print("ready", flush=True)
    sys.stdin.read(1)
    for start in range(first, last, 100):
        keys = [f"{i:08d}" for i in range(start, start + 200)]
        loops = {key: ([0.0, 1.0], [float(key), 1.0]) for key in keys[::20]}
        table = {"key": keys, "slp": [float(key) for key in keys]}
        new = store.put_rows(table, source="simulated", provenance={"from": first}, loops=loops, task=f"piece-{start}")
        print(new, flush=True)
"""


def test_two_writers_at_once_lose_nothing_and_double_nothing(store_url):
    mh.Store(store_url).close()
    outputs = at_once((WRITER, store_url, "0", "6000"), (WRITER, store_url, "3000", "9000"))
    told = [int(line) for output in outputs for line in output.split()]
    with mh.Store(store_url) as store:
        table = store.table()
        assert sorted(table["key"]) == [f"{i:08d}" for i in range(9100)]
        assert table["slp"].cast(pl.Int64).to_list() == [int(key) for key in table["key"]]
        assert sum(told) == 9100
        assert store.info().loops == 455
        assert len(store.finished([f"piece-{i}" for i in range(0, 9000, 100)])) == 90


def at_revision(url, revision):
    """An engine on a store whose tables have an older form."""
    engine = database.open_engine(address(url))
    with database.writing(engine) as connection:
        database.upgrade(connection, revision)
    return engine


def old_store_with_rows(url):
    engine = at_revision(url, "0001")
    with database.writing(engine) as connection:
        connection.execute(text("INSERT INTO provenance (digest, source, content) VALUES ('d', 'measured', '{}')"))
        connection.execute(
            text("INSERT INTO rows (key, slp, more, provenance_id) SELECT 'old', 7.5, :more, id FROM provenance"),
            {"more": '{"gap": 1.5}'},
        )
        connection.execute(text("INSERT INTO extra_columns (name, kind) VALUES ('gap', 'number')"))
    return engine


def test_an_older_store_is_brought_up_to_date_and_keeps_its_rows(store_url):
    old_store_with_rows(store_url).dispose()
    with mh.Store(store_url) as store:
        assert store.info().schema_version == schema.HEAD
        row = store.get("old")
        assert (row["slp"], row["gap"], row["source"]) == (7.5, 1.5, "measured")
        store.put_rows(some_rows(2), **HERE, task="piece")
        assert store.finished(["piece"]) == {"piece"}


def test_a_migration_that_fails_half_way_leaves_the_old_form(store_url):
    engine = old_store_with_rows(store_url)
    with database.writing(engine) as connection:  # the second table of the revision cannot be made
        connection.execute(text("CREATE TABLE quarantine (something INTEGER)"))
    with pytest.raises(mh.SpecError, match="quarantine") as caught:
        mh.Store(store_url)
    assert "\n" not in str(caught.value)
    with database.writing(engine) as connection:
        assert database.schema_version(connection) == "0001"
        tables = database.inspect(connection).get_table_names()
        assert "finished_tasks" not in tables
        connection.execute(text("DROP TABLE quarantine"))
    engine.dispose()
    with mh.Store(store_url) as store:
        assert store.get("old")["slp"] == 7.5


def test_a_newer_store_is_refused_and_left_alone(store_url):
    with mh.Store(store_url) as store:
        store.put_rows(some_rows(2), **HERE)
        engine = database.open_engine(address(store_url))
    with database.writing(engine) as connection:
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0099'"))
    with pytest.raises(mh.SchemaError, match="newer magheat") as caught:
        mh.Store(store_url)
    assert "\n" not in str(caught.value)
    with database.writing(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM rows")).scalar() == 2
    engine.dispose()


def test_a_database_of_another_program_is_refused_and_left_alone(store_url):
    engine = database.open_engine(address(store_url))
    with database.writing(engine) as connection:
        connection.execute(text("CREATE TABLE bookmarks (title TEXT)"))
    with pytest.raises(mh.SchemaError, match="another program"):
        mh.Store(store_url)
    with database.reading(engine) as connection:
        assert database.inspect(connection).get_table_names() == ["bookmarks"]
    engine.dispose()


def test_the_migrations_lead_to_the_tables_that_the_code_uses(store, store_url):
    engine = database.open_engine(address(store_url))
    with database.reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_a_snapshot_holds_what_the_store_holds(store, tmp_path):
    store.put_rows(some_rows(30), **HERE, loops={key: a_loop(40 + i) for i, key in enumerate(keys(5))})
    measured = {"key": ["m"], "doi": ["10.1/2"], "coating": [2.0]}
    store.put_rows(measured, source="measured", provenance={"file": "a.csv", "units": {"coating": "kg/m^2"}})
    folder = store.snapshot(tmp_path / "snapshots")
    frame, table = mh.store.read_snapshot(folder), store.table().sort("key")
    assert frame.select(table.columns).equals(table)
    loops = pl.read_parquet(folder / "loops.parquet")
    assert loops["key"].to_list() == keys(5)
    for i, (_, field, magnetization) in enumerate(loops.iter_rows()):
        assert (field, magnetization) == tuple(x.tolist() for x in a_loop(40 + i))
    assert {path.name for path in folder.parent.iterdir()} == {folder.name}
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "| slp | Float64 | W/kg | Specific loss power per mass of magnetic phase | 30 |" in readme
    assert "| coating | Float64 | kg/m^2 |  | 1 |" in readme


def test_an_empty_store_has_a_snapshot(store, tmp_path):
    frame = mh.store.read_snapshot(store.snapshot(tmp_path / "snapshots"))
    assert frame.height == 0
    assert frame.columns == [*ALWAYS, *ORIGIN]


def test_equal_content_has_one_name_wherever_and_in_whatever_order_it_came(store, tmp_path):
    pieces = [some_rows(20), some_rows(20, 20), pl.DataFrame({"key": ["a"], "alpha": [True]})]
    loops = {key: a_loop() for key in keys(3)}
    with mh.Store(tmp_path / "other.sqlite") as other:
        for piece in pieces:
            store.put_rows(piece, **HERE)
        store.put_rows(pieces[0], **HERE, loops=loops)
        for piece in reversed(pieces[1:]):
            other.put_rows(piece, **HERE)
        other.put_rows(pieces[0], **HERE, loops=loops)
        first = store.snapshot(tmp_path / "snapshots")
        written = (first / "rows.parquet").stat().st_mtime_ns
        assert other.snapshot(tmp_path / "snapshots") == first
        assert (first / "rows.parquet").stat().st_mtime_ns == written
        other.put_rows({"key": ["b"]}, **HERE)
        assert other.snapshot(tmp_path / "snapshots") != first
