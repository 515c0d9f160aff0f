"""Which form each half-typed part of a record belongs to, and where it is taken up again.

The key of a draft is ``noun:client`` or ``noun:client:row``; every form here is made from a session, the client's id
and, where it is about one row, that row's id.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from caseworker.errors import Problem
from caseworker.storage import drafts, instruments
from caseworker.words import Words, words

if TYPE_CHECKING:
    from ui.screens.client.record import InPlace, RecordForm
    from ui.session import Session


class Kind(NamedTuple):
    """A form by module and class, and what its draft is called in a list."""

    module: str
    form: str
    waiting: Words


FORMS: dict[str, Kind] = {
    "safe_contact": Kind("safe_contacts", "SafeContactForm", words("Safe contact, half-typed")),
    "client": Kind("clients", "AboutForm", words("About this client, half-typed")),
    "equality": Kind("clients", "EqualityForm", words("Equality questions, half-typed")),
    "referral": Kind("referrals", "ReferralForm", words("A referral, half-typed")),
    "episode": Kind("episodes", "EpisodeForm", words("Support, half-typed")),
    "close": Kind("exits", "CloseEpisodeForm", words("Closing support, half-typed")),
    "justice_event": Kind("justice_events", "StageForm", words("A stage of the justice process, half-typed")),
    "withdraw_justice_event": Kind(
        "justice_events", "WithdrawStageForm", words("Withdrawing a stage, half-typed")
    ),
    "chase": Kind("chases", "ChaseForm", words("A chase, half-typed")),
    "withdraw_chase": Kind("chases", "WithdrawChaseForm", words("Withdrawing a chase, half-typed")),
    "court_order": Kind("orders", "OrderForm", words("An order, half-typed")),
    "breach": Kind("orders", "BreachForm", words("A breach of an order, half-typed")),
    "withdraw_court_order": Kind("orders", "WithdrawOrderForm", words("Withdrawing an order, half-typed")),
    "special_measure": Kind("special_measures", "MeasureForm", words("A special measure, half-typed")),
    "code_right": Kind("code_rights", "RightForm", words("A right, half-typed")),
    "claim": Kind("compensation", "ClaimForm", words("A compensation claim, half-typed")),
    "withdraw_claim": Kind("compensation", "WithdrawClaimForm", words("Withdrawing a claim, half-typed")),
    "exit_facts": Kind("exits", "ExitFactsForm", words("How support ended, half-typed")),
    "consent": Kind("consents", "ConsentForm", words("A decision about sharing, half-typed")),
    "end_consent": Kind("consents", "ConsentEndForm", words("Taking agreement back, half-typed")),
    "review_consent": Kind("consents", "ConsentReviewForm", words("A manager's review, half-typed")),
    "withdraw_consent": Kind("consents", "WithdrawConsentForm", words("Withdrawing a decision, half-typed")),
    "action": Kind("actions", "ActionForm", words("A next step, half-typed")),
    "silence": Kind("silence", "AsideForm", words("Setting aside a silence, half-typed")),
    "done": Kind("actions", "DoneForm", words("What came of a next step, half-typed")),
    "goal": Kind("goals", "GoalForm", words("A goal, half-typed")),
    "withdraw_goal": Kind("goals", "WithdrawGoalForm", words("Withdrawing a goal, half-typed")),
    "onward_referral": Kind(
        "onward_referrals", "OnwardReferralForm", words("An onward referral, half-typed")
    ),
    "withdraw_onward_referral": Kind(
        "onward_referrals",
        "WithdrawOnwardReferralForm",
        words("Withdrawing an onward referral, half-typed"),
    ),
    "feedback_offer": Kind("feedback", "FeedbackOfferForm", words("An offer of feedback, half-typed")),
    "withdraw_feedback_offer": Kind(
        "feedback", "WithdrawFeedbackOfferForm", words("Withdrawing an offer of feedback, half-typed")
    ),
    "amend": Kind("amending", "AmendForm", words("An amendment of a contact, half-typed")),
    "incident": Kind("incidents", "IncidentForm", words("An incident, half-typed")),
    "withdraw_incident": Kind(
        "incidents", "WithdrawIncidentForm", words("Withdrawing an incident, half-typed")
    ),
    "marac": Kind("marac", "MaracForm", words("A MARAC paper, half-typed")),
    "marac_steps": Kind("marac", "MaracStepsForm", words("What became of a MARAC referral, half-typed")),
    "withdraw_marac": Kind("marac", "WithdrawMaracForm", words("Withdrawing a MARAC referral, half-typed")),
    "marac_action": Kind("marac_actions", "MaracActionForm", words("A MARAC action, half-typed")),
    "withdraw_marac_action": Kind(
        "marac_actions", "WithdrawMaracActionForm", words("Withdrawing a MARAC action, half-typed")
    ),
    "assessment": Kind("instruments", "InstrumentForm", words("An assessment, not signed yet")),
    "withdraw_assessment": Kind(
        "answer_sets", "WithdrawAnswersForm", words("Withdrawing an assessment, half-typed")
    ),
    "letter": Kind("documents", "LetterForm", words("A letter, half-typed")),
    "document": Kind("documents", "DocumentForm", words("A document, half-typed")),
    "withdraw_document": Kind(
        "documents", "WithdrawDocumentForm", words("Withdrawing a document, half-typed")
    ),
    "child": Kind("children", "ChildForm", words("A child or dependant, half-typed")),
    "withdraw_child": Kind(
        "children", "WithdrawChildForm", words("Withdrawing a child or dependant, half-typed")
    ),
    "perpetrator": Kind("perpetrators", "PerpetratorForm", words("An alleged perpetrator, half-typed")),
    "withdraw_perpetrator": Kind(
        "perpetrators", "WithdrawPerpetratorForm", words("Withdrawing an alleged perpetrator, half-typed")
    ),
    "professional": Kind("professionals", "ProfessionalForm", words("A professional, half-typed")),
    "withdraw_professional": Kind(
        "professionals", "WithdrawProfessionalForm", words("Withdrawing a professional, half-typed")
    ),
    "safeguarding": Kind("safeguarding", "SafeguardingForm", words("A safeguarding decision, half-typed")),
    "withdraw_safeguarding": Kind(
        "safeguarding",
        "WithdrawSafeguardingForm",
        words("Withdrawing a safeguarding decision, half-typed"),
    ),
    "safety_item": Kind("safety_plan", "SafetyItemForm", words("Part of a safety plan, half-typed")),
    "withdraw_safety_item": Kind(
        "safety_plan", "WithdrawSafetyItemForm", words("Withdrawing part of a safety plan, half-typed")
    ),
    "withdraw_contact": Kind("amending", "WithdrawForm", words("Withdrawing a contact, half-typed")),
}


def owner(key: str) -> int | None:
    """Whose record a draft of a form belongs to; None for every other draft."""
    noun, _, rest = key.partition(":")
    client = rest.partition(":")[0]
    return int(client) if noun in FORMS and client.isdigit() else None


def waiting_for(client_id: int) -> list[str]:
    """The keys of this client's half-typed forms, newest first; then of my assessments that are not signed."""
    typed = [draft.key for draft in drafts.all_drafts() if owner(draft.key) == client_id]
    begun = [f"assessment:{client_id}:{one.id}" for one in instruments.unfinished(client_id=client_id)]
    return [*typed, *(key for key in begun if key not in typed)]


def waiting_words(key: str) -> Words:
    """What that draft is called; a form begun and not signed by its own name."""
    noun, _, rest = key.partition(":")
    row = rest.rpartition(":")[2]
    if noun == "assessment" and row.isdigit():
        with suppress(Problem):
            called = instruments.title(instruments.get(int(row)))
            return words("{form}, not signed yet", form=called)
    return FORMS[noun].waiting


def form_for(session: Session, key: str) -> RecordForm | InPlace:
    """The form of that draft, filled with what was typed.

    Raises:
        Problem: E-GONE, the row it is about is not in this vault any more; E-SIGNED and its like.
    """
    noun, client, *which = key.split(":")
    kind = FORMS[noun]
    form: Any = getattr(import_module(f"ui.screens.client.{kind.module}"), kind.form)
    made: RecordForm | InPlace = form(session, int(client), *(int(row) for row in which if row.isdigit()))
    return made
