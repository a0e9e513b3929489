"""The service under load: predictions per second of twenty clients, how long one takes, and what memory does.

``python -m magheat.benchmarks.service [--models DIR] [--requests N]`` starts a server of its own on the loopback and
asks it over connections that stay open; the clients share the machine with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from magheat.benchmarks.measurement import Measurement
from magheat.constants import OERSTED

CLIENTS = 20
#: Requests before memory and time are measured.
_WARM_UP = 2000
_BAR = 300.0
_ADDRESS = re.compile(rb"http://127\.0\.0\.1:(\d+)/")


class Server(NamedTuple):
    """A server that runs: its port and the number of its process."""

    port: int
    pid: int


@contextmanager
def running_server(models: str | Path, *options: str) -> Iterator[Server]:
    """Inside, a server of ``magheat serve`` on a free port of the loopback."""
    with tempfile.TemporaryDirectory(prefix="magheat-bench-") as folder:
        jobs = str(Path(folder) / "jobs.sqlite")
        command = [sys.executable, "-m", "magheat", "serve", "--port", "0", "--rate", "0", "--models", str(models)]
        with subprocess.Popen([*command, "--jobs", jobs, *options], stdout=subprocess.PIPE) as process:
            try:
                line = process.stdout.readline() if process.stdout is not None else b""
                found = _ADDRESS.search(line)
                if found is None:
                    raise RuntimeError(f"magheat serve did not start: {line.decode()!r}")
                yield Server(int(found[1]), process.pid)
            finally:
                process.terminate()
                process.wait(30)


def random_requests(count: int) -> list[bytes]:
    """Requests for one row each, of the learning paper's box."""
    generator = np.random.default_rng(1)
    return [_request({name: generator.uniform(low, high) for name, (low, high) in _BOX.items()}) for _ in range(count)]


_BOX = {
    "saturation_magnetization": (3.1e5, 4.4e5),
    "anisotropy_constant": (1.1e4, 2.9e4),
    "diameter": (9e-9, 24e-9),
    "interaction": (0.05, 0.75),
    "temperature": (302.0, 318.0),
    "frequency": (6e4, 3.9e5),
    "amplitude": (55 * OERSTED, 290 * OERSTED),
}


def _request(row: dict[str, float]) -> bytes:
    body = json.dumps({"rows": row}).encode()
    head = (
        "POST /api/v1/predict HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[bool, float]:
    """Whether a request was answered, and after how many seconds."""
    started = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    body = await reader.readexactly(int(length[1]) if length else 0)
    return head.startswith(b"HTTP/1.1 200") and b'"slp"' in body, time.perf_counter() - started


async def _client(port: int, requests: list[bytes], count: int, start: int, seconds: list[float]) -> int:
    """Ask one request after the other over one connection; how many were not answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    failed = 0
    for i in range(start, start + count):
        good, taken = await _ask(reader, writer, requests[i % len(requests)])
        seconds.append(taken)
        failed += not good
    writer.close()
    return failed


async def _load(port: int, count: int) -> tuple[float, list[float], int]:
    """Wall time, seconds of every request and how many failed, of ``count`` requests of all clients together."""
    requests, seconds = random_requests(500), list[float]()
    each = count // CLIENTS
    started = time.perf_counter()
    failed = await asyncio.gather(*(_client(port, requests, each, k * each, seconds) for k in range(CLIENTS)))
    return time.perf_counter() - started, seconds, sum(failed)


def load(server: Server, count: int) -> tuple[float, list[float], int]:
    """Wall time, seconds of every request and how many failed, of ``count`` requests of twenty clients."""
    return asyncio.run(_load(server.port, count))


def memory(pid: int) -> float:
    """Resident memory of a process in MiB; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 2**20


def measure_service(models: str | Path, requests: int = 20_000) -> Iterator[Measurement]:
    """Workload W7: predictions of one row over the loopback, and the growth of the server's memory meanwhile."""
    what = f"W7 service, {CLIENTS} clients, {requests} predictions"
    with running_server(models) as server:
        time.sleep(5)  # the processes beside it warm up
        load(server, _WARM_UP)
        before = memory(server.pid)
        wall, seconds, failed = load(server, requests)
        grown = memory(server.pid) - before
    yield Measurement(what, "rate", len(seconds) / wall, "requests/s", _BAR)
    for share in (50, 99):
        yield Measurement(what, f"p{share}", 1e3 * float(np.percentile(seconds, share)), "ms")
    yield Measurement(what, "not answered", failed, "1", 0.0, True)
    yield Measurement(what, f"memory beyond {before:.0f} MiB", grown, "MiB", 20.0, True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=measure_service.__doc__)
    parser.add_argument("--models", default="models", help="folder of models")
    parser.add_argument("--requests", type=int, default=20_000)
    options = parser.parse_args()
    for line in measure_service(options.models, options.requests):
        print(f"{line.workload}: {line.quantity} {line.value:.4g} {line.unit}")


if __name__ == "__main__":
    main()
