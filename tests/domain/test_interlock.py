"""The interlock: one test a rule, for every way of contact."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain import interlock
from caseworker.domain.contacts import Contact
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.when import LONDON, epoch

NOW = dt.datetime(2026, 11, 18, 10, 42, tzinfo=LONDON)  # a Wednesday
CALL = SafeContact(
    1, 1, "TEL", "yes", "07700 900142", "OWN", hours="Wed 09:00-11:00", voicemail="no", review_by="2026-12-31"
)
SPOKE = Contact(None, "", 1, None, epoch(NOW), minutes=10, note="Spoke.")
EARLY = replace(SPOKE, at=epoch(NOW.replace(hour=8)))


def said(contact: Contact, *safe: SafeContact) -> dict[str, str]:
    return {name: str(text) for name, text in interlock.problems(contact, safe).items()}


def test_inside_the_safe_hours_nothing_is_asked() -> None:
    assert said(SPOKE, CALL) == {}
    assert interlock.question(SPOKE, [CALL]) is None


def test_outside_the_safe_hours_a_reason_of_its_own_is_needed() -> None:
    assert said(EARLY, CALL) == {"override_reason": "Enter why it was safe"}
    assert said(replace(EARLY, override_reason="  "), CALL) == {"override_reason": "Enter why it was safe"}
    assert said(replace(EARLY, override_reason="She rang first"), CALL) == {}


@pytest.mark.parametrize("allowed", ["no", "NA-UNK", "NA-REF", "NA-UNS"])
def test_a_call_that_was_ruled_out_or_is_not_known_to_be_safe_needs_a_reason(allowed: str) -> None:
    assert "override_reason" in said(SPOKE, replace(CALL, allowed=allowed))
    assert said(replace(SPOKE, override_reason="She rang first"), replace(CALL, allowed=allowed)) == {}


def test_a_passed_review_needs_a_reason() -> None:
    passed = replace(CALL, review_by="2026-11-17")
    assert "override_reason" in said(SPOKE, passed)
    assert said(SPOKE, replace(CALL, review_by="2026-11-18")) == {}


def test_a_channel_nobody_asked_about_needs_a_reason_that_says_so() -> None:
    assert "override_reason" in said(SPOKE)
    assert "override_reason" in said(SPOKE, replace(CALL, allowed="NA-ASK"))
    offered = interlock.reasons([], "TEL", NOW)
    assert [str(one.said).partition(":")[0] for one in offered] == ["Not asked yet", "Not asked yet"]
    assert len({str(one.short)[0] for one in offered}) == len(offered)  # one key each


@pytest.mark.parametrize("voicemail", ["no", "NA-ASK", "NA-UNK", "NA-REF", "NA-UNS", "NA-NAP"])
def test_no_reason_gets_past_voicemail_that_nobody_allowed(voicemail: str) -> None:
    left = replace(SPOKE, kind="ATT", outcome="VML", override_reason="It was urgent")
    assert said(left, replace(CALL, voicemail=voicemail)) == {
        "outcome": "Do not leave voicemail for this client: choose another outcome"
    }
    assert said(left) == {"outcome": "Do not leave voicemail for this client: choose another outcome"}
    assert said(left, replace(CALL, voicemail="yes")) == {}


@pytest.mark.parametrize("allowed", ["no", "NA-NAP"])
@pytest.mark.parametrize("channel", ["SMS", "MSG", "EML", "LET"])
def test_no_reason_gets_past_what_was_ruled_out_and_stays_where_it_is_left(
    channel: str, allowed: str
) -> None:
    sent = replace(SPOKE, method=channel, outcome="SNT", override_reason="It was urgent")
    (problem,) = said(sent, SafeContact(1, 1, channel, allowed)).items()
    assert problem[0] == "method"
    assert "Choose another way" in problem[1]  # what to do instead


def test_a_letter_nobody_asked_about_goes_with_a_reason() -> None:
    sent = replace(SPOKE, method="LET", outcome="SNT")
    assert "override_reason" in said(sent)
    assert said(replace(sent, override_reason="Not asked yet: she asked for it")) == {}


def test_a_visit_that_was_ruled_out_can_be_made_with_a_reason() -> None:
    """A door may have to be knocked on to save a life."""
    visit = replace(SPOKE, method="F2F-HOM")
    assert "override_reason" in said(visit, SafeContact(1, 1, "VIS", "no"))
    assert said(replace(visit, override_reason="With the police"), SafeContact(1, 1, "VIS", "no")) == {}


def test_what_the_client_began_or_somebody_else_was_reached_asks_nothing() -> None:
    for other in (
        replace(EARLY, direction="in"),
        replace(EARLY, kind="PRO"),
        replace(EARLY, method="F2F-OFF"),
        replace(EARLY, client_id=None, kind="ANO"),
    ):
        assert said(other, CALL) == {}


def test_a_letter_sent_is_ours_whoever_is_said_to_have_made_contact() -> None:
    sent = replace(SPOKE, method="LET", outcome="SNT", direction="in")
    assert "method" in said(sent, SafeContact(1, 1, "LET", "no"))


def test_what_was_ruled_out_does_not_get_past_as_case_admin() -> None:
    sent = replace(SPOKE, kind="ADM", method="LET", outcome="SNT")
    assert list(said(sent, SafeContact(1, 1, "LET", "no"))) == ["kind"]
    assert said(sent, SafeContact(1, 1, "LET", "yes", "12 Elm Row")) == {}
    assert said(replace(sent, outcome="RCV"), SafeContact(1, 1, "LET", "no")) == {}
    assert said(replace(sent, kind="PRO"), SafeContact(1, 1, "LET", "no")) == {}


@pytest.mark.parametrize(("method", "as_"), [("VID", "TEL"), ("CHAT", "MSG")])
def test_a_video_call_or_a_chat_is_asked_about_like_what_it_is_on_the_phone(method: str, as_: str) -> None:
    reached = replace(SPOKE, method=method)
    assert "override_reason" in said(reached)
    assert said(reached, replace(CALL, channel=as_, hours="", voicemail="NA-NAP")) == {}
    assert list(said(replace(reached, method="CHAT"), SafeContact(1, 1, "MSG", "no"))) == ["method"]


HOME = SafeContact(1, 1, "LET", "no", "12 Elm Row, Chelmsford, CM1 1AA")


@pytest.mark.parametrize(
    "to",
    [
        "Amara Clarke\n12 Elm Row\nChelmsford", "12, elm row", "Flat above, 12 ELM  ROW", "The Occupier, CM1 1AA",
        "c/o Jo, cm11aa", "12 Elm-Row", "12a Elm Row", "Twelve Elm Row", "Elm Row 12", "12 Elm Rd", "１２ Ｅlm Row",
    ],
)  # fmt: skip
@pytest.mark.parametrize("allowed", ["no", "NA-ASK", "NA-UNK", "NA-NAP"])
def test_no_letter_is_addressed_to_her_home_where_letters_are_not_safe(to: str, allowed: str) -> None:
    home = replace(HOME, allowed=allowed)
    assert interlock.letter_problem(to, [home]) is not None
    visits = [SafeContact(2, 1, "VIS", "yes", HOME.value), replace(home, value="")]
    assert interlock.letter_problem(to, visits) is not None
    flat = replace(home, value="Flat 2, 12 Elm Row, Chelmsford, CM1 1AA")
    assert interlock.letter_problem(to, [flat]) is not None
    assert interlock.letter_problem(to, [replace(home, allowed="yes")]) is None
    assert interlock.letter_problem(to, [replace(home, allowed="yes", doubted=5)]) is not None


@pytest.mark.parametrize(
    "to",
    [
        "Chelmsford City Council\nDuke Street\nCM1 1JE",
        "Amara Clarke",
        "Elm Row Surgery",
        "40 Elm Row",
        "12 Oak Row",
        "",
    ],
)
def test_letters_to_anybody_else_and_into_her_hand_may_be_made(to: str) -> None:
    assert interlock.letter_problem(to, [HOME]) is None


def test_still_right_is_offered_only_where_the_review_alone_stands_in_the_way() -> None:
    passed = replace(CALL, review_by="2026-11-17")
    assert interlock.STILL_RIGHT in interlock.reasons([passed], "TEL", NOW)
    assert interlock.STILL_RIGHT not in interlock.reasons([passed], "TEL", NOW.replace(hour=8))
    assert interlock.STILL_RIGHT not in interlock.reasons([CALL], "TEL", NOW.replace(hour=8))


def test_showing_a_number_asks_why_unless_one_way_is_safe_now() -> None:
    assert interlock.reason_to_show([CALL], ["TEL"], NOW) is None
    assert interlock.reason_to_show([CALL], ["TEL"], NOW.replace(hour=8)) is not None
    assert interlock.reason_to_show([CALL], ["TEL", "SMS"], NOW) is None
    assert interlock.reason_to_show([], ["TEL"], NOW) is not None


def test_the_five_answers_are_all_there_asked_or_not() -> None:
    known = replace(CALL, say_as="Beth from the library", code_word="lavender")
    found = interlock.answers([known], "TEL", NOW)
    assert [one.name for one in found] == ["now", "whose", "voicemail", "code_word", "say_as"]
    assert [str(one.said) for one in found] == [
        "Safe to call now, until 11am",
        "Client's own",
        "Leave none",
        "lavender",
        "Beth from the library",
    ]
    assert all(one.asked for one in found)
    nothing = interlock.answers([], "TEL", NOW)
    assert not any(one.asked for one in nothing)
    assert all(str(one.said) for one in nothing)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("07700 900142", "ending 42"),
        ("+44 7700 900142", "ending 42"),
        ("999", "hidden"),
        ("name@example.com", "hidden"),
        ("12 Elm Row, CM1 1AA, 01632 960001", "hidden"),
        ("", "none recorded"),
    ],
)
def test_at_most_two_digits_of_a_number_and_nothing_of_an_address(value: str, shown: str) -> None:
    assert str(interlock.masked(value)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gran, 07700 900111, after school", "Gran, ending 11, after school"),
        ("07700 900777 or +44 (0)7700-900142", "ending 77 or ending 42"),
        ("leo@example.com", "hidden"),
        ("Write to leo@example.com; room 12", "Write to hidden; room 12"),
        ("Elm Road School, year 4, room 12", "Elm Road School, year 4, room 12"),
        ("", ""),
    ],
)
def test_a_number_within_running_text_is_masked_too(text: str, shown: str) -> None:
    assert str(interlock.numbers_masked(text)) == shown
    assert interlock.holds_number(text) == (text != shown)
