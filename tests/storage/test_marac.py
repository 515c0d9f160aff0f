"""MARAC referrals in a real vault: half-filled, sent only when whole, repeats found to the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.incidents import Incident
from caseworker.domain.marac import MaracReferral, flag_until
from caseworker.domain.risk import Rules
from caseworker.domain.when import LONDON, months_later
from caseworker.errors import Problem, Refused
from caseworker.storage import audit, clients, history, incidents, instruments, marac, risk, write
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault
from tests.domain.test_marac import PAPER

TODAY = dt.datetime.now(LONDON).date()


def day(offset: int) -> str:
    return (TODAY + dt.timedelta(days=offset)).isoformat()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke", area="E06000034"))


def paper(client: int, incident_on: str, **others: object) -> MaracReferral:
    made = replace(PAPER, client_id=client, incident_on=incident_on, signed_off=incident_on)
    return replace(made, **others)  # type: ignore[arg-type]


def test_a_paper_is_kept_half_filled_and_sent_only_when_whole(amara: int) -> None:
    held = write(marac.save, MaracReferral(None, "", amara, criteria="PJ"))
    with pytest.raises(Refused) as caught:
        write(marac.save, replace(marac.get(held), sent=day(0)))
    assert {"wishes", "wants_police", "manager", "safe_to_reach"} <= set(caught.value.problems)
    assert marac.get(held).sent == ""
    whole = replace(paper(amara, day(-1)), id=held, sent=day(0))
    write(marac.save, whole)
    assert marac.get(held).sent == day(0)
    assert [one.id for one in marac.waiting()] == [held]


def test_a_further_incident_on_the_last_day_is_a_repeat_and_the_day_after_is_not(amara: int) -> None:
    a_year_ago = months_later(TODAY, -12)
    first = write(marac.save, paper(amara, a_year_ago.isoformat(), sent=a_year_ago.isoformat()))
    last_day = flag_until(a_year_ago)
    assert last_day <= TODAY
    second = marac.get(write(marac.save, paper(amara, last_day.isoformat())))
    assert (second.is_repeat, second.last_referred) == (True, a_year_ago.isoformat())
    if last_day < TODAY:
        assert not marac.get(write(marac.save, paper(amara, day(0)))).is_repeat
    older = (a_year_ago - dt.timedelta(days=1)).isoformat()
    write(marac.withdraw, first, "Typed twice")
    write(marac.save, paper(amara, older, sent=older))
    assert not marac.get(write(marac.save, paper(amara, last_day.isoformat()))).is_repeat


def test_another_person_or_a_kind_that_does_not_count_makes_a_new_case(amara: int) -> None:
    write(marac.save, paper(amara, day(-50), sent=day(-50)))
    assert not marac.get(write(marac.save, paper(amara, day(-2), perpetrator="Tom"))).is_repeat
    write(incidents.save, Incident(None, "", amara, day(-3), kind="DAM", by_whom="Dan P"))
    assert not marac.get(write(marac.save, paper(amara, day(-3)))).is_repeat
    write(incidents.save, Incident(None, "", amara, day(-3), kind="SEX", by_whom="Dan P"))
    assert marac.get(write(marac.save, paper(amara, day(-3)))).is_repeat
    assert marac.repeated_by(Incident(None, "", amara, day(0), kind="VIO")) is not None


def test_a_referral_made_elsewhere_counts_for_a_repeat(amara: int) -> None:
    held = write(marac.save, paper(amara, day(-2), last_referred=day(-100)))
    assert marac.get(held).is_repeat
    assert not marac.get(write(marac.save, paper(amara, day(-2), last_referred=day(-400)))).is_repeat


def test_an_incident_recorded_under_another_persons_name_does_not_repeat(amara: int) -> None:
    write(marac.save, paper(amara, day(-50), sent=day(-50)))
    write(incidents.save, Incident(None, "", amara, day(-4), kind="VIO", by_whom="Tom"))
    assert not marac.get(write(marac.save, paper(amara, day(-4), perpetrator="Tom"))).is_repeat


def test_an_incident_recorded_of_somebody_else_hides_no_repeat(amara: int) -> None:
    write(marac.save, paper(amara, day(-50), sent=day(-50)))
    write(incidents.save, Incident(None, "", amara, day(-4), kind="DAM", by_whom="Tom"))
    assert marac.get(write(marac.save, paper(amara, day(-4)))).is_repeat


def test_hearing_and_telling_need_no_reason_and_changing_the_paper_does(amara: int) -> None:
    held = write(marac.save, paper(amara, day(-9), sent=day(-8)))
    with pytest.raises(Refused, match="why"):
        write(marac.save, replace(marac.get(held), wishes="To stay"))
    write(marac.save, replace(marac.get(held), heard=day(-2), outcome="heard"))
    assert [one.id for one in marac.waiting()] == [held]
    write(marac.save, replace(marac.get(held), told=day(-1)))
    assert marac.waiting() == []
    write(marac.save, replace(marac.get(held), wishes="To stay"), "She changed her mind")
    told = [entry for entry in history.for_client(amara) if entry.noun == "marac_referral"]
    assert any(entry.field == "wishes" and entry.why == "She changed her mind" for entry in told)
    assert "Outcome changed from Does not apply to Heard" in [str(entry.sentence()) for entry in told]
    assert audit.check_chain() == []


def test_a_day_after_typing_the_paper_is_locked(amara: int) -> None:
    held = write(marac.save, paper(amara, day(-2)))
    write(marac.save, replace(marac.get(held), wishes="To stay"))
    write(database.execute_sql, "UPDATE marac_referral SET recorded = recorded - 86401")
    with pytest.raises(Refused, match="why"):
        write(marac.save, replace(marac.get(held), wishes="To leave"))


def test_a_withdrawn_referral_stays_and_is_counted_nowhere(amara: int) -> None:
    held = write(marac.save, paper(amara, day(-9), sent=day(-8)))
    with pytest.raises(Refused, match="why"):
        write(marac.withdraw, held, "")
    write(marac.withdraw, held, "Wrong client")
    assert (marac.waiting(), marac.for_client(amara)) == ([], [])
    assert [one.id for one in marac.for_client(amara, withdrawn=True)] == [held]
    with pytest.raises(Problem, match="E-WITHDRAWN"):
        write(marac.save, marac.get(held))


def test_it_rests_on_a_signed_assessment_of_the_same_client(amara: int) -> None:
    held = write(instruments.begin, amara, "GEN")
    write(instruments.answer, held, "GRADE", "high")
    with pytest.raises(ValueError, match="signed assessment"):
        write(marac.save, paper(amara, day(-1), answer_set_id=held))
    write(instruments.sign, held)
    other = write(clients.save, Client(None, "", "Robin Marsh"))
    with pytest.raises(ValueError, match="same client"):
        write(marac.save, paper(other, day(-1), answer_set_id=held))
    assert marac.get(write(marac.save, paper(amara, day(-1), answer_set_id=held))).answer_set_id == held


def test_the_routes_come_from_what_is_signed_and_known(amara: int) -> None:
    write(risk.set_rules, Rules(bands={"DASH24": {"high": 12}}), "Thurrock")
    held = write(instruments.begin, amara, "DASH24")
    for item in range(1, 13):
        write(instruments.answer, held, str(item), "yes", "victim")
    with pytest.raises(ValueError, match="signed"):
        marac.routes_for(held)
    write(instruments.sign, held)
    assert marac.routes_for(held) == ("VHR",)
    for offset in (-1, -30, -365):
        write(incidents.save, Incident(None, "", amara, day(offset), kind="VIO"))
    assert marac.routes_for(held) == ("VHR", "ESC")
    write(marac.save, paper(amara, day(-40), sent=day(-40)))
    newest = incidents.for_client(amara)[0]
    assert marac.routes_for(held, incident=newest, suicide=True) == ("VHR", "ESC", "REP", "SUI")


def test_a_grade_raised_to_high_goes_by_judgement(amara: int) -> None:
    held = write(instruments.begin, amara, "GEN")
    write(instruments.answer, held, "GRADE", "medium")
    write(instruments.sign, held, judgement="high", reason="He has a key")
    assert marac.routes_for(held) == ("PJ",)
