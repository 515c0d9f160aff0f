"""The first screen of the day: what is due, who was not reached, what was left, what the return lacks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest

from caseworker.domain.actions import Action
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.incidents import Incident
from caseworker.domain.marac import MaracReferral
from caseworker.domain.referrals import Referral
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.when import LONDON, show_date
from caseworker.storage import (
    actions,
    clients,
    contacts,
    drafts,
    episodes,
    incidents,
    instruments,
    marac,
    referrals,
    safe_contacts,
    settings,
    today,
    write,
)
from caseworker.storage.engine import database
from caseworker.storage.today import Board
from caseworker.storage.vault import OpenVault

NOW = dt.datetime.now(LONDON)
TODAY = NOW.date()
AT = int(time.time()) - 86400


@pytest.fixture
def amara(vault: OpenVault) -> int:
    client_id = write(clients.save, Client(None, "", "Amara Clarke", area="E07000071"))
    write(episodes.save, Episode(None, "", client_id, "2024-01-01", crime="DA1"))
    return client_id


def board(**options: int) -> Board:
    return today.board(NOW, **options)


def log(client_id: int, minutes_later: int, outcome: str, **answers: object) -> int:
    kind = str(answers.pop("kind", "CLI"))
    contact = Contact(
        None, "", client_id, None, AT + 60 * minutes_later, kind=kind, outcome=outcome, minutes=1,
        override_reason="Not asked yet", **answers,  # type: ignore[arg-type]
    )  # fmt: skip
    return write(contacts.save, contact)


def test_an_empty_vault_has_an_empty_board(vault: OpenVault) -> None:
    assert board() == Board([], 0, [], 0, [], 0, [], [], None)


# --- missed contacts -------------------------------------------------------------------------------
def test_somebody_the_last_call_did_not_reach_is_to_be_tried_again(amara: int) -> None:
    write(safe_contacts.save, SafeContact(None, amara, "TEL", "yes", "07700 900001"))
    log(amara, 0, "COM")
    log(amara, 1, "NOA")
    last = log(amara, 2, "VMN", kind="ATT")
    (missed,) = board().missed
    assert (missed.who.client_id, missed.who.name, missed.contact_id) == (amara, "Amara Clarke", last)
    assert (missed.outcome, missed.method, missed.tries) == ("VMN", "TEL", 2)
    assert str(missed.who.chip(NOW).sentence) == "Safe to call at any time"


@pytest.mark.parametrize(
    ("then", "still"),
    [
        ({"outcome": "COM"}, False),
        ({"outcome": "CUS"}, False),
        ({"outcome": "RES"}, False),
        ({"outcome": "DNA", "method": "F2F-OFF"}, False),
        ({"outcome": "SNT", "method": "SMS"}, True),  # a text she has not answered
        ({"outcome": "COM", "kind": "PRO"}, True),  # a talk with her housing officer
        ({"outcome": "COM", "kind": "FAM"}, True),
        ({"outcome": "BNC", "method": "EML"}, True),
    ],
)
def test_only_hearing_from_the_client_ends_the_trying(amara: int, then: dict[str, str], still: bool) -> None:
    log(amara, 0, "NOA")
    log(amara, 1, **then)  # type: ignore[arg-type]
    assert bool(board().missed) is still
    assert board().missed_count == int(still)


def test_a_withdrawn_answer_does_not_hide_a_missed_call(amara: int) -> None:
    log(amara, 0, "NOA")
    undone = log(amara, 1, "COM")
    assert board().missed == []
    write(contacts.undo, undone)
    assert len(board().missed) == 1


def test_a_withdrawn_attempt_is_nothing_to_try_again(amara: int) -> None:
    write(contacts.undo, log(amara, 0, "NOA"))
    assert board().missed == []


def test_nobody_is_tried_again_after_support_has_ended(amara: int) -> None:
    log(amara, 0, "NOA")
    write(episodes.close, episodes.open_for(amara)[0].id or 0, TODAY, "NCT")
    assert board().missed == []


# --- follow-ups ------------------------------------------------------------------------------------
def test_due_overdue_and_later_are_kept_apart(amara: int) -> None:
    for text, days in (("Late", 0), ("Now", 0), ("Later", 1)):
        write(actions.save, Action(None, "", amara, text, (TODAY + dt.timedelta(days=days)).isoformat()))
    six_days = (TODAY - dt.timedelta(days=6)).isoformat()
    database.execute_sql("UPDATE action SET due = ? WHERE text = 'Late'", (six_days,))
    found = board()
    assert [(one.action.text, one.days_late) for one in found.overdue] == [("Late", 6)]
    assert [(one.action.text, one.days_late) for one in found.due] == [("Now", 0)]
    assert (found.due_count, found.overdue_count) == (1, 1)
    assert found.due[0].who.reference == "CR-0001"
    write(actions.finish, found.due[0].action.id or 0, "Done")
    assert board().due == []


def test_a_colleagues_work_can_be_left_out(amara: int) -> None:
    write(actions.save, Action(None, "", amara, "Mine", TODAY.isoformat()))
    log(amara, 0, "NOA")
    assert len(board(worker_id=database.worker.id or 0).due) == 1
    assert len(board(worker_id=database.worker.id or 0).missed) == 1
    other = board(worker_id=999)
    assert (other.due, other.missed, other.due_count, other.missed_count) == ([], [], 0, 0)


def test_long_lists_are_cut_and_counted(vault: OpenVault) -> None:
    def many() -> None:
        for i in range(60):
            client_id = clients.save(Client(None, "", f"Person {i}"))
            episodes.save(Episode(None, "", client_id, "2024-01-01"))
            contacts.save(
                Contact(None, "", client_id, None, AT, outcome="NOA", override_reason="Not asked yet")
            )
            actions.save(Action(None, "", client_id, "Ring", TODAY.isoformat()))

    write(many)
    found = board()
    assert (len(found.missed), found.missed_count) == (today.SHOWN, 60)
    assert (len(found.due), found.due_count) == (today.SHOWN, 60)


# --- unfinished and missing ------------------------------------------------------------------------
def test_an_unfinished_note_is_offered(amara: int) -> None:
    write(drafts.keep, f"contact:{amara}", {"note": "She sa"})
    assert [one.key for one in board().waiting_drafts] == [f"contact:{amara}"]


def test_what_would_hold_up_the_return_is_named_and_counted(amara: int) -> None:
    assert board().dq_missing == []
    bea = write(clients.save, Client(None, "", "Bea"))
    write(episodes.save, Episode(None, "", bea, "2024-01-01"))
    write(referrals.save, Referral(None, "", bea, AT))
    found = board()
    assert {gap.what: (gap.count, gap.client_ids) for gap in found.dq_missing} == {
        "area": (1, (bea,)),
        "crime": (1, (bea,)),
        "source": (1, (bea,)),
    }
    assert found.dq_count == 3
    assert str(found.dq_missing[0].sentence) == "District not recorded"


def test_an_ending_without_a_reason_is_found_even_when_it_came_from_elsewhere(amara: int) -> None:
    database.execute_sql("UPDATE episode SET closed = ?", (TODAY.isoformat(),))
    assert [(gap.what, gap.count) for gap in board().dq_missing] == [("closure_reason", 1)]


def test_preferring_not_to_say_is_an_answer(amara: int) -> None:
    write(clients.save, dataclasses.replace(clients.get(amara), area="NA-REF"))
    assert board().dq_missing == []


def test_support_that_ended_long_ago_holds_up_nothing(amara: int) -> None:
    database.execute_sql("UPDATE episode SET closed = '2020-01-01', crime = 'NA-ASK', closure_reason = ''")
    assert board().dq_missing == []


def test_the_last_backup_is_said_only_when_one_is_known(amara: int) -> None:
    assert board().last_backup is None
    write(settings.set, today.LAST_BACKUP, AT)
    assert board().last_backup == AT


# --- before support begins -----------------------------------------------------------------------------------------
@pytest.fixture
def bea(vault: OpenVault) -> int:
    """Referred, and no episode yet."""
    return write(clients.save, Client(None, "", "Bea Young"))


def test_a_first_call_before_any_support_is_to_be_tried_again(bea: int) -> None:
    log(bea, 0, "NOA")
    assert [one.who.client_id for one in board().missed] == [bea]
    assert [one.who.client_id for one in board(worker_id=database.worker.id or 0).missed] == [bea]
    assert board(worker_id=999).missed == []


@pytest.mark.parametrize(
    ("outcome", "still"), [("NA-ASK", True), ("WTL", True), ("UNS", False), ("DEC", False), ("NCT", False)]
)
def test_nobody_is_tried_again_once_the_referral_has_ended(bea: int, outcome: str, still: bool) -> None:
    write(referrals.save, Referral(None, "", bea, AT - 60, source="POL", outcome=outcome))
    log(bea, 0, "NOA")
    assert bool(board().missed) is still


def test_an_old_try_without_support_is_let_go(bea: int) -> None:
    contact_id = log(bea, 0, "NOA")
    database.execute_sql("UPDATE contact SET at = at - ? WHERE id = ?", (today.LATELY, contact_id))
    assert board().missed == []


# --- dates of the record -----------------------------------------------------------------------------------------
def said(name: str) -> list[str]:
    held = board().dated.get(name)
    return [str(one.sentence(TODAY)) for one in held.lines] if held else []


def ago(days: int) -> str:
    return show_date(TODAY - dt.timedelta(days=days))


def test_reviews_due_and_overdue_are_counted_apart_and_learned_incidents_bring_them_forward(
    amara: int,
) -> None:
    held = write(instruments.begin, amara, "GEN", at=AT - 19 * 86400)
    write(instruments.answer, held, "GRADE", "high")
    write(instruments.sign, held)
    assert said("reviews") == [f"Risk review due. {ago(6)}, 6 days ago"]
    reviews = board().dated["reviews"]
    assert (reviews.count, reviews.late, reviews.lines[0].who.grade) == (1, 1, "high")
    database.execute_sql("UPDATE answer_set SET withdrawn = 1")
    assert "reviews" not in board().dated
    held = write(instruments.begin, amara, "GEN", at=AT)
    write(instruments.answer, held, "GRADE", "standard")
    write(instruments.sign, held)
    assert said("reviews") == []
    write(incidents.save, Incident(None, "", amara, TODAY.isoformat()))
    database.execute_sql("UPDATE incident SET recorded = recorded + 2")
    assert said("reviews") == [f"Risk review due: a new incident became known. {ago(0)}, today"]
    assert board().dated["reviews"].late == 0


def test_a_marac_paper_is_finished_then_heard_then_told(amara: int) -> None:
    row = write(marac.save, MaracReferral(None, "", amara))
    assert said("dates") == [f"MARAC paper to finish. {ago(0)}, today"]
    sent = (TODAY - dt.timedelta(days=16)).isoformat()
    database.execute_sql("UPDATE marac_referral SET sent = ? WHERE id = ?", (sent, row))
    assert said("dates") == [f"MARAC should hear the case. {ago(2)}, 2 days ago"]
    heard = (TODAY - dt.timedelta(days=1)).isoformat()
    database.execute_sql("UPDATE marac_referral SET heard = ?, outcome = 'heard' WHERE id = ?", (heard, row))
    assert said("dates") == [f"Tell the client what came of MARAC. {ago(1)}, yesterday"]
    database.execute_sql("UPDATE marac_referral SET told = heard WHERE id = ?", (row,))
    assert said("dates") == []


def test_a_form_is_signed_by_the_day_after_it_was_begun(amara: int) -> None:
    write(instruments.begin, amara, "GEN")
    (line,) = said("forms")
    assert line.endswith(f"begun, to be signed. {ago(-1)}, tomorrow")


def test_a_case_open_without_contact_for_sixty_days_is_dormant(amara: int) -> None:
    assert said("dormant") == ["Support started, not reached yet. 1 January 2024"]
    log(amara, 0, "COM")
    assert said("dormant") == []
    database.execute_sql("UPDATE contact SET at = at - 58 * 86400")
    assert said("dormant") == []
    database.execute_sql("UPDATE contact SET at = at - 2 * 86400")
    assert len(said("dormant")) == 1


# --- waits -------------------------------------------------------------------------------------------------------
def refer(client_id: int, days_ago: int, risk: str = "NA-ASK", outcome: str = "ACC") -> int:
    received = int(dt.datetime.combine(TODAY - dt.timedelta(days=days_ago), dt.time(9), LONDON).timestamp())
    return write(
        referrals.save,
        Referral(
            None,
            "",
            client_id,
            received,
            source="POL",
            outcome=outcome,
            referrer_risk=risk,
            decline_reason="CAP" if outcome == "REJ" else "NA-NAP",
        ),
    )


def test_a_wait_is_first_for_a_try_and_then_for_a_talk(amara: int) -> None:
    refer(amara, 30)
    assert said("waits")[0].startswith("First try to reach the client")
    log(amara, 0, "NOA", kind="ATT")
    assert said("waits")[0].startswith("Not reached yet")
    log(amara, 1, "COM")
    assert said("waits") == []


def test_high_risk_waits_are_over_sooner(amara: int) -> None:
    refer(amara, 1)
    later = NOW + dt.timedelta(days=9)
    by = {}
    for grade in ("NA-ASK", "high"):
        database.execute_sql("UPDATE referral SET referrer_risk = ?", (grade,))
        by[grade] = today.board(later).dated["waits"].lines[0].due.day
    assert by["high"] < by["NA-ASK"]


@pytest.mark.parametrize(("outcome", "waits"), [("ACC", True), ("WTL", True), ("REJ", False), ("DUP", False)])
def test_only_a_referral_that_may_still_lead_somewhere_waits(bea: int, outcome: str, waits: bool) -> None:
    refer(bea, 20, outcome=outcome)
    assert bool(said("waits")) is waits


def test_somebody_without_a_worker_is_everybodys(bea: int, amara: int) -> None:
    refer(bea, 20)
    refer(amara, 20)
    mine, others = (board(worker_id=one).dated["waits"].count for one in (database.worker.id or 0, 999))
    assert (mine, others) == (2, 1)


def test_whose_record_goes_between_two_turns_of_reading_is_left_out(amara: int, bea: int) -> None:
    for client_id in (amara, bea):
        write(actions.save, Action(None, "", client_id, "Ring", TODAY.isoformat()))
    turns = today.reading(NOW)
    next(turns)
    database.execute_sql("PRAGMA foreign_keys=0")
    database.execute_sql("DELETE FROM client WHERE id = ?", (bea,))
    database.execute_sql("PRAGMA foreign_keys=1")
    *_, found = turns
    assert found is not None
    assert [one.who.client_id for one in found.due] == [amara]
