"""Joining a commissioner: a file with keys, a code from a printed letter, and one answer from the hub.

The code proves the file to the laptop and the laptop to the hub. From then on the keys in the file are pinned
in the vault. When the network breaks in the middle, the same step can simply be done again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from caseworker import storage
from caseworker.crypto import pairing
from caseworker.errors import Problem
from caseworker.storage import devices, pins
from caseworker.storage.pins import Pins
from caseworker.sync import client, wire
from caseworker.sync import outbox as sending
from caseworker.sync.client import USUAL, Limits
from caseworker.sync.wire import BUNDLE_MOST, EnrolmentReceipt, EnrolRequest, NotOurs


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle file that the pairing code and the root signature have proven. ``hash`` has 32 bytes."""

    keys: wire.Bundle
    hash: bytes

    @property
    def commissioner(self) -> str:
        """The commissioner's name, for the screen."""
        return self.keys.org_name

    @property
    def agency(self) -> str:
        """Our own name as the commissioner knows it."""
        return self.keys.agency_name

    @property
    def digits(self) -> str:
        """20 digits in groups of four, for comparing on the telephone."""
        return wire.read_out(self.hash)

    def as_pins(self) -> Pins:
        """What is held fast of it."""
        keys = self.keys
        return Pins(
            org=keys.org, org_name=keys.org_name, agency=keys.agency, agency_name=keys.agency_name,
            hub=keys.hub, kid=keys.kid, seal_key=keys.seal_key, receipt_key=keys.receipt_key,
            root_key=keys.root_key, policy=keys.policy, plan=keys.plan, bundle=self.hash.hex(),
        )  # fmt: skip


def read_bundle(path: Path, code: str) -> Bundle:
    """The bundle in that file, proven with the typed pairing code. Changes nothing.

    Raises:
        Problem: E-PAIRING (mistyped code), E-BUNDLE-CODE (the code belongs to another file), E-BUNDLE (not
        such a
            file, damaged, or not signed by its root key).
    """
    secret = pairing.read_pairing_code(code)
    try:
        with path.open("rb") as file:
            data = file.read(BUNDLE_MOST + 1)
        keys, digest = wire.open_bundle(data, secret)
    except OSError:
        raise Problem(
            "E-BUNDLE", "The file cannot be opened. Copy it to this laptop and choose it again."
        ) from None
    except NotOurs as reason:
        if reason.reason == "code":
            raise Problem(
                "E-BUNDLE-CODE",
                "The pairing code and the file do not belong together. Check the letter and the file's name.",
            ) from None
        raise Problem(
            "E-BUNDLE",
            "This is not the commissioner's file, or it is damaged. Ask the commissioner's office to send"
            " it again.",
        ) from None
    return Bundle(keys, digest)


def enrol(bundle: Bundle, code: str, *, limits: Limits = USUAL) -> None:
    """Pin the bundle's keys, then tell the hub this laptop's key. For the worker thread; may be repeated.

    The keys are pinned before the hub is asked, so nothing that the network does can change whom we trust.
    ``enrolled`` is true only after the hub's signed confirmation.

    Raises:
        Problem: E-PINNED when other keys are pinned already; E-OFFLINE and the other codes of
        ``client.post``;
            E-HUB-REFUSED when the code is used, old, or blocked; E-HUB-SIGNATURE, E-HUB-GARBLED,
            E-HUB-MISMATCH.
    """
    secret = pairing.read_pairing_code(code)
    if storage.database.worker is None:
        raise Problem("E-LOCKED", "The vault is locked. Unlock it first.")
    _check_may_pin(bundle)
    storage.write(pins.pin, bundle.as_pins())
    if pins.confirmed():
        return
    device = devices.device()
    request = EnrolRequest(
        v=1,
        bundle=bundle.hash.hex(),
        device=device.uid,
        device_key=device.public.hex(),
        approvers=(storage.database.worker.sign_key.hex(),),
    )
    answer = client.post(bundle.keys.hub, "/v1/enrol", wire.ask(request, secret, device.sign), limits)
    _check_confirmation(answer, bundle, request)
    storage.write(pins.confirm, answer)


def enrolled() -> bool:
    """Whether the hub has confirmed this laptop."""
    return pins.confirmed()


def _check_may_pin(bundle: Bundle) -> None:
    """Pinned keys change only under the same root key and a higher policy number.

    A new letter with the very same keys is no change; a laptop that is not confirmed (a restored one) may use it.
    """
    held, new = pins.pinned(), bundle.as_pins()
    if held is None or held == new:
        return
    if not pins.confirmed() and replace(held, bundle=new.bundle) == new:
        return
    same_place = (held.root_key, held.org, held.agency) == (new.root_key, new.org, new.agency)
    if not same_place or new.policy <= held.policy:
        raise Problem(
            "E-PINNED",
            "This laptop already trusts other keys, and this file may not replace them. Telephone the"
            " commissioner's"
            " office on the number you know.",
        )


def _check_confirmation(answer: bytes, bundle: Bundle, request: EnrolRequest) -> EnrolmentReceipt:
    try:
        receipt = wire.read_enrolment_receipt(answer, bytes.fromhex(bundle.keys.receipt_key))
    except NotOurs as reason:
        raise sending.unsigned() if reason.reason == "signature" else sending.garbled() from None
    expected = (bundle.keys.org, bundle.keys.agency, request.device, request.device_key, request.bundle)
    if (receipt.org, receipt.agency, receipt.device, receipt.device_key, receipt.bundle) != expected:
        raise Problem(
            "E-HUB-MISMATCH", "The hub answered about something else, so its answer was ignored. Try again."
        )
    return receipt
