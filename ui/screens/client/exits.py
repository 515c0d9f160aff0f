"""The end of support: why, how things stood, and what becomes of what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain import exits as rules
from caseworker.domain.episodes import RESUME_WITHIN, Episode, is_planned
from caseworker.domain.exits import Exit, Fate
from caseworker.storage import episodes, exits
from caseworker.words import Words, words
from ui.say import say
from ui.screens.client.part import Part
from ui.screens.client.record import RecordForm
from ui.session import Session
from ui.widgets import Combo, DateBoxes, Entry, Facts, Heading, Said, TextLine

ASKED = ("abuse", "lived_at_start", "lived_at_end", "further_incident")


class ExitForm(RecordForm):
    """What both forms of an ending ask."""

    def questions(self) -> None:
        self.combo("abuse", self.tr("Abuse since support began"), "exit_abuse")
        self.combo("lived_at_start", self.tr("Lived with the alleged perpetrator at the start"), "yes_no")
        self.combo("lived_at_end", self.tr("Lives with the alleged perpetrator now"), "yes_no")
        self.combo("further_incident", self.tr("Further incident since support began"), "yes_no", self.seen)

    seen = ""

    def answers(self, held: Exit) -> Exit:
        """The facts with what stands in the form."""
        return replace(
            held,
            abuse=self.code("abuse"),
            lived_at_start=self.code("lived_at_start"),
            lived_at_end=self.code("lived_at_end"),
            further_incident=self.code("further_incident"),
            note=self.text("note"),
        )


class CloseEpisodeForm(ExitForm):
    """End support: what the record knows is shown, not asked; everything open gets an answer."""

    def __init__(
        self, session: Session, client_id: int, episode_id: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"close:{client_id}:{episode_id}", parent)
        self.episode = episodes.get(episode_id)
        self.known = exits.known(self.episode)
        self.add("closed", self.tr("Support ended"), DateBoxes())
        self.combo("closure_reason", self.tr("Why support ended"), "closure_reason", missing=False)
        self.planned = Said("", "info")
        self.down.addWidget(self.planned)
        self._what_is_known()
        self._what_is_open()
        if self.known.incidents:
            self.seen = self.tr("On record: {n}, the last on {date}").format(
                n=len(self.known.incidents), date=when.show_stored(self.known.incidents[0])
            )
        else:
            self.seen = self.tr("None on record")
        self.down.addWidget(Heading(self.tr("How things stand"), 3))
        self.questions()
        self.add("note", self.tr("Anything to add"), TextLine(), "", True)
        self.start(
            {
                "closed": self.today().isoformat(),
                "closure_reason": None,
                **dict.fromkeys(ASKED),
                # what the record shows is offered, to be confirmed or put right
                "further_incident": "yes" if self.known.incidents else None,
            }
        )

    def _what_is_known(self) -> None:
        last = when.show_stored(self.known.last_contact) or self.tr("Never reached")
        self.down.addWidget(Heading(self.tr("From the record"), 3))
        self.down.addWidget(
            Facts(
                [
                    (self.tr("Risk at the start"), self.grade(self.known.risk_at_start)),
                    (self.tr("Risk at the end"), self.grade(self.known.risk_at_end)),
                    (self.tr("Last contact"), last),
                ]
            )
        )
        before = exits.before(self.episode)
        if before is not None:
            text = self.tr(
                "Support ended before, on {date}, and was taken up again. What was said then stays in"
            )
            text = text + " " + self.tr("the history; it is asked anew.")
            self.down.addWidget(Said(text.format(date=when.show_stored(before.closed)), "history"))

    def grade(self, code: str) -> str:
        return self.tr("No signed assessment") if code == "NA-ASK" else codes.get("risk_grade").label(code)

    def _what_is_open(self) -> None:
        if not self.known.open:
            return
        self.down.addWidget(Heading(self.tr("Still open: what becomes of it?"), 3))
        fates = codes.get("exit_fate")
        for one in self.known.open:
            choice = Combo()
            choice.addItem(self.tr("Choose"), None)
            for code in fates.valid_on(self.today()):
                choice.addItem(fates.label(code), code)
            self.add(self._name(one), say(one.what), choice)

    @staticmethod
    def _name(one: exits.Open) -> str:
        return f"fate {one.noun} {one.row_id}"

    def _place(self, name: str) -> int:
        return list(self.editors).index(name) if name in self.editors else len(self.editors)

    def title(self) -> str:
        return self.tr("Close support")

    def save_words(self) -> str:
        return self.tr("Close support")

    def follow(self) -> None:
        reason = self.code("closure_reason", "")
        if reason in codes.get("closure_reason"):
            planned = self.tr("A planned ending.") if is_planned(reason) else self.tr("Not a planned ending.")
        else:
            planned = ""
        back = self.tr("Within {days} days the same support can be taken up again.").format(
            days=RESUME_WITHIN
        )
        self.planned.show_said(f"{planned} {back}".strip())

    def show_problems(self, problems: Mapping[str, Words | str]) -> None:
        """What becomes of something open is asked beside that thing."""
        found = dict(problems)
        if found.pop("open_ends", None) is not None:
            values = self.values()
            for one in self.known.open:
                if not values[self._name(one)]:
                    found[self._name(one)] = words("Choose what becomes of it: {what}", what=one.what)
        super().show_problems({name: found[name] for name in sorted(found, key=self._place)})

    def store(self) -> str:
        fates = [
            Fate(one.noun, one.row_id, fate)
            for one in self.known.open
            if (fate := str(self.values()[self._name(one)] or ""))
        ]
        facts = Exit(None, "", self.episode.client_id, self.episode.id or 0, self.day("closed"))
        exits.close(self.answers(facts), self.code("closure_reason", ""), fates, self.text("note"))
        return self.tr("Support closed.")


class ExitFactsForm(ExitForm):
    """Put right what was recorded about an ending, with a reason."""

    def __init__(self, session: Session, client_id: int, exit_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"exit_facts:{client_id}:{exit_id}", parent)
        self.held = exits.get(exit_id)
        self.questions()
        self.add("note", self.tr("Note"), TextLine(), "", True)
        self.add(
            "why", self.tr("Why it changed"), TextLine(), self.tr("One sentence that a court could read.")
        )
        self.start({**{name: getattr(self.held, name) for name in (*ASKED, "note")}, "why": ""})

    def title(self) -> str:
        return self.tr("How support ended")

    def store(self) -> str:
        exits.save(self.answers(self.held), self.text("why"))
        return self.tr("Saved.")


class ExitsCard(Part):
    """How each ended episode ended, the latest first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self.tr("How support ended"), "flag", parent)

    def read(self) -> list[tuple[Episode, Exit]]:
        return exits.with_episodes(self.client_id)

    def show_found(self, found: object) -> None:
        assert isinstance(found, list)
        for episode, one in found:
            self.add_row(self._ending(episode, one))

    def _ending(self, episode: Episode, one: Exit) -> Entry:
        yes_no = codes.get("yes_no")
        planned = "" if is_planned(episode.closure_reason) else self.tr("Not a planned ending")
        fell = {True: self.tr("fell"), False: self.tr("did not fall"), None: ""}[rules.risk_fell(one)]
        risk = self.tr("Risk: {start} at the start, {end} at the end").format(
            start=self._grade(one.risk_at_start), end=self._grade(one.risk_at_end)
        )
        lines = [
            self.tr("Abuse since support began: {answer}").format(
                answer=codes.get("exit_abuse").label(one.abuse).lower()
            ),
            self.tr("Lived with the alleged perpetrator: {start} at the start, {end} at the end").format(
                start=yes_no.label(one.lived_at_start).lower(), end=yes_no.label(one.lived_at_end).lower()
            ),
            self.tr("{risk} ({fell})").format(risk=risk, fell=fell) if fell else risk,
            self.tr("Further incident: {answer}").format(answer=yes_no.label(one.further_incident).lower()),
        ]
        fates = codes.get("exit_fate")
        for what, fate in exits.open_ends(one):
            lines.append(
                self.tr("Still open then: {what}. {fate}").format(what=say(what), fate=fates.label(fate))
            )
        reason = codes.get("closure_reason").label(episode.closure_reason)
        title = self.tr("{date}: {reason}").format(date=when.show_stored(one.closed), reason=reason)
        made = Entry(title, [*lines, (planned, "muted")])
        made.add_button(self.tr("Change"), partial(self._change, one.id or 0))
        return made

    def _grade(self, code: str) -> str:
        return self.tr("not assessed") if code == "NA-ASK" else codes.get("risk_grade").label(code).lower()

    def _change(self, exit_id: int) -> None:
        self.form_wanted.emit(ExitFactsForm(self.session, self.client_id, exit_id))
