"""What happened, in the words people say: the few outcomes that nearly always fit a way of contact."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from caseworker.domain import codes, interlock
from caseworker.domain import contacts as rules
from caseworker.domain.safe_contacts import SafeContact

IN_PERSON = "F2F"
ICONS = {
    "COM": "users", "NOA": "phone-missed", "VML": "phone", "VMN": "phone-off", "WPA": "triangle-alert",
    "DNA": "user", "CAC": "x", "SNT": "send", "RTS": "undo-2", "RCV": "inbox", "BNC": "circle-alert",
}  # fmt: skip


def offered(kind: str, method: str, safe: Sequence[SafeContact]) -> list[tuple[str, str, str]]:
    """(code, words, icon) of the outcomes with a button of their own."""
    allowed = rules.allowed_outcomes(kind, method)
    written = "written" in codes.get("contact_method").flags(method)
    if method.startswith(IN_PERSON) or method == "VID":
        order = ["COM", "DNA", "CAC"]
    elif written or method == "3P":
        order = ["SNT", "COM", "BNC", "RTS", "RCV"]
    else:
        order = ["COM", "NOA", "VML", "VMN", "WPA"]
    said = _words(method, written)
    return [(code, said[code], ICONS[code]) for code in order if code in allowed and may(kind, code, safe)]


def others(kind: str, method: str, safe: Sequence[SafeContact], shown: Sequence[str]) -> list[str]:
    """The codes of the rest, for the list behind "Other"."""
    return [
        code for code in rules.allowed_outcomes(kind, method) if code not in shown and may(kind, code, safe)
    ]


def may(kind: str, code: str, safe: Sequence[SafeContact]) -> bool:
    """Voicemail left is offered only where it is known to be safe; "not left" only where it is not."""
    if kind not in rules.CLIENT_KINDS:
        return code != "VMN"
    voicemail = interlock.voicemail_safe(safe)
    return {"VML": voicemail, "VMN": not voicemail}.get(code, True)


def _words(method: str, written: bool) -> dict[str, str]:
    tr, room = QCoreApplication.translate, "ContactForm"
    person = method.startswith(IN_PERSON)
    spoke = tr(room, "They replied") if written else tr(room, "Met") if person else tr(room, "Spoke")
    none = tr(room, "No reply") if written else tr(room, "Not in") if person else tr(room, "No answer")
    return {
        "COM": spoke,
        "NOA": none,
        "VML": tr(room, "Voicemail left"),
        "VMN": tr(room, "Voicemail not left"),
        "WPA": tr(room, "Wrong person answered"),
        "DNA": tr(room, "Did not attend"),
        "CAC": tr(room, "Client cancelled"),
        "SNT": tr(room, "Passed on") if method == "3P" else tr(room, "Sent"),
        "RTS": tr(room, "Returned"),
        "RCV": tr(room, "Received"),
        "BNC": tr(room, "Bounced"),
    }
