"""Bodies: no more bytes than allowed, within a time, whole before anybody reads them."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from magheat.web.answers import refusal

#: Seconds in which a body must have come.
_PATIENCE = 30.0
#: Bytes and seconds that are read and thrown away so that a client that is still sending gets to read why not. A
#: connection that is closed with bytes unread is reset, and the answer on its way is lost.
_DRAINED, _DRAINING = 64 * 2**20, 5.0


class _TooLargeError(Exception):
    """More bytes than allowed."""


class BodyLimit:
    """Reads a body before the request is passed on."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request with its whole body on, or refuse it."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        try:
            self._require_announced(scope)
            async with asyncio.timeout(_PATIENCE):
                body = await self._whole(receive)
        except _TooLargeError:
            told = f"the body must have at most {self.most} bytes; ask for less at once."
            await _refuse(refusal(413, told, headers={"connection": "close"}), receive, send)
            return
        except TimeoutError:
            told = f"the body must come within {_PATIENCE:g} s."
            await refusal(408, told, headers={"connection": "close"})(scope, receive, send)
            return
        if body is not None:
            await self.app(scope, _Replayed(body, receive), send)

    def _require_announced(self, scope: Scope) -> None:
        """Refuse at once what is announced as too large."""
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value[:20]) > self.most:
                raise _TooLargeError

    async def _whole(self, receive: Receive) -> bytes | None:
        """The whole body; None for a client that went away."""
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.most:
                raise _TooLargeError
            if not message.get("more_body", False):
                return b"".join(parts)


class _Replayed:
    """What receives a body that was read before, then whatever comes."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self.body: bytes | None = body
        self.receive = receive

    async def __call__(self) -> Message:
        """Take the body, or what comes after it."""
        if self.body is None:
            return await self.receive()
        body, self.body = self.body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _refuse(response: Response, receive: Receive, send: Send) -> None:
    """Answer first, then read on for a while, then end the answer and the connection."""
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    try:
        async with asyncio.timeout(_DRAINING):
            await _drain(receive)
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    left = _DRAINED
    while left > 0:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
        left -= len(message.get("body", b""))
