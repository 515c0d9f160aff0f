"""Feedback in the vault: when a client was asked for it, and what she gave."""

from __future__ import annotations

from collections.abc import Iterable

from caseworker.domain import feedback
from caseworker.domain.feedback import FeedbackOffer, Given
from caseworker.domain.instruments import AnswerSet, Taken
from caseworker.storage import instruments
from caseworker.storage.nouns import Noun

_OFFERS = Noun(FeedbackOffer, "feedback_offer", "offered DESC, id DESC")

save = _OFFERS.save
withdraw = _OFFERS.withdraw
restore = _OFFERS.restore
get = _OFFERS.get
for_client = _OFFERS.for_client
for_clients = _OFFERS.for_clients


def given(client_id: int) -> list[Given]:
    """The signed feedback forms of that client that stand, oldest first."""
    return of(instruments.signed(client_id, [feedback.FORM]))


def of(signed: Iterable[tuple[AnswerSet, Taken]]) -> list[Given]:
    """What counting needs of feedback forms already read."""
    return [Given(taken.on, taken.stage, taken.values.get("USE", "NA-ASK")) for _, taken in signed]
