"""Consents in a real vault: a decision is never overwritten, taking back is a new one, a manager looks in 48 hours."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.consents import Consent
from caseworker.domain.when import LONDON
from caseworker.errors import Problem, Refused
from caseworker.storage import clients, consents, history, write
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


def ago(days: int) -> str:
    return (TODAY - dt.timedelta(days=days)).isoformat()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke"))


def agreed(client_id: int, **more: str) -> int:
    made = Consent(None, "", client_id, ago(9), "HOU", "HOU", "given", "Colne Homes", "That she must move")
    return write(consents.save, dataclasses.replace(made, **more))  # type: ignore[arg-type]


def states(client_id: int) -> list[str]:
    return [one.state for one in consents.now_in_force(client_id)]


def test_a_decision_is_never_overwritten(amara: int) -> None:
    row_id = agreed(amara)
    with pytest.raises(ValueError, match="never changes"):
        write(consents.save, dataclasses.replace(consents.get(row_id), scope="Everything"))
    with pytest.raises(Exception, match="never changes"):
        write(database.execute_sql, "UPDATE consent SET scope = 'Everything' WHERE id = ?", (row_id,))
    with pytest.raises(Exception, match="never changes"):
        write(database.execute_sql, "DELETE FROM consent")
    assert consents.get(row_id).scope == "That she must move"


def test_taking_back_is_a_new_decision_that_points_at_the_old(amara: int) -> None:
    row_id = agreed(amara)
    assert states(amara) == ["may"]
    back = write(consents.take_back, row_id, ago(0), "phone", "Nothing more goes to Colne Homes")
    held = consents.get(back)
    assert (held.ends_id, held.decision, held.recipient_name) == (row_id, "withdrawn", "Colne Homes")
    assert consents.get(row_id).decision == "given"
    assert states(amara) == ["may-not"]
    assert len(consents.for_client(amara)) == 2
    with pytest.raises(Problem, match="E-CONSENT-ENDED"):
        write(consents.take_back, row_id, ago(0))
    agreed(amara, decided=ago(0))
    assert states(amara) == ["may"]


def test_it_cannot_be_taken_back_before_it_was_agreed(amara: int) -> None:
    with pytest.raises(Refused) as caught:
        write(consents.take_back, agreed(amara), ago(10))
    assert list(caught.value.problems) == ["decided"]


def test_only_an_agreement_of_the_same_client_can_be_ended(amara: int) -> None:
    row_id = agreed(amara)
    other = write(clients.save, Client(None, "", "Nia Hughes"))
    with pytest.raises(ValueError, match="same client"):
        agreed(other, decision="withdrawn", ends_id=row_id)  # type: ignore[arg-type]


def test_one_recorded_by_mistake_stays_in_the_history_and_counts_for_nothing(amara: int) -> None:
    row_id = agreed(amara)
    write(consents.withdraw, row_id, "Meant for another client")
    assert states(amara) == []
    told = history.for_row("consent", row_id, amara)
    assert [one.why for one in told if one.action == "withdraw"] == ["Meant for another client"]


def override(client_id: int) -> int:
    return agreed(client_id, decision="override", recipient="POL", recipient_name="", reason="Threat to kill")


def test_a_manager_looks_at_sharing_without_agreement_within_48_hours(amara: int) -> None:
    row_id = override(amara)
    (due,) = consents.due(TODAY)
    assert (due.client_id, due.row_id) == (amara, row_id)
    assert due.day in (TODAY + dt.timedelta(days=2), TODAY + dt.timedelta(days=1))
    assert consents.due(TODAY + dt.timedelta(days=4000))  # it never falls off the list
    assert consents.due(TODAY, 99) == []
    write(consents.review, row_id, "Ruth Mensah", "right")
    assert consents.due(TODAY) == []
    held = consents.get(row_id)
    assert held.reviewed
    assert held.reviewed_by == "Ruth Mensah"
    with pytest.raises(Problem, match="E-REVIEWED"):
        write(consents.review, row_id, "Ruth Mensah", "wrong", "No")
    assert any(one.action == "review" for one in history.for_row("consent", row_id, amara))


def test_what_a_manager_found_wrong_says_what_should_have_been_done(amara: int) -> None:
    row_id = override(amara)
    with pytest.raises(Refused) as caught:
        write(consents.review, row_id, "", "limits")
    assert sorted(caught.value.problems) == ["review_note", "reviewed_by"]
    with pytest.raises(Refused) as caught:
        write(consents.review, row_id, "Ruth", "")
    assert list(caught.value.problems) == ["review_view"]


def test_a_review_cannot_be_typed_in_with_the_decision(amara: int) -> None:
    row_id = agreed(
        amara, decision="override", recipient="POL", reason="Threat", reviewed_by="Me", review_view="right"
    )
    assert consents.get(row_id).reviewed_by == ""
    assert consents.due(TODAY)
