"""Which changes to a safe contact have to be checked, and what holds at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from caseworker.domain import safe_claims
from caseworker.domain.safe_claims import Check
from caseworker.domain.safe_contacts import SafeContact

CALL = SafeContact(1, 1, "TEL", "yes", "07700 900142", "OWN", "Mon 09:00-11:00", "yes", code_word="lavender")


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        ({}, False),
        ({"review_by": "2027-01-01"}, False),
        ({"source": "PRO"}, False),
        ({"allowed": "no"}, False),
        ({"allowed": "NA-UNK", "voicemail": "no"}, False),
        ({"voicemail": "no"}, False),
        ({"voicemail": "no", "hours": ""}, True),
        ({"value": "07700 900666"}, True),
        ({"note": "Ring twice"}, True),
    ],
)
def test_everything_but_stopping_has_to_be_checked(change: dict[str, str], needed: bool) -> None:
    assert safe_claims.needs_check(CALL, replace(CALL, **change), False) is needed  # type: ignore[arg-type]


def test_first_answers_are_taken_as_they_come_and_later_ones_are_not() -> None:
    nothing = SafeContact(1, 1, "TEL")
    assert not safe_claims.needs_check(None, CALL, True)
    assert not safe_claims.needs_check(nothing, CALL, True)
    assert safe_claims.needs_check(None, CALL, False)
    assert not safe_claims.needs_check(None, replace(CALL, allowed="no", hours="", code_word=""), False)


def test_a_stop_that_brings_a_code_word_along_has_to_be_checked() -> None:
    assert safe_claims.needs_check(None, replace(CALL, allowed="no", hours=""), False)


def test_a_stopped_channel_keeps_the_number_it_had() -> None:
    stopped = safe_claims.keeping(CALL, SafeContact(1, 1, "TEL", "no"))
    assert (stopped.allowed, stopped.value, stopped.hours) == ("no", CALL.value, CALL.hours)
    assert not safe_claims.needs_check(CALL, stopped, False)


def test_of_an_unchecked_change_only_the_stop_holds() -> None:
    said = replace(CALL, voicemail="no", value="07700 900666")
    assert safe_claims.stopped(CALL, said) == replace(CALL, voicemail="no")
    assert safe_claims.claimed(CALL, said) == '{"value":"07700 900666"}'


def test_what_stands_in_the_history_says_how_it_was_checked() -> None:
    assert Check("TRUST", "Dr Osei").said("New phone") == (
        "A trusted third party confirmed it: Dr Osei. New phone"
    )
    assert Check().said("Spelling") == "Spelling"
