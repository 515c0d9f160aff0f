"""Orders and protections: what each says, how long it holds, and a breach as an incident in one step."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain import orders as rules
from caseworker.domain.incidents import Incident
from caseworker.domain.orders import Order
from caseworker.storage import orders
from ui.say import say
from ui.screens.client.part import Part
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.widgets import Chip, DateBoxes, Entry, NoteEdit, Said, TextLine

ICONS = {
    "considered": ("plain", "circle"),
    "applied": ("info", "send"),
    "granted": ("safe", "shield-check"),
    "refused": ("plain", "x"),
    "breached": ("high", "triangle-alert"),
    "expired": ("plain", "clock"),
}


class OrdersCard(Part):
    """Those in force first, each with where it stands in words."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self.tr("Orders and protections"), "shield", parent)
        self.head_button(self.tr("Add an order"), self._add)

    def read(self) -> list[Order]:
        return orders.for_client(self.client_id)

    def show_found(self, found: object) -> None:
        assert isinstance(found, list)
        today = self.today()
        self.show_count(len(found) if found else "")
        for one in sorted(found, key=lambda one: not rules.in_force(one, today)):
            self.add_row(self._order(one))
        if not found:
            self.say(self.tr("No order is recorded."))

    def _order(self, one: Order) -> Entry:
        today = self.today()
        where = rules.standing(one, today)
        kind, icon = ICONS[where]
        chips = [Chip(codes.get("order_status").label(where), kind, icon)]
        if rules.ends_soon(one, today):
            ends = when.iso_date(one.expires) or today
            text = self.tr("Ends {day}").format(day=say(when.show_day_relative(ends, today)))
            chips.append(Chip(text, "warn", "calendar-clock"))
        dates = [
            (self.tr("Applied for {date}"), one.applied),
            (self.tr("Granted {date}"), one.granted),
            (self.tr("Refused {date}"), one.refused),
            (self.tr("Latest breach {date}"), one.breached),
            (self.tr("Ended {date}") if where == "expired" else self.tr("Ends {date}"), one.expires),
        ]
        said = ". ".join(text.format(date=when.show_stored(day)) for text, day in dates if day)
        about = [
            self.tr("Against {name}").format(name=one.against) if one.against else "",
            one.court,
        ]
        title = codes.get("order").label(one.kind)
        made = Entry(title, [said, one.terms, (". ".join(part for part in about if part), "muted")], chips)
        if one.granted and where != "refused":
            self.button_below(made, self.tr("Record a breach"), partial(self._breach, one.id or 0))
        made.add_button(self.tr("Change"), partial(self._change, one.id or 0))
        made.add_button(self.tr("Withdraw"), partial(self._withdraw, one.id or 0))
        return made

    def _add(self) -> None:
        self.form_wanted.emit(OrderForm(self.session, self.client_id))

    def _change(self, row_id: int) -> None:
        self.form_wanted.emit(OrderForm(self.session, self.client_id, row_id))

    def _breach(self, row_id: int) -> None:
        self.form_wanted.emit(BreachForm(self.session, self.client_id, row_id))

    def _withdraw(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawOrderForm(self.session, self.client_id, row_id))


class OrderForm(RecordForm):
    """Which order, its dates as they come about, and what it says."""

    def __init__(
        self, session: Session, client_id: int, order_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"court_order:{client_id}:{order_id or 'new'}", parent)
        self.client_id = client_id
        self.order = orders.get(order_id) if order_id is not None else None
        self.in_turn(self._build_what, self._build_dates, self._build_rest, self._fill_in)

    def _build_what(self) -> None:
        self.combo("kind", self.tr("Order"), "order", missing=False)
        self.add("against", self.tr("Against"), TextLine(), self.tr("As the client names them"), True)
        self.add("court", self.tr("Court or police station"), TextLine(), "", True)

    def _build_dates(self) -> None:
        for name, label in (
            ("applied", self.tr("Applied for")),
            ("granted", self.tr("Granted")),
            ("refused", self.tr("Refused")),
            ("expires", self.tr("Ends")),
        ):
            self.add(name, label, DateBoxes(), "", True)

    def _build_rest(self) -> None:
        self.add(
            "terms",
            self.tr("What it says"),
            NoteEdit(lines=4),
            self.tr("In words the client would know: where, who, how near"),
            True,
        )
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.order is not None)

    def _fill_in(self) -> None:
        held = self.order or Order(None, "", self.client_id, "")
        names = ("against", "court", "applied", "granted", "refused", "expires", "terms")
        self.start({**{name: getattr(held, name) for name in names}, "kind": held.kind or None, "why": ""})

    def title(self) -> str:
        return self.tr("Order or protection")

    def store(self) -> str:
        held = self.order or Order(None, "", self.client_id, "")
        orders.save(
            replace(
                held,
                kind=self.code("kind", ""),
                against=self.text("against"),
                court=self.text("court"),
                applied=self.day("applied"),
                granted=self.day("granted"),
                refused=self.day("refused"),
                expires=self.day("expires"),
                terms=self.text("terms"),
            ),
            self.text("why"),
        )
        return self.tr("Order saved.")


class BreachForm(RecordForm):
    """An order was broken: one form, an incident and the order's latest breach."""

    def __init__(
        self, session: Session, client_id: int, order_id: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"breach:{client_id}:{order_id}", parent)
        self.client_id = client_id
        self.order = orders.get(order_id)
        label = codes.get("order").label(self.order.kind)
        self.down.addWidget(
            Said(self.tr("{order}. This is kept as an incident too.").format(order=label), "shield")
        )
        self.add("happened", self.tr("When it happened"), DateBoxes())
        self.choice("reported", self.tr("Reported to the police"), "reported")
        self.add("by_whom", self.tr("By whom, as the client says"), TextLine(), "", True)
        self.add("note", self.tr("What happened, in few words"), TextLine(), "", True)
        self.start(
            {
                "happened": self.today().isoformat(),
                "reported": None,
                "by_whom": self.order.against,
                "note": "",
            }
        )

    def title(self) -> str:
        return self.tr("Breach of an order")

    def save_words(self) -> str:
        return self.tr("Save breach")

    def store(self) -> str:
        orders.breach(
            self.order.id or 0,
            Incident(
                None,
                "",
                self.client_id,
                self.day("happened"),
                kind="BRE",
                reported=self.code("reported"),
                by_whom=self.text("by_whom"),
                note=self.text("note"),
            ),
        )
        return self.tr("Breach saved as an incident. Does the risk need looking at again?")


class WithdrawOrderForm(TakeBackForm):
    """Take back an order recorded by mistake."""

    NOUN = "court_order"
    STORE = orders
