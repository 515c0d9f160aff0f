"""The form of a child or dependant: at risk first, then who they are, then their own safe contact."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes
from caseworker.domain.children import Child
from caseworker.domain.interlock import holds_number, numbers_masked
from caseworker.errors import Refused
from caseworker.storage import children, clients
from caseworker.words import words
from ui.say import say
from ui.screens.client.clients import years
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.theme import px
from ui.widgets import ChoiceRow, DateBoxes, Heading, NoteEdit, Said, Text, TextLine, Tick

_CODED = (
    "at_risk", "sees_abuse", "sex", "relationship", "lives_with", "social_care", "own_referral", "reach",
    "parent_access",
)  # fmt: skip
_TEXTS = (
    "name", "social_worker", "school", "reach_through", "reach_where", "never_told", "access_reason", "note",
)  # fmt: skip


class ChildForm(RecordForm):
    """One child or dependant of this client."""

    def __init__(
        self, session: Session, client_id: int, child_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"child:{client_id}:{child_id or 'new'}", parent)
        self.client_id = client_id
        self.child = children.get(child_id) if child_id is not None else None
        self.in_turn(
            self._danger_fields,
            self._age_fields,
            self._life_fields,
            self._safe_fields,
            self._last_fields,
            self._fill_in,
        )

    def _danger_fields(self) -> None:
        self.add("name", self.tr("Name or initials"), TextLine())
        self.choice(
            "at_risk",
            self.tr("At risk now?"),
            "yes_no",
            self.tr("While the answer is yes, no conversation is logged without a safeguarding decision"),
        )
        self.choice("sees_abuse", self.tr("Sees, hears or lives with the abuse?"), "yes_no")

    def _life_fields(self) -> None:
        self.combo("relationship", self.tr("Who they are to the client"), "child_relationship")
        self.choice("sex", self.tr("Sex"), "sex")
        self.combo("lives_with", self.tr("Where they live"), "lives_with")
        self.add("school", self.tr("School or nursery"), TextLine(), optional=True)
        self.combo("social_care", self.tr("Social care"), "social_care")
        self.add("social_worker", self.tr("Social worker"), TextLine(), optional=True)
        self.choice("own_referral", self.tr("Referred to a service of their own?"), "yes_no")
        self.add(
            "own_reference",
            self.tr("Reference of their own record here"),
            TextLine(),
            self.tr("For example, CR-0412"),
            True,
        )
        self.editors["own_reference"].setMaximumWidth(px(160))

    def _last_fields(self) -> None:
        self.add("note", self.tr("Note"), NoteEdit(lines=3), optional=True)
        self.add("why", self.tr("Why it changed"), TextLine(), "", True).setVisible(self.child is not None)

    def _fill_in(self) -> None:
        self.start(self._values(self.child or Child(None, "", self.client_id, "")))

    def title(self) -> str:
        return self.tr("Child or dependant")

    def _age_fields(self) -> None:
        self.unborn = Tick(self.tr("Not born yet"))
        self.bind("unborn", self.unborn)
        self.down.addWidget(self.unborn)
        self.due_field = self.add(
            "due", self.tr("Baby due"), DateBoxes(), self.tr("Leave empty if not known"), True
        )
        self.born_field = self.add(
            "born",
            self.tr("Date of birth"),
            DateBoxes(),
            self.tr("For example, 27 3 2019. Leave empty if not known"),
            True,
        )
        self.age_field = self.add("age_estimate", self.tr("Age, if only that is known"), TextLine(), "", True)
        self.editors["age_estimate"].setMaximumWidth(px(110))

    def _safe_fields(self) -> None:
        self.down.addWidget(Heading(self.tr("Their own safe contact"), 3))
        self.down.addWidget(
            Said(self.tr("It may differ from the client's. Children carry messages home without meaning to."))
        )
        self.combo("reach", self.tr("How they may be reached"), "child_reach")
        self.through_field = self.add("reach_through", self.tr("Through which adult"), TextLine())
        self.where_field = self.add("reach_where", self.tr("Number or place"), TextLine())
        self.held_number = Text("", "small", "muted", wrap=True)
        self.down.addWidget(self.held_number)
        masked = [say(numbers_masked(getattr(self.child, name))) for name in self._masked()]
        self.held_number.setText(
            self.tr("Recorded: {number}. Leave the box empty to keep it").format(number=", ".join(masked))
        )
        self.held_number.setVisible(bool(masked))
        self.add(
            "never_told",
            self.tr("Who must never be told, or be there"),
            TextLine(),
            self.tr("Also a parent, where that is so"),
            True,
        )
        access = ChoiceRow(
            self.tr("May a parent see what the child says?"),
            [("no", self.tr("No"), "ban"), ("yes", self.tr("Yes"), "")],
            self.tr("No, unless somebody says why it is safe"),
        )
        self.bind("parent_access", access)
        self.down.addWidget(access)
        self.access_field = self.add("access_reason", self.tr("Why is that safe?"), TextLine())

    def follow(self) -> None:
        unborn = self.unborn.isChecked()
        self.due_field.setVisible(unborn)
        self.born_field.setVisible(not unborn)
        self.age_field.setVisible(not unborn)
        flags = codes.get("child_reach").flags(self.code("reach"))
        self.through_field.setVisible("adult" in flags)
        self.where_field.setVisible("place" in flags)
        self.access_field.setVisible(self.code("parent_access") == "yes")

    def store(self) -> str:
        held = self.child or Child(None, "", self.client_id, "")
        unborn = self.unborn.isChecked()
        born = "" if unborn else self.day("born")
        record = replace(
            held,
            unborn=unborn,
            due=self.day("due") if unborn else "",
            born="NA-NAP" if unborn else born or (held.born if codes.is_missing(held.born) else "NA-ASK"),
            age_estimate=None if unborn else years(self, "age_estimate"),
            own_client_id=self._own_record(),
            **{name: self.code(name) for name in _CODED},  # type: ignore[arg-type]
            **{name: self._text_or_held(name) for name in _TEXTS},  # type: ignore[arg-type]
        )
        if not unborn and record.born == "NA-NAP":
            record = replace(record, born="NA-ASK")
        children.save(record, self.text("why"))
        return self.tr("Saved.")

    def _masked(self) -> list[str]:
        """The fields in which a number stands: it is not shown again, a new one is typed over it."""
        held = self.child
        names = ("reach_through", "reach_where")
        return [] if held is None else [name for name in names if holds_number(getattr(held, name))]

    def _text_or_held(self, name: str) -> str:
        typed = self.text(name)
        return typed if typed or name not in self._masked() else str(getattr(self.child, name))

    def _own_record(self) -> int | None:
        typed = self.text("own_reference")
        if not typed:
            return None
        found = clients.rows(clients.search(typed, open_only=False, limit=2).ids)
        if len(found) != 1 or found[0].reference.casefold() != typed.casefold():
            raise Refused({"own_reference": words("No record has that reference")})
        return found[0].id

    def _values(self, held: Child) -> dict[str, object]:
        own = clients.get(held.own_client_id).reference if held.own_client_id is not None else ""
        values = {name: getattr(held, name) for name in (*_CODED, *_TEXTS, "unborn", "due", "born")}
        values |= dict.fromkeys(self._masked(), "")
        age = "" if held.age_estimate is None else str(held.age_estimate)
        return {**values, "age_estimate": age, "own_reference": own, "why": ""}


class WithdrawChildForm(TakeBackForm):
    """Take back a child or dependant recorded by mistake."""

    NOUN = "child"
    STORE = children
