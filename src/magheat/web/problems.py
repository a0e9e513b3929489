"""What became of requests that are not answered: an error of any kind as one sentence."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from magheat.errors import MagheatError
from magheat.web.answers import field_of, first_problem, refusal
from magheat.web.jobs.queue import FullError
from magheat.web.jobs.quick import BusyError
from magheat.web.jobs.worker import DefectError, LateError, LostError
from magheat.web.models import NoModelError
from magheat.web.routes.base import parts_of

_LOG = logging.getLogger("magheat.web")
#: Seconds after which a client may come back.
_SOON, _LATER = 2, 30


def tell_problems(app: FastAPI) -> None:
    """Let the app answer every error by a sentence."""
    app.add_exception_handler(RequestValidationError, _form)
    app.add_exception_handler(MagheatError, _refused)
    app.add_exception_handler(NoModelError, _no_model)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(FullError, _full)
    app.add_exception_handler(BusyError, _busy)
    app.add_exception_handler(LateError, _late)
    app.add_exception_handler(LostError, _lost)
    app.add_exception_handler(DefectError, _defect)
    app.add_exception_handler(Exception, _defect)


async def _form(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    field, sentence = first_problem(error.errors())
    return refusal(422, sentence, field)


async def _refused(request: Request, error: Exception) -> Response:
    return refusal(422, str(error), field_of(str(error)))


async def _no_model(request: Request, error: Exception) -> Response:
    return refusal(503, str(error))


async def _plain(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    told = {404: "there is nothing at this address", 405: "this address does not take such a request"}
    detail = str(error.detail)
    usual = {"Not Found", "Method Not Allowed"}
    return refusal(error.status_code, told[error.status_code] + "." if detail in usual else detail, None, error.headers)


async def _full(request: Request, error: Exception) -> Response:
    most = parts_of(request).settings.limits.queue
    return refusal(429, f"the queue is full: {most} jobs wait already; come back later.", None, _after(_LATER))


async def _busy(request: Request, error: Exception) -> Response:
    return refusal(429, "the server is busy with other requests; come back in a moment.", None, _after(_SOON))


async def _late(request: Request, error: Exception) -> Response:
    most = parts_of(request).settings.limits.seconds_at_once
    return refusal(422, f"this takes longer than the {most:g} s of an answer at once; send it to /api/v1/jobs.")


async def _lost(request: Request, error: Exception) -> Response:
    return refusal(503, f"the answer was lost: {error}; ask again.", None, _after(_SOON))


async def _defect(request: Request, error: Exception) -> Response:
    _LOG.error("a request met a defect", exc_info=error)
    return refusal(500, "the server met a defect of magheat; its log has the details.")


def _after(seconds: int) -> dict[str, str]:
    return {"retry-after": str(seconds)}
