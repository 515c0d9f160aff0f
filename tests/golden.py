"""Make, once for each release, what later releases must go on opening: a small vault and one of every sealed form.

``python -m tests.golden`` writes tests/vectors/VERSION.json and tests/vaults/VERSION; it never writes over either.
All keys and people in them are made up.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseworker.crypto import header as hdr
from caseworker.crypto import keys, pairing, sealing, signing
from caseworker.crypto.keys import KdfCost
from caseworker.sync import wire

HERE = Path(__file__).parent
PHRASE = "a harbour of quiet lanterns 42"
CHEAP = KdfCost(m_kib=64, t=1, p=1)
VAULT = "0f1e2d3c-4b5a-4687-9a0b-c1d2e3f40516"
PERIOD, CONTACTS, TODAY = "2025-26Q1", 60, "2025-09-15"


def files(folder: str) -> list[Path]:
    """The vectors or vaults of every release, oldest first."""
    suffix = {"vectors": ".json", "vaults": ".zip"}[folder]
    return sorted((HERE / folder).glob(f"*{suffix}"))


def load(file: Path) -> dict[str, Any]:
    """One release's vectors; every ``b64:`` text as bytes."""
    found: dict[str, Any] = json.loads(file.read_text("ascii"), object_hook=_bytes)
    return found


def _bytes(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: base64.b64decode(value[4:]) if isinstance(value, str) and value.startswith("b64:") else value
        for name, value in fields.items()
    }


def _text(value: Any) -> Any:
    if isinstance(value, bytes | bytearray):
        return "b64:" + base64.b64encode(bytes(value)).decode()
    if isinstance(value, dict):
        return {name: _text(one) for name, one in value.items()}
    return value


# --- the sealed forms -------------------------------------------------------------------------------------------


def vectors() -> dict[str, Any]:
    """One of every form that leaves a laptop or stays on it, with the keys that open it."""
    return {"crypto": _crypto(), "sync": _sync()}


def _crypto() -> dict[str, Any]:
    code = keys.new_recovery_code()
    vmk = bytearray(os.urandom(keys.KEY))
    sign_private, sign_public = signing.new_sign_key()
    receive_private, receive_public = sealing.new_receive_key()
    person = hdr.PersonKeys(bytearray(sign_private), bytearray(receive_private))
    slots = (
        hdr.pass_slot(VAULT, 1, PHRASE, CHEAP, vmk, person),
        hdr.recovery_slot(VAULT, 1, keys.read_recovery_code(code), vmk, person),
    )
    found: dict[str, Any] = {
        "header": {
            "bytes": hdr.write(hdr.Header(VAULT, 3, 1, "vault-0001.db", slots), vmk),
            "phrase": PHRASE,
            "code": code,
            "vmk": vmk,
            "sign": sign_private,
            "receive": receive_private,
        },
        "argon2id": {
            "phrase": "Zoë’s ﬁle",
            "salt": b"0123456789abcdef",
            "cost": [64, 1, 1],
            "key": keys.from_passphrase("Zoë’s ﬁle", b"0123456789abcdef", CHEAP),
        },
        "expand": {"key": vmk, "info": keys.ctx("db", VAULT, "1"), "out": keys.expand(vmk, keys.ctx("db", VAULT, "1"))},
        "signature": {
            "public": sign_public,
            "purpose": "return",
            "data": b"what was signed",
            "sig": signing.sign(sign_private, "return", b"what was signed"),
            "fingerprint": signing.fingerprint(sign_public),
        },
        "sealed1": {
            "private": receive_private,
            "info": b"about",
            "sealed": sealing.seal(receive_public, b"for one reader", b"about"),
            "plain": b"for one reader",
        },
    }  # fmt: skip
    private, public = sealing.new_receive_key(2)
    sealed = sealing.seal(public, b"for many years", b"about", 2)
    found["sealed2"] = {"private": private, "info": b"about", "sealed": sealed, "plain": b"for many years"}
    pairing_code = pairing.new_pairing_code()
    read = pairing.read_pairing_code(pairing_code)
    found["pairing"] = {
        "code": pairing_code,
        "bytes": read,
        "server": pairing.mac(read, "server-auth", b"data"),
        "client": pairing.mac(read, "client-auth", b"data"),
    }
    return found


@dataclass(frozen=True)
class _HubKeys:
    seal_public: bytes
    kid: str


def _sync() -> dict[str, Any]:
    from tests.hub.parts import Laptop

    hub_private, hub_public = sealing.new_receive_key()
    receipt_private, receipt_public = signing.new_sign_key()
    root_private, root_public = signing.new_sign_key()
    hub = _HubKeys(hub_public, signing.fingerprint(hub_public).hex())
    laptop = Laptop()
    payload = laptop.payload(hub.kid)
    sealed = laptop.seal(hub, payload)
    receipt = wire.Receipt(
        v=1, kind="return", org=laptop.org, device=laptop.uid, seq=1, wire_sha256=sealed.sha256, status="received",
        reason="", server_time=1_750_000_000, next_seq=2, ledger_seq=7, ledger_head="ab" * 32,
    )  # fmt: skip
    enrolled = wire.EnrolmentReceipt(
        v=1, kind="enrolment", org=laptop.org, agency=laptop.agency, device=laptop.uid,
        device_key=laptop.public.hex(), bundle="cd" * 32, server_time=1_750_000_000, next_seq=1, ledger_seq=6,
        ledger_head="ef" * 32,
    )  # fmt: skip
    bundle = wire.Bundle(
        format="case-bundle", v=1, org=laptop.org, org_name="A commissioner", agency=laptop.agency,
        agency_name="An agency", hub="https://hub.example.org", kid=hub.kid, seal_key=hub_public.hex(),
        receipt_key=receipt_public.hex(), root_key=root_public.hex(), policy=1, plan="sha256:" + "34" * 32,
        letter="12" * 16, ends=2_000_000_000,
    )  # fmt: skip
    code = pairing.new_pairing_code()
    read = pairing.read_pairing_code(code)

    def by_hub(purpose: str, data: bytes) -> bytes:
        return signing.sign(receipt_private, purpose, data)

    def by_root(purpose: str, data: bytes) -> bytes:
        return signing.sign(root_private, purpose, data)

    return {
        "return": {
            "wire": sealed.wire_bytes,
            "private": hub_private,
            "kid": hub.kid,
            "device": laptop.uid,
            "device_key": laptop.public,
            "approver": laptop.approver,
            "payload": payload,
            "words": wire.check_words(sealed.sha256),
            "sha256": sealed.sha256,
        },
        "receipt": {
            "bytes": wire.make_receipt(receipt, by_hub),
            "key": receipt_public,
            "seq": 1,
            "ledger": 7,
        },
        "enrolment": {"bytes": wire.make_receipt(enrolled, by_hub), "key": receipt_public, "ledger": 6},
        "bundle": {
            "bytes": wire.make_bundle(bundle, read, by_root),
            "code": code,
            "agency": laptop.agency,
            "read_out": wire.read_out(wire.open_bundle(wire.make_bundle(bundle, read, by_root), read)[1]),
        },
        "ask": {"bytes": laptop.ask(b"\x01" * 32, read), "code": code, "device": laptop.uid},
    }


# --- the vault --------------------------------------------------------------------------------------------------


def make_vault(to: Path) -> None:
    """A closed vault of a few made-up people with one approved return, and its schema beside it, in one zip file."""
    import datetime as dt

    from caseworker import demo, storage
    from caseworker.domain import plans
    from caseworker.domain.periods import Period
    from caseworker.storage import engine, pins, vault
    from caseworker.sync import returns

    today = dt.date.fromisoformat(TODAY)
    with tempfile.TemporaryDirectory() as scratch:
        path = demo.make("solo", Path(scratch), PHRASE, contacts=CONTACTS, today=today, cost=CHEAP)
        opened = vault.open_vault(vault.unlock(path, PHRASE))
        storage.write(pins.pin, _commissioner(opened.agency, plans.load().name))
        returns.approve(returns.prepare(Period.parse(PERIOD), plans.load(), today=today), today=today)
        lines = schema(engine.database)
        opened.close()
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(path.iterdir()):
                if file.is_file() and file.name != "vault.lock":
                    packed.write(file, f"{path.name}/{file.name}")
            packed.writestr("schema.sql", "\n".join(lines) + "\n")


def _commissioner(agency: str, plan: str) -> Any:
    from caseworker.storage.pins import Pins

    seal, receipt, root = sealing.new_receive_key()[1], signing.new_sign_key()[1], signing.new_sign_key()[1]
    return Pins(
        org="ESSEX", org_name="A commissioner", agency=agency, agency_name="Made-up Advocates",
        hub="https://hub.example.org", kid=signing.fingerprint(seal).hex(), seal_key=seal.hex(),
        receipt_key=receipt.hex(), root_key=root.hex(), policy=1, plan=plan, bundle="d" * 64,
    )  # fmt: skip


def schema(database: Any) -> list[str]:
    """Every table, index and trigger of the open vault, in an order that does not depend on how it came about."""
    rows = database.execute_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return [f"{kind} {name}: {' '.join(sql.split())}" for kind, name, sql in sorted(rows)]


def main() -> int:
    from caseworker import __version__ as release

    for folder, suffix in (("vectors", "json"), ("vaults", "zip")):
        place = HERE / folder / f"{release}.{suffix}"
        if place.exists():
            print(f"{place.relative_to(HERE.parent)} is there and stays as it is")
            continue
        place.parent.mkdir(exist_ok=True)
        part = place.with_suffix(".part")
        try:
            if folder == "vectors":
                part.write_text(json.dumps(_text(vectors()), indent=1, sort_keys=True) + "\n", "ascii")
            else:
                make_vault(part)
            shutil.move(part, place)
        finally:
            part.unlink(missing_ok=True)
        print(f"{place.relative_to(HERE.parent)} made, {place.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
