"""The MARAC paper: everything partners need to hear a case, from the referral, the signed assessment and the record.

What is not known says why. That the alleged perpetrator must not be told stands first and under every page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from caseworker.domain import codes
from caseworker.domain.children import Child, age_words
from caseworker.domain.clients import Client, age_on
from caseworker.domain.instruments import Answer, AnswerSet, Instrument
from caseworker.domain.marac import MaracReferral, criteria, flag_until
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.reports.page import Block, Bullets, Facts, Heading, Paragraph, Report, Said, Table
from caseworker.domain.when import iso_date, local, show_date
from caseworker.words import words

NOT_RECORDED = words("Not recorded")


def marac_paper(
    referral: MaracReferral,
    client: Client,
    *,
    worker: str,
    today: dt.date,
    assessment: tuple[Instrument, AnswerSet, Mapping[str, Answer], int | None] | None = None,
    children: Sequence[Child] = (),
    perpetrators: Sequence[Perpetrator] = (),
) -> Report:
    """The paper. ``assessment``: the form, the signed set, its answers and its total."""
    blocks: list[Block] = [
        Paragraph(words("The alleged perpetrator must not be told about this referral."), strong=True),
        Facts(
            (
                (words("MARAC"), _coded("marac_area", referral.area)),
                (words("Referred on"), _day(referral.sent)),
                (words("Referred by"), worker),
                (words("Signed off by"), _text(referral.manager)),
                (words("Signed off on"), _day(referral.signed_off)),
            )
        ),
        Heading(words("Why the case is referred")),
        Bullets(tuple(codes.get("marac_criterion").label(code) for code in criteria(referral)) or ("-",)),
        Facts(
            (
                (
                    words("Incident that brought it"),
                    _day(referral.incident_on) if referral.incident_on else NOT_RECORDED,
                ),
                (words("Repeat within 12 months"), words("Yes") if referral.is_repeat else words("No")),
                (
                    words("Last referred"),
                    _day(referral.last_referred) if referral.last_referred else NOT_RECORDED,
                ),
            )
        ),
        Heading(words("The client")),
        Facts(
            (
                (words("Name"), client.name),
                (words("Our reference"), client.reference),
                (words("Date of birth or age"), _born(client, today)),
                (words("District"), _coded("area", client.area)),
                (words("How the client can be reached safely"), _text(referral.safe_to_reach)),
                (words("Language"), _coded("language", referral.language)),
                (words("Interpreter"), _coded("interpreter", referral.interpreter)),
                (words("Pregnancy"), _coded("pregnancy", referral.pregnancy)),
                (words("Occupation"), _text(referral.occupation)),
                (words("Landlord"), _text(referral.landlord)),
                (words("GP"), _text(referral.gp)),
                (words("What partners should know"), _text(referral.diversity)),
            )
        ),
        Heading(words("The alleged perpetrator")),
        Facts(((words("Who is said to cause the harm"), _text(referral.perpetrator)),)),
        *(_alleged(one) for one in perpetrators),
        Heading(words("Children and dependants")),
        Table(
            (words("Name"), words("Age"), words("What is known")),
            tuple(_child(one, today) for one in children),
        )
        if children
        else Paragraph(words("No child is recorded.")),
    ]
    if assessment is not None:
        blocks += _assessed(*assessment)
    else:
        blocks += [
            Heading(words("Risk")),
            Paragraph(words("No signed assessment is linked to this referral.")),
        ]
    blocks += [
        Heading(words("What the client knows and wants")),
        Facts(
            (
                (words("Knows about the referral"), _coded("yes_no", referral.victim_aware)),
                (words("Agrees to it"), _coded("yes_no", referral.consent)),
                (words("Why it goes without consent"), _text(referral.override_reason)),
                (words("Wants to speak to the police"), _coded("yes_no", referral.wants_police)),
                (words("Why, or why not"), _text(referral.police_reason)),
                (words("What the client wants to happen"), _text(referral.wishes)),
                (words("Also referred to"), _text(referral.referred_elsewhere)),
            )
        ),
    ]
    sent = iso_date(referral.sent)
    if sent is not None:
        flagged = words("Flag and tag until {date}", date=show_date(flag_until(sent)))
        blocks.append(Paragraph(flagged))
    foot = words("Confidential. Do not copy or pass on. The alleged perpetrator must not be told.")
    return Report("marac-paper", words("MARAC referral"), tuple(blocks), foot)


def _assessed(
    form: Instrument, held: AnswerSet, answers: Mapping[str, Answer], total: int | None
) -> list[Block]:
    grades = codes.get("risk_grade")
    facts: list[tuple[Said, Said]] = [
        (words("Form"), words("{title}, version {version}", title=form.title, version=held.version)),
        (words("Asked on"), show_date(local(held.started).date())),
        (words("Risk"), grades.label(held.grade) if held.grade else "-"),
    ]
    if total is not None:
        facts.append((words("Total"), str(total)))
    if held.judgement:
        facts.append((words("Raised by judgement, because"), held.reason))
    rows = []
    for code, item in form.items.items():
        answer = answers.get(code)
        if answer is None or not item.counts or (item.points(answer.value) or 0) <= 0:
            continue
        source = codes.get("risk_source").label(answer.source) if answer.source else ""
        rows.append((item.label, source, answer.note))
    blocks: list[Block] = [Heading(words("Risk")), Facts(tuple(facts))]
    if rows:
        blocks.append(Table((words("Answered yes"), words("Who said so"), words("Note")), tuple(rows)))
    return blocks


def _alleged(one: Perpetrator) -> Facts:
    """What is recorded about one alleged perpetrator, each fact with who said so; what nobody said is left out."""
    said = codes.get("fact_source")
    facts: list[tuple[Said, Said]] = [(words("Name"), one.name)]
    for label, value, source in (
        (words("Relationship"), _coded("relationship", one.relationship), one.relationship_said),
        (words("Lives with the client"), _coded("yes_no", one.lives_with), one.lives_with_said),
        (words("Weapons"), one.weapons_words or _coded("yes_no", one.weapons), one.weapons_said),
        (words("Occupation"), one.occupation, one.occupation_said),
        (words("Bail and orders"), one.orders, one.orders_said),
    ):
        if value and value != codes.MISSING["NA-ASK"]:
            who = said.label(source).lower()
            facts.append((label, words("{fact} (said by: {who})", fact=value, who=who)))
    return Facts(tuple(facts))


def _child(one: Child, today: dt.date) -> tuple[Said, ...]:
    known: list[Said] = []
    if one.at_risk == "yes":
        known.append(words("At risk now"))
    if one.sees_abuse == "yes":
        known.append(words("Sees or hears it"))
    if not codes.is_missing(one.lives_with):
        known.append(words("Lives with: {who}", who=_coded("lives_with", one.lives_with)))
    if one.school:
        known.append(words("School: {name}", name=one.school))
    said: Said = known[0] if known else "-"
    for more in known[1:]:
        said = words("{first}. {rest}", first=said, rest=more)
    return (one.name, age_words(one, today), said)


def _coded(list_name: str, code: str) -> Said:
    return codes.get(list_name).label(code)


def _text(text: str) -> Said:
    """What was written; a kind of missing in its words; nothing written says so."""
    return codes.MISSING.get(text, text) if text.strip() else codes.MISSING["NA-ASK"]


def _day(text: str) -> Said:
    day = iso_date(text)
    return show_date(day) if day else words("Not yet")


def _born(client: Client, today: dt.date) -> Said:
    born, age = iso_date(client.born), age_on(client, today)
    if born is not None:
        return words("{date}, {age} years old", date=show_date(born), age=age)
    if age is not None:
        return words("About {age} years old", age=age)
    return codes.MISSING.get(client.born, client.born)
