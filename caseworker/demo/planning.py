"""What a made-up client works towards, who is asked to help, and what is agreed about a silence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

from caseworker.demo.assessing import Filled
from caseworker.demo.casework import Story, day_of
from caseworker.demo.danger import DAY
from caseworker.demo.services import made_up_services
from caseworker.domain import codes, services
from caseworker.domain.actions import Action
from caseworker.domain.contacts import Contact
from caseworker.domain.feedback import FeedbackOffer
from caseworker.domain.goals import Goal
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.silence import Aside
from caseworker.domain.when import local


def plan(story: Story) -> None:
    """Goals and actions for the needs that matter most, and referrals to others."""
    sets = [
        one
        for one in story.book.of(Filled)
        if one.form.kind == "needs" and one.held.episode_id == story.number and one.held.signed
    ]
    if not sets or sets[0].held.withdrawn:
        return
    first, last = sets[0], sets[-1]
    talk = next(one for one in story.talks if one.at == first.held.started)
    wanted = [code for code in ("P1", "P2", "P3") if code in first.answers]
    for code in wanted:
        need = first.answers[code].value
        if story.chance(story.data["plan"]["goals"]) and _is_planned(first, need):
            _goal(story, talk, need, _level(last, need) if last.held.stage == "exit" else None)
    for need in story.data["onward"]["service"]:
        if (_level(first, need) or 0) >= 2 and story.chance(story.data["onward"]["sent"]):
            _send_on(story, talk, need)


def _is_planned(held: Filled, need: str) -> bool:
    answer = held.answers.get(f"{need}-PLAN")
    return answer is not None and answer.value == "yes"


def _level(held: Filled, need: str) -> int | None:
    answer = held.answers.get(need)
    return None if answer is None or codes.is_missing(answer.value) else int(answer.value)


def _goal(story: Story, talk: Contact, need: str, at_end: int | None) -> None:
    data, draw = story.data["plan"], story.draw
    status = "open"
    if story.ended:
        done = data["reached"]["met" if at_end is not None and at_end <= 1 else "not_met"]
        status = "reached" if story.chance(done) else "dropped" if story.chance(data["dropped"]) else "partly"
    due = day_of(talk) + dt.timedelta(days=draw.randrange(28, 120))
    number = story.book.add(
        Goal(
            None,
            story.uid(),
            0,
            str(draw.choice(story.data["goal"][need])),
            need=need,
            own_words=story.chance(data["own_words"]),
            aim="0" if story.chance(12) else "1",
            due=due.isoformat() if story.chance(80) else "",
            status=status,
            episode_id=story.number,
            recorded=talk.recorded,
        )
    )
    kind, text = story.data["goal_action"][need]
    for times in range(1 + story.chance(data["actions"])):
        done_by = next((one for one in story.talks if one.at > talk.at + (3 + 14 * times) * DAY), None)
        to_do = status == "open" and times and story.chance(data["still_to_do"])
        if done_by is None and not to_do:
            continue
        due = (
            story.world.today + dt.timedelta(days=draw.randrange(3, 21))
            if to_do or done_by is None
            else day_of(done_by) - dt.timedelta(days=draw.randrange(0, 3))
        )
        story.book.add(
            Action(
                None,
                story.uid(),
                0,
                text,
                due.isoformat(),
                episode_id=story.number,
                done=0 if to_do or done_by is None else story.from_now(done_by.recorded),
                result="" if to_do else "Done, client told",
                kind=kind,
                agency=story.words("agency") if story.chance(data["agency"]) else "",
                goal_id=number,
            )
        )


# --- referrals to others ------------------------------------------------------------------------------------


@cache
def service_map(today: dt.date) -> tuple[services.Service, ...]:
    """The services one can refer to, numbered as they are written into the vault."""
    return tuple(
        replace(one, id=number, uid=f"{number:032x}") for number, one in enumerate(made_up_services(today), 1)
    )


def _send_on(story: Story, talk: Contact, need: str) -> None:
    data, draw = story.data["onward"], story.draw
    kind = data["service"][need]
    made = OnwardReferral(
        None,
        story.uid(),
        0,
        service_type=kind,
        need=need,
        consent=story.pick(data["consent"]),
        episode_id=story.number,
        recorded=talk.recorded,
    )
    client, episode = story.person.client, story.case.episode
    able = [
        one
        for one in service_map(story.world.today)
        if one.kind == kind
        and services.fits(one, client.area, episode.crime, episode.age_at_start) is not False
    ]
    if not able or story.chance(data["none_exists"]):
        reason = "NOS" if not able or story.chance(60) else "TRV"
        story.book.add(replace(made, reason=reason, consent="NA-NAP"))
        return
    made = replace(made, service_id=draw.choice(able).id)
    sent = day_of(talk) + dt.timedelta(days=draw.randrange(0, 3))
    today = story.world.today
    if made.consent == "given" and sent < today:
        made = replace(made, sent=sent.isoformat())
        answered = sent + dt.timedelta(days=draw.randrange(2, 20))
        if answered < today and story.chance(data["accepted"]):
            made = replace(made, accepted=answered.isoformat())
            begun = answered + dt.timedelta(days=draw.randrange(3, 70))
            if begun < today and story.chance(data["started"]):
                made = replace(made, started=begun.isoformat())
        elif answered < today and story.chance(75):
            made = replace(made, refused=answered.isoformat(), reason=story.pick(data["reason"]))
    story.book.add(made)


# --- feedback offered, silences set aside ---------------------------------------------------------------------


def offer(story: Story) -> None:
    """The times a client was asked for feedback and said no, or has not answered yet."""
    data = story.data["offer"]
    given = {
        one.held.stage
        for one in story.book.of(Filled)
        if one.form.name == "FEEDBACK" and one.held.episode_id == story.number
    }
    later = next((one for one in story.talks if one.at - story.talks[0].at >= 42 * DAY), None)
    asked = {"review": later, "exit": story.talks[-1] if story.ended else None}
    for stage, share in (("review", data["at_six_weeks"]), ("exit", data["at_end"])):
        talk = asked[stage]
        if talk is None or stage in given or not story.chance(share):
            continue
        story.book.add(
            FeedbackOffer(
                None,
                story.uid(),
                0,
                day_of(talk).isoformat(),
                stage=stage,
                answer="declined" if story.chance(data["declined"]) else "waiting",
                episode_id=story.number,
                recorded=talk.recorded,
            )
        )


def set_aside(story: Story) -> None:
    """A silence that somebody looked at and said why it is none."""
    data, last = story.data["silence"], story.talks[-1]
    quiet = (story.world.now - last.at) // DAY
    if story.ended or not 14 <= quiet <= 60 or not story.chance(data["aside"]):
        return
    recorded = story.world.now - story.draw.randrange(1, 6) * DAY + story.draw.randrange(9, 17) * 3600
    until = story.world.today + dt.timedelta(days=story.draw.randrange(1, 8))
    story.book.add(
        Aside(
            None,
            story.uid(),
            0,
            since=last.at,
            reason=story.pick(data["reason"]),
            until=until.isoformat(),
            recorded=story.from_now(recorded),
        )
    )
    assert local(recorded).date() <= story.world.today
