"""Real parts around the wire: a hub on a real socket, a laptop's keys, and returns that keep to the shipped plan."""

from __future__ import annotations

import secrets
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from caseworker.crypto import pairing, signing
from caseworker.domain import plans
from caseworker.domain.plans import Plan
from caseworker.hub import joining, tables
from caseworker.hub.app import create_app
from caseworker.hub.keyring import open_keyring
from caseworker.hub.receiving import Desk
from caseworker.hub.serving import settings
from caseworker.sync import summary, wire
from caseworker.sync.summary import NO_PREV, Table
from caseworker.sync.wire import EnrolRequest, Receipt, Sealed

PLAN: Plan = plans.load("essex-2025")
NOW = 1_790_000_000  # 21 September 2026
PERIOD = "2026-27Q1"
ORG, AGENCY = "ESSEX", "A07"

TABLES = (
    Table(id="T1", measure="received", dim="total", codes=(), merged={}, cells=(45,)),
    Table(id="T1", measure="received", dim="outcome", codes=("ACC", "DEC"), merged={}, cells=(30, 15, 45)),
    Table(id="T2", measure="supported", dim="total", codes=(), merged={}, cells=(1240,)),
    Table(
        id="T2",
        measure="supported",
        dim="status",
        codes=("NEW", "ONGOING"),
        merged={},
        cells=(40, 1200, 1240),
    ),
    Table(
        id="T3",
        measure="supported",
        dim="crime_group",
        codes=("DA", "MERGED"),
        merged={"MERGED": ("ST", "HB")},
        cells=(1235, 5, 1240),
    ),
)


def payload(**changes: Any) -> bytes:
    """The bytes of a return that the hub of ``pair`` takes, unless changed."""
    fields: dict[str, Any] = {
        "plan": PLAN.name, "org": ORG, "agency": AGENCY, "period": PERIOD, "version": 1, "geo": PLAN.geo,
        "lists": {"crime": "1"}, "tables": TABLES, "made": "2026-07", "to": "0" * 64, "device": "d" * 32, "seq": 1,
        "prev": NO_PREV, "audit_commit": "a" * 64,
    }  # fmt: skip
    return summary.build(**{**fields, **changes})


@dataclass
class Laptop:
    """A laptop outside any vault: its keys, its approver's keys, and where its chain stands."""

    uid: str = field(default_factory=lambda: secrets.token_hex(16))
    org: str = ORG
    agency: str = AGENCY
    seq: int = 1
    prev: str = NO_PREV

    def __post_init__(self) -> None:
        self._private, self.public = signing.new_sign_key()
        self._approver, self.approver = signing.new_sign_key()

    def sign(self, purpose: str, data: bytes) -> bytes:
        return signing.sign(self._private, purpose, data)

    def sign_as_approver(self, purpose: str, data: bytes) -> bytes:
        return signing.sign(self._approver, purpose, data)

    def ask(self, bundle_hash: bytes, code: bytes) -> bytes:
        request = EnrolRequest(
            v=1,
            bundle=bundle_hash.hex(),
            device=self.uid,
            device_key=self.public.hex(),
            approvers=(self.approver.hex(),),
        )
        return wire.ask(request, code, self.sign)

    def payload(self, kid: str, **changes: Any) -> bytes:
        own = {"org": self.org, "agency": self.agency, "device": self.uid, "seq": self.seq, "prev": self.prev}
        return payload(**{"to": kid, **own, **changes})

    def seal(
        self, keys: Any, data: bytes | None = None, *, seq: int | None = None, approve: bool = True
    ) -> Sealed:
        data = self.payload(keys.kid) if data is None else data
        approvals = [wire.approve(data, self.sign_as_approver, self.approver)] if approve else []
        return wire.seal(
            data,
            org=self.org,
            device=self.uid,
            seq=self.seq if seq is None else seq,
            sign=self.sign,
            approvals=approvals,
            to=keys.seal_public,
        )

    def move_on(self, data: bytes) -> None:
        """The next return follows this one."""
        self.seq, self.prev = self.seq + 1, summary.fingerprint(data).removeprefix("sha256:")


class Clock:
    """A clock that tests set."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Hub:
    """The hub's own functions over a real database, without the web in between. A context."""

    def __init__(self, folder: Path, url: str | None = None, **desk: Any) -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder / 'hub.db'}"
        self.keys = open_keyring(folder / "secrets")
        self.clock = Clock()
        self.desk = Desk(self.keys, {PLAN.name: PLAN}, self.clock, **desk)

    def __enter__(self) -> Hub:
        self.database = tables.open_database(self.url)
        self.database.connect(reuse_if_open=True)
        return self

    def __exit__(self, *_: object) -> None:
        tables.close_database()

    def letter(
        self, address: str = "http://127.0.0.1:1", agency: str = AGENCY, **more: Any
    ) -> joining.Letter:
        return joining.pair(
            self.keys, org=ORG, org_name="The commissioner", agency=agency, agency_name="Elder abuse hotline",
            address=address, plan=PLAN.name, now=self.clock(), **more,
        )  # fmt: skip

    def join(self, laptop: Laptop, **more: Any) -> joining.Letter:
        letter = self.letter(agency=laptop.agency, **more)
        code = pairing.read_pairing_code(letter.code)
        _, digest = wire.open_bundle(letter.file, code)
        answer = joining.enrol(self.desk, laptop.ask(digest, code))
        assert answer.status == 200, answer
        return letter

    def receipt(self, data: bytes) -> Receipt:
        return wire.read_receipt(data, self.keys.receipt_public)


class Served:
    """``create_app`` behind uvicorn on a real loopback socket, in a thread. A context."""

    def __init__(self, folder: Path, port: int = 0, head_seconds: float = 10.0, **app: Any) -> None:
        self.folder = folder
        self._head_seconds = head_seconds
        self._wanted = port
        self.url = f"sqlite:///{folder / 'hub.db'}"
        self._more = app

    def __enter__(self) -> Served:
        self.app = create_app(self.url, self.folder / "secrets", **self._more)
        self.keys = self.app.state.desk.keys
        self._socket = socket.create_server(("127.0.0.1", self._wanted))
        self.port = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(settings(self.app, self._head_seconds))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()

    def letter(self, folder: Path, **more: Any) -> tuple[Path, str]:
        """A bundle file and its code, made beside the running hub."""
        with tables.database.connection_context():
            letter = joining.pair(
                self.keys, org=ORG, org_name="The commissioner", agency=AGENCY, agency_name="Elder abuse hotline",
                address=self.address, plan=PLAN.name, now=self.app.state.desk.clock(), **more,
            )  # fmt: skip
        file = folder / f"{secrets.token_hex(4)}.casebundle"
        file.write_bytes(letter.file)
        return file, letter.code
