"""A laptop with made-up people that has joined a real hub on loopback, for the tests of the line's screens."""

from __future__ import annotations

import http.server
import threading
from pathlib import Path

from caseworker.demo.filling import fill
from caseworker.sync import enrolment
from tests.hub.parts import Served

CONTACTS = 1_500


def join(served: Served, folder: Path, address: str = "") -> None:
    """Join the hub as the screen does, without the screen."""
    if address:
        served.address = address
    file, code = served.letter(folder, synthetic=True)
    enrolment.enrol(enrolment.read_bundle(file, code), code)


def people() -> None:
    """Enough people for a return with breakdowns."""
    fill("solo", seed=3, contacts=CONTACTS)


class Portal:
    """What a public Wi-Fi answers to everything: a sign-in page. A context."""

    PAGE = b"<!doctype html><title>Sign in</title><form>Room number <input></form>"

    def __init__(self, answer: bytes = PAGE, kind: str = "text/html") -> None:
        class Page(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Portal:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()
