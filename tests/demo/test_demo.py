"""Made-up people look like a service's people, are the same for the same seed, and are nobody."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import peewee
import pytest

from caseworker import demo
from caseworker.crypto.keys import FLOOR, KdfCost
from caseworker.demo import filling, mixes
from caseworker.demo.people import Person, Report, World
from caseworker.domain import codes
from caseworker.domain.children import Child
from caseworker.domain.clients import birthday
from caseworker.domain.consents import Consent
from caseworker.domain.contacts import is_two_way
from caseworker.domain.marac import MaracReferral
from caseworker.domain.periods import LONDON, local_date
from caseworker.domain.perpetrators import Perpetrator
from caseworker.errors import Problem
from caseworker.storage import history
from caseworker.storage import today as todays
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime.combine(TODAY, dt.time(9, 30), LONDON)
CHEAP = KdfCost(m_kib=64, t=1, p=1)
PHRASE = "a harbour of quiet lanterns 42"
TABLES = (
    "client", "safe_contact", "referral", "episode", "contact", "action", "answer", "incident", "marac_referral",
)  # fmt: skip


def everything() -> dict[str, list[tuple]]:
    """Every made-up row of the open vault."""
    return {table: database.execute_sql(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in TABLES}


def one(sql: str) -> object:
    return database.execute_sql(sql).fetchone()[0]


@pytest.fixture(scope="module")
def people() -> list[Person]:
    """Three thousand people of the provider's mix, without a vault."""
    world = World(mixes.profile("provider"), TODAY, seed=7)
    return [person for person in islice(world.people(), 3060) if isinstance(person, Person)]


def share(items: Iterator[bool] | list[bool]) -> float:
    found = list(items)
    return 100 * sum(found) / len(found)


# --- the same again ---


def test_the_same_seed_and_day_give_the_same_records_letter_for_letter(tmp_path):
    found = []
    for folder, seed in (("one", 3), ("two", 3), ("three", 4)):
        path = demo.make("solo", tmp_path / folder, PHRASE, seed=seed, contacts=300, today=TODAY, cost=CHEAP)
        opened = vaults.open_vault(vaults.unlock(path, PHRASE))
        try:
            found.append(everything())
        finally:
            opened.close()
    assert found[0] == found[1]
    assert found[0]["client"] != found[2]["client"]


def test_a_demo_vault_is_whole_and_marked_synthetic_for_good(tmp_path):
    path = demo.make("solo", tmp_path, PHRASE, contacts=200, today=TODAY, cost=CHEAP)
    assert vaults.verify(path, PHRASE) == []
    opened = vaults.open_vault(vaults.unlock(path, PHRASE))
    assert opened.synthetic
    opened.close()


# --- sizes and times ---


def test_the_solo_profile_is_a_laptop_of_about_240_people_and_3200_contacts(vault: OpenVault):
    demo.fill("solo", today=TODAY)
    assert one("SELECT count(*) FROM contact") == 3200
    assert 200 <= one("SELECT count(*) FROM client") <= 290
    assert 210 <= one("SELECT count(*) FROM episode") <= 310
    first = local_date(one("SELECT min(received) FROM referral"))
    assert dt.timedelta(days=480) < TODAY - first < dt.timedelta(days=560)


def test_exactly_as_many_contacts_as_asked_for_and_progress_is_told(vault: OpenVault):
    told = []
    demo.fill("provider", contacts=1234, today=TODAY, progress=lambda done, of: told.append((done, of)))
    assert one("SELECT count(*) FROM contact") == 1234
    assert told[-1] == (1234, 1234)
    assert one("SELECT count(*) FROM worker") == 14


def test_more_contacts_mean_a_longer_time_up_to_five_years_and_then_a_busier_service():
    solo = mixes.profile("solo")
    assert solo.with_contacts(100).months == solo.months == 18
    assert solo.with_contacts(6400).months == 36
    assert solo.with_contacts(1_000_000).months == 60


def test_nothing_happened_today_or_later(vault: OpenVault):
    demo.fill("solo", contacts=800, today=TODAY)
    midnight = int(dt.datetime.combine(TODAY, dt.time(), LONDON).timestamp())
    for sql in (
        "SELECT max(at) FROM contact",
        "SELECT max(recorded) FROM contact",
        "SELECT max(received) FROM referral",
        "SELECT max(done) FROM action",
        "SELECT max(made) FROM client",
    ):
        assert one(sql) < midnight, sql
    assert one("SELECT max(closed) FROM episode") < TODAY.isoformat()
    assert one("SELECT count(*) FROM contact WHERE recorded < at") == 0


def test_the_large_way_of_filling_leaves_the_same_indexes_behind(vault: OpenVault, monkeypatch):
    sql = "SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name"
    before = database.execute_sql(sql).fetchall()
    monkeypatch.setattr("caseworker.demo.filling.LARGE", 500)
    demo.fill("solo", contacts=600, today=TODAY)
    assert database.execute_sql(sql).fetchall() == before
    assert one("PRAGMA integrity_check") == "ok"
    assert one("SELECT count(*) FROM client_search WHERE client_search MATCH 'cr*'") > 0


def test_every_row_refers_to_one_that_is_there_also_while_somebody_works_on(vault: OpenVault):
    demo.fill("provider", contacts=400, today=TODAY)
    assert database.execute_sql("PRAGMA foreign_key_check").fetchall() == []
    assert one("PRAGMA foreign_keys") == 1
    with pytest.raises(peewee.IntegrityError):
        database.execute_sql("UPDATE contact SET client_id = 999999 WHERE id = 1")


def test_a_made_up_row_that_refers_to_none_ends_the_filling(vault: OpenVault, monkeypatch):
    write = filling._Filling._write_rows

    def to_nobody(self):
        self.rows["action"] = [(row[0], row[1], 999_999, *row[3:]) for row in self.rows["action"]]
        write(self)

    monkeypatch.setattr(filling._Filling, "_write_rows", to_nobody)
    with pytest.raises(RuntimeError, match="refer to none, the first in action"):
        demo.fill("solo", contacts=300, today=TODAY)
    assert one("PRAGMA foreign_keys") == 1


def test_made_up_people_never_go_in_among_others(vault: OpenVault):
    demo.fill("solo", contacts=50, today=TODAY)
    with pytest.raises(Problem) as twice:
        demo.fill("solo", contacts=50, today=TODAY)
    assert twice.value.code == "E-NOT-SYNTHETIC"


def test_made_up_people_never_go_into_a_real_vault(tmp_path):
    made = vaults.create(
        tmp_path, passphrase=PHRASE, worker_name="Somebody", role="advocate", agency="A07", cost=FLOOR
    )
    opened = vaults.open_vault(vaults.unlock(made.path, PHRASE))
    try:
        with pytest.raises(Problem) as refused:
            demo.fill("solo", contacts=50, today=TODAY)
        assert refused.value.code == "E-NOT-SYNTHETIC"
        assert one("SELECT count(*) FROM client") == 0
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("profile", "contacts", "code"), [("huge", 1, "E-PROFILE"), ("solo", 0, "E-CONTACTS")]
)
def test_a_profile_or_number_that_makes_no_sense_makes_no_vault(tmp_path, profile, contacts, code):
    with pytest.raises(Problem) as refused:
        demo.make(profile, tmp_path / "v", PHRASE, contacts=contacts, cost=CHEAP)
    assert refused.value.code == code
    assert not (tmp_path / "v").exists()


def test_today_has_work_on_it(vault: OpenVault):
    demo.fill("solo", today=TODAY)
    board = todays.board(NOW)
    assert board.due
    assert board.overdue


# --- every record is one that could have been typed ---


def test_every_made_up_record_could_be_saved_as_it_is(people):
    for person in people[:800]:
        client = person.client
        assert not client.problems(TODAY), client
        for safe in person.safe:
            assert not safe.problems(TODAY), safe
        for referral in (*person.referrals, *(case.referral for case in person.cases)):
            owned = dataclasses.replace(referral, client_id=1)
            assert not owned.problems(NOW), owned
        for case in person.cases:
            assert not case.episode.problems(TODAY), case.episode
            for contact in case.contacts:
                owned = dataclasses.replace(contact, client_id=1, episode_id=1)
                assert not owned.problems(NOW), owned
            for action in case.actions:
                assert not dataclasses.replace(action, id=1, client_id=1).problems(TODAY), action


def test_no_message_is_ever_left_where_none_may_be(people):
    for person in people:
        allowed = any(safe.channel == "TEL" and safe.voicemail == "yes" for safe in person.safe)
        outcomes = {contact.outcome for case in person.cases for contact in case.contacts}
        assert "VML" not in outcomes or allowed


def test_anonymous_reports_could_be_saved_too():
    world = World(mixes.profile("provider"), TODAY, seed=2)
    reports = [one for one in islice(world.people(), 900) if isinstance(one, Report)]
    assert len(reports) >= 5
    for report in reports:
        assert report.referral.client_id is None
        assert report.contact.client_id is None
        assert not report.referral.problems(NOW)
        assert not report.contact.problems(NOW)


def test_numbers_ring_nowhere_and_nothing_looks_like_an_address(people):
    for person in people:
        for safe in person.safe:
            if safe.channel in ("TEL", "SMS"):
                assert re.fullmatch(r"07700 900\d{3}|01632 960\d{3}", safe.value), safe.value
            if safe.channel == "EML":
                assert safe.value.endswith("@example.org")
            everything = " ".join((safe.value, safe.note, safe.say_as, person.client.name))
            assert not re.search(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", everything), "a postcode"
        for referral in (*person.referrals, *(case.referral for case in person.cases)):
            assert re.fullmatch(r"(42/9\d{6}/\d\d)?", referral.police_ref)


def test_notes_are_short_kind_and_never_graphic(people):
    hard = re.compile(
        r"\b(blood|hit|punch|strangl|rape|weapon|knife|kill|bruis|injur|attack|victim)", re.IGNORECASE
    )
    notes = {contact.note for person in people for case in person.cases for contact in case.contacts}
    assert len(notes) > 400
    for note in notes:
        assert note
        assert len(note) < 240
        assert not hard.search(note), note


# --- the mixes ---


def test_services_sex_and_engagement_come_out_as_the_data_file_says(people):
    first = [case for person in people for case in person.cases[:1]]
    found = Counter(case.episode.service for case in first)
    assert abs(100 * found["ISV"] / len(first) - 14) < 3
    in_idva = [
        p
        for p in people
        if p.cases and p.cases[0].episode.service == "IDV" and not codes.is_missing(p.client.sex)
    ]
    assert abs(share(p.client.sex == "F" for p in in_idva) - 93.5) < 2.5
    every = [p for p in people if (p.cases and p.cases[0].episode.service == "IDV")]
    engaged = share(p.cases[0].referral.outcome == "ACC" for p in every)
    assert 66 < engaged < 80  # 68 of all; a few of the others lead to no episode


def test_sources_of_referral_come_out_as_the_data_file_says(people):
    referrals = [case.referral for p in people for case in p.cases[:1] if case.episode.service == "IDV"]
    found = Counter(referral.source for referral in referrals)
    for source, expected in (("POL", 58), ("SLF", 8), ("DAH", 9), ("MRC", 4)):
        assert abs(100 * found[source] / len(referrals) - expected) < 4, source


def test_attempts_methods_and_professionals_come_out_as_the_data_file_says(people):
    contacts = [c for p in people for case in p.cases if case.episode.service == "IDV" for c in case.contacts]
    attempts = [c for c in contacts if c.kind == "ATT"]
    talks = [c for c in contacts if is_two_way(c)]
    assert abs(100 * len(attempts) / (len(attempts) + len(talks)) - 38) < 4
    outcomes = Counter(c.outcome for c in attempts)
    for outcome, expected in (("NOA", 58), ("VML", 14), ("VMN", 16), ("NUM", 5)):
        assert abs(100 * outcomes[outcome] / len(attempts) - expected) < 3, outcome
    methods = Counter(c.method for c in talks)
    assert abs(100 * methods["TEL"] / len(talks) - 62) < 3
    professional = sum(c.kind == "PRO" for c in contacts)
    assert abs(professional / len(talks) - 1.1) < 0.15
    calls = sorted(c.minutes for c in talks if c.method == "TEL")
    assert 12 <= calls[len(calls) // 2] <= 16
    assert abs(share(c.outcome == "CUS" for c in talks) - 0.6) < 0.4


def test_answers_are_missing_as_often_as_in_life(people):
    for question, expected in (
        ("ethnicity", 9),
        ("disability", 12),
        ("religion", 35),
        ("orientation", 38),
        ("sex", 1),
    ):
        missing = share(codes.is_missing(getattr(p.client, question)) for p in people)
        assert abs(missing - expected) < 3, question


def test_notes_are_typed_late_and_amended_as_often_as_in_life(people):
    contacts = [c for p in people for case in p.cases for c in case.contacts]
    hours = [(c.recorded - c.at) / 3600 for c in contacts]
    assert abs(share(h < 2.1 for h in hours) - 55) < 3
    assert abs(share(h > 72 for h in hours) - 8) < 2
    assert abs(share(c.amended == 1 for c in contacts) - 3) < 0.6
    assert 0 < share(c.withdrawn > 0 for c in contacts) < 0.5


def test_who_could_never_be_reached_was_never_spoken_to(people):
    never = [case for p in people for case in p.cases if case.episode.closure_reason == "NCT"]
    assert len(never) > 100
    assert not [case for case in never if any(is_two_way(contact) for contact in case.contacts)]


def test_every_amended_contact_shows_what_it_said_before_and_why(vault: OpenVault):
    demo.fill("solo", today=TODAY)
    amended = database.execute_sql(
        "SELECT id, client_id, minutes, amended FROM contact WHERE amended > 0"
    ).fetchall()
    assert len(amended) > 50
    assert {times for *_, times in amended} == {1, 2}
    for row_id, client_id, minutes, times in amended:
        told = [one for one in history.for_row("contact", row_id, client_id) if one.action != "seal"]
        assert [(one.action, one.field) for one in told] == [("amend", "minutes")] * times
        values = [int(told[0].new), *(int(one.old) for one in told)]
        assert values == [minutes + 5 * step for step in range(times + 1)]
        assert all(one.why for one in told)
    assert one("SELECT count(*) FROM revision WHERE noun = 'contact'") == sum(times for *_, times in amended)


def test_districts_come_in_proportion_to_people_and_need(people):
    found = Counter(p.client.area for p in people)
    assert abs(100 * found["E07000066"] / len(people) - 11.1) < 2
    assert found["E07000066"] > found["E07000077"] * 2
    assert found["CON"]
    assert found["NFA"]


def test_august_is_quieter_than_january_and_weekends_are_quiet(people):
    months = Counter()
    weekend = 0
    referrals = [case.referral for p in people for case in p.cases[:1]]
    for referral in referrals:
        day = local_date(referral.received)
        months[day.month] += 1
        weekend += day.weekday() > 4
    assert months[1] > months[8]
    assert weekend / len(referrals) < 0.09


# --- the difficult ones ---


@pytest.fixture(scope="module")
def difficult() -> list[Person | Report]:
    world = World(mixes.profile("solo"), TODAY, seed=1)
    from caseworker.demo.planted import planted

    return list(planted(world))


def test_difficult_cases_are_planted_in_every_vault(difficult):
    people = [one for one in difficult if isinstance(one, Person)]
    names = {person.client.name for person in people}
    assert {"Siân O'Brannan-Żurawin", "Wren", "Zoë"} <= names
    assert any(person.was for person in people)
    assert any(person.client.born == "2000-02-29" for person in people)
    assert any(person.client.area == "CON" for person in people)
    assert any(person.client.totals_only for person in people)
    assert any(one for one in difficult if isinstance(one, Report))
    assert any(case.episode.crime == "OT2" for person in people for case in person.cases)
    assert any(len({case.episode.service for case in person.cases}) == 2 for person in people)
    withdrawn = [case.episode for p in people for case in p.cases if case.episode.consent_to_support == "no"]
    assert any(episode.closure_reason == "DEC" for episode in withdrawn)


def test_twins_share_a_surname_and_a_birthday(difficult):
    births = Counter((p.client.name.split()[-1], p.client.born) for p in difficult if isinstance(p, Person))
    assert 2 in births.values()


def test_one_was_referred_half_an_hour_before_the_financial_year_ended(difficult):
    received = [case.referral.received for p in difficult if isinstance(p, Person) for case in p.cases]
    times = [dt.datetime.fromtimestamp(at, LONDON) for at in received]
    assert any((at.month, at.day, at.hour, at.minute) == (3, 31, 23, 30) for at in times)


def test_one_call_crosses_midnight_and_one_is_in_the_hour_that_comes_twice(difficult):
    contacts = [c for p in difficult if isinstance(p, Person) for case in p.cases for c in case.contacts]
    times = [(dt.datetime.fromtimestamp(c.at, LONDON), c) for c in contacts]
    assert any((at.hour, at.minute, c.minutes) == (23, 40, 50) for at, c in times)
    assert any(at.fold == 1 and (at.hour, at.minute) == (1, 30) for at, c in times)


def test_a_paper_is_a_repeat_on_the_last_day_of_flag_and_tag_and_a_new_case_on_the_day_after(difficult):
    papers = {
        person.client.name: person.book.of(MaracReferral)
        for person in difficult
        if isinstance(person, Person) and person.client.name in ("Rosa Pinhal", "Iris Wardlow")
    }
    for name, repeat, late in (("Rosa Pinhal", True, 0), ("Iris Wardlow", False, 1)):
        first, second = papers[name]
        gap = dt.date.fromisoformat(second.incident_on) - dt.date.fromisoformat(first.sent)
        assert gap.days in (365 + late, 366 + late)
        assert (first.is_repeat, second.is_repeat) == (False, repeat)
        assert ("REP" in second.criteria) is repeat


def test_one_client_is_the_alleged_perpetrator_in_another_record_and_one_is_known_to_staff(difficult):
    people = [one for one in difficult if isinstance(one, Person)]
    names = {person.client.name for person in people}
    alleged = [one for person in people if person.book for one in person.book.of(Perpetrator)]
    assert any(one.name in names for one in alleged)
    assert any(one.known_here == "yes" for one in alleged)


def test_one_takes_agreement_back_and_a_child_comes_of_age_during_support(difficult):
    people = [one for one in difficult if isinstance(one, Person) and one.book]
    assert any(one.decision == "withdrawn" for person in people for one in person.book.of(Consent))
    robin = [(person, child) for person in people for child in person.book.of(Child) if child.name == "Robin"]
    ((person, child),) = robin
    started = dt.date.fromisoformat(person.cases[0].episode.started)
    born = dt.date.fromisoformat(child.born)
    assert started < birthday(born, 18) <= started + dt.timedelta(days=16)


def test_one_turns_eighteen_during_support(difficult):
    for person in (one for one in difficult if isinstance(one, Person)):
        for case in person.cases:
            if case.episode.age_at_start == 17 and not codes.is_missing(person.client.born):
                born = dt.date.fromisoformat(person.client.born)
                birthday = dt.date(born.year + 18, born.month, min(born.day, 28))
                assert birthday > dt.date.fromisoformat(case.episode.started)
                return
    pytest.fail("nobody turns eighteen")


@pytest.mark.parametrize("profile", demo.PROFILES)
def test_the_difficult_cases_can_be_planted_on_any_day_of_the_year(profile):
    from caseworker.demo.planted import planted

    for day in (
        dt.date(2026, 1, 1),
        dt.date(2026, 3, 31),
        dt.date(2026, 4, 1),
        dt.date(2028, 2, 29),
        dt.date(2026, 12, 31),
    ):
        world = World(mixes.profile(profile), day, seed=5)
        for person in planted(world):
            if isinstance(person, Person):
                for case in person.cases:
                    assert not case.episode.problems(day), case.episode
                    for contact in case.contacts:
                        assert contact.at < world.now


def test_a_second_vault_is_not_made_beside_another(tmp_path: Path):
    made = demo.make("solo", tmp_path, "phrase", contacts=120, today=TODAY, cost=CHEAP)
    with pytest.raises(Problem) as caught:
        demo.make("solo", tmp_path, "another phrase", seed=2, contacts=120, today=TODAY, cost=CHEAP)
    assert caught.value.code == "E-VAULT-THERE"
    assert [place for place in tmp_path.iterdir() if place.is_dir() and place.name != "home"] == [made]
