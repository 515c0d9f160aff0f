"""How far a made-up case has come with police and courts, what protects the client, and what was owed to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from caseworker.demo import mixes
from caseworker.demo.casework import Story, day_of
from caseworker.demo.danger import Harm
from caseworker.domain.chases import Chase
from caseworker.domain.code_rights import CodeRight
from caseworker.domain.compensation import Claim
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.orders import Order
from caseworker.domain.special_measures import SpecialMeasure
from caseworker.domain.when import epoch, midnight

Path = list[tuple[str, int]]  # stage and days since the first report
OUTCOMES = frozenset({"09", "10", "11", "18", "19", "25"})


def follow(story: Story, harm: Harm) -> None:
    """Everything of justice in one case."""
    data: dict[str, Any] = mixes.read("justice")
    if story.case.episode.reported == "yes":
        stages = _events(story, data)
        _chases(story, data, stages)
        _measures(story, data, stages)
        _rights(story, data, stages)
    elif story.chance(40):
        talk = story.talks[0]
        stage = story.pick(data["event"]["not_reported"])
        story.book.add(
            JusticeEvent(
                None, story.uid(), 0, stage, day_of(talk).isoformat(), episode_id=story.number,
                recorded=talk.recorded,
            )
        )  # fmt: skip
    if story.kind == "DA" and story.chance(data["order"]["any"]):
        _order(story, data["order"], harm)
    if story.kind != "HUB" and story.chance(data["claim"]["any"]):
        _claim(story, data["claim"], harm)


def _recorded(story: Story, day: dt.date) -> int:
    """When something of that day was written down: with the next conversation, or the evening after the last."""
    noon = epoch(midnight(day)) + 12 * 3600
    later = next((talk.recorded for talk in story.talks if talk.at >= noon), noon + 6 * 3600)
    return story.from_now(max(later, noon))


# --- stages -------------------------------------------------------------------------------------------------


def _events(story: Story, data: Mapping[str, Any]) -> list[str]:
    """The stages up to today; gives them in their order."""
    given, draw = data["event"], story.draw
    reached = story.pick(data["reached"][story.kind])
    if reached == "none":
        return []
    report = day_of(story.talks[0]) - dt.timedelta(days=draw.randrange(2, 30))
    path = _path(story, given, reached)
    # A young case has come less far in the time there was, but as far as was drawn.
    there_is = (story.world.today - report).days - 2
    last = path[-1][1]
    if last > there_is:
        path = [(stage, days * max(there_is, 1) // last) for stage, days in path]
    stages = []
    going_on = reached == "charged" and not story.ended
    for number, (stage, days) in enumerate(path):
        day = min(report + dt.timedelta(days=days), story.world.today - dt.timedelta(days=1))
        newest = number == len(path) - 1
        next_on = ""
        if newest and going_on:
            next_on = (story.world.today + dt.timedelta(days=draw.randrange(1, 110))).isoformat()
        elif newest and stage == "06" and not story.ended and story.chance(50):
            next_on = (story.world.today + dt.timedelta(days=draw.randrange(3, 60))).isoformat()
        told = day + dt.timedelta(days=draw.randrange(0, 12))
        month_only = story.chance(given["month_only"]) and not next_on and stage not in OUTCOMES
        is_told = story.chance(given["told"]) and told < story.world.today and not month_only
        story.book.add(
            JusticeEvent(
                None,
                story.uid(),
                0,
                stage,
                day.isoformat()[:7] if month_only else day.isoformat(),
                place=draw.choice(given["place"][:3]) if stage in ("13", "14", "16", "17") else "",
                detail=given["detail"].get(stage, ""),
                next_on=next_on,
                told=told.isoformat() if is_told else "",
                officer=f"DC {story.someone('M' if story.chance(60) else 'F').split()[-1]}"
                if number == 0
                else "",
                police_ref=story.case.referral.police_ref if number == 0 else "",
                at_stage="05" if stage == "25" else "NA-NAP",
                episode_id=story.number,
                recorded=_recorded(story, day),
            )
        )
        stages.append(stage)
    return stages


def _path(story: Story, given: Mapping[str, Any], reached: str) -> Path:
    draw = story.draw
    path: Path = [("03", 0)]

    def then(stage: str, least: int, most: int) -> None:
        path.append((stage, path[-1][1] + draw.randrange(least, most)))

    if story.chance(given["statement"]):
        then("04", 2, 40)
    then("05", 1, 20)
    if story.chance(given["bailed"]):
        then("06", 5, 60)
    if reached == "nfa":
        stage = story.pick(given["nfa"])
        then(stage, 90, 380)
        if stage != "10" and story.chance(given["review_asked"]):
            then("12", 5, 60)
    elif reached == "withdrawn":
        then("25", 20, 160)
    elif reached in ("charged", "result"):
        then("07", 40, 240)
        then("08", 10, 60)
        then("13", 14, 45)
        if story.chance(70):
            then("14", 21, 60)
        if reached == "result" or story.chance(60):
            then("16", 14, 80)
        if reached == "result":
            then("17", 60, 240)
            convicted = story.chance(given["convicted"])
            then("19" if convicted else "18", 1, 8)
            if convicted:
                then("20", 14, 50)
    return path


def _chases(story: Story, data: Mapping[str, Any], stages: list[str]) -> None:
    given, draw = data["chase"], story.draw
    if not stages or stages[-1] in OUTCOMES or len(story.talks) < 2:
        return
    asked = sorted(
        {day_of(talk) for talk in story.talks[1:] if day_of(talk) < story.world.today}, reverse=True
    )
    last: dt.date | None = None
    for day in asked:
        if last is not None and (last - day).days < draw.randrange(*given["every_days"]):
            continue
        newest = last is None and not story.ended
        answer = story.pick(given["answer"])
        again = ""
        if newest and answer != "news" and story.chance(45):
            again = (day + dt.timedelta(days=14)).isoformat()
        story.book.add(
            Chase(
                None,
                story.uid(),
                0,
                day.isoformat(),
                whom=story.pick(given["whom"]),
                answer=answer,
                note=draw.choice(given["note"]),
                next_on=again,
                episode_id=story.number,
                recorded=_recorded(story, day),
            )
        )
        last = day
        if len(story.book.of(Chase)) >= given["most"]:
            return


def _measures(story: Story, data: Mapping[str, Any], stages: list[str]) -> None:
    given, draw = data["measure"], story.draw
    if "08" not in stages or story.book.of(SpecialMeasure):
        return
    over = "17" in stages
    for measure, share in given["which"].items():
        if not story.chance(share):
            continue
        wanted = story.chance(given["wanted"])
        asked = wanted and (over or story.chance(given["asked"]))
        decided = asked and (over or story.chance(70))
        granted = story.chance(given["granted"])
        day = story.talks[-1] if len(story.talks) < 3 else story.talks[len(story.talks) // 2]
        story.book.add(
            SpecialMeasure(
                None,
                story.uid(),
                0,
                measure,
                explained="yes",
                wanted="yes" if wanted else "no",
                requested="yes" if asked else "NA-ASK" if wanted else "NA-NAP",
                requested_on=day_of(day).isoformat() if asked else "",
                requested_by=draw.choice(given["by"]) if asked else "",
                decision=("granted" if granted else "refused")
                if decided
                else "NA-ASK"
                if wanted
                else "NA-NAP",
                given=("yes" if granted and story.chance(95) else "no") if over and asked else "NA-ASK",
                episode_id=story.number,
                recorded=day.recorded,
            )
        )


def _rights(story: Story, data: Mapping[str, Any], stages: list[str]) -> None:
    """One record a right; a second case of the same client changes none."""
    given, draw = data["right"], story.draw
    if not stages or story.book.of(CodeRight):
        return
    kept = {
        right: story.pick(given["status"]) for right, share in given["kept"].items() if story.chance(share)
    }
    if "08" in stages:
        chance = draw.random() * 100
        kept["R7"] = (
            "delivered"
            if chance < given["statement_made"]
            else "offered"
            if chance < given["statement_offered"]
            else "explained"
        )
    for right, status in kept.items():
        talk = draw.choice(story.talks)
        broken = status in ("late", "not-delivered")
        taken_further = broken and story.chance(30)
        story.book.add(
            CodeRight(
                None,
                story.uid(),
                0,
                right,
                status=status,
                happened=day_of(talk).isoformat() if status != "na-yet" else "",
                evidence="Told by the client" if story.chance(60) else "Letter seen",
                breach=draw.choice(given["breach"]) if broken else "",
                escalated=day_of(talk).isoformat() if taken_further else "",
                escalated_to="Victims' Code lead of the force" if taken_further else "",
                episode_id=story.number,
                recorded=talk.recorded,
            )
        )


# --- orders and claims --------------------------------------------------------------------------------------


def _order(story: Story, given: Mapping[str, Any], harm: Harm) -> None:
    draw, today = story.draw, story.world.today
    kind = story.pick(given["kind"])
    start = day_of(story.talks[0]) + dt.timedelta(days=draw.randrange(0, 30))
    if start >= today:
        return
    granted = refused = breached = expires = ""
    decided = start + dt.timedelta(days=draw.randrange(0, 25))
    if decided < today and kind != "CLARE-ASK":
        if story.chance(given["granted"]):
            granted = decided.isoformat()
            expires = (decided + dt.timedelta(days=28 if kind in ("DVPO", "BAIL") else 365)).isoformat()
            on = decided + dt.timedelta(days=draw.randrange(3, 27))
            if story.chance(given["breached"]) and on < today:
                breached = on.isoformat()
        elif story.chance(given["refused"] * 100 / (100 - given["granted"])):
            refused = decided.isoformat()
    story.book.add(
        Order(
            None,
            story.uid(),
            0,
            kind,
            applied=start.isoformat() if kind != "BAIL" else "",
            granted=granted,
            refused=refused,
            breached=breached,
            expires=expires,
            court=draw.choice(given["court"]) if kind != "BAIL" else "",
            against=harm.by_whom,
            terms=draw.choice(given["terms"]) if granted else "",
            episode_id=story.number,
            recorded=_recorded(story, max(start, decided if granted or refused else start)),
        )
    )


def _claim(story: Story, given: Mapping[str, Any], harm: Harm) -> None:
    step = story.pick(given["step"])
    happened = harm.incidents[0].happened
    if story.book.of(Claim):
        return
    talk = story.draw.choice(story.talks)
    sent = step in ("applied", "awarded", "refused")
    story.book.add(
        Claim(
            None,
            story.uid(),
            0,
            happened,
            step=step,
            applied=max(day_of(talk).isoformat(), happened) if sent else "",
            reference=f"X/{story.draw.randrange(10**6):06d}" if sent else "",
            episode_id=story.number,
            recorded=talk.recorded,
        )
    )
