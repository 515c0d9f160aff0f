"""Contacts in a real vault: written once, amended with a reason, withdrawn and never lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest

from caseworker.domain.actions import Action
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.safe_claims import Check
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.when import DAYS, LONDON
from caseworker.errors import Problem, Refused
from caseworker.storage import actions, clients, contacts, drafts, episodes, history, safe_contacts, write
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()
NOTE = "Rang; spoke about the house. She feels calmer."


def new_client(name: str) -> int:
    return write(clients.save, Client(None, "", name))


@pytest.fixture
def nobody_asked(vault: OpenVault) -> int:
    """A client whom nobody has asked how to reach her safely."""
    return new_client("Nia Hughes")


@pytest.fixture
def amara(vault: OpenVault) -> int:
    client_id = new_client("Amara Clarke")
    instruct(client_id)
    return client_id


def spoke(client_id: int | None, **answers: object) -> Contact:
    """A call to somebody who may be called at any time, unless the test says otherwise (``instruct``)."""
    found = Contact(None, "", client_id, None, int(time.time()) - 600, minutes=10, note=NOTE)
    return dataclasses.replace(found, **answers)  # type: ignore[arg-type]


def state() -> tuple[object, ...]:
    tables = ("contact", "action", "draft", "revision", "audit")
    return tuple(fetch(f"SELECT count(*) FROM {table}")[0][0] for table in tables)


def age(contact_id: int, seconds: int) -> None:
    """As if it had been typed that long ago."""
    database.execute_sql("UPDATE contact SET recorded = recorded - ? WHERE id = ?", (seconds, contact_id))


# --- saving ------------------------------------------------
def test_a_saved_contact_has_its_author_and_the_time_of_typing(amara: int) -> None:
    contact = contacts.get(write(contacts.save, spoke(amara, safe_checked=True, recorded=1, worker_id=99)))
    assert contact.worker_id == database.worker.id
    assert abs(contact.recorded - time.time()) < 60
    assert contact.note == NOTE
    assert contact.safe_checked is True
    assert (contact.amended, contact.withdrawn) == (0, 0)


def test_contact_next_step_and_draft_are_one(amara: int) -> None:
    episode_id = write(episodes.save, Episode(None, "", amara, TODAY.isoformat()))
    write(drafts.keep, f"contact:{amara}", {"note": "Ra"})
    contact_id = write(
        contacts.save,
        spoke(amara),
        next_action=Action(None, "", amara, "Ring again", TODAY.isoformat()),
        draft_key=f"contact:{amara}",
    )
    (action,) = actions.for_client(amara)
    assert (action.contact_id, action.episode_id, action.worker_id) == (
        contact_id,
        episode_id,
        database.worker.id,
    )
    assert drafts.get(f"contact:{amara}") is None


def test_a_bad_next_step_saves_nothing_and_keeps_the_draft(amara: int) -> None:
    write(drafts.keep, "contact:1", {"note": "Ra"})
    before = state()
    with pytest.raises(Refused) as caught:
        write(
            contacts.save,
            spoke(amara, minutes=-1),
            next_action=Action(None, "", amara, "", TODAY.isoformat()),
            draft_key="contact:1",
        )
    assert set(caught.value.problems) == {"minutes", "next_text"}
    assert state() == before
    assert drafts.get("contact:1") is not None


def test_a_contact_without_an_episode_takes_the_open_one(amara: int) -> None:
    outside = contacts.get(write(contacts.save, spoke(amara)))
    assert outside.episode_id is None
    ended = write(episodes.save, Episode(None, "", amara, "2024-01-01", service="OUT"))
    write(episodes.close, ended, TODAY, "CMP")
    going = write(episodes.save, Episode(None, "", amara, "2024-02-01"))
    assert contacts.get(write(contacts.save, spoke(amara))).episode_id == going


def test_a_contact_cannot_stand_in_somebody_elses_episode(amara: int) -> None:
    bea = write(clients.save, Client(None, "", "Bea"))
    hers = write(episodes.save, Episode(None, "", bea, "2024-02-01"))
    with pytest.raises(ValueError, match="not this client's"):
        write(contacts.save, spoke(amara, episode_id=hers))


def test_an_anonymous_report_is_kept_without_a_person(vault: OpenVault) -> None:
    contact_id = write(contacts.save, spoke(None, kind="ANO"))
    assert contacts.get(contact_id).client_id is None
    assert clients.count() == 0


def test_a_saved_contact_is_not_saved_again(amara: int) -> None:
    contact = contacts.get(write(contacts.save, spoke(amara)))
    with pytest.raises(ValueError, match="amended"):
        write(contacts.save, contact)


def test_a_contact_in_the_future_is_refused(amara: int) -> None:
    with pytest.raises(Refused) as caught:
        write(contacts.save, spoke(amara, at=int(time.time()) + 3600))
    assert str(caught.value.problems["at"]) == "Time must be in the past"


# --- amending ------------------------------------------------
def test_an_amendment_keeps_what_was_said_before(amara: int) -> None:
    contact = contacts.get(write(contacts.save, spoke(amara)))
    write(contacts.amend, dataclasses.replace(contact, note="She feels safer.", minutes=15), "Wrong length")
    after = contacts.get(contact.id or 0)
    assert (after.note, after.minutes, after.amended) == ("She feels safer.", 15, 1)
    entries = {entry.field: entry for entry in history.for_client(amara) if entry.field}
    assert (entries["note"].old, entries["note"].new) == (NOTE, "She feels safer.")
    assert (entries["minutes"].old, entries["minutes"].new) == ("10", "15")
    assert {entry.who for entry in entries.values()} == {database.worker.name}
    assert {entry.why for entry in entries.values()} == {"Wrong length"}
    assert len({entry.seq for entry in entries.values()}) == 1
    assert NOTE not in str(entries["note"].sentence())  # not in a list that people read unprepared


def test_every_version_can_be_told_from_the_history(amara: int) -> None:
    contact = contacts.get(write(contacts.save, spoke(amara, note="one")))
    for note in ("two", "three"):
        write(contacts.amend, dataclasses.replace(contacts.get(contact.id or 0), note=note))
    told = [
        (e.old, e.new)
        for e in reversed(history.for_row("contact", contact.id or 0, amara))
        if e.field == "note"
    ]
    assert told == [("one", "two"), ("two", "three")]
    assert contacts.get(contact.id or 0).amended == 2


def test_author_and_time_of_typing_cannot_be_amended(amara: int) -> None:
    contact = contacts.get(write(contacts.save, spoke(amara)))
    forged = dataclasses.replace(contact, uid="x", recorded=1, worker_id=None, client_id=None, withdrawn=5)
    write(contacts.amend, dataclasses.replace(forged, minutes=11))
    assert contacts.get(contact.id or 0) == dataclasses.replace(contact, minutes=11, amended=1)


def test_an_amendment_that_changes_nothing_writes_nothing(amara: int) -> None:
    contact = contacts.get(write(contacts.save, spoke(amara)))
    before = state()
    write(contacts.amend, contact, "No change")
    assert state() == before
    assert contacts.get(contact.id or 0).amended == 0


def test_a_day_later_a_change_must_say_why(amara: int) -> None:
    contact = contacts.get(write(contacts.save, spoke(amara)))
    write(contacts.amend, dataclasses.replace(contact, minutes=11))
    age(contact.id or 0, 86401)
    with pytest.raises(Refused) as caught:
        write(contacts.amend, dataclasses.replace(contact, minutes=12), "  ")
    assert str(caught.value.problems["why"]) == "Enter why you are changing this"
    assert contacts.get(contact.id or 0).minutes == 11
    write(contacts.amend, dataclasses.replace(contact, minutes=12), "She rang to correct it")
    assert contacts.get(contact.id or 0).minutes == 12


def test_an_amendment_obeys_the_same_rules(amara: int) -> None:
    contact = contacts.get(write(contacts.save, spoke(amara)))
    with pytest.raises(Refused):
        write(contacts.amend, dataclasses.replace(contact, method="LET"), "It was a letter")


# --- withdrawing ------------------------------------------------
def test_an_undone_contact_is_kept_marked_and_left_out(amara: int) -> None:
    kept = write(contacts.save, spoke(amara))
    contact_id = write(
        contacts.save, spoke(amara), next_action=Action(None, "", amara, "Ring", TODAY.isoformat())
    )
    write(contacts.undo, contact_id)
    assert contacts.get(contact_id).withdrawn > 0
    assert contacts.get(contact_id).note == NOTE
    assert [one.id for one in contacts.for_client(amara)] == [kept]
    assert {one.id for one in contacts.for_client(amara, withdrawn=True)} == {kept, contact_id}
    assert contacts.count_for(amara) == 1
    assert actions.for_client(amara) == []
    entry = next(entry for entry in history.for_client(amara) if entry.action == "withdraw")
    assert str(entry.sentence()) == "The contact was withdrawn and is not counted"
    assert entry.why == "Undone after saving"


def test_a_withdrawn_contact_can_be_put_back_with_what_came_of_it(amara: int) -> None:
    contact_id = write(
        contacts.save, spoke(amara), next_action=Action(None, "", amara, "Ring", TODAY.isoformat())
    )
    write(contacts.withdraw, contact_id, "Logged for the wrong person")
    write(contacts.restore, contact_id, "It was right after all")
    assert contacts.get(contact_id).withdrawn == 0
    assert [one.text for one in actions.for_client(amara)] == ["Ring"]
    told = [entry.action for entry in history.for_row("contact", contact_id, amara)]
    assert told == ["restore", "withdraw", "add"]


def test_an_action_done_meanwhile_stays_done(amara: int) -> None:
    contact_id = write(
        contacts.save, spoke(amara), next_action=Action(None, "", amara, "Ring", TODAY.isoformat())
    )
    (action,) = actions.for_client(amara)
    write(actions.finish, action.id or 0, "Rang")
    write(contacts.undo, contact_id)
    write(contacts.restore, contact_id)
    assert actions.get(action.id or 0).result == "Rang"


def test_withdrawing_needs_a_reason_and_happens_once(amara: int) -> None:
    contact_id = write(contacts.save, spoke(amara))
    with pytest.raises(Refused) as caught:
        write(contacts.withdraw, contact_id, " ")
    assert str(caught.value.problems["why"]) == "Enter why you are withdrawing this"
    write(contacts.withdraw, contact_id, "Wrong person")
    for again in (
        lambda: write(contacts.withdraw, contact_id, "Again"),
        lambda: write(contacts.amend, contacts.get(contact_id), "Change"),
    ):
        with pytest.raises(Problem, match="E-WITHDRAWN"):
            again()


# --- listing ------------------------------------------------
def test_a_long_list_comes_in_pages_without_gaps_or_repeats(amara: int) -> None:
    at = int(time.time()) - 5000

    def many() -> list[int]:
        return [contacts.save(spoke(amara, at=at + i // 3)) for i in range(20)]

    saved = write(many)
    seen: list[int] = []
    page = contacts.for_client(amara, limit=6)
    while page and len(seen) < 2 * len(saved):
        seen += [one.id or 0 for one in page]
        page = contacts.for_client(amara, limit=6, before=(page[-1].at, page[-1].id or 0))
    assert seen == saved[::-1]


# --- text that could break something ------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("half \ud83d a face", "half \ufffd a face"),
        ("\ud83d\ude00 whole", "\U0001f600 whole"),
        ("a\0b", "ab"),
        ("<b>Siân</b> {0} %s 'x' -- \u202e\r\n\t", "<b>Siân</b> {0} %s 'x' -- \u202e\r\n\t"),
    ],
)
def test_odd_characters_never_cost_a_note(amara: int, typed: str, kept: str) -> None:
    contact_id = write(contacts.save, spoke(amara, note=typed))
    assert contacts.get(contact_id).note == kept
    write(contacts.amend, dataclasses.replace(contacts.get(contact_id), note=typed + "!"), typed)
    assert contacts.get(contact_id).note == kept + "!"
    assert history.for_client(amara)[0].new == kept + "!"
    write(drafts.keep, "contact:1", {"note": typed})
    found = drafts.get("contact:1")
    assert found is not None
    assert str(found.fields["note"]).encode("utf-16", "surrogatepass") == typed.encode(
        "utf-16", "surrogatepass"
    )


def test_an_anonymous_caller_who_becomes_a_client_is_not_linked_back(vault: OpenVault) -> None:
    before = contacts.get(write(contacts.save, spoke(None, kind="ANO")))
    amara = write(clients.save, Client(None, "", "Amara Clarke"))
    with pytest.raises(Refused):
        write(contacts.amend, dataclasses.replace(before, client_id=amara, kind="CLI"), "It was her")
    assert contacts.get(before.id or 0) == before
    assert contacts.for_client(amara) == []


# --- what the client said is safe ------------------------------------------------
def instruct(client_id: int, channel: str = "TEL", allowed: str = "yes", **more: str) -> None:
    value = {"TEL": "01632 960 001", "SMS": "01632 960 001", "EML": "amara@example.com"}.get(
        channel, "1 Elm Row"
    )
    write(safe_contacts.save, SafeContact(None, client_id, channel, allowed, value, "OWN", **more))


def another_day() -> str:
    """Safe hours of a day that is neither today nor yesterday."""
    day = TODAY + dt.timedelta(days=3)
    return f"{DAYS[day.weekday()][:3]} 09:00-10:00"


@pytest.mark.parametrize("outcome", ["COM", "NOA"])
def test_a_call_outside_the_safe_hours_must_say_why(nobody_asked: int, outcome: str) -> None:
    instruct(nobody_asked, hours=another_day())
    before = state()
    call = spoke(nobody_asked, outcome=outcome, kind="CLI" if outcome == "COM" else "ATT")
    with pytest.raises(Refused) as caught:
        write(contacts.save, call)
    assert {name: str(text) for name, text in caught.value.problems.items()} == {
        "override_reason": "Enter why it was safe"
    }
    assert state() == before
    saved = write(contacts.save, dataclasses.replace(call, override_reason="She rang first"))
    assert contacts.get(saved).override_reason == "She rang first"


@pytest.mark.parametrize("method", ["SMS", "LET", "EML"])
def test_what_must_never_be_sent_is_not_recorded_as_sent_for_any_reason(
    nobody_asked: int, method: str
) -> None:
    instruct(nobody_asked, method, "no")
    with pytest.raises(Refused, match="method"):
        write(contacts.save, spoke(nobody_asked, method=method, outcome="SNT", override_reason="Urgent"))


def test_a_visit_that_was_ruled_out_is_not_recorded_without_a_reason(nobody_asked: int) -> None:
    instruct(nobody_asked, "VIS", "no")
    with pytest.raises(Refused, match="override_reason"):
        write(contacts.save, spoke(nobody_asked, method="F2F-HOM", override_reason="  "))


def test_inside_the_safe_hours_or_when_they_rang_no_reason_is_needed(nobody_asked: int) -> None:
    instruct(nobody_asked)
    write(contacts.save, spoke(nobody_asked))
    bea = write(clients.save, Client(None, "", "Bea"))
    instruct(bea, hours=another_day())
    write(contacts.save, spoke(bea, direction="in"))
    write(contacts.save, spoke(bea, kind="PRO"))
    assert contacts.count_for(bea) == 2


def test_the_first_contact_of_all_is_possible_and_says_why(nobody_asked: int) -> None:
    with pytest.raises(Refused, match="override_reason"):
        write(contacts.save, spoke(nobody_asked))
    reason = "Not asked yet: the referral gave this way to reach the client"
    saved = write(contacts.save, spoke(nobody_asked, override_reason=reason))
    event = next(one for one in history.for_row("contact", saved, nobody_asked) if one.action == "override")
    assert str(event.sentence()) == "The contact was outside what is recorded as safe"
    assert event.why == reason


def test_a_contact_that_was_safe_leaves_no_override_in_the_history(amara: int) -> None:
    saved = write(contacts.save, spoke(amara))
    assert [one.action for one in history.for_row("contact", saved, amara)] == ["add"]


@pytest.mark.parametrize("voicemail", ["no", "NA-ASK", "NA-UNK"])
def test_voicemail_is_not_recorded_as_left_where_none_may_be_left(nobody_asked: int, voicemail: str) -> None:
    instruct(nobody_asked, voicemail=voicemail)
    with pytest.raises(Refused) as caught:
        write(contacts.save, spoke(nobody_asked, kind="ATT", outcome="VML", override_reason="I forgot"))
    assert str(caught.value.problems["outcome"]) == (
        "Do not leave voicemail for this client: choose another outcome"
    )
    assert contacts.count_for(nobody_asked) == 0


def test_voicemail_may_be_left_where_the_client_said_so(nobody_asked: int) -> None:
    instruct(nobody_asked, voicemail="yes")
    write(contacts.save, spoke(nobody_asked, kind="ATT", outcome="VML"))
    assert contacts.count_for(nobody_asked) == 1


def test_an_amendment_cannot_step_outside_what_is_safe(nobody_asked: int) -> None:
    instruct(nobody_asked)
    contact = contacts.get(write(contacts.save, spoke(nobody_asked)))
    (call,) = safe_contacts.for_client(nobody_asked)
    write(safe_contacts.save, dataclasses.replace(call, hours=another_day()), check=Check("SEEN"))
    # What was safe when it was logged may still be put right in words
    write(contacts.amend, dataclasses.replace(contact, note="Spoke about the flat."))
    contact = contacts.get(contact.id or 0)
    with pytest.raises(Refused, match="override_reason"):
        write(contacts.amend, dataclasses.replace(contact, at=contact.at - 60))
    with pytest.raises(Refused, match="outcome"):
        write(contacts.amend, dataclasses.replace(contact, kind="ATT", outcome="VML"))
    write(contacts.amend, dataclasses.replace(contact, at=contact.at - 60, override_reason="She rang"))
    assert contacts.get(contact.id or 0).at == contact.at - 60
