"""A household with something in every card of the People tab and every kind of line in the safety plan."""

from __future__ import annotations

import time

from caseworker.domain.children import Child
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.professionals import Professional
from caseworker.domain.safeguarding import Safeguarding
from caseworker.domain.safety_plan import SafetyItem
from caseworker.storage import children, perpetrators, professionals, safeguarding, safety_plan
from tests.ui.screens.parts import today

HOUR = 3600


def fill(client_id: int) -> None:
    """Record all of it. Inside ``storage.write``."""
    now = int(time.time())
    leo = children.save(
        Child(
            None, "", client_id, "Leo", born="2019-03-27", sex="M", relationship="CHI", lives_with="BTH",
            school="Elm Road Primary School", social_care="CIN", social_worker="Ms Adeyemi", sees_abuse="yes",
            at_risk="yes", reach="SCH", reach_where="Elm Road, ask for the head of year",
            never_told="His father and his father's sister, who collects him on Fridays",
        )
    )  # fmt: skip
    children.save(
        Child(
            None, "", client_id, "M.", born="2008-01-05", relationship="STP", lives_with="FAM", at_risk="no"
        )
    )
    children.save(Child(None, "", client_id, "Baby", unborn=True, born="NA-NAP", at_risk="NA-UNK"))
    safeguarding.save(
        Safeguarding(
            None, "", client_id, "ONE", leo, concern="He heard the shouting and hid in the wardrobe",
            decided=now - 52 * HOUR, decision="REF", threshold="Second time this month, sleeping badly",
            consent="no", override_reason="She fears what he will do if he hears of it", sent_to="Children's hub",
            sent=now - 51 * HOUR, told="no", not_told="He reads her messages",
        )
    )  # fmt: skip
    safeguarding.save(
        Safeguarding(
            None, "", client_id, "ADU", person="Her mother", concern="Left alone all day", decided=now - HOUR
        )
    )
    perpetrators.save(
        Perpetrator(
            None, "", client_id, "Dan P", relationship="EXP", relationship_said="CLI", lives_with="no",
            lives_with_said="CLI", weapons="yes", weapons_words="Shotgun licence", weapons_said="POL",
            occupation="Works for the phone company", occupation_risk="yes", occupation_said="FAM",
            orders="Bail: not to enter Station Road", orders_said="POL", known_here="yes",
        )
    )  # fmt: skip
    professionals.save(
        Professional(
            None, "", client_id, "DC Patel", role="OIC", organisation="Essex Police", phone="01632 960 012",
            email="officer@example.com", safe_to_ring="yes", agreed="yes", may_be_told="Dates of court only",
        )
    )  # fmt: skip
    professionals.save(
        Professional(None, "", client_id, "", organisation="Elm Road Surgery", role="GPR", safe_to_ring="no")
    )
    day = today().isoformat()
    bag = safety_plan.save(
        SafetyItem(
            None, "", client_id, "bag", "I keep the blue bag at Jo's, with the passports and the red book in it.",
            agreed="yes", agreed_on=day, review_by=day, disguise="Drop the holdall off",
        )
    )  # fmt: skip
    held = safety_plan.get(bag)
    safety_plan.save(
        SafetyItem(
            bag, held.uid, client_id, "bag", "I keep the blue bag in the car, with the passports in it.",
            agreed="yes", agreed_on=day, review_by=day, disguise="Drop the holdall off",
        )
    )  # fmt: skip
    safety_plan.save(
        SafetyItem(
            None,
            "",
            client_id,
            "escape",
            "If he starts shouting I go out by the back gate, which stays unlocked.",
        )
    )
    safety_plan.save(
        SafetyItem(
            None,
            "",
            client_id,
            "suicide",
            "I ring Nell, whatever the time.",
            owner="FAM",
            agreed="no",
            hers=False,
        )
    )
