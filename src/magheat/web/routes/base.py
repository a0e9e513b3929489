"""What all routes share: bodies that are read strictly, the parts of the server, and the refusals that they tell of."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from magheat.web.answers import json_answer
from magheat.web.jobs.queue import Queue
from magheat.web.jobs.quick import Quick
from magheat.web.models import Models
from magheat.web.schemas.base import Refusal
from magheat.web.settings import Settings
from magheat.web.tasks.work import Task

PREFIX = "/api/v1"
#: Digits of a whole number; more is no number that anybody means, and takes quadratic time to read.
_DIGITS = 400


@dataclass(frozen=True)
class Parts:
    """What the routes work with."""

    settings: Settings
    models: Models
    quick: Quick
    queue: Queue


def parts_of(request: Request) -> Parts:
    """The parts of the server that a request came to."""
    parts: Parts = request.app.state.parts
    return parts


class _StrictRequest(Request):
    """A request whose JSON has every key once, and nothing that is not JSON."""

    async def json(self) -> Any:
        """What the body says."""
        if not hasattr(self, "_json"):
            self._json = strict_json(await self.body())
        return self._json


def strict_json(body: bytes) -> Any:
    """What a body says.

    Raises
    ------
    HTTPException
        400 with the reason, for anything that is not plain JSON.
    """
    try:
        return json.loads(
            body.decode("utf-8"), parse_constant=_refused, parse_int=_integer, object_pairs_hook=_once_each
        )
    except UnicodeDecodeError:
        raise HTTPException(400, "the body must be UTF-8.") from None
    except RecursionError:
        raise HTTPException(400, "the body must not be nested so deeply.") from None
    except json.JSONDecodeError as error:
        raise HTTPException(400, f"the body must be JSON: {error.msg} at character {error.pos}.") from None


def _refused(word: str) -> None:
    raise HTTPException(400, f"the body must be JSON, which has no {word}; leave the value out or send null.")


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise HTTPException(400, f"numbers must have at most {_DIGITS} digits.")
    return int(digits)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise HTTPException(400, f"every name must be given once; {twice[:40]!r} is there twice.")
    return table


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a strict request."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(_StrictRequest(request.scope, request.receive))

        return strict


def router(tag: str) -> APIRouter:
    """An empty router below `PREFIX`."""
    return APIRouter(prefix=PREFIX, tags=[tag], route_class=StrictRoute)


_WHY = {
    400: "The body is no JSON.",
    401: "The server wants its token.",
    403: "Another site's page asked.",
    404: "There is no such thing.",
    408: "The body came too slowly.",
    409: "It is not done yet, or has no such result.",
    413: "The body is too large.",
    415: "The body must be application/json.",
    421: "The host is not ours.",
    422: "What is wrong with the request, in one sentence.",
    429: "Too much at once; Retry-After says when to come back.",
    503: "There is no model yet.",
}
#: Refusals that any request may meet.
_COMMON = (400, 401, 403, 421, 429)
#: Refusals of a request with a body.
_WITH_BODY = (*_COMMON, 408, 413, 415, 422)


def refusals(*more: int, body: bool = True) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route tells of in its documentation."""
    return {
        code: {"model": Refusal, "description": _WHY[code]}
        for code in sorted({*(_WITH_BODY if body else _COMMON), *more})
    }


async def computed(request: Request, name: str, body: dict[str, Any], model: str | None = None) -> bytes:
    """What a process that computes at once answers."""
    quick = parts_of(request).quick
    done = await run_sync(quick.run, Task(name, body, model, None))
    return done.content


async def computed_json(request: Request, name: str, body: dict[str, Any], model: str | None = None) -> Response:
    """The same as an answer."""
    return json_answer(await computed(request, name, body, model))
