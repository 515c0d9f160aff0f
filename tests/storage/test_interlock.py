"""Every path into the record, tried with made-up instructions at made-up times: nothing unsafe gets past in silence.

What is safe is read here a second time, plainly and from the wall clock, so that the rule is not held against itself.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseworker.domain.clients import Client
from caseworker.domain.contacts import CLIENT_KINDS, Contact, allowed_outcomes
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.when import LONDON, epoch, local
from caseworker.errors import Problem, Refused
from caseworker.storage import audit, clients, contacts, history, interlock, safe_contacts, write
from caseworker.storage.engine import database
from caseworker.storage.records import add, fetch
from caseworker.storage.vault import OpenVault

REACHED_BY = {
    "TEL": "TEL", "VID": "TEL", "SMS": "SMS", "MSG": "MSG", "CHAT": "MSG", "EML": "EML", "LET": "LET", "F2F-HOM": "VIS",
}  # fmt: skip
#: (days, from, to) in minutes of the wall clock; the end may pass midnight.
HOURS: dict[str, list[tuple[set[int], int, int]]] = {
    "": [(set(range(7)), 0, 1440)],
    "09:00-11:00": [(set(range(7)), 540, 660)],
    "22:00-02:00": [(set(range(7)), 1320, 1560)],
    "Sun 00:00-03:00": [({6}, 0, 180)],
    "Sat,Sun 23:30-00:30": [({5, 6}, 1410, 1470)],
    "Mon-Fri 00:00-24:00": [({0, 1, 2, 3, 4}, 0, 1440)],
}
DAYS = [
    dt.date(2026, 3, 29),
    dt.date(2026, 3, 28),
    dt.date(2026, 10, 25),
    dt.date(2026, 7, 1),
    dt.date(2026, 7, 4),
]


@st.composite
def moments(draw: st.DrawFn) -> int:
    """Any minute, often near midnight, the edges of the hours, and where the clocks change."""
    day = draw(st.sampled_from(DAYS))
    near = draw(st.sampled_from([0, 30, 60, 90, 120, 180, 540, 660, 1320, 1410, 1439]))
    minute = max(0, min(1439, near + draw(st.integers(-2, 2))))
    wall = dt.datetime.combine(day, dt.time(minute // 60, minute % 60))
    return epoch(wall.replace(tzinfo=LONDON, fold=draw(st.integers(0, 1))))


ANSWERS = st.sampled_from(["yes", "yes", "yes", "no", "NA-ASK", "NA-UNK", "NA-NAP"])
CHANNEL = st.builds(
    lambda allowed, hours, voicemail, review, doubted: (allowed, hours, voicemail, review, doubted),
    ANSWERS,
    st.sampled_from(["", "", *sorted(HOURS)]),
    ANSWERS,
    st.sampled_from(["", "2026-03-28", "2027-06-01", "2027-06-01"]),
    st.sampled_from([0, 0, 0, 1]),
)
INSTRUCTIONS = st.dictionaries(
    st.sampled_from(["TEL", "SMS", "MSG", "EML", "LET", "VIS"]), CHANNEL, min_size=3
)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """What a form could hold: an outcome that can happen with that kind and way of contact."""
    method = draw(st.sampled_from([*REACHED_BY, "TEL", "LET", "F2F-OFF"]))
    kind = draw(st.sampled_from(["CLI", "ATT", "ATT", "PRO"]))
    outcomes = allowed_outcomes(kind, method)
    telling = [code for code in ("VML", "SNT") if code in outcomes]
    return {
        "at": draw(moments()),
        "kind": kind,
        "method": method,
        "outcome": draw(
            st.sampled_from(telling) if telling and draw(st.booleans()) else st.sampled_from(outcomes)
        ),
        "direction": draw(st.sampled_from(["out", "out", "in"])),
        "override_reason": draw(st.sampled_from(["", "  ", "She rang first"])),
    }


STEPS = st.lists(
    st.tuples(st.sampled_from(["save", "save", "amend", "amend", "withdraw", "undo", "restore"]), changes()),
    min_size=1,
    max_size=8,
)
REAL = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def instruct(client_id: int, instructions: dict[str, Any]) -> list[SafeContact]:
    """Put the instructions there as they are: old ones and unfinished ones too."""
    for channel, (allowed, hours, voicemail, review, doubted) in instructions.items():
        one = SafeContact(
            None, client_id, channel, allowed, "07700 900142", "OWN", hours, voicemail,
            review_by=review, doubted=doubted,
        )  # fmt: skip
        add("safe_contact", one)
    return safe_contacts.for_client(client_id)


def is_plainly_safe(one: SafeContact | None, at: int) -> bool:
    here = local(at)
    if one is None or one.allowed != "yes" or one.doubted or not one.review_by:
        return False
    if here.date().isoformat() > one.review_by:
        return False
    minute = here.hour * 60 + here.minute
    return any(
        (here.weekday() in days and start <= minute < end)
        or ((here.weekday() - 1) % 7 in days and minute + 1440 < end)
        for days, start, end in HOURS[one.hours]
    )


def assert_nothing_unsafe(contact: Contact, held: list[SafeContact]) -> None:
    """Of a contact that has just been stored."""
    channel = REACHED_BY.get(contact.method)
    if contact.kind not in CLIENT_KINDS or channel is None:
        return
    known = next((one for one in held if one.channel == channel), None)
    if contact.outcome == "VML":
        assert known is not None
        assert (known.allowed, known.voicemail) == ("yes", "yes")
    ours = contact.direction == "out" or contact.outcome == "SNT"
    if ours and channel in ("SMS", "MSG", "EML", "LET") and known is not None:
        assert known.allowed not in ("no", "NA-NAP")
    if ours and not is_plainly_safe(known, contact.at):
        assert contact.override_reason.strip()
        events = history.for_row("contact", contact.id or 0, contact.client_id)
        assert contact.override_reason.strip() in [one.why for one in events if one.action == "override"]


@REAL
@given(INSTRUCTIONS, STEPS)
def test_no_path_stores_a_contact_outside_what_is_safe_without_a_reason_in_the_history(
    vault: OpenVault, instructions: dict[str, Any], steps: list[tuple[str, dict[str, Any]]]
) -> None:
    client_id = write(clients.save, Client(None, "", "Amara Clarke"))
    held = write(instruct, client_id, instructions)
    saved = 0
    for step, change in steps:
        try:
            if step == "save":
                contact = Contact(None, "", client_id, None, minutes=5, **change)
                saved = write(contacts.save, contact)
            elif not saved:
                continue
            elif step == "amend":
                write(contacts.amend, dataclasses.replace(contacts.get(saved), **change), "Wrong")
            elif step == "restore":
                write(contacts.restore, saved)
            elif step == "withdraw":
                write(contacts.withdraw, saved, "Slip")
            else:
                write(contacts.undo, saved)
        except (Refused, Problem):
            continue
        assert_nothing_unsafe(contacts.get(saved), held)
    if saved:
        assert_nothing_unsafe(contacts.get(saved), held)


@REAL
@given(INSTRUCTIONS, st.sampled_from(["", " ", "The police asked"]))
def test_no_number_is_given_without_a_line_in_the_chain(
    vault: OpenVault, instructions: dict[str, Any], reason: str
) -> None:
    client_id = write(clients.save, Client(None, "", "Amara Clarke"))
    held = write(instruct, client_id, instructions)
    before = fetch("SELECT count(*) FROM audit WHERE action = 'show'")[0][0]
    with suppress(Refused):
        given_ = write(interlock.show, client_id, reason)
        lines = fetch("SELECT client_id FROM audit WHERE action = 'show' ORDER BY seq DESC")
        assert len(lines) == before + bool(given_)
        now = int(time.time())
        if given_ and not any(is_plainly_safe(one, now) for one in held):
            assert history.for_client(client_id, 1)[0].why == reason.strip() != ""
        return
    assert fetch("SELECT count(*) FROM audit WHERE action = 'show'")[0][0] == before
    assert not reason.strip()


def test_the_chain_still_holds_after_all_of_it(vault: OpenVault) -> None:
    client_id = write(clients.save, Client(None, "", "Amara Clarke"))
    write(instruct, client_id, {"TEL": ("no", "", "no", "", 0)})
    with pytest.raises(Refused):
        write(interlock.show, client_id)
    write(interlock.show, client_id, "The police asked")
    assert audit.check_chain() == []
    assert database.execute_sql("SELECT count(*) FROM audit WHERE action = 'show'").fetchone() == (1,)
