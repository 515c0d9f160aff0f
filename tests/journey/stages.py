"""What a person does in each sitting of the journey: with the keyboard and the pointer, on the real windows.

A sitting is one process of the app, from its start until it is locked or closed. What happened is written to
standard output, one JSON line a step, for whoever started it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.journey.hands import Hands, Lost

#: 45 letters, as the bar for effort has it.
NOTE = "Rang back as agreed. Spare key is with Jo now"
UNFINISHED = "She is thinking about the bus on Thursday and"


@dataclass
class Sitting:
    """One process of the app: where things are, what was typed, and how long each step took."""

    plan: dict[str, Any]
    hands: Hands
    shots: Path | None
    number: int = 0
    _began: float = field(default_factory=time.perf_counter)

    def step(self, words: str, figure: str = "", shot: str = "") -> None:
        """Tell what was done and how long it took since the last step."""
        ms = (time.perf_counter() - self._began) * 1000
        if shot and self.shots is not None:
            self.hands.shot(self.shots / f"{self.plan['shot_from'] + self.number:02d}-{shot}.png")
            self.number += 1
        tell("step", words=words, figure=figure or f"{ms:,.0f} ms")
        self._began = time.perf_counter()


def tell(what: str, **facts: Any) -> None:
    """One line for whoever started this sitting."""
    print(json.dumps({"what": what, **facts}), flush=True)


# ---- sitting 1: first run, a client, a contact, a note begun, lock


def first_sitting(at: Sitting) -> None:
    """A new worker on a new laptop."""
    hands, plan = at.hands, at.plan
    hands.read("Who you are")
    hands.fill("Your name", "Beth Marlow")
    hands.click("Advocate")
    hands.fill("Your service", "Harbour Advocacy")
    at.step("First run: who you are", shot="first-run")
    hands.click("Continue")
    hands.read("Choose a passphrase")
    hands.fill("Passphrase", plan["phrase"])
    hands.fill("Type it again", plan["phrase"])
    hands.read("They match.")
    at.step("First run: a passphrase, judged as it is typed", shot="passphrase")
    hands.click("Continue")
    hands.until(lambda: hands.find_button("I have the sheet on paper"), "the recovery sheet", 120)
    groups = recovery_groups(hands)
    at.step("First run: the vault is made, key calibrated for this machine")
    hands.click("I have the sheet on paper")
    for n, group in enumerate(groups, 1):
        hands.fill(f"Group {n}", group)
    hands.click("Check the code")
    hands.read("This laptop")
    at.step("First run: the recovery sheet typed back whole", f"{len(groups)} groups")
    hands.click("Continue")
    hands.click("Start with my own records")
    hands.until(lambda: hands.find_button("Log a contact"), "Today", 60)
    at.step("First run ends on Today", shot="today-empty")
    new_client(at)
    log_contact(at)
    begin_note(at)
    hands.press("Ctrl+L")
    tell("locking", at=time.time())


def recovery_groups(hands: Hands) -> list[str]:
    """The code as a screen reader says it: "Group 3: K 7 Q F"."""
    from PySide6.QtWidgets import QLabel

    found: dict[int, str] = {}
    for label in hands.all(QLabel):
        name = label.accessibleName()
        if name.startswith("Group ") and ":" in name:
            number, letters = name.removeprefix("Group ").split(":")
            found[int(number)] = letters.replace(" ", "")
    return [found[n] for n in sorted(found)]


def new_client(at: Sitting) -> None:
    hands = at.hands
    hands.press("Ctrl+N")
    hands.fill("Name or alias", "Amara Clarke")
    hands.fill("Likes to be called", "Mara")
    hands.click("Is it safe to call?: Yes")
    hands.fill("Phone number", "07700 900142")
    hands.fill("Safe hours", "any time")
    hands.click("Is it safe to text?: No")
    hands.click("Are letters home safe?: No")
    hands.fill("Say who you are as", "Beth from the library")
    hands.click("Does the client agree to be contacted?: Yes")
    hands.click("Does the client agree to support?: Yes")
    at.step("A client with a safe contact is typed", shot="new-client")
    hands.press("Ctrl+Return")
    hands.until(
        lambda: hands.reads("Amara Clarke") and not hands.find_editor("Name or alias"), "the client’s page"
    )
    at.step("The client is saved and her page opens", shot="client")


def log_contact(at: Sitting) -> None:
    hands = at.hands
    before = hands.keys
    hands.press("Ctrl+J")
    hands.until(lambda: hands.find_editor("Note"), "the panel")
    for key in ("C", "Tab", "S", "Tab"):
        hands.press(key)
    hands.type(NOTE)
    at.step("A contact with a 45-letter note is typed", f"{hands.keys - before} keys", shot="log-a-contact")
    hands.press("Ctrl+Return")
    hands.read("Contact saved.")
    at.step("The contact is saved", shot="contact-saved")


def begin_note(at: Sitting) -> None:
    hands = at.hands
    hands.press("Ctrl+J")
    hands.until(lambda: hands.find_editor("Note"), "the panel")
    hands.fill("Note", UNFINISHED)
    at.step("A second note is begun, and the laptop is locked in the middle of it")


# ---- sitting 2: unlock, the draft, join the hub


def second_sitting(at: Sitting) -> None:
    """The same laptop after the lock: the note is offered again."""
    hands = at.hands
    unlock(at)
    hands.until(lambda: hands.find_button("Carry on with this note"), "the unfinished note on Today")
    at.step("Unlocked; Today offers the unfinished note", shot="today-draft")
    hands.click("Carry on with this note")
    hands.until(lambda: hands.find_editor("Note"), "the panel")
    note = hands.find_editor("Note")
    if note is None or note.toPlainText() != UNFINISHED:  # type: ignore[attr-defined]
        raise Lost("the unfinished note did not come back as it was typed")
    at.step("The note is there to the last letter", f"{len(UNFINISHED)} letters", shot="draft-back")
    hands.press("Escape")
    quit_app()


def unlock(at: Sitting) -> None:
    hands = at.hands
    hands.until(lambda: hands.find_editor("Passphrase"), "the lock screen")
    at.step("The lock screen is painted", shot="lock")
    hands.fill("Passphrase", at.plan["phrase"])
    hands.press("Return")
    hands.until(lambda: hands.find_button("Log a contact"), "Today", 60)


# ---- sitting 3: the quarter's return


def return_sitting(at: Sitting) -> None:
    """A service with enough people: join, count, look, approve, send, receipt."""
    hands, plan = at.hands, at.plan
    unlock(at)
    at.step("Unlocked the made-up service", shot="today")
    hands.press("Alt+4")
    hands.click("Join a hub")
    hands.fill("The file", plan["bundle"])
    hands.fill("The code from the letter", plan["code"])
    hands.click("Check the file")
    hands.until(lambda: hands.find_button("Join"), "the number to compare")
    at.step("The bundle is proven with the pairing code", shot="join")
    hands.click("Join")
    hands.read("Joined, signature checked")
    at.step("The laptop is enrolled; the hub’s confirmation verified", shot="joined")
    hands.press("Alt+3")
    hands.choose("Quarter", plan["period"])
    hands.click("Count the quarter")
    hands.until(lambda: hands.find_button("Approve"), "the preview", 300)
    at.step("The quarter is counted, rounded jointly and attacked", shot="return-preview")
    hands.click("Next")
    at.step("A table: as counted beside as it will be read", shot="return-table")
    hands.tab("The file itself")
    payload = hands.editor_text("Every byte of the file")
    at.step(
        "The file itself: every byte that would leave", f"{len(payload.encode()):,} bytes", shot="return-file"
    )
    hands.tab("Changes since last time")
    at.step("Changes since last time", shot="return-changes")
    hands.tab("Tables")
    hands.click("Approve")
    hands.read("Approved")
    at.step("First press: approved", shot="approved")
    hands.click("Send")
    # The chip itself: other sentences on the screen speak of signatures too
    hands.until(lambda: "Received" in hands.texts() or hands.reads("There is a problem"), "the receipt", 60)
    if hands.reads("There is a problem"):
        raise Lost(f"sending failed: {hands.there()}")
    at.step("Second press: sent; the signed receipt verified with the pinned key", shot="received")
    hands.press("Alt+4")
    hands.read("Received, signature checked")
    at.step("Outbox: green only because of the receipt", shot="outbox")
    hands.click("Show what was sent")
    hands.tab("The file itself")
    if hands.editor_text("Every byte of the file") != payload:
        raise Lost("what was sent is not what was previewed")
    at.step(
        "What was sent is byte for byte what was previewed", f"{len(payload.encode()):,} bytes", shot="sent"
    )
    quit_app()


# ---- a sitting that is killed


def working_sitting(at: Sitting) -> None:
    """Opens the vault, looks for an unfinished note, and logs contact after contact until it is killed.

    Tells what a person could rely on: "saved" once the window has said so, "kept" once the panel says that the draft
    is kept, "offered" when Today offers the draft.
    """
    from caseworker.storage import drafts

    hands, plan = at.hands, at.plan
    hands.until(lambda: hands.find_editor("Passphrase"), "the lock screen")
    hands.fill("Passphrase", plan["phrase"])
    hands.press("Return")
    hands.until(lambda: hands.find_button("Log a contact"), "Today", 60)
    waiting = drafts.all_drafts()
    if waiting:
        hands.until(lambda: hands.reads("Unfinished note"), "the unfinished note on Today")
    tell("opened", offered=bool(waiting) and hands.reads("Unfinished note"))
    if plan.get("only_look"):
        quit_app()
        return
    n = 0
    while True:
        n += 1
        log_one(at, f"{plan['mark']} contact {n}", patient=n % 2 == 1)


def log_one(at: Sitting, note: str, patient: bool) -> None:
    """One contact. Patiently: the note is left half-typed until the panel says that it is kept."""
    from caseworker.storage import contacts, drafts

    hands, client_id = at.hands, at.plan["client"]
    key = f"contact:{client_id}"
    hands.press("Ctrl+J")
    hands.until(
        lambda: hands.find_editor("Who was it with or about?") or hands.find_editor("Note"), "the panel"
    )
    if not hands.find_editor("Note"):
        hands.fill("Who was it with or about?", "Amara")
        hands.press("Return")
        hands.until(lambda: hands.find_editor("Note"), "the form")
    hands.fill("Note", note)
    if patient:
        hands.until(
            lambda: (kept := drafts.get(key)) is not None and kept.fields["note"] == note, "the draft"
        )
        tell("kept", note=note)
    hands.click("What happened: Spoke")
    hands.press("Ctrl+Return")
    hands.until(lambda: contacts.for_client(client_id, 1)[0].note == note, "the saved contact")
    tell("saved", note=note)


def quit_app() -> None:
    from PySide6.QtWidgets import QApplication

    tell("closing")
    for window in QApplication.topLevelWidgets():
        if window.isVisible():
            window.close()


# ---- a sitting that types a mark into every field


def marking_sitting(at: Sitting) -> None:
    """Types marks into every field of every form, saves what can be saved, and locks."""
    hands = at.hands
    hands.read("Who you are")
    mark_all(at, "first run")
    hands.click("Advocate")
    hands.click("Continue")
    hands.read("Choose a passphrase")
    mark_all(at, "passphrase")
    hands.fill("Passphrase", at.plan["phrase"])
    hands.fill("Type it again", at.plan["phrase"])
    hands.click("Continue")
    hands.until(lambda: hands.find_button("I have the sheet on paper"), "the recovery sheet", 120)
    groups = recovery_groups(hands)
    hands.click("I have the sheet on paper")
    for n, group in enumerate(groups, 1):
        hands.fill(f"Group {n}", group)
    hands.click("Check the code")
    hands.read("This laptop")
    hands.click("Continue")
    hands.click("Start with my own records")
    hands.until(lambda: hands.find_button("Log a contact"), "Today", 60)
    mark_client(at)
    mark_contact(at)
    hands.press("Ctrl+K")
    mark_here(at, "search")
    hands.press("Escape")
    hands.press("Alt+4")
    hands.click("Join a hub")
    mark_all(at, "join")
    hands.click("Check the file")
    hands.press("Alt+5")
    hands.click("Change passphrase")
    mark_all(at, "settings")
    look(at)
    hands.press("Ctrl+L")


def mark_client(at: Sitting) -> None:
    """Every field of a new client; what the form cannot save is kept as a draft first, then put right."""
    hands = at.hands
    hands.press("Ctrl+N")
    hands.until(lambda: hands.find_editor("Name or alias"), "the form")
    hands.click("Show equality questions, optional")
    mark_all(at, "new client")
    hands.read("Draft kept")
    look(at)
    for name in strict_fields(hands):
        hands.fill(name, "Now" if "received" in name else "")
    hands.fill("Phone number", "07700 900142")
    hands.fill("Safe hours", "any time")
    hands.click("Is it safe to call?: Yes")
    hands.click("Does the client agree to support?: Yes")
    hands.press("Ctrl+Return")
    for form in ("Change safe contact", "Change about this client"):
        hands.click(form)
        hands.until(
            lambda: hands.find_editor("Why it changed"), "the fields, which come a moment after the form"
        )
        mark_all(at, form)
        hands.read("Draft kept")
        hands.click("Close, keep draft")


def mark_contact(at: Sitting) -> None:
    hands = at.hands
    hands.press("Ctrl+J")
    hands.until(lambda: hands.find_editor("Note"), "the panel")
    hands.click("Next step: 1 week")
    mark_all(at, "contact")
    hands.read("Draft kept")
    hands.fill("When", "Now")
    hands.fill("Minutes", "10")
    hands.click("How: Call")
    hands.click("What happened: Spoke")
    hands.press("Ctrl+Return")
    hands.read("Contact saved.")
    look(at)


def strict_fields(hands: Hands) -> list[str]:
    """Fields that hold days, ages and hours, and so cannot be saved with a mark in them."""
    from PySide6.QtWidgets import QLineEdit

    names = [hands.name(editor) for editor in hands.all(QLineEdit)]
    return [
        n
        for n in names
        if any(w in n for w in (": Day", ": Month", ": Year", "Age", "Safe hours", "received"))
    ]


def mark_all(at: Sitting, form: str) -> None:
    """A mark into every field on show that takes letters."""
    from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSpinBox

    hands = at.hands
    editors = [
        editor
        for editor in hands.all((QLineEdit, QPlainTextEdit))
        if editor.isEnabled()
        and not editor.isReadOnly()  # type: ignore[attr-defined]
        and not isinstance(editor.parentWidget(), QSpinBox)
        and editor.objectName() != "search"
    ]
    for editor in editors:
        editor.setFocus()
        hands.until(lambda editor=editor: hands.focus() is editor, "the focus")  # type: ignore[misc]
        editor.selectAll()  # type: ignore[attr-defined]
        mark_here(at, f"{form}: {hands.name(editor)}")


def mark_here(at: Sitting, field: str) -> None:
    from tests.journey import marks

    for n in range(marks.LENGTH):
        at.hands.type(marks.letter(at.plan["secret"], field, n))
    tell("marked", field=field)


def look(at: Sitting) -> None:
    """Let the searching side read this process's memory now."""
    import ctypes

    # The app forbids it; a process under test lets its own parent look.
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    tell("look")
    sys.stdin.readline()


SITTINGS: dict[str, Callable[[Sitting], None]] = {
    "first": first_sitting,
    "second": second_sitting,
    "return": return_sitting,
    "working": working_sitting,
    "marking": marking_sitting,
}
