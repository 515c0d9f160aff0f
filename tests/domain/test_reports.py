"""Reports hold what they say they hold, in order, and nothing else."""

from __future__ import annotations

import datetime as dt

from caseworker.domain.children import Child
from caseworker.domain.clients import Client
from caseworker.domain.marac import MaracReferral
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.reports import digest, plain_text
from caseworker.domain.reports.chronology import Entry, chronology, shown_time
from caseworker.domain.reports.marac_paper import marac_paper
from caseworker.domain.reports.support_letter import support_letter, usual_body
from caseworker.domain.when import LONDON
from caseworker.words import words

TODAY = dt.date(2026, 11, 18)
AMARA = Client(1, "u", "Amara Clarke", reference="CR-0412", born="1991-03-27")


def at(day: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, tzinfo=LONDON)


def test_a_chronology_is_in_order_of_time_and_leaves_notes_out_until_asked() -> None:
    entries = [Entry(at(17), "Second", note="hard to read"), Entry(at(12), "First", whole_day=True)]
    said = plain_text(chronology("Amara Clarke", "CR-0412", entries, today=TODAY))
    assert said.index("First") < said.index("Second")
    assert "hard to read" not in said
    assert "2 entries, 12 November 2026 to 17 November 2026" in said
    with_notes = chronology("Amara Clarke", "CR-0412", entries, notes=True, today=TODAY)
    assert "Second. hard to read" in plain_text(with_notes)


def test_a_day_is_shown_without_a_time_that_nobody_knows() -> None:
    assert shown_time(Entry(at(12), "x", whole_day=True)) == "12 November 2026"
    assert shown_time(Entry(at(12, 9), "x")) == "12 November 2026, 9am"


def test_an_empty_chronology_says_so() -> None:
    said = plain_text(chronology("Amara Clarke", "CR-0412", [], today=TODAY))
    assert "Nothing is recorded for this time." in said


def test_a_support_letter_says_no_more_than_that_somebody_is_supported() -> None:
    body = str(usual_body("Amara Clarke", dt.date(2026, 9, 1)))
    letter = support_letter(
        organisation="Harbour", to="Housing Team\nBasildon", body=body, worker="Beth Marlow", today=TODAY
    )
    said = plain_text(letter)
    assert "Amara Clarke has been supported by our service since 1 September 2026." in said
    for word in ("abuse", "violence", "risk", "CR-0412", "Letter"):
        assert word not in said
    assert said.index("18 November 2026") < said.index("Housing Team") < said.index("Beth Marlow")


def test_the_marac_paper_begins_and_ends_with_who_must_not_be_told() -> None:
    referral = MaracReferral(
        1, "u", 1, area="Essex", criteria="VHR,REP", perpetrator="NA-REF", wishes="To stay in the house"
    )
    report = marac_paper(
        referral,
        AMARA,
        worker="Beth Marlow",
        today=TODAY,
        children=[Child(1, "u", 1, "Kofi", born="2019-01-05", at_risk="yes", school="Ashdene")],
        perpetrators=[Perpetrator(1, "u", 1, "Dan P", lives_with="yes", lives_with_said="CLI")],
    )
    said = plain_text(report).splitlines()
    assert "must not be told" in said[1]
    assert "must not be told" in said[-1]
    whole = "\n".join(said)
    assert "What the client wants to happen: To stay in the house" in whole
    assert "Who is said to cause the harm: Prefer" in whole  # why it is not known, never a blank
    assert "Kofi | 7 years old, born 5 January 2019 | At risk now. School: Ashdene" in whole
    assert "Lives with the client: Yes (said by: " in whole
    assert "Weapons" not in whole  # nobody said anything of them
    assert "27 March 1991, 35 years old" in whole
    assert "No signed assessment is linked to this referral." in whole


def test_the_fingerprint_changes_with_every_word() -> None:
    one = chronology("Amara Clarke", "CR-0412", [Entry(at(12), words("First"))], today=TODAY)
    other = chronology("Amara Clarke", "CR-0412", [Entry(at(12), words("Second"))], today=TODAY)
    assert digest(one) != digest(other)
    assert len(digest(one)) == 64
