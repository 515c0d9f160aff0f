"""The clients whom anybody meets first who tries the app: one record with everything in it, and a day's work around it.

Only in a vault of one worker. All dates are counted from the day the vault is made, so that a review is always six
days late and MARAC is always tomorrow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from caseworker.demo.assessing import fill_in
from caseworker.demo.casework import Story
from caseworker.demo.danger import Harm
from caseworker.demo.diary import (
    Diary,
    assess_risk,
    contact_of,
    dash,
    marac_paper,
    safe_to_call,
    someone,
    talk_of,
)
from caseworker.demo.people import Person, World
from caseworker.domain.actions import Action
from caseworker.domain.chases import Chase
from caseworker.domain.children import Child
from caseworker.domain.code_rights import CodeRight
from caseworker.domain.compensation import Claim
from caseworker.domain.consents import Consent
from caseworker.domain.contacts import Contact
from caseworker.domain.documents import Document
from caseworker.domain.goals import Goal
from caseworker.domain.incidents import Incident
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.marac import with_repeat
from caseworker.domain.marac_actions import MaracAction
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.orders import Order
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.professionals import Professional
from caseworker.domain.safeguarding import Safeguarding
from caseworker.domain.safety_plan import SafetyItem
from caseworker.domain.special_measures import SpecialMeasure

HIM = "Daniel Price"
WISHES = "To leave after the weekend with the children, and for school to know who may collect them."


def first_day(world: World) -> Iterator[Person]:
    """The five whose names stand on Today."""
    yield _amara(world)
    yield _jodie(world)
    yield _nia(world)
    yield _freya(world)
    yield _leanne(world)


# --- Amara Clarke -------------------------------------------------------------------------------------------


def _amara(world: World) -> Person:
    """High risk, a review six days late, MARAC tomorrow, court next week; every part of the record filled."""
    diary = Diary(world)

    def talk(ago: int, time: str, minutes: int, note: str, **more: str) -> Contact:
        return contact_of(diary, ago, time, "CLI", more.pop("method", "TEL"), "COM", minutes, note, **more)

    contacts = [
        talk(112, "10:00", 45, "First call, with the officer's agreement. Wants to stay with the children and be left"
             " alone. Safe times agreed, code word chosen.", category="SAFETY"),
        talk(105, "09:45", 20, "Housing explained. She will think about a move."),
        talk(84, "09:40", 35, "Went through the checklist again. Less fear at night since the locks were changed.",
             category="SAFETY"),
        talk(70, "10:10", 30, "Looked at needs together. The Tuesday group is not for her yet."),
        talk(60, "09:35", 25, "He came to the school gate, against his bail. Police told, school told.",
             category="CJS-LIAISON"),
        talk(56, "10:20", 40, "Checklist done again after what happened at school.", category="SAFETY"),
        talk(34, "09:50", 30, "Calls from withheld numbers most evenings. Keeping a list for the officer.",
             category="CJS-LIAISON"),
        talk(28, "10:00", 35, "Needs looked at again. Sleeping better, people she can turn to have become fewer."),
        talk(20, "09:40", 50, "Met at the children's centre. Went through the risk checklist and the safety plan.",
             method="F2F-OFF", category="SAFETY"),
        contact_of(diary, 9, "09:40", "CLI", "F2F-OFF", "COM", 60, "Met at the children's centre. Went through the"
                 " safety plan and what she wants MARAC to know.", late_days=4, category="SAFETY"),
        contact_of(diary, 6, "10:15", "ATT", "TEL", "NOA", 2, "Rang once inside the safe hours. No voicemail left."),
        contact_of(diary, 5, "14:05", "PRO", "TEL", "COM", 10, "Call with the housing officer. Duty accepted."
                 " Emergency placement can be held for two nights from Monday.", category="THIRD-PARTY"),
        talk(2, "09:50", 25, "He has been told about the court date and is ringing from withheld numbers. Agreed she"
             " will keep the spare phone at her sister's. She wants to leave after the weekend.", category="SAFETY"),
        contact_of(diary, 1, "15:40", "PRO", "TEL", "COM", 10, "Call with school. The head knows who may collect the"
                 " children. A password is set.", category="THIRD-PARTY"),
    ]  # fmt: skip
    person, story = someone(
        world, "Amara Clarke", "Mara", 33, 112, contacts, level="intensive",
        safe=safe_to_call(
            world, "07700 900142", "Mon-Fri 09:30-11:00", say_as="Beth from the library", code_word="primrose",
            note="Ask for Mara",
        ),
    )  # fmt: skip
    harm = _amaras_risk(diary, story)
    _amaras_needs(diary, story)
    _around_amara(diary, story)
    _amaras_justice(diary, story, harm)
    _amaras_agreements(diary, story)
    person.cases[0].actions.append(
        Action(
            None,
            world.uid(),
            0,
            "Agree the exit bag and ID documents before MARAC",
            diary.day(0),
            kind="INFO",
        )
    )
    person.cases[0].actions.append(
        Action(None, world.uid(), 0, "Tell Mara what MARAC agreed", diary.day(-2), kind="INFO")
    )
    return person


def _amaras_risk(diary: Diary, story: Story) -> Harm:
    harm = Harm(0.0, HIM, "M", [])
    for ago, told, kind, reported in (
        (113, 112, "VIO", "yes"), (61, 60, "BRE", "yes"), (35, 34, "STK", "yes"),
    ):  # fmt: skip
        incident = Incident(
            None, story.uid(), 0, diary.day(ago), kind=kind, crime="DA1", reported=reported, by_whom=HIM,
            episode_id=1, recorded=diary.at(told, "11:30"),
        )  # fmt: skip
        harm.incidents.append(incident)
        story.book.add(incident)
    first = assess_risk(story, harm, 112, "baseline", dash("1 2 3 4 6 7 8 10 11 12 14 18 20 21 23 24", "5"))
    assess_risk(story, harm, 84, "review", dash("2 3 4 6 7 8 10 12 14 18 20 21 23 24 11", "5"))
    assess_risk(story, harm, 56, "review", dash("2 3 4 6 7 8 10 12 14 18 21 23 24 20", "5"))
    latest = assess_risk(
        story, harm, 20, "review", dash("2 3 4 6 7 8 12 14 18 21 23 24", "5"), judgement="high",
        reason="Separation, control and threats together. Mara's own view is that it is getting worse.",
    )  # fmt: skip
    begun = {code: value for code, value in dash("2 3 4 6 7 8 12 14 18 21", "5").items() if int(code) <= 22}
    assess_risk(story, harm, 2, "review", begun, signed=False)
    paper = replace(
        marac_paper(diary, story, first, 107, 113, HIM), heard=diary.day(98), told=diary.day(97), outcome="heard",
        wishes=WISHES,
    )  # fmt: skip
    number = story.book.add(paper)
    for agency, action, done, effect in (
        ("Police", "Flag the address and both phones", 95, ""),
        ("Housing", "Change the locks", 90, "Sleeps better since"),
    ):
        story.book.add(
            MaracAction(
                None, story.uid(), 0, number, agency, action, due=diary.day(84), done=diary.day(done), effect=effect,
                recorded=diary.at(97, "15:00"),
            )
        )  # fmt: skip
    again = marac_paper(diary, story, latest, 13, 35, HIM)
    again = with_repeat(replace(again, wishes=WISHES, criteria="PJ,ESC,REP"), harm.incidents, [paper])
    story.book.add(again)
    return harm


_NEEDS = ("N9", "N2", "N1", "N6", "N3", "N7", "N8", "N4", "N10", "N5")
_LEVELS = {112: "4 4 3 3 3 3 2 1 3 0", 70: "4 3 3 2 2 2 2 1 2 0", 28: "3 2 3 2 1 2 3 1 1 0"}
_AIMS = {
    "N9": ("1", "Nobody can find out where we are", "open"),
    "N2": ("0", "A door I can lock", "open"),
    "N1": ("1", "Sleep through the night", "open"),
    "N6": ("1", "An account in my own name", "open"),
    "N3": ("1", "The children to laugh again", "reached"),
    "N7": ("1", "Trust my own view again", "open"),
    "N8": ("1", "One evening a week with other people", "open"),
    "N4": ("1", "Keep my three nights at work", "reached"),
    "N10": ("1", "Know what happens before it happens", "reached"),
}
_STATEMENTS = ("SAFE", "COPE", "INFO", "HLTH", "CTRL", "CONN", "JUST")
_SCORES = {112: "1 2 2 2 3 3 1", 70: "2 3 4 2 3 3 2", 28: "3 4 5 2 4 2 3"}


def _amaras_needs(diary: Diary, story: Story) -> None:
    for ago, levels in _LEVELS.items():
        values = dict(zip(_NEEDS, levels.split(), strict=True))
        values |= {f"{code}-PLAN": "yes" for code in _NEEDS}
        if ago != 112:
            values |= {f"{code}-MET": "partly" for code in _NEEDS} | {f"{code}-WHY": "WAI" for code in _NEEDS}
        values |= {"P1": "N9", "P2": "N2", "P3": "N1"}
        fill_in(story, "NEEDS", "baseline" if ago == 112 else "review", talk_of(story, ago), values)
    for ago, scores in _SCORES.items():
        given = dict(zip(_STATEMENTS, scores.split(), strict=True))
        fill_in(story, "CR7", "baseline" if ago == 112 else "review", talk_of(story, ago), given)
    recorded = diary.at(112, "11:20")
    for need, (aim, text, status) in _AIMS.items():
        number = story.book.add(
            Goal(
                None, story.uid(), 0, text, need=need, own_words=True, aim=aim, due=diary.day(-30), status=status,
                episode_id=1, recorded=recorded,
            )
        )  # fmt: skip
        if need == "N2":
            story.book.add(
                Action(
                    None, story.uid(), 0, "Ask housing to hold the placement", diary.day(5), episode_id=1,
                    done=diary.at(5, "14:20"), result="Held from Monday", kind="ADV-HOU", goal_id=number,
                )
            )  # fmt: skip
    story.book.add(
        OnwardReferral(
            None, story.uid(), 0, service_id=3, service_type="RFG", need="N2", consent="given", sent=diary.day(5),
            episode_id=1, recorded=diary.at(5, "14:30"),
        )
    )  # fmt: skip
    story.book.add(
        OnwardReferral(
            None, story.uid(), 0, service_id=1, service_type="COU", need="N1", consent="given", sent=diary.day(70),
            accepted=diary.day(61), episode_id=1, recorded=diary.at(70, "11:00"),
        )
    )  # fmt: skip
    said = dict.fromkeys(("LIS", "RES", "OPT"), "5") | dict.fromkeys(("COP", "SAF", "REA", "REC"), "4")
    said |= {"HOW": "WRK", "WORDS": "I did not have to tell it twice.", "USE": "QUO"}
    fill_in(story, "FEEDBACK", "review", talk_of(story, 70), said)


def _around_amara(diary: Diary, story: Story) -> None:
    book, world = story.book, story.world
    recorded = diary.at(112, "11:10")
    for name, age, sex, school in (
        ("Kemi", 9, "F", "Junior school by the park"), ("Tobi", 6, "M", "Infant school, town side"),
    ):  # fmt: skip
        born = world.today - dt.timedelta(days=age * 365 + 100)
        book.add(
            Child(
                None, story.uid(), 0, name, born=born.isoformat(), sex=sex, relationship="CHI", lives_with="CLI",
                school=school, social_care="CIN", social_worker="Team for the east", own_referral="no",
                sees_abuse="yes", at_risk="no", reach="SCH", reach_where=school, never_told="Their father",
                recorded=recorded,
            )
        )  # fmt: skip
    book.add(
        Perpetrator(
            None, story.uid(), 0, HIM, born="NA-UNK", age_estimate=37, sex="M", age_said="CLI", relationship="EXP",
            relationship_said="CLI", lives_with="no", lives_with_said="CLI", weapons="NA-UNK", occupation="Roofer",
            occupation_risk="no", occupation_said="CLI", orders="On bail, not to contact", orders_said="POL",
            convicted="NA-NAP", known_here="no", recorded=recorded,
        )
    )  # fmt: skip
    for name, role, organisation, phone, told in (
        ("DC Priya Shah", "OIC", "Essex Police", "01632 960114", "Everything in the MARAC paper"),
        ("Gareth Lowe", "HOU", "Housing options", "01632 960127", "Dates and risk, not the address"),
        ("Ms Adeyemi", "SCH", "Junior school by the park", "01632 960135", "Who may collect the children"),
        ("Ruth Ellman", "SWC", "Children's social care", "01632 960149", "Risk and the safety plan"),
    ):
        book.add(
            Professional(
                None, story.uid(), 0, name, role=role, organisation=organisation, phone=phone, safe_to_ring="yes",
                agreed="yes", may_be_told=told, recorded=recorded,
            )
        )  # fmt: skip
    sent = diary.at(112, "16:10")
    book.add(
        Safeguarding(
            None, story.uid(), 0, about="ALL", concern="Children there when it happened last week",
            decided=diary.at(112, "12:00"), decision="REF",
            threshold="Living with abuse now, and it has come to school before", consent="yes",
            sent_to="Children's social care, front door", sent=sent, told="yes", outcome="ASS",
            outcome_on=diary.day(104), outcome_words="Child in need plan", recorded=diary.at(112, "12:10"),
        )
    )  # fmt: skip
    for kind, text, hers, disguise in (
        ("contact", "Text my sister the word, she rings 999", True, "Ask about the recipe"),
        ("escape", "Back door, then the lane to the shop", True, "Go out by the garden"),
        ("bag", "Passports and the red book at my sister's", True, "Box of old papers at my sister's"),
        ("phone", "Spare phone stays at my sister's, location off", True, "Charge the other phone"),
        (
            "children",
            "School lets nobody else collect them, there is a password",
            True,
            "Tell the office who picks up",
        ),
        ("home", "New locks, chain on at night", False, "Lock up at night"),
        ("travel", "Taxi from the back of the station on Monday", True, ""),
        ("orders", "Copy of the bail letter in my bag and at school", False, "Keep the letter in my bag"),
    ):
        book.add(
            SafetyItem(
                None, story.uid(), 0, kind=kind, text=text, hers=hers, owner="CLI" if hers else "TOG", agreed="yes",
                agreed_on=diary.day(9), review_by=diary.day(-5), disguise=disguise, recorded=diary.at(9, "10:50"),
            )
        )  # fmt: skip


def _amaras_justice(diary: Diary, story: Story, harm: Harm) -> None:
    book = story.book
    for stage, ago, place, detail, next_on, told in (
        ("03", 113, "", "", "", 112), ("04", 104, "Video interview suite", "", "", 104), ("05", 103, "", "", "", 102),
        ("06", 100, "Police station, town centre", "On bail, not to contact", "", 100), ("07", 62, "", "", "", 60),
        ("08", 41, "", "Charged by post", "", 34), ("13", 27, "Magistrates' court", "Sent to the Crown court", "", 27),
        ("16", 12, "Crown court", "Listed for three days", diary.day(-6), 9),
    ):  # fmt: skip
        book.add(
            JusticeEvent(
                None, story.uid(), 0, stage, diary.day(ago), place=place, detail=detail, next_on=next_on,
                told=diary.day(told), officer="DC Priya Shah" if stage == "03" else "",
                police_ref=story.case.referral.police_ref if stage == "03" else "", episode_id=1,
                recorded=diary.at(told, "12:30"),
            )
        )  # fmt: skip
    for whom, ago, answer, note, next_on in (
        ("OIC", 48, "promised", "Will ask the CPS and ring back", ""), ("OIC", 36, "news", "Charged next week", ""),
        ("WCU", 8, "none", "Left a message about screens", diary.day(-1)),
    ):  # fmt: skip
        book.add(
            Chase(
                None, story.uid(), 0, diary.day(ago), whom=whom, answer=answer, note=note, next_on=next_on,
                episode_id=1, recorded=diary.at(ago, "15:00"),
            )
        )  # fmt: skip
    for measure, requested, decision in (
        ("SCREEN", True, "NA-ASK"), ("ENTRANCE", True, "granted"), ("VISIT", False, "NA-ASK"),
        ("SUPPORTER", True, "granted"),
    ):  # fmt: skip
        book.add(
            SpecialMeasure(
                None, story.uid(), 0, measure, explained="yes", wanted="yes",
                requested="yes" if requested else "NA-ASK", requested_on=diary.day(10) if requested else "",
                requested_by="IDVA" if requested else "", decision=decision, episode_id=1,
                recorded=diary.at(9, "11:00"),
            )
        )  # fmt: skip
    book.add(
        Order(
            None, story.uid(), 0, "BAIL", granted=diary.day(100), breached=diary.day(61), expires=diary.day(-6),
            against=harm.by_whom, terms="No contact, direct or through others. Not near home or school.",
            episode_id=1, recorded=diary.at(100, "17:00"),
        )
    )  # fmt: skip
    book.add(
        Order(
            None, story.uid(), 0, "NMO", applied=diary.day(50), granted=diary.day(44), expires=diary.day(-321),
            court="Family court", against=harm.by_whom, terms="Not to go to the home or the street it stands in.",
            episode_id=1, recorded=diary.at(44, "16:00"),
        )
    )  # fmt: skip
    for right, status, breach in (
        ("R2", "delivered", ""), ("R4", "delivered", ""), ("R6", "late", "Heard of the charge a week later"),
        ("R7", "offered", ""), ("R8", "explained", ""),
    ):  # fmt: skip
        book.add(
            CodeRight(
                None, story.uid(), 0, right, status=status, happened=diary.day(34), evidence="Told by Mara",
                breach=breach, episode_id=1, recorded=diary.at(34, "11:00"),
            )
        )  # fmt: skip
    book.add(
        Claim(
            None, story.uid(), 0, diary.day(113), step="considering", episode_id=1, recorded=diary.at(84, "11:00")
        )
    )  # fmt: skip


def _amaras_agreements(diary: Diary, story: Story) -> None:
    book = story.book
    for purpose, recipient, ago, scope in (
        ("INF", "POL", 112, "Risk, dates and the safety plan"), ("HOU", "HOU", 105, "What is needed for the duty"),
        ("SAF", "CSC", 112, "What the children see and the safety plan"), ("MRC", "MRC", 107, "Risk and safety plan"),
        ("SUP", "SCH", 60, "Who may collect the children"),
    ):  # fmt: skip
        book.add(
            Consent(
                None, story.uid(), 0, diary.day(ago), purpose, recipient, "given", scope=scope, how="spoken",
                capacity="able", told="Who sees it, and that it can be taken back", episode_id=1,
                recorded=diary.at(ago, "12:20"),
            )
        )  # fmt: skip
    book.add(
        Consent(
            None, story.uid(), 0, diary.day(70), "VOI", "COM", "refused", how="spoken", capacity="able",
            told="What happens with it and for how long", episode_id=1, recorded=diary.at(70, "11:10"),
        )
    )  # fmt: skip
    for kind, title, ago, kept, made in (
        ("marac-paper", "MARAC paper", 13, "Printed", True), ("order", "Non-molestation order, sealed copy", 44,
         "Paper file, locked cabinet", False), ("letter", "Housing, duty accepted", 5, "Secure shared drive", False),
    ):  # fmt: skip
        book.add(
            Document(
                None, story.uid(), 0, kind=kind, title=title, dated=diary.day(ago), made_here=made,
                recipient="MARAC" if made else "", kept=kept, digest=story.uid() * 2 if made else "",
                recorded=diary.at(ago, "15:30"),
            )
        )  # fmt: skip


# --- the others ---------------------------------------------------------------------------------------------


def _met(diary: Diary, *moments: tuple[int, str, str]) -> list[Contact]:
    return [contact_of(diary, ago, time, "CLI", "TEL", "COM", 20, note) for ago, time, note in moments]


def _jodie(world: World) -> Person:
    """High risk, a review two days late; not to be rung before the afternoon."""
    diary = Diary(world)
    contacts = _met(
        diary, (44, "13:20", "Client alone and able to talk. Went through the checklist."),
        (30, "13:40", "Asked what happens at court."), (16, "13:15", "Safety plan looked over together."),
    )  # fmt: skip
    person, story = someone(
        world, "Jodie Marsh", "", 27, 44, contacts, level="intensive", crime="DA2", area="E07000076",
        safe=safe_to_call(world, "07700 900398", "Mon-Fri 13:00-15:00", voicemail="yes", say_as="Jo from college"),
    )  # fmt: skip
    harm = Harm(0.0, "Shane", "M", [])
    assess_risk(story, harm, 44, "baseline", dash("1 2 3 4 5 6 8 10 11 12 14 15 18 20 21 24"))
    assess_risk(story, harm, 16, "review", dash("2 3 4 5 6 8 10 12 14 15 18 20 21 24"))
    return person


def _nia(world: World) -> Person:
    """Medium risk, something to do today, and a note left half-typed yesterday."""
    diary = Diary(world)
    contacts = _met(
        diary, (31, "11:10", "Went through the checklist. Wants to stay near her mother."),
        (10, "11:30", "Housing letter explained."),
    )  # fmt: skip
    person, story = someone(
        world, "Nia Hughes", "", 24, 31, contacts, crime="DA6", area="E07000070",
        safe=safe_to_call(world, "07700 900431", "Mon-Fri 09:00-15:00", texts="yes"),
    )  # fmt: skip
    assess_risk(story, Harm(0.0, "Callum", "M", []), 31, "baseline", dash("2 3 4 5 6 10 11 12 20 21 24"))
    person.cases[0].actions.append(
        Action(
            None,
            world.uid(),
            0,
            "Ring the housing officer about the homelessness duty",
            diary.day(0),
            kind="ADV-HOU",
        )
    )
    person.unfinished = (
        "Call with the housing officer. She will look at the duty again if the letter from the GP"
    )
    return person


def _freya(world: World) -> Person:
    """Standard risk, an order to look after."""
    diary = Diary(world)
    contacts = _met(
        diary, (58, "15:10", "Went through the checklist."), (23, "16:00", "Order granted, not served yet."),
    )  # fmt: skip
    person, story = someone(
        world, "Freya Osei", "", 41, 58, contacts, level="light", crime="DA5", area="E07000067",
        safe=safe_to_call(world, "07700 900440", "Mon-Fri 09:00-17:00", note="No calls at home"),
    )  # fmt: skip
    assess_risk(story, Harm(0.0, "Kwame", "M", []), 58, "baseline", dash("2 6 12 20 23"))
    story.book.add(
        Order(
            None, story.uid(), 0, "NMO", applied=diary.day(30), granted=diary.day(24), expires=diary.day(-341),
            court="Family court", against="Kwame", terms="No contact, direct or through others.", episode_id=1,
            recorded=diary.at(23, "16:30"),
        )
    )  # fmt: skip
    person.cases[0].actions.append(
        Action(None, world.uid(), 0, "Check the non-molestation order was served", diary.day(0), kind="CIVIL")
    )
    return person


def _leanne(world: World) -> Person:
    """Rung every three or four days for two months, and now for sixteen days nobody has reached her."""
    diary = Diary(world)
    days = [76, 72, 69, 65, 62, 58, 55, 51, 48, 44, 41, 37, 34, 30, 26, 23, 19, 16]
    contacts = _met(
        diary,
        *((ago, f"10:{10 + n:02d}", "Rang as agreed. Keeps to the plan.") for n, ago in enumerate(days)),
    )
    contacts += [
        contact_of(
            diary, ago, time, "ATT", "TEL", "NOA", 2, "No answer, no message left. Try a different time."
        )
        for ago, time in ((12, "10:20"), (9, "10:45"), (5, "11:10"), (2, "10:05"))
    ]
    person, story = someone(
        world, "Leanne Whitlock", "", 36, 76, contacts, level="intensive", crime="DA2", area="E06000033",
        safe=safe_to_call(world, "07700 900457", "Mon-Fri 10:00-12:00", who="Nobody else"),
    )  # fmt: skip
    harm = Harm(0.0, "Gary", "M", [])
    assess_risk(story, harm, 76, "baseline", dash("1 2 3 4 6 8 10 11 12 14 18 20 21 24"))
    assess_risk(story, harm, 19, "review", dash("2 3 4 6 8 10 12 14 18 20 21 24 1 11"))
    return person
