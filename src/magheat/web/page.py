"""The page: the files of one folder, by a list made once, so that no path of a request ever reaches the disk."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def page_routes(folder: Path = FOLDER) -> list[Route]:
    """A route for every file of the folder, and one for the page itself."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    routes = [_route(f"/{name}", path) for name, path in files.items()]
    return [*routes, _route("/", folder / "index.html")] if "index.html" in files else routes


def _route(at: str, path: Path) -> Route:
    async def serve(request: Request) -> Response:
        content = await run_sync(path.read_bytes)
        tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
        headers = {"etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=media_type(path))

    return Route(at, serve, methods=["GET"])


def media_type(path: Path) -> str:
    """What kind of file it is, by its suffix."""
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
