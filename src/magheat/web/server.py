"""A server that runs until it is told to end."""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from magheat.errors import SpecError
from magheat.store.address import address
from magheat.web.app import create_app
from magheat.web.protocol import BoundedHead
from magheat.web.settings import Settings

#: Connections that may wait to be taken.
_BACKLOG = 512
#: Seconds that requests under way may take once the server is to end.
_GRACE = 3


def serve(settings: Settings, bound: socket.socket) -> None:
    """Answer requests at a bound socket until Ctrl-C or SIGTERM.

    Raises
    ------
    SpecError, SchemaError
        When the database of jobs cannot be opened, or another server has it.
    """
    with the_only_server(settings.jobs_address):
        config = uvicorn.Config(
            create_app(settings),
            log_level="warning",
            access_log=False,
            proxy_headers=settings.behind_proxy,
            forwarded_allow_ips="127.0.0.1",
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
            backlog=_BACKLOG,
            http=BoundedHead,
        )
        uvicorn.Server(config).run(sockets=[bound])


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket at this address.

    Raises
    ------
    SpecError
        When the port is taken or may not be had, or the host is none of this machine.
    """
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SpecError(f"--host must be an address of this machine; got {host!r}: {error.strerror}.") from None
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(where)
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        reason = error.strerror or str(error)
        raise SpecError(
            f"--port {port} on {host} cannot be had: {reason}; another server may run there; take another port, or 0 "
            "for any that is free."
        ) from None
    return bound


@contextmanager
def the_only_server(jobs: str) -> Iterator[None]:
    """Inside, no other server of this machine takes jobs from this file.

    Raises
    ------
    SpecError
        When another one does.
    """
    url = address(jobs)
    if url.drivername != "sqlite":
        yield
        return
    lock = Path(str(url.database) + ".lock")
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SpecError(
                f"--jobs must be a database that no other server uses; {jobs!r} is in use; give this one its own."
            ) from None
        yield
