"""Episodes in a real vault: begun, resumed within 90 days, ended with a reason."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.when import LONDON
from caseworker.errors import Refused
from caseworker.storage import clients, contacts, episodes, history, write
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


def ago(days: int) -> str:
    return (TODAY - dt.timedelta(days=days)).isoformat()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke", born="1990-01-01"))


def ended(client_id: int, days_ago: int, service: str = "IDV") -> int:
    episode_id = write(episodes.save, Episode(None, "", client_id, ago(300), service=service))
    write(episodes.close, episode_id, ago(days_ago), "CMP")
    return episode_id


def refusal(*arguments: object, **named: object) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        write(*arguments, **named)  # type: ignore[arg-type]
    return {field: str(text) for field, text in caught.value.problems.items()}


def test_support_begins_with_me_and_the_age_of_that_day(amara: int) -> None:
    episode = episodes.get(write(episodes.save, Episode(None, "", amara, "2024-01-01")))
    assert (episode.worker_id, episode.age_at_start) == (database.worker.id, 34)
    assert episodes.open_for(amara) == [episode]


@pytest.mark.parametrize("days", [0, 89, 90])
def test_coming_back_within_ninety_days_resumes_the_same_episode(amara: int, days: int) -> None:
    before = ended(amara, days)
    assert write(episodes.begin, Episode(None, "", amara, ago(0)), "She came back") == before
    resumed = episodes.get(before)
    assert (resumed.closed, resumed.closure_reason, resumed.started) == ("", "", ago(300))
    told = [entry for entry in history.for_row("episode", before, amara) if entry.action == "reopen"]
    assert {entry.field: entry.old for entry in told} == {
        "": "",
        "closed": ago(days),
        "closure_reason": "CMP",
    }
    assert str(told[0].sentence()) == "The episode of support was taken up again"


def test_coming_back_on_day_ninety_one_is_a_new_episode(amara: int) -> None:
    before = ended(amara, 91)
    after = write(episodes.begin, Episode(None, "", amara, ago(0)))
    assert after != before
    assert episodes.get(before).closed == ago(91)
    assert [one.id for one in episodes.for_client(amara)] == [after, before]


def test_another_service_does_not_resume_it(amara: int) -> None:
    before = ended(amara, 5, service="OUT")
    assert write(episodes.begin, Episode(None, "", amara, ago(0))) != before


def test_a_new_row_in_place_of_resuming_is_refused(amara: int) -> None:
    ended(amara, 5)
    assert refusal(episodes.save, Episode(None, "", amara, ago(0))) == {
        "started": "Support ended 90 days before or less: take that episode up again"
    }


def test_two_open_episodes_in_one_service_are_refused_and_in_two_are_fine(amara: int) -> None:
    write(episodes.save, Episode(None, "", amara, ago(3)))
    assert refusal(episodes.save, Episode(None, "", amara, ago(0))) == {
        "service": "Support from this service is open already"
    }
    write(episodes.save, Episode(None, "", amara, ago(0), service="COU"))
    assert len(episodes.open_for(amara)) == 2


def test_reopening_too_late_or_twice_is_refused(amara: int) -> None:
    late = ended(amara, 91)
    assert refusal(episodes.reopen, late, TODAY) == {
        "started": "Support ended more than 90 days before: start a new episode"
    }
    going = write(episodes.save, Episode(None, "", amara, ago(0)))
    assert refusal(episodes.reopen, going, TODAY) == {"started": "Support is open already"}


def test_support_ends_on_a_day_for_a_reason(amara: int) -> None:
    episode_id = write(episodes.save, Episode(None, "", amara, ago(10)))
    assert refusal(episodes.close, episode_id, ago(11), "CMP") == {
        "closed": "End date must be the same as or after the start date"
    }
    assert refusal(episodes.close, episode_id, TODAY, "") == {"closure_reason": "Choose why support ended"}
    write(episodes.close, episode_id, TODAY, "CMP")
    assert (episodes.get(episode_id).closed, episodes.get(episode_id).closure_reason) == (ago(0), "CMP")
    assert episodes.open_for(amara) == []
    assert refusal(episodes.close, episode_id, TODAY, "CMP") == {"closed": "Support has ended already"}


def test_never_reached_is_refused_for_somebody_who_was(amara: int) -> None:
    episode_id = write(episodes.save, Episode(None, "", amara, ago(10)))
    at = int(time.time()) - 600
    write(
        contacts.save,
        Contact(
            None, "", amara, None, at, kind="ATT", outcome="NOA", minutes=1, override_reason="Not asked yet"
        ),
    )
    undone = write(
        contacts.save, Contact(None, "", amara, None, at, minutes=5, override_reason="Not asked yet")
    )
    expected = {"closure_reason": "The client was reached, so choose another reason"}
    assert refusal(episodes.close, episode_id, TODAY, "NCT") == expected
    closing = dataclasses.replace(episodes.get(episode_id), closed=ago(0), closure_reason="NCT")
    assert refusal(episodes.save, closing) == expected
    write(contacts.undo, undone)
    write(episodes.close, episode_id, TODAY, "NCT")


def test_a_corrected_start_date_corrects_the_age(amara: int) -> None:
    episode_id = write(episodes.save, Episode(None, "", amara, "2024-01-01"))
    write(episodes.save, dataclasses.replace(episodes.get(episode_id), started="2023-12-31"), "Typed wrong")
    assert episodes.get(episode_id).age_at_start == 33


def test_an_episode_cannot_wander_to_another_client(amara: int) -> None:
    episode_id = write(episodes.save, Episode(None, "", amara, ago(3)))
    bea = write(clients.save, Client(None, "", "Bea"))
    write(episodes.save, dataclasses.replace(episodes.get(episode_id), client_id=bea))
    assert episodes.get(episode_id).client_id == amara


def test_an_ended_episode_cannot_be_opened_again_by_saving_it_too_late(amara: int) -> None:
    late = dataclasses.replace(episodes.get(ended(amara, 91)), closed="", closure_reason="")
    assert refusal(episodes.save, late) == {
        "closed": "Support ended more than 90 days before: start a new episode"
    }


def test_consent_withdrawn_mid_case_is_dated_by_history_and_erases_nothing(amara: int) -> None:
    episode_id = write(episodes.save, Episode(None, "", amara, ago(10), consent_to_support="yes"))
    write(episodes.save, dataclasses.replace(episodes.get(episode_id), consent_to_support="no"), "She rang")
    (entry,) = [entry for entry in history.for_client(amara) if entry.field == "consent_to_support"]
    assert str(entry.sentence()) == "Agreed to support changed from Yes to No"
    assert episodes.get(episode_id).closed == ""


def test_a_case_handed_to_a_colleague_reads_by_name(amara: int) -> None:
    database.execute_sql(
        "INSERT INTO worker (uid, name, role, sign_key, receive_key)"
        " VALUES ('w2', 'Lee Parr', 'advocate', x'00', x'00')"
    )
    episode_id = write(episodes.save, Episode(None, "", amara, ago(10)))
    write(episodes.save, dataclasses.replace(episodes.get(episode_id), worker_id=2))
    (entry,) = [entry for entry in history.for_client(amara) if entry.field == "worker_id"]
    assert str(entry.sentence()) == f"Worker changed from {database.worker.name} to Lee Parr"


def test_somebody_who_turns_eighteen_in_an_episode_stays_a_child_of_that_episode(vault: OpenVault) -> None:
    turned = dt.date(TODAY.year - 18, TODAY.month, 1)  # 18 on the first of this month
    mina = write(clients.save, Client(None, "", "Mina Shah", born=turned.isoformat()))
    episode_id = write(episodes.save, Episode(None, "", mina, ago(120)))
    assert episodes.get(episode_id).age_at_start == 17
    # whatever is changed or closed after the birthday, and when support is taken up again
    write(episodes.save, dataclasses.replace(episodes.get(episode_id), level="intensive"), "More at risk")
    write(episodes.close, episode_id, ago(0), "CMP")
    assert write(episodes.begin, Episode(None, "", mina, ago(0))) == episode_id
    assert episodes.get(episode_id).age_at_start == 17
    # a new episode counts from its own start
    other = episodes.get(write(episodes.save, Episode(None, "", mina, ago(0), service="ISV")))
    assert other.age_at_start == 18
