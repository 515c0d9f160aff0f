"""Workers: the people who open a vault and whose name stands beside what they wrote."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("advocate", "counsellor", "triage", "supervisor", "protection_lead", "keeper")


@dataclass(frozen=True, slots=True)
class Worker:
    """One person with a slot in this vault. Keys are raw public bytes (Ed25519, X25519), 32 each."""

    id: int | None
    uid: str
    name: str
    role: str
    sign_key: bytes = b""
    receive_key: bytes = b""
