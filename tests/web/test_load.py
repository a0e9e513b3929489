"""Twenty clients at once: everybody is answered, and memory stays as it is."""

from magheat.benchmarks.service import CLIENTS, Server, load, memory

from .conftest import server

ROUNDS, REQUESTS = 6, 1000
#: MiB of a round, 1 kB of each request: a leak of so much would show in every round, first uses only in the first.
FLAT = 1.0


def test_memory_stays_flat_and_nobody_is_left_without_an_answer(models, tmp_path):
    with server(models, tmp_path / "jobs.sqlite", "--rate", "0") as one:
        running = Server(one.port, one.process.pid)
        load(running, REQUESTS)
        growth = []
        while len(growth) < ROUNDS and not (growth and growth[-1] < FLAT):
            before = memory(running.pid)
            _, seconds, failed = load(running, REQUESTS)
            assert failed == 0
            assert len(seconds) == REQUESTS // CLIENTS * CLIENTS
            assert before > 0
            growth.append(memory(running.pid) - before)
        assert growth[-1] < FLAT, growth
