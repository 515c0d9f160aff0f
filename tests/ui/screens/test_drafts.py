"""Drafts while somebody types without a pause."""

from __future__ import annotations

import time

from caseworker.storage import drafts, instruments
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle
from ui.say import say
from ui.screens import form
from ui.screens.client.drafts import waiting_for, waiting_words
from ui.session import Place
from ui.window import Window


def test_typing_without_a_pause_is_kept_all_the_same(window: Window, hands: Hands, amara: int) -> None:
    window.go(Place("contact", amara))
    settle()
    note = hands.find_editor("Note")
    assert note is not None
    note.setFocus()
    began = time.monotonic()
    kept: list[float] = []
    typed = 0
    while not kept and time.monotonic() - began < 2 * form.KEEP_AT_LEAST_MS / 1000:
        hands.type("a")
        typed += 1
        draft = drafts.get(f"contact:{amara}")
        if draft is not None and draft.fields["note"]:
            kept.append(time.monotonic() - began)
        pause = (
            time.monotonic() + 0.03
        )  # the speed of a quick typist, never near the pause that keeps a draft
        hands.until(lambda pause=pause: time.monotonic() > pause, "the next key")  # type: ignore[misc]
    assert kept, f"{typed} keys without a pause, and no draft"
    assert kept[0] > form.KEEP_AFTER_MS / 1000  # it was not the pause that kept it


def test_a_form_begun_and_not_signed_is_called_by_its_name(window: Window, amara: int) -> None:
    window.session.write(instruments.begin, amara, "NEEDS", "baseline")
    assert [say(waiting_words(key)) for key in waiting_for(amara)] == ["Needs, not signed yet"]
