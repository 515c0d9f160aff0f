"""Letting a laptop join: a letter with a code goes out, and one laptop answers it once.

The code is good for 7 days, 5 tries and one laptop. A laptop that lost the answer may ask again and gets the
same.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from caseworker.crypto import pairing
from caseworker.errors import Problem
from caseworker.hub import ledger
from caseworker.hub.keyring import Keyring
from caseworker.hub.receiving import Answer, Desk, unsigned
from caseworker.hub.tables import EMPTY, Agency, Approver, Device, Head, Pairing, writing
from caseworker.sync import wire
from caseworker.sync.wire import Asked, Bundle, EnrolmentReceipt, NotOurs

GOOD_FOR = 7 * 24 * 3600
MOST_TRIES = 5
POLICY = 1


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out: the file's bytes, the code for the printed letter, the digits for the telephone."""

    file: bytes
    code: str
    digits: str
    ends: int


def pair(
    keys: Keyring,
    *,
    org: str,
    org_name: str,
    agency: str,
    agency_name: str,
    address: str,
    plan: str,
    now: int,
    approvals: int = 1,
    synthetic: bool = False,
) -> Letter:
    """Make the bundle file and the code for one laptop of an agency, which is entered here if it is new.

    Raises:
        Problem: E-HUB-PAIR when a code, name or address cannot stand in a bundle; E-HUB-ROOT without the root
        key.
    """
    code = pairing.new_pairing_code()
    secret = pairing.read_pairing_code(code)
    bundle = Bundle(
        format="case-bundle", v=1, org=org, org_name=org_name, agency=agency, agency_name=agency_name,
        hub=address, kid=keys.kid, seal_key=keys.seal_public.hex(), receipt_key=keys.receipt_public.hex(),
        root_key=keys.root_public.hex(), policy=POLICY, plan=plan,
        letter=secrets.token_hex(16), ends=now + GOOD_FOR,
    )  # fmt: skip
    file = wire.make_bundle(bundle, secret, keys.sign_as_root)
    try:
        _, digest = wire.open_bundle(file, secret)
    except NotOurs:
        raise Problem(
            "E-HUB-PAIR",
            "The agency's code has capital letters and numbers (A07), names have at most 80 letters, and"
            " the address is"
            " https:// and a host, or this machine (http://127.0.0.1:8443).",
        ) from None
    with writing():
        head = ledger.lock()
        entered = Agency.get_or_none(org=org, code=agency)
        if entered is None:
            Agency.insert(
                org=org, code=agency, name=agency_name, approvals=approvals, synthetic=synthetic
            ).execute()
            ledger.append(head, "agency", f"{org} {agency}", EMPTY, now)
        Pairing.insert(
            bundle=digest.hex(), org=org, agency=agency, code=secret, ends=now + GOOD_FOR
        ).execute()
        ledger.append(head, "letter", f"{org} {agency}", digest.hex(), now)
    return Letter(file, code, wire.read_out(digest), now + GOOD_FOR)


def enrol(desk: Desk, data: bytes) -> Answer:
    """Answer a laptop that wants to join."""
    try:
        asked = wire.read_ask(data)
    except NotOurs:
        return unsigned(400, "format")
    with writing():
        return _answer(desk, asked, ledger.lock())


def _answer(desk: Desk, asked: Asked, head: Head) -> Answer:
    request, now = asked.request, desk.clock()
    letter = Pairing.get_or_none(bundle=request.bundle)
    if letter is None:
        return unsigned(403, "unknown")
    if letter.device:
        return _again(letter, asked)
    if letter.tries >= MOST_TRIES:
        return unsigned(403, "tries")
    if now > letter.ends:
        _forget_code(letter)
        return unsigned(403, "expired")
    if letter.code is None:
        return unsigned(403, "expired")
    if not asked.knows_code(bytes(letter.code)):
        Pairing.update(tries=letter.tries + 1).where(Pairing.id == letter.id).execute()
        if letter.tries + 1 >= MOST_TRIES:
            _forget_code(letter)
            ledger.append(head, "blocked", f"{letter.org} {letter.agency}", request.bundle, now)
        return unsigned(403, "code")
    known = Device.get_or_none(org=letter.org, uid=request.device)
    if known is not None and (
        known.key != request.device_key or known.agency != letter.agency or known.revoked
    ):
        return unsigned(403, "used")
    return Answer(200, _enter(desk, letter, asked, known, now, head))


def _again(letter: Pairing, asked: Asked) -> Answer:
    """The code is used up. Whoever used it, and can prove the same key again, gets the same answer."""
    device = Device.get_or_none(org=letter.org, uid=letter.device)
    request = asked.request
    same = (
        device is not None
        and not device.revoked
        and (device.uid, device.key, device.bundle) == (request.device, request.device_key, request.bundle)
    )
    return Answer(200, bytes(device.confirmation)) if same else unsigned(403, "used")


def _enter(desk: Desk, letter: Pairing, asked: Asked, known: Device | None, now: int, head: Head) -> bytes:
    request = asked.request
    line = ledger.append(
        head, "joined", f"{letter.org} {letter.agency} {request.device}", request.bundle, now
    )
    confirmation = wire.make_receipt(
        EnrolmentReceipt(
            v=1, kind="enrolment", org=letter.org, agency=letter.agency, device=request.device,
            device_key=request.device_key, bundle=request.bundle, server_time=now,
            next_seq=known.next_seq if known else 1, ledger_seq=line.seq, ledger_head=line.hash,
        ),
        desk.keys.sign_receipt,
    )  # fmt: skip
    if known is None:
        Device.insert(
            org=letter.org, uid=request.device, agency=letter.agency, key=request.device_key, joined=now,
            last=EMPTY, confirmation=confirmation, bundle=request.bundle,
        ).execute()  # fmt: skip
    else:
        Device.update(confirmation=confirmation, bundle=request.bundle).where(Device.id == known.id).execute()
    for key in request.approvers:
        entered = (Approver.org == letter.org) & (Approver.agency == letter.agency) & (Approver.key == key)
        if not Approver.select().where(entered).exists():
            Approver.insert(org=letter.org, agency=letter.agency, key=key).execute()
    Pairing.update(device=request.device, code=None).where(Pairing.id == letter.id).execute()
    return confirmation


def _forget_code(letter: Pairing) -> None:
    Pairing.update(code=None).where(Pairing.id == letter.id).execute()
