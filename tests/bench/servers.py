"""The two servers a return is sent to: the real hub, and the least that could be called one.

``python -m tests.bench.servers hub|bare FOLDER`` serves on loopback and prints its port.
"""

from __future__ import annotations

import socket
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caseworker.crypto import sealing
from caseworker.hub.app import create_app

INFO = b"bench"


def bare_app(folder: Path) -> Starlette:
    """One endpoint: open the seal, keep what was in it durably, say yes. No check, no ledger, no receipt."""
    private = (folder / "bare.key").read_bytes()
    database = sqlite3.connect(folder / "bare.db", check_same_thread=False, isolation_level=None)
    database.execute("PRAGMA journal_mode=wal")
    database.execute("PRAGMA synchronous=full")
    database.execute("CREATE TABLE IF NOT EXISTS arrival (id INTEGER PRIMARY KEY, payload BLOB NOT NULL)")
    one_at_a_time = threading.Lock()

    def keep(sealed: bytes) -> None:
        payload = sealing.open_sealed(private, sealed, INFO)
        with one_at_a_time:
            database.execute("INSERT INTO arrival (payload) VALUES (?)", (payload,))

    async def take(request: Request) -> Response:
        await run_in_threadpool(keep, await request.body())
        return JSONResponse({"status": "received"})

    return Starlette(routes=[Route("/v1/returns", take, methods=["POST"])])


def serve(app: Any) -> None:
    """Serve until ended, as the hub's own command does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False, ws="none", lifespan="on")
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    kind, place = sys.argv[1], Path(sys.argv[2])
    serve(
        create_app(f"sqlite:///{place / 'hub.db'}", place / "secrets") if kind == "hub" else bare_app(place)
    )
