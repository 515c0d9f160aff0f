"""A full justice record for the tests of how screens fit: every card has something, and long words among it."""

from __future__ import annotations

import datetime as dt

from caseworker.domain.chases import Chase
from caseworker.domain.code_rights import CodeRight
from caseworker.domain.compensation import Claim
from caseworker.domain.consents import Consent
from caseworker.domain.episodes import Episode
from caseworker.domain.exits import Exit
from caseworker.domain.incidents import Incident
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.orders import Order
from caseworker.storage import (
    chases,
    code_rights,
    compensation,
    consents,
    episodes,
    exits,
    incidents,
    justice_events,
    orders,
    special_measures,
)
from tests.ui.screens.parts import today


def day(days: int) -> str:
    return (today() + dt.timedelta(days=days)).isoformat()


def fill(client_id: int) -> None:
    """Inside ``storage.write``."""
    for stage, happened, next_on, told in (
        ("03", day(-214), "", ""),
        ("05", day(-200)[:7], "", ""),
        ("06", day(-180), day(-90), day(-178)),
        ("09", day(-70), "", ""),
        ("13", day(-20), day(15), ""),
    ):
        justice_events.save(
            JusticeEvent(
                None, "", client_id, stage, happened, "Chelmsford Magistrates' Court and Family Hearing Centre",
                "Not guilty plea. Bail with conditions.", next_on, told, "DC Featherstonehaugh", "42/18834/26",
            )
        )  # fmt: skip
    justice_events.save(JusticeEvent(None, "", client_id, "25", day(-1), at_stage="13"))
    for n in range(7):
        chases.save(
            Chase(
                None, "", client_id, day(-30 + n), "WCU" if n % 2 else "OIC", "promised",
                "The officer is on leave until next week and will ring back", day(-2 if n % 2 else 9),
            )
        )  # fmt: skip
    orders.save(
        Order(
            None, "", client_id, "NMO", day(-150), day(-140), "", day(-33), day(10), "Chelmsford County Court", "Dan P",
            "Not to come within 100 metres of the home, nor to use or threaten violence, nor to contact her.",
        )
    )  # fmt: skip
    orders.save(Order(None, "", client_id, "DVPO"))
    for measure, step, code in (
        ("SCREEN", "wanted", "yes"),
        ("LINK", "requested", "yes"),
        ("WIGS", "decision", "refused"),
        ("S28", "explained", "NA-REF"),
        ("VISIT", "given", "NA-UNS"),
    ):
        special_measures.answer(client_id, measure, step, code)
    code_rights.save(
        CodeRight(None, "", client_id, "R6", "late", day(-40), breach="Told nine days after the bail change")
    )
    for decision, recipient, more in (
        ("given", "HOU", {"expires": day(40), "recipient_name": "Colne Homes and Neighbourhoods"}),
        ("given", "DAS", {"expires": day(-1)}),
        ("refused", "ANY", {}),
        ("override", "POL", {"reason": "Threat to kill tonight, and where she is staying is known to him"}),
    ):
        consents.save(
            Consent(
                None, "", client_id, day(-5), "VOI" if decision == "refused" else "INF", recipient, decision,
                scope="Name, date of birth, that she has to move and why", **more,
            )
        )  # fmt: skip
    ended = episodes.save(Episode(None, "", client_id, day(-600), service="ISV"))
    exits.close(
        Exit(None, "", client_id, ended, day(-400), "reduced", "yes", "NA-REF", further_incident="yes"), "CMP"
    )
    incidents.save(Incident(None, "", client_id, day(-690), kind="VIO"))
    compensation.save(Claim(None, "", client_id, day(-400), "applied", day(-10), "CICA-77"))
