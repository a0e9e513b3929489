"""Checks of the head of a request, one function each: None, or why it is refused."""

from __future__ import annotations

import hmac
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import TypeAlias
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from magheat.web.answers import refusal

Check: TypeAlias = Callable[[HTTPConnection], Response | None]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_READING = ("GET", "HEAD", "OPTIONS")
#: Units of a request that computes more than one prediction.
_HEAVY = 20.0
#: Clients whose rate is remembered.
_CLIENTS = 10_000


class Guard:
    """Answers requests that no check refuses."""

    def __init__(self, app: ASGIApp, checks: Collection[Check]) -> None:
        self.app, self.checks = app, tuple(checks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http":
            request = HTTPConnection(scope)
            for check in self.checks:
                refused = check(request)
                if refused is not None:
                    await refused(scope, receive, send)
                    return
        await self.app(scope, receive, send)


def trusted_hosts(names: Collection[str]) -> Check:
    """Refuse a server name that is none of ours: another site's name may be made to lead here."""
    known = {*LOOPBACK, *(name.lower().strip("[]") for name in names)}

    def check(request: HTTPConnection) -> Response | None:
        if _host_of(f"//{request.headers.get('host', '')}") in known:
            return None
        return refusal(
            421, "the host of the request is none that this server answers to; magheat serve --host-name adds one."
        )

    return check


def _host_of(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
        return parts.hostname
    except ValueError:
        return None


def no_cross_site_writes(request: HTTPConnection) -> Response | None:
    """Refuse what another site's page makes a browser send, and bodies that it could send unasked."""
    if request.scope["method"] in _READING:
        return None
    headers = request.headers
    origin, host = headers.get("origin"), headers.get("host")
    foreign = origin is not None and urlsplit_netloc(origin) != host
    if foreign or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return refusal(403, "requests from the pages of other sites are refused; open the server's own page.")
    has_body = request.scope["method"] in ("POST", "PUT", "PATCH")
    if has_body and headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return refusal(415, "the content-type of the body must be application/json.")
    return None


def urlsplit_netloc(origin: str) -> str | None:
    """Host and port of an origin; None for none."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None


def token_needed(token: str, open_paths: Collection[str]) -> Check:
    """Refuse requests to the service that do not show the token."""
    expected = f"Bearer {token}".encode()

    def check(request: HTTPConnection) -> Response | None:
        path = request.scope["path"]
        if not path.startswith("/api/") or path in open_paths:
            return None
        if hmac.compare_digest(request.headers.get("authorization", "").encode("latin-1", "replace"), expected):
            return None
        return refusal(
            401,
            "the server wants its token: send the header Authorization: Bearer TOKEN.",
            headers={"www-authenticate": "Bearer"},
        )

    return check


def limited_rate(rate: float, heavy: Collection[str]) -> Check:
    """Refuse a client that asks for more units per second than it may; two seconds' worth may come at once."""
    most = 2 * rate
    left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(request: HTTPConnection) -> Response | None:
        client = request.client.host if request.client else ""
        cost = _HEAVY if request.scope["path"] in heavy else 1.0
        now = time.monotonic()
        units, then = left.pop(client, (most, now))
        units = min(most, units + (now - then) * rate)
        enough = units >= cost
        left[client] = (units - cost if enough else units, now)
        while len(left) > _CLIENTS:
            left.popitem(last=False)
        if enough:
            return None
        wait = math.ceil((cost - units) / rate)
        return refusal(429, f"too many requests from one client; wait {wait} s.", headers={"retry-after": str(wait)})

    return check
