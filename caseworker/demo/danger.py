"""What happened to a made-up client, by whom, how dangerous it is, and what went to MARAC because of it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from caseworker.demo.casework import Story, poisson
from caseworker.domain import codes, marac, risk
from caseworker.domain.incidents import Incident, qualifies
from caseworker.domain.instruments import AnswerSet
from caseworker.domain.marac import MaracReferral
from caseworker.domain.marac_actions import MaracAction
from caseworker.domain.safe_claims import REFUSED, SafeClaim, claimed
from caseworker.domain.when import local, midnight

DAY = 24 * 3600
SEVERE = 13  # answers of "yes" to expect; from here on more is known to have happened before


@dataclass(slots=True)
class Harm:
    """The danger one case is in."""

    severity: float  # moves the chance of every "yes", in log odds
    by_whom: str
    sex: str
    incidents: list[Incident]

    def known(self, at: int) -> list[Incident]:
        """Those that had been recorded by that moment."""
        return [one for one in self.incidents if one.recorded <= at]


def log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def likely(severity: float, shares: Sequence[float]) -> float:
    """How many "yes" to expect."""
    return sum(1 / (1 + math.exp(-(log_odds(share) + severity))) for share in shares)


def happened(story: Story) -> Harm:
    """The incident that brought the referral, those known from before, and those that came after."""
    data, draw, case = story.data["incident"], story.draw, story.case
    dash = story.data["dash"]
    severity = draw.gauss(story.share(dash["shift"]), dash["spread"])
    severe = likely(severity, dash["yes"]) >= SEVERE
    sex = "M" if story.chance(94.6) else "F"
    harm = Harm(severity, story.someone(sex), sex, [])
    learned = min(talk.recorded for talk in story.talks)  # a first note may be written after a second one
    group = codes.get("crime").group(case.episode.crime)
    days = draw.randrange(0, 15)
    if case.episode.crime in ("SV2", "SV4", "CS2"):  # long ago
        days = draw.randrange(400, 9000)
    referred = local(case.referral.received).date()
    _add(story, harm, referred - dt.timedelta(days=days), learned, first=True)
    if group not in ("DA", "ST", "HB"):
        return harm
    for _ in range(poisson(draw, data["before_severe" if severe else "before"])):
        _add(story, harm, referred - dt.timedelta(days=draw.randrange(15, 330)), learned)
    start, last = story.talks[0], story.talks[-1]
    days = (last.at - start.at) // DAY
    for _ in range(poisson(draw, data["after_high" if severe else "after"] * min(days, 540) / 91)):
        day = draw.randrange(0, max(1, days))
        told = next((talk for talk in story.talks if talk.at >= start.at + day * DAY), last)
        _add(story, harm, min(local(start.at + day * DAY).date(), local(told.at).date()), told.recorded)
    return harm


def _add(story: Story, harm: Harm, day: dt.date, recorded: int, *, first: bool = False) -> None:
    data, episode = story.data["incident"], story.case.episode
    kind = data["by_crime"].get(episode.crime, "SEX" if episode.crime[:2] in ("SV", "CS") else "OTH")
    reported = episode.reported
    if not first:
        kind = story.pick(data["kind"])
        reported = "yes" if story.chance(data["reported_after"]) else story.draw.choice(("no", "not-yet"))
    made = Incident(
        id=None,
        uid=story.uid(),
        client_id=0,
        happened=day.isoformat(),
        kind=kind,
        crime=episode.crime if first else "NA-ASK",
        reported=reported,
        by_whom=harm.by_whom,
        episode_id=story.number,
        recorded=recorded,
    )
    harm.incidents.append(made)
    story.book.add(made)


def rang_as_the_client(story: Story) -> None:
    """Somebody asked for another number and could not be checked: it waits beside the one that is safe."""
    data = story.data["claim"]
    phone = next((one for one in story.person.safe if one.channel == "TEL" and one.allowed == "yes"), None)
    if phone is None or not story.chance(data["any"]):
        return
    talk = story.talks[-1]
    said = replace(phone, value=story.world.phone_of(story.draw), hours="")
    settled = story.ended or story.chance(data["settled"])
    story.book.add(
        SafeClaim(
            None,
            0,
            "TEL",
            claimed(phone, said),
            str(story.draw.choice(data["reason"])),
            recorded=talk.recorded,
            settled=story.from_now(talk.recorded + 2 * DAY) if settled else 0,
            outcome=REFUSED if settled else "",
        )
    )
    if not settled:
        place = story.person.safe.index(phone)
        story.person.safe[place] = replace(phone, doubted=talk.recorded)


# --- MARAC --------------------------------------------------------------------------------------------------


def refer(story: Story, harm: Harm, held: AnswerSet, number: int) -> None:
    """Take the case to MARAC where a signed assessment, the ``number``-th of this person, opens a route there."""
    data, draw = story.data["marac"], story.draw
    age = story.case.episode.age_at_start
    if age is not None and age < 16:
        return
    known = harm.known(held.signed)
    asked = local(held.started).date()
    earlier: list[MaracReferral] = [
        one for one in story.book.of(MaracReferral) if one.sent <= asked.isoformat()
    ]
    last = max((one.incident_on for one in earlier), default="")
    fresh = [one for one in known if one.happened > last]
    first = not any(one.episode_id == story.number for one in earlier)
    cause = max(fresh or known, key=lambda one: one.happened)
    draft = MaracReferral(
        None, "", 0, story.number, number, incident_on=cause.happened, perpetrator=harm.by_whom
    )
    known_before = first and qualifies(cause) and story.chance(data["elsewhere"])
    if known_before:
        before = dt.date.fromisoformat(cause.happened) - dt.timedelta(days=draw.randrange(20, 350))
        draft = replace(draft, last_referred=before.isoformat())
    draft = marac.with_repeat(draft, known, earlier)
    routes = marac.routes(
        tool_grade=held.tool_grade,
        raised_to_high=held.judgement == "high",
        escalating=risk.escalates(
            [dt.date.fromisoformat(one.happened) for one in known], asked, risk.Rules()
        ),
        repeat=draft.is_repeat,
        suicide=held.grade == "high" and story.chance(data["suicide"]),
    )
    if not first and not (draft.is_repeat and fresh and story.chance(data["again"])):
        return
    if not routes or routes == ("REP",) or (first and not story.chance(data["referred"])):
        return  # known before alone takes nobody there
    paper = _paper(story, draft, held, routes)
    if paper is not None:
        number = story.book.add(paper)
        if paper.heard:
            _asked_of_agencies(story, dt.date.fromisoformat(paper.heard), number)


def _paper(
    story: Story, draft: MaracReferral, held: AnswerSet, routes: tuple[str, ...]
) -> MaracReferral | None:
    data, draw, client = story.data["marac"], story.draw, story.person.client
    recorded = story.from_now(held.signed + draw.randrange(600, 6 * 3600))
    sent = local(recorded).date()
    today = story.world.today
    if sent >= today:
        return None
    consent, police = story.chance(data["consent"]), story.chance(data["police"])
    outcome, heard, told = "NA-NAP", "", ""
    days = draw.randrange(5, 15) if story.chance(data["heard_in_time"]) else draw.randrange(15, 29)
    on = sent + dt.timedelta(days=days)
    if on < today:
        outcome = story.pick(data["outcome"])
        heard = on.isoformat() if outcome in ("heard", "emergency") else ""
        after = on + dt.timedelta(days=draw.randrange(0, 8))
        if after < today and story.chance(data["told"]):
            told = after.isoformat()
    speaks = client.language if not codes.is_missing(client.language) else "NA-UNK"
    return replace(
        draft,
        uid=story.uid(),
        area=held.area or "Essex",
        criteria=",".join(routes),
        victim_aware="yes" if story.chance(data["aware"]) else "no",
        consent="yes" if consent else "no",
        override_reason="" if consent else story.words("override"),
        wants_police="yes" if police else "no",
        police_reason=story.words("police_yes" if police else "police_no"),
        wishes=story.words("wishes"),
        referred_elsewhere=story.words("elsewhere"),
        safe_to_reach=story.words("reach"),
        language=speaks,
        interpreter=client.interpreter if client.interpreter != "NA-ASK" else "NA-UNK",
        landlord=story.words("landlord"),
        occupation=story.words("occupation"),
        gp=story.words("gp"),
        pregnancy="NEI" if not story.chance(5.9) else draw.choice(("PRG", "BAB")),
        diversity=story.words("diversity"),
        manager=story.words("manager"),
        signed_off=sent.isoformat(),
        sent=sent.isoformat(),
        heard=heard,
        outcome=outcome,
        told=told,
        recorded=recorded,
    )


def _asked_of_agencies(story: Story, heard: dt.date, number: int) -> None:
    """What the meeting agreed; most of it gets done, some of it late."""
    data, draw, today = story.data["marac_action"], story.draw, story.world.today
    for agency, action in draw.sample(data["agreed"], draw.randrange(1, 4)):
        due = heard + dt.timedelta(days=draw.randrange(3, 29))
        done = heard + dt.timedelta(days=draw.randrange(2, 40))
        is_done = done < today and story.chance(data["done"])
        story.book.add(
            MaracAction(
                None,
                story.uid(),
                0,
                number,
                agency,
                action,
                due=due.isoformat() if story.chance(88) else "",
                done=done.isoformat() if is_done else "",
                effect=str(draw.choice(data["effect"])) if is_done and story.chance(60) else "",
                recorded=story.from_now(int(midnight(heard).timestamp()) + 16 * 3600),
            )
        )
