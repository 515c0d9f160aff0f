"""The sealed letter around a return, the receipt that answers it, and the keys an agency starts from.

A return travels signed by the laptop and by the person who approved it, padded so that its length says
nothing, and sealed so that only the commissioner's hub can open it. A receipt counts only when its signature
is the pinned one.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from caseworker import canonical
from caseworker.canonical import NotCanonical
from caseworker.crypto import pairing, sealing, signing
from caseworker.crypto.context import ctx
from caseworker.sync.summary import MOST_BYTES, NO_PREV, Agency, DeviceUid, Hash, Named, Seq
from resources import path

PAD = 32 * 1024
WIRE_MOST = 1024 * 1024
RECEIPT_MOST = 8 * 1024
BUNDLE_MOST = 16 * 1024
ENROL_MOST = 8 * 1024
PAYLOAD_TYPE = "application/vnd.caseworker.return+json"
SUITE: Literal[1] = 1

Sign = Callable[[str, bytes], bytes]  # (purpose, data) -> 64 bytes; the private key never comes along
_Struct = TypeVar("_Struct", bound=Struct)

Sig = Annotated[str, Meta(pattern=r"\A[0-9a-f]{128}\Z", max_length=128, title="signature")]
Mac = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z", max_length=64, title="signature")]
Base64 = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9+/]*={0,2}\Z", max_length=WIRE_MOST, title="bytes")]
Epoch = Annotated[int, Meta(ge=0, le=2**40)]
SeqOrNone = Annotated[int, Meta(ge=0, le=2**53)]
Reason = Literal[
    "", "format", "newer", "kind", "recipient", "sender", "plan", "table", "period", "version", "supersedes",
    "chain", "approval", "conflict", "gap",
]  # fmt: skip


class NotOurs(Exception):
    """What arrived is damaged, signed by another key or for someone else. ``reason`` is a fixed word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


# --- the sealed return --------------------------------------------------------------------------------------


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """One person's approval: their public key and their signature over the bytes the laptop signed."""

    signer: Hash
    sig: Sig


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """What a relay may see: who sends to which key. Bound into the seal, so it cannot be changed."""

    v: Literal[1]
    suite: Literal[1, 2]
    kid: Hash
    org: Agency
    device: DeviceUid
    seq: Seq


class _Letter(Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    suite: Literal[1, 2]
    kid: Hash
    org: Agency
    device: DeviceUid
    seq: Seq
    ct: Base64


class _Signed(Struct, frozen=True, forbid_unknown_fields=True):
    payload: Base64
    sig: Sig
    approvals: Annotated[tuple[Approval, ...], Meta(max_length=8)]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The bytes that go over the wire, always the same on every try, and their SHA-256 in hexadecimal."""

    wire_bytes: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What came out of the seal, the laptop's signature checked; ``approved_by`` checks the approvals."""

    header: Header
    payload: bytes
    sig: str
    approvals: tuple[Approval, ...]

    @property
    def payload_sha256(self) -> str:
        return hashlib.sha256(self.payload).hexdigest()


def to_be_signed(payload: bytes) -> bytes:
    """What laptop and approver sign: the exact bytes with their type and length in front (DSSE v1)."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def approve(payload: bytes, sign: Sign, signer: bytes) -> Approval:
    """A person's approval of exactly these bytes. ``sign`` is their vault's, ``signer`` their public key."""
    return Approval(signer=signer.hex(), sig=sign("approval", to_be_signed(payload)).hex())


def approved_by(payload: bytes, approvals: Sequence[Approval]) -> list[bytes]:
    """The public keys of those who approved these bytes, each once.

    Raises:
        NotOurs: "approval" when any of the signatures is wrong.
    """
    signers: list[bytes] = []
    for approval in approvals:
        key = bytes.fromhex(approval.signer)
        try:
            signing.verify(key, "approval", to_be_signed(payload), bytes.fromhex(approval.sig))
        except signing.BadSignature:
            raise NotOurs("approval") from None
        if key not in signers:
            signers.append(key)
    return signers


def seal(
    payload: bytes,
    *,
    org: str,
    device: str,
    seq: int,
    sign: Sign,
    approvals: Sequence[Approval],
    to: bytes,
    suite: Literal[1, 2] = SUITE,
) -> Sealed:
    """Sign ``payload`` with the laptop's key, pad it and seal it to the public key ``to``.

    Sealing twice gives different bytes: the outbox keeps what it sealed and sends that on every try.
    """
    signed = _Signed(
        payload=base64.b64encode(payload).decode(),
        sig=sign("return", to_be_signed(payload)).hex(),
        approvals=tuple(approvals),
    )
    header = Header(v=1, suite=suite, kid=signing.fingerprint(to).hex(), org=org, device=device, seq=seq)
    sealed = sealing.seal(to, _pad(_dump(signed)), _info(header), suite)
    letter = _Letter(**msgspec.structs.asdict(header), ct=base64.b64encode(sealed).decode())
    data = _dump(letter)
    if len(data) > WIRE_MOST:
        raise ValueError("a summary within its own bounds cannot be this large")
    return Sealed(data, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Letter:
    """A sealed return as it came: who says to have sent it, and what only the hub can open."""

    header: Header
    ct: bytes


def read_letter(wire: bytes) -> Letter:
    """The outside of a sealed return, before any key is touched.

    Raises:
        NotOurs: "format".
    """
    letter = _load(wire, _Letter, WIRE_MOST)
    fields: dict[str, Any] = msgspec.structs.asdict(letter)
    del fields["ct"]
    return Letter(Header(**fields), _bytes(letter.ct))


def read_header(wire: bytes) -> Header:
    """The outer header alone.

    Raises:
        NotOurs: "format".
    """
    return read_letter(wire).header


def open_wire(
    wire: bytes, private: bytes, kid: str, device_key: Callable[[str, str], bytes | None]
) -> Opened:
    """``read_letter``, then ``open_letter``."""
    return open_letter(read_letter(wire), private, kid, device_key)


def open_letter(
    letter: Letter, private: bytes, kid: str, device_key: Callable[[str, str], bytes | None]
) -> Opened:
    """Open, then verify the laptop's signature over the exact bytes, before anything inside is read.

    ``kid`` is the fingerprint of the key that ``private`` belongs to; ``device_key(org, device)`` is the public key
    of an enrolled laptop or None.

    Raises:
        NotOurs: "format", "recipient" (sealed to another key), "sender" (unknown laptop or wrong signature).
    """
    header = letter.header
    if header.kid != kid:
        raise NotOurs("recipient")
    key = device_key(header.org, header.device)
    if key is None:
        raise NotOurs("sender")
    try:
        padded = sealing.open_sealed(private, letter.ct, _info(header), header.suite)
    except sealing.CannotOpen:
        raise NotOurs("recipient") from None
    signed = _load(_unpad(padded), _Signed, WIRE_MOST)
    payload = _bytes(signed.payload)
    if len(payload) > MOST_BYTES:
        raise NotOurs("format")
    try:
        signing.verify(key, "return", to_be_signed(payload), bytes.fromhex(signed.sig))
    except signing.BadSignature:
        raise NotOurs("sender") from None
    return Opened(header, payload, signed.sig, signed.approvals)


def padded_size(payload: bytes) -> int:
    """How many bytes a return of that length has inside the seal: what anyone watching could learn of it."""
    signed = _Signed(
        payload=base64.b64encode(payload).decode(), sig="0" * 128, approvals=(_LONGEST_APPROVAL,)
    )
    return len(_pad(_dump(signed)))


# --- the receipt --------------------------------------------------------------------------------------------


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """The hub's answer to one sealed return.

    ``status``: received; refused (for ``reason``; read and kept, but not counted); conflict (other bytes
    under a number already used); need (numbers from ``next_seq`` on are missing, send those first; this one
    is not kept). ``ledger_seq`` and ``ledger_head`` (zeros for need) say where in the hub's ledger it stands.
    """

    v: Literal[1]
    kind: Literal["return"]
    org: Agency
    device: DeviceUid
    seq: Seq
    wire_sha256: Hash
    status: Literal["received", "refused", "conflict", "need"]
    reason: Reason
    server_time: Epoch
    next_seq: Seq
    ledger_seq: SeqOrNone
    ledger_head: Hash


class EnrolmentReceipt(Struct, frozen=True, forbid_unknown_fields=True):
    """The hub's confirmation that a laptop is enrolled: its key and the bundle it was enrolled from."""

    v: Literal[1]
    kind: Literal["enrolment"]
    org: Agency
    agency: Agency
    device: DeviceUid
    device_key: Hash
    bundle: Hash
    server_time: Epoch
    next_seq: Seq
    ledger_seq: Seq
    ledger_head: Hash


class _SignedNote(Struct, frozen=True, forbid_unknown_fields=True):
    body: Base64
    sig: Sig


def make_receipt(receipt: Receipt | EnrolmentReceipt, sign: Sign) -> bytes:
    """The receipt as it goes back. ``sign`` uses the hub's receipt key."""
    body = _dump(receipt)
    return _dump(_SignedNote(base64.b64encode(body).decode(), sign("receipt", body).hex()))


def read_receipt(data: bytes, receipt_key: bytes) -> Receipt:
    """The verified receipt of a return: signature first, over the exact bytes, then the content.

    Raises:
        NotOurs: "format" when it is not a receipt at all, "signature" when another key made it.
    """
    return _load(_verified(data, receipt_key), Receipt, RECEIPT_MOST)


def read_enrolment_receipt(data: bytes, receipt_key: bytes) -> EnrolmentReceipt:
    """As ``read_receipt``, for the answer to an enrolment."""
    return _load(_verified(data, receipt_key), EnrolmentReceipt, RECEIPT_MOST)


# --- the bundle of keys -------------------------------------------------------------------------------------

Title = Annotated[str, Meta(min_length=1, max_length=80)]
Address = Annotated[
    str,
    Meta(
        pattern=r"\A(https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|http://(127\.0\.0\.1|localhost|\[::1\]))(:[0-9]{1,5})?\Z",
        max_length=280,
    ),
]


class Bundle(Struct, frozen=True, forbid_unknown_fields=True):
    """What an agency must know to send to this commissioner: names to show, keys to pin, the address.

    ``letter`` is random: no two letters are alike, even for the same agency in the same second.
    """

    format: Literal["case-bundle"]
    v: Literal[1]
    org: Agency
    org_name: Title
    agency: Agency
    agency_name: Title
    hub: Address
    kid: Hash
    seal_key: Hash
    receipt_key: Hash
    root_key: Hash
    policy: Annotated[int, Meta(ge=1, le=2**31)]
    plan: Named
    letter: DeviceUid
    ends: Epoch


class _BundleFile(Struct, frozen=True, forbid_unknown_fields=True):
    bundle: Base64
    mac: Mac
    root_sig: Sig


def make_bundle(bundle: Bundle, code: bytes, root_sign: Sign) -> bytes:
    """The bundle file: proven to whoever holds the pairing code, and signed by the root key."""
    body = _dump(bundle)
    return _dump(
        _BundleFile(
            bundle=base64.b64encode(body).decode(),
            mac=pairing.mac(code, "server-auth", body).hex(),
            root_sig=root_sign("bundle", body).hex(),
        )
    )


def open_bundle(data: bytes, code: bytes) -> tuple[Bundle, bytes]:
    """The bundle in a file and its 32-byte hash, checked against the pairing code, then the root signature.

    Raises:
        NotOurs: "format"; "code" when the code does not belong to this file; "signature" when the root key
            did not sign it.
    """
    file = _load(data, _BundleFile, BUNDLE_MOST)
    body = _bytes(file.bundle)
    if not pairing.mac_matches(code, "server-auth", body, bytes.fromhex(file.mac)):
        raise NotOurs("code")
    bundle = _load(body, Bundle, BUNDLE_MOST)
    try:
        signing.verify(bytes.fromhex(bundle.root_key), "bundle", body, bytes.fromhex(file.root_sig))
    except signing.BadSignature:
        raise NotOurs("signature") from None
    if signing.fingerprint(bytes.fromhex(bundle.seal_key)).hex() != bundle.kid:
        raise NotOurs("format")
    if not (_printable(bundle.org_name) and _printable(bundle.agency_name)):
        raise NotOurs("format")
    return bundle, hashlib.sha256(body).digest()


def read_out(bundle_hash: bytes) -> str:
    """The 20 digits two people can compare on the telephone, in five groups of four."""
    digits = f"{int.from_bytes(bundle_hash, 'big') % 10**20:020d}"
    return " ".join(digits[at : at + 4] for at in range(0, 20, 4))


# --- joining ------------------------------------------------------------------------------------------------


class EnrolRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A laptop asks to join: its number, its key, the keys of those who approve on it. No name."""

    v: Literal[1]
    bundle: Hash
    device: DeviceUid
    device_key: Hash
    approvers: Annotated[tuple[Hash, ...], Meta(min_length=1, max_length=8)]


class _EnrolLetter(Struct, frozen=True, forbid_unknown_fields=True):
    request: Base64
    mac: Mac
    proof: Sig


@dataclass(frozen=True, slots=True)
class Asked:
    """An enrolment letter whose proof of possession holds; the pairing code is still to be checked."""

    request: EnrolRequest
    body: bytes
    mac: bytes

    def knows_code(self, code: bytes) -> bool:
        """Whether whoever wrote it has the pairing code."""
        return pairing.mac_matches(
            code, "client-auth", self.body + bytes.fromhex(self.request.bundle), self.mac
        )


def ask(request: EnrolRequest, code: bytes, sign: Sign) -> bytes:
    """The letter of a laptop that wants to join: proven with the code, and with the key it asks to enrol."""
    body = _dump(request)
    return _dump(
        _EnrolLetter(
            request=base64.b64encode(body).decode(),
            mac=pairing.mac(code, "client-auth", body + bytes.fromhex(request.bundle)).hex(),
            proof=sign("enrol", body).hex(),
        )
    )


def read_ask(data: bytes) -> Asked:
    """The letter of a laptop that wants to join.

    Raises:
        NotOurs: "format", or "signature" when the laptop does not hold the private half of the key it names.
    """
    letter = _load(data, _EnrolLetter, ENROL_MOST)
    body = _bytes(letter.request)
    request = _load(body, EnrolRequest, ENROL_MOST)
    try:
        signing.verify(bytes.fromhex(request.device_key), "enrol", body, bytes.fromhex(letter.proof))
    except signing.BadSignature:
        raise NotOurs("signature") from None
    return Asked(request, body, bytes.fromhex(letter.mac))


# --- what they share ----------------------------------------------------------------------------------------

_LONGEST_APPROVAL = Approval(signer="0" * 64, sig="0" * 128)


def check_words(sha256: str) -> str:
    """A fingerprint as eight words: what two people compare on screen and page, or read out to each other.

    Both ends take the same list, so a word never moves in it. Eight of 2,364 words are 89 bits of the fingerprint.
    """
    known = _known_words()
    number, found = int(sha256[:32], 16), []
    for _ in range(8):
        number, at = divmod(number, len(known))
        found.append(known[at])
    return " ".join(found)


@functools.cache
def _known_words() -> tuple[str, ...]:
    return tuple(path("words", "phrase.txt").read_text(encoding="utf-8").split())


def _dump(value: Struct) -> bytes:
    return canonical.dump(msgspec.to_builtins(value))


def _load(data: bytes, form: type[_Struct], most: int) -> _Struct:
    try:
        return msgspec.convert(canonical.load(data, most=most), form, strict=True)
    except (NotCanonical, msgspec.ValidationError, RecursionError):
        raise NotOurs("format") from None


def _verified(data: bytes, key: bytes) -> bytes:
    note = _load(data, _SignedNote, RECEIPT_MOST)
    body = _bytes(note.body)
    try:
        signing.verify(key, "receipt", body, bytes.fromhex(note.sig))
    except signing.BadSignature:
        raise NotOurs("signature") from None
    return body


def _info(header: Header) -> bytes:
    """Binds the outer header into the seal: the library's sealing has no associated data of its own."""
    return ctx("summary", _dump(header))


def _bytes(text: str) -> bytes:
    """Base64 in its one spelling only, so that equal content means equal bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotOurs("format") from None
    if base64.b64encode(data).decode() != text:
        raise NotOurs("format")
    return data


def _pad(data: bytes) -> bytes:
    length = 4 + len(data)
    return len(data).to_bytes(4, "big") + data + bytes(-length % PAD)


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:4], "big")
    if len(padded) % PAD or not padded or length > len(padded) - 4 or len(padded) - 4 - length >= PAD:
        raise NotOurs("format")
    if any(padded[4 + length :]):
        raise NotOurs("format")
    return padded[4 : 4 + length]


def _printable(text: str) -> bool:
    return text.isprintable() and text.strip() == text


__all__ = [
    "NO_PREV", "PAD", "WIRE_MOST", "Approval", "Bundle", "EnrolRequest", "EnrolmentReceipt", "Header",
    "NotOurs", "Opened", "Receipt", "Sealed", "approve", "approved_by", "ask", "check_words", "make_bundle",
    "make_receipt", "open_bundle", "open_letter",
    "open_wire", "padded_size", "read_ask", "read_enrolment_receipt",
    "read_header",
    "read_letter", "read_out", "read_receipt", "seal", "to_be_signed",
]  # fmt: skip
