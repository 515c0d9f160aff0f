"""What a made-up client agreed to share and with whom, which papers there are, and how support ended."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any

from caseworker.demo import mixes
from caseworker.demo.assessing import Filled
from caseworker.demo.casework import Story, day_of
from caseworker.demo.danger import DAY, Harm
from caseworker.domain.consents import Consent
from caseworker.domain.documents import Document
from caseworker.domain.exits import Exit
from caseworker.domain.holds import Hold
from caseworker.domain.marac import MaracReferral
from caseworker.domain.when import local


def agree(story: Story) -> None:
    """One record a decision: what was asked, what was taken back, and what was shared without agreement."""
    data: dict[str, Any] = mixes.read("justice")["consent"]
    draw, first = story.draw, story.talks[0]
    for about, share in data["about"].items():
        if not story.chance(share):
            continue
        purpose, recipient = about.split()
        talk = first if story.chance(60) else draw.choice(story.talks)
        given = story.chance(data["given"])
        day = day_of(talk)
        made = Consent(
            None,
            story.uid(),
            0,
            day.isoformat(),
            purpose,
            recipient,
            "given" if given else "refused",
            recipient_name="University study" if recipient == "OTH" else "",
            scope=draw.choice(data["scope"]) if given else "",
            how=story.pick(data["how"]),
            capacity="able" if story.chance(94) else "NA-ASK",
            told=draw.choice(data["told"]),
            expires=(day + dt.timedelta(days=180)).isoformat()
            if given and story.chance(data["expires"])
            else "",
            episode_id=story.number,
            recorded=talk.recorded,
        )
        number = story.book.add(made)
        later = next((one for one in story.talks if one.at > talk.at + 7 * DAY), None)
        if given and later is not None and story.chance(data["taken_back"]):
            take_back(story, made, number, day_of(later), later.recorded)
    for paper in story.book.of(MaracReferral):
        if paper.episode_id == story.number:
            _about_marac(story, data, paper)


def take_back(story: Story, made: Consent, number: int, day: dt.date, recorded: int) -> None:
    """The client takes back what they agreed to: a decision of its own. What was shared stays shared."""
    story.book.add(
        replace(
            made, uid=story.uid(), decided=day.isoformat(), decision="withdrawn", scope="", expires="",
            ends_id=number, recorded=recorded,
        )
    )  # fmt: skip


def _about_marac(story: Story, data: dict[str, Any], paper: MaracReferral) -> None:
    made = Consent(
        None, story.uid(), 0, paper.sent, "MRC", "MRC", "given", scope="Risk and safety plan", how="spoken",
        capacity="able", told=story.draw.choice(data["told"]), episode_id=story.number, recorded=paper.recorded,
    )  # fmt: skip
    if paper.consent != "yes":
        looked = story.from_now(paper.recorded + story.draw.randrange(2, 46) * 3600)
        seen = story.chance(data["reviewed"]) or story.world.now - paper.recorded > 10 * DAY
        view = story.pick(data["view"])
        made = replace(
            made,
            decision="override",
            by_whom="WRK",
            reason=paper.override_reason,
            reviewed=looked if seen else 0,
            reviewed_by=story.draw.choice(data["manager"]) if seen else "",
            review_view=view if seen else "NA-NAP",
            review_note="Less of the family's history next time" if seen and view != "right" else "",
        )
    story.book.add(made)


def papers(story: Story) -> None:
    """Which paper and files there are: a list, not a store."""
    data: dict[str, Any] = mixes.read("justice")["document"]
    draw = story.draw
    for paper in story.book.of(MaracReferral):
        if paper.episode_id == story.number and story.chance(data["marac"]):
            story.book.add(
                _made_here(story, "marac-paper", "MARAC paper", "MARAC", paper.sent, paper.recorded)
            )
    last = story.talks[-1]
    if story.chance(data["support_letter"]):
        day = day_of(last).isoformat()
        story.book.add(
            _made_here(story, "support-letter", "Support letter", "Housing", day, last.recorded + 600)
        )
    if story.chance(data["other"]):
        kind = story.pick(data["kind"])
        talk = draw.choice(story.talks)
        story.book.add(
            Document(
                None, story.uid(), 0, kind=kind, title=data["title"][kind], dated=day_of(talk).isoformat(),
                kept=draw.choice(data["kept"]), recorded=talk.recorded,
            )
        )  # fmt: skip


def _made_here(story: Story, kind: str, title: str, recipient: str, day: str, at: int) -> Document:
    uid = story.uid()
    return Document(
        None, uid, 0, kind=kind, title=title, dated=day, made_here=True, recipient=recipient, kept="Printed",
        digest=hashlib.sha256(uid.encode()).hexdigest(), recorded=story.from_now(at),
    )  # fmt: skip


def end(story: Story, harm: Harm) -> None:
    """How things stood when support ended, and whether the record has to be kept longer than others."""
    data: dict[str, Any] = mixes.read("justice")["exit"]
    episode = story.case.episode
    if story.ended and story.chance(story.data["hold"]["held"]):
        last = story.talks[-1].recorded
        story.book.add(Hold(None, story.uid(), 0, story.pick(story.data["hold"]["reason"]), recorded=last))
    if not story.ended or not story.chance(data["known"]):
        return
    near = (dt.date.fromisoformat(episode.started) - dt.timedelta(days=14)).isoformat()
    grades = [
        one.held.grade
        for one in sorted(story.book.of(Filled), key=lambda one: (one.held.started, one.held.signed))
        if one.held.grade
        and not one.held.withdrawn
        and near <= local(one.held.started).date().isoformat() <= episode.closed
    ]
    together = story.kind == "DA" and story.chance(data["lived_together"])
    still = together and story.chance(data["still_together"])
    unknown = "NA-NAP" if story.kind != "DA" else "no"
    further = any(one.happened > episode.started for one in harm.incidents)
    story.book.add(
        Exit(
            None,
            story.uid(),
            0,
            story.number,
            episode.closed,
            abuse=story.pick(data["abuse"][story.kind]),
            lived_at_start="yes" if together else unknown,
            lived_at_end="yes" if still else unknown,
            risk_at_start=grades[0] if grades else "NA-ASK",
            risk_at_end=grades[-1] if grades else "NA-ASK",
            further_incident="yes" if further else "no" if story.chance(85) else "NA-UNK",
            last_contact=day_of(story.talks[-1]).isoformat(),
            recorded=story.from_now(
                int(dt.datetime.fromisoformat(f"{episode.closed}T16:00+00:00").timestamp())
            ),
        )
    )
