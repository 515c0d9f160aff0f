"""Safe contact: for each channel, whether, when and how a client can be reached without being put in danger.

The first object of the record, not a note on it: reprimands and dip samples show that harm comes from a call
answered by the wrong person or a letter to the shared address (domain.md 0, point 2).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SafeContact:
    """One channel of one client. ``hours`` are London wall-clock windows, e.g. ``"Mon-Fri 09:30-11:00; Sat 14:00-15:00"``."""

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
