"""Twenty clients at once: everybody is answered, and memory stays as it is."""

from concurrent.futures import ThreadPoolExecutor

from magheat.benchmarks.service import CLIENTS, Server, load, memory

from .conftest import server

ROUNDS, REQUESTS = 6, 1000
#: MiB of a round, 1 kB of each request: a leak of so much would show in every round, first uses only in the first.
FLAT = 1.0


def loaded(running):
    """A round of requests, from a thread of its own: the browser of other tests keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(load, running, REQUESTS).result()


def test_memory_stays_flat_and_nobody_is_left_without_an_answer(models, tmp_path):
    with server(models, tmp_path / "jobs.sqlite", "--rate", "0") as one:
        running = Server(one.port, one.process.pid)
        loaded(running)
        growth = []
        while len(growth) < ROUNDS and not (growth and growth[-1] < FLAT):
            before = memory(running.pid)
            _, seconds, failed = loaded(running)
            assert failed == 0
            assert len(seconds) == REQUESTS // CLIENTS * CLIENTS
            assert before > 0
            growth.append(memory(running.pid) - before)
        assert growth[-1] < FLAT, growth
