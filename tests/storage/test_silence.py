"""Gone quiet in a real vault: what is read, who is asked, what is set aside and comes back."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from caseworker.domain import silence as domain
from caseworker.domain.actions import Action
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.silence import Aside
from caseworker.domain.when import LONDON
from caseworker.errors import Problem, Refused
from caseworker.storage import actions, clients, contacts, episodes, history, instruments, silence, write
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.silence import Quiet, gone_quiet
from caseworker.storage.vault import OpenVault
from tests.demo.lives import lives, past_on

DAY = 86_400
AT = int(time.time())
NOW = dt.datetime.now(LONDON)
TODAY = NOW.date()
WEEK = (TODAY + dt.timedelta(days=7)).isoformat()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    """Reached every three days until twenty days ago."""
    client_id = client("Amara Clarke")

    def talk() -> None:
        for ago in range(50, 19, -3):
            log(client_id, ago)

    write(talk)
    return client_id


def client(name: str) -> int:
    client_id = write(clients.save, Client(None, "", name))
    write(episodes.save, Episode(None, "", client_id, (TODAY - dt.timedelta(days=60)).isoformat()))
    return client_id


def log(client_id: int, days_ago: float, outcome: str = "COM", **answers: object) -> int:
    kind = str(answers.pop("kind", "ATT" if outcome in ("NOA", "WPA") else "CLI"))
    contact = Contact(
        None, "", client_id, None, int(AT - days_ago * DAY), kind, outcome=outcome, minutes=1,
        override_reason="She rang first", **answers,  # type: ignore[arg-type]
    )  # fmt: skip
    return write(contacts.save, contact)


def quiet(**options: int) -> list[Quiet]:
    return gone_quiet(NOW, **options)


def test_somebody_whose_rhythm_broke_is_found_with_reasons(amara: int) -> None:
    log(amara, 12, "NOA")
    log(amara, 5, "WPA")
    (found,) = quiet()
    assert (found.client_id, found.workers) == (amara, (database.worker.id,))
    assert [str(reason) for reason in found.silence.reasons()] == [
        "Not reached for 20 days",
        "Until then usually reached every 3 days",
        "2 tries were not answered",
        "Somebody else answered, or the number was dead",
    ]


@pytest.mark.parametrize(
    ("then", "still"),
    [
        ({}, False),
        ({"outcome": "CUS"}, False),
        ({"outcome": "NOA"}, True),
        ({"outcome": "SNT", "method": "SMS"}, True),
        ({"kind": "PRO"}, True),  # a talk with her housing officer
        ({"method": "3P", "outcome": "RCV"}, True),  # heard through somebody else
    ],
)
def test_only_reaching_the_client_ends_it(amara: int, then: dict[str, str], still: bool) -> None:
    log(amara, 1, **then)  # type: ignore[arg-type]
    assert bool(quiet()) is still


def test_a_withdrawn_contact_reached_nobody(amara: int) -> None:
    mistake = log(amara, 1)
    assert quiet() == []
    write(contacts.withdraw, mistake, "Wrong person")
    assert len(quiet()) == 1


def test_nobody_is_looked_for_after_support_has_ended(amara: int) -> None:
    write(episodes.close, episodes.open_for(amara)[0].id or 0, TODAY, "CMP")
    assert quiet() == []


def test_what_came_before_this_support_is_no_part_of_its_rhythm(amara: int) -> None:
    database.execute_sql("UPDATE episode SET started = ?", ((TODAY + dt.timedelta(days=30)).isoformat(),))
    assert quiet() == []


def test_the_grade_that_counts_makes_it_more_pressing_and_is_said(amara: int) -> None:
    before = quiet()[0].silence.score
    held = write(instruments.begin, amara, "GEN")
    write(instruments.answer, held, "GRADE", "high")
    write(instruments.sign, held)
    after = quiet()[0].silence
    assert after.score == before + 1
    assert str(after.reasons()[-1]) == "High risk"


def test_a_gap_agreed_when_they_last_spoke_is_no_silence(vault: OpenVault) -> None:
    client_id = client("Bea Young")
    for ago in range(50, 19, -3):
        last = log(client_id, ago)
    assert len(quiet()) == 1
    later = (TODAY + dt.timedelta(days=5)).isoformat()
    write(actions.save, Action(None, "", client_id, "Ring after the holiday", later, contact_id=last))
    assert quiet() == []


def test_a_plan_that_did_not_come_from_a_talk_changes_nothing(amara: int) -> None:
    tried = log(amara, 1, "NOA")
    later = (TODAY + dt.timedelta(days=5)).isoformat()
    write(actions.save, Action(None, "", amara, "Try again", later, contact_id=tried))
    write(actions.save, Action(None, "", amara, "Ask the school", later))
    assert len(quiet()) == 1


def test_each_worker_is_asked_about_their_own(amara: int) -> None:
    assert len(quiet(worker_id=database.worker.id or 0)) == 1
    assert quiet(worker_id=999) == []


def test_no_more_than_one_worker_can_act_on(vault: OpenVault) -> None:
    def many() -> None:
        for n in range(domain.MOST + 3):
            client_id = client(f"Person {n}")
            for ago in range(50, 19, -3):
                log(client_id, ago)

    write(many)
    assert len(quiet()) == domain.MOST


def test_the_vault_is_read_as_the_lives_were_lived(vault: OpenVault) -> None:
    """What the detector is given from the vault is what the planted trial gives it."""
    some = [life for life in lives(7, workers=1, cases=6, days=60) if life.last >= 60]
    first = TODAY - dt.timedelta(days=60)

    def moment(day: int, hour: int) -> int:
        return int(dt.datetime.combine(first + dt.timedelta(days=day), dt.time(hour), LONDON).timestamp())

    def put() -> dict[int, int]:
        found = {}
        for n, life in enumerate(some):
            client_id = clients.save(Client(None, "", f"Life {n}"))
            started = (first + dt.timedelta(days=life.first)).isoformat()
            episodes.save(Episode(None, "", client_id, started))
            for event in life.events:
                if event.day >= 60:
                    break
                kind = "CLI" if event.met else "ATT"
                outcome = "VMN" if event.outcome == "VML" else event.outcome  # nobody said it may be left
                row = contacts.save(
                    Contact(None, "", client_id, None, moment(event.day, event.hour), kind, event.method,
                            outcome, minutes=1, override_reason="Agreed with the client")
                )  # fmt: skip
                if event.planned is not None:
                    due = (first + dt.timedelta(days=event.planned)).isoformat()
                    made = actions.save(Action(None, "", client_id, "Ring", WEEK, contact_id=row))
                    database.execute_sql("UPDATE action SET due = ? WHERE id = ?", (due, made))
            found[client_id] = n
        return found

    placed = write(put)
    read = dict(silence._pasts(moment(60, 0) - 1, silence._open_to()))
    origin = first.toordinal()
    for client_id, n in placed.items():
        lived = past_on(some[n], 60)
        if not lived.met:
            assert client_id not in read
            continue
        past = read[client_id].past
        assert tuple(day - origin for day in past.met) == lived.met
        assert (past.tried, past.tried_days, past.missed_days) == (
            lived.tried,
            lived.tried_days,
            lived.missed_days,
        )
        assert (past.cut_short, past.somebody_else) == (lived.cut_short, lived.somebody_else)
        assert (past.planned is None) == (lived.planned is None)
        assert past.planned is None or past.planned - origin == lived.planned


# --- set aside ----------------------------------------------------------------------------------------------


def test_set_aside_with_a_reason_it_leaves_the_list_and_the_history_says_so(amara: int) -> None:
    row = write(silence.set_aside, Aside(None, "", amara, reason="AWY", until=WEEK))
    assert quiet() == []
    assert str(history.for_client(amara)[0].sentence()) == "New note on why a client has gone quiet recorded"
    (held,) = silence.for_client(amara)
    assert held.since == silence.last_met(amara)
    assert (held.id, held.reason, held.until, held.worker_id) == (row, "AWY", WEEK, database.worker.id)


def test_it_comes_back_on_the_day_or_when_taken_back(amara: int) -> None:
    row = write(silence.set_aside, Aside(None, "", amara, reason="AWY", until=WEEK))
    assert len(gone_quiet(NOW + dt.timedelta(days=7))) == 1
    with pytest.raises(Refused):
        write(silence.take_back, row, " ")
    write(silence.take_back, row, "Undone after saving")
    assert len(quiet()) == 1
    write(silence.take_back, row, "Twice")  # changes nothing
    assert len(history.for_client(amara)) == len({one.seq for one in history.for_client(amara)})


def test_a_contact_that_reaches_them_ends_it(amara: int) -> None:
    write(silence.set_aside, Aside(None, "", amara, reason="AWY", until=WEEK))
    log(amara, 19)
    assert len(quiet()) == 1


def test_it_needs_a_reason_a_day_and_somebody_who_was_reached(amara: int) -> None:
    with pytest.raises(Refused) as refused:
        write(silence.set_aside, Aside(None, "", amara))
    assert set(refused.value.problems) == {"reason", "until"}
    with pytest.raises(Refused) as refused:
        write(silence.set_aside, Aside(None, "", client("Bea Young"), reason="AWY", until=WEEK))
    assert set(refused.value.problems) == {"client_id"}
    with pytest.raises(Problem):
        write(silence.take_back, 999, "x")


def test_it_reads_by_index_alone(amara: int) -> None:
    """One pass over the contacts of open cases: no scan of all contacts, and no sorting of them."""
    asked: list[str] = []
    execute = database.execute_sql

    def remember(sql: str, params: object = None) -> object:
        asked.append(sql)
        return execute(sql, params)

    database.execute_sql = remember  # type: ignore[method-assign]
    try:
        quiet()
    finally:
        del database.execute_sql  # type: ignore[attr-defined]
    (of_contacts,) = [sql for sql in asked if "FROM contact" in sql or "JOIN contact" in sql]
    plan = "\n".join(row[3] for row in fetch(f"EXPLAIN QUERY PLAN {of_contacts}", (0,)))
    assert "SEARCH k USING COVERING INDEX contact_client" in plan or "USING INDEX contact_client" in plan
    assert "SCAN k" not in plan
