"""Onward referrals in a real vault."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.onward_referrals import OnwardReferral, unmet
from caseworker.domain.services import Service
from caseworker.domain.when import LONDON
from caseworker.errors import Refused
from caseworker.storage import clients, history, onward_referrals, services, write
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date().isoformat()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke"))


@pytest.fixture
def talk(vault: OpenVault) -> int:
    return write(services.save, Service(None, "", "Talking room", "COU"))


def sent(client_id: int, service_id: int) -> int:
    return write(
        onward_referrals.save,
        OnwardReferral(None, "", client_id, service_id, need="N1", consent="given", sent=TODAY),
    )


def test_the_type_of_service_is_kept_as_it_was_when_it_was_sent(amara: int, talk: int) -> None:
    row_id = sent(amara, talk)
    write(services.save, dataclasses.replace(services.get(talk), kind="GRP"))
    write(onward_referrals.save, dataclasses.replace(onward_referrals.get(row_id), accepted=TODAY))
    held = onward_referrals.get(row_id)
    assert (held.service_type, held.accepted) == ("COU", TODAY)


def test_nobody_is_referred_to_a_service_that_ended_and_what_was_sent_goes_on(amara: int, talk: int) -> None:
    row_id = sent(amara, talk)
    write(services.end, talk, "Lost its money")
    with pytest.raises(Refused) as caught:
        sent(amara, talk)
    assert set(caught.value.problems) == {"service_id"}
    held = onward_referrals.get(row_id)
    write(onward_referrals.save, dataclasses.replace(held, refused=TODAY, reason="NOS"))
    assert onward_referrals.get(row_id).refused == TODAY


def test_a_service_that_is_not_in_this_vault_is_refused_in_words(amara: int) -> None:
    with pytest.raises(Refused) as caught:
        sent(amara, 404)
    assert set(caught.value.problems) == {"service_id"}


def test_that_no_service_exists_is_kept_and_counted_as_why_the_need_is_unmet(amara: int) -> None:
    gap = OnwardReferral(None, "", amara, need="N2", service_type="RFG", reason="NOS")
    row_id = write(onward_referrals.save, gap)
    assert onward_referrals.get(row_id).service_type == "RFG"
    assert unmet(onward_referrals.for_client(amara)) == {"N2": "NOS"}
    write(onward_referrals.withdraw, row_id, "Wrong client")
    assert unmet(onward_referrals.for_client(amara)) == {}


def test_consent_taken_back_is_in_the_history_with_both_answers(amara: int, talk: int) -> None:
    row_id = sent(amara, talk)
    changed = dataclasses.replace(onward_referrals.get(row_id), consent="withdrawn")
    with pytest.raises(Refused) as caught:
        write(onward_referrals.save, changed)
    assert set(caught.value.problems) == {"override_reason"}
    write(
        onward_referrals.save, dataclasses.replace(changed, override_reason="Sent before; asked them to stop")
    )
    told = [str(one.sentence()) for one in history.for_client(amara) if one.field == "consent"]
    assert told == ["Client agrees to it changed from Yes to Yes at first, no longer"]
