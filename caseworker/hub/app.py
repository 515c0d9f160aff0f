"""The hub as a web service: two addresses for laptops, two pages for people, nothing else.

Endpoints are plain functions on threads of their own. A body is measured before it is read, and every answer
forbids scripts, frames and other sites.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import resources
from caseworker.hub import joining, pages, plans, receiving
from caseworker.hub.keyring import Keyring, open_keyring
from caseworker.hub.receiving import Answer, Desk
from caseworker.hub.tables import close_database, open_database
from caseworker.hub.tables import database as tables_database
from caseworker.sync.wire import ENROL_MOST, WIRE_MOST

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
LIMITS = {"/v1/returns": WIRE_MOST, "/v1/enrol": ENROL_MOST}
BODY_SECONDS = 30.0
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

# Not Starlette's own kind of number: it fails on one with thousands of digits.
_ID = re.compile(r"[1-9][0-9]{0,9}")
_STATIC = Path(__file__).parent / "static"
FILES = {
    "style.css": (_STATIC / "style.css", "text/css"),
    "Inter-Regular.ttf": (resources.path("fonts", "Inter-Regular.ttf"), "font/ttf"),
    "Inter-SemiBold.ttf": (resources.path("fonts", "Inter-SemiBold.ttf"), "font/ttf"),
    "icon.svg": (resources.path("icons", "notebook-pen.svg"), "image/svg+xml"),
}


def create_app(
    database_url: str,
    secrets_dir: Path | str,
    *,
    hosts: Iterable[str] = LOOPBACK,
    plans_known: plans.Plans | None = None,
    clock: Callable[[], int] = lambda: int(time.time()),
    most_an_hour: int = receiving.MOST_AN_HOUR,
    body_seconds: float = BODY_SECONDS,
) -> Starlette:
    """The hub over that database and those keys, ready to be served.

    ``hosts`` are the names under which it answers: a page on another site cannot reach it under a name of its
    own.

    Raises:
        Problem: E-HUB-KEYS, E-PLAN; ValueError for a database that is neither SQLite nor PostgreSQL.
    """
    keys: Keyring = open_keyring(Path(secrets_dir))
    desk = Desk(keys, plans.shipped() if plans_known is None else plans_known, clock, most_an_hour)
    open_database(database_url)

    def take_return(request: Request) -> Response:
        with tables_database.connection_context():
            return _json(receiving.receive(desk, request.scope["body"]))

    def take_joining(request: Request) -> Response:
        with tables_database.connection_context():
            return _json(joining.enrol(desk, request.scope["body"]))

    def overview(request: Request) -> Response:
        with tables_database.connection_context():
            return HTMLResponse(pages.overview(desk.plans))

    def one_return(request: Request) -> Response:
        wanted: str = request.path_params["id"]
        with tables_database.connection_context():
            page = pages.one_return(int(wanted), desk.plans) if _ID.fullmatch(wanted) else None
        if page is None:
            raise HTTPException(404)
        return HTMLResponse(page)

    def file(request: Request) -> Response:
        found = FILES.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return FileResponse(found[0], media_type=found[1], headers={"Cache-Control": "public, max-age=86400"})

    def not_found(request: Request, error: Exception) -> Response:
        return HTMLResponse(pages.not_found(), status_code=404)

    app = Starlette(
        routes=[
            Route("/", overview, methods=["GET"]),
            Route("/returns/{id}", one_return, methods=["GET"]),
            Route("/static/{name}", file, methods=["GET"]),
            Route("/v1/returns", take_return, methods=["POST"]),
            Route("/v1/enrol", take_joining, methods=["POST"]),
        ],
        middleware=[
            Middleware(_Headers),
            Middleware(TrustedHostMiddleware, allowed_hosts=[*hosts], www_redirect=False),
            Middleware(_Body, seconds=body_seconds),
        ],
        exception_handlers={404: not_found},
        lifespan=_until_stopped,
    )
    app.state.desk = desk
    return app


@asynccontextmanager
async def _until_stopped(app: Starlette) -> AsyncIterator[None]:
    yield
    close_database()


def _json(answer: Answer) -> Response:
    return Response(answer.body, status_code=answer.status, media_type="application/json")


class _Headers:
    """Puts the strict headers on every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message.get("headers", [])}
                message["headers"] = [
                    *message.get("headers", []),
                    *(
                        (name.lower().encode("ascii"), value.encode("ascii"))
                        for name, value in HEADERS.items()
                        if name.lower().encode("ascii") not in given
                    ),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class _Body:
    """Measures a body before and while it is read: too long or too slow ends the request."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = (
            LIMITS.get(scope.get("path", ""))
            if scope["type"] == "http" and scope["method"] == "POST"
            else None
        )
        if most is None:
            await self._app(scope, receive, send)
            return
        answer = None
        try:
            body = await asyncio.wait_for(_read(scope, receive, most), self._seconds)
        except TimeoutError:
            answer = receiving.unsigned(408, "slow")
        except _TooLong:
            answer = receiving.unsigned(413, "long")
        except _Gone:
            return
        if answer is not None:
            response = _json(answer)
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        scope["body"] = body
        await self._app(scope, receive, send)


class _TooLong(Exception):
    """More than any return has."""


class _Gone(Exception):
    """The other end went away."""


async def _read(scope: Scope, receive: Receive, most: int) -> bytes:
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or len(value) > 12 or int(value) > most):
            raise _TooLong
    body = bytearray()
    while True:
        message: dict[str, Any] = dict(await receive())
        if message["type"] == "http.disconnect":
            raise _Gone
        body += message.get("body", b"")
        if len(body) > most:
            raise _TooLong
        if not message.get("more_body", False):
            return bytes(body)
