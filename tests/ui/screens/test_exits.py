"""The end of support: what the record knows is shown, what is open is asked, and coming back says what will happen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from caseworker import storage
from caseworker.domain.actions import Action
from caseworker.domain.episodes import Episode
from caseworker.domain.incidents import Incident
from caseworker.storage import actions, episodes, exits, history, incidents
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, today, words_of
from ui.screens.client import ClientPage
from ui.screens.client.episodes import EpisodeForm
from ui.screens.client.exits import CloseEpisodeForm, ExitFactsForm
from ui.session import Place, Session
from ui.window import Window


def day(days: int) -> str:
    return (today() + dt.timedelta(days=days)).isoformat()


@pytest.fixture
def page(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara))
    settle()
    found = window.current()
    assert isinstance(found, ClientPage)
    return found


def close_form(page: ClientPage, hands: Hands) -> CloseEpisodeForm:
    hands.click("Close support: IDVA")
    assert page.form is not None
    form = page.form.form
    assert isinstance(form, CloseEpisodeForm)
    return form


def test_support_is_closed_with_its_facts_and_what_becomes_of_the_rest(
    page: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    ring = session.write(actions.save, Action(None, "", amara, "Ring housing", day(0)))
    session.write(incidents.save, Incident(None, "", amara, day(-10)))
    settle()
    form = close_form(page, hands)
    text = words_of(page)
    for part in (
        "Risk at the start",
        "No signed assessment",
        "Never reached",
        "On record: 1, the last on",
        "Ring housing",
    ):
        assert part in text
    assert form.code("further_incident") == "yes"  # offered, to be confirmed
    form.fill(
        {"closure_reason": "CMP", "abuse": "stopped", "lived_at_start": "yes", "lived_at_end": "NA-REF"}
    )
    form.follow()
    assert "A planned ending." in words_of(page)
    hands.press("Ctrl+Return")
    assert "Choose what becomes of it: Ring housing" in words_of(page)
    form.fill({f"fate action {ring}": "passed"})
    hands.press("Ctrl+Return")
    settle()
    ((episode, facts),) = exits.with_episodes(amara)
    assert (facts.abuse, facts.lived_at_end, facts.further_incident) == ("stopped", "NA-REF", "yes")
    assert episode.closure_reason == "CMP"
    assert actions.get(ring).result == "Passed to somebody else"
    text = words_of(page)
    assert "How support ended" in text
    assert "Abuse since support began: stopped" in text
    assert "Still open then: Ring housing. Passed to somebody else" in text


def test_everything_that_is_wrong_is_said_together(
    page: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    session.write(actions.save, Action(None, "", amara, "Ring housing", day(0)))
    settle()
    close_form(page, hands).fill({"closed": day(3)})
    hands.press("Ctrl+Return")
    text = words_of(page)
    for part in (
        "Date must be today or in the past",
        "Choose why support ended",
        "Choose what becomes of it: Ring housing",
    ):
        assert part in text
    assert episodes.open_for(amara)


def test_what_was_recorded_is_put_right_with_a_reason(
    page: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    close_form(page, hands).fill({"closure_reason": "DIS", "abuse": "same"})
    hands.press("Ctrl+Return")
    settle()
    storage.database.execute_sql("UPDATE exit_facts SET recorded = recorded - 172800")
    title = next(line for line in words_of(page).splitlines() if ": Stopped engaging" in line)
    hands.click(f"Change: {title}")
    assert page.form is not None
    form = page.form.form
    assert isinstance(form, ExitFactsForm)
    form.fill({"abuse": "worse"})
    hands.press("Ctrl+Return")
    assert "Enter why you are changing this" in words_of(page)
    hands.fill("Why it changed", "She told the refuge")
    hands.press("Ctrl+Return")
    ((_, facts),) = exits.with_episodes(amara)
    assert facts.abuse == "worse"
    assert any(
        one.why == "She told the refuge" for one in history.for_row("exit_facts", facts.id or 0, amara)
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "the same day: the same episode goes on"),
        (1, "the day before: the same episode goes on"),
        (89, "89 days before: the same episode goes on"),
        (90, "90 days before: the same episode goes on"),
        (91, "91 days before: this is a new episode"),
    ],
)
def test_the_form_says_before_the_press_whether_the_same_episode_goes_on(
    window: Window, session: Session, add_client: Callable[..., int], days: int, words: str, hands: Hands
) -> None:
    nia = add_client("Nia Hughes", supported=False)
    first = session.write(episodes.save, Episode(None, "", nia, day(-300)))
    session.write(episodes.close, first, day(-days), "DIS")
    window.go(Place("client", nia))
    settle()
    hands.click("Start support")
    page = window.current()
    assert isinstance(page, ClientPage)
    assert page.form is not None
    form = page.form.form
    assert isinstance(form, EpisodeForm)
    assert words in words_of(page)
    form.fill({"service": "ISV"})
    form.follow()
    assert "Support ended on" not in words_of(page)
    form.fill({"service": "IDV"})
    form.follow()
    hands.press("Ctrl+Return")
    settle()
    (now,) = episodes.open_for(nia)
    assert (now.id == first) is (days <= 90)


def test_the_service_that_the_client_had_is_offered_when_she_comes_back(
    window: Window, session: Session, add_client: Callable[..., int], hands: Hands
) -> None:
    nia = add_client("Nia Hughes", supported=False)
    first = session.write(episodes.save, Episode(None, "", nia, day(-300), service="ISV"))
    session.write(episodes.close, first, day(-89), "DIS")
    window.go(Place("client", nia))
    settle()
    hands.click("Start support")
    page = window.current()
    assert isinstance(page, ClientPage)
    assert page.form is not None
    assert page.form.form.code("service") == "ISV"
    assert "89 days before: the same episode goes on" in words_of(page)
    assert episodes.usual_service() == "ISV"  # and for the next new client of this worker


def test_facts_of_support_that_was_taken_up_again_are_asked_anew(
    page: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    close_form(page, hands).fill({"closure_reason": "DIS", "abuse": "worse"})
    hands.press("Ctrl+Return")
    settle()
    session.write(episodes.begin, Episode(None, "", amara, day(0)))
    settle()
    assert "How support ended" not in words_of(page)
    form = close_form(page, hands)
    assert "and was taken up again" in words_of(page)
    assert form.code("abuse") == "NA-ASK"
