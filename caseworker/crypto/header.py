"""The vault's header: which passphrases and codes open it, kept beside the case file in a small checked file.

It holds no secret in the clear. A check sum tells accidental damage from a wrong passphrase before anything
is asked; a MAC by the vault's own key tells whether someone changed it. Keys are wrapped per person: one slot
opens the vault and that person's own signing and receiving keys, nobody else's.

When a colleague renews the vault's key, the people who are not there get it in an envelope: sealed to their own
receiving key and signed inside. It counts only if the signer is someone they last saw working in this vault.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from caseworker import canonical
from caseworker.crypto import keys, sealing, signing
from caseworker.crypto.context import ctx
from caseworker.crypto.keys import KdfCost, WrongKey

MAGIC = b"CASEVLT\x01"
FORMAT = 1
APP = 2  # what this app can read; a header may ask for more
_FIRST, _PEOPLE = 1, 2  # the oldest reader of a header of one person, and of several people or an envelope
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
    """A slot opened, and the header's MAC does not fit, or its key came from somebody this person does not know:
    someone without the vault's key changed it.
    """


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
    def opened_by(self) -> str:
        """Which secret opens it: ``pass``, ``recovery``, or nothing (escrow)."""
        if self.type == ENVELOPE:
            return RECOVERY if self.fields["kdf"]["alg"] == _BY_CODE else PASS
        return self.type if self.type in (PASS, RECOVERY) else ""

    @property
    def cost(self) -> KdfCost | None:
        """What a guess costs; None for slots that are not opened by a passphrase."""
        return _cost(self.fields["kdf"]) if self.opened_by == PASS else None


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says: which vault, which generation of its keys, which database file, which ways in."""

    vault: str
    generation: int
    epoch: int
    db: str
    slots: tuple[Slot, ...]
    min_app: int = _FIRST

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

    def opened_by(self, secret: str) -> list[Slot]:
        """The ways in by ``pass`` (phrase) or by ``recovery`` (code), those in envelopes included."""
        return [slot for slot in self.slots if slot.opened_by == secret]

    def next(self, slots: tuple[Slot, ...]) -> Header:
        """The following generation, with these ways in."""
        several = any(slot.type == ENVELOPE or "members" in slot.fields for slot in slots)
        reader = max(self.min_app, _PEOPLE) if several else self.min_app
        return replace(self, slots=slots, generation=self.generation + 1, min_app=reader)


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
    kdf = {"alg": _BY_PHRASE, "v": 19, "m_kib": cost.m_kib, "t": cost.t, "p": cost.p, "salt": salt.hex()}
    with keys.short_lived(okm):
        return _slot(PASS, header_vault, epoch, kdf, okm, vmk, person)


def recovery_slot(
    header_vault: str, epoch: int, code: bytes, vmk: bytes | bytearray, person: PersonKeys
) -> Slot:
    """A new way in by recovery code; it opens the same person's keys."""
    salt = os.urandom(keys.SALT)
    okm = keys.from_recovery(code, salt)
    with keys.short_lived(okm):
        return _slot(RECOVERY, header_vault, epoch, {"alg": _BY_CODE, "salt": salt.hex()}, okm, vmk, person)


def open_slot(header: Header, slot: Slot, secret: str | bytes) -> tuple[bytearray, PersonKeys]:
    """The vault's master key and the person's keys behind one slot; the caller wipes both.

    ``secret`` is the passphrase (text) of a pass slot or the bytes of a recovery code.

    Raises:
        WrongKey: another secret, or a changed slot.
        Tampered: the secret is right, and the vault's key came from somebody this person does not know.
        MemoryError: this computer cannot spare what the slot asks for.
    """
    fields = slot.fields
    if slot.opened_by == PASS and isinstance(secret, str):
        okm = keys.from_passphrase(secret, bytes.fromhex(fields["kdf"]["salt"]), _cost(fields["kdf"]))
    elif slot.opened_by == RECOVERY and isinstance(secret, bytes):
        okm = keys.from_recovery(secret, bytes.fromhex(fields["kdf"]["salt"]))
    else:
        raise WrongKey("not that kind of slot")
    with keys.short_lived(okm):
        person = _open_person(header.vault, fields, okm)
        try:
            if slot.type == ENVELOPE:
                return open_envelope(header.vault, slot, person)[0], person
            kek = keys.expand(okm, b"case/v1/slot-kek")
            with keys.short_lived(kek):
                nonce, wrapped = bytes.fromhex(fields["nonce"]), bytes.fromhex(fields["wrapped"])
                return keys.unwrap(kek, nonce, wrapped, _aad(header.vault, fields)), person
        except BaseException:
            person.wipe()
            raise


def _open_person(vault: str, fields: Mapping[str, Any], okm: bytearray) -> PersonKeys:
    lasting = _aad_person(vault, fields)
    # The commitment comes first: without it one crafted slot could open under many passphrases at once.
    if not keys.same(_commit(okm, lasting), bytes.fromhex(fields["commit"])):
        raise WrongKey("commit")
    person_kek = keys.expand(okm, b"case/v1/person-kek")
    with keys.short_lived(person_kek):
        nonce, wrapped = bytes.fromhex(fields["nonce_p"]), bytes.fromhex(fields["person_wrap"])
        both = keys.unwrap(person_kek, nonce, wrapped, lasting)
    with keys.short_lived(both):
        halves = memoryview(both)  # no copy that nobody wipes
        return PersonKeys(keys.held(halves[: keys.KEY]), keys.held(halves[keys.KEY :]))


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


# --- several people -----------------------------------------------------------------------------------------


def members(vault: str, slot: Slot, person: PersonKeys) -> frozenset[bytes]:
    """The public signing keys of the colleagues this person saw in the vault when she last opened it.

    Raises:
        Tampered: the list is not the one she left.
    """
    if "members" not in slot.fields:
        return frozenset()
    data = bytes.fromhex(slot.fields["members"])
    nonce = data[: keys.NONCE]
    key = keys.expand(person.sign, ctx("members", vault, slot.id, nonce))
    with keys.short_lived(key):
        try:
            found = bytes(keys.unwrap(key, nonce, data[keys.NONCE :], _aad_members(vault, slot)))
        except WrongKey:
            raise Tampered("members") from None
    return frozenset(found[at : at + keys.KEY] for at in range(0, len(found), keys.KEY))


def with_members(vault: str, slot: Slot, person: PersonKeys, seen: Iterable[bytes]) -> Slot:
    """Her slot with a new list of colleagues; nobody at all takes the list away.

    The list is sealed with a key made from her own private one, so that she alone can write it, and can write it
    into her recovery slot too without the code. Each list has a key of its own, made from a random number.
    """
    fields = {name: value for name, value in slot.fields.items() if name != "members"}
    listed = sorted(set(seen))
    if listed:
        nonce = os.urandom(keys.NONCE)
        key = keys.expand(person.sign, ctx("members", vault, slot.id, nonce))
        with keys.short_lived(key):
            sealed = keys.wrap(key, nonce, b"".join(listed), _aad_members(vault, slot))
        fields["members"] = (nonce + sealed).hex()
    return Slot(fields)


def in_envelope(
    vault: str, epoch: int, slot: Slot, receive_key: bytes, vmk: bytes | bytearray, signer: PersonKeys
) -> Slot:
    """The same way in for a new key of the vault, made without its secret: sealed to that person's receiving key.

    ``signer`` answers for the key. What belongs to the person alone (her commitment, her private keys, whom she
    saw) stays byte for byte.

    Raises:
        sealing.CannotOpen: that is not a receiving key.
    """
    kept = {name: slot.fields[name] for name in _LASTING if name in slot.fields}
    told = ctx("envelope", vault, epoch, slot.id, hashlib.sha256(vmk).digest())
    inside = keys.room(keys.KEY + _SIGNATURE)
    inside[: keys.KEY], inside[keys.KEY :] = vmk, signing.sign(signer.sign, "envelope", told)
    with keys.short_lived(inside):
        sealed = sealing.seal(receive_key, inside, ctx("envelope", vault, epoch, slot.id))
    return Slot({**kept, "type": ENVELOPE, "epoch": epoch, "suite": 1, "sealed": sealed.hex()})


def open_envelope(vault: str, slot: Slot, person: PersonKeys) -> tuple[bytearray, bytes]:
    """The vault's key in an envelope, and the public key of whoever answers for it; the caller wipes the first.

    Raises:
        Tampered: not for her, or signed by nobody she saw in this vault.
    """
    fields = slot.fields
    try:
        context = ctx("envelope", vault, fields["epoch"], slot.id)
        inside = sealing.open_sealed(
            person.receive, bytes.fromhex(fields["sealed"]), context, fields["suite"]
        )
    except sealing.CannotOpen:
        raise Tampered("envelope") from None
    vmk, signature = keys.held(inside[: keys.KEY]), inside[keys.KEY :]
    told = ctx("envelope", vault, fields["epoch"], slot.id, hashlib.sha256(vmk).digest())
    try:
        for known in (signing.public_of(person.sign), *sorted(members(vault, slot, person))):
            try:
                signing.verify(known, "envelope", told, signature)
            except signing.BadSignature:
                continue
            return vmk, known
        raise Tampered("signed by nobody she knows")
    except BaseException:
        keys.wipe(vmk)
        raise


def _aad_members(vault: str, slot: Slot) -> bytes:
    return canonical.dump({"ctx": "case/v1/members", "vault": vault, "id": slot.id})


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
}
_BY_PHRASE, _BY_CODE = "argon2id", "hkdf-sha256"
_SIGNATURE = 64
_LASTING = ("id", "kdf", "nonce_p", "commit", "person_wrap", "members")  # a person's own, over all epochs
_OWN = {"id", "type", "epoch", "kdf", "nonce", "nonce_p", "wrapped", "commit", "person_wrap"}
# An organisation's escrow is carried unchanged and never opened by this version.
_KEYS = {
    PASS: _OWN,
    RECOVERY: _OWN,
    ESCROW: {"id", "type", "epoch", "suite", "to", "sealed"},
    ENVELOPE: {"id", "type", "epoch", "kdf", "nonce_p", "commit", "person_wrap", "suite", "sealed"},
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
    if known is None or set(fields) - ({"members"} if "kdf" in known else set()) != known:
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
    if "members" in fields:
        _read_members(fields["members"])
    return Slot(fields)


def _read_members(value: Any) -> None:
    if not _hex(value):
        raise Unsupported("members")
    count, rest = divmod(len(value) // 2 - keys.NONCE - keys.TAG, keys.KEY)
    if rest or not 1 <= count < MOST_SLOTS:
        raise Unsupported("members")


def _read_kdf(kdf: Any, kind: str) -> None:
    if not isinstance(kdf, dict) or not _hex(kdf.get("salt")) or len(kdf["salt"]) != 2 * keys.SALT:
        raise Unsupported("kdf")
    if kind == RECOVERY or (kind == ENVELOPE and kdf.get("alg") == _BY_CODE):
        if set(kdf) != {"alg", "salt"} or kdf["alg"] != _BY_CODE:
            raise Unsupported("kdf")
        return
    if set(kdf) != {"alg", "v", "m_kib", "t", "p", "salt"} or kdf["alg"] != _BY_PHRASE:
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
