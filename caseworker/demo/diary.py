"""Records told by hand, day by day before today: for the people whose story matters."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping

from caseworker.demo.assessing import fill_in
from caseworker.demo.casework import Book, Story
from caseworker.demo.danger import Harm
from caseworker.demo.people import Case, Person, World
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.marac import MaracReferral
from caseworker.domain.referrals import Referral
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.when import LONDON


class Diary:
    """Days before today as records want them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def day(self, ago: int) -> str:
        return (self.world.today - dt.timedelta(days=ago)).isoformat()

    def at(self, ago: int, time: str) -> int:
        day = self.world.today - dt.timedelta(days=ago)
        hour, minute = (int(part) for part in time.split(":"))
        return int(dt.datetime.combine(day, dt.time(hour, minute), LONDON).timestamp())


def contact_of(
    diary: Diary, ago: int, time: str, kind: str, method: str, outcome: str, minutes: int, note: str, *,
    late_days: int = 0, category: str = "PRACTICAL",
) -> Contact:  # fmt: skip
    at = diary.at(ago, time)
    recorded = at + minutes * 60 + 720 + late_days * 86_400
    return Contact(
        None, diary.world.uid(), 0, 0, at, kind, method, outcome, "out", minutes, category=category, note=note,
        safe_checked=kind in ("CLI", "ATT"), recorded=recorded,
    )  # fmt: skip


def someone(
    world: World, name: str, known_as: str, age: int, since: int, contacts: list[Contact], *,
    safe: list[SafeContact], level: str = "standard", crime: str = "DA1", area: str = "E07000071",
) -> tuple[Person, Story]:  # fmt: skip
    """A person with one open case that began ``since`` days ago, and its story to write more into."""
    diary = Diary(world)
    born = world.today - dt.timedelta(days=age * 365 + 150)
    client = Client(
        None, world.uid(), name, known_as=known_as, born=born.isoformat(), sex="F", area=area, language="en",
        interpreter="NOT", ethnicity="W1", disability="NON", orientation="HET", religion="NON", gender_same="yes",
        made=diary.at(since, "14:20"),
    )  # fmt: skip
    referral = Referral(
        None, world.uid(), 0, diary.at(since, "13:40"), source="POL", route="AUT", crime=crime, area=area,
        victim_aware="yes", consent_to_contact="yes", referrer_risk="high",
        police_ref=f"42/9{world.draw.randrange(10**6):06d}/{diary.day(since)[2:4]}", outcome="ACC",
        outcome_on=diary.day(since),
    )  # fmt: skip
    episode = Episode(
        None, world.uid(), 0, started=diary.day(since), service="IDV", level=level, crime=crime, da_context="yes",
        online="part", reported="yes", age_at_start=age, consent_to_support="yes", assessed_on=diary.day(since - 1),
    )  # fmt: skip
    case = Case(episode, referral, contacts=contacts)
    person = Person(client, safe, [case], [], book=Book())
    assert person.book is not None
    return person, Story(world, person, 1, person.book, random.Random(f"first day {name}"))


def safe_to_call(
    world: World, number: str, hours: str, *, say_as: str = "", code_word: str = "", voicemail: str = "no",
    texts: str = "no", note: str = "", who: str = "",
) -> list[SafeContact]:  # fmt: skip
    review = (world.today + dt.timedelta(days=24)).isoformat()
    return [
        SafeContact(
            None, 0, "TEL", allowed="yes", value=number, whose="OWN", hours=hours, voicemail=voicemail, say_as=say_as,
            code_word=code_word, note=note, who_may_answer=who, source="CLI", review_by=review,
        ),
        SafeContact(
            None, 0, "SMS", allowed=texts, value=number, whose="OWN", source="CLI",
            review_by=review,
        ),
        SafeContact(None, 0, "LET", allowed="no", source="CLI", review_by=review),
    ]  # fmt: skip


def talk_of(story: Story, ago: int) -> Contact:
    """The conversation of that day."""
    wanted = Diary(story.world).day(ago)
    return next(
        one for one in story.talks if dt.datetime.fromtimestamp(one.at, LONDON).date().isoformat() == wanted
    )


def dash(yes: str, unknown: str = "") -> dict[str, str]:
    """Answers from the numbers of those that are "yes", and of those not known."""
    said, unsure = set(yes.split()), set(unknown.split())
    return {str(n): "yes" if str(n) in said else "NA-UNK" if str(n) in unsure else "no" for n in range(1, 25)}


def assess_risk(
    story: Story, harm: Harm, ago: int, stage: str, values: Mapping[str, str], *, judgement: str = "",
    reason: str = "", signed: bool = True,
) -> int:  # fmt: skip
    sources = {code: "professional" if code in ("4", "12", "21") else "victim" for code in values}
    found = fill_in(
        story, "DASH24", stage, talk_of(story, ago), values, harm=harm, judgement=judgement, reason=reason,
        sources=sources, signed=signed,
    )  # fmt: skip
    assert found is not None
    return found[1]


def marac_paper(
    diary: Diary, story: Story, rests_on: int, sent: int, incident: int, by_whom: str
) -> MaracReferral:
    """A whole paper, sent so many days ago because of an incident so many days ago."""
    return MaracReferral(
        None, story.uid(), 0, 1, rests_on, area="Essex", criteria="VHR", incident_on=diary.day(incident),
        perpetrator=by_whom, victim_aware="yes", consent="yes", wants_police="yes",
        police_reason="Wants what happened on record.", wishes="To stay at home, and no contact.",
        referred_elsewhere="Housing duty team", safe_to_reach="Mobile, mornings, no voicemail.", language="en",
        interpreter="NOT", landlord="Private landlord", occupation="Care work, nights",
        gp="Registered, town centre surgery", pregnancy="NEI", diversity="Nothing the client wants partners to know.",
        manager="Service manager", signed_off=diary.day(sent), sent=diary.day(sent), recorded=diary.at(sent, "14:30"),
    )  # fmt: skip
