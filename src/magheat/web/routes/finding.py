"""The best particle for a field, and maps."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import Request
from starlette.responses import Response

from magheat.web.routes.base import computed_json, parts_of, refusals, router
from magheat.web.schemas.finding import MapAnswer, MapRequest, OptimizeAnswer, OptimizeRequest
from magheat.web.tasks.costs import TooLargeError
from magheat.web.tasks.maps import require_map

finding_router = router("find")


@finding_router.post("/optimize", response_model=OptimizeAnswer, responses=refusals())
async def optimize(request: Request, body: OptimizeRequest) -> Response:
    """The particle and the field that heat best under a limit; every number is simulated."""
    model = await run_sync(parts_of(request).models.folder_or_none)
    return await computed_json(request, "optimize", body.model_dump(), model)


@finding_router.post("/map", response_model=MapAnswer, responses=refusals(503))
async def map_of_two(request: Request, body: MapRequest) -> Response:
    """An output over two inputs, with the lines of the limits."""
    parts, content = parts_of(request), body.model_dump()
    require_map(content)
    if body.by == "surrogate":
        current = await run_sync(parts.models.current)
        return await computed_json(request, "map", content, str(current.folder))
    points, most = body.x.count * body.y.count, parts.settings.limits.points_at_once
    if points > most:
        raise TooLargeError(
            f"x.count times y.count must be at most {most} at once; got {points}; send it to /api/v1/jobs."
        )
    return await computed_json(request, "map", content)
