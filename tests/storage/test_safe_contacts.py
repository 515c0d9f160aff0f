"""Safe contacts in a real vault: one a channel, never silently changed."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.safe_claims import Check
from caseworker.domain.safe_contacts import SafeContact, safe_now
from caseworker.domain.when import LONDON
from caseworker.errors import Refused
from caseworker.storage import clients, history, instruments, safe_claims, safe_contacts, write
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke"))


def test_it_comes_back_tidied_with_a_day_to_ask_again(amara: int) -> None:
    row_id = write(
        safe_contacts.save,
        SafeContact(None, amara, "TEL", "yes", " 07700 900001 ", hours="weekdays 9am to midday"),
    )
    found = safe_contacts.get(row_id)
    assert (found.hours, found.value) == ("Mon-Fri 09:00-12:00", "07700 900001")
    assert found.review_by == (TODAY + dt.timedelta(days=90)).isoformat()


def test_no_review_date_is_made_up_for_what_is_not_safe(amara: int) -> None:
    assert safe_contacts.get(write(safe_contacts.save, SafeContact(None, amara, "LET", "no"))).review_by == ""


def test_a_second_answer_for_a_channel_changes_the_first(amara: int) -> None:
    first = write(safe_contacts.save, SafeContact(None, amara, "TEL", "yes", "07700 900001"))
    second = write(safe_contacts.save, SafeContact(None, amara, "TEL", "no"), why="He has her phone")
    assert first == second
    assert [one.allowed for one in safe_contacts.for_client(amara)] == ["no"]
    changes = {entry.field: entry for entry in history.for_client(amara) if entry.field}
    assert (changes["allowed"].old, changes["allowed"].new) == ("yes", "no")
    assert (
        safe_contacts.get(first).value == "07700 900001"
    )  # the number that is no longer safe is still known
    assert changes["allowed"].why == "He has her phone"
    assert str(changes["allowed"].sentence()) == "Safe to use changed from Yes to No"


def test_a_channel_cannot_wander_to_another_client(amara: int) -> None:
    other = write(clients.save, Client(None, "", "Bea"))
    row_id = write(safe_contacts.save, SafeContact(None, amara, "TEL", "no"))
    with pytest.raises(ValueError, match="stays with"):
        write(safe_contacts.save, dataclasses.replace(safe_contacts.get(row_id), client_id=other))


def test_hours_in_doubt_are_refused(amara: int) -> None:
    with pytest.raises(Refused) as caught:
        write(safe_contacts.save, SafeContact(None, amara, "TEL", "yes", "07700 900001", hours="9-11"))
    assert set(caught.value.problems) == {"hours"}
    assert safe_contacts.for_client(amara) == []


def test_channels_are_given_calls_first_for_one_and_for_many(amara: int) -> None:
    bea = write(clients.save, Client(None, "", "Bea"))
    for client_id, channel in ((amara, "LET"), (amara, "TEL"), (bea, "VIS"), (amara, "SMS")):
        write(safe_contacts.save, SafeContact(None, client_id, channel, "no"))
    assert [one.channel for one in safe_contacts.for_client(amara)] == ["TEL", "SMS", "LET"]
    many = safe_contacts.for_clients([bea, amara, 999])
    assert {client_id: [one.channel for one in found] for client_id, found in many.items()} == {
        amara: ["TEL", "SMS", "LET"],
        bea: ["VIS"],
    }
    assert safe_contacts.for_clients([]) == {}


# --- changes that have to be checked ------------------------------------------------
NUMBER, OTHER = "07700 900001", "07700 900666"


@pytest.fixture
def call(amara: int) -> SafeContact:
    """A number that is known, with a code word."""
    row_id = write(
        safe_contacts.save,
        SafeContact(
            None, amara, "TEL", "yes", NUMBER, "OWN", "Mon-Fri 09:00-11:00", "yes", code_word="lavender"
        ),
    )
    return safe_contacts.get(row_id)


def refused(contact: SafeContact, check: Check | None = None) -> set[str]:
    with pytest.raises(Refused) as caught:
        write(safe_contacts.save, contact, "", check)
    return set(caught.value.problems)


@pytest.mark.parametrize(
    "change",
    [
        {"value": OTHER},
        {"hours": ""},
        {"whose": "SHR"},
        {"code_word": "thistle"},
        {"say_as": "The bank"},
        {"allowed": "no", "value": OTHER},
    ],
)
def test_a_change_asks_how_it_was_checked(call: SafeContact, change: dict[str, str]) -> None:
    assert refused(dataclasses.replace(call, **change)) == {"checked"}  # type: ignore[arg-type]
    assert safe_contacts.get(call.id or 0) == call


@pytest.mark.parametrize(
    "check", [Check("CODE"), Check("BACK"), Check("SEEN"), Check("TRUST", "Dr Osei, GP")]
)
def test_a_checked_change_holds_and_says_how_in_the_history(call: SafeContact, check: Check) -> None:
    write(safe_contacts.save, dataclasses.replace(call, value=OTHER), "New phone", check)
    assert safe_contacts.get(call.id or 0).value == OTHER
    changed = next(one for one in history.for_client(call.client_id) if one.field == "value")
    assert changed.why == check.said("New phone")
    assert changed.old == NUMBER  # kept
    assert NUMBER not in str(changed.sentence())  # and not shown


def test_what_only_stops_needs_no_proof(call: SafeContact) -> None:
    write(safe_contacts.save, dataclasses.replace(call, voicemail="no"))
    write(safe_contacts.save, dataclasses.replace(call, allowed="no", voicemail="no"), "He has her phone")
    assert safe_contacts.get(call.id or 0).allowed == "no"


def test_taking_up_again_what_was_stopped_has_to_be_checked(call: SafeContact) -> None:
    write(safe_contacts.save, dataclasses.replace(call, allowed="no"))
    assert refused(call) == {"checked"}


@pytest.mark.parametrize(
    ("check", "field"),
    [(Check("TRUST"), "check_note"), (Check("NOT", " "), "check_note"), (Check("MAYBE"), "checked")],
)
def test_a_check_says_who_or_why_not(call: SafeContact, check: Check, field: str) -> None:
    assert refused(dataclasses.replace(call, value=OTHER), check) == {field}


def test_a_code_word_or_a_call_back_needs_one_to_be_recorded(amara: int) -> None:
    letter = safe_contacts.get(
        write(safe_contacts.save, SafeContact(None, amara, "LET", "yes", "12 Elm Row"))
    )
    for how in ("CODE", "BACK"):
        assert refused(dataclasses.replace(letter, value="1 Oak Road"), Check(how)) == {"checked"}


def test_what_could_not_be_checked_changes_nothing_and_puts_the_channel_in_doubt(call: SafeContact) -> None:
    """Somebody rings as the client with a new number and without the code word."""
    claim = dataclasses.replace(call, value=OTHER, hours="", code_word="thistle")
    write(safe_contacts.save, claim, "", Check("NOT", "Did not know the code word"))
    held = safe_contacts.get(call.id or 0)
    assert dataclasses.replace(held, doubted=0) == call
    assert held.doubted
    (waits,) = safe_claims.open_for(call.client_id)
    assert waits.fields() == {"value": OTHER, "hours": "", "code_word": "thistle"}
    assert waits.reason == "Did not know the code word"
    now = dt.datetime.now(LONDON)
    assert safe_now([held], "TEL", now).state == "review"


def test_an_unchecked_stop_holds_at_once_and_the_rest_waits(call: SafeContact) -> None:
    said = dataclasses.replace(call, allowed="no", value=OTHER)
    write(safe_contacts.save, said, "", Check("NOT", "Rang from an unknown number"))
    held = safe_contacts.get(call.id or 0)
    assert (held.allowed, held.value) == ("no", NUMBER)
    assert safe_claims.open_for(call.client_id)[0].fields() == {"value": OTHER}


def test_a_later_check_settles_what_waited(call: SafeContact) -> None:
    said = dataclasses.replace(call, value=OTHER)
    write(safe_contacts.save, said, "", Check("NOT", "No code word"))
    held = safe_contacts.get(call.id or 0)
    write(safe_contacts.save, dataclasses.replace(held, value=OTHER), "", Check("SEEN"))
    now_held = safe_contacts.get(call.id or 0)
    assert (now_held.value, now_held.doubted) == (OTHER, 0)
    assert safe_claims.open_for(call.client_id) == []
    assert safe_claims.get(1).outcome == "ACC"


def test_it_was_not_the_client(call: SafeContact) -> None:
    write(safe_contacts.save, dataclasses.replace(call, value=OTHER), "", Check("NOT", "A man's voice"))
    with pytest.raises(Refused):
        write(safe_contacts.refuse_claim, 1, " ")
    write(safe_contacts.refuse_claim, 1, "Called back: she had not rung")
    assert safe_contacts.get(call.id or 0) == call
    assert safe_claims.get(1).outcome == "REF"
    assert next(iter(history.for_row("safe_claim", 1, call.client_id))).action == "settle"


def test_a_new_way_into_an_old_record_has_to_be_checked_too(call: SafeContact) -> None:
    """On the first day channels are asked about one by one; later a new one is as good as a new number."""
    email = SafeContact(None, call.client_id, "EML", "yes", "him@example.com", "OWN")
    database.execute_sql("UPDATE client SET made = made - 86400")
    assert refused(email) == {"checked"}
    write(safe_contacts.save, dataclasses.replace(email, allowed="no"))
    assert refused(dataclasses.replace(email, allowed="yes")) == {"checked"}


@pytest.mark.parametrize(
    "brought",
    [
        {"allowed": "no", "code_word": "thistle"},
        {"allowed": "NA-ASK", "code_word": "thistle"},
        {"allowed": "NA-ASK", "value": "him@example.com"},
        {"allowed": "no", "note": "Ring 07700 900666 instead"},
    ],
)
def test_a_stop_of_a_new_way_brings_no_code_word_into_an_old_record(
    call: SafeContact, brought: dict[str, str]
) -> None:
    """With such a code word whoever rang could have the number changed at the next call."""
    database.execute_sql("UPDATE client SET made = made - 86400")
    email = SafeContact(None, call.client_id, "EML", **brought)  # type: ignore[arg-type]
    assert refused(email) == {"checked"}
    write(safe_contacts.save, email, "", Check("NOT", "Rang from an unknown number"))
    held = safe_contacts.for_client(call.client_id)[-1]
    assert (held.allowed, held.code_word, held.value, held.note) == (email.allowed, "", "", "")
    assert refused(dataclasses.replace(held, code_word="thistle")) == {"checked"}


def test_a_way_nobody_knew_about_is_stopped_without_proof(call: SafeContact) -> None:
    write(safe_contacts.save, SafeContact(None, call.client_id, "EML", "NA-UNK", "her@example.com"))
    database.execute_sql("UPDATE client SET made = made - 86400")
    held = safe_contacts.for_client(call.client_id)[-1]
    write(safe_contacts.save, dataclasses.replace(held, allowed="no"))
    assert safe_contacts.for_client(call.client_id)[-1].allowed == "no"


def test_an_unchecked_new_way_is_kept_as_not_asked(call: SafeContact) -> None:
    database.execute_sql("UPDATE client SET made = made - 86400")
    email = SafeContact(None, call.client_id, "EML", "yes", "him@example.com", "OWN")
    write(safe_contacts.save, email, "", Check("NOT", "Sent by somebody"))
    held = safe_contacts.for_client(call.client_id)[-1]
    assert (held.channel, held.allowed, held.value) == ("EML", "NA-ASK", "")
    assert safe_claims.open_for(call.client_id)[0].fields()["value"] == "him@example.com"


def test_confirming_moves_the_review_and_nothing_else(call: SafeContact) -> None:
    passed = (TODAY - dt.timedelta(days=1)).isoformat()
    database.execute_sql("UPDATE safe_contact SET review_by = ?", (passed,))
    write(safe_contacts.confirm, call.client_id, "TEL", "Asked again")
    assert safe_contacts.get(call.id or 0) == call
    assert history.for_client(call.client_id)[0].action == "confirm"


def test_instructions_are_asked_about_again_sooner_while_the_risk_is_high(amara: int) -> None:
    held = write(instruments.begin, amara, "GEN")
    write(instruments.answer, held, "GRADE", "high")
    write(instruments.sign, held)
    row_id = write(safe_contacts.save, SafeContact(None, amara, "TEL", "yes", NUMBER))
    assert safe_contacts.get(row_id).review_by == (TODAY + dt.timedelta(days=30)).isoformat()
