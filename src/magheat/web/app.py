"""The application: guards outside, routes inside, processes that compute beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import FastAPI
from starlette.middleware import Middleware

from magheat._version import __version__
from magheat.web.guard.body import BodyLimit
from magheat.web.guard.headers import SafeHeaders
from magheat.web.guard.requests import Check, Guard, limited_rate, no_cross_site_writes, token_needed, trusted_hosts
from magheat.web.jobs.queue import Queue
from magheat.web.jobs.quick import Quick
from magheat.web.jobs.table import Jobs
from magheat.web.models import Models
from magheat.web.page import page_routes
from magheat.web.problems import tell_problems
from magheat.web.routes.base import PREFIX, Parts
from magheat.web.routes.docs import OPENAPI, docs_router
from magheat.web.routes.finding import finding_router
from magheat.web.routes.jobs import jobs_router
from magheat.web.routes.predict import predict_router
from magheat.web.routes.service import healthz, service_router
from magheat.web.routes.simulate import simulate_router
from magheat.web.settings import Settings

#: Requests that compute more than one prediction.
_HEAVY = frozenset(f"{PREFIX}/{name}" for name in ("simulate", "simulate/csv", "simulate/netcdf", "optimize", "map"))
#: Paths of the service that need no token.
_OPEN = frozenset({f"{PREFIX}/healthz", OPENAPI, "/api/docs", "/api/docs/start.js"})
_ABOUT = (
    "Hysteresis, heat and its limits for magnetic hyperthermia. All numbers are SI floats; NaN is null. "
    "Research software, not a medical device."
)


def create_app(settings: Settings) -> FastAPI:
    """The application of one server; its processes start and end with it.

    Raises
    ------
    SpecError, SchemaError
        When the database of jobs cannot be opened.
    """
    models = Models(settings.models)
    limits = settings.limits
    queue = Queue(Jobs(settings.jobs_address), settings.workers, limits, models.folder_or_none)
    quick = Quick(settings.quick_workers, limits.waiting, limits.seconds_at_once)
    parts = Parts(settings, models, quick, queue)
    app = FastAPI(
        title="magheat",
        version=__version__,
        description=_ABOUT,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        lifespan=lambda app: _lifespan(parts),
        middleware=_guards(settings),
    )
    app.state.parts = parts
    tell_problems(app)
    for router in (predict_router, simulate_router, jobs_router, finding_router, service_router, docs_router):
        app.include_router(router)
    app.add_api_route("/healthz", healthz, methods=["GET"], include_in_schema=False)
    app.router.routes.extend(page_routes())
    return app


def _guards(settings: Settings) -> list[Middleware]:
    """From the outside in: headers, the head of a request, its body."""
    limits = settings.limits
    checks: list[Check] = [trusted_hosts((*settings.hosts, settings.host)), no_cross_site_writes]
    if limits.rate > 0:
        checks.append(limited_rate(limits.rate, _HEAVY))
    if settings.token is not None:
        checks.append(token_needed(settings.token, _OPEN))
    return [Middleware(SafeHeaders), Middleware(Guard, checks=checks), Middleware(BodyLimit, most=limits.body)]


@asynccontextmanager
async def _lifespan(parts: Parts) -> AsyncIterator[None]:
    """While the server runs, so do its processes."""
    current_default_thread_limiter().total_tokens = 40 + parts.settings.limits.waiting
    parts.quick.start()
    parts.queue.start()
    await run_sync(parts.models.folder_or_none)
    try:
        yield
    finally:
        parts.quick.close()
        await run_sync(parts.queue.close)
        parts.queue.jobs.close()
