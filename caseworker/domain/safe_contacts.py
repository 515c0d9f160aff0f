"""Safe contact: for each channel, whether, when and how a client can be reached without being put in danger.

The first object of the record, not a note on it: reprimands and dip samples show that harm comes from a call
answered by the wrong person or a letter to the shared address (domain.md 0, point 2). Where the answer is in
doubt, the answer is "not safe".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from caseworker.domain import codes
from caseworker.domain.when import DAYS, LONDON, iso_date, midnight, show_date, show_time
from caseworker.words import Words, words

State = Literal["safe", "not_now", "never", "unknown", "review"]
LONGEST_TEXT = 500
_WEEK = 7
_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class SafeContact:
    """One channel of one client. ``hours`` are London wall-clock windows, e.g. ``"Mon-Fri 09:30-11:00; Sat
    14:00-15:00"``.
    """

    id: int | None
    client_id: int
    channel: str  # list ``channel``: TEL, SMS, MSG, EML, LET, VIS
    allowed: str = "NA-ASK"  # yes, no, or missing
    value: str = ""  # number or address
    whose: str = "NA-ASK"  # list ``whose_phone``
    hours: str = ""  # empty: any time
    voicemail: str = "NA-ASK"  # yes, no, or missing; TEL only
    who_may_answer: str = ""
    say_as: str = ""  # who the worker says they are
    code_word: str = ""
    note: str = ""
    source: str = "NA-ASK"  # list ``safe_source``: who told us
    review_by: str = ""  # ISO date
    doubted: int = 0  # since when a change that nobody could check waits, epoch seconds; 0: none does

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if self.channel not in codes.get("channel"):
            found["channel"] = words("Choose a way to reach the client")
        if not codes.accepts("yes_no", self.allowed):
            found["allowed"] = words("Choose whether this is safe")
        if self.allowed == "yes" and not self.value.strip():
            found["value"] = _ENTER.get(self.channel, words("Enter a number or address"))
        elif self.channel in ("TEL", "SMS") and self.value.strip() and not is_phone(self.value):
            found["value"] = words("Enter a phone number, like {example}", example="01632 960 001")
        elif self.channel == "EML" and self.value.strip() and not is_email(self.value):
            found["value"] = words("Enter an email address, like {example}", example="name@example.com")
        try:
            read_hours(self.hours)
        except HoursUnclear as unclear:
            found["hours"] = unclear.words
        if not codes.accepts("whose_phone", self.whose):
            found["whose"] = words("Choose whose it is")
        if not codes.accepts("yes_no", self.voicemail):
            found["voicemail"] = words("Choose whether leaving a voicemail is safe")
        elif self.channel != "TEL" and self.voicemail in ("yes", "no"):
            found["voicemail"] = words("Voicemail belongs to calls only")
        if not codes.accepts("safe_source", self.source):
            found["source"] = words("Choose who told you")
        if self.review_by:
            day = iso_date(self.review_by)
            if day is None:
                found["review_by"] = words("Review date must be a real date")
            elif self.allowed == "yes" and day < today:
                found["review_by"] = words("Review date must be today or later")
        for name in ("value", "who_may_answer", "say_as", "code_word", "note"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found


@dataclass(frozen=True, slots=True)
class SafeNow:
    """The answer for one channel at one moment. ``until``: when it changes, None where no time is known."""

    state: State
    until: dt.datetime | None
    sentence: Words


class Window(NamedTuple):
    """On weekday ``day`` (Monday 0) from ``start`` to ``end``, minutes of the wall clock; ``end`` may pass
    1440.
    """

    day: int
    start: int
    end: int


class HoursUnclear(ValueError):
    """The text is not a list of hours; ``words`` says what to type."""

    def __init__(self, sentence: Words) -> None:
        self.words = sentence
        super().__init__("hours not understood")


_ENTER = {
    "TEL": words("Enter a phone number"),
    "SMS": words("Enter a phone number"),
    "MSG": words("Enter the name or number used"),
    "EML": words("Enter an email address"),
    "LET": words("Enter an address"),
    "VIS": words("Enter an address"),
}
_PHONE = re.compile(r"\+?[0-9()\s.-]{3,25}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_DAY_NAMES = (
    words("Monday"),
    words("Tuesday"),
    words("Wednesday"),
    words("Thursday"),
    words("Friday"),
    words("Saturday"),
    words("Sunday"),
)
_DO = {
    "TEL": words("call"),
    "SMS": words("text"),
    "MSG": words("message"),
    "EML": words("email"),
    "LET": words("write"),
    "VIS": words("visit"),
}
_ASK = {
    "TEL": words("calling"),
    "SMS": words("texting"),
    "MSG": words("messaging"),
    "EML": words("emailing"),
    "LET": words("writing"),
    "VIS": words("visiting"),
}
_NEVER = {
    "TEL": words("No calls"),
    "SMS": words("No texts"),
    "MSG": words("No messages"),
    "EML": words("No emails"),
    "LET": words("No letters home"),
    "VIS": words("No visits"),
}


def is_phone(text: str) -> bool:
    """Whether that reads as a phone number, of anybody."""
    return _PHONE.fullmatch(text.strip()) is not None


def is_email(text: str) -> bool:
    """Whether that reads as an email address, of anybody."""
    return _EMAIL.fullmatch(text.strip()) is not None


def unasked(contact: SafeContact) -> dict[str, Words]:
    """What a form has to ask before a call counts as safe: field -> sentence.

    Hours left empty are any time, and nobody may be rung at any time because a field was passed over.
    """
    if contact.channel == "TEL" and contact.allowed == "yes" and not contact.hours.strip():
        return {"hours": words("Enter the safe hours, or any time")}
    return {}


def default_review_days(high_risk: bool) -> int:
    """Days after which a safe contact has to be asked about again (domain.md 2.1)."""
    return 30 if high_risk else 90


def chip(contacts: Sequence[SafeContact], now: dt.datetime) -> SafeNow:
    """What stands on every row and page: whether a call is safe now."""
    return safe_now(contacts, "TEL", now)


def never_list(contacts: Iterable[SafeContact]) -> list[Words]:
    """What must never be done, in the order of the channels: "No texts", "No letters home" and so on."""
    by_channel = {contact.channel: contact for contact in contacts}
    found = []
    for channel, sentence in _NEVER.items():
        contact = by_channel.get(channel)
        if contact is None:
            continue
        if contact.allowed == "no":
            found.append(sentence)
        if channel == "TEL" and contact.allowed != "no" and contact.voicemail == "no":
            found.append(words("No voicemail"))
    return found


def safe_now(contacts: Sequence[SafeContact], channel: str, now: dt.datetime) -> SafeNow:
    """Whether the client may be reached that way at that moment, until when, and the sentence that says so.

    "no" wins over everything; then a passed review; then the hours. Hours that cannot be read count as
    unknown.
    """
    do = _DO[channel]
    contact = next((one for one in contacts if one.channel == channel), None)
    if contact is None or contact.allowed == "NA-ASK":
        return SafeNow("unknown", None, words("Safe contact not asked yet"))
    if contact.allowed == "no":
        return SafeNow("never", None, words("Do not {do}", do=do))
    if contact.allowed == "NA-NAP":
        return SafeNow("never", None, words("Do not {do}: the client cannot be reached this way", do=do))
    if contact.allowed != "yes":
        return SafeNow("unknown", None, words("Not known if it is safe to {do}", do=do))
    if contact.doubted:
        return SafeNow(
            "review",
            None,
            words("Ask again before {doing}: a change could not be checked", doing=_ASK[channel]),
        )
    here = now.astimezone(LONDON)
    review = iso_date(contact.review_by)
    if review is None:
        return SafeNow(
            "review", None, words("Ask again before {doing}: no review date is set", doing=_ASK[channel])
        )
    if review < here.date():
        sentence = words(
            "Ask again before {doing}: review was due {date}", doing=_ASK[channel], date=show_date(review)
        )
        return SafeNow("review", None, sentence)
    try:
        windows = read_hours(contact.hours)
    except HoursUnclear:
        return SafeNow(
            "unknown", None, words("Not known if it is safe to {do}: the hours are unclear", do=do)
        )
    stops = midnight(review + dt.timedelta(days=1))  # after this moment the answer is "ask again"
    if not windows:
        return SafeNow("safe", stops, words("Safe to {do} at any time", do=do))
    return _within(windows, here, stops, do)


def _within(windows: Sequence[Window], here: dt.datetime, stops: dt.datetime, do: Words) -> SafeNow:
    moment = here.astimezone(dt.UTC)
    last = stops.astimezone(dt.UTC)
    for start, end in _spans(windows, here.date()):
        if end <= moment:
            continue
        if start <= moment:
            if end - moment >= dt.timedelta(days=_WEEK):
                return SafeNow("safe", stops, words("Safe to {do} at any time", do=do))
            until = min(end, last).astimezone(LONDON)
            return SafeNow(
                "safe", until, words("Safe to {do} now, until {time}", do=do, time=_clock(until, here))
            )
        if start >= last:
            break
        until = start.astimezone(LONDON)
        return SafeNow(
            "not_now", until, words("Not safe to {do} until {time}", do=do, time=_clock(until, here))
        )
    return SafeNow(
        "not_now",
        None,
        words(
            "Not safe to {do} now: ask again by {date}",
            do=do,
            date=show_date((stops - dt.timedelta(days=1)).date()),
        ),
    )


def _clock(until: dt.datetime, here: dt.datetime) -> Words:
    """Like "11am", "9am tomorrow", "9am on Monday", "9am on 3 December 2026".

    Midnight belongs to the day it ends.
    """
    day = until.date()
    if until.hour == 0 and until.minute == 0:
        day -= dt.timedelta(days=1)
    days = (day - here.date()).days
    time = show_time(until)
    if days <= 0:
        return words("{time}", time=time)
    if days == 1:
        return words("{time} tomorrow", time=time)
    if days < _WEEK:
        return words("{time} on {day}", time=time, day=_DAY_NAMES[day.weekday()])
    return words("{time} on {day}", time=time, day=show_date(day))


def _spans(windows: Sequence[Window], today: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """The windows as UTC spans from yesterday to nine days on, sorted, with those that touch joined."""
    spans = []
    for offset in range(-1, _WEEK + 3):
        day = today + dt.timedelta(days=offset)
        for window in windows:
            if window.day == day.weekday():
                start, end = (
                    _instant(day, window.start, opening=True),
                    _instant(day, window.end, opening=False),
                )
                if start < end:
                    spans.append((start, end))
    joined: list[tuple[dt.datetime, dt.datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _instant(day: dt.date, minutes: int, *, opening: bool) -> dt.datetime:
    """The UTC moment of a wall-clock time; in a clock change the choice that makes the window shorter.

    In October 1am to 2am comes twice: a window opens at its second time and closes at its first. In March it
    is missing: what opens or closes within it does so when the clocks go forward (1am GMT, always, in
    London).
    """
    extra, minute = divmod(minutes, _MINUTES)
    day += dt.timedelta(days=extra)
    wall = dt.datetime.combine(day, dt.time(minute // 60, minute % 60))
    first = wall.replace(tzinfo=LONDON)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(dt.UTC)
    if first.astimezone(dt.UTC).astimezone(LONDON).replace(tzinfo=None) != wall:
        return dt.datetime.combine(day, dt.time(1), dt.UTC)
    return (second if opening else first).astimezone(dt.UTC)


# --- hours ------------------------------------------------------------------------------------------------
_SHORT = tuple(day[:3] for day in DAYS)
_GROUPS = {
    "weekdays": (0, 1, 2, 3, 4),
    "weekends": (5, 6),
    "daily": tuple(range(7)),
    "every day": tuple(range(7)),
}
_ANY_TIME = ("any time", "anytime", "always")
_CLOCK = r"(?:midday|noon|midnight|\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm)?)"
_PART = re.compile(rf"(?P<days>[a-z][a-z ,\-]*?)?\s*:?\s*(?P<from>{_CLOCK})\s*(?:-|to)\s*(?P<to>{_CLOCK})")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?")


def read_hours(text: str) -> tuple[Window, ...]:
    """The windows of ``"Mon-Fri 09:30-11:00; Sat 14:00-15:00"``; "9:30am to 11am" is read too. Empty, or
    "any time": any time.

    A window that ends before it begins goes past midnight. No day means every day.

    Raises:
        HoursUnclear: anything left over or ambiguous; nothing is guessed.
    """
    plain = text.strip().casefold().replace("–", "-").replace("—", "-").replace("\n", ";")
    if plain in ("", *_ANY_TIME):
        return ()
    found = []
    for part in plain.split(";"):
        if not part.strip():
            continue
        match = _PART.fullmatch(part.strip())
        if not match:
            raise HoursUnclear(
                words("Enter hours like {example}", example="Mon-Fri 9:30am to 11am; Sat 2pm to 3pm")
            )
        start, end = _minute(match["from"], opening=True), _minute(match["to"], opening=False)
        if start == end:
            raise HoursUnclear(words("The hours must end later than they start"))
        if end < start:
            end += _MINUTES
        found += [Window(day, start, end) for day in _days(match["days"] or "")]
    if not found:
        raise HoursUnclear(
            words("Enter hours like {example}", example="Mon-Fri 9:30am to 11am; Sat 2pm to 3pm")
        )
    return tuple(dict.fromkeys(found))


def tidy_hours(text: str) -> str:
    """The one spelling that is stored: 24-hour times, short day names, days with the same hours together.

    Raises:
        HoursUnclear: as ``read_hours``.
    """
    by_hours: dict[tuple[int, int], set[int]] = {}
    for window in read_hours(text):
        by_hours.setdefault((window.start, window.end), set()).add(window.day)
    parts = []
    for (start, end), days in sorted(by_hours.items(), key=lambda item: (min(item[1]), item[0])):
        times = f"{_wall(start)}-{_wall(end, closing=True)}"
        parts.append(times if len(days) == _WEEK else f"{_day_names(sorted(days))} {times}")
    return "; ".join(parts)


def show_hours(text: str) -> str:
    """Stored hours as people read them: "Mon-Fri 9:30am to 11am; Sat 2pm to 3pm"; else the text itself."""
    try:
        tidy = tidy_hours(text)
    except HoursUnclear:
        return text

    def spoken(match: re.Match[str]) -> str:
        times = [dt.time(int(match[i]) % 24, int(match[i + 1])) for i in (1, 3)]
        return f"{show_time(times[0])} to {show_time(times[1])}"

    return re.sub(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", spoken, tidy).replace(",", ", ")


def _days(text: str) -> tuple[int, ...]:
    plain = text.strip().rstrip(":").strip()
    if not plain:
        return tuple(range(_WEEK))
    if plain in _GROUPS:
        return _GROUPS[plain]
    found: list[int] = []
    for part in re.split(r"\s*,\s*|\s+and\s+", plain):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if not dash and " to " in part:
            first, dash, last = (piece.strip() for piece in part.partition(" to "))
        begin = _day(first)
        if not dash:
            found.append(begin)
            continue
        end = _day(last)
        found += [(begin + step) % _WEEK for step in range((end - begin) % _WEEK + 1)]
    return tuple(dict.fromkeys(found))


def _day(name: str) -> int:
    for number, full in enumerate(DAYS):
        low = full.casefold()
        if name in (low, low[:3], low + "s") or (len(name) == 4 and low.startswith(name)):
            return number
    raise HoursUnclear(words("Use days like {example}", example="Mon, Tue, Wed"))


def _minute(text: str, *, opening: bool) -> int:
    plain = text.strip()
    if plain in ("midday", "noon"):
        return 12 * 60
    if plain == "midnight":
        return 0 if opening else _MINUTES
    match = _TIME.fullmatch(plain)
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]  # type: ignore[index]
    if half:
        if not 1 <= hour <= 12 or minute > 59:
            raise HoursUnclear(words("Times must be between midnight and 11:59pm"))
        return (hour % 12 + (12 if half == "pm" else 0)) * 60 + minute
    if match[2] is None:  # type: ignore[index]
        raise HoursUnclear(words("Say am or pm, like {example}", example="9am to 11am"))
    if minute > 59 or hour > 24 or (hour == 24 and (minute or opening)):
        raise HoursUnclear(words("Times must be between midnight and 11:59pm"))
    return hour * 60 + minute


def _wall(minutes: int, *, closing: bool = False) -> str:
    if closing and minutes == _MINUTES:
        return "24:00"
    minutes %= _MINUTES
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _day_names(days: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(
        f"{_SHORT[run[0]]}-{_SHORT[run[-1]]}" if len(run) > 2 else ",".join(_SHORT[day] for day in run)
        for run in runs
    )
