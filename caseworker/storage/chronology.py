"""What happened in one client's record, in order of time, from every table that says when something happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain import onward_referrals as onward
from caseworker.domain.incidents import Incident
from caseworker.domain.instruments import AnswerSet
from caseworker.domain.justice_events import JusticeEvent, first_day
from caseworker.domain.marac import MaracReferral
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.orders import Order
from caseworker.domain.reports.chronology import Entry
from caseworker.domain.when import LONDON, day_epochs, iso_date, local
from caseworker.storage import instruments, records, safeguarding, services
from caseworker.storage.records import R, fetch
from caseworker.words import Words, words

MOST = 2_000  # of each kind; a record with more says so by its oldest date


@dataclass(frozen=True, slots=True)
class Span:
    """Whose record, between which days (both included), and who the workers are."""

    client_id: int
    first: dt.date
    last: dt.date
    workers: Mapping[int, str]

    @property
    def seconds(self) -> tuple[int, int]:
        """From the first second of the first day to the first after the last."""
        return day_epochs(self.first)[0], day_epochs(self.last)[1]

    def who(self, worker_id: int | None) -> str:
        return self.workers.get(worker_id or 0, "")

    def on(
        self,
        day: str,
        what: Words,
        detail: Words | str = "",
        *,
        noun: str,
        row_id: int | None,
        worker_id: int | None = None,
        note: str = "",
    ) -> list[Entry]:
        """An entry of which only the day is known; none when there is no day, or it lies outside."""
        when = iso_date(day) if day else None
        if when is None or not self.first <= when <= self.last:
            return []
        noon = dt.datetime.combine(when, dt.time(12), LONDON)
        who = self.who(worker_id)
        return [Entry(noon, what, detail, note, who, whole_day=True, noun=noun, row_id=row_id or 0)]


def for_client(client_id: int, first: dt.date | None = None, last: dt.date | None = None) -> list[Entry]:
    """Everything that happened between two days, both included, newest first; withdrawn entries left out."""
    names = dict(fetch("SELECT id, name FROM worker"))
    span = Span(client_id, first or dt.date(1900, 1, 1), last or dt.date(2999, 12, 31), names)
    found = [entry for source in SOURCES for entry in source(span)]
    return sorted(found, key=lambda one: (one.at, one.row_id), reverse=True)


def _contacts(span: Span) -> list[Entry]:
    kinds, methods, outcomes = (
        codes.get(f"contact_{name}") for name in ("kind", "method", "outcome")
    )  # the labels
    found = []
    for row_id, at, kind, method, outcome, note, worker in fetch(
        "SELECT c.id, c.at, c.kind, c.method, c.outcome, c.note, c.worker_id FROM contact c"
        " WHERE c.client_id = ? AND c.at >= ? AND c.at < ? AND c.withdrawn = 0 ORDER BY c.at DESC LIMIT ?",
        (span.client_id, *span.seconds, MOST),
    ):
        what = words("{kind}: {method}", kind=kinds.label(kind), method=methods.label(method))
        found.append(
            Entry(
                local(at),
                what,
                outcomes.label(outcome),
                note,
                span.who(worker),
                noun="contact",
                row_id=row_id,
                method=method,
            )
        )
    return found


def _referrals(span: Span) -> list[Entry]:
    sources, outcomes = codes.get("referral_source"), codes.get("referral_outcome")
    return [
        Entry(
            local(at),
            words("Referral received: {source}", source=sources.label(source)),
            outcomes.label(outcome),
            noun="referral",
            row_id=row_id,
        )
        for row_id, at, source, outcome in fetch(
            "SELECT id, received, source, outcome FROM referral"
            " WHERE client_id = ? AND received >= ? AND received < ? LIMIT ?",
            (span.client_id, *span.seconds, MOST),
        )
    ]


def _episodes(span: Span) -> list[Entry]:
    services, reasons = codes.get("service_type"), codes.get("closure_reason")
    found = []
    for row_id, started, closed, service, reason, worker in fetch(
        "SELECT id, started, closed, service, closure_reason, worker_id FROM episode"
        " WHERE client_id = ? LIMIT ?",
        (span.client_id, MOST),
    ):
        name = services.label(service)
        found += span.on(
            started,
            words("Support started: {service}", service=name),
            noun="episode",
            row_id=row_id,
            worker_id=worker,
        )
        ended = words("Support ended: {service}", service=name)
        found += span.on(
            closed,
            ended,
            reasons.label(reason) if closed else "",
            noun="episode",
            row_id=row_id,
            worker_id=worker,
        )
    return found


def _assessments(span: Span) -> list[Entry]:
    grades = codes.get("risk_grade")
    found = []
    for one in records.find(
        AnswerSet,
        "answer_set",
        "WHERE client_id = ? AND started >= ? AND started < ? AND signed <> 0 AND withdrawn = 0"
        " ORDER BY started DESC LIMIT ?",
        (span.client_id, *span.seconds, MOST),
    ):
        form = instruments.title(one)
        what = words("{form}, version {version}, signed", form=form, version=one.version)
        detail: Words | str = words("Risk: {grade}", grade=grades.label(one.grade)) if one.grade else ""
        who = span.who(one.worker_id)
        found.append(Entry(local(one.started), what, detail, who=who, noun="answer_set", row_id=one.id or 0))
    return found


def _incidents(span: Span) -> list[Entry]:
    kinds = codes.get("incident_kind")
    found = []
    for one in records.find(
        Incident,
        "incident",
        "WHERE client_id = ? AND happened >= ? AND happened <= ? AND withdrawn = 0 LIMIT ?",
        (span.client_id, span.first.isoformat(), span.last.isoformat(), MOST),
    ):
        what = words("Incident: {kind}", kind=kinds.label(one.kind))
        found += span.on(
            one.happened, what, noun="incident", row_id=one.id, worker_id=one.worker_id, note=one.note
        )
    return found


def _marac(span: Span) -> list[Entry]:
    areas, outcomes = codes.get("marac_area"), codes.get("marac_outcome")
    found = []
    for one in records.find(
        MaracReferral,
        "marac_referral",
        "WHERE client_id = ? AND withdrawn = 0 LIMIT ?",
        (span.client_id, MOST),
    ):
        sent = words("Referred to MARAC: {area}", area=areas.label(one.area))
        found += span.on(one.sent, sent, noun="marac_referral", row_id=one.id, worker_id=one.worker_id)
        heard = words("MARAC: {outcome}", outcome=outcomes.label(one.outcome))
        found += span.on(one.heard, heard, noun="marac_referral", row_id=one.id, worker_id=one.worker_id)
    return found


def _justice(span: Span) -> list[Entry]:
    stages = codes.get("cj_stage")
    found = []
    for one in _of(span, JusticeEvent, "justice_event"):
        day = first_day(one.happened)
        what = words("Criminal justice: {stage}", stage=stages.label(one.stage))
        when = day.isoformat() if day else ""
        found += span.on(
            when,
            what,
            one.place,
            noun="justice_event",
            row_id=one.id,
            worker_id=one.worker_id,
            note=one.detail,
        )
    return found


def _orders(span: Span) -> list[Entry]:
    kinds = codes.get("order")
    found = []
    for one in _of(span, Order, "court_order"):
        name = kinds.label(one.kind)
        for day, what in (
            (one.applied, words("{order}: applied for", order=name)),
            (one.granted, words("{order}: granted", order=name)),
            (one.refused, words("{order}: refused", order=name)),
            (one.breached, words("{order}: breached", order=name)),
        ):
            found += span.on(day, what, one.court, noun="court_order", row_id=one.id, worker_id=one.worker_id)
    return found


def _safeguarding(span: Span) -> list[Entry]:
    decisions, about = codes.get("safeguarding_decision"), codes.get("safeguarding_about")
    first, after = span.seconds
    return [
        Entry(
            local(one.decided),
            words(
                "Safeguarding, {about}: {decision}",
                about=about.label(one.about).lower(),
                decision=decisions.label(one.decision),
            ),
            one.sent_to,
            one.concern,
            span.who(one.worker_id),
            noun="safeguarding",
            row_id=one.id or 0,
        )
        for one in safeguarding.for_client(span.client_id, limit=MOST)
        if first <= one.decided < after
    ]


def _onward(span: Span) -> list[Entry]:
    needs, reasons = codes.get("need"), codes.get("need_unmet_reason")
    held = _of(span, OnwardReferral, "onward_referral")
    known = services.by_id(one.service_id for one in held if one.service_id is not None)
    found = []
    for one in held:
        service = known.get(one.service_id or 0)
        called = onward.called(one, service)
        need: Words | str = words("For: {need}", need=needs.label(one.need))
        why = words("{need}. {reason}", need=need, reason=reasons.label(one.reason))
        note = one.note if onward.may_be_named(one, service) else ""
        steps = [
            (one.sent, words("Referred onward to {service}", service=called), need, note),
            (one.accepted, words("Onward referral accepted by {service}", service=called), need, ""),
            (one.started, words("Help from {service} started", service=called), need, ""),
            (one.refused, words("Onward referral refused by {service}", service=called), why, ""),
        ]
        if one.service_id is None:
            steps = [(local(one.recorded).date().isoformat(), words("No service to refer to"), why, note)]
        for day, what, detail, said in steps:
            found += span.on(
                day,
                what,
                detail,
                noun="onward_referral",
                row_id=one.id,
                worker_id=one.worker_id,
                note=said,
            )
    return found


def _of(span: Span, kind: type[R], table: str) -> list[R]:
    """The client's records of that table that stand."""
    return records.find(kind, table, "WHERE client_id = ? AND withdrawn = 0 LIMIT ?", (span.client_id, MOST))


#: Every table that says when something happened to the client. A new noun adds its own here.
SOURCES: tuple[Callable[[Span], list[Entry]], ...] = (
    _contacts,
    _referrals,
    _episodes,
    _assessments,
    _incidents,
    _marac,
    _justice,
    _orders,
    _safeguarding,
    _onward,
)
