"""What each field is called when people read a record's history, and how its values are put into words."""

from __future__ import annotations

from collections.abc import Mapping

from caseworker.domain import codes, instruments
from caseworker.domain.interlock import masked, numbers_masked
from caseworker.domain.safe_contacts import show_hours
from caseworker.domain.when import local, show_datetime, show_stored
from caseworker.words import Words, words

NOUNS = {
    "client": words("client"),
    "safe_contact": words("safe contact"),
    "safe_claim": words("change that could not be checked"),
    "referral": words("referral"),
    "episode": words("episode of support"),
    "contact": words("contact"),
    "action": words("action"),
    "justice_event": words("stage of the justice process"),
    "chase": words("chase"),
    "special_measure": words("special measure"),
    "court_order": words("order"),
    "code_right": words("right under the Victims' Code"),
    "claim": words("compensation claim"),
    "consent": words("consent"),
    "exit_facts": words("ending of support"),
    "answer_set": words("assessment"),
    "answer": words("answer"),
    "incident": words("incident"),
    "marac_referral": words("MARAC referral"),
    "marac_action": words("MARAC action"),
    "risk_rules": words("risk rules of an area"),
    "silence": words("note on why a client has gone quiet"),
    "goal": words("goal"),
    "service": words("service one can refer to"),
    "onward_referral": words("onward referral"),
    "feedback_offer": words("offer of feedback"),
    "document": words("document"),
    "hold": words("hold"),
    "colleague": words("contact card"),
    "child": words("child or dependant"),
    "perpetrator": words("alleged perpetrator"),
    "professional": words("professional"),
    "safeguarding": words("safeguarding decision"),
    "safeguarding_check": words("word about safeguarding with a contact"),
    "safety_item": words("part of the safety plan"),
}

# noun -> field -> (label, how to show a value). The second is a code list's name, or one of:
# text, note (long and private: never in a list), masked (a number or address), numbers (text that
# may hold one), date, moment, flag, number, minutes,
# hours, person, none.
FIELDS: dict[str, dict[str, tuple[Words, str]]] = {
    "client": {
        "name": (words("Name"), "text"),
        "reference": (words("Reference"), "text"),
        "is_alias": (words("Name is an alias"), "flag"),
        "known_as": (words("Likes to be called"), "text"),
        "born": (words("Date of birth"), "date"),
        "age_estimate": (words("Estimated age"), "number"),
        "sex": (words("Sex"), "sex"),
        "area": (words("District"), "area"),
        "language": (words("Preferred language"), "language"),
        "interpreter": (words("Interpreter"), "interpreter"),
        "ethnicity": (words("Ethnic group"), "ethnicity"),
        "disability": (words("Disability"), "disability"),
        "orientation": (words("Sexual orientation"), "orientation"),
        "religion": (words("Religion"), "religion"),
        "gender_same": (words("Gender same as sex registered at birth"), "gender_same"),
        "totals_only": (words("Counted in totals only"), "flag"),
        "made": (words("Record started"), "moment"),
    },
    "safe_contact": {
        "client_id": (words("Client"), "none"),
        "channel": (words("Way of contact"), "channel"),
        "allowed": (words("Safe to use"), "yes_no"),
        "value": (words("Number or address"), "masked"),
        "whose": (words("Whose it is"), "whose_phone"),
        "hours": (words("Safe hours"), "hours"),
        "voicemail": (words("Voicemail safe"), "yes_no"),
        "who_may_answer": (words("Who may answer"), "numbers"),
        "say_as": (words("Say you are"), "text"),
        "code_word": (words("Code word"), "text"),
        "note": (words("Safe contact note"), "numbers"),
        "source": (words("Who told us"), "safe_source"),
        "review_by": (words("Ask again by"), "date"),
        "doubted": (words("A change waits to be checked"), "moment"),
    },
    "safe_claim": {
        "client_id": (words("Client"), "none"),
        "channel": (words("Way of contact"), "channel"),
        "said": (words("What was said"), "note"),
        "reason": (words("Why it could not be checked"), "text"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "settled": (words("Checked"), "moment"),
        "outcome": (words("What the check showed"), "safe_claim_outcome"),
    },
    "referral": {
        "client_id": (words("Client"), "none"),
        "received": (words("Received"), "moment"),
        "source": (words("Referred by"), "referral_source"),
        "route": (words("How it arrived"), "referral_route"),
        "crime": (words("Type of crime or abuse"), "crime"),
        "area": (words("District when referred"), "area"),
        "victim_aware": (words("Client knows about the referral"), "yes_no"),
        "consent_to_contact": (words("Client agreed to be contacted"), "yes_no"),
        "referrer_risk": (words("Risk given by the referrer"), "risk_grade"),
        "police_ref": (words("Police reference"), "text"),
        "outcome": (words("Outcome of the referral"), "referral_outcome"),
        "outcome_on": (words("Outcome date"), "date"),
        "decline_reason": (words("Why the service declined"), "decline_reason"),
    },
    "episode": {
        "client_id": (words("Client"), "none"),
        "started": (words("Support started"), "date"),
        "referral_id": (words("Referral"), "none"),
        "service": (words("Service"), "service_type"),
        "worker_id": (words("Worker"), "person"),
        "level": (words("Level of support"), "support_level"),
        "victim_type": (words("Who the client is"), "victim_type"),
        "crime": (words("Main crime or abuse"), "crime"),
        "da_context": (words("Domestic abuse context"), "yes_no"),
        "online": (words("Online"), "online"),
        "hate": (words("Hate strands"), "hate_strand"),
        "reported": (words("Reported to police"), "reported"),
        "age_at_start": (words("Age at the start"), "number"),
        "consent_to_support": (words("Agreed to support"), "yes_no"),
        "assessed_on": (words("Assessment begun"), "date"),
        "closed": (words("Support ended"), "date"),
        "closure_reason": (words("Why support ended"), "closure_reason"),
    },
    "contact": {
        "client_id": (words("Client"), "none"),
        "episode_id": (words("Episode of support"), "none"),
        "at": (words("When it happened"), "moment"),
        "kind": (words("Kind of contact"), "contact_kind"),
        "method": (words("How"), "contact_method"),
        "outcome": (words("What happened"), "contact_outcome"),
        "direction": (words("Who made contact"), "direction"),
        "minutes": (words("Length"), "minutes"),
        "travel_minutes": (words("Travel"), "minutes"),
        "waiting_minutes": (words("Waiting"), "minutes"),
        "present": (words("Who was present"), "text"),
        "interpreter": (words("Interpreter"), "interpreter"),
        "safe_checked": (words("Safe contact was on screen"), "flag"),
        "override_reason": (words("Why it was safe then"), "text"),
        "category": (words("What the note is about"), "note_category"),
        "note": (words("Note"), "note"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "action": {
        "client_id": (words("Client"), "none"),
        "text": (words("Action"), "text"),
        "due": (words("Due"), "date"),
        "episode_id": (words("Episode of support"), "none"),
        "contact_id": (words("Contact"), "none"),
        "worker_id": (words("Worker"), "person"),
        "done": (words("Done"), "moment"),
        "result": (words("Result"), "text"),
        "kind": (words("Kind of support"), "support_action"),
        "agency": (words("Who does it"), "text"),
        "goal_id": (words("Goal it serves"), "none"),
    },
    "justice_event": {
        "client_id": (words("Client"), "none"),
        "stage": (words("Stage"), "cj_stage"),
        "happened": (words("Date"), "date"),
        "place": (words("Court or police station"), "text"),
        "detail": (words("Detail"), "note"),
        "next_on": (words("Next date"), "date"),
        "told": (words("Client told"), "date"),
        "officer": (words("Officer in the case"), "text"),
        "police_ref": (words("Police reference"), "text"),
        "at_stage": (words("Withdrawn at"), "cj_stage"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "chase": {
        "client_id": (words("Client"), "none"),
        "happened": (words("Date asked"), "date"),
        "whom": (words("Who was asked"), "chased"),
        "answer": (words("What they said"), "chase_answer"),
        "note": (words("Note"), "note"),
        "next_on": (words("Ask again"), "date"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "special_measure": {
        "client_id": (words("Client"), "none"),
        "measure": (words("Special measure"), "special_measure"),
        "explained": (words("Explained"), "yes_no"),
        "wanted": (words("Wanted"), "yes_no"),
        "requested": (words("Asked for"), "yes_no"),
        "requested_on": (words("Date asked for"), "date"),
        "requested_by": (words("Who asked for it"), "text"),
        "decision": (words("Court's decision"), "measure_decision"),
        "given": (words("Given on the day"), "yes_no"),
        "note": (words("Note"), "note"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "court_order": {
        "client_id": (words("Client"), "none"),
        "kind": (words("Order"), "order"),
        "applied": (words("Applied for"), "date"),
        "granted": (words("Granted"), "date"),
        "refused": (words("Refused"), "date"),
        "breached": (words("Latest breach"), "date"),
        "expires": (words("Ends"), "date"),
        "court": (words("Court"), "text"),
        "against": (words("Who it is against"), "text"),
        "terms": (words("What it says"), "note"),
        "note": (words("Note"), "note"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "code_right": {
        "client_id": (words("Client"), "none"),
        "right": (words("Right"), "code_right"),
        "status": (words("Was it met"), "right_status"),
        "happened": (words("Date"), "date"),
        "evidence": (words("What shows it"), "note"),
        "breach": (words("What was late or not done"), "note"),
        "escalated": (words("Taken further"), "date"),
        "escalated_to": (words("Taken to"), "text"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "claim": {
        "client_id": (words("Client"), "none"),
        "incident_on": (words("Date of the incident"), "date"),
        "step": (words("Where the claim stands"), "claim_step"),
        "applied": (words("Sent"), "date"),
        "reference": (words("Reference"), "text"),
        "note": (words("Note"), "note"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "consent": {
        "client_id": (words("Client"), "none"),
        "decided": (words("Date decided"), "date"),
        "purpose": (words("What it is for"), "consent_purpose"),
        "recipient": (words("Shared with"), "consent_recipient"),
        "decision": (words("Decision"), "consent_decision"),
        "recipient_name": (words("Which agency or person"), "text"),
        "scope": (words("What may be shared"), "note"),
        "how": (words("How it was given"), "consent_how"),
        "by_whom": (words("Who decided"), "consent_by"),
        "capacity": (words("Able to decide this"), "capacity"),
        "capacity_note": (words("Note on being able to decide"), "note"),
        "told": (words("What the client was told"), "note"),
        "expires": (words("Holds until"), "date"),
        "reason": (words("Why it was shared without agreement"), "note"),
        "ends_id": (words("Decision it ends"), "none"),
        "episode_id": (words("Episode of support"), "none"),
        "reviewed": (words("Manager looked at it"), "moment"),
        "reviewed_by": (words("Manager"), "text"),
        "review_view": (words("What the manager found"), "review_view"),
        "review_note": (words("What the manager said"), "note"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "exit_facts": {
        "client_id": (words("Client"), "none"),
        "episode_id": (words("Episode of support"), "none"),
        "closed": (words("Support ended"), "date"),
        "abuse": (words("Abuse since support began"), "exit_abuse"),
        "lived_at_start": (words("Lived with the alleged perpetrator at the start"), "yes_no"),
        "lived_at_end": (words("Lived with the alleged perpetrator at the end"), "yes_no"),
        "risk_at_start": (words("Risk at the start"), "risk_grade"),
        "risk_at_end": (words("Risk at the end"), "risk_grade"),
        "further_incident": (words("Further incident since the start"), "yes_no"),
        "last_contact": (words("Last contact"), "date"),
        "open_ends": (words("What was still open"), "none"),
        "note": (words("Note"), "note"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "answer_set": {
        "client_id": (words("Client"), "none"),
        "episode_id": (words("Episode of support"), "none"),
        "instrument": (words("Form"), "text"),
        "version": (words("Version of the form"), "number"),
        "stage": (words("When it was asked"), "outcome_stage"),
        "started": (words("Date asked"), "moment"),
        "area": (words("Area"), "text"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "signed": (words("Signed"), "moment"),
        "tool_grade": (words("What the form says"), "text"),
        "grade": (words("Risk"), "risk_grade"),
        "judgement": (words("Professional judgement"), "risk_grade"),
        "reason": (words("Why the risk is judged higher"), "note"),
        "next_review": (words("Next review"), "date"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "incident": {
        "client_id": (words("Client"), "none"),
        "happened": (words("When it happened"), "date"),
        "kind": (words("Kind of incident"), "incident_kind"),
        "crime": (words("Type of crime or abuse"), "crime"),
        "reported": (words("Reported to police"), "reported"),
        "by_whom": (words("Who did it, as the client says"), "text"),
        "note": (words("Note"), "note"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "marac_referral": {
        "client_id": (words("Client"), "none"),
        "episode_id": (words("Episode of support"), "none"),
        "answer_set_id": (words("Risk assessment"), "none"),
        "area": (words("MARAC area"), "marac_area"),
        "criteria": (words("Why the case goes to MARAC"), "marac_criterion"),
        "incident_on": (words("Date of the incident that brought it"), "date"),
        "perpetrator": (words("Who causes the harm"), "text"),
        "is_repeat": (words("Repeat"), "flag"),
        "last_referred": (words("Last referred"), "date"),
        "victim_aware": (words("Client knows about the referral"), "yes_no"),
        "consent": (words("Client agrees to it"), "yes_no"),
        "override_reason": (words("Why it goes without consent"), "note"),
        "wants_police": (words("Client wants to speak to the police"), "yes_no"),
        "police_reason": (words("Why the client does or does not want the police"), "note"),
        "wishes": (words("What the client wants to happen"), "note"),
        "referred_elsewhere": (words("Also referred to"), "text"),
        "safe_to_reach": (words("How the client can be reached safely"), "text"),
        "language": (words("Preferred language"), "language"),
        "interpreter": (words("Interpreter"), "interpreter"),
        "landlord": (words("Landlord"), "text"),
        "occupation": (words("Occupation"), "text"),
        "gp": (words("GP"), "text"),
        "pregnancy": (words("Pregnancy"), "pregnancy"),
        "diversity": (words("What partners should know about the client"), "note"),
        "manager": (words("Signed off by"), "text"),
        "signed_off": (words("Signed off"), "date"),
        "sent": (words("Sent"), "date"),
        "heard": (words("Heard"), "date"),
        "outcome": (words("Outcome"), "marac_outcome"),
        "told": (words("Client told"), "date"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "risk_rules": {
        "escalation_count": (words("Events that count as escalation"), "number"),
        "escalation_months": (words("Months in which they are counted"), "number"),
        "review_high": (words("Days to the review of high risk"), "number"),
        "review_medium": (words("Days to the review of medium risk"), "number"),
        "review_standard": (words("Days to the review of standard risk"), "number"),
        "bands": (words("Where grades begin"), "text"),
    },
    "marac_action": {
        "client_id": (words("Client"), "none"),
        "marac_referral_id": (words("MARAC referral"), "none"),
        "agency": (words("Agency"), "text"),
        "action": (words("What was agreed"), "note"),
        "due": (words("Due"), "date"),
        "done": (words("Done"), "date"),
        "effect": (words("What it changed"), "note"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "silence": {
        "client_id": (words("Client"), "none"),
        "since": (words("Last reached"), "moment"),
        "reason": (words("Why it is set aside"), "silence_reason"),
        "note": (words("Note"), "note"),
        "until": (words("Look again on"), "date"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "goal": {
        "client_id": (words("Client"), "none"),
        "text": (words("Goal"), "text"),
        "need": (words("Need it serves"), "need"),
        "own_words": (words("In the client's own words"), "flag"),
        "aim": (words("Aim"), "need_level"),
        "due": (words("By when"), "date"),
        "status": (words("Where it stands"), "goal_status"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "service": {
        "name": (words("Name of the service"), "text"),
        "kind": (words("Type of service"), "service_type"),
        "provider": (words("Who runs it"), "text"),
        "areas": (words("Districts it is for"), "area"),
        "crimes": (words("Crimes it is for"), "text"),
        "youngest": (words("Youngest age"), "number"),
        "oldest": (words("Oldest age"), "number"),
        "hours": (words("Hours"), "text"),
        "how": (words("How to refer"), "text"),
        "wait": (words("Takes people now"), "service_wait"),
        "checked": (words("Checked on"), "date"),
        "note": (words("Note"), "note"),
        "ended": (words("Ended"), "date"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
    },
    "onward_referral": {
        "client_id": (words("Client"), "none"),
        "service_id": (words("Service referred to"), "none"),
        "service_type": (words("Type of service"), "service_type"),
        "need": (words("Need it is for"), "need"),
        "consent": (words("Client agrees to it"), "onward_consent"),
        "override_reason": (words("Why it goes without consent"), "note"),
        "sent": (words("Sent"), "date"),
        "accepted": (words("Accepted"), "date"),
        "started": (words("Help started"), "date"),
        "refused": (words("Refused"), "date"),
        "reason": (words("Why the need stays unmet"), "need_unmet_reason"),
        "note": (words("Note"), "note"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "feedback_offer": {
        "client_id": (words("Client"), "none"),
        "offered": (words("Offered on"), "date"),
        "stage": (words("When it was offered"), "outcome_stage"),
        "answer": (words("What the client said"), "feedback_answer"),
        "note": (words("Note"), "note"),
        "episode_id": (words("Episode of support"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "document": {
        "client_id": (words("Client"), "none"),
        "kind": (words("Kind of document"), "document_kind"),
        "title": (words("What it is called"), "text"),
        "dated": (words("Date on it"), "date"),
        "made_here": (words("Made from this record"), "flag"),
        "recipient": (words("Made for"), "text"),
        "kept": (words("Where it is kept"), "text"),
        "digest": (words("Fingerprint of its words"), "none"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "hold": {
        "client_id": (words("Client"), "none"),
        "reason": (words("Why the record must be kept"), "hold_reason"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "colleague": {
        "name": (words("Name"), "text"),
        "organisation": (words("Organisation"), "text"),
        "sign_key": (words("Signing key"), "text"),
        "receive_key": (words("Receiving key"), "text"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "verified": (words("Number compared"), "moment"),
        "verified_by": (words("Compared by"), "person"),
        "changed": (words("Came with other keys"), "moment"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "child": {
        "client_id": (words("Client"), "none"),
        "name": (words("Name"), "text"),
        "unborn": (words("Unborn"), "flag"),
        "due": (words("Baby due"), "date"),
        "born": (words("Date of birth"), "date"),
        "age_estimate": (words("Estimated age"), "number"),
        "sex": (words("Sex"), "sex"),
        "relationship": (words("Who they are to the client"), "child_relationship"),
        "lives_with": (words("Lives"), "lives_with"),
        "school": (words("School or nursery"), "text"),
        "social_care": (words("Social care"), "social_care"),
        "social_worker": (words("Social worker"), "text"),
        "own_referral": (words("Referred to a service of their own"), "yes_no"),
        "own_client_id": (words("Own record"), "none"),
        "sees_abuse": (words("Sees, hears or lives with abuse"), "yes_no"),
        "at_risk": (words("At risk now"), "yes_no"),
        "reach": (words("How the child may be reached"), "child_reach"),
        "reach_through": (words("Through which adult"), "numbers"),
        "reach_where": (words("Number or place"), "numbers"),
        "never_told": (words("Who must never be told or be there"), "text"),
        "parent_access": (words("A parent may see what the child says"), "yes_no"),
        "access_reason": (words("Why it is safe for a parent to see it"), "note"),
        "note": (words("Note"), "note"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "perpetrator": {
        "client_id": (words("Client"), "none"),
        "name": (words("Name"), "text"),
        "born": (words("Date of birth"), "date"),
        "age_estimate": (words("Estimated age"), "number"),
        "sex": (words("Sex"), "sex"),
        "age_said": (words("Age, who said so"), "fact_source"),
        "relationship": (words("Who they are to the client"), "relationship"),
        "relationship_said": (words("Relationship, who said so"), "fact_source"),
        "lives_with": (words("Lives with the client"), "yes_no"),
        "lives_with_said": (words("Lives with the client, who said so"), "fact_source"),
        "weapons": (words("Has or can get weapons"), "yes_no"),
        "weapons_words": (words("Which weapons"), "text"),
        "weapons_said": (words("Weapons, who said so"), "fact_source"),
        "occupation": (words("Work"), "text"),
        "occupation_risk": (words("Work adds to the risk"), "yes_no"),
        "occupation_said": (words("Work, who said so"), "fact_source"),
        "orders": (words("Bail and orders"), "text"),
        "orders_said": (words("Bail and orders, who said so"), "fact_source"),
        "convicted": (words("Convicted of this"), "yes_no"),
        "convicted_of": (words("Convicted of what"), "text"),
        "convicted_said": (words("Conviction, who said so"), "fact_source"),
        "known_here": (words("Known to somebody who works here"), "yes_no"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "professional": {
        "client_id": (words("Client"), "none"),
        "name": (words("Name"), "text"),
        "role": (words("What they do"), "professional_role"),
        "organisation": (words("Organisation"), "text"),
        "phone": (words("Phone"), "text"),
        "email": (words("Email"), "text"),
        "safe_to_ring": (words("Safe to ring them about the client"), "yes_no"),
        "agreed": (words("Client agrees that they are told"), "yes_no"),
        "may_be_told": (words("What they may be told"), "text"),
        "note": (words("Note"), "note"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "safeguarding": {
        "client_id": (words("Client"), "none"),
        "about": (words("Who it is about"), "safeguarding_about"),
        "child_id": (words("Which child or dependant"), "none"),
        "person": (words("Which adult"), "text"),
        "concern": (words("Concern"), "note"),
        "decided": (words("When it was decided"), "moment"),
        "decision": (words("Decision"), "safeguarding_decision"),
        "threshold": (words("Why this was decided"), "note"),
        "consent": (words("Client agrees to a referral"), "yes_no"),
        "override_reason": (words("Why it goes without consent"), "note"),
        "sent_to": (words("Sent to"), "text"),
        "sent": (words("Sent"), "moment"),
        "reviewed": (words("A manager looked at it"), "moment"),
        "reviewed_by": (words("Which manager"), "text"),
        "review_note": (words("What the manager said"), "note"),
        "told": (words("Client told"), "yes_no"),
        "not_told": (words("Why the client was not told"), "note"),
        "outcome": (words("What came of it"), "safeguarding_outcome"),
        "outcome_on": (words("Date of the outcome"), "date"),
        "outcome_words": (words("What came of it, in words"), "note"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "safeguarding_check": {
        "client_id": (words("Client"), "none"),
        "contact_id": (words("Contact"), "none"),
        "safeguarding_id": (words("Safeguarding decision"), "none"),
        "answer": (words("Anything new about safeguarding"), "safeguarding_check"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
    "safety_item": {
        "client_id": (words("Client"), "none"),
        "kind": (words("Part of the plan"), "safety_item"),
        "text": (words("What the plan says"), "note"),
        "hers": (words("In the client's own words"), "flag"),
        "owner": (words("Who does it"), "plan_owner"),
        "agreed": (words("Agreed with the client"), "yes_no"),
        "agreed_on": (words("Agreed on"), "date"),
        "review_by": (words("Look at it again by"), "date"),
        "disguise": (words("How it reads on a page in disguise"), "note"),
        "recorded": (words("Recorded"), "moment"),
        "worker_id": (words("Worker"), "person"),
        "withdrawn": (words("Withdrawn"), "moment"),
    },
}  # fmt: skip

# Kept by storage itself and never of interest by themselves.
INTERNAL = frozenset({"id", "uid", "amended", "definition", "signature", "totals", "sealed"})
# When it was written and taken back: about the entry, not what it says.
WRITTEN = frozenset({"recorded", "withdrawn"})


def answer_field(instrument: str, version: int, item: str, part: str = "value") -> str:
    """The name under which history keeps one part (``value``, ``source``, ``note``) of one answer."""
    return f"{instrument}-{version}:{item}:{part}"


def field_label(noun: str, field: str) -> Words:
    """What that field is called; its plain name for one this version does not know."""
    known = FIELDS.get(noun, {}).get(field)
    if noun == "answer":
        item, part = _answered(field)
        name = words("{label}", label=item.label if item else field.partition(":")[2].rpartition(":")[0])
        return {
            "source": words("{question}, who said so", question=name),
            "note": words("{question}, note", question=name),
        }.get(part, name)
    return known[0] if known else words("{field}", field=field.replace("_", " "))


def told_by(noun: str, values: Mapping[str, object], most: int = 3) -> list[tuple[Words, Words]]:
    """Field and answer of the first few that are answered: what tells one entry of that noun from another."""
    found = []
    for field, (label, how) in FIELDS[noun].items():
        value = values.get(field)
        stored = str(int(value)) if isinstance(value, bool) else str(value if value is not None else "")
        is_said = stored != "" and not codes.is_missing(stored) and not (how == "moment" and stored == "0")
        if is_said and how not in ("none", "flag", "person") and field not in WRITTEN:
            found.append((label, show_value(noun, field, stored)))
    return found[:most]


def is_private(noun: str, field: str) -> bool:
    """Whether the words in that field are left out of a list: they may be hard to read unprepared."""
    if noun == "answer":
        item, part = _answered(field)
        return part == "note" or (part == "value" and (item is None or item.text))
    return FIELDS.get(noun, {}).get(field, (None, ""))[1] in ("note", "none")


def _answered(field: str) -> tuple[instruments.Item | None, str]:
    """The question that history keeps under that name, as its own version has it, and which part of the answer."""
    form, _, rest = field.partition(":")
    code, _, part = rest.rpartition(":")
    for one in instruments.shelf().instruments:
        if f"{one.name}-{one.version}" == form:
            return one.items.get(code), part
    return None, part


def show_value(noun: str, field: str, stored: str) -> Words:
    """A value as history keeps it (text), in words. Unknown codes are shown as they stand: old records stay
    readable.
    """
    how = FIELDS.get(noun, {}).get(field, (None, "text"))[1]
    if noun == "answer":
        item, part = _answered(field)
        how = "risk_source" if part == "source" else "text"
        if item is not None and part == "value":
            stored = item.show(stored)
    if codes.is_missing(stored):
        return words("{answer}", answer=codes.MISSING[stored])
    if how == "flag":
        return words("Yes") if stored == "1" else words("No")
    if stored == "" or (how == "moment" and stored == "0"):
        return words("blank")
    if how == "date":
        return words("{date}", date=show_stored(stored) or stored)
    if how == "moment" and stored.isdigit():
        return words("{time}", time=show_datetime(local(int(stored))))
    if how == "minutes":
        return words("{minutes} minutes", minutes=stored)
    if how == "masked":
        return masked(stored)
    if how == "numbers":
        return numbers_masked(stored)
    if how == "hours":
        return words("{hours}", hours=show_hours(stored))
    if how not in ("text", "note", "number", "person", "none"):
        known = codes.get(how)
        parts = [known.label(part) if part in known else part for part in stored.split(",")]
        return words("{answer}", answer=", ".join(parts))
    return words("{text}", text=stored)
