"""The documentation of the service as a page, from files of this machine alone."""

from __future__ import annotations

import json
from importlib import resources

import fastapi_swagger
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from magheat.web.guard.headers import POLICY

docs_router = APIRouter(include_in_schema=False)
OPENAPI = "/api/openapi.json"
_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon-32x32.png": "image/png"}
#: Swagger's own styles are attributes; its scripts are files.
_POLICY = POLICY.replace("img-src", "style-src 'self' 'unsafe-inline'; img-src")
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>magheat: the service</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="docs/swagger-ui.css"><link rel="icon" href="docs/favicon-32x32.png"></head>
<body><div id="swagger"></div>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script></body>
</html>
"""
_OPTIONS = {"url": "openapi.json", "dom_id": "#swagger", "deepLinking": True, "validatorUrl": None}
_START = f"SwaggerUIBundle({json.dumps(_OPTIONS)});\n"


@docs_router.get("/api/docs")
async def docs(request: Request) -> Response:
    """The page."""
    return HTMLResponse(_PAGE, headers={"content-security-policy": _POLICY})


@docs_router.get("/api/docs/start.js")
async def start() -> Response:
    """What starts it."""
    return Response(_START, media_type="text/javascript")


@docs_router.get("/api/docs/{name}")
async def part(name: str) -> Response:
    """One of its files."""
    if name not in _FILES:
        return Response(status_code=404)
    content = (resources.files(fastapi_swagger) / "resources" / name).read_bytes()
    return Response(content, media_type=_FILES[name])
