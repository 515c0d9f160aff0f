"""What the tasks of a day cost in keys and decisions, in the real window, with no mouse. Prints one table.

A key is one press: Ctrl+J is one, every letter of a name or a note is one. A decision is something only the worker
can say: who, what happened, an answer. The counts start from Today, or from the record where the task begins there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from caseworker.domain.children import Child
from caseworker.domain.contacts import is_attempt, is_two_way
from caseworker.domain.safeguarding import Safeguarding
from caseworker.domain.services import Service
from caseworker.storage import (
    chases,
    children,
    clients,
    contacts,
    instruments,
    onward_referrals,
    safeguarding,
    services,
    special_measures,
)
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle
from ui.screens.client import ClientPage
from ui.session import Place, Session
from ui.window import Window

NOTE = "Rang as agreed. At her sister's until Friday."
ANSWERS = "yynydyyyn" + "yyynnyn" + "nnynnyn" + "n"


@dataclass(frozen=True, slots=True)
class Task:
    """``press`` does it by keys alone; ``done`` says whether the vault now holds it."""

    name: str
    most: int
    decisions: int
    press: Callable[[], None]
    done: Callable[[], bool]
    begins_in: str = ""  # a tab of the record; empty: Today
    words: int = 0  # letters of free text among the keys


def rest() -> None:
    for _ in range(25):
        settle()


def test_the_tasks_of_a_day_take_few_keys(
    window: Window, session: Session, amara: int, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    session.write(services.save, Service(None, "", "Housing advice"))
    leo = Child(None, "", amara, "Leo", at_risk="yes")

    def keys(*pressed: str) -> None:
        for one in pressed:
            hands.press(one)
            rest()

    def who() -> None:
        keys("Ctrl+J")
        hands.type("ama")
        keys("Return", "Tab")

    def tab_to(name: str) -> None:
        for _ in range(40):
            if Hands.name(hands.focus()) == name:
                return
            hands.press("Tab")
        raise AssertionError(f"Tab never reaches {name}")

    def attempt() -> None:
        who()
        keys("n", "Ctrl+Return")

    def two_way() -> None:
        who()
        keys("s", "Tab")
        hands.type(NOTE)
        keys("Tab", "t", "Ctrl+Return")

    def dash() -> None:
        keys("Ctrl+3", "Tab", "Ctrl+Return")
        hands.type(ANSWERS)
        keys("Ctrl+Return")

    def alias() -> None:
        keys("Ctrl+N")
        hands.type("Wren")
        keys("Tab", "Space", "Ctrl+Return")

    def decision_stands() -> None:
        keys("Ctrl+J", "Tab", "s", "Tab", "n", "Ctrl+Return")

    def chase() -> None:
        keys("Ctrl+6", "Tab", "Return", "g", "Ctrl+Return")

    def measure() -> None:
        keys("Ctrl+6")
        tab_to("Special measures")
        keys("y", "Right", "y", "Right", "y")

    def onward() -> None:
        keys("Ctrl+4")
        tab_to("Refer onward")
        keys("Return", "s", "Tab", "h", "Tab", "y", "Ctrl+Return")

    def of_kind(kind: Callable[..., bool]) -> Callable[[], bool]:
        return lambda: any(kind(one) for one in contacts.for_client(amara))

    def answered() -> bool:
        held = instruments.latest(amara, "DASH24")
        return held is not None and bool(held.signed)

    tasks = [
        Task("attempt, nobody answers", 12, 2, attempt, of_kind(is_attempt)),
        Task("two-way contact, 45-letter note", 60, 4, two_way, of_kind(is_two_way), words=len(NOTE)),
        Task("Dash, 24 items, signed", 40, 25, dash, answered, "overview"),
        Task("new client by alias", 12, 2, alias, lambda: bool(clients.search("wren").ids)),
        Task("chase of the police", 10, 2, chase, lambda: bool(chases.for_client(amara)), "overview"),
        Task("one special measure, three answers", 14, 3, measure,
             lambda: bool(special_measures.for_client(amara)), "overview"),
        Task("onward referral", 20, 4, onward, lambda: bool(onward_referrals.for_client(amara)), "overview"),
        Task("contact while a safeguarding decision stands", 12, 3, decision_stands,
             lambda: bool(safeguarding.of_contact(contacts.for_client(amara)[0].id or 0)), "overview"),
    ]  # fmt: skip
    lines = []
    for task in tasks:
        if task.press is decision_stands:
            session.write(children.save, leo)
            session.write(safeguarding.save, Safeguarding(
                None, "", amara, "ALL", concern="Saw it happen", decided=int(time.time()) - 3600, decision="NOR",
                threshold="Seen today, both well",
            ))  # fmt: skip
        window.go(Place("client", amara, task.begins_in) if task.begins_in else Place("today"))
        rest()
        if task.begins_in:
            page = window.current()
            assert isinstance(page, ClientPage)
            page.bar.setFocus()
        before = hands.keys
        task.press()
        rest()
        assert task.done(), f"{task.name}: {hands.there()}"
        took = hands.keys - before
        lines.append((task, took))
    assert hands.clicks == 0
    with capsys.disabled():
        print(f"\n  {'task':<46}{'keys':>6}{'of them words':>16}{'decisions':>11}{'at most':>9}")
        for task, took in lines:
            print(f"  {task.name:<46}{took:>6}{task.words or '':>16}{task.decisions:>11}{task.most:>9}")
    for task, took in lines:
        assert took <= task.most, task.name
