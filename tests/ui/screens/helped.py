"""A client with something in every card of Needs and outcomes, for the tests of screens."""

from __future__ import annotations

import datetime as dt

from caseworker import storage
from caseworker.demo.services import made_up_services
from caseworker.domain.actions import Action
from caseworker.domain.feedback import FeedbackOffer
from caseworker.domain.goals import Goal
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.storage import actions, feedback, goals, instruments, onward_referrals, services
from tests.ui.screens.parts import DAY, now, today

NEEDS = (
    {"N1": 3, "N2": 4, "N3": 3, "N4": 1, "N5": 0, "N6": 3, "N7": 3, "N8": 2, "N9": 4, "N10": 3},
    {"N1": 3, "N2": 3, "N3": 2, "N4": 1, "N5": 0, "N6": 2, "N7": 3, "N8": 2, "N9": 3, "N10": 2},
    {"N1": 3, "N2": 2, "N3": 1, "N4": 1, "N5": 0, "N6": 2, "N7": 2, "N8": 3, "N9": 3, "N10": 1},
)
CR7 = (
    {"SAFE": 1, "COPE": 2, "HLTH": 2, "INFO": 2, "CTRL": 3, "CONN": 3, "JUST": 1},
    {"SAFE": 2, "COPE": 3, "HLTH": 2, "INFO": 4, "CTRL": 3, "CONN": 3, "JUST": 2},
    {"SAFE": 3, "COPE": 4, "HLTH": 2, "INFO": 5, "CTRL": 4, "CONN": 2, "JUST": 3},
)
FIRST = 112  # days ago


def taken(client_id: int, name: str, values: dict[str, object], days: int, stage: str = "review") -> int:
    """A signed form; inside ``storage.write``."""
    held = instruments.begin(client_id, name, stage, at=now() - days * DAY)
    for item, value in values.items():
        instruments.answer(held, item, str(value))
    instruments.sign(held)
    return held


def later(days: int) -> str:
    return (today() + dt.timedelta(days=days)).isoformat()


def help_for(client_id: int) -> None:
    """Three rounds of needs and outcomes, two of CORE-10, goals, actions, referrals and feedback."""

    def write() -> None:
        for at, (needs, life) in enumerate(zip(NEEDS, CR7, strict=True)):
            stage = "review" if at else "baseline"
            more = {"P1": "N9", "P2": "N2", "P3": "N1"} if at else {}
            unmet = {"N2-MET": "partly", "N2-WHY": "WAI"} if at == 2 else {}
            taken(client_id, "NEEDS", {**needs, **more, **unmet}, FIRST - 42 * at, stage)
            taken(client_id, "CR7", life, FIRST - 42 * at, stage)
        taken(client_id, "CORE10", {"TOTAL": 24}, FIRST, "baseline")
        taken(client_id, "CORE10", {"TOTAL": 16}, FIRST - 84)
        taken(
            client_id, "FEEDBACK", {"LIS": 5, "USE": "QUO", "WORDS": "They rang when they said"}, FIRST - 42
        )
        services.take_in(made_up_services(today()))
        talk, refuge = services.every()[0].id, services.every()[5].id
        safe = goals.save(
            Goal(None, "", client_id, "Sleep without a chair against the door", "N9", True, "1", later(30))
        )
        home = goals.save(
            Goal(None, "", client_id, "A tenancy in her own name", "N2", aim="0", due=later(90))
        )
        goals.save(Goal(None, "", client_id, "See a GP about sleep", "N1", aim="1", status="open"))
        for need in ("N3", "N4", "N6", "N7", "N8", "N10"):
            goals.save(Goal(None, "", client_id, f"Ease {need}", need, aim="1", status="reached"))
        actions.save(Action(None, "", client_id, "Change the locks", later(2), kind="TARGET", goal_id=safe))
        actions.save(
            Action(
                None, "", client_id, "Decide the homelessness application", later(9), kind="ADV-HOU",
                agency="Colchester council housing options", goal_id=home,
            )
        )  # fmt: skip
        rung = actions.save(Action(None, "", client_id, "Ask for target hardening", later(0), goal_id=safe))
        actions.finish(rung, "Locks booked for Tuesday")
        onward_referrals.save(
            OnwardReferral(
                None, "", client_id, talk, need="N1", consent="given", sent=later(-30), accepted=later(-20)
            )
        )
        onward_referrals.save(
            OnwardReferral(
                None, "", client_id, refuge, need="N2", consent="refused", override_reason="Child at risk tonight",
                sent=later(-60), refused=later(-58), reason="WAI", note="Full until spring",
            )
        )  # fmt: skip
        onward_referrals.save(
            OnwardReferral(
                None, "", client_id, need="N11", service_type="OUT", consent="NA-NAP", reason="NOS"
            )
        )
        feedback.save(
            FeedbackOffer(None, "", client_id, later(-80), "review", "declined", "Too tired that day")
        )

    storage.write(write)
