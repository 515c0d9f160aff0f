"""The windows under made-up instructions: no number shown in silence, nothing unsafe through the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.storage import clients, contacts, database, history, safe_contacts, today
from tests.storage.test_interlock import INSTRUCTIONS, assert_nothing_unsafe, instruct
from tests.ui.screens.parts import settle
from tests.ui.screens.test_safe import shown
from ui.screens.contacts import ContactPanel
from ui.screens.day_sheet import DaySheet
from ui.session import Place
from ui.window import Window

CHOICES = st.fixed_dictionaries(
    {
        "how": st.sampled_from(["TEL", "SMS", "F2F", "EML", "LET", "F2F-HOM"]),
        "what": st.integers(0, 5),
        "reason": st.sampled_from(["", "first", "typed"]),
        "came_in": st.booleans(),
        "look": st.booleans(),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(INSTRUCTIONS, CHOICES)
def test_whatever_is_chosen_nothing_unsafe_is_saved_and_no_number_is_shown_in_silence(
    window: Window, instructions: dict[str, Any], chosen: dict[str, Any]
) -> None:
    client_id = storage.write(clients.save, Client(None, "", "Amara Clarke"))
    held = storage.write(instruct, client_id, instructions)
    window.go(Place("client", client_id))
    window.go(Place("contact", client_id))
    settle()
    assert not shown(window)
    panel = window.panel
    assert isinstance(panel, ContactPanel)
    form = panel.form
    assert form is not None
    if chosen["look"]:
        window.do("show_number")
        if not panel.safe.why.isHidden():
            panel.safe.why.choice.pills()[0].click()
        if shown(window):
            assert "show" in [one.action for one in history.for_client(client_id)]
    how = chosen["how"]
    form.how.set_value(how if how in ("TEL", "SMS", "F2F", "EML") else "F2F" if how == "F2F-HOM" else "OTHER")
    if how == "F2F-HOM":
        form.place.setCurrentIndex(form.place.findData(how))
    if how == "LET":
        form.other.setCurrentIndex(form.other.findData(how))
    form.came_in.setChecked(chosen["came_in"])
    form._follow()
    pills = form.what.pills()
    pills[chosen["what"] % len(pills)].click()
    if form.asks_why() and chosen["reason"]:
        form.why.choice.pills()[0 if chosen["reason"] == "first" else -1].click()
        form.why.line.setText("She rang" if chosen["reason"] == "typed" else "")
    for ask in form.asks:
        if not ask.isHidden():
            ask.editors["still_safe"].pills()[0].click()
    saved = form.save()
    stored = contacts.for_client(client_id)
    assert len(stored) == saved
    if stored:
        # "Still right" renews the review before the contact is stored.
        now_held = safe_contacts.for_client(client_id)
        assert_nothing_unsafe(stored[0], now_held if form.confirms() else held)
    panel.close_panel()
    settle()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(INSTRUCTIONS)
def test_the_page_for_the_pocket_never_holds_a_number(
    window: Window, add_client: Callable[..., int], instructions: dict[str, Any]
) -> None:
    client_id = add_client("Amara Clarke", safe=False)
    storage.write(instruct, client_id, instructions)
    database.execute_sql(
        "INSERT INTO action (uid, client_id, text, due, done, result) VALUES (hex(randomblob(8)), ?, 'Ring', ?, 0, '')",
        (client_id, window.session.now().date().isoformat()),
    )
    now = window.session.now()
    page = DaySheet(today.board(now, None), *today.of_the_day(now, None), now)
    assert page.count
    assert "900142" not in page.document().toPlainText().replace(" ", "")
