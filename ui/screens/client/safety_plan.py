"""The safety plan: what the client will do, in her own words. It is shown to her alone on the screen, and nothing of
it is printed unless somebody asks for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain import codes, when
from caseworker.domain import safety_plan as rules
from caseworker.domain.safety_plan import SafetyItem
from caseworker.storage import safety_plan
from ui.say import say
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.screens.client.tab import Tab
from ui.screens.together import Together
from ui.session import Session
from ui.widgets import (
    Button,
    Card,
    Chip,
    ChoiceRow,
    DateBoxes,
    Entry,
    Heading,
    NoteEdit,
    Said,
    Text,
    TextLine,
    column,
    row,
)
from ui.widgets.gradually import Gradually, empty

AT_ONCE = 2  # items built before the next key is looked at


class SafetyPlanTab(Tab):
    """The parts of the plan in the order of the list, each with its items."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: object = None
        head = row(gap=8)
        head.addWidget(Heading(self.tr("Safety plan"), 2))
        self.count = Text("", "body", "muted", wrap=True)
        head.addWidget(self.count, 1)
        self.together = Button(self.tr("Show together"), "users")
        self.together.setToolTip(
            self.tr("Only the plan, for turning the screen to the client. Esc comes back")
        )
        self.add = Button(self.tr("Add to the plan"), "plus", "primary")
        head.addWidget(self.together)
        head.addWidget(self.add)
        self.body.addLayout(head)
        self.cards = column(gap=14)
        self.body.addLayout(self.cards)
        self.body.addStretch(1)
        self._gradually = Gradually(self)
        self.together.clicked.connect(self.show_together)
        self.add.clicked.connect(self._add)

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._shown = None

    def reload(self) -> None:
        today = self.session.now().astimezone(when.LONDON).date()
        parts = (safety_plan.for_client(self.client_id), today)
        if parts == self._shown:
            return
        arriving, self._shown = self._shown is None, parts
        items = parts[0]
        review = rules.next_review(items)
        if review is None:
            self.count.setText(self.tr("{n} items").format(n=len(items)) if len(items) > 1 else "")
        else:
            shown = say(when.show_day_and_distance(review, today))
            self.count.setText(self.tr("Look at it again by {day}").format(day=shown))
            self.count.set_tone("warn" if review < today else "muted")
        self.together.setEnabled(bool(items))
        empty(self.cards)
        build: list[Callable[[], object]] = []
        for kind, found in rules.by_kind(items).items():
            build.append(partial(self._add_kind, kind, len(found)))
            build += [
                partial(self._add_items, found[at : at + AT_ONCE]) for at in range(0, len(found), AT_ONCE)
            ]
        self._gradually.build(build, arriving)
        if not items:
            card = Card()
            card.body.addWidget(Text(self.tr("No plan yet"), "card"))
            card.body.addWidget(
                Text(
                    self.tr(
                        "Begin with what the client does already to stay safe. Keep to the client's own words."
                    ),
                    wrap=True,
                )
            )
            self.cards.addWidget(card)

    def _add_kind(self, kind: str, count: int) -> None:
        self._card = Card(codes.get("safety_item").label(kind), str(count) if count > 1 else "")
        self.cards.addWidget(self._card)

    def _add_items(self, found: list[SafetyItem]) -> None:
        for one in found:
            self._card.add_row(self._item(one))

    def _item(self, one: SafetyItem) -> Entry:
        lines: list[str | tuple[str, str]] = []
        owner = codes.get("plan_owner").label(one.owner)
        lines.append((self.tr("Who does it: {who}").format(who=owner.lower()), "muted"))
        review = when.iso_date(one.review_by)
        if review is not None:
            lines.append((self.tr("Look again by {day}").format(day=when.show_date(review)), "muted"))
        chips = []
        if one.hers:
            chips.append(Chip(self.tr("In the client’s words"), "info", "message-square"))
        agreed = when.iso_date(one.agreed_on)
        if one.agreed == "yes" and agreed is not None:
            text = self.tr("Agreed with the client on {day}").format(day=when.show_date(agreed))
            chips.append(Chip(text, "safe", "check"))
        elif one.agreed == "no":
            chips.append(Chip(self.tr("She does not agree"), "warn", "x"))
        else:
            chips.append(Chip(self.tr("Not agreed with the client yet"), "warn", "circle-help"))
        entry = Entry(one.text, lines, chips)
        before = safety_plan.said_before(one)
        if before:
            box = QFrame()
            box.setProperty("was", True)
            inside = column(box, (12, 7, 10, 8), 2)
            inside.addWidget(Text(self.tr("What it said before"), "label"))
            for was in before[:5]:
                day = when.show_date(when.local(was.at).date())
                inside.addWidget(
                    Text(self.tr("{text} (until {day})").format(text=was.old, day=day), wrap=True)
                )
            entry.words.addWidget(box)
        about = say(rules.CALM[one.kind])
        entry.add_button(self.tr("Change"), partial(self._change, one.id or 0), about=f"{about}: {one.text}")
        entry.add_button(
            self.tr("Withdraw"), partial(self._withdraw, one.id or 0), about=f"{about}: {one.text}"
        )
        return entry

    # ---- doing

    def show_together(self) -> None:
        """Only the plan, over the whole window. Esc comes back to where the keyboard was."""
        Together(safety_plan.sheet(self.client_id), self.together).open()

    def _add(self) -> None:
        self.form_wanted.emit(SafetyItemForm(self.session, self.client_id))

    def _change(self, row_id: int) -> None:
        self.form_wanted.emit(SafetyItemForm(self.session, self.client_id, row_id))

    def _withdraw(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawSafetyItemForm(self.session, self.client_id, row_id))


class SafetyItemForm(RecordForm):
    """One thing of the plan."""

    def __init__(
        self, session: Session, client_id: int, item_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"safety_item:{client_id}:{item_id or 'new'}", parent)
        self.client_id = client_id
        self.item = safety_plan.get(item_id) if item_id is not None else None
        self.in_turn(self._build_what, self._build_agreed, self._fill_in)

    def _build_what(self) -> None:
        self.combo("kind", self.tr("Part of the plan"), "safety_item", missing=False)
        self.add(
            "text", self.tr("What it says"), NoteEdit(lines=4), self.tr("As the client says it: “I will ...”")
        )
        self._choice(
            "hers",
            self.tr("Whose words are these?"),
            [("yes", self.tr("The client’s")), ("no", self.tr("Mine"))],
        )
        owners = codes.get("plan_owner")
        self._choice(
            "owner",
            self.tr("Who does it?"),
            [(code, owners.label(code)) for code in owners.valid_on(self.today())],
        )

    def _build_agreed(self) -> None:
        self._choice(
            "agreed",
            self.tr("Is it agreed with the client?"),
            [("yes", self.tr("Yes")), ("no", self.tr("No")), ("NA-ASK", self.tr("Not yet"))],
        )
        self.agreed_field = self.add("agreed_on", self.tr("Agreed on"), DateBoxes())
        self.add("review_by", self.tr("Look at it again by"), DateBoxes(), optional=True)
        self.add(
            "disguise",
            self.tr("How it reads on a page that anybody may find"),
            TextLine(),
            self.tr(
                "Choose it with the client. For example, “Drop the holdall off”. Left empty, it is never on that page"
            ),
            True,
        )
        self.down.addWidget(
            Said(
                self.tr(
                    "No name, no service, nothing that gives it away. The plan is never printed by itself."
                )
            )
        )
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.item is not None)

    def _fill_in(self) -> None:
        held = self.item or SafetyItem(None, "", self.client_id)
        names = ("kind", "text", "owner", "agreed", "agreed_on", "review_by", "disguise")
        values = {name: getattr(held, name) for name in names}
        if not values["agreed_on"]:
            values["agreed_on"] = self.today().isoformat()
        self.start(values | {"hers": "yes" if held.hers else "no", "why": ""})

    def title(self) -> str:
        return self.tr("Part of the safety plan")

    def _choice(self, name: str, label: str, offered: list[tuple[str, str]]) -> None:
        made = ChoiceRow(label, [(code, text, "") for code, text in offered])
        self.bind(name, made)
        self.down.addWidget(made)

    def follow(self) -> None:
        self.agreed_field.setVisible(self.code("agreed") == "yes")

    def store(self) -> str:
        held = self.item or SafetyItem(None, "", self.client_id)
        agreed = self.code("agreed")
        record = replace(
            held,
            kind=self.code("kind"),
            text=self.text("text"),
            hers=self.code("hers") != "no",
            owner=self.code("owner", "CLI"),
            agreed=agreed,
            agreed_on=self.day("agreed_on") if agreed == "yes" else "",
            review_by=self.day("review_by"),
            disguise=self.text("disguise"),
        )
        safety_plan.save(record, self.text("why"))
        return self.tr("Safety plan saved.")


class WithdrawSafetyItemForm(TakeBackForm):
    """Take a thing out of the plan; the history keeps it."""

    NOUN = "safety_item"
    STORE = safety_plan
