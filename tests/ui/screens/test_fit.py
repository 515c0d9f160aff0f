"""Every screen of casework in its fullest state: named, reachable, nothing cut, at 100, 150 and 200%."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.actions import Action
from caseworker.domain.contacts import Contact
from caseworker.domain.incidents import Incident
from caseworker.domain.marac import MaracReferral
from caseworker.domain.marac_actions import MaracAction
from caseworker.domain.referrals import Referral
from caseworker.storage import (
    actions,
    chases,
    children,
    compensation,
    consents,
    contacts,
    drafts,
    episodes,
    feedback,
    goals,
    incidents,
    instruments,
    justice_events,
    marac,
    marac_actions,
    onward_referrals,
    orders,
    perpetrators,
    professionals,
    referrals,
    safeguarding,
    safety_plan,
    services,
)
from caseworker.words import words
from tests.domain.test_marac import PAPER
from tests.ui import accessibility
from tests.ui.screens import household, justice_record
from tests.ui.screens.helped import help_for
from tests.ui.screens.parts import DAY, now, settle, today
from ui import theme
from ui.screens.client import ClientPage
from ui.screens.client.actions import ActionForm, DoneForm
from ui.screens.client.amending import AmendForm, WithdrawForm
from ui.screens.client.answer_sets import AnswersPage
from ui.screens.client.chases import ChaseForm
from ui.screens.client.children import ChildForm, WithdrawChildForm
from ui.screens.client.clients import AboutForm, EqualityForm
from ui.screens.client.code_rights import RightForm
from ui.screens.client.compensation import ClaimForm
from ui.screens.client.consents import ConsentEndForm, ConsentForm, ConsentReviewForm
from ui.screens.client.episodes import EpisodeForm
from ui.screens.client.exits import CloseEpisodeForm
from ui.screens.client.feedback import FeedbackOfferForm
from ui.screens.client.goals import GoalForm
from ui.screens.client.incidents import IncidentForm, WithdrawIncidentForm
from ui.screens.client.instruments import InstrumentForm
from ui.screens.client.justice_events import StageForm, WithdrawStageForm
from ui.screens.client.marac import MaracForm, MaracStepsForm
from ui.screens.client.marac_actions import MaracActionForm
from ui.screens.client.onward_referrals import OnwardReferralForm
from ui.screens.client.orders import BreachForm, OrderForm
from ui.screens.client.perpetrators import PerpetratorForm
from ui.screens.client.professionals import ProfessionalForm
from ui.screens.client.record import RecordForm
from ui.screens.client.referrals import ReferralForm
from ui.screens.client.safe_contacts import SafeContactForm
from ui.screens.client.safeguarding import SafeguardingForm
from ui.screens.client.safety_plan import SafetyItemForm
from ui.screens.client.special_measures import MeasureForm
from ui.screens.contacts import ContactPanel, draft_key
from ui.screens.services import EndServiceForm, ServiceForm, ServicesPage
from ui.screens.together import Together
from ui.session import Place, Session
from ui.window import Window

LONG = "Priya Anand-Whittingham-Fitzgerald of the long names"
SIZES = [(1.0, 1280, 800), (1.5, 1366, 768), (2.0, 1366, 768), (1.0, 1024, 640)]


@pytest.fixture
def full(vault: object, add_client: Callable[..., int]) -> int:
    """A client with something in every card."""
    client_id = add_client(LONG, hours="Mon-Fri 9:30am to 11am; Sat 2pm to 3pm")
    episode = episodes.open_for(client_id)[0]

    def write() -> int:
        for n, (method, outcome, days) in enumerate(
            (("TEL", "COM", 5), ("F2F-HOM", "COM", 3), ("TEL", "NOA", 1), ("EML", "SNT", 0.1))
        ):
            kind = "ATT" if outcome == "NOA" else "CLI"
            contacts.save(
                Contact(
                    None, "", client_id, None, int(now() - days * DAY), kind, method, outcome,
                    minutes=10, travel_minutes=40, waiting_minutes=15, present="Her sister and PC 812",
                    interpreter="BKD", note="He has been told about the court date. " * (n + 1),
                    override_reason="She rang first",
                )
            )  # fmt: skip
        referrals.save(
            Referral(None, "", client_id, now() - 40 * DAY, source="POL", crime="DA1", outcome="ACC")
        )
        justice_record.fill(client_id)
        household.fill(client_id)
        late = actions.save(
            Action(None, "", client_id, "Agree the exit bag and ID documents", today().isoformat())
        )
        actions.save(
            Action(None, "", client_id, "Ring the housing officer about the duty", today().isoformat())
        )
        before = (today() - dt.timedelta(days=6)).isoformat()
        storage.database.execute_sql("UPDATE action SET due = ? WHERE id = ?", (before, late))
        add_risk(client_id)
        drafts.keep(f"referral:{client_id}:new", {"police_ref": "42"})
        drafts.keep("contact:", {"note": "x"})
        return client_id

    storage.write(write)
    help_for(client_id)
    assert episode.id
    return client_id


def add_risk(client_id: int) -> None:
    """Assessments signed, withdrawn and open, incidents enough for escalation, a sent referral and a new one."""
    for days, yes in ((60, 6), (30, 12), (2, 15)):
        held = instruments.begin(client_id, "DASH24", "review", at=int(now() - days * DAY))
        for item in range(1, 25):
            instruments.answer(held, str(item), "yes" if item <= yes else "no", "victim")
        raised = {"judgement": "high", "reason": "Separation, control and threats."} if yes == 12 else {}
        instruments.sign(held, **raised)  # type: ignore[arg-type]
        if yes == 6:
            instruments.withdraw(held, "Another client's answers")
    instruments.answer(instruments.begin(client_id, "GEN", "review"), "GRADE", "medium")
    for days in (1, 20, 300):
        day = (today() - dt.timedelta(days=days)).isoformat()
        incidents.save(Incident(None, "", client_id, day, "VIO", by_whom="Dan P", note="Pushed in the hall"))
    sent = (today() - dt.timedelta(days=20)).isoformat()
    paper = replace(PAPER, client_id=client_id, incident_on=sent, signed_off=sent, sent=sent, consent="no",
                    override_reason="Threats to kill and a weapon in the house")  # fmt: skip
    referral = marac.save(paper)
    for done in ("", today().isoformat()):
        marac_actions.save(
            MaracAction(
                None, "", client_id, referral, "Housing options team", "Change the locks of both doors", sent,
                done, "She sleeps again" if done else "",
            )
        )  # fmt: skip
    marac.save(MaracReferral(None, "", client_id, criteria="PJ,ESC", incident_on=today().isoformat()))


@pytest.fixture(params=SIZES, ids=lambda size: f"{round(size[0] * 100)}%-{size[1]}")
def fitted(
    request: pytest.FixtureRequest, qapp: QApplication, session: Session, qtbot: QtBot, full: int
) -> Iterator[Window]:
    scale, wide, high = request.param
    theme.apply(qapp, "light", scale)
    window = Window(session)
    qtbot.addWidget(window)
    window.setMinimumSize(640, 420)
    window.resize(wide, high)
    window.show()
    settle()
    yield window
    window.close()


def check(window: Window, what: QWidget | None, repeats: bool = False) -> None:
    assert what is not None
    for _ in range(8):  # a long page is built a card at a time
        settle()
    assert what.isVisible()
    accessibility.everything(what, repeats=repeats)


def test_services_fit(fitted: Window, session: Session) -> None:
    fitted.go(Place("services"))
    for _ in range(4):
        check(fitted, fitted.current())
    page = fitted.current()
    assert isinstance(page, ServicesPage)
    for form in (
        ServiceForm(session, services.every()[0].id),
        EndServiceForm(session, services.every()[0].id or 0),
    ):
        page.open_form(form)
        form.save()
        check(fitted, page)


def test_today_fits(fitted: Window) -> None:
    fitted.go(Place("today"))
    for _ in range(20):  # the lists are built a few lines at a time
        settle()
    check(fitted, fitted.current(), repeats=True)


def test_the_list_of_clients_fits(fitted: Window) -> None:
    fitted.go(Place("clients"))
    check(fitted, fitted.current())


def test_the_record_fits(fitted: Window, full: int) -> None:
    fitted.go(Place("client", full))
    page = fitted.current()
    assert isinstance(page, ClientPage)
    for tab in range(page.bar.count()):
        page.show_tab(tab)
        check(fitted, page)
        assert page.header.isVisible()
        assert page.header.y() == 0
        assert page.header.minimumHeight() == page.header.maximumHeight() == page.header.height()
        assert page.safe.isVisible()


class Squashed(QObject):
    """The words that stood lower than they are in any picture of what scrolls."""

    def __init__(self, body: QWidget) -> None:
        super().__init__(body)
        self.found: set[str] = set()
        self.painted = 0
        body.installEventFilter(self)

    def eventFilter(self, body: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(body, QWidget):
            self.painted += 1
            self.found |= {
                one.text()
                for one in body.findChildren(QLabel)
                if one.isVisible() and one.text() and one.height() < one.minimumSizeHint().height()
            }
        return False


def test_no_picture_of_a_tab_shows_its_lines_squashed_while_it_is_built(fitted: Window, full: int) -> None:
    for tab in range(1, 9):
        fitted.go(Place("today"))
        fitted.go(Place("client", full))
        page = fitted.current()
        assert isinstance(page, ClientPage)
        page.show_tab(tab)
        squashed = Squashed(page.tab_on_show().area.widget())
        for _ in range(8):
            settle()
        assert squashed.painted > 0
        assert squashed.found == set(), page.bar.tabText(tab)


def test_log_a_contact_fits(fitted: Window, full: int) -> None:
    fitted.go(Place("client", full))
    fitted.go(Place("contact", full))
    panel = fitted.panel
    assert isinstance(panel, ContactPanel)
    form = panel.form
    assert form is not None
    form.what.set_value("WPA")
    form.next.set_value("date")
    form.fill({"travel_minutes": "x", "present": "Her sister"})
    form.save()
    assert form.more.is_open()
    check(fitted, panel)


def test_asking_who_fits(fitted: Window) -> None:
    storage.write(drafts.discard, "contact:")
    fitted.go(Place("contact"))
    check(fitted, fitted.panel)


def test_new_client_fits(fitted: Window) -> None:
    fitted.go(Place("new_client"))
    page = fitted.current()
    page.form._unfold()  # type: ignore[union-attr]
    page.save()  # type: ignore[union-attr]
    check(fitted, page)


def test_the_plan_shown_together_fits(fitted: Window, full: int) -> None:
    fitted.go(Place("client", full, "safety_plan"))
    page = fitted.current()
    assert isinstance(page, ClientPage)
    page.tab("safety_plan").show_together()  # type: ignore[attr-defined]
    check(fitted, fitted.findChild(Together))


def test_a_contact_that_asks_about_safeguarding_fits(fitted: Window, full: int) -> None:
    fitted.go(Place("contact", full))
    panel = fitted.panel
    assert isinstance(panel, ContactPanel)
    assert panel.form is not None
    panel.form.what.set_value("COM")
    panel.form.fill({"safeguarding": "new", "safeguarding_about": "ADU", "safeguarding_decision": "REF"})
    panel.form.save()
    check(fitted, panel)


FORMS: dict[str, Callable[[Session, int], RecordForm]] = {
    "child": lambda s, c: ChildForm(s, c, children.for_client(c)[1].id),
    "withdrawing a child": lambda s, c: WithdrawChildForm(s, c, children.for_client(c)[0].id or 0),
    "alleged perpetrator": lambda s, c: PerpetratorForm(s, c, perpetrators.for_client(c)[0].id),
    "professional": lambda s, c: ProfessionalForm(s, c, professionals.for_client(c)[0].id),
    "safeguarding": lambda s, c: SafeguardingForm(s, c, safeguarding.for_client(c)[-1].id),
    "safety plan": lambda s, c: SafetyItemForm(s, c, safety_plan.for_client(c)[0].id),
    "safe contact": lambda s, c: SafeContactForm(s, c),
    "about": lambda s, c: AboutForm(s, c),
    "equality": lambda s, c: EqualityForm(s, c),
    "referral": lambda s, c: ReferralForm(s, c),
    "support": lambda s, c: EpisodeForm(s, c, episodes.open_for(c)[0].id),
    "closing support": lambda s, c: CloseEpisodeForm(s, c, episodes.open_for(c)[0].id or 0),
    "incident": lambda s, c: IncidentForm(s, c, incidents.for_client(c)[0].id),
    "withdrawing an incident": lambda s, c: WithdrawIncidentForm(s, c, incidents.for_client(c)[0].id or 0),
    "MARAC paper": lambda s, c: MaracForm(s, c),
    "changing a MARAC paper": lambda s, c: MaracForm(s, c, marac.for_client(c)[-1].id),
    "MARAC steps": lambda s, c: MaracStepsForm(s, c, marac.for_client(c)[-1].id or 0),
    "MARAC action": lambda s, c: MaracActionForm(
        s, c, marac.for_client(c)[-1].id or 0, marac_actions.for_client(c)[0].id
    ),
    "next step": lambda s, c: ActionForm(s, c),
    "sharing": lambda s, c: ConsentForm(s, c),
    "taking back": lambda s, c: ConsentEndForm(s, c, agreed(c)),
    "manager's review": lambda s, c: ConsentReviewForm(s, c, overridden(c)),
    "stage": lambda s, c: StageForm(s, c, justice_events.for_client(c)[0].id),
    "withdrawing a stage": lambda s, c: WithdrawStageForm(s, c, justice_events.for_client(c)[0].id or 0),
    "chase": lambda s, c: ChaseForm(s, c, chases.for_client(c)[0].id),
    "order": lambda s, c: OrderForm(s, c, orders.for_client(c)[0].id),
    "breach": lambda s, c: BreachForm(s, c, orders.for_client(c)[0].id or 0),
    "special measure": lambda s, c: MeasureForm(s, c, 1),
    "right": lambda s, c: RightForm(s, c, 5),
    "claim": lambda s, c: ClaimForm(s, c, compensation.for_client(c)[0].id),
    "done": lambda s, c: DoneForm(s, c, actions.for_client(c)[0].id or 0),
    "goal": lambda s, c: GoalForm(s, c, goals.for_client(c)[0].id),
    "onward referral": lambda s, c: OnwardReferralForm(s, c, onward_referrals.for_client(c)[-1].id),
    "no service": lambda s, c: OnwardReferralForm(s, c, onward_referrals.for_client(c)[0].id),
    "feedback offer": lambda s, c: FeedbackOfferForm(s, c, feedback.for_client(c)[0].id),
    "amending": lambda s, c: AmendForm(s, c, contacts.for_client(c)[0].id or 0),
    "withdrawing": lambda s, c: WithdrawForm(s, c, contacts.for_client(c)[0].id or 0),
}


def agreed(client_id: int) -> int:
    return next(one.id or 0 for one in consents.for_client(client_id) if one.decision == "given")


def overridden(client_id: int) -> int:
    return next(one.id or 0 for one in consents.for_client(client_id) if one.decision == "override")


def test_the_forms_of_a_record_fit(fitted: Window, session: Session, full: int) -> None:
    fitted.go(Place("client", full))
    page = fitted.current()
    assert isinstance(page, ClientPage)
    for name, make in FORMS.items():
        page.open_form(make(session, full))
        settle()
        try:
            accessibility.everything(page)
        except AssertionError as wrong:
            raise AssertionError(name) from wrong


@pytest.mark.parametrize("name", ["DASH24", "NEEDS", "CR7", "PHQ9", "FEEDBACK"])
def test_filling_in_a_form_fits(fitted: Window, session: Session, full: int, name: str) -> None:
    fitted.go(Place("client", full))
    page = fitted.current()
    assert isinstance(page, ClientPage)
    form = InstrumentForm(session, full, session.write(instruments.begin, full, name, "review"))
    page.open_form(form)
    for item in form.instrument.asked({}):
        line = form._row(item.code)
        if line.pills:
            line.pills[0].click()
    first = next(iter(form.rows.values()))
    first.more.click()
    if form.side.is_risk:
        form.side.judgement.set_value("high")
        form.side.review.set_value("other")
        form.side.edited.emit()
    form.show_problems({code: words("Choose who said so") for code in list(form.rows)[:2]})
    check(fitted, page)
    form.side.errors.show_problems([])
    check(fitted, page)


def test_a_signed_form_fits(fitted: Window, session: Session, full: int) -> None:
    fitted.go(Place("client", full))
    page = fitted.current()
    assert isinstance(page, ClientPage)
    held = session.write(instruments.begin, full, "DASH24")
    for item in range(1, 15):
        session.write(instruments.answer, held, str(item), "yes", "professional", "As the police saw it")
    session.write(instruments.sign, held)
    page.open_form(AnswersPage(session, full, held))
    for _ in range(10):
        settle()
    check(fitted, page)


def test_a_form_is_freed_when_it_closes(window: Window, session: Session, full: int) -> None:
    window.go(Place("client", full))
    page = window.current()
    assert isinstance(page, ClientPage)
    for name, make in FORMS.items():
        form = make(session, full)
        page.open_form(form)
        settle()
        parts = [form, *form.editors.values()]
        page.close_form()
        settle()
        assert not [part for part in parts if shiboken6.isValid(part)], name


@pytest.mark.parametrize("name", ["dark", "contrast"])
def test_every_screen_is_drawn_in_the_other_themes(
    qapp: QApplication, session: Session, qtbot: QtBot, full: int, name: str
) -> None:
    theme.apply(qapp, name, 1.0)
    window = Window(session)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    for place in (
        Place("today"),
        Place("clients"),
        Place("client", full),
        Place("new_client"),
        Place("contact", full),
    ):
        window.go(place)
        settle()
        assert not window.grab().isNull()
    window.close()


def test_nothing_of_a_client_is_in_the_windows_title(window: Window, full: int) -> None:
    window.go(Place("client", full))
    page = window.current()
    assert page is not None
    assert page.title() == "Client"
    assert LONG not in window.windowTitle()


def test_a_draft_of_a_contact_is_named_after_nobody(full: int) -> None:
    assert LONG not in draft_key(full)
