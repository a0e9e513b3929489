"""How a server is run: where, from which folders, for whom, within which limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one request, one client and the queue may take.

    Parameters
    ----------
    body
        Bytes of a request.
    rate
        Units per second of one client, a light request being one and a heavy one twenty; 0 for no limit.
    seconds_at_once, seconds_of_a_job
        Before the process that computes is ended.
    particles_at_once, cycles_at_once, steps_at_once
        Of a simulation that is answered at once; steps are those that the integration is expected to take.
    samples_at_once
        Particles times samples of one.
    particles_of_a_job, samples_of_a_job, steps_of_a_job
        The same of a job.
    points_at_once
        Simulated loops of a map that is answered at once.
    waiting
        Requests that may wait for a process that computes at once.
    queue
        Jobs that may wait.
    kept
        Finished jobs whose results are kept; the oldest go first.
    """

    body: int = 2 * 2**20
    rate: float = 3000.0
    seconds_at_once: float = 20.0
    seconds_of_a_job: float = 1800.0
    particles_at_once: int = 4
    cycles_at_once: int = 8
    steps_at_once: float = 2e6
    samples_at_once: int = 200_000
    particles_of_a_job: int = 1000
    samples_of_a_job: int = 1_000_000
    steps_of_a_job: float = 2e8
    points_at_once: int = 10_000
    waiting: int = 16
    queue: int = 20
    kept: int = 100


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a server is run.

    Parameters
    ----------
    host, port
        Where it listens.
    models
        Folder of models: ``models/two-well/current`` is the one that predicts.
    jobs
        File or URL of the database of jobs; None for ``jobs.sqlite`` in the folder of models.
    token
        What a client must show, or None for no token.
    hosts
        Names, beside the loopback's, that requests may call the server by.
    workers
        Processes that run jobs.
    quick_workers
        Processes that answer at once.
    behind_proxy
        Whether a proxy on this machine says who asks.
    limits
        What one request, one client and the queue may take.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    models: Path = Path("models")
    jobs: str | None = None
    token: str | None = field(default=None, repr=False)
    hosts: tuple[str, ...] = ()
    workers: int = 1
    quick_workers: int = 1
    behind_proxy: bool = False
    limits: Limits = Limits()

    @property
    def jobs_address(self) -> str:
        """File or URL of the database of jobs."""
        return str(self.models / "jobs.sqlite") if self.jobs is None else self.jobs
