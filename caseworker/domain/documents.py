"""Documents: what paper and files there are about a client, who made them and where they are kept. A list, not a store.

A report that was printed or saved leaves a line here by itself, so that everybody can see what has left the laptop.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import iso_date
from caseworker.words import Words, words

LONGEST_TEXT = 300
#: Kinds that are made here and recorded when they are printed or saved.
MADE_HERE = ("marac-paper", "support-letter", "chronology", "safety-plan")


@dataclass(frozen=True, slots=True)
class Document:
    id: int | None
    uid: str
    client_id: int
    kind: str = "NA-ASK"  # list ``document_kind``
    title: str = ""
    dated: str = ""  # ISO date it bears; empty when it bears none
    made_here: bool = False  # printed or saved from this record
    recipient: str = ""  # for whom it was made
    kept: str = ""  # where the paper or the file is
    digest: str = ""  # SHA-256 of the words that were printed, hexadecimal
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if codes.is_missing(self.kind) or self.kind not in codes.get("document_kind"):
            found["kind"] = words("Choose what kind of document it is")
        if not self.title.strip():
            found["title"] = words("Enter what the document is called")
        for name in ("title", "recipient", "kept"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        if self.dated:
            day = iso_date(self.dated)
            if day is None:
                found["dated"] = words("Date must be a real date")
            elif day > today:
                found["dated"] = words("Date must be today or in the past")
        return found
