"""The team: cases by risk, overdue reviews, gone quiet and what to put right, by worker."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.exits import Exit
from caseworker.domain.referrals import Referral
from caseworker.domain.when import LONDON
from caseworker.storage import clients, contacts, episodes, exits, gaps, instruments, referrals, team, write
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

DAY = 86_400
NOW = dt.datetime.now(LONDON)
TODAY = NOW.date()
AT = int(time.time())


@pytest.fixture
def sam(vault: OpenVault) -> int:
    """A second worker in the vault."""
    cursor = database.execute_sql(
        "INSERT INTO worker (uid, name, role, sign_key, receive_key, active) VALUES ('s', 'Sam Okoro', 'advocate',"
        " x'00', x'00', 1)"
    )
    return int(cursor.lastrowid)


def case(
    name: str, worker_id: int | None = None, grade: str = "", days_ago: int = 0, **answers: object
) -> int:
    client_id = write(clients.save, Client(None, "", name, area=str(answers.pop("area", "E07000071"))))
    started = (TODAY - dt.timedelta(days=60)).isoformat()
    row = write(episodes.save, Episode(None, "", client_id, started, crime="DA1"))
    if worker_id is not None:
        database.execute_sql("UPDATE episode SET worker_id = ? WHERE id = ?", (worker_id, row))
    if grade:
        held = write(instruments.begin, client_id, "GEN", at=AT - days_ago * DAY)
        write(instruments.answer, held, "GRADE", grade)
        write(instruments.sign, held)
    return client_id


def test_there_is_a_team_where_several_work_or_a_supervisor_looks(vault: OpenVault) -> None:
    assert not team.is_team()
    database.execute_sql(
        "INSERT INTO worker (uid, name, role, sign_key, receive_key, active) VALUES ('g', 'Gone', 'advocate',"
        " x'00', x'00', 0)"
    )
    assert not team.is_team()


def test_a_second_worker_makes_a_team(sam: int) -> None:
    assert team.is_team()


def test_open_cases_are_counted_by_worker_and_risk(sam: int) -> None:
    me = database.worker.id
    case("A", grade="high")
    case("B", grade="standard")
    case("C")
    case("D", sam, "medium")
    assert [(one.worker_id, one.cases, one.total) for one in team.caseload(NOW).loads] == [
        (me, (1, 0, 1, 1), 3),
        (sam, (0, 1, 0, 0), 1),
    ]
    assert team.names()[sam] == "Sam Okoro"


def test_a_worker_without_cases_is_there_too_and_a_case_without_a_worker(sam: int) -> None:
    client_id = case("A")
    database.execute_sql("UPDATE episode SET worker_id = NULL WHERE client_id = ?", (client_id,))
    assert {one.worker_id: one.total for one in team.caseload(NOW).loads} == {
        None: 1,
        database.worker.id: 0,
        sam: 0,
    }


def test_only_overdue_reviews_of_high_risk_are_late(sam: int) -> None:
    late = case("A", sam, "high", days_ago=20)
    later = case("B", sam, "high", days_ago=30)
    case("C", sam, "high", days_ago=3)
    case("D", sam, "medium", days_ago=59)
    (found,) = team.caseload(NOW).late
    assert (found.worker_id, found.count, found.longest) == (sam, 2, 16)
    assert found.client_ids == (later, late)


def test_who_has_gone_quiet_is_there_with_the_worker(sam: int) -> None:
    amara = case("Amara", sam)

    def talk() -> None:
        for ago in range(50, 19, -3):
            contacts.save(
                Contact(None, "", amara, None, AT - ago * DAY, minutes=1, override_reason="She rang first")
            )

    write(talk)
    found = team.gone_quiet(NOW)
    assert [(one.who.client_id, one.workers, one.silence.days) for one in found.lines] == [
        (amara, (sam,), 20)
    ]
    assert found.count == 1


def test_what_is_to_be_put_right_says_who_has_how_many(sam: int) -> None:
    me = database.worker.id or 0
    one, two = case("A", sam, area="NA-ASK"), case("B", sam, area="NA-UNS")
    mine = case("C", area="NA-ASK")
    kinds = {gap.what: gap for gap in team.put_right(NOW).gaps}
    assert kinds["area"].by_worker == ((sam, 2), (me, 1))
    assert kinds["crime"].count == 0
    assert team.put_right(NOW).stops == 3
    assert set(gaps.clients_of("area", TODAY)) == {one, two, mine}
    assert gaps.clients_of("area", TODAY, me) == [mine]


def test_the_whole_board_comes_part_by_part_who_has_gone_quiet_last(sam: int) -> None:
    case("A", sam, "high", days_ago=20)
    came: list[team.Part] = []
    team.board(NOW, came.append)
    assert came == [team.put_right(NOW), team.caseload(NOW), team.gone_quiet(NOW)]


def test_an_ending_that_does_not_say_what_became_of_the_abuse_is_to_be_put_right_once_the_client_was_reached(
    sam: int,
) -> None:
    reached, never = case("Amara", sam), case("Never reached", sam)
    said = {"minutes": 1, "override_reason": "She rang first"}
    write(contacts.save, Contact(None, "", reached, None, AT - DAY, **said))  # type: ignore[arg-type]
    for client_id in (reached, never):
        (episode,) = episodes.open_for(client_id)
        facts = Exit(None, "", client_id, episode.id or 0, TODAY.isoformat())
        write(exits.close, facts, "DEC" if client_id == reached else "NCT")
    assert gaps.clients_of("exit", TODAY) == [reached]
    ((_, held),) = exits.with_episodes(reached)
    write(exits.save, replace(held, abuse="stopped"), "She said so")
    assert gaps.clients_of("exit", TODAY) == []


def test_a_contact_long_before_its_referral_is_a_date_to_put_right(sam: int) -> None:
    amara = case("Amara", sam)
    row = write(referrals.save, Referral(None, "", amara, AT - 5 * DAY, source="POL", outcome="ACC"))
    database.execute_sql("UPDATE episode SET referral_id = ? WHERE client_id = ?", (row, amara))
    said = {"minutes": 1, "override_reason": "She rang first"}
    write(contacts.save, Contact(None, "", amara, None, AT - 5 * DAY - 3600, **said))  # type: ignore[arg-type]
    assert gaps.clients_of("early_contact", TODAY) == []
    write(contacts.save, Contact(None, "", amara, None, AT - 9 * DAY, **said))  # type: ignore[arg-type]
    assert gaps.clients_of("early_contact", TODAY) == [amara]
