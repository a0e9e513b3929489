"""``magheat serve``: the page and the service on this machine, or for a lab."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from magheat.cli.endings import INTERRUPTED
from magheat.errors import SpecError

if TYPE_CHECKING:
    from magheat.web.settings import Settings

#: Fewest characters of a token that nobody guesses.
_SHORTEST_TOKEN = 16


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen at.", metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port; 0 takes one that is free.", min=0, max=65535)] = 8000,
    models: Annotated[Path, typer.Option("--models", help="Folder of models.", metavar="DIR")] = Path("models"),
    jobs: Annotated[
        str | None,
        typer.Option("--jobs", help="File or URL for jobs and results; jobs.sqlite in DIR.", metavar="PATH"),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="File with the token that clients must show.", metavar="FILE")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", help="Processes that run jobs.", min=1, max=64)] = 1,
    quick_workers: Annotated[
        int, typer.Option("--quick-workers", help="Processes that simulate at once.", min=1, max=64)
    ] = 1,
    rate: Annotated[
        float, typer.Option("--rate", help="Units/s of one client; a simulation is 20; 0: no limit.", min=0)
    ] = 3000.0,
    queue: Annotated[int, typer.Option("--queue", help="Jobs that may wait.", min=1, max=10_000)] = 20,
    job_seconds: Annotated[float, typer.Option("--job-seconds", help="Longest time of a job.", min=1)] = 1800.0,
    host_name: Annotated[
        list[str] | None,
        typer.Option("--host-name", help="A name that requests may call the server by.", metavar="NAME"),
    ] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy on this machine says who asks (X-Forwarded-For).")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="Listen beyond this machine without a token: everybody may use it.")
    ] = False,
) -> None:
    """Serve the page and the service until Ctrl-C."""
    token = None if token_file is None else _token(token_file)
    _require_private(host, token, public)
    from magheat.web.server import bound_socket
    from magheat.web.server import serve as run
    from magheat.web.settings import Limits, Settings

    models.mkdir(parents=True, exist_ok=True)
    with bound_socket(host, port) as bound:
        settings = Settings(
            host=host,
            port=bound.getsockname()[1],
            models=models,
            jobs=jobs,
            token=token,
            hosts=tuple(host_name or ()),
            workers=workers,
            quick_workers=quick_workers,
            behind_proxy=behind_proxy,
            limits=Limits(rate=rate, queue=queue, seconds_of_a_job=job_seconds),
        )
        _greet(settings)
        try:
            run(settings, bound)
        except KeyboardInterrupt:
            typer.echo("magheat: the server has ended; jobs that ran are taken up by the next one.", err=True)
            raise typer.Exit(INTERRUPTED) from None


def _token(path: Path) -> str:
    """The token in a file."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        token = ""
    except OSError as error:
        raise SpecError(f"--token-file {str(path)!r} cannot be read: {error.strerror}.") from None
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise SpecError(
            f"--token-file must hold one word of at least {_SHORTEST_TOKEN} plain characters; make one with "
            f"python3 -c 'import secrets; print(secrets.token_urlsafe())' > {path.name}"
        )
    return token


def _require_private(host: str, token: str | None, public: bool) -> None:
    """Refuse to open a server to others by mistake."""
    if token is None and not public and not _is_loopback(host):
        raise SpecError(
            f"--host {host} is open to other machines; give --token-file FILE so that not everybody may use it, or say "
            "--public."
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _greet(settings: Settings) -> None:
    """Where it is, and what it lacks."""
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    typer.echo(f"magheat: http://{shown}:{settings.port}/ (Ctrl-C ends it; the service is at /api/docs)")
    if not (settings.models / "two-well" / "current").exists():
        typer.echo(
            f"magheat: there is no model in {str(settings.models)!r} yet: the page can simulate but not predict; "
            "make demo or magheat train makes one."
        )
    if settings.token is None and not _is_loopback(settings.host):
        typer.echo("magheat: there is no token: everybody who reaches this address may use it.")
