"""The interlock: what stands between a worker and a contact that could put a client in danger.

One rule for every path: logging and amending a contact, showing a number, paper, letters, texts, emails, visits. Calls
and visits outside what is recorded as safe need a reason of their own. A voicemail that nobody allowed and a text,
message, email or letter that somebody ruled out have no reason good enough: what is left behind can be found.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from caseworker.domain import codes
from caseworker.domain.contacts import CLIENT_KINDS, Contact
from caseworker.domain.safe_contacts import SafeContact, safe_now
from caseworker.domain.when import local
from caseworker.words import Words, words

# How each method reaches the client. A video call rings the same phone, and a chat stands on it like a message.
CHANNEL_OF_METHOD = {
    "TEL": "TEL", "VID": "TEL", "SMS": "SMS", "MSG": "MSG", "CHAT": "MSG", "EML": "EML", "LET": "LET", "F2F-HOM": "VIS",
}  # fmt: skip
# What stays where it was left: a "no" to these is final.
LEFT_BEHIND = frozenset({"SMS", "MSG", "EML", "LET"})
# Outcomes that only somebody who reached out can have had, whoever is said to have made contact.
_OUR_DOING = frozenset({"SNT", "VML", "VMN", "NOA", "NUM", "BNC", "RTS"})

NO_VOICEMAIL = words("Do not leave voicemail for this client: choose another outcome")
_STOPS = {
    "SMS": words("Texts are not safe for this client. Choose another way, or wait until the client rings"),
    "MSG": words("Messages are not safe for this client. Choose another way, or wait until the client rings"),
    "EML": words("Emails are not safe for this client. Choose another way, or wait until the client rings"),
    "LET": words("Letters are not safe for this client. Choose another way, or hand it over in person"),
}
#: The same in a line of the summary, which does not wrap.
_CHOOSE_ANOTHER = {
    "SMS": words("Choose another way: texts are not safe"),
    "MSG": words("Choose another way: messages are not safe"),
    "EML": words("Choose another way: emails are not safe"),
    "LET": words("Choose another way: letters are not safe"),
}
WHY = words("Enter why it was safe")


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the five answers that are read before a number is shown. ``asked``: somebody has asked the client."""

    name: str  # now, whose, voicemail, code_word, say_as
    label: Words
    said: Words  # the answer, or what to do while there is none
    asked: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason offered for one key. ``said`` is what stands in the record."""

    code: str
    short: Words
    said: Words


# --- contacts -----------------------------------------------------------------------------------------------


def problems(contact: Contact, safe: Iterable[SafeContact]) -> dict[str, Words]:
    """What stands between a contact and the record: field -> sentence. Empty when nothing does.

    ``method`` and ``outcome`` cannot be overridden; ``override_reason`` asks for a reason.
    """
    held = list(safe)
    channel = reaches(contact)
    if channel is None:
        return _admin_problems(contact, held)
    found: dict[str, Words] = {}
    if stop(held, channel):
        found["method"] = _CHOOSE_ANOTHER[channel]
    if contact.outcome == "VML" and not voicemail_safe(held):
        found["outcome"] = NO_VOICEMAIL
    if not found and question(contact, held) is not None and not contact.override_reason.strip():
        found["override_reason"] = WHY
    return found


def question(contact: Contact, safe: Iterable[SafeContact]) -> Words | None:
    """What has to be answered when a contact was outside what is known to be safe; None when it was safe."""
    channel = reaches(contact)
    if channel is None or safe_now(list(safe), channel, local(contact.at)).state == "safe":
        return None
    return words("Why was it safe to make contact then?")


def reaches(contact: Contact) -> str | None:
    """The channel on which a contact reached out to the client; None for one that did not."""
    if contact.kind not in CLIENT_KINDS or contact.client_id is None:
        return None
    if contact.direction != "out" and contact.outcome not in _OUR_DOING:
        return None
    return CHANNEL_OF_METHOD.get(contact.method)


def _admin_problems(contact: Contact, held: Sequence[SafeContact]) -> dict[str, Words]:
    """What was sent as case admin may have gone to the client: what was ruled out does not get past under that name."""
    channel = CHANNEL_OF_METHOD.get(contact.method)
    sent = contact.kind == "ADM" and contact.outcome in _OUR_DOING and contact.client_id is not None
    if not sent or channel is None or stop(held, channel) is None:
        return {}
    return {
        "kind": words(
            "This way is not safe for this client. If it went to somebody else, choose: with a professional"
        )
    }


def stop(safe: Iterable[SafeContact], channel: str) -> Words | None:
    """Why nothing may be sent that way whatever the reason, and what to choose instead; None when it may."""
    known = _of(safe, channel)
    if channel in LEFT_BEHIND and known is not None and known.allowed in ("no", "NA-NAP"):
        return _STOPS[channel]
    return None


def voicemail_safe(safe: Iterable[SafeContact]) -> bool:
    """Whether a message may be left: only where somebody said so, on a number that may be called."""
    call = _of(safe, "TEL")
    return call is not None and call.allowed == "yes" and call.voicemail == "yes"


def is_asked(safe: Iterable[SafeContact], channel: str) -> bool:
    """Whether the client was ever asked about that channel."""
    known = _of(safe, channel)
    return known is not None and known.allowed != "NA-ASK"


def reasons(safe: Sequence[SafeContact], channel: str, at: dt.datetime) -> tuple[Reason, ...]:
    """The reasons that nearly always are the true one, for one key each. Any other is typed."""
    if not is_asked(safe, channel):
        return _NOT_ASKED
    return (STILL_RIGHT, *_OUTSIDE) if _holds_once_confirmed(safe, channel, at) else _OUTSIDE


def _holds_once_confirmed(safe: Sequence[SafeContact], channel: str, at: dt.datetime) -> bool:
    """Whether nothing but the review date stands in the way."""
    if safe_now(safe, channel, at).state != "review":
        return False
    later = local(int(at.timestamp())).date() + dt.timedelta(days=1)
    renewed = [replace(one, review_by=later.isoformat()) for one in safe if one.channel == channel]
    return safe_now(renewed, channel, at).state == "safe"


#: Confirms the instructions: they hold again until their next review.
STILL_RIGHT = Reason(
    "still",
    words("Still right"),
    words("Asked the client again: what is recorded is still right"),
)
_NOT_ASKED = (
    Reason(
        "referral",
        words("Referral gave it"),
        words("Not asked yet: the referral gave this way to reach the client"),
    ),
    Reason(
        "client",
        words("Client gave it"),
        words("Not asked yet: the client gave this way and wants us to use it"),
    ),
)
_OUTSIDE = (
    Reason("rang", words("Client asked us to"), words("The client made contact first and asked for this")),
    Reason("agreed", words("Agreed before"), words("The client agreed to this time beforehand")),
    Reason("danger", words("Danger to life"), words("There was danger to life and waiting was not safe")),
)


# --- on paper -----------------------------------------------------------------------------------------------


def letter_problem(to: str, safe: Iterable[SafeContact]) -> Words | None:
    """Why a letter may not be addressed that way; None when it may: to anybody else, or home where letters are safe.

    Paper that comes to her home is read by whoever opens the door. An address is known by its postcode, or by the
    number and the name of the street, however they are spelled and in whatever order.
    """
    held = list(safe)
    post = _of(held, "LET")
    if post is not None and post.allowed == "yes" and not post.doubted:
        return None
    homes = [one.value for one in held if one.channel in ("LET", "VIS")]
    typed = _squeezed(to)
    if any(part in typed for home in homes for part in _address(home)) or any(
        _is_at(line, home) for home in homes for line in _PARTS.split(to)
    ):
        return words(
            "Letters to this address are not safe for this client. Leave the address out and hand it over"
        )
    return None


def _address(value: str) -> list[str]:
    """What tells an address: its postcodes, and those of its lines that hold a number and a name."""
    lines = [_squeezed(part) for part in _PARTS.split(value)]
    told = [_squeezed(code) for code in _POSTCODE.findall(value)]
    return [
        *told,
        *(one for one in lines if any(sign.isdigit() for sign in one) and len(one) >= _TELLING_LINE),
    ]


def _is_at(line: str, home: str) -> bool:
    """Whether that line names the number and the street of that home: 12 Elm Rd, 12a Elm Row, Elm Row, Twelve."""
    told, said = _number_and_street(line)
    parts = (_number_and_street(part) for part in _PARTS.split(home))
    return any(numbers & told and street and street <= said for numbers, street in parts)


def _number_and_street(line: str) -> tuple[set[str], set[str]]:
    """Its numbers as figures, and its words but those that any street may have."""
    plain = unicodedata.normalize("NFKC", line).casefold()
    said = re.findall(r"[^\W\d_]+", plain)
    numbers = {str(int(one)) for one in re.findall(r"\d+", plain)}
    numbers |= {str(_COUNTED.index(one) + 1) for one in said if one in _COUNTED}
    return numbers, {one for one in said if len(one) > 1 and one not in _STREETS and one not in _COUNTED}


def _squeezed(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


_PARTS = re.compile(r"[,;\n]")
_STREETS = frozenset({
    "flat", "the", "road", "rd", "street", "st", "avenue", "ave", "av", "close", "cl", "lane", "ln", "way", "drive",
    "dr", "row", "court", "ct", "place", "pl", "gardens", "gdns", "terrace", "ter", "crescent", "cres", "square", "sq",
    "grove", "gr", "hill", "park", "pk", "green", "walk", "mews", "rise", "view",
})  # fmt: skip
_COUNTED = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][0-9A-Z]?\s*[0-9][A-Z]{2}\b", re.IGNORECASE)
_TELLING_LINE = 6  # letters and figures: "12 Elm Row", not "Flat 2"


# --- before a number is shown -------------------------------------------------------------------------------


def reason_to_show(safe: Sequence[SafeContact], channels: Iterable[str], now: dt.datetime) -> Words | None:
    """The question before numbers or addresses are shown; None where one of those ways is safe right now.

    Showing is never stopped: an address may have to be read to the police.
    """
    if any(safe_now(safe, channel, now).state == "safe" for channel in channels):
        return None
    return words("Why is it safe to make contact now?")


def answers(safe: Sequence[SafeContact], channel: str, now: dt.datetime) -> tuple[Answer, ...]:
    """Safe now, whose it is, voicemail, code word, who to say you are: all five, asked or not."""
    known = _of(safe, channel) or SafeContact(None, 0, channel)
    state = safe_now(safe, channel, now)
    whose = None if codes.is_missing(known.whose) else codes.get("whose_phone").label(known.whose)
    found = [
        Answer("now", words("Safe now?"), state.sentence, state.state != "unknown"),
        Answer(
            "whose",
            words("Whose"),
            words("{whose}", whose=whose) if whose else _UNASKED["whose"],
            bool(whose),
        ),
        Answer("voicemail", words("Voicemail"), *_voicemail(safe)),
    ]
    for name, label, value in (
        ("code_word", words("Code word"), known.code_word.strip()),
        ("say_as", words("Say you are"), known.say_as.strip()),
    ):
        found.append(
            Answer(name, label, words("{value}", value=value) if value else _UNASKED[name], bool(value))
        )
    return tuple(found)


_UNASKED = {
    "whose": words("Not asked: say nothing until you know who answers"),
    "voicemail": words("Not asked: leave none"),
    "code_word": words("None agreed: agree one this time"),
    "say_as": words("Not asked: give your first name only"),
}


def _voicemail(safe: Sequence[SafeContact]) -> tuple[Words, bool]:
    call = _of(safe, "TEL")
    if voicemail_safe(safe):
        return words("Safe to leave"), True
    if call is not None and (call.voicemail in ("no", "NA-NAP") or call.allowed == "no"):
        return words("Leave none"), True
    return _UNASKED["voicemail"], False


# --- numbers that are not shown -----------------------------------------------------------------------------

_NUMBER = re.compile(r"\+?[0-9()\s.-]+")
_ENDING = 2  # digits
_SHORTEST = 7  # digits; two of fewer would say too much


def masked(value: str) -> Words:
    """What may stand on a screen in place of a number or address: the last two digits of a number, else nothing."""
    digits = "".join(sign for sign in value if sign.isdigit())
    if _NUMBER.fullmatch(value.strip()) and len(digits) >= _SHORTEST:
        return words("ending {digits}", digits=digits[-_ENDING:])
    return words("hidden") if value.strip() else words("none recorded")


def numbers_masked(text: str) -> Words:
    """Running text with every number and email address in it masked: "through her gran, ending 11"."""
    found = _WITHIN.search(text)
    if found is None:
        return words("{text}", text=text)
    return words(
        "{before}{number}{after}",
        before=text[: found.start()],
        number=masked(found[0]),
        after=numbers_masked(text[found.end() :]),
    )


def holds_number(text: str) -> bool:
    """Whether somebody could be reached with what stands in that text."""
    return _WITHIN.search(text) is not None


_WITHIN = re.compile(r"\+?\(?\d(?:[()\s.-]*\d){6,}|[^\s@,;:]+@[^\s@,;:]+")


def _of(safe: Iterable[SafeContact], channel: str) -> SafeContact | None:
    return next((one for one in safe if one.channel == channel), None)
