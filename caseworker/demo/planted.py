"""The cases that software gets wrong, planted in every made-up vault.

Dates that straddle years, clock changes and birthdays; names that do not look like names; people who come
twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from caseworker.demo import casework, mixes
from caseworker.demo.danger import Harm
from caseworker.demo.diary import Diary, assess_risk, contact_of, dash, marac_paper, safe_to_call, someone
from caseworker.demo.people import Person, Report, World
from caseworker.domain.children import Child
from caseworker.domain.consents import Consent
from caseworker.domain.incidents import Incident
from caseworker.domain.marac import MaracReferral, flag_until, with_repeat
from caseworker.domain.periods import LONDON, midnight
from caseworker.domain.perpetrators import Perpetrator

MINUTE = 60


def planted(world: World) -> Iterator[Person | Report]:
    """The difficult cases, about twenty-five people, in a fixed order."""
    services = list(world.profile.services)
    one, other = services[0], services[-1]
    middle = world.days // 2
    yield from _twins(world, one, middle)
    yield _named(world.person(one, middle - 40, engaged=True), "Siân O'Brannan-Żurawin")
    yield _named(world.person(one, middle - 30, engaged=True), "Wren", is_alias=True)
    yield _named(world.person(one, middle - 20, engaged=True), "Zoë", was="Pebble")
    yield _leap_day(world, one, middle)
    yield _turning_eighteen(world, one, middle)
    refuge = world.person(one, middle + 10, engaged=True)
    yield replace(refuge, client=replace(refuge.client, area="CON"))
    yield _last_minute_of_the_year(world, one)
    yield _at(world, one, middle - 60, dt.time(23, 40), minutes=50)
    yield _in_the_hour_that_comes_twice(world, one)
    yield _again_after(world, one, middle, 89)
    yield _again_after(world, one, middle, 91)
    no_crime = world.person(one, middle + 20, engaged=True)
    for case in no_crime.cases:
        case.episode = replace(case.episode, crime="OT2", da_context="no")
        case.referral = replace(case.referral, crime="OT2")
    yield no_crime
    yield _in_two_services(world, one, other, middle)
    yield _consent_withdrawn(world, one, middle)
    hidden = world.person(one, world.days - 50, engaged=True)
    yield replace(hidden, client=replace(hidden.client, totals_only=True))
    yield world.report()  # an anonymous caller who later became a client: a new record, nothing links back
    yield world.person(one, middle + 30, engaged=True)
    yield _again_at_marac(world, "Rosa Pinhal", 0)
    yield _again_at_marac(world, "Iris Wardlow", 1)
    yield from _alleged_elsewhere(world, one, middle)
    yield _known_to_staff(world, one, middle)
    yield _with_a_child_turning_eighteen(world, one, middle)


def _named(person: Person, name: str, *, is_alias: bool = False, was: str = "") -> Person:
    client = replace(person.client, name=name, is_alias=is_alias, known_as="")
    return replace(person, client=client, was=was)


def _twins(world: World, service: str, day: int) -> Iterator[Person]:
    first, second = (world.person(service, day + n, engaged=True) for n in (0, 3))
    surname = first.client.name.split()[-1]
    born = (world.first + dt.timedelta(days=day) - dt.timedelta(days=24 * 365)).isoformat()
    for person, name in ((first, "Alice"), (second, "Abigail")):
        client = replace(
            person.client, name=f"{name} {surname}", is_alias=False, born=born, age_estimate=None
        )
        for case in person.cases:
            case.episode = replace(case.episode, age_at_start=23)
        yield replace(person, client=client)


def _leap_day(world: World, service: str, day: int) -> Person:
    person = world.person(service, day + 5, engaged=True)
    started = dt.date.fromisoformat(person.cases[0].episode.started)
    for case in person.cases:
        case.episode = replace(case.episode, age_at_start=_years(dt.date(2000, 2, 29), started))
    return replace(person, client=replace(person.client, born="2000-02-29", age_estimate=None))


def _turning_eighteen(world: World, service: str, day: int) -> Person:
    person = world.person(service, day - 10, engaged=True)
    started = dt.date.fromisoformat(person.cases[0].episode.started)
    born = started.replace(year=started.year - 18, day=min(28, started.day)) + dt.timedelta(days=20)
    for case in person.cases:
        begun = dt.date.fromisoformat(case.episode.started)
        case.episode = replace(case.episode, age_at_start=_years(born, begun))
    return replace(person, client=replace(person.client, born=born.isoformat(), age_estimate=None))


def _last_minute_of_the_year(world: World, service: str) -> Person:
    """Referred at 23:30 on 31 March: the last quarter, though UTC already has the first."""
    year = world.today.year if world.today > dt.date(world.today.year, 4, 1) else world.today.year - 1
    day = (dt.date(year, 3, 31) - world.first).days
    person = world.person(service, day, engaged=True)
    late = midnight(dt.date(year, 4, 1)) - 30 * MINUTE
    case = person.cases[0]
    case.referral = replace(case.referral, received=late, outcome_on=dt.date(year, 4, 1).isoformat())
    return person


def _at(world: World, service: str, day: int, time: dt.time, minutes: int) -> Person:
    person = world.person(service, day, engaged=True)
    contacts = person.cases[0].contacts
    if contacts:
        date = world.first + dt.timedelta(days=day + 2)
        at = int(dt.datetime.combine(date, time, LONDON).timestamp())
        contacts[0] = replace(
            contacts[0],
            at=at,
            kind="CLI",
            method="TEL",
            outcome="COM",
            minutes=minutes,
            recorded=at + 3600,
            withdrawn=0,
        )
    return person


def _in_the_hour_that_comes_twice(world: World, service: str) -> Person:
    """A call at 1:30am on the night the clocks go back, the second time round."""
    year = world.today.year - 1
    sunday = dt.date(year, 10, 31)
    sunday -= dt.timedelta(days=(sunday.weekday() + 1) % 7)
    person = world.person(service, (sunday - world.first).days - 3, engaged=True)
    contacts = person.cases[0].contacts
    if contacts:
        at = int(dt.datetime.combine(sunday, dt.time(1, 30), LONDON).replace(fold=1).timestamp())
        contacts[0] = replace(
            contacts[0],
            at=at,
            kind="CRI",
            method="TEL",
            outcome="COM",
            minutes=20,
            recorded=at + 7200,
            withdrawn=0,
        )
    return person


def _again_after(world: World, service: str, day: int, days: int) -> Person:
    """Back after 89 days: the same episode goes on. After 91: a new one."""
    person = world.person(service, day - 100, engaged=True)
    ended = (dt.date.fromisoformat(person.cases[0].episode.started) - world.first).days + 30
    back = min(ended + days, world.days - 1)
    del person.cases[1:]
    case = person.cases[0]
    case.contacts = [contact for contact in case.contacts if contact.at < world.midnights[ended]]
    if days <= 90:
        case.episode = replace(case.episode, closed="", closure_reason="")
        again = world.case(person, mixes.service(service), case.referral, back, 30, True)
        case.contacts += again.contacts
        case.actions += again.actions
        return person
    case.episode = replace(case.episode, closed=world.date(ended), closure_reason="CMP")
    case.actions = [action for action in case.actions if action.done]
    again_referral = world.referral(person.client, mixes.service(service), back, case.episode.crime, "ACC")
    age = case.episode.age_at_start or 30
    person.cases.append(world.case(person, mixes.service(service), again_referral, back, age, True))
    return person


def _in_two_services(world: World, one: str, other: str, day: int) -> Person:
    person = world.person(one, day + 15, engaged=True)
    del person.cases[1:]
    second = world.referral(
        person.client, mixes.service(other), day + 25, person.cases[0].episode.crime, "ACC"
    )
    age = person.cases[0].episode.age_at_start or 30
    person.cases.append(world.case(person, mixes.service(other), second, day + 25, age, True))
    return person


def _consent_withdrawn(world: World, service: str, day: int) -> Person:
    person = world.person(service, day - 50, engaged=True)
    case = person.cases[0]
    ended = min((dt.date.fromisoformat(case.episode.started) - world.first).days + 20, world.days - 1)
    case.contacts = [contact for contact in case.contacts if contact.at < world.midnights[ended]]
    case.actions = [action for action in case.actions if action.done]
    case.episode = replace(
        case.episode, consent_to_support="no", closed=world.date(ended), closure_reason="DEC"
    )
    casework.add(world, person)
    if person.book is not None:
        agreed = Consent(
            None, world.uid(), 0, case.episode.started, "INF", "POL", "given", scope="Risk and safety plan",
            how="phone", capacity="able", episode_id=1, recorded=_evening(case.episode.started),
        )  # fmt: skip
        number = person.book.add(agreed)
        person.book.add(
            replace(
                agreed, uid=world.uid(), decided=world.date(ended), decision="withdrawn", scope="", ends_id=number,
                recorded=_evening(world.date(ended)),
            )
        )  # fmt: skip
    return person


def _evening(day: str) -> int:
    return midnight(dt.date.fromisoformat(day)) + 18 * 3600


def _again_at_marac(world: World, name: str, late: int) -> Person:
    """Another incident on the last day of flag and tag, 365 or 366 days after the first paper: a repeat. On the day
    after it: a new case.
    """
    diary = Diary(world)
    sent_ago = 400
    sent = world.today - dt.timedelta(days=sent_ago)
    again = flag_until(sent) + dt.timedelta(days=late)
    again_ago = (world.today - again).days
    contacts = [
        contact_of(diary, sent_ago + 2, "10:00", "CLI", "TEL", "COM", 30, "Went through the checklist."),
        contact_of(
            diary, again_ago - 1, "10:00", "CLI", "TEL", "COM", 30, "Went through the checklist again."
        ),
    ]
    person, story = someone(
        world,
        name,
        "",
        31,
        sent_ago + 3,
        contacts,
        safe=safe_to_call(world, "07700 900500", "Mon-Fri 09:00-12:00"),
    )
    harm = Harm(0.0, "Lee", "M", [])
    for ago in (sent_ago + 4, again_ago):
        incident = Incident(
            None, world.uid(), 0, diary.day(ago), kind="VIO", crime="DA2", reported="yes", by_whom="Lee", episode_id=1,
            recorded=diary.at(min(ago, sent_ago + 2) if ago > again_ago else again_ago - 1, "10:45"),
        )  # fmt: skip
        harm.incidents.append(incident)
        story.book.add(incident)
    high = dash("1 2 3 4 6 8 10 11 12 14 18 20 21 24 5")
    papers: list[MaracReferral] = []
    for met_ago, incident_ago, paper_ago in (
        (sent_ago + 2, sent_ago + 4, sent_ago), (again_ago - 1, again_ago, again_ago - 2),
    ):  # fmt: skip
        stage = "review" if papers else "baseline"
        rests_on = assess_risk(story, harm, met_ago, stage, high)
        paper = marac_paper(diary, story, rests_on, paper_ago, incident_ago, harm.by_whom)
        papers.append(with_repeat(paper, harm.incidents, papers))
        routes = "VHR,REP" if papers[-1].is_repeat else "VHR"
        story.book.add(replace(papers[-1], criteria=routes))
    case = person.cases[0]
    case.episode = replace(case.episode, closed=diary.day(again_ago - 16), closure_reason="CMP")
    return person


def _alleged_elsewhere(world: World, service: str, day: int) -> Iterator[Person]:
    """Somebody who is a client here and, in another client's record, said to cause the harm."""
    client = casework.add(world, world.person(service, day + 33, engaged=True))
    other = casework.add(world, world.person(service, day + 36, engaged=True))
    yield client
    yield _alleging(world, other, name=client.client.name)


def _known_to_staff(world: World, service: str, day: int) -> Person:
    """The alleged perpetrator is known to somebody who works here."""
    return _alleging(
        world, casework.add(world, world.person(service, day + 39, engaged=True)), known_here="yes"
    )


def _alleging(world: World, person: Person, **facts: str) -> Person:
    """The person with that said of the first alleged perpetrator, who is written down if nobody was."""
    assert person.book is not None
    rows = person.book.rows
    at = next((n for n, row in enumerate(rows) if isinstance(row, Perpetrator)), None)
    if at is None:
        recorded = person.cases[0].contacts[0].recorded
        at = person.book.add(
            Perpetrator(None, world.uid(), 0, "Not named", relationship="EXP", relationship_said="CLI",
                        recorded=recorded)
        )  # fmt: skip
        at = len(rows) - 1
    changes: dict[str, Any] = facts
    rows[at] = replace(rows[at], **changes)
    return person


def _with_a_child_turning_eighteen(world: World, service: str, day: int) -> Person:
    """A child of the household comes of age while support goes on, and stays in the figures as the child they were."""
    person = casework.add(world, world.person(service, day + 42, engaged=True))
    assert person.book is not None
    episode = person.cases[0].episode
    started = dt.date.fromisoformat(episode.started)
    born = started.replace(year=started.year - 18, day=min(28, started.day)) + dt.timedelta(days=12)
    person.book.add(
        Child(
            None, world.uid(), 0, "Robin", born=born.isoformat(), sex="M", relationship="CHI", lives_with="CLI",
            social_care="NON", sees_abuse="yes", at_risk="no", recorded=_evening(episode.started),
        )
    )  # fmt: skip
    return person


def _years(born: dt.date, on: dt.date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
