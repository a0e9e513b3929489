"""What the service says of itself: that it is there, and which models it has."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import Request
from starlette.responses import Response

from magheat._version import __version__
from magheat.web.answers import answer
from magheat.web.routes.base import parts_of, refusals, router
from magheat.web.schemas.service import Health, ModelList

service_router = router("service")


@service_router.get("/healthz", response_model=Health, responses=refusals(body=False))
async def healthz(request: Request) -> Response:
    """That the server is there, its model and its queue."""
    parts = parts_of(request)
    queued, running = await run_sync(parts.queue.jobs.count)
    return answer(
        {
            "status": "ok",
            "version": __version__,
            "model": parts.models.hash,
            "jobs": {"queued": queued, "running": running},
        }
    )


@service_router.get("/models", response_model=ModelList, responses=refusals(body=False))
async def models(request: Request) -> Response:
    """All models, with the ranges that they were taught in."""
    found = parts_of(request).models
    return answer({"current": found.hash, "models": await run_sync(found.listed)})
