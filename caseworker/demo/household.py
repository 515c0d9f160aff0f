"""The people around a made-up client, what was decided about children at risk, and the plan for getting through."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from caseworker.demo import mixes
from caseworker.demo.casework import Story, day_of
from caseworker.demo.danger import DAY, Harm
from caseworker.domain.children import Child, is_at_risk
from caseworker.domain.contacts import Contact
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.professionals import Professional
from caseworker.domain.safeguarding import Check, Safeguarding
from caseworker.domain.safety_plan import SafetyItem

OPEN_TO_SOCIAL_CARE = frozenset({"EHP", "CIN", "ENQ", "CPP", "LAC"})


def around(story: Story, harm: Harm) -> None:
    """Children, alleged perpetrators, professionals, safeguarding and the safety plan of one case."""
    data: dict[str, Any] = mixes.read("household")
    if story.is_first:
        _children(story, data["children"])
    _alleged(story, data["alleged"], harm)
    _professionals(story, data["professionals"])
    _safeguarding(story, data["safeguarding"])
    _safety_plan(story, data["safety_plan"], data["safety_text"])


# --- children -----------------------------------------------------------------------------------------------


def _children(story: Story, given: dict[str, Any]) -> None:
    age = story.case.episode.age_at_start
    if age is not None and age < 17:
        return
    parent = 30 if age is None else age
    for _ in range(int(story.pick(given["how_many"][story.kind]))):
        story.book.add(_child(story, given, parent))
    talk = story.talks[0]
    if parent < 46 and story.person.client.sex != "M" and story.chance(given["unborn"]):
        due = day_of(talk) + dt.timedelta(days=story.draw.randrange(20, 200))
        if abs((due - story.world.today).days) < 300:
            story.book.add(
                Child(None, story.uid(), 0, "Baby", unborn=True, due=due.isoformat(), recorded=talk.recorded)
            )
    if story.chance(given["dependant"]):
        story.book.add(
            Child(
                None, story.uid(), 0, story.someone("F").split()[0], born="NA-UNK", age_estimate=min(95, parent + 28),
                sex="F", relationship="DEP", lives_with="CLI", social_care="CAA", at_risk="no",
                recorded=talk.recorded,
            )
        )  # fmt: skip


def _child(story: Story, given: dict[str, Any], parent: int) -> Child:
    draw, talk = story.draw, story.talks[0]
    age = draw.randrange(0, max(1, min(18, parent - 15)))
    born = day_of(talk) - dt.timedelta(days=age * 365 + draw.randrange(1, 365))
    known = story.chance(given["age_known"])
    sex = draw.choice(("F", "M"))
    care = story.pick(given["social_care"])
    reach = story.pick(given["reach"])
    where = draw.choice(given["school"])
    access = story.chance(given["parent_access"])
    return Child(
        id=None,
        uid=story.uid(),
        client_id=0,
        name=story.someone(sex).split()[0],
        born=born.isoformat() if known else "NA-UNK",
        age_estimate=None if known else age,
        sex=sex,
        relationship=story.pick(given["relationship"]),
        lives_with=story.pick(given["lives_with"]),
        school=where if age >= 3 else "",
        social_care=care,
        social_worker=draw.choice(given["social_worker"]) if care in OPEN_TO_SOCIAL_CARE else "",
        own_referral="yes" if story.chance(9) else "no" if story.chance(60) else "NA-ASK",
        sees_abuse=story.pick(given["sees"]) if story.kind == "DA" else "NA-NAP",
        at_risk=story.pick(given["at_risk"]) if story.kind == "DA" else "no",
        reach=reach,
        reach_through=draw.choice(given["through"]) if reach == "ADU" else "",
        reach_where=where if reach == "SCH" else "",
        never_told=draw.choice(given["never_told"]),
        parent_access="yes" if access else "no",
        access_reason=draw.choice(given["access_reason"]) if access else "",
        recorded=talk.recorded,
    )


# --- others -------------------------------------------------------------------------------------------------


def _alleged(story: Story, given: dict[str, Any], harm: Harm) -> None:
    """As little as keeps the client safe; a second case names the same person only once."""
    if not story.chance(given["recorded"][story.kind]):
        return
    if not any(one.name == harm.by_whom for one in story.book.of(Perpetrator)):
        story.book.add(_alleged_one(story, given, harm.by_whom, harm.sex))
    if story.chance(given["second"]):
        story.book.add(_alleged_one(story, given, story.someone("M"), "M"))


def _alleged_one(story: Story, given: dict[str, Any], name: str, sex: str) -> Perpetrator:
    draw, talk = story.draw, story.talks[0]
    relationship = story.pick(given["relationship"][story.kind])
    relationship = draw.choice(("DAT", "ACQ", "NEI")) if relationship == "OTHER" else relationship
    together = relationship in ("PAR", "PNT", "SIB", "CHA") and story.chance(given["lives_with"])
    armed, risky = story.chance(given["weapons"]), story.chance(given["occupation_risk"])
    convicted = story.chance(given["convicted"])
    work = draw.choice(given["risky"]) if risky else draw.choice(given["occupation"])
    ordered = draw.choice(given["orders"])

    def said(stated: object) -> str:
        return story.pick(given["said"]) if stated else "NA-ASK"

    return Perpetrator(
        None,
        story.uid(),
        0,
        name,
        born="NA-UNK",
        age_estimate=draw.randrange(18, 66) if story.chance(70) else None,
        sex=sex,
        age_said=said(sex),
        relationship=relationship,
        relationship_said=said(relationship),
        lives_with="yes" if together else "no",
        lives_with_said=said("lives"),
        weapons="yes" if armed else "no" if story.chance(60) else "NA-UNK",
        weapons_words=draw.choice(given["weapons_words"]) if armed else "",
        weapons_said=said("weapons"),
        occupation=work,
        occupation_risk="yes" if risky else "no" if work else "NA-ASK",
        occupation_said=said(work),
        orders=ordered,
        orders_said=said(ordered),
        convicted="yes" if convicted else "NA-NAP",
        convicted_of="Convicted last spring" if convicted else "",
        convicted_said="CRT" if convicted else "NA-ASK",
        known_here="yes" if story.chance(given["known_here"]) else "no",
        recorded=talk.recorded,
    )


def _professionals(story: Story, given: dict[str, Any]) -> None:
    draw = story.draw
    children = story.book.of(Child)
    if story.book.of(Professional):
        return
    there = {
        "OIC": story.case.episode.reported == "yes",
        "SWC": any(one.social_care in OPEN_TO_SOCIAL_CARE for one in children),
        "SCH": any(one.school for one in children),
    }
    for role, organisation in given["organisation"].items():
        if not there.get(role, True) or not story.chance(given[role]):
            continue
        talk = draw.choice(story.talks)
        agreed = story.chance(given["agreed"])
        story.book.add(
            Professional(
                None,
                story.uid(),
                0,
                f"{'DC ' if role == 'OIC' else ''}{story.someone('F' if story.chance(55) else 'M')}",
                role=role,
                organisation=organisation,
                phone=f"01632 960{draw.randrange(1000):03d}" if story.chance(84) else "",
                email=f"{role.lower()}{draw.randrange(1000):03d}@example.org" if story.chance(50) else "",
                safe_to_ring=story.pick(given["safe_to_ring"]),
                agreed="yes" if agreed else "no" if story.chance(30) else "NA-ASK",
                may_be_told=draw.choice(given["may_be_told"]) if agreed else "",
                recorded=talk.recorded,
            )
        )


# --- safeguarding -------------------------------------------------------------------------------------------


def _safeguarding(story: Story, given: dict[str, Any]) -> None:
    """A decision where a child is at risk, one a week while that lasts, and the word that closed each contact."""
    children = story.book.of(Child)
    at_risk = any(is_at_risk(one) for one in children)
    seen = any(one.sees_abuse == "yes" for one in children)
    if not at_risk and not (seen and story.chance(given["sees"])):
        return
    decided: int | None = None
    at = 0
    for talk in story.talks:
        if decided is None or talk.at - at > 6 * DAY:
            first = decided is None
            decided = story.book.add(_decision(story, given, talk, children, again=not first))
            at = talk.at
            _check(story, talk, decided, "new")
            if not at_risk:
                return
        else:
            _check(story, talk, decided, "stands")


def _decision(
    story: Story, given: dict[str, Any], talk: Contact, children: list[Child], *, again: bool
) -> Safeguarding:
    draw, now = story.draw, story.world.now
    decision = "KNO" if again else story.pick(given["decision"])
    alone = len(children) == 1
    agreed = story.chance(given["consent"])
    made = Safeguarding(
        None,
        story.uid(),
        0,
        about="ONE" if alone else "ALL",
        child_id=1 if alone else None,
        concern="Looked at again, nothing new" if again else draw.choice(given["concern"]),
        decided=min(talk.recorded, talk.at + DAY),  # the note of it may come much later
        decision=decision,
        threshold=draw.choice(given["threshold"]),
        recorded=talk.recorded,
    )
    quiet_since = now - talk.recorded
    if decision == "CON" and quiet_since > DAY:
        return _looked_at(story, given, made)
    if decision != "REF":
        return made
    made = replace(
        made,
        consent="yes" if agreed else "no",
        override_reason="" if agreed else draw.choice(given["override"]),
        sent_to=draw.choice(given["sent_to"]),
        sent=story.from_now(talk.recorded + draw.randrange(600, 20_000)),
    )
    told = story.chance(given["told"])
    made = replace(
        made, told="yes" if told else "no", not_told="" if told else draw.choice(given["not_told"])
    )
    if not agreed and quiet_since > DAY:
        made = _looked_at(story, given, made)
    answered = day_of(talk) + dt.timedelta(days=draw.randrange(2, 16))
    if answered < story.world.today and (story.chance(given["answered"]) or quiet_since > 40 * DAY):
        made = replace(
            made, outcome=story.pick(given["outcome"]), outcome_on=answered.isoformat(),
            outcome_words=draw.choice(given["words"]),
        )  # fmt: skip
    return made


def _looked_at(story: Story, given: dict[str, Any], made: Safeguarding) -> Safeguarding:
    at = story.from_now(made.decided + story.draw.randrange(3600, 40 * 3600))
    return replace(made, reviewed=at, reviewed_by=str(story.draw.choice(given["manager"])))


def _check(story: Story, talk: Contact, decided: int, answer: str) -> None:
    story.book.add(
        Check(None, story.uid(), 0, story.contact_number(talk), decided, answer, recorded=talk.recorded)
    )


# --- the plan -----------------------------------------------------------------------------------------------


def _safety_plan(story: Story, given: dict[str, Any], text: dict[str, list[str]]) -> None:
    if not story.case.episode.assessed_on or story.book.of(SafetyItem):
        return
    if not story.chance(story.share(given["made"])):
        return
    draw = story.draw
    has_children = bool(story.book.of(Child))
    start = story.talks[min(len(story.talks) - 1, 1)]
    for kind, share in given["items"].items():
        if not story.chance(share) or (kind == "children" and not has_children):
            continue
        talk = start if story.chance(75) else draw.choice(story.talks)
        agreed = story.chance(given["agreed"])
        review = day_of(talk) + dt.timedelta(days=draw.randrange(28, 90))
        if not story.ended and story.chance(85):
            review = story.world.today + dt.timedelta(days=draw.randrange(-4, 60))
        story.book.add(
            SafetyItem(
                None,
                story.uid(),
                0,
                kind=kind,
                text=text[kind][0],
                hers=story.chance(given["hers"]),
                owner=story.pick(given["owner"]),
                agreed="yes" if agreed else "NA-ASK",
                agreed_on=day_of(talk).isoformat() if agreed else "",
                review_by=review.isoformat() if story.chance(80) else "",
                disguise=text[kind][1] if story.chance(given["disguise"]) else "",
                recorded=talk.recorded,
            )
        )
