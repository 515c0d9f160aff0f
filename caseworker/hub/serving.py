"""How the hub is served: the same settings for the command and for the tests."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette


def settings(app: Starlette) -> uvicorn.Config:
    """uvicorn's settings: no access log, no banner, no trust in proxies' headers, small headers only."""
    # No access log: which agency sends when is nobody's business but the ledger's.
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=5,
        limit_concurrency=200,
        h11_max_incomplete_event_size=16 * 1024,
    )
