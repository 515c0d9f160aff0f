"""Whatever a network answers, the return stays what it was unless a verified receipt says otherwise."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseworker import storage
from caseworker.crypto import signing
from caseworker.errors import Problem
from caseworker.storage import outbox, pins
from caseworker.storage.outbox import OutboxItem
from caseworker.storage.vault import OpenVault
from caseworker.sync import client
from caseworker.sync import outbox as sending
from caseworker.sync.client import LONGEST_WAIT, SHORTEST_WAIT, Limits
from tests.sync.far import FarHub, approved

BRISK = Limits(connect=0.5, whole=0.6)


class EvilServer:
    """A listening socket that answers every request with one scripted behaviour."""

    def __init__(self) -> None:
        self.behaviour: Callable[[socket.socket], None] = lambda link: None
        self.requests: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listening.accept()
            except OSError:
                return
            link.settimeout(5)
            with link:
                try:
                    self.requests.append(_read_request(link))
                    self.behaviour(link)
                except OSError:
                    pass  # the client hung up, as it should

    def close(self) -> None:
        if self._listening.fileno() != -1:
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a connection
            self._listening.close()
        self._thread.join(10)


def _read_request(link: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = link.recv(65536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += link.recv(65536)
    return head + b"\r\n\r\n" + body


@dataclass
class Scene:
    """One sealed return, the hub that could answer it, and the server that answers instead."""

    far: FarHub
    item: OutboxItem
    server: EvilServer

    def snapshot(self) -> tuple[Any, ...]:
        item = outbox.get(self.item.id)
        return (
            item.state,
            item.seq,
            item.sha256,
            item.payload,
            item.wire,
            item.receipt,
            item.received,
            pins.pinned(),
        )

    def receipt(self, **changes: Any) -> bytes:
        return self.far.receipt(self.item, **changes)


@pytest.fixture
def server() -> Iterator[EvilServer]:
    evil = EvilServer()
    yield evil
    evil.close()


@pytest.fixture
def scene(vault: OpenVault, server: EvilServer) -> Scene:
    far = FarHub()
    storage.write(pins.pin, far.pins(hub=server.address))
    storage.write(pins.confirm, b"confirmed")
    return Scene(far, sending.seal(approved()), server)


def answer(
    body: bytes = b"",
    status: str = "200 OK",
    headers: str = "",
    kind: str = "application/json",
    length: Any = None,
) -> bytes:
    size = len(body) if length is None else length
    sized = "" if size == "" else f"Content-Length: {size}\r\n"
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{sized}{headers}\r\n".encode() + body


def says(data: bytes) -> Callable[[Scene, socket.socket], None]:
    return lambda scene, link: link.sendall(data)


def with_receipt(
    make: Callable[[Scene, bytes], bytes], **changes: Any
) -> Callable[[Scene, socket.socket], None]:
    return lambda scene, link: link.sendall(make(scene, scene.receipt(**changes)))


def drip(data: bytes, seconds: float) -> Callable[[Scene, socket.socket], None]:
    def behave(scene: Scene, link: socket.socket) -> None:
        for byte in data:
            link.sendall(bytes([byte]))
            threading.Event().wait(seconds)

    return behave


def endless(start: bytes, chunk: bytes) -> Callable[[Scene, socket.socket], None]:
    def behave(scene: Scene, link: socket.socket) -> None:
        link.sendall(start)
        while True:
            link.sendall(chunk)

    return behave


def silent(scene: Scene, link: socket.socket) -> None:
    link.recv(1)  # until the client gives up


def reset(scene: Scene, link: socket.socket) -> None:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


LOGIN = b"<!doctype html><html><title>Welcome to Costa Wi-Fi</title><form action=/login></form></html>"
GZIP = "Content-Encoding: gzip\r\n"
BIG_CHUNK = b"10000\r\n" + b"x" * 65536 + b"\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
OTHER_KEY = signing.new_sign_key()[0]

# name: (what the server does, the code of the sentence the worker sees)
BEHAVIOURS: dict[str, tuple[Callable[[Scene, socket.socket], None], str]] = {
    "hangs up at once": (says(b""), "E-HUB-CUT"),
    "resets the connection": (reset, "E-HUB-CUT"),
    "never answers": (silent, "E-HUB-SLOW"),
    "one byte a tenth of a second, headers": (drip(answer(b"{}") * 9, 0.1), "E-HUB-SLOW"),
    "one byte a tenth of a second, body": (
        lambda scene, link: (link.sendall(answer(length=500)), drip(b"x" * 500, 0.1)(scene, link))[0], "E-HUB-SLOW"),
    "half a header": (says(b"HTTP/1.1 200"), "E-NOT-THE-HUB"),
    "no HTTP at all": (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "E-NOT-THE-HUB"),
    "binary noise": (says(bytes(range(256)) * 4), "E-NOT-THE-HUB"),
    "zero bytes": (says(bytes(4000)), "E-NOT-THE-HUB"),
    "a TLS alert": (says(b"\x15\x03\x01\x00\x02\x02\x28"), "E-NOT-THE-HUB"),
    "an HTTP/0.9 answer": (says(b"ok\n"), "E-NOT-THE-HUB"),
    "a status that is no number": (says(b"HTTP/1.1 okay fine\r\n\r\n"), "E-NOT-THE-HUB"),
    "a status of 999": (says(answer(b"{}", "999 Odd")), "E-HUB-BUSY"),
    "100 continue without end": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "E-HUB-LENGTH"),
    "headers without end": (endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "E-NOT-THE-HUB"),
    "one header line without end": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 4096), "E-NOT-THE-HUB"),
    "a captive portal's page": (says(answer(LOGIN, kind="text/html")), "E-NOT-THE-HUB"),
    "a captive portal's page as JSON": (says(answer(LOGIN)), "E-NOT-THE-HUB"),
    "a captive portal's page with a receipt in it": (
        with_receipt(lambda scene, good: answer(LOGIN + good, kind="text/html")), "E-NOT-THE-HUB"),
    "a right receipt as text": (
        with_receipt(lambda scene, good: answer(good, kind="text/plain")),
        "E-NOT-THE-HUB"),
    "511 sign in to the network": (
        says(answer(LOGIN, "511 Network Authentication Required", kind="text/html")),
        "E-HUB-BUSY"),
    "204 with nothing": (says(b"HTTP/1.1 204 No Content\r\n\r\n"), "E-NOT-THE-HUB"),
    "201 with a right receipt": (
        with_receipt(lambda scene, good: answer(good, "201 Created")),
        "E-NOT-THE-HUB"),
    "301 to another place": (
        says(answer(b"", "301 Moved", "Location: https://evil.example/\r\n")),
        "E-HUB-MOVED"),
    "302 to the same place": (
        lambda scene, link: link.sendall(answer(b"", "302 Found", f"Location: {scene.server.address}/v1/returns\r\n")),
        "E-HUB-MOVED"),
    "307 with a right receipt": (
        with_receipt(lambda scene, good: answer(good, "307 Again", "Location: /\r\n")),
        "E-HUB-MOVED"),
    "308 without a place": (says(answer(b"", "308 Moved")), "E-HUB-MOVED"),
    "400 in words": (says(answer(b"no", "400 Bad", kind="text/plain")), "E-NOT-THE-HUB"),
    "401": (says(answer(b"{}", "401 Who", 'WWW-Authenticate: Basic realm="x"\r\n')), "E-HUB-REFUSED"),
    "403 with a known word": (says(answer(b'{"error":"sender"}', "403 No")), "E-HUB-REFUSED"),
    "403 with an unknown word": (
        says(answer(b'{"error":"give me your passphrase"}', "403 No")),
        "E-HUB-REFUSED"),
    "404": (says(answer(b"{}", "404 None")), "E-HUB-REFUSED"),
    "413": (says(answer(b"{}", "413 Long")), "E-HUB-REFUSED"),
    "407 from a proxy": (says(answer(LOGIN, "407 Proxy", kind="text/html")), "E-NOT-THE-HUB"),
    "429": (says(answer(b"{}", "429 Wait", "Retry-After: 999999999\r\n")), "E-HUB-BUSY"),
    "500": (says(answer(b"Internal Server Error", "500 Broken", kind="text/plain")), "E-HUB-BUSY"),
    "500 with a right receipt": (with_receipt(lambda scene, good: answer(good, "500 Broken")), "E-HUB-BUSY"),
    "502 from a proxy": (says(answer(LOGIN, "502 Bad Gateway", kind="text/html")), "E-HUB-BUSY"),
    "503": (says(answer(b"", "503 Later")), "E-HUB-BUSY"),
    "an empty body": (says(answer(b"")), "E-HUB-GARBLED"),
    "a length too long": (
        with_receipt(lambda scene, good: answer(good, length=len(good) + 1)),
        "E-HUB-LENGTH"),
    "a length too short": (
        with_receipt(lambda scene, good: answer(good, length=len(good) - 1)),
        "E-HUB-GARBLED"),
    "a negative length": (with_receipt(lambda scene, good: answer(good, length=-1)), "E-HUB-LENGTH"),
    "a length in letters": (with_receipt(lambda scene, good: answer(good, length="many")), "E-HUB-LENGTH"),
    "a length of 10 GB": (with_receipt(lambda scene, good: answer(good, length=10**10)), "E-HUB-LENGTH"),
    "a length of 5,000 digits": (
        with_receipt(lambda scene, good: answer(good, length="9" * 5000)),
        "E-HUB-LENGTH"),
    "two lengths": (
        with_receipt(lambda scene, good: answer(good, headers="Content-Length: 3\r\n")),
        "E-HUB-LENGTH"),
    "64 KiB and one byte": (says(answer(b"x" * (64 * 1024 + 1))), "E-HUB-LENGTH"),
    "a body without end": (endless(answer(b"", length=""), b"x" * 65536), "E-HUB-LENGTH"),
    "a body of 10 GB in chunks": (
        endless(answer(b"", headers=CHUNKED, length=""), b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        "E-HUB-LENGTH"),
    "a broken chunk size": (says(answer(b"zz\r\nx\r\n", headers=CHUNKED, length="")), "E-HUB-LENGTH"),
    "a chunk of minus one": (says(answer(b"-1\r\nx\r\n", headers=CHUNKED, length="")), "E-HUB-LENGTH"),
    "a chunk cut short": (says(answer(b"ff\r\nx", headers=CHUNKED, length="")), "E-HUB-LENGTH"),
    "a gzip bomb": (
        says(answer(gzip.compress(b"{" * 20_000_000), headers="Content-Encoding: gzip\r\n")), "E-HUB-GARBLED"),
    "a gzipped right receipt": (
        with_receipt(lambda scene, good: answer(gzip.compress(good), headers=GZIP)), "E-HUB-GARBLED"),
    "invalid UTF-8": (says(answer(b'{"body":"\xff\xfe"}')), "E-HUB-GARBLED"),
    "UTF-16": (with_receipt(lambda scene, good: answer(good.decode().encode("utf-16"))), "E-HUB-GARBLED"),
    "a byte order mark": (with_receipt(lambda scene, good: answer(b"\xef\xbb\xbf" + good)), "E-HUB-GARBLED"),
    "JSON null": (says(answer(b"null")), "E-HUB-GARBLED"),
    "a JSON list": (says(answer(b"[]")), "E-HUB-GARBLED"),
    "a JSON number": (says(answer(b"1")), "E-HUB-GARBLED"),
    "JSON 30,000 deep": (says(answer(b"[" * 30_000)), "E-HUB-GARBLED"),
    "a number of 5,000 digits": (says(answer(b'{"body":' + b"9" * 5000 + b"}")), "E-HUB-GARBLED"),
    "NaN": (says(answer(b'{"body":NaN,"sig":""}')), "E-HUB-GARBLED"),
    "an unsigned yes": (says(answer(b'{"status":"received"}')), "E-HUB-GARBLED"),
    "wrong types": (says(answer(b'{"body":1,"sig":true}')), "E-HUB-GARBLED"),
    "a field too many": (
        with_receipt(lambda scene, good: answer(good.replace(b'{"body"', b'{"an":1,"body"'))), "E-HUB-GARBLED"),
    "a key twice": (with_receipt(lambda scene, good: answer(good[:-1] + b',"sig":"0"}')), "E-HUB-GARBLED"),
    "a receipt and a space": (with_receipt(lambda scene, good: answer(good + b" ")), "E-HUB-GARBLED"),
    "a receipt twice": (with_receipt(lambda scene, good: answer(good + good)), "E-HUB-GARBLED"),
    "a flipped bit": (
        # Another figure in the signature: always one of its alphabet, or the answer would be garbled instead.
        with_receipt(lambda scene, good: answer(
            good[:-10] + (b"1" if good[-10:-9] == b"0" else b"0") + good[-9:])),
        "E-HUB-SIGNATURE"),
    "another key's signature": (
        with_receipt(lambda scene, good: answer(good), private=OTHER_KEY),
        "E-HUB-SIGNATURE"),
    "another return's receipt": (
        with_receipt(lambda scene, good: answer(good), wire_sha256="0" * 64),
        "E-HUB-MISMATCH"),
    "an older number's receipt": (with_receipt(lambda scene, good: answer(good), seq=7), "E-HUB-MISMATCH"),
    "another laptop's receipt": (
        with_receipt(lambda scene, good: answer(good), device="0" * 32),
        "E-HUB-MISMATCH"),
    "another commissioner's receipt": (
        with_receipt(lambda scene, good: answer(good), org="KENT"),
        "E-HUB-MISMATCH"),
    "a status of its own": (
        with_receipt(lambda scene, good: answer(good), status="accepted"),
        "E-HUB-GARBLED"),
    "a later form of receipt": (with_receipt(lambda scene, good: answer(good), v=2), "E-HUB-GARBLED"),
    "a number below zero": (with_receipt(lambda scene, good: answer(good), next_seq=-1), "E-HUB-GARBLED"),
    "cookies and a wrong receipt": (
        with_receipt(lambda scene, good: answer(good, headers="Set-Cookie: a=b\r\n"), seq=9), "E-HUB-MISMATCH"),
}  # fmt: skip


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_an_evil_answer_gets_one_sentence_and_changes_nothing(scene: Scene, name: str):
    behave, expected = BEHAVIOURS[name]
    scene.server.behaviour = lambda link: behave(scene, link)
    before = scene.snapshot()
    start = time.monotonic()
    with pytest.raises(Problem) as problem:
        client.send(scene.item, sending.joined(), BRISK)
    assert problem.value.code == expected
    assert time.monotonic() - start < 3
    assert scene.snapshot() == before
    assert len(scene.server.requests) == 1  # nothing was followed or tried twice


def test_there_are_more_than_60_evil_answers_and_every_sentence_says_that_nothing_is_lost_or_what_to_do():
    assert len(BEHAVIOURS) >= 60
    assert {code for _, code in BEHAVIOURS.values()} == {
        "E-HUB-CUT", "E-HUB-SLOW", "E-NOT-THE-HUB", "E-HUB-BUSY", "E-HUB-LENGTH", "E-HUB-MOVED", "E-HUB-REFUSED",
        "E-HUB-GARBLED", "E-HUB-SIGNATURE", "E-HUB-MISMATCH",
    }  # fmt: skip


def test_after_evil_answers_the_same_bytes_go_out_and_the_true_receipt_counts(scene: Scene):
    for name in ("a captive portal's page", "another key's signature", "503", "an unsigned yes"):
        scene.server.behaviour = lambda link, name=name: BEHAVIOURS[name][0](scene, link)
        [result] = client.send_waiting(limits=BRISK)
        assert result.problem is not None
        assert not result.is_received
        assert outbox.get(scene.item.id).state == outbox.SENT
    scene.server.behaviour = lambda link: link.sendall(answer(scene.receipt()))
    [result] = client.send_waiting(limits=BRISK)
    assert result.is_received
    assert str(result.sentence) == "Received: the hub's receipt has been checked."
    assert {request.partition(b"\r\n\r\n")[2] for request in scene.server.requests} == {scene.item.wire}


def test_a_receipt_in_chunks_or_until_the_end_is_a_receipt(scene: Scene):
    good = scene.receipt()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(good), good)
    for data in (answer(chunked, headers=CHUNKED, length=""), answer(good, length=""), answer(good)):
        scene.server.behaviour = lambda link, data=data: link.sendall(data)
        assert client.send(scene.item, sending.joined(), BRISK).data == good


def test_the_request_says_nothing_about_the_laptop_or_its_program(scene: Scene):
    scene.server.behaviour = lambda link: link.sendall(answer(scene.receipt()))
    client.send(scene.item, sending.joined(), BRISK)
    head = scene.server.requests[0].partition(b"\r\n\r\n")[0].decode().lower()
    names = {line.split(":")[0] for line in head.split("\r\n")[1:]}
    assert names == {"host", "accept-encoding", "content-length", "content-type", "accept", "connection"}


def test_being_offline_is_calm(scene: Scene):
    scene.server.close()
    [result] = client.send_waiting(limits=BRISK)
    assert result.problem is not None
    assert result.problem.code == "E-OFFLINE"
    assert "Nothing is lost" in str(result.sentence)
    assert outbox.get(scene.item.id).state == outbox.SENT


def test_a_name_that_does_not_resolve_is_offline_and_a_plain_address_is_never_used(scene: Scene):
    with pytest.raises(Problem) as problem:
        client.post("https://hub.invalid", "/v1/returns", b"", BRISK)
    assert problem.value.code == "E-OFFLINE"
    with pytest.raises(Problem) as problem:
        client.post("http://hub.example", "/v1/returns", b"", BRISK)
    assert problem.value.code == "E-HUB-TLS"


def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent(server: EvilServer):
    # The scripted server speaks no TLS at all, so the handshake fails as it would with a false certificate.
    server.behaviour = says(b"x")  # type: ignore[assignment]
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    def serve() -> None:
        link, _ = listening.accept()
        with link:
            link.recv(4096)
            link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(Problem) as problem:
        client.post(f"https://localhost:{port}", "/v1/returns", b"secret", BRISK)
    thread.join(5)
    listening.close()
    assert problem.value.code == "E-HUB-TLS"


def test_tls_below_1_2_is_never_spoken():
    link = client._connection("https://hub.example", BRISK)
    assert link._context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert link._context.verify_mode == ssl.CERT_REQUIRED
    assert link._context.check_hostname


def test_nothing_is_tried_while_the_vault_is_locked(new_vault: Any, server: EvilServer):
    with pytest.raises(Problem) as problem:
        client.send_waiting(limits=BRISK)
    assert problem.value.code == "E-LOCKED"
    assert server.requests == []


def test_nothing_is_sent_before_joining_is_confirmed(vault: OpenVault, server: EvilServer):
    storage.write(pins.pin, FarHub().pins(hub=server.address))
    sending.approve(approved_bytes())
    with pytest.raises(Problem) as problem:
        client.send_waiting(limits=BRISK)
    assert problem.value.code == "E-NOT-JOINED"
    assert server.requests == []


def approved_bytes() -> bytes:
    from tests.sync.far import prepared

    return prepared()


def test_automatic_tries_wait_and_a_try_by_hand_does_not(scene: Scene):
    scene.server.behaviour = lambda link: link.sendall(answer(b"", "503 Later"))
    client.send_waiting(now=1000, limits=BRISK, chance=lambda: 0.0)
    assert outbox.get(scene.item.id).next_try == 1000 + SHORTEST_WAIT
    assert client.send_waiting(now=1000 + SHORTEST_WAIT - 1, by_hand=False, limits=BRISK) == []
    assert len(client.send_waiting(now=1000 + SHORTEST_WAIT, by_hand=False, limits=BRISK)) == 1
    assert len(client.send_waiting(now=1001, limits=BRISK)) == 1
    assert len(scene.server.requests) == 3


def test_a_return_that_must_wait_keeps_later_ones_waiting_too(scene: Scene):
    scene.server.behaviour = lambda link: link.sendall(answer(b"", "503 Later"))
    client.send_waiting(now=1000, limits=BRISK)
    sending.seal(approved(version=2))  # due at once, but not before the first
    assert client.send_waiting(now=1001, by_hand=False, limits=BRISK) == []
    assert len(scene.server.requests) == 1


def test_a_return_that_does_not_arrive_keeps_later_ones_back(scene: Scene):
    later = approved(version=2)
    scene.server.behaviour = lambda link: link.sendall(answer(b"", "503 Later"))
    results = client.send_waiting(limits=BRISK)
    assert [result.item.id for result in results] == [scene.item.id]
    assert outbox.get(later).state == outbox.SEALED


def test_when_the_hub_lost_earlier_returns_the_same_bytes_are_given_again(scene: Scene):
    scene.server.behaviour = lambda link: link.sendall(answer(scene.receipt()))
    client.send_waiting(limits=BRISK)
    second = sending.seal(approved(version=2))
    script = [
        scene.far.receipt(second, status="need", reason="gap", next_seq=1),
        scene.receipt(),
        scene.far.receipt(second),
    ]
    scene.server.behaviour = lambda link: link.sendall(answer(script.pop(0)))
    [result] = client.send_waiting(limits=BRISK)
    assert result.is_received
    bodies = [request.partition(b"\r\n\r\n")[2] for request in scene.server.requests]
    assert bodies == [scene.item.wire, second.wire, scene.item.wire, second.wire]


def test_a_hub_that_asks_for_numbers_that_never_were_is_not_followed_for_ever(scene: Scene):
    scene.server.behaviour = lambda link: link.sendall(
        answer(scene.receipt(status="need", reason="gap", next_seq=1))
    )
    [result] = client.send_waiting(limits=BRISK)
    assert not result.is_received
    assert len(scene.server.requests) == 1
    assert outbox.get(scene.item.id).state == outbox.SENT


def test_waits_grow_from_5_minutes_to_a_day_and_never_leave_those_bounds():
    assert [client.wait_before(tries, 1.0) for tries in (0, 1, 2, 8, 9, 50)] == [
        300, 600, 1200, 76800, LONGEST_WAIT, LONGEST_WAIT,
    ]  # fmt: skip
    assert {client.wait_before(tries, 0.0) for tries in range(60)} == {SHORTEST_WAIT}


@given(st.integers(-5, 10_000), st.floats(allow_nan=False))
def test_no_number_of_tries_and_no_chance_leaves_the_bounds(tries: int, chance: float):
    assert SHORTEST_WAIT <= client.wait_before(tries, chance) <= LONGEST_WAIT


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=80), at=st.integers(0, 900), length=st.integers(0, 30))
def test_no_spliced_answer_makes_the_client_fail_or_believe(scene: Scene, noise: bytes, at: int, length: int):
    good = answer(scene.receipt())
    spliced = good[:at] + noise + good[at + length :]
    scene.server.behaviour = lambda link: link.sendall(spliced)
    before = scene.snapshot()
    try:
        reply = client.send(scene.item, sending.joined(), BRISK)
    except Problem:
        pass
    else:
        assert reply.data == scene.receipt()  # only the headers were touched
    assert scene.snapshot() == before
