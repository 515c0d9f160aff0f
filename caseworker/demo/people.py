"""One made-up person after another, with their referrals, support, contacts and what is to be done next.

Everything is drawn from one seeded source in a fixed order, so a seed and a day give the same people again.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from caseworker.demo import casework, mixes
from caseworker.demo.casework import Book
from caseworker.demo.mixes import Pick, Profile, Service
from caseworker.domain import codes
from caseworker.domain.actions import Action
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.periods import midnight
from caseworker.domain.referrals import Referral
from caseworker.domain.safe_contacts import SafeContact

DAY = 24 * 3600
HOUR = 3600


@dataclass(slots=True)
class Case:
    """A stretch of support with everything that belongs to it."""

    episode: Episode
    referral: Referral
    voicemail: bool = False  # whether a message may be left
    contacts: list[Contact] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """A made-up client. ``referrals`` are those that led to no support; ``was``: a name used before, if any.

    ``book`` holds the rest of the record once it is drawn; ``unfinished`` a note left half-typed.
    """

    client: Client
    safe: list[SafeContact]
    cases: list[Case]
    referrals: list[Referral]
    was: str = ""
    book: Book | None = None
    unfinished: str = ""

    @property
    def first(self) -> int:
        """When they were first referred."""
        return min(r.received for r in (*(case.referral for case in self.cases), *self.referrals))


@dataclass(slots=True)
class Report:
    """An anonymous report: a referral and a contact that never become a person record."""

    referral: Referral
    contact: Contact


class World:
    """Draws people for one profile, up to the start of ``today``."""

    def __init__(self, profile: Profile, today: dt.date, seed: int) -> None:
        self.profile = profile
        self.today = today
        # not for keys: the whole point is that a seed gives the same people again
        self.draw = random.Random(f"{profile.name}-{seed}")
        self.days = round(profile.months * 30.44)
        self.first = today - dt.timedelta(days=self.days)
        self.midnights = [midnight(self.first + dt.timedelta(days=n)) for n in range(self.days + 1)]
        self.now = self.midnights[-1]
        data = mixes.read("mixes")
        self.chances: dict[str, Any] = data["people"]
        self.timing: dict[str, Any] = data["timing"]
        self.notes: dict[str, dict[str, list[str]]] = mixes.read("notes")
        self.names: dict[str, Any] = mixes.read("names")
        self._arrival = Pick({n: self._busyness(n) for n in range(self.days)})
        self._hour = Pick({int(hour): weight for hour, weight in self.timing["hour"].items()})
        self._late = Pick(self.timing["recorded"])
        self._late_from = dict(
            zip(
                [edge for edge, _ in self.timing["recorded"]],
                [0, *[edge for edge, _ in self.timing["recorded"]]],
                strict=False,
            )
        )
        self._tried = Pick(data["attempt"]["outcome"])
        self._pick = {
            name: Pick(self.chances[name]) for name in ("area", "ethnicity", "religion", "orientation")
        }
        self._missing = Pick(self.chances["missing_kind"])
        self._minutes = codes.get("contact_method")
        self._scale = self._fitted_scale()

    # --- sizes
    # --------------------------------------------------------------------------------------------------

    def _busyness(self, day: int) -> float:
        date = self.first + dt.timedelta(days=day)
        month = float(self.timing["month"][date.month - 1])
        weekday = self.timing["weekend"] / 2 if date.weekday() > 4 else (100 - self.timing["weekend"]) / 5
        return month * float(weekday) * (1 + self.timing["trend"] / 100) ** (day / 365)

    def _expected(self, scale: float) -> float:
        """Contacts a person, roughly, when two-way contacts are scaled by that."""
        weights = self.profile.services
        found = 0.0
        for code, weight in weights.items():
            service = mixes.service(code)
            mean = max(1.05, service.two_way[0] * scale)
            engaged = service.engaged / 100
            tried = max(mean * engaged * service.attempt_share / (100 - service.attempt_share), 0.5)
            found += weight * (mean * engaged * (1 + service.professional) + tried)
        return found / sum(weights.values()) * (1 + self.chances["second_episode"] / 100)

    def _fitted_scale(self) -> float:
        low, high = 0.01, 5.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if self._expected(middle) < self.profile.contacts_a_person else (low, middle)
            )
        return low

    # --- moments
    # ------------------------------------------------------------------------------------------------

    def uid(self) -> str:
        return f"{self.draw.getrandbits(128):032x}"

    def chance(self, per_cent: float) -> bool:
        return self.draw.random() * 100 < per_cent

    def date(self, day: int) -> str:
        return (self.first + dt.timedelta(days=day)).isoformat()

    def _working(self, day: int) -> int:
        """That day, or the Monday after when it falls on a weekend (mostly)."""
        weekday = (self.first.weekday() + day) % 7
        if weekday > 4 and not self.chance(self.timing["weekend"]):
            day += 7 - weekday
        return day

    def moment(self, day: int) -> int:
        """A time on that day at which people ring and meet."""
        if self.chance(self.timing["out_of_hours"]):
            hour = self.draw.choice((7, 8, 18, 19, 20))
        else:
            hour = self._hour(self.draw)
        return self.midnights[day] + hour * HOUR + self.draw.randrange(0, 3600, 60)

    def _recorded(self, at: int) -> int:
        edge = self._late(self.draw)
        low = self._late_from[edge]
        return min(self.now - 60, at + round((low + self.draw.random() * (edge - low)) * HOUR) + 120)

    # --- people
    # -------------------------------------------------------------------------------------------------

    def people(self) -> Iterator[Person | Report]:
        """People and anonymous reports without end; first the difficult cases that software gets wrong."""
        from caseworker.demo.firstday import first_day
        from caseworker.demo.planted import planted

        if self.profile.workers == 1:
            yield from first_day(self)
        for one in planted(self):
            yield casework.add(self, one) if isinstance(one, Person) else one
        while True:
            if self.chance(self.chances["anonymous"]):
                yield self.report()
            else:
                yield casework.add(self, self.person())

    def person(
        self, service_code: str = "", day: int | None = None, *, engaged: bool | None = None
    ) -> Person:
        """A person referred on that day of the span, or any day."""
        service = mixes.service(service_code or self.profile.service(self.draw))
        arrived = self._arrival(self.draw) if day is None else day
        client, age = self.client(service, arrived)
        person = Person(client, self.safe_contacts(client), [], [])
        self._refer(person, service, arrived, age, engaged)
        if person.cases and self.chance(self.chances["again_duplicate"] * 1.0):
            copy = person.cases[0].referral
            again = replace(
                copy, uid=self.uid(), outcome="DUP", received=copy.received + self.draw.randrange(HOUR, DAY)
            )
            if again.received < self.now:
                person.referrals.append(replace(again, outcome_on=""))
        if self.chance(self.chances["wrong_details"]):
            person.referrals.append(self._wrong_details(client, service, arrived))
        case = person.cases[0] if person.cases else None
        if case and case.episode.closed and self.chance(self.chances["second_episode"] * 2):
            closed = (dt.date.fromisoformat(case.episode.closed) - self.first).days
            later = closed + self.draw.randrange(91, 500)
            if later < self.days:
                self._refer(person, service, later, (age or 0) + (later - arrived) // 365, True)
        return person

    def client(self, service: Service, arrived: int) -> tuple[Client, int]:
        """A client and their age on arrival."""
        draw = self.draw
        sex = "F" if self.chance(service.females) else "M"
        ethnicity = self._pick["ethnicity"](draw)
        name, language = self.name(sex, ethnicity)
        is_alias = self.chance(self.chances["alias"])
        youngest = service.age(draw)
        oldest = service.ages[service.ages.index(youngest) + 1] - 1
        age = draw.randint(youngest, max(youngest, oldest))
        born = (
            self.first
            + dt.timedelta(days=arrived)
            - dt.timedelta(days=round(age * 365.25) + draw.randrange(1, 364))
        )
        age_known = not self.chance(self.chances["age_unknown"])
        orientation = draw.choice(("GAY", "BIS")) if self.chance(service.lgb) else "HET"
        disability = draw.choice(("LOT", "LIT")) if self.chance(service.disabled) else "NON"
        speaks = language if self.chance(25) else "en"
        client = Client(
            id=None,
            uid=self.uid(),
            name=draw.choice(self.names["alias"]["words"]) if is_alias else name,
            is_alias=is_alias,
            known_as=self.name(sex, ethnicity)[0].split()[0] if self.chance(self.chances["known_as"]) else "",
            born=born.isoformat() if age_known else draw.choice(("NA-ASK", "NA-UNK")),
            age_estimate=None if age_known else age,
            sex=self.answer("sex", sex),
            area=self._pick["area"](draw),
            language=speaks,
            interpreter="BKD" if speaks != "en" and self.chance(60) else "NOT",
            ethnicity=self.answer("ethnicity", ethnicity),
            disability=self.answer("disability", disability),
            orientation=self.answer("orientation", orientation),
            religion=self.answer("religion", self._pick["religion"](draw)),
            gender_same=self.answer("gender_same", "no" if self.chance(0.6) else "yes"),
            totals_only=self.chance(self.chances["totals_only"]),
            made=min(self.moment(arrived), self.now - 60),
        )
        whole_years = (self.first + dt.timedelta(days=arrived) - born).days // 365.2425
        return client, int(whole_years)

    def answer(self, question: str, answer: str) -> str:
        """That answer, or one of the kinds of missing as often as services really leave it out."""
        return self._missing(self.draw) if self.chance(self.chances["missing"][question]) else answer

    def name(self, sex: str, ethnicity: str) -> tuple[str, str]:
        """A made-up name and the language of its list."""
        draw = self.draw
        group = draw.choice(self.names["by_ethnicity"].get(ethnicity, ["british"]))
        first = draw.choice(self.names[group]["female" if sex == "F" else "male"])
        language = draw.choice(self.names["language"].get(group, ["en"]))
        return f"{first} {draw.choice(self.names[group]['surname'])}", language

    def phone(self) -> str:
        """A number kept for drama: it rings nowhere."""
        return self.phone_of(self.draw)

    def phone_of(self, draw: random.Random) -> str:
        number = draw.randrange(1000)
        return f"07700 900{number:03d}" if draw.random() < 0.88 else f"01632 960{number:03d}"

    def safe_contacts(self, client: Client) -> list[SafeContact]:
        """How the client can be reached."""
        draw, safe = self.draw, self.notes["safe"]
        review = (self.today + dt.timedelta(days=draw.randrange(1, 90))).isoformat()
        shared = self.chance(18)
        phone = self.phone()
        found = [
            SafeContact(
                None,
                0,
                "TEL",
                allowed="yes" if self.chance(92) else "no",
                value=phone,
                whose="SHR" if shared else "OWN",
                hours=draw.choice(safe["hours"]) if self.chance(65) else "",
                voicemail="yes" if not shared and self.chance(57) else "no",
                say_as=draw.choice(safe["say_as"]) if self.chance(45) else "",
                code_word=draw.choice(safe["code_word"]) if self.chance(35) else "",
                note=draw.choice(safe["note"]) if self.chance(25) else "",
                source="CLI" if self.chance(80) else "REF",
                review_by=review,
            ),
            SafeContact(
                None,
                0,
                "SMS",
                allowed="yes" if not shared and self.chance(55) else "no",
                value=phone,
                whose="SHR" if shared else "OWN",
                source="CLI",
                review_by=review,
            ),
        ]
        if self.chance(60):
            found.append(SafeContact(None, 0, "LET", allowed="no", source="CLI", review_by=review))
        elif self.chance(20):
            lane = f"{draw.randrange(1, 80)} {draw.choice(safe['lane'])}"
            found.append(
                SafeContact(None, 0, "LET", allowed="yes", value=lane, source="CLI", review_by=review)
            )
        if self.chance(30):
            address = f"client{draw.randrange(10000):04d}@example.org"
            found.append(
                SafeContact(None, 0, "EML", allowed="yes", value=address, source="CLI", review_by=review)
            )
        return found

    def report(self) -> Report:
        """An anonymous report."""
        day = self._arrival(self.draw)
        at = self.moment(day)
        crime = self.draw.choice(("EA3", "EA4", "EA2", "EA1", "EA7", "DA1"))
        referral = Referral(
            None, self.uid(), None, at, source="CRS", route="TEL", crime=crime, area=self._pick["area"](self.draw),
            victim_aware="no", outcome="ANO", outcome_on=self.date(day),
        )  # fmt: skip
        contact = Contact(
            None, self.uid(), None, None, at, "ANO", "TEL", "RCV", "in", 10, recorded=self._recorded(at),
            note=self.draw.choice(self.notes["outcome"]["ANO"]),
        )  # fmt: skip
        return Report(referral, contact)

    # --- referrals and support
    # ----------------------------------------------------------------------------------

    def referral(self, client: Client, service: Service, day: int, crime: str, outcome: str) -> Referral:
        draw = self.draw
        at = self.midnights[day] + draw.randrange(7 * HOUR, 20 * HOUR, 60)
        source = service.source(draw)
        decided = min(day + service.wait(draw), self.days - 1)
        return Referral(
            id=None,
            uid=self.uid(),
            client_id=0,
            received=at,
            source=source,
            route={"POL": "AUT", "SLF": "TEL", "MRC": "MTG"}.get(source)
            or draw.choice(("FRM", "EML", "TEL")),
            crime=crime,
            area=client.area,
            victim_aware="yes" if self.chance(86) else "no",
            consent_to_contact="yes" if self.chance(90) else "NA-UNK",
            referrer_risk="NA-ASK",
            police_ref=f"42/9{draw.randrange(10**6):06d}/{self.date(day)[2:4]}" if source == "POL" else "",
            outcome=outcome,
            outcome_on=self.date(decided) if not codes.is_missing(outcome) else "",
            decline_reason=draw.choice(("CAP", "OFF", "RSK", "OOA")) if outcome == "REJ" else "NA-NAP",
        )

    def _wrong_details(self, client: Client, service: Service, day: int) -> Referral:
        return self.referral(client, service, day, service.crime(self.draw), "INV")

    def _refer(self, person: Person, service: Service, day: int, age: int, engaged: bool | None) -> None:
        crime = service.crime(self.draw)
        if engaged is None:
            engaged = self.chance(service.engaged)
        if engaged:
            outcome = "ACC"
        elif day > self.days - 3:
            outcome = "NA-ASK"
        else:
            outcome = self._not_engaged(self.draw)
        referral = self.referral(person.client, service, day, crime, outcome)
        if outcome in ("REJ", "PAS", "INF", "NA-ASK"):
            person.referrals.append(referral)
            return
        person.cases.append(self.case(person, service, referral, day, age, engaged))

    _not_engaged = staticmethod(Pick({"NCT": 45, "DEC": 30, "UNS": 10, "REJ": 7, "PAS": 4, "INF": 4}))

    def case(
        self, person: Person, service: Service, referral: Referral, day: int, age: int, engaged: bool
    ) -> Case:
        """Support from one referral: attempts, conversations, sessions, professionals, and how it ended."""
        draw = self.draw
        start = min(self._working(day + service.wait(draw)), self.days - 1)
        group = codes.get("crime").group(referral.crime)
        hate = service.hate(draw) if service.hate else ""
        episode = Episode(
            id=None,
            uid=self.uid(),
            client_id=0,
            started=self.date(start),
            service=service.code,
            level=draw.choice(("light", "standard", "standard", "intensive")),
            crime=referral.crime,
            da_context="yes" if group == "DA" else "no" if self.chance(80) else "NA-ASK",
            online=draw.choice(("part", "wholly")) if self.chance(22) else "none",
            hate=hate,
            reported="yes" if self.chance(service.reported) else draw.choice(("no", "not-yet")),
            age_at_start=max(0, min(120, age)),
            consent_to_support="yes" if engaged and self.chance(93) else "NA-ASK",
        )
        voicemail = any(safe.channel == "TEL" and safe.voicemail == "yes" for safe in person.safe)
        case = Case(episode, referral, voicemail)
        last = self._converse(case, service, start) if engaged else self._try_in_vain(case, service, start)
        self._close(case, service, referral, start, last, engaged)
        self._plan(case)
        return case

    def _converse(self, case: Case, service: Service, start: int) -> int:
        """Fill an engaged case with contacts; returns the day on which support would end."""
        draw = self.draw
        median, ninth = service.days
        length = max(7, round(draw.lognormvariate(math.log(median), math.log(ninth / median) / 1.2816)))
        mean = max(1.05, service.two_way[0] * self._scale)
        shape = service.two_way[1]
        talks = 1 + self._poisson(draw.gammavariate(shape, (mean - 1) / shape))
        tries = self._geometric(service.first_try)
        day = start
        for _ in range(tries):
            self._attempt(case, service, day)
            day = self._working(day + draw.randrange(1, 4))
        between = self._tries_between(service, mean)
        days = sorted(draw.randrange(1, length + 1) for _ in range(talks - 1))
        for number, offset in enumerate([0, *days]):
            on = self._working(day + offset)
            if on >= self.days:
                break
            if number:
                for _ in range(self._poisson(between)):
                    self._attempt(case, service, max(start, on - draw.randrange(1, 3)))
            self._talk(case, service, on)
            for _ in range(self._poisson(service.professional)):
                self._professional(case, min(on + draw.randrange(0, 3), self.days - 1))
        return day + length

    def _try_in_vain(self, case: Case, service: Service, start: int) -> int:
        day = start
        # Stopped as unsafe, or declined by message, often comes early; not reached comes after the agreed
        # attempts.
        tries = self.draw.randrange(3, 6) if case.referral.outcome == "NCT" else self.draw.randrange(1, 4)
        for _ in range(tries):
            self._attempt(case, service, day)
            day = self._working(day + self.draw.randrange(2, 6))
        return day + 3

    def _tries_between(self, service: Service, mean: float) -> float:
        """Attempts before each later conversation, so that the share of attempts comes out as the service's."""
        engaged = service.engaged / 100
        wanted = engaged * mean * service.attempt_share / (100 - service.attempt_share)
        first = engaged * (100 - service.first_try) / service.first_try
        in_vain = (1 - engaged) * 0.85 * 3.1
        return max(0.0, (wanted - first - in_vain) / (engaged * max(0.05, mean - 1)))

    def _geometric(self, per_cent: float) -> int:
        tries = 0
        while tries < self.timing["most_tries"] and not self.chance(per_cent):
            tries += 1
        return tries

    def _poisson(self, mean: float) -> int:
        limit, number, product = math.exp(-mean), 0, self.draw.random()
        while product > limit:
            number += 1
            product *= self.draw.random()
        return number

    def _close(
        self, case: Case, service: Service, referral: Referral, start: int, last: int, engaged: bool
    ) -> None:
        """End the support when its time has come; otherwise it is open today."""
        day = last + self.draw.randrange(0, 10)
        if day >= self.days:
            return
        never = {"UNS": "UNS", "DEC": "DEC"}.get(referral.outcome, "NCT")
        reason = service.closure(self.draw) if engaged else never
        case.episode = replace(case.episode, closed=self.date(day), closure_reason=reason)

    def _plan(self, case: Case) -> None:
        """What is to be done next; some of it is overdue, as it is in life."""
        draw = self.draw
        texts = self.notes["action"]
        if case.contacts and self.chance(55):
            done = draw.choice(case.contacts)
            due = dt.datetime.fromtimestamp(done.at, dt.UTC).date() + dt.timedelta(days=draw.randrange(1, 9))
            finished = min(done.at + draw.randrange(DAY, 9 * DAY), self.now - 60)
            case.actions.append(
                Action(None, self.uid(), 0, draw.choice(texts["todo"]), due.isoformat(), done=finished,
                       result=draw.choice(texts["result"]))
            )  # fmt: skip
        if not case.episode.closed and self.chance(85):
            offset = draw.choice((-6, -3, -1, 0, 0, 0, 1, 1, 2, 3, 5, 7, 9, 14))
            due = self.today + dt.timedelta(days=offset)
            if due.weekday() > 4:
                due += dt.timedelta(days=7 - due.weekday())
            if due.isoformat() >= case.episode.started:
                case.actions.append(Action(None, self.uid(), 0, draw.choice(texts["todo"]), due.isoformat()))

    # --- contacts
    # -----------------------------------------------------------------------------------------------

    def _attempt(self, case: Case, service: Service, day: int) -> None:
        if day >= self.days:
            return
        outcome = self._tried(self.draw)
        if outcome in ("VML", "VMN"):
            outcome = "VML" if case.voicemail else "VMN"
        method = "TEL" if outcome != "BNC" else "EML"
        self._add(case, day, "ATT", method, outcome, "out", 2, note=self._outcome_note(outcome))

    def _talk(self, case: Case, service: Service, day: int) -> None:
        draw = self.draw
        method = service.method(draw)
        kind = "THR" if service.therapy and self.chance(service.therapy) else "CLI"
        in_person = method.startswith("F2F") or kind == "THR"
        if in_person and self.chance(service.did_not_attend):
            self._add(
                case,
                max(0, day - draw.randrange(1, 4)),
                kind,
                method,
                "DNA",
                "out",
                0,
                note=self._outcome_note("DNA"),
            )
        if kind == "THR":
            minutes = draw.randrange(45, 56)
        elif method == "F2F-CRT":
            minutes, kind = round(min(480.0, draw.lognormvariate(math.log(150), 0.5))), "CRT"
        elif method.startswith("F2F"):
            minutes = round(min(240.0, draw.lognormvariate(math.log(55), 0.5)))
        elif method in ("TEL", "VID"):
            minutes = round(min(180.0, draw.lognormvariate(math.log(14), 0.8)))
        else:
            minutes = 3
        cut_short = "CUS" if self.chance(self.timing["became_unsafe"]) else "PAR" if self.chance(5) else ""
        outcome = cut_short or "COM"
        category = draw.choice(
            ("SAFETY", "PRACTICAL", "PRACTICAL", "CJS-LIAISON", "EMOTIONAL", "SAFEGUARDING")
        )
        if kind in ("THR", "CRT"):
            category = "EMOTIONAL" if kind == "THR" else "CJS-LIAISON"
            note = draw.choice(self.notes["outcome"][kind])
        elif outcome == "CUS":
            category, note = "SAFETY", draw.choice(self.notes["outcome"]["CUS"])
        else:
            note = (
                f"{draw.choice(self.notes['opening'][category])} {draw.choice(self.notes['middle'][category])} "
                f"{draw.choice(self.notes['ending']['all'])}"
            )
        self._add(
            case, day, kind, method, outcome, "in" if self.chance(15) and not in_person else "out", max(1, minutes),
            travel=draw.randrange(10, 60, 5) if method in _AWAY else 0, waiting=60 if kind == "CRT" else 0,
            category=category, note=note,
        )  # fmt: skip

    def _professional(self, case: Case, day: int) -> None:
        minutes = round(min(90.0, self.draw.lognormvariate(math.log(9), 0.7)))
        method = self.draw.choice(("TEL", "EML", "EML"))
        note = self.draw.choice(self.notes["outcome"]["PRO"])
        outcome = "COM" if method == "TEL" else "SNT"
        self._add(
            case, day, "PRO", method, outcome, "out", max(1, minutes), category="THIRD-PARTY", note=note
        )

    def _outcome_note(self, outcome: str) -> str:
        return self.draw.choice(self.notes["outcome"].get(outcome, self.notes["outcome"]["NOA"]))

    def _add(
        self, case: Case, day: int, kind: str, method: str, outcome: str, direction: str, minutes: int, *,
        travel: int = 0, waiting: int = 0, category: str = "PRACTICAL", note: str = "",
    ) -> None:  # fmt: skip
        at = self.moment(day)
        recorded = self._recorded(at)
        amended = (
            1
            if self.chance(self.timing["amended_once"])
            else 2
            if self.chance(self.timing["amended_twice"])
            else 0
        )
        withdrawn = recorded + 60 if self.chance(self.timing["withdrawn"]) else 0
        case.contacts.append(
            Contact(
                None, self.uid(), 0, 0, at, kind, method, outcome, direction, minutes, travel, waiting, "", "NA-NAP",
                kind in ("CLI", "ATT", "THR", "CRT"), "", category, note, recorded, None, amended,
                min(withdrawn, self.now),
            )
        )  # fmt: skip


_AWAY = frozenset({"F2F-HOM", "F2F-CRT", "F2F-HOS", "F2F-REF", "F2F-POL"})
