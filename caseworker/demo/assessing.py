"""What made-up clients were asked and answered: risk, needs, outcomes, scores, feedback.

Forms are filled in at conversations that took place, closed by the same rule as in the app, and signed when they
are written into the vault.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from caseworker.demo import danger
from caseworker.demo.casework import Story, day_of
from caseworker.demo.danger import Harm
from caseworker.domain import codes, instruments, risk
from caseworker.domain.contacts import Contact
from caseworker.domain.instruments import Answer, AnswerSet, Instrument
from caseworker.domain.when import midnight
from caseworker.storage.instruments import closed

BETWEEN = 42  # days from one asking about needs and outcomes to the next
RULES = risk.Rules()


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was filled in: signed in all but its signature, or left open."""

    form: Instrument
    held: AnswerSet
    answers: Mapping[str, Answer]


@cache
def form(name: str, day: dt.date) -> Instrument | None:
    """The version of that form which was in use on that day, if any."""
    return next((one for one in _offered(day) if one.name == name), None)


@cache
def _offered(day: dt.date) -> tuple[Instrument, ...]:
    return instruments.shelf().offered(day)


def assess(story: Story, harm: Harm) -> None:
    """Everything that was asked in one case, from the first conversation to the last."""
    episode = story.case.episode
    agreed = episode.consent_to_support == "yes"
    if episode.consent_to_support != "no" and (
        not agreed or story.chance(story.data["assessed"][story.kind])
    ):
        begun = [one for one in (_risk(story, harm), _needs(story)) if one is not None]
        if begun:
            first = min(begun).isoformat()
            story.case.episode = replace(episode, assessed_on=max(first, episode.started))
    if agreed:
        _outcomes(story)
        _scores(story)
        _feedback(story)


def fill_in(
    story: Story,
    name: str,
    stage: str,
    talk: Contact,
    values: Mapping[str, str],
    *,
    harm: Harm | None = None,
    judgement: str = "",
    reason: str = "",
    sources: Mapping[str, str] | None = None,
    earlier: int = 0,
    signed: bool = True,
) -> tuple[AnswerSet, int] | None:
    """Fill in a form at that conversation; gives the set and its number. None where the form was not yet in use.

    What the other answers do not call for is left out, and so is what the version in use did not ask.
    ``earlier``: seconds before the conversation at which it was asked.
    """
    used = form(name, day_of(talk))
    if used is None:
        return None
    asked = {item.code for item in used.asked(values)}
    given = {
        code: Answer(code, value, (sources or {}).get(code, "") if not codes.is_missing(value) else "")
        for code, value in values.items()
        if code in asked
    }
    held = AnswerSet(
        None,
        story.uid(),
        0,
        story.number,
        used.name,
        used.version,
        used.digest,
        stage,
        talk.at - earlier,
        area=risk.area_of(story.person.client.area),
        recorded=talk.recorded,
    )
    if signed:
        at = story.from_now(talk.recorded + story.draw.randrange(300, 2400))
        known = [dt.date.fromisoformat(one.happened) for one in harm.known(at)] if harm else []
        held, problems = closed(held, used, given, RULES, known, judgement=judgement, reason=reason, at=at)
        if problems:
            raise ValueError(f"{used.name}: {', '.join(problems)}")
        if story.chance(story.data["risk"]["withdrawn"]):
            held = replace(held, withdrawn=min(at + 3600, story.world.now))
    return held, story.book.add(Filled(used, held, given))


# --- risk ---------------------------------------------------------------------------------------------------


def _risk(story: Story, harm: Harm) -> dt.date | None:
    """Risk from baseline through reviews to the end; gives the first day."""
    data = story.data["risk"]
    at = 1 if len(story.talks) > 1 and story.chance(18) else 0
    talk = story.talks[at]
    if story.kind != "DA":
        if not story.chance(story.share(data["general_grade"])):
            return None
        grade = story.pick(data["general"])
        fill_in(story, "GEN", "baseline", talk, {"GRADE": grade, "WHY": story.words("general")}, harm=harm)
        return day_of(talk)
    if not story.chance(story.share(data["taken"])):
        return None
    _from_police(story, harm, talk)
    if story.case.episode.crime in ("ST1", "ST2", "ST3") and story.chance(data["stalking_screen"]):
        _stalking(story, harm, talk)
    values = _dash(story, harm.severity)
    found = _take(story, harm, talk, "baseline", values)
    grade, due, done = found.grade, found.next_review, talk
    last = story.talks[-1]
    for talk in story.talks[at + 1 :]:
        if story.ended and talk is last:
            break  # what is asked at the end is asked as such
        day = day_of(talk)
        new = any(done.recorded < one.recorded <= talk.recorded for one in harm.incidents)
        if (day.isoformat() >= due and story.chance(data["reviewed"])) or (new and story.chance(85)):
            values = _drifted(story, values, -0.25 if not new else 0.5)
            found = _take(story, harm, talk, "review", values, was=grade)
            grade, due, done = found.grade, found.next_review, talk
    long_enough = (last.at - story.talks[at].at) >= 7 * danger.DAY and last is not done
    asked_again = story.chance(data["exit_planned" if story.planned else "exit_unplanned"])
    if story.ended and long_enough and asked_again:
        target = story.pick(data["exit"][grade])
        _take(story, harm, last, "exit", _toward(story, values, target))
    if not story.ended and story.chance(data["kept_up"]):
        # Looked at again on time, with what others know, also while the client cannot be spoken to.
        while due < story.world.today.isoformat():
            moment = int(midnight(dt.date.fromisoformat(due)).timestamp()) + 10 * 3600
            # What is looked at again has been written down by then, however late it was.
            moment = max(moment, done.recorded)
            noted = replace(last, at=moment, recorded=story.from_now(moment + 1200))
            found = _take(story, harm, noted, "review", _drifted(story, values, -0.5), was=grade)
            grade, due = found.grade, found.next_review
    lately = story.world.now - last.recorded < 4 * danger.DAY
    if not story.ended and lately and last is not done and story.chance(data["unfinished"]):
        some = dict(list(_drifted(story, values, 0).items())[:9])
        fill_in(story, "DASH24", "review", last, some, sources=_sources(story, some), signed=False)
    return day_of(story.talks[at])


def _take(
    story: Story, harm: Harm, talk: Contact, stage: str, values: Mapping[str, str], *, was: str = ""
) -> AnswerSet:
    data = story.data["risk"]
    total = sum(value == "yes" for value in values.values())
    judgement = ""
    if total < 14 and stage != "exit":
        raised = story.chance(data["still_raised"]) if was == "high" else False
        if not was:
            raised = story.chance(story.share(data["raised"]) * (1.4 if total >= 10 else 0.6))
        judgement = "high" if raised else "" if total else "standard"
    elif not total:
        judgement = "standard"
    found = fill_in(
        story, "DASH24", stage, talk, values, harm=harm, judgement=judgement,
        reason=story.words("raised") if judgement else "", sources=_sources(story, values),
    )  # fmt: skip
    assert found is not None  # in use since before any made-up case
    held, number = found
    if stage != "exit" and not held.withdrawn:
        danger.refer(story, harm, held, number)
    return held


def _dash(story: Story, severity: float) -> dict[str, str]:
    draw, data = story.draw, story.data["dash"]
    return {
        str(number): "yes"
        if draw.random() < 1 / (1 + math.exp(-(danger.log_odds(share) + severity)))
        else _not_yes(story)
        for number, share in enumerate(data["yes"], 1)
    }


def _not_yes(story: Story) -> str:
    """What is not a "yes" is mostly a "no". Only these go unanswered, so that totals come out as drawn."""
    data = story.data["dash"]
    chance = story.draw.random() * 100
    if chance < data["unknown"]:
        return "NA-UNK"
    return "NA-ASK" if chance < data["unknown"] + data["not_asked"] else "no"


def _drifted(story: Story, values: Mapping[str, str], lean: float) -> dict[str, str]:
    """The answers some weeks later; ``lean`` above zero: more of them "yes"."""
    gone, come = 0.10 - 0.08 * lean, 0.04 + 0.06 * lean
    found = {}
    for code, value in values.items():
        chance = story.draw.random()
        if value == "yes":
            found[code] = "no" if chance < gone else "yes"
        else:
            found[code] = "yes" if chance < come else value
    return found


_BANDS = {"standard": (2, 9), "medium": (10, 13), "high": (14, 19)}


def _toward(story: Story, values: Mapping[str, str], grade: str) -> dict[str, str]:
    """The answers changed one by one until their total lies where that grade does."""
    low, high = _BANDS[grade]
    found = dict(values)
    total = sum(value == "yes" for value in found.values())
    wanted = min(max(total, low), high) if low <= total <= high else story.draw.randint(low, high)
    codes_left = list(found)
    story.draw.shuffle(codes_left)
    for code in codes_left:
        if total > wanted and found[code] == "yes":
            found[code], total = "no", total - 1
        elif total < wanted and found[code] != "yes":
            found[code], total = "yes", total + 1
    return found


def _sources(story: Story, values: Mapping[str, str]) -> dict[str, str]:
    said = story.data["dash"]["victim_said"]
    return {code: "victim" if story.chance(said) else "professional" for code in values}


def _from_police(story: Story, harm: Harm, talk: Contact) -> None:
    """The grade that came with a police referral; an officer's tool of its own time."""
    if story.case.referral.source != "POL" or not story.chance(story.data["risk"]["police_grade"]):
        return
    total = danger.likely(harm.severity, story.data["dash"]["yes"]) + story.draw.gauss(0, 2)
    grade = "high" if total >= 15 else "medium" if total >= 10 else "standard"
    values = {"GRADE": grade, "BY": story.words("by")}
    fill_in(story, "DARA", "baseline", talk, values, harm=harm, earlier=900)


def _stalking(story: Story, harm: Harm, talk: Contact) -> None:
    share = 1 / (1 + math.exp(-(0.1 + harm.severity)))
    values = {str(n): "yes" if story.draw.random() < share else _not_yes(story) for n in range(1, 12)}
    grade = "high" if sum(value == "yes" for value in values.values()) >= 7 else "medium"
    fill_in(
        story, "SDASH", "baseline", talk, values, harm=harm, judgement=grade, reason=story.words("screen"),
        sources=_sources(story, values), earlier=600,
    )  # fmt: skip


# --- needs --------------------------------------------------------------------------------------------------


def _needs(story: Story) -> dt.date | None:
    """Needs at the start, at reviews and at the end; gives the first day."""
    data = story.data["needs"]
    at = 1 if len(story.talks) > 1 and story.chance(25) else 0
    start = story.talks[at]
    shares = data[story.kind]
    levels: dict[str, int | None] = {}
    for code, share in shares.items():
        core = data["not_asked"]["core" if int(code[1:]) <= 10 else "local"]
        if story.chance(core):
            levels[code] = None
        else:
            levels[code] = int(story.pick(data["level"] if story.chance(share) else data["below"]))
    if not any(level is not None for level in levels.values()):
        levels["N1"] = 2
    first = dict(levels)
    ends_met = {code: story.chance(data["met"][code]) for code in shares}
    whys = {code: story.pick(data["why"]) for code in shares}
    values = _need_values(story, levels, {}, {})
    fill_in(story, "NEEDS", "baseline", start, values)
    done = start
    for talk in story.talks[at + 1 :]:
        if (talk.at - done.at) >= BETWEEN * danger.DAY and story.chance(data["reviewed"]):
            levels = _moved_on(story, first, levels, ends_met, data["met_at_review"])
            fill_in(story, "NEEDS", "review", talk, _need_values(story, levels, _met(first, ends_met), {}))
            done = talk
    last = story.talks[-1]
    share = data["exit_planned" if story.planned else "exit_unplanned"]
    if story.ended and last is not done and (last.at - start.at) >= 14 * danger.DAY and story.chance(share):
        levels = _moved_on(story, first, levels, ends_met, 100)
        fill_in(story, "NEEDS", "exit", last, _need_values(story, levels, _met(first, ends_met), whys))
    return day_of(start)


def _moved_on(
    story: Story,
    first: Mapping[str, int | None],
    now: Mapping[str, int | None],
    ends_met: Mapping[str, bool],
    so_far: float,
) -> dict[str, int | None]:
    """Levels some weeks on: what will be met in the end has eased in ``so_far`` per cent of cases."""
    found: dict[str, int | None] = {}
    for code, level in now.items():
        before = first[code]
        if level is None or before is None:
            found[code] = level if story.chance(70) else int(story.pick({"0": 70, "1": 30}))
        elif before >= 2 and ends_met[code]:
            eased = level >= 2 and story.chance(so_far)
            found[code] = level - 1 if eased and level > 2 and so_far < 100 else 1 if eased else level
        elif before >= 2:
            found[code] = max(2, level - int(story.chance(30)))
        else:
            found[code] = 2 if story.chance(story.data["needs"]["harder"] / 2) else level
    return found


def _met(first: Mapping[str, int | None], ends_met: Mapping[str, bool]) -> dict[str, bool]:
    return {code: ends_met[code] for code, level in first.items() if level is not None and level >= 2}


def _need_values(
    story: Story, levels: Mapping[str, int | None], met: Mapping[str, bool], whys: Mapping[str, str]
) -> dict[str, str]:
    values: dict[str, str] = {}
    for code, level in levels.items():
        values[code] = "NA-ASK" if level is None else str(level)
        if level is not None and level >= 2:
            values[f"{code}-PLAN"] = "yes" if story.chance(88) else "no"
            if met:
                going = "partly" if story.chance(45) else "not-met"
                values[f"{code}-MET"] = "met" if met.get(code) and level == 2 and not whys else going
                if values[f"{code}-MET"] != "met":
                    values[f"{code}-WHY"] = whys.get(code) or story.pick(story.data["needs"]["why"])
    high = sorted(
        (code for code, level in levels.items() if level is not None and level >= 2),
        key=lambda code: (-(levels[code] or 0), story.draw.random()),
    )
    for place, code in zip(("P1", "P2", "P3"), high, strict=False):
        if story.chance(92):
            values[place] = code
    return values


# --- outcomes, scores, feedback -----------------------------------------------------------------------------

_STATEMENTS = ("SAFE", "COPE", "HLTH", "INFO", "CTRL", "CONN", "JUST")


def _outcomes(story: Story) -> None:
    """The seven statements, at up to four times."""
    data = story.data["cr7"]
    if not story.chance(story.share(data["taken"])):
        return
    at = 1 if len(story.talks) > 1 and story.chance(35) else 0
    start = story.talks[at]
    mean, (change, spread) = data["start"][story.kind], data["change"][story.kind]
    # One mood a person and a little of their own in each statement; together as wide as the file says.
    mood = story.draw.gauss(0, data["spread"] * 0.7)
    begun = {code: mean + mood + story.draw.gauss(0, data["spread"] * 0.714) for code in _STATEMENTS}
    moved = {code: story.draw.gauss(change, spread) for code in _STATEMENTS}
    apart = {code for code in _STATEMENTS if story.chance(data["not_answered"])}
    if story.case.episode.reported != "yes":
        apart.add("JUST")

    def ask(stage: str, talk: Contact, share: float) -> None:
        values = {
            code: "NA-NAP"
            if code in apart and code == "JUST"
            else "NA-REF"
            if code in apart
            else str(min(5, max(1, round(min(5, max(1, round(level))) + share * moved[code]))))
            for code, level in begun.items()
        }
        fill_in(story, "CR7", stage, talk, values)

    ask("baseline", start, 0)
    done, times = start, 0
    for talk in story.talks[at + 1 :]:
        if (talk.at - done.at) >= BETWEEN * danger.DAY and times < 2 and story.chance(data["reviewed"]):
            times += 1
            ask("review", talk, 0.5 * times)
            done = talk
    last = story.talks[-1]
    share = data["exit_planned" if story.planned else "exit_unplanned"]
    if story.ended and last is not done and (last.at - start.at) >= 14 * danger.DAY and story.chance(share):
        ask("exit", last, 1)


def _scores(story: Story) -> None:
    """Totals of outside tools: at the start, every six weeks, at the end."""
    for name, data in story.data["score"].items():
        if not story.chance(data.get(story.case.episode.service, 0)):
            continue
        most = {"CORE10": 40, "PHQ9": 27, "GAD7": 21}[name]
        level = min(float(most), max(2.0, story.draw.gauss(data["start"], data["spread"])))
        done: Contact | None = None
        for talk in story.talks:
            last = talk is story.talks[-1] and story.ended
            if done is None or last or talk.at - done.at >= BETWEEN * danger.DAY:
                stage = "baseline" if done is None else "exit" if last and story.planned else "review"
                total = min(most, max(0, round(level + story.draw.gauss(0, 1.5))))
                fill_in(story, name, stage, talk, {"TOTAL": str(total)})
                level = max(0.0, level + data["step"])
                done = talk


def _feedback(story: Story) -> None:
    """What clients said of the service, at six weeks and at the end."""
    data = story.data["feedback"]
    start, last = story.talks[0], story.talks[-1]
    later = next((one for one in story.talks if one.at - start.at >= BETWEEN * danger.DAY), None)
    if later is not None and story.chance(data["at_six_weeks"]):
        fill_in(story, "FEEDBACK", "review", later, _said(story))
    if story.ended and story.planned and last is not later and story.chance(data["at_end"]):
        fill_in(story, "FEEDBACK", "exit", last, _said(story))


def _said(story: Story) -> dict[str, str]:
    data: dict[str, Any] = story.data["feedback"]
    values = {
        code: story.pick(data["answer"]) if story.chance(96) else "NA-REF"
        for code in ("LIS", "RES", "COP", "SAF", "OPT", "REA", "REC")
    }
    values["HOW"] = story.pick(data["channel"])
    if story.chance(data["words"]):
        values["WORDS"] = story.words("feedback")
        values["USE"] = story.pick(data["use"])
    return values
