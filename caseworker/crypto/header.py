"""The vault's header: which passphrases and codes open it, kept beside the case file in a small checked file.

It holds no secret in the clear. A check sum tells accidental damage from a wrong passphrase before anything
is asked; a MAC by the vault's own key tells whether someone changed it. Keys are wrapped per person: one slot
opens the vault and that person's own signing and receiving keys, nobody else's.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from caseworker import canonical
from caseworker.crypto import keys
from caseworker.crypto.context import ctx
from caseworker.crypto.keys import KdfCost, WrongKey

MAGIC = b"CASEVLT\x01"
FORMAT = 1
APP = 1  # the oldest reader that understands what this app writes; a header may ask for more
LARGEST_BODY = 65_536
MOST_SLOTS = 16
_SUM = 32
_FIXED = len(MAGIC) + 4 + 32 + _SUM

PASS, RECOVERY, ESCROW, ENVELOPE = "pass", "recovery", "escrow", "envelope"


class Damaged(Exception):
    """The bytes are not a whole header: torn, cut, or flipped by accident."""


class Unsupported(Exception):
    """A whole header that this version must not act on: another format, an unknown slot, a cost out of
    bounds.
    """


class Newer(Unsupported):
    """A whole header that says it needs a newer app."""


class Tampered(Exception):
    """A slot opened, and the header's MAC does not fit: someone without the vault's key changed it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One way in. ``fields`` is exactly what stands in the file; the properties read it."""

    fields: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def type(self) -> str:
        return str(self.fields["type"])

    @property
    def cost(self) -> KdfCost | None:
        """What a guess costs; None for slots that are not opened by a passphrase."""
        return _cost(self.fields["kdf"]) if self.type == PASS else None


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says: which vault, which generation of its keys, which database file, which ways in."""

    vault: str
    generation: int
    epoch: int
    db: str
    slots: tuple[Slot, ...]
    min_app: int = APP

    def body(self) -> bytes:
        """The canonical JSON that the MAC covers."""
        return canonical.dump(
            {
                "format": FORMAT,
                "vault": self.vault,
                "generation": self.generation,
                "epoch": self.epoch,
                "min_app": self.min_app,
                "db": self.db,
                "slots": [dict(slot.fields) for slot in self.slots],
            }
        )

    def slots_hash(self) -> str:
        """Names the set of ways in; pinned inside the database."""
        return hashlib.sha256(canonical.dump([dict(slot.fields) for slot in self.slots])).hexdigest()

    def of_type(self, kind: str) -> list[Slot]:
        return [slot for slot in self.slots if slot.type == kind]

    def next(self, slots: tuple[Slot, ...]) -> Header:
        """The following generation, with these ways in."""
        return replace(self, slots=slots, generation=self.generation + 1)


@dataclass(slots=True)
class PersonKeys:
    """One person's private halves: Ed25519 to sign, X25519 to receive; 32 bytes each."""

    sign: bytearray
    receive: bytearray

    def wipe(self) -> None:
        keys.wipe(self.sign, self.receive)

    def __repr__(self) -> str:
        return "PersonKeys(…)"


# --- bytes --------------------------------------------------------------------------------------------------


def write(header: Header, vmk: bytes | bytearray) -> bytes:
    """The file's bytes, authenticated by the vault's master key."""
    body = header.body()
    if len(body) > LARGEST_BODY:
        raise ValueError("header too large")
    front = MAGIC + len(body).to_bytes(4, "big") + body
    front += _mac(header, vmk, front)
    return front + hashlib.sha256(front).digest()


def read(data: bytes) -> Header:
    """The header in ``data``, every field checked against its bounds before anything acts on it.

    Raises:
        Damaged: the check sum does not fit or the bytes are not a header.
        Unsupported: whole, and not for this version to act on. ``Newer`` when it says so itself.
    """
    if not _FIXED <= len(data) <= _FIXED + LARGEST_BODY or not data.startswith(MAGIC):
        raise Damaged("not a header")
    size = int.from_bytes(data[8:12], "big")
    if len(data) != _FIXED + size or hashlib.sha256(data[:-_SUM]).digest() != data[-_SUM:]:
        raise Damaged("check sum")
    try:
        body = canonical.load(data[12 : 12 + size], most=LARGEST_BODY)
    except canonical.NotCanonical:
        raise Damaged("not canonical") from None
    return _header(body)


def check_mac(data: bytes, header: Header, vmk: bytes | bytearray) -> None:
    """Return quietly when ``data`` was written by someone who had the vault open.

    Raises:
        Tampered: it was not.
    """
    front, claimed = data[: -_SUM - 32], data[-_SUM - 32 : -_SUM]
    if not keys.same(_mac(header, vmk, front), claimed):
        raise Tampered("header mac")


def _mac(header: Header, vmk: bytes | bytearray, front: bytes) -> bytes:
    key = keys.expand(vmk, ctx("hdr-mac", header.vault))
    with keys.short_lived(key):
        return keys.mac(key, front)


# --- slots --------------------------------------------------------------------------------------------------


def pass_slot(
    header_vault: str, epoch: int, passphrase: str, cost: KdfCost, vmk: bytes | bytearray, person: PersonKeys
) -> Slot:
    """A new way in by passphrase."""
    salt = os.urandom(keys.SALT)
    okm = keys.from_passphrase(passphrase, salt, cost)
    kdf = {"alg": "argon2id", "v": 19, "m_kib": cost.m_kib, "t": cost.t, "p": cost.p, "salt": salt.hex()}
    with keys.short_lived(okm):
        return _slot(PASS, header_vault, epoch, kdf, okm, vmk, person)


def recovery_slot(
    header_vault: str, epoch: int, code: bytes, vmk: bytes | bytearray, person: PersonKeys
) -> Slot:
    """A new way in by recovery code; it opens the same person's keys."""
    salt = os.urandom(keys.SALT)
    okm = keys.from_recovery(code, salt)
    with keys.short_lived(okm):
        return _slot(
            RECOVERY, header_vault, epoch, {"alg": "hkdf-sha256", "salt": salt.hex()}, okm, vmk, person
        )


def open_slot(header: Header, slot: Slot, secret: str | bytes) -> tuple[bytearray, PersonKeys]:
    """The vault's master key and the person's keys behind one slot; the caller wipes both.

    ``secret`` is the passphrase (text) of a pass slot or the bytes of a recovery code.

    Raises:
        WrongKey: another secret, or a changed slot.
        MemoryError: this computer cannot spare what the slot asks for.
    """
    fields = slot.fields
    if slot.type == PASS and isinstance(secret, str):
        okm = keys.from_passphrase(secret, bytes.fromhex(fields["kdf"]["salt"]), _cost(fields["kdf"]))
    elif slot.type == RECOVERY and isinstance(secret, bytes):
        okm = keys.from_recovery(secret, bytes.fromhex(fields["kdf"]["salt"]))
    else:
        raise WrongKey("not that kind of slot")
    with keys.short_lived(okm):
        lasting = _aad_person(header.vault, fields)
        # The commitment comes first: without it one crafted slot could open under many passphrases at once.
        if not keys.same(_commit(okm, lasting), bytes.fromhex(fields["commit"])):
            raise WrongKey("commit")
        kek = keys.expand(okm, b"case/v1/slot-kek")
        person_kek = keys.expand(okm, b"case/v1/person-kek")
        with keys.short_lived(kek, person_kek):
            vmk = keys.unwrap(
                kek,
                bytes.fromhex(fields["nonce"]),
                bytes.fromhex(fields["wrapped"]),
                _aad(header.vault, fields),
            )
            try:
                both = keys.unwrap(
                    person_kek,
                    bytes.fromhex(fields["nonce_p"]),
                    bytes.fromhex(fields["person_wrap"]),
                    lasting,
                )
            except WrongKey:
                keys.wipe(vmk)
                raise
    with keys.short_lived(both):
        halves = memoryview(both)  # no copy that nobody wipes
        return vmk, PersonKeys(keys.held(halves[:32]), keys.held(halves[32:]))


def _slot(
    kind: str,
    vault: str,
    epoch: int,
    kdf: dict[str, Any],
    okm: bytearray,
    vmk: bytes | bytearray,
    person: PersonKeys,
) -> Slot:
    fields: dict[str, Any] = {
        "id": os.urandom(16).hex(),
        "type": kind,
        "epoch": epoch,
        "kdf": kdf,
        "nonce": os.urandom(keys.NONCE).hex(),
        "nonce_p": os.urandom(keys.NONCE).hex(),
    }
    lasting = _aad_person(vault, fields)
    kek = keys.expand(okm, b"case/v1/slot-kek")
    person_kek = keys.expand(okm, b"case/v1/person-kek")
    both = keys.room(2 * keys.KEY)
    both[: keys.KEY], both[keys.KEY :] = person.sign, person.receive
    with keys.short_lived(kek, person_kek, both):
        fields["wrapped"] = keys.wrap(kek, bytes.fromhex(fields["nonce"]), vmk, _aad(vault, fields)).hex()
        fields["person_wrap"] = keys.wrap(person_kek, bytes.fromhex(fields["nonce_p"]), both, lasting).hex()
    fields["commit"] = _commit(okm, lasting).hex()
    return Slot(fields)


def _aad(vault: str, fields: Mapping[str, Any]) -> bytes:
    """What the wrapped master key is bound to: it changes with every epoch."""
    kept = {name: fields[name] for name in ("id", "type", "kdf", "nonce", "epoch")}
    return canonical.dump({"ctx": "case/v1/slot", "vault": vault, **kept})


def _aad_person(vault: str, fields: Mapping[str, Any]) -> bytes:
    """What the commitment and the person's keys are bound to: the same over all epochs, so that a colleague
    can renew the vault's key without knowing this person's passphrase."""
    return canonical.dump({"ctx": "case/v1/slot", "vault": vault, "id": fields["id"], "kdf": fields["kdf"]})


def _commit(okm: bytearray, aad: bytes) -> bytes:
    key = keys.expand(okm, b"case/v1/slot-commit")
    with keys.short_lived(key):
        return keys.mac(key, aad)


# --- strict reading -----------------------------------------------------------------------------------------

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DB = re.compile(r"vault-[0-9]{4}\.db")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_BYTES = {
    "id": 16,
    "nonce": 12,
    "nonce_p": 12,
    "wrapped": 48,
    "commit": 32,
    "person_wrap": 80,
    "to": 32,
    "by": 32,
}
_BYTES |= {"sig": 64}
_OWN = {"id", "type", "epoch", "kdf", "nonce", "nonce_p", "wrapped", "commit", "person_wrap"}
# Carried unchanged and never opened by this version: an organisation's escrow, and a colleague's slot after
# renewal.
_KEYS = {
    PASS: _OWN,
    RECOVERY: _OWN,
    ESCROW: {"id", "type", "epoch", "suite", "to", "sealed"},
    ENVELOPE: {
        "id",
        "type",
        "epoch",
        "kdf",
        "nonce_p",
        "commit",
        "person_wrap",
        "suite",
        "sealed",
        "by",
        "sig",
    },
}
_LARGEST_SEALED = 4096


def _header(body: Any) -> Header:
    if not isinstance(body, dict):
        raise Damaged("shape")
    if body.get("format") != FORMAT:
        raise Unsupported("format")
    if set(body) != {"format", "vault", "generation", "epoch", "min_app", "db", "slots"}:
        raise Unsupported("fields")
    if _whole(body["min_app"], 1) > APP:
        raise Newer("min_app")
    if not isinstance(body["vault"], str) or not _UUID.fullmatch(body["vault"]):
        raise Unsupported("vault")
    if not isinstance(body["db"], str) or not _DB.fullmatch(body["db"]):
        raise Unsupported("db")
    slots = body["slots"]
    if not isinstance(slots, list) or not 1 <= len(slots) <= MOST_SLOTS:
        raise Unsupported("slots")
    found = tuple(_read_slot(slot) for slot in slots)
    if len({slot.id for slot in found}) != len(found):
        raise Unsupported("slot twice")
    return Header(
        vault=body["vault"],
        generation=_whole(body["generation"], 1),
        epoch=_whole(body["epoch"], 1),
        db=body["db"],
        slots=found,
        min_app=body["min_app"],
    )


def _read_slot(fields: Any) -> Slot:
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        raise Unsupported("slot")
    known = _KEYS.get(fields["type"])
    if known is None or set(fields) != known:
        raise Unsupported("slot type")
    for name, length in _BYTES.items():
        if name in known and (not _hex(fields[name]) or len(fields[name]) != 2 * length):
            raise Unsupported("slot bytes")
    _whole(fields["epoch"], 1)
    if "suite" in known and _whole(fields["suite"], 1) > 2:
        raise Unsupported("suite")
    if "sealed" in known and (
        not _hex(fields["sealed"]) or not 0 < len(fields["sealed"]) <= 2 * _LARGEST_SEALED
    ):
        raise Unsupported("sealed")
    if "kdf" in known:
        _read_kdf(fields["kdf"], fields["type"])
    return Slot(fields)


def _read_kdf(kdf: Any, kind: str) -> None:
    if not isinstance(kdf, dict) or not _hex(kdf.get("salt")) or len(kdf["salt"]) != 2 * keys.SALT:
        raise Unsupported("kdf")
    if kind == RECOVERY:
        if set(kdf) != {"alg", "salt"} or kdf["alg"] != "hkdf-sha256":
            raise Unsupported("kdf")
        return
    if set(kdf) != {"alg", "v", "m_kib", "t", "p", "salt"} or kdf["alg"] != "argon2id":
        raise Unsupported("kdf")
    if _whole(kdf["v"], 19) != 19 or not _cost(kdf).in_bounds():
        raise Unsupported("kdf bounds")


def _cost(kdf: Mapping[str, Any]) -> KdfCost:
    return KdfCost(_whole(kdf["m_kib"], 1), _whole(kdf["t"], 1), _whole(kdf["p"], 1))


def _whole(value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Unsupported("number")
    return value


def _hex(value: Any) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None
