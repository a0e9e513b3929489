"""The life of jobs, on real servers with real processes."""

import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from magheat.errors import SchemaError
from magheat.web.jobs.table import Jobs

from .conftest import API, ended, pair, quick_map, running, server, slow


def add(client, request, status=202):
    answer = client.post(f"{API}/jobs", json=request)
    assert answer.status_code == status, answer.text
    return answer


def workers_of(pid):
    """Processes that compute, by their niceness: those of jobs are nice."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and b"multiprocessing.spawn" in (stat.parent / "cmdline").read_bytes():
            found[int(stat.parent.name)] = int(fields[16])
    return found


def worker_of_jobs(pid, patience=60.0):
    """The one process that runs jobs, once it has made itself nice."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        nice = [worker for worker, niceness in workers_of(pid).items() if niceness > 0]
        if nice:
            assert len(nice) == 1
            return nice[0]
        time.sleep(0.05)
    raise AssertionError("no process of jobs")


def test_progress_rises_and_a_job_that_runs_can_be_cancelled(client):
    job = add(client, slow()).json()["id"]
    shares = [running(client, job)["progress"]]
    deadline = time.monotonic() + 60
    while shares[-1] == 0 and time.monotonic() < deadline:
        shares.append(client.get(f"{API}/jobs/{job}").json()["progress"])
    assert 0 < shares[-1] < 1
    assert shares == sorted(shares)
    assert client.get(f"{API}/jobs/{job}/result").status_code == 409
    assert client.delete(f"{API}/jobs/{job}").status_code == 204
    assert client.get(f"{API}/jobs/{job}").json()["status"] == "cancelled"
    after = add(client, {"kind": "simulate", **pair()}).json()["id"]
    assert ended(client, after)["status"] == "done"
    assert client.get(f"{API}/jobs/{job}").json()["status"] == "cancelled"


def test_a_job_that_waits_can_be_cancelled_and_one_that_ended_forgotten(client):
    first, second = (add(client, slow()).json()["id"] for _ in range(2))
    running(client, first)
    told = client.get(f"{API}/jobs/{second}").json()
    assert (told["status"], told["position"]) == ("queued", 0)
    for job in (second, first):
        client.delete(f"{API}/jobs/{job}")
        assert client.get(f"{API}/jobs/{job}").json()["status"] == "cancelled"
        client.delete(f"{API}/jobs/{job}")
        assert client.get(f"{API}/jobs/{job}").status_code == 404


def test_jobs_are_listed_newest_first(client):
    jobs = [add(client, {"kind": "map", **quick_map()}).json()["id"] for _ in range(3)]
    listed = [one["id"] for one in client.get(f"{API}/jobs").json()]
    assert listed[:3] == jobs[::-1]
    for job in jobs:
        assert ended(client, job)["status"] == "done"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"particles": {"arrangement": "chain", "count": 2000, "diameter": 2e-8, "gap": 1e-9}}, "1000 particles"),
        ({"experiment": {"cycles": 100_000, "samples_per_cycle": 4}}, "steps"),
        ({"experiment": {"cycles": 1, "samples_per_cycle": 600_000}}, "samples_per_cycle"),
    ],
)
def test_an_oversized_job_is_refused_with_its_limit(client, change, names):
    request = pair()
    request["experiment"] |= change
    told = add(client, {"kind": "simulate", **request}, 422).json()["error"]
    assert names in told["message"]
    assert any(words in told["message"] for words in ("at most", "more than"))


def test_kinetic_monte_carlo_runs_as_a_job_and_long_histories_are_no_answer_at_once(client):
    request = pair("kinetic-monte-carlo", temperature=300.0)
    job = add(client, {"kind": "simulate", **request}).json()["id"]
    assert ended(client, job)["status"] == "done"
    told = client.get(f"{API}/jobs/{job}/result").json()
    assert len(told["particles"]) == 2
    assert told["solver"] == "kinetic-monte-carlo"
    request["experiment"]["experiment"]["temperature"] = 0.0
    assert "temperature" in add(client, {"kind": "simulate", **request}, 422).json()["error"]["message"]
    request["experiment"]["experiment"]["temperature"] = 600.0
    request["experiment"]["applied_field"]["frequency"] = 10.0
    answer = client.post(f"{API}/simulate", json=request)
    assert answer.status_code == 422
    assert "expected steps" in answer.json()["error"]["message"]


def test_what_no_solver_runs_is_refused_before_it_waits(client):
    told = add(client, {"kind": "simulate", **pair("two-well")}, 422).json()["error"]
    assert "two-well" in told["message"]


def test_a_full_queue_says_when_to_come_back(models, tmp_path):
    with server(models, tmp_path / "jobs.sqlite", "--queue", "1") as one:
        first = add(one.client, slow()).json()["id"]
        running(one.client, first)
        add(one.client, slow())
        answer = add(one.client, slow(), 429)
        assert int(answer.headers["retry-after"]) > 0
        assert "queue is full" in answer.json()["error"]["message"]


def test_a_killed_worker_fails_its_job_alone(models, tmp_path):
    with server(models, tmp_path / "jobs.sqlite") as one:
        doomed = add(one.client, slow()).json()["id"]
        waiting = add(one.client, {"kind": "simulate", **pair()}).json()["id"]
        running(one.client, doomed)
        os.kill(worker_of_jobs(one.process.pid), signal.SIGKILL)
        told = ended(one.client, doomed)
        assert told["status"] == "failed"
        assert "SIGKILL" in told["error"]
        assert ended(one.client, waiting)["status"] == "done"
        quick = [pid for pid, niceness in workers_of(one.process.pid).items() if niceness == 0]
        assert one.client.post(f"{API}/simulate", json=pair()).status_code == 200
        os.kill(quick[0], signal.SIGKILL)
        answers = [one.client.post(f"{API}/simulate", json=pair()).status_code for _ in range(2)]
        assert answers[-1] == 200


def test_a_job_beyond_its_time_fails_with_the_limit(models, tmp_path):
    with server(models, tmp_path / "jobs.sqlite", "--job-seconds", "1") as one:
        told = ended(one.client, add(one.client, slow()).json()["id"])
        assert told["status"] == "failed"
        assert "longer than the 1 s" in told["error"]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_results_survive_a_restart_and_what_ran_runs_again(models, tmp_path, end):
    jobs = tmp_path / "jobs.sqlite"
    with server(models, jobs) as one:
        done = add(one.client, {"kind": "simulate", **pair()}).json()["id"]
        assert ended(one.client, done)["status"] == "done"
        result = one.client.get(f"{API}/jobs/{done}/result").content
        ran = add(one.client, slow()).json()["id"]
        waited = add(one.client, {"kind": "simulate", **pair()}).json()["id"]
        running(one.client, ran)
        pids = [one.process.pid, *workers_of(one.process.pid)]
        os.kill(one.process.pid, end)
        one.process.wait(30)
    with server(models, jobs) as two:
        assert two.client.get(f"{API}/jobs/{done}/result").content == result
        assert running(two.client, ran)["status"] == "running"
        two.client.delete(f"{API}/jobs/{ran}")
        assert ended(two.client, waited)["status"] == "done"
    deadline = time.monotonic() + 20
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(_alive(pid) for pid in pids)


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_job_during_which_the_server_ended_twice_is_not_tried_again(tmp_path):
    jobs = Jobs(str(tmp_path / "jobs.sqlite"))
    jobs.add("a" * 32, "map", "{}", 10)
    for _ in range(2):
        assert jobs.take()["id"] == "a" * 32
        assert jobs.take() is None
        jobs.recover()
    told = jobs.one("a" * 32)
    assert told["status"] == "failed"
    assert "ended twice" in told["error"]
    jobs.close()


def test_the_oldest_results_go_first(tmp_path):
    jobs = Jobs(str(tmp_path / "jobs.sqlite"))
    for name in "abc":
        jobs.add(name * 32, "map", "{}", 10)
        jobs.take()
        jobs.finish(name * 32, b"result", None)
    jobs.add("d" * 32, "map", "{}", 10)
    jobs.forget_all_but(1)
    assert [job["id"][0] for job in jobs.newest(10)] == ["d", "c"]
    assert jobs.result("c" * 32, "result") == b"result"
    jobs.close()


def test_a_database_of_another_program_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "other.sqlite") as database:
        database.execute("CREATE TABLE mine (x)")
    with pytest.raises(SchemaError, match="database of their own"):
        Jobs(str(tmp_path / "other.sqlite"))
