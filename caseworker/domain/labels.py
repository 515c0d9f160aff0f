"""What each field is called when people read a record's history, and how its values are put into words."""

from __future__ import annotations

from caseworker.domain import codes
from caseworker.domain.safe_contacts import show_hours
from caseworker.domain.when import iso_date, local, show_date, show_datetime
from caseworker.words import Words, words

NOUNS = {
    "client": words("client"),
    "safe_contact": words("safe contact"),
    "referral": words("referral"),
    "episode": words("episode of support"),
    "contact": words("contact"),
    "action": words("action"),
}

# noun -> field -> (label, how to show a value). The second is a code list's name, or one of:
# text, note (long and private: never in a list), date, moment, flag, number, minutes, hours, person, none.
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
        "value": (words("Number or address"), "text"),
        "whose": (words("Whose it is"), "whose_phone"),
        "hours": (words("Safe hours"), "hours"),
        "voicemail": (words("Voicemail safe"), "yes_no"),
        "who_may_answer": (words("Who may answer"), "text"),
        "say_as": (words("Say you are"), "text"),
        "code_word": (words("Code word"), "text"),
        "note": (words("Safe contact note"), "text"),
        "source": (words("Who told us"), "safe_source"),
        "review_by": (words("Ask again by"), "date"),
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
    },
}  # fmt: skip

# Kept by storage itself and never of interest by themselves.
INTERNAL = frozenset({"id", "uid", "amended"})


def field_label(noun: str, field: str) -> Words:
    """What that field is called; its plain name for one this version does not know."""
    known = FIELDS.get(noun, {}).get(field)
    return known[0] if known else words("{field}", field=field.replace("_", " "))


def show_value(noun: str, field: str, stored: str) -> Words:
    """A value as history keeps it (text), in words. Unknown codes are shown as they stand: old records stay
    readable.
    """
    how = FIELDS.get(noun, {}).get(field, (None, "text"))[1]
    if codes.is_missing(stored):
        return words("{answer}", answer=codes.MISSING[stored])
    if how == "flag":
        return words("Yes") if stored == "1" else words("No")
    if stored == "" or (how == "moment" and stored == "0"):
        return words("blank")
    if how == "date":
        day = iso_date(stored)
        return words("{date}", date=show_date(day) if day else stored)
    if how == "moment" and stored.isdigit():
        return words("{time}", time=show_datetime(local(int(stored))))
    if how == "minutes":
        return words("{minutes} minutes", minutes=stored)
    if how == "hours":
        return words("{hours}", hours=show_hours(stored))
    if how not in ("text", "note", "number", "person", "none"):
        known = codes.get(how)
        parts = [known.label(part) if part in known else part for part in stored.split(",")]
        return words("{answer}", answer=", ".join(parts))
    return words("{text}", text=stored)
