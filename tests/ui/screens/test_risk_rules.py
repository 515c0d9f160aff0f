"""Rules of an area in Settings: thresholds, escalation, reviews."""

from __future__ import annotations

import pytest

from caseworker.domain import instruments as rules
from caseworker.storage import instruments, risk
from tests.ui import accessibility
from tests.ui.screens.parts import settle, today
from ui import theme
from ui.screens.risk_rules import RiskRules
from ui.screens.settings import SettingsPage
from ui.session import Place, Session
from ui.window import Window


@pytest.fixture
def form(window: Window) -> RiskRules:
    window.go(Place("settings", "risk"))
    settle()
    page = window.current()
    assert isinstance(page, SettingsPage)
    return page.risk_rules


def choose(form: RiskRules, area: str) -> None:
    next(pill for pill in form.area.pills() if pill.text() == area).click()


def test_the_shipped_rules_stand_there_first(form: RiskRules) -> None:
    assert form.text("band:DASH24:high") == "14"
    assert form.text("band:DASH24:medium") == "10"
    assert (form.text("escalation_count"), form.text("escalation_months")) == ("3", "12")
    assert [form.text(f"review_{grade}") for grade in ("high", "medium", "standard")] == ["14", "42", "84"]


def test_an_area_gets_rules_of_its_own_and_gives_them_up_again(
    form: RiskRules, session: Session, amara: int
) -> None:
    choose(form, "Essex")
    form.fill({"band:DASH24:high": "12", "review_high": "7"})
    form.save()
    assert risk.rules("Essex").bands == {"DASH24": {"high": 12}}
    assert risk.rules("Essex").review_days["high"] == 7
    assert risk.rules("Thurrock").review_days["high"] == 14
    assert form.own.text() == "This area has rules of its own."
    tool = rules.shelf().current("DASH24", today())
    assert rules.score(tool, {str(n): "yes" for n in range(1, 13)}, "Essex", {"high": 12}).grade == "high"
    held = session.write(instruments.begin, amara, "DASH24")
    for item in range(1, 13):
        session.write(instruments.answer, held, str(item), "yes", "victim")
    assert session.write(instruments.sign, held).grade == "high"
    form.clear_button.click()
    assert form.text("band:DASH24:high") == "14"
    assert not risk.has_own_rules("Essex")
    assert instruments.get(held).grade == "high"  # what was signed stays as it was signed


def test_what_makes_no_sense_is_said_beside_its_field(form: RiskRules) -> None:
    form.fill({"escalation_count": "many", "review_high": "90"})
    form.save()
    assert form.fields["escalation_count"].problem() == "Enter a whole number"
    form.fill({"escalation_count": "3"})
    form.save()
    sentence = "A higher grade must be reviewed at least as often as a lower one"
    assert form.fields["review_high"].problem() == sentence
    form.fill({"review_high": "14", "band:DASH24:medium": "15"})
    form.save()
    assert form.errors.problems() == ["Each threshold must be higher than the one before it"]
    wrong = [name for name in form.editors if form.fields[name].problem()]
    assert wrong == ["band:DASH24:high"]  # 14, after a medium that begins at 15
    assert not risk.has_own_rules("")


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_rules_fit(session: Session, qapp: object, qtbot: object, scale: float) -> None:
    theme.apply(qapp, "light", scale)  # type: ignore[arg-type]
    shown = Window(session)
    qtbot.addWidget(shown)  # type: ignore[attr-defined]
    shown.setMinimumSize(640, 420)
    shown.resize(1366, 768)
    shown.show()
    shown.go(Place("settings"))
    settle()
    page = shown.current()
    assert isinstance(page, SettingsPage)
    page.risk_rules.fill({"escalation_count": "many"})
    page.risk_rules.save()
    accessibility.everything(page.risk_rules)
    shown.close()
