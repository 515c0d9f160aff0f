"""Whether a client can be reached safely now: where there is doubt, the answer is no."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker.domain.safe_contacts import (
    HoursUnclear,
    SafeContact,
    Window,
    chip,
    default_review_days,
    never_list,
    read_hours,
    safe_now,
    show_hours,
    tidy_hours,
    unasked,
)
from caseworker.domain.when import LONDON

TODAY = dt.date(2026, 11, 18)  # a Wednesday
CALL = SafeContact(
    1, 1, "TEL", "yes", "07700 900001", hours="Mon-Fri 09:30-11:00; Sat 14:00-15:00", review_by="2026-12-31"
)


def at(hour: int, minute: int = 0, day: dt.date = TODAY, fold: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), LONDON).replace(fold=fold)


def sentence(contact: SafeContact, now: dt.datetime) -> str:
    return str(safe_now([contact], contact.channel, now).sentence)


def hours(text: str) -> SafeContact:
    return replace(CALL, hours=text, review_by="2027-12-31")


def test_inside_the_hours_it_says_until_when() -> None:
    found = safe_now([CALL], "TEL", at(10))
    assert (found.state, found.until) == ("safe", at(11))
    assert str(found.sentence) == "Safe to call now, until 11am"


def test_the_first_minute_is_safe_and_the_last_is_not() -> None:
    assert safe_now([CALL], "TEL", at(9, 30)).state == "safe"
    assert safe_now([CALL], "TEL", at(9, 29)).state == "not_now"
    assert safe_now([CALL], "TEL", at(10, 59)).state == "safe"
    assert safe_now([CALL], "TEL", at(11)).state == "not_now"


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("Wed 13:00-14:00", at(11), "Not safe to call until 1pm"),
        ("Wed 12:00-14:00", at(11), "Not safe to call until midday"),
        ("Thu 9:30-11:00", at(11), "Not safe to call until 9:30am tomorrow"),
        ("Mon 9:00-11:00", at(11), "Not safe to call until 9am on Monday"),
        ("Wed 9:00-10:00", at(11), "Not safe to call until 9am on 25 November 2026"),
        ("Wed 20:00-24:00", at(21), "Safe to call now, until midnight"),
        ("Wed 22:00-02:00", at(23), "Safe to call now, until 2am tomorrow"),
        ("Wed 22:00-02:00", at(1, day=TODAY + dt.timedelta(days=1)), "Safe to call now, until 2am"),
        ("00:00-24:00", at(11), "Safe to call at any time"),
        ("", at(11), "Safe to call at any time"),
        ("Any time", at(11), "Safe to call at any time"),
        ("Wed 9:00-12:00; Wed 12:00-14:00", at(11), "Safe to call now, until 2pm"),
        ("Wed,Thu 20:00-24:00; Thu 00:00-07:00", at(21), "Safe to call now, until 7am tomorrow"),
    ],
)
def test_the_sentence_names_the_next_change(text: str, now: dt.datetime, expected: str) -> None:
    assert sentence(hours(text), now) == expected


def test_never_wins_over_hours_and_review() -> None:
    found = safe_now([replace(CALL, allowed="no", review_by="2020-01-01")], "TEL", at(10))
    assert (found.state, str(found.sentence)) == ("never", "Do not call")


def test_a_form_asks_for_the_hours_of_a_call_and_of_nothing_else() -> None:
    passed_over = replace(CALL, hours=" ")
    assert {name: str(text) for name, text in unasked(passed_over).items()} == {
        "hours": "Enter the safe hours, or any time"
    }
    for said in (
        CALL,
        replace(CALL, hours="any time"),
        replace(passed_over, allowed="no"),
        replace(passed_over, allowed="NA-ASK"),
        replace(passed_over, channel="LET"),
    ):
        assert unasked(said) == {}


def test_not_asked_yet_is_never_taken_for_safe() -> None:
    for contacts in ([], [replace(CALL, allowed="NA-ASK")], [replace(CALL, channel="SMS")]):
        found = safe_now(contacts, "TEL", at(10))
        assert (found.state, str(found.sentence)) == ("unknown", "Safe contact not asked yet")


@pytest.mark.parametrize(
    ("answer", "state"),
    [("NA-UNK", "unknown"), ("NA-REF", "unknown"), ("NA-UNS", "unknown"), ("NA-NAP", "never")],
)
def test_other_missing_answers_are_not_safe_either(answer: str, state: str) -> None:
    assert safe_now([replace(CALL, allowed=answer)], "TEL", at(10)).state == state


def test_after_the_review_date_it_asks_again() -> None:
    lapsed = replace(CALL, review_by="2026-11-03")
    found = safe_now([lapsed], "TEL", at(10))
    assert found.state == "review"
    assert str(found.sentence) == "Ask again before calling: review was due 3 November 2026"


def test_the_review_day_itself_is_still_safe_and_ends_at_midnight() -> None:
    last_day = replace(CALL, hours="22:00-06:00", review_by=TODAY.isoformat())
    found = safe_now([last_day], "TEL", at(23))
    assert (found.state, str(found.sentence)) == ("safe", "Safe to call now, until midnight")
    after = safe_now([last_day], "TEL", at(0, 0, TODAY + dt.timedelta(days=1)))
    assert after.state == "review"


def test_hours_that_only_come_after_the_review_say_to_ask() -> None:
    found = safe_now([replace(CALL, hours="Mon 09:00-10:00", review_by="2026-11-20")], "TEL", at(10))
    assert (found.state, found.until) == ("not_now", None)
    assert str(found.sentence) == "Not safe to call now: ask again by 20 November 2026"


def test_hours_that_begin_the_moment_the_review_lapses_are_not_promised() -> None:
    ends_today = replace(CALL, hours="Thu 00:00-06:00", review_by=TODAY.isoformat())
    found = safe_now([ends_today], "TEL", at(10))
    assert (found.state, found.until) == ("not_now", None)
    assert str(found.sentence) == "Not safe to call now: ask again by 18 November 2026"


def test_without_a_review_date_nothing_is_safe() -> None:
    assert safe_now([replace(CALL, review_by="")], "TEL", at(10)).state == "review"


def test_hours_that_cannot_be_read_are_not_safe() -> None:
    assert safe_now([replace(CALL, hours="when he is out")], "TEL", at(10)).state == "unknown"


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("SMS", "Do not text"), ("EML", "Do not email"), ("LET", "Do not write"), ("VIS", "Do not visit"),
     ("MSG", "Do not message")],
)  # fmt: skip
def test_each_channel_has_its_own_verb(channel: str, expected: str) -> None:
    assert sentence(replace(CALL, channel=channel, allowed="no"), at(10)) == expected


def test_the_chip_is_about_calls() -> None:
    texts = replace(CALL, channel="SMS", allowed="no")
    assert chip([texts, CALL], at(10)).state == "safe"


def test_what_must_never_be_done_is_listed_in_order() -> None:
    contacts = [
        SafeContact(3, 1, "LET", "no"),
        SafeContact(2, 1, "SMS", "no"),
        replace(CALL, voicemail="no"),
        SafeContact(4, 1, "EML", "yes", "a@example.com"),
    ]
    assert [str(one) for one in never_list(contacts)] == ["No voicemail", "No texts", "No letters home"]
    assert [str(one) for one in never_list([replace(CALL, allowed="no", voicemail="no")])] == ["No calls"]
    assert never_list([]) == []


# --- the clocks ------------------------------------------------------------------------------------
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)


def test_in_spring_a_window_inside_the_missing_hour_never_opens() -> None:
    contact = hours("Sun 01:10-01:50")
    for minutes in range(0, 240, 5):
        moment = (at(0, day=SPRING).astimezone(dt.UTC) + dt.timedelta(minutes=minutes)).astimezone(LONDON)
        assert safe_now([contact], "TEL", moment).state == "not_now"


def test_in_spring_a_window_into_the_missing_hour_ends_when_the_clocks_jump() -> None:
    found = safe_now([hours("Sun 00:30-01:30")], "TEL", at(0, 45, SPRING))
    assert found.until is not None
    assert found.until.astimezone(dt.UTC) == dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
    assert safe_now([hours("Sun 00:30-01:30")], "TEL", at(2, 0, SPRING)).state == "not_now"


def test_in_autumn_a_window_in_the_doubled_hour_is_cut_short_rather_than_guessed() -> None:
    ends = hours("Sun 00:30-01:30")
    assert safe_now([ends], "TEL", at(1, 15, AUTUMN)).state == "safe"
    assert safe_now([ends], "TEL", at(1, 15, AUTUMN, fold=1)).state == "not_now"
    opens = hours("Sun 01:30-03:00")
    assert safe_now([opens], "TEL", at(1, 45, AUTUMN)).state == "not_now"
    assert safe_now([opens], "TEL", at(1, 45, AUTUMN, fold=1)).state == "safe"


DAYS = st.one_of(
    st.sampled_from([SPRING, AUTUMN, dt.date(2027, 3, 28), dt.date(2027, 10, 31), dt.date(2026, 12, 31)]),
    st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 1)),
)
WINDOWS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1439)), min_size=1, max_size=4
).map(lambda found: [Window(day, start, start + length) for day, start, length in found])


def written(windows: list[Window]) -> str:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    times = [(w.start, w.end if w.end == 1440 else w.end % 1440) for w in windows]
    return "; ".join(
        f"{names[w.day]} {a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}"
        for w, (a, b) in zip(windows, times, strict=True)
    )


def wall_says(windows: list[Window], moment: dt.datetime) -> bool:
    """What the clock on her wall says, worked out minute by minute and knowing nothing of time zones."""
    minute, weekday = moment.hour * 60 + moment.minute, moment.weekday()
    return any(
        (w.day == weekday and w.start <= minute < w.end)
        or ((w.day + 1) % 7 == weekday and w.start <= minute + 1440 < w.end)
        for w in windows
    )


@settings(max_examples=400, deadline=None)
@given(WINDOWS, DAYS, st.integers(0, 25 * 60 - 1))
def test_safe_means_the_clock_on_the_wall_is_inside_the_hours(
    windows: list[Window], day: dt.date, minute: int
) -> None:
    moment = (at(0, day=day).astimezone(dt.UTC) + dt.timedelta(minutes=minute)).astimezone(LONDON)
    found = safe_now([hours(written(windows))], "TEL", moment)
    assert found.state in ("safe", "not_now")
    if found.state == "safe":
        assert wall_says(windows, moment)
    elif day not in (SPRING, AUTUMN, dt.date(2027, 3, 28), dt.date(2027, 10, 31)):
        # away from the nights when the clocks change it is exactly the clock on the wall
        nights = {SPRING, AUTUMN, dt.date(2027, 3, 28), dt.date(2027, 10, 31)}
        if not {moment.date(), moment.date() - dt.timedelta(days=1)} & nights:
            assert not wall_says(windows, moment)


@settings(max_examples=300, deadline=None)
@given(WINDOWS, DAYS, st.integers(0, 1439))
def test_the_answer_holds_until_the_moment_it_names(windows: list[Window], day: dt.date, minute: int) -> None:
    contact = hours(written(windows))
    moment = (at(0, day=day).astimezone(dt.UTC) + dt.timedelta(minutes=minute)).astimezone(LONDON)
    found = safe_now([contact], "TEL", moment)
    if found.until is None:
        return
    assert found.until.astimezone(dt.UTC) > moment.astimezone(dt.UTC)
    just_before = (found.until.astimezone(dt.UTC) - dt.timedelta(minutes=1)).astimezone(LONDON)
    assert safe_now([contact], "TEL", just_before).state == found.state
    if "any time" not in str(found.sentence):
        assert safe_now([contact], "TEL", found.until).state != found.state


# --- hours as typed --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("Mon-Fri 09:30-11:00; Sat 14:00-15:00",) * 2 + ("Mon-Fri 9:30am to 11am; Sat 2pm to 3pm",),
        ("mon to fri 9:30am to 11am", "Mon-Fri 09:30-11:00", "Mon-Fri 9:30am to 11am"),
        ("weekdays 9am-midday", "Mon-Fri 09:00-12:00", "Mon-Fri 9am to midday"),
        ("Sundays 8pm–midnight", "Sun 20:00-24:00", "Sun 8pm to midnight"),
        ("Mon, Wed and Fri 9am-10am", "Mon,Wed,Fri 09:00-10:00", "Mon, Wed, Fri 9am to 10am"),
        ("sat-mon 9am-10am", "Mon,Sat,Sun 09:00-10:00", "Mon, Sat, Sun 9am to 10am"),
        ("22:00-02:00", "22:00-02:00", "10pm to 2am"),
        ("daily 9am to 5pm\nsat 6pm to 7pm", "09:00-17:00; Sat 18:00-19:00", "9am to 5pm; Sat 6pm to 7pm"),
        ("", "", ""),
    ],
)
def test_hours_are_read_as_typed_and_kept_one_way(typed: str, stored: str, shown: str) -> None:
    assert tidy_hours(typed) == stored
    assert show_hours(stored) == shown
    assert set(read_hours(stored)) == set(read_hours(typed))


@pytest.mark.parametrize(
    "typed",
    ["mornings", "9-11", "Mon 9am", "9am-9am", "Mon 25:00-26:00", "Mon 09:61-10:00", "Xon 9am-10am",
     "24:00-01:00", "9am-10am Mon", "Mon 9am-10am or so", "13am-2pm", ";", "M 9am-10am"],
)  # fmt: skip
def test_hours_that_leave_a_doubt_are_refused(typed: str) -> None:
    with pytest.raises(HoursUnclear):
        read_hours(typed)


@settings(max_examples=200, deadline=None)
@given(WINDOWS)
def test_tidied_hours_mean_the_same_and_stay_as_they_are(windows: list[Window]) -> None:
    text = written(windows)
    tidy = tidy_hours(text)
    assert set(read_hours(tidy)) == set(read_hours(text)) == set(windows)
    assert tidy_hours(tidy) == tidy
    assert set(read_hours(show_hours(tidy))) == set(windows)


# --- what stops it from being saved ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"value": ""}, "value", "Enter a phone number"),
        ({"value": "ring her mum"}, "value", "Enter a phone number, like 01632 960 001"),
        ({"channel": "EML", "value": "x"}, "value", "Enter an email address, like name@example.com"),
        ({"hours": "9-11"}, "hours", "Say am or pm, like 9am to 11am"),
        ({"hours": "mornings"}, "hours", "Enter hours like Mon-Fri 9:30am to 11am; Sat 2pm to 3pm"),
        ({"allowed": "maybe"}, "allowed", "Choose whether this is safe"),
        ({"channel": "FAX"}, "channel", "Choose a way to reach the client"),
        ({"channel": "SMS", "voicemail": "yes"}, "voicemail", "Voicemail belongs to calls only"),
        ({"review_by": "2026-11-17"}, "review_by", "Review date must be today or later"),
        ({"review_by": "2026-02-30"}, "review_by", "Review date must be a real date"),
        ({"whose": "HIS"}, "whose", "Choose whose it is"),
        ({"source": "ME"}, "source", "Choose who told you"),
        ({"note": "x" * 501}, "note", "Must be 500 characters or fewer"),
    ],
)
def test_each_rule_says_what_to_do(change: dict[str, str], field: str, expected: str) -> None:
    problems = replace(CALL, **change).problems(TODAY)  # type: ignore[arg-type]
    assert {name: str(text) for name, text in problems.items()} == {field: expected}


def test_a_refusal_needs_no_number() -> None:
    assert SafeContact(None, 1, "TEL", "no").problems(TODAY) == {}
    assert SafeContact(None, 1, "LET").problems(TODAY) == {}


def test_high_risk_is_asked_again_sooner() -> None:
    assert (default_review_days(True), default_review_days(False)) == (30, 90)
