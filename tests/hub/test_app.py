"""The hub on a real socket: what it takes, how much of it, and the headers on every answer."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseworker.crypto import pairing
from caseworker.hub.app import HEADERS
from caseworker.sync import wire
from caseworker.sync.wire import ENROL_MOST, WIRE_MOST
from tests.hub.parts import NOW, Laptop, Served


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path, clock=lambda: NOW, body_seconds=0.5) as served:
        yield served


def ask(hub: Served, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None):
    link = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=10)
    try:
        link.request(method, path, body, headers or {})
        answer = link.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        link.close()


def joined(hub: Served, folder: Path) -> Laptop:
    file, code_text = hub.letter(folder)
    code = pairing.read_pairing_code(code_text)
    _, digest = wire.open_bundle(file.read_bytes(), code)
    laptop = Laptop()
    assert ask(hub, "POST", "/v1/enrol", laptop.ask(digest, code))[0] == 200
    return laptop


def test_a_laptop_joins_sends_and_the_return_is_on_the_page(hub: Served, tmp_path: Path):
    laptop = joined(hub, tmp_path)
    status, _, body = ask(hub, "POST", "/v1/returns", laptop.seal(hub.keys).wire_bytes)
    assert status == 200
    assert wire.read_receipt(body, hub.keys.receipt_public).status == "received"
    assert b"A07 Elder abuse hotline" in ask(hub, "GET", "/")[2]
    assert b"1,240" in ask(hub, "GET", "/returns/1")[2]


@pytest.mark.parametrize(
    "path", ["/", "/returns/1", "/nowhere", "/static/style.css", "/static/secrets", "/v1/returns"]
)
def test_every_answer_carries_the_strict_headers(hub: Served, path: str):
    _, headers, _ = ask(hub, "GET", path)
    for name, value in HEADERS.items():
        if name == "Cache-Control" and path.startswith("/static/style"):
            continue
        assert headers[name.lower()] == value
    assert "server" not in headers
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/returns/1", 404),
        ("GET", "/returns/0", 404),
        ("GET", "/returns/" + "9" * 40, 404),
        ("GET", "/returns/x", 404),
        ("GET", "/static/../keyring.py", 404),
        ("GET", "/static/..%2fkeyring.py", 404),
        ("GET", "/v1/returns", 405),
        ("POST", "/", 405),
        ("PUT", "/v1/returns", 405),
        ("DELETE", "/returns/1", 405),
        ("POST", "/v1/nothing", 404),
    ],
)
def test_nothing_else_is_there(hub: Served, method: str, path: str, expected: int):
    assert ask(hub, method, path)[0] == expected


@pytest.mark.parametrize(("path", "most"), [("/v1/returns", WIRE_MOST), ("/v1/enrol", ENROL_MOST)])
def test_a_body_over_its_cap_is_refused_before_it_is_read(hub: Served, path: str, most: int):
    assert ask(hub, "POST", path, b"x" * most)[0] == 400
    with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as link:
        link.sendall(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {most + 1}\r\n\r\n".encode()
        )
        assert link.recv(4096).startswith(b"HTTP/1.1 413 ")  # not one byte of body was sent


def test_a_body_in_chunks_is_measured_as_it_comes(hub: Served):
    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    link = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=10)
    with contextlib.suppress(OSError):  # the hub hangs up while we are still sending
        link.request("POST", "/v1/returns", chunks())
    try:
        with contextlib.suppress(OSError, http.client.HTTPException):
            assert link.getresponse().status == 413
    finally:
        link.close()
    assert ask(hub, "GET", "/")[0] == 200


def test_a_body_that_comes_too_slowly_is_given_up(hub: Served):
    with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as link:
        link.sendall(b"POST /v1/returns HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nabc")
        assert link.recv(4096).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("start", [b"", b"G", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "])
def test_connections_that_never_finish_their_request_keep_nobody_out(tmp_path: Path, start: bytes):
    with Served(tmp_path, clock=lambda: NOW, head_seconds=0.5) as hub:
        links = [socket.create_connection(("127.0.0.1", hub.port), timeout=10) for _ in range(220)]
        try:
            for link in links:
                link.sendall(start)
            for link in links:
                with contextlib.suppress(ConnectionError):
                    assert link.recv(10) == b""  # ended by the hub
            assert ask(hub, "GET", "/")[0] == 200
        finally:
            for link in links:
                link.close()


def test_a_second_request_on_the_same_connection_may_not_linger_either(tmp_path: Path):
    with (
        Served(tmp_path, clock=lambda: NOW, head_seconds=0.5) as hub,
        socket.create_connection(("127.0.0.1", hub.port), timeout=10) as link,
    ):
        whole = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        for _ in range(2):  # in one piece, and in two
            link.sendall(whole[:9])
            link.sendall(whole[9:])
            told = b""
            while not told.endswith(b"</html>\n") and not told.endswith(b"</html>"):
                told += link.recv(65536)
            assert told.startswith(b"HTTP/1.1 200 ")
        link.sendall(whole[:9])
        with contextlib.suppress(ConnectionError):
            assert link.recv(10) == b""


@pytest.mark.parametrize("number", ["9" * 5000, "0" * 4400, "9" * 40, "0", "-1", "1e3", "%d9%a1"])
def test_a_number_no_return_has_is_a_page_not_found(hub: Served, number: str):
    status, headers, _ = ask(hub, "GET", f"/returns/{number}")
    assert status == 404
    assert headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80"])
def test_the_hub_answers_only_under_its_own_names(hub: Served, host: str):
    assert ask(hub, "GET", "/", headers={"Host": host})[0] == 400


def test_the_hub_answers_under_every_name_of_this_machine(hub: Served):
    for host in ("127.0.0.1", f"127.0.0.1:{hub.port}", "localhost", "[::1]:1"):
        assert ask(hub, "GET", "/", headers={"Host": host})[0] == 200


def test_many_laptops_at_once_each_get_their_receipt_and_the_ledger_holds(hub: Served, tmp_path: Path):
    from caseworker.hub import ledger, tables

    laptops = [joined(hub, tmp_path) for _ in range(6)]
    sealed = [laptop.seal(hub.keys).wire_bytes for laptop in laptops]
    found: list[bytes] = []

    def send(data: bytes) -> None:
        for _ in range(3):
            found.append(ask(hub, "POST", "/v1/returns", data)[2])

    threads = [threading.Thread(target=send, args=(data,)) for data in sealed * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    receipts = [wire.read_receipt(body, hub.keys.receipt_public) for body in found]
    assert len(receipts) == 36
    # version 1 of one period can be received once; everyone else is told so, each always the same
    assert sorted(receipt.reason for receipt in set(receipts)) == ["", *["version"] * 5]
    with tables.database.connection_context():
        assert ledger.first_broken() == 0
        assert tables.Arrival.select().count() == 6
