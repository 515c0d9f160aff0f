"""Talking to the commissioner's hub: one short request, one small answer, and trust in nothing between.

Any network may be hostile or broken. Whatever comes back, only a verified receipt changes anything; every
other answer becomes one clear sentence and the return stays where it is.
"""

from __future__ import annotations

import http.client
import io
import random
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from caseworker import storage
from caseworker.errors import Problem
from caseworker.storage import outbox, pins
from caseworker.storage.outbox import OutboxItem
from caseworker.storage.pins import Pins
from caseworker.sync import outbox as sending
from caseworker.sync.outbox import Applied
from caseworker.sync.wire import Receipt
from caseworker.words import Words, words

SHORTEST_WAIT = 5 * 60
LONGEST_WAIT = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much we put up with. Seconds and bytes."""

    connect: float = 10.0
    whole: float = 30.0
    most: int = 64 * 1024


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Reply:
    """A verified receipt and its exact bytes."""

    receipt: Receipt
    data: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one return in a round of sending. ``problem`` when there was no verified answer."""

    item: OutboxItem
    applied: Applied | None = None
    problem: Problem | None = None

    @property
    def is_received(self) -> bool:
        """Green: only with the hub's verified receipt in hand."""
        return self.item.state == outbox.RECEIVED

    @property
    def sentence(self) -> Words:
        """What to tell the worker."""
        if self.problem is not None:
            return self.problem.words
        if self.applied is not None and self.applied.alarm is not None:
            return self.applied.alarm
        if self.item.state == outbox.RECEIVED:
            return words("Received: the hub's receipt has been checked.")
        if self.item.state == outbox.REFUSED:
            return sending.refusal(self.item.reason)
        return words("The hub is waiting for an earlier return, which will be sent first.")


def wait_before(tries: int, chance: float) -> int:
    """Seconds until the next automatic try after ``tries`` failed ones: between 5 minutes and a day.

    Full jitter: ``chance`` (0 to 1) picks evenly between the shortest wait and a ceiling that doubles with
    each try, so that a county's laptops do not all come back in the same minute.
    """
    ceiling = min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** min(max(tries, 0), 20))
    return SHORTEST_WAIT + int(min(max(chance, 0.0), 1.0) * (ceiling - SHORTEST_WAIT))


def send(item: OutboxItem, known: Pins, limits: Limits = USUAL) -> Reply:
    """Send sealed bytes once and return the verified receipt. Changes nothing; ``send_waiting`` acts on it.

    Raises:
        Problem: E-OFFLINE (calm: no connection) or one of the E-HUB codes, E-NOT-THE-HUB; each says what to
        do.
    """
    if item.wire is None:
        raise ValueError("only sealed bytes are sent")
    data = post(known.hub, "/v1/returns", item.wire, limits)
    return Reply(sending.verified(item, data, known), data)


def send_waiting(
    progress: Callable[[int, int], None] | None = None,
    *,
    now: int | None = None,
    by_hand: bool = True,
    limits: Limits = USUAL,
    chance: Callable[[], float] = random.random,
) -> list[Result]:
    """Seal what is approved and send what is sealed, in order, until something does not arrive.

    For the worker thread. ``by_hand=False`` waits for each return's next try. Returns one result for each
    return that was tried; a return that could not be sealed any more comes back with its problem.

    Raises:
        Problem: E-LOCKED when the vault is locked (nothing is tried then), E-NOT-JOINED.
    """
    if storage.database.deferred:
        raise Problem("E-LOCKED", "The vault is locked. Unlock it first.")
    known = sending.joined()
    if not pins.confirmed():
        raise Problem(
            "E-NOT-JOINED",
            "This laptop has not finished joining. Open Settings and enter the pairing code again.",
        )
    moment = int(time.time()) if now is None else now
    results = _seal_approved()
    waiting = sorted(
        (item for item in outbox.items() if item.is_waiting and item.seq), key=lambda i: i.seq or 0
    )
    for done, item in enumerate(waiting):
        if progress is not None:
            progress(done, len(waiting))
        if not by_hand and item.next_try > moment:
            break  # later numbers wait for this one
        result = _send_one(item, known, moment, limits, chance)
        results.append(result)
        if result.problem is not None or (result.applied is not None and result.applied.outcome == "need"):
            break
    if progress is not None:
        progress(len(waiting), len(waiting))
    return results


def _seal_approved() -> list[Result]:
    results = []
    while (item := outbox.next_approved()) is not None:
        try:
            sending.seal(item.id)
        except Problem as problem:
            results.append(Result(outbox.get(item.id), problem=problem))
            if problem.code != "E-OUT-OF-TURN":
                break
    return results


def _send_one(item: OutboxItem, known: Pins, now: int, limits: Limits, chance: Callable[[], float]) -> Result:
    # Counted before the try: a crash in the middle of one must not lead to a try every second.
    storage.write(outbox.tried, item.id, now + wait_before(item.tries + 1, chance()))
    try:
        reply = send(item, known, limits)
        if reply.receipt.status == "need" and _send_missing(item, reply.receipt, known, limits):
            reply = send(item, known, limits)
        applied = sending.apply_receipt(item, reply.data)
    except Problem as problem:
        return Result(outbox.get(item.id), problem=problem)
    return Result(applied.item, applied)


def _send_missing(item: OutboxItem, receipt: Receipt, known: Pins, limits: Limits) -> bool:
    """The hub lost earlier numbers (restored from a backup): give it the same bytes again, in order."""
    missing = range(receipt.next_seq, item.seq or 0)
    if len(missing) > 1000:
        return False
    for seq in missing:
        earlier = outbox.by_seq(seq)
        if earlier is None:
            return False
        reply = send(earlier, known, limits)
        sending.apply_receipt(earlier, reply.data)
        if reply.receipt.status == "need":
            return False
    return bool(missing)


# --- one request --------------------------------------------------------------------------------------------


def post(hub: str, path: str, body: bytes, limits: Limits = USUAL) -> bytes:
    """POST ``body`` and return the body of a 200 answer in JSON, within the limits of size and time.

    No redirects, no cookies, no proxy, no compression. Plain HTTP only to this machine itself.

    Raises:
        Problem: as ``send``. ``E-HUB-REFUSED`` carries the hub's fixed word as ``why`` when it gave a known
        one.
    """
    deadline = time.monotonic() + limits.whole
    connection = _connection(hub, limits)
    opened: socket.socket | None = None
    try:
        try:
            connection.connect()
            opened = connection.sock
        except ssl.SSLError:
            raise _untrusted() from None
        except (OSError, UnicodeError):
            raise offline() from None
        try:
            return _ask(connection, path, body, deadline, limits)
        except (TimeoutError, _TooSlow):
            raise _slow() from None
        except _TooMuch:
            raise _wrong_length() from None
        except http.client.IncompleteRead:
            raise _wrong_length() from None
        except (http.client.RemoteDisconnected, ConnectionError):
            raise _cut() from None
        except ssl.SSLError:
            raise _untrusted() from None
        except OSError:
            raise _cut() from None
        except (http.client.HTTPException, ValueError):
            raise _not_the_hub() from None
    finally:
        connection.close()
        if opened is not None:
            opened.close()


def _connection(hub: str, limits: Limits) -> http.client.HTTPConnection:
    parts = urlsplit(hub)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return http.client.HTTPSConnection(host, port, timeout=limits.connect, context=context)
    if host not in ("127.0.0.1", "::1", "localhost"):
        raise Problem(
            "E-HUB-TLS", "The hub's address is not a secure one, so nothing was sent. Ask for a new file."
        )
    return http.client.HTTPConnection(host, port, timeout=limits.connect)


def _ask(
    connection: http.client.HTTPConnection, path: str, body: bytes, deadline: float, limits: Limits
) -> bytes:
    connection.sock = _Bounded(connection.sock, deadline, limits.most)
    connection.request(
        "POST",
        path,
        body,
        {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity",
         "Connection": "close"},
    )  # fmt: skip
    answer = connection.getresponse()
    data = _body(answer, limits)
    if 300 <= answer.status < 400:
        raise Problem(
            "E-HUB-MOVED",
            "The network sent this laptop to another address, which is never followed. If you are on"
            " public Wi-Fi, open a"
            " browser and sign in; otherwise telephone the commissioner's office.",
        )
    if answer.status == 429 or answer.status >= 500:
        raise Problem(
            "E-HUB-BUSY",
            "The hub cannot take returns at the moment. Nothing is lost. Send the return again later.",
        )
    if _is_web_page(answer, data):
        raise _not_the_hub()
    if 400 <= answer.status < 500:
        raise refused_by_hub(data)
    if answer.status != 200:
        raise _not_the_hub()
    return data


def _body(answer: http.client.HTTPResponse, limits: Limits) -> bytes:
    lengths = answer.headers.get_all("Content-Length") or []
    if (
        any(not length.strip().isdecimal() or not length.isascii() for length in lengths)
        or len(set(lengths)) > 1
    ):
        raise _wrong_length()
    if lengths and int(lengths[0][:20]) > limits.most:
        raise _wrong_length()
    data = answer.read(limits.most + 1)
    if len(data) > limits.most:
        raise _wrong_length()
    if lengths and answer.chunked is False and len(data) != int(lengths[0]):
        raise _wrong_length()
    return data


def _is_web_page(answer: http.client.HTTPResponse, data: bytes) -> bool:
    kind = answer.headers.get_content_type()
    return kind != "application/json" or data.lstrip()[:1] == b"<"


class _TooSlow(Exception):
    """The whole exchange took longer than we wait."""


class _TooMuch(Exception):
    """More came than any answer of the hub has."""


class _Bounded:
    """A socket for one exchange: every read and write ends at one deadline, and the bytes read are counted.

    ``http.client`` alone resets its patience with every byte, so that one byte a second would hold us for
    ever.
    """

    def __init__(self, sock: socket.socket, deadline: float, most: int) -> None:
        self._sock = sock
        self._deadline = deadline
        self._left = most + 64 * 1024  # headers come on top

    def sendall(self, data: Any) -> None:
        self._hurry()
        self._sock.sendall(data)

    def recv_into(self, buffer: memoryview) -> int:
        self._hurry()
        got = self._sock.recv_into(buffer)
        self._left -= got
        if self._left < 0:
            raise _TooMuch
        return got

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Stream(self))

    def close(self) -> None:
        """Kept open: http.client closes before the body is read. ``post`` closes the socket itself."""

    def _hurry(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise _TooSlow
        self._sock.settimeout(left)


class _Stream(io.RawIOBase):
    def __init__(self, sock: _Bounded) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._sock.recv_into(memoryview(buffer))


# --- sentences ----------------------------------------------------------------------------------------------


def offline() -> Problem:
    """Calm: being offline is a normal day."""
    return Problem(
        "E-OFFLINE",
        "You are offline, or the hub cannot be reached. Nothing is lost: what you send waits in the outbox."
        " Send it again when you are connected.",
    )


def refused_by_hub(data: bytes) -> Problem:
    """The hub said no without a signature: nothing changes, but its fixed word helps to say what to do."""
    return Problem(
        "E-HUB-REFUSED", "The hub did not accept this. {why}", why=_WHY.get(_word_in(data), _WHY[""])
    )


_WHY: dict[str, Words] = {
    "": words("Nothing has changed. Telephone the commissioner's office if it happens again."),
    "sender": words("It does not know this laptop. Telephone the commissioner's office to join again."),
    "revoked": words("This laptop has been taken off its list. Telephone the commissioner's office."),
    "recipient": words(
        "The commissioner's keys have changed. Telephone the commissioner's office for a new file."
    ),
    "code": words("The pairing code does not belong to this file. Check the letter and type the code again."),
    "expired": words(
        "The pairing code is more than 7 days old. Ask the commissioner's office for a new letter."
    ),
    "used": words(
        "The pairing code has been used by another laptop. Ask the commissioner's office for a new letter."
    ),
    "tries": words(
        "The pairing code was wrong 5 times and is blocked. Ask the commissioner's office for a new letter."
    ),
    "unknown": words("It does not know this file. Ask the commissioner's office for a new one."),
}


def _word_in(data: bytes) -> str:
    for word in _WHY:
        if word and data == b'{"error":"%s"}' % word.encode():
            return word
    return ""


def _untrusted() -> Problem:
    return Problem(
        "E-HUB-TLS",
        "The connection to the hub is not secure, so nothing was sent. Check the date on this laptop, or"
        " use another"
        " network.",
    )


def _not_the_hub() -> Problem:
    return Problem(
        "E-NOT-THE-HUB",
        "Something other than the hub answered, such as the sign-in page of a public Wi-Fi. Open a browser"
        " and sign in,"
        " or use another network, then send again.",
    )


def _slow() -> Problem:
    return Problem(
        "E-HUB-SLOW",
        "The hub took too long to answer. Nothing is lost. Send the return again later.",
    )


def _wrong_length() -> Problem:
    return Problem(
        "E-HUB-LENGTH",
        "The hub's answer was cut short or far too long, so it was ignored. Nothing is lost. Send the"
        " return again.",
    )


def _cut() -> Problem:
    return Problem(
        "E-HUB-CUT",
        "The connection broke before the hub answered. Nothing is lost. Send the return again.",
    )
