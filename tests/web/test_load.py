"""Twenty clients at once: everybody is answered, and memory stays as it is."""

from magheat.benchmarks.service import CLIENTS, Server, load, memory

from .conftest import server

ROUNDS, REQUESTS = 2, 1000


def test_memory_stays_flat_and_nobody_is_left_without_an_answer(models, tmp_path):
    with server(models, tmp_path / "jobs.sqlite", "--rate", "0") as one:
        running = Server(one.port, one.process.pid)
        load(running, REQUESTS)
        before = memory(running.pid)
        for _ in range(ROUNDS):
            _, seconds, failed = load(running, REQUESTS)
            assert failed == 0
            assert len(seconds) == REQUESTS // CLIENTS * CLIENTS
        assert before > 0
        assert memory(running.pid) - before < 8  # MiB: 4 kB of each request
