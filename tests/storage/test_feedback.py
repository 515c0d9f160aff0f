"""Feedback in a real vault: what was given, and what was only offered."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.feedback import FeedbackOffer, counted
from caseworker.domain.when import LONDON
from caseworker.storage import clients, feedback, instruments, write
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke"))


def test_what_was_given_carries_whether_it_may_be_quoted(amara: int) -> None:
    held = write(instruments.begin, amara, "FEEDBACK", "review", at=int(time.time()) - 60)
    write(instruments.answer, held, "LIS", "5")
    write(instruments.answer, held, "USE", "QUO")
    assert feedback.given(amara) == []
    write(instruments.sign, held)
    (given,) = feedback.given(amara)
    assert (given.on, given.stage, given.may_be_quoted) == (TODAY, "review", True)


def test_offered_declined_and_given_are_counted_together(amara: int) -> None:
    for stage, answer in (("review", "waiting"), ("exit", "declined")):
        write(feedback.save, FeedbackOffer(None, "", amara, TODAY.isoformat(), stage, answer))
    found = counted(feedback.for_client(amara), feedback.given(amara))
    assert (found.offered, found.given, found.declined, found.waiting) == (2, 0, 1, 1)
    write(feedback.withdraw, feedback.for_client(amara)[0].id, "Not offered after all")
    assert counted(feedback.for_client(amara), []).offered == 1
