"""Reports from what is in the vault, and the line each leaves in the record before it is printed or saved."""

from __future__ import annotations

import datetime as dt
import json
import time

from caseworker.domain import interlock
from caseworker.domain import reports as domain
from caseworker.domain.documents import Document
from caseworker.domain.reports import Report
from caseworker.domain.reports.chronology import chronology as _chronology
from caseworker.domain.reports.marac_paper import marac_paper as _marac_paper
from caseworker.domain.reports.safety_plan import safety_plan as _safety_plan
from caseworker.domain.when import local
from caseworker.storage import (
    audit,
    children,
    clients,
    documents,
    instruments,
    marac,
    perpetrators,
    safe_contacts,
)
from caseworker.storage import chronology as stored_chronology
from caseworker.storage import safety_plan as stored_plan
from caseworker.storage.records import fetch, refuse


def marac_paper(referral_id: int) -> Report:
    """The paper of one MARAC referral.

    Raises:
        Problem: E-GONE.
    """
    referral = marac.get(referral_id)
    assessment = None
    if referral.answer_set_id is not None:
        held = instruments.get(referral.answer_set_id)
        total = json.loads(held.totals).get("total") if held.totals else None
        form, answers = instruments.definition(held), instruments.answers(referral.answer_set_id)
        assessment = (form, held, answers, total)
    author = fetch("SELECT name FROM worker WHERE id = ?", (referral.worker_id,))
    return _marac_paper(
        referral,
        clients.get(referral.client_id),
        worker=author[0][0] if author else "",
        today=_today(),
        assessment=assessment,
        children=children.for_client(referral.client_id),
        perpetrators=perpetrators.for_client(referral.client_id),
    )


def chronology(
    client_id: int, first: dt.date | None = None, last: dt.date | None = None, *, notes: bool = False
) -> Report:
    """The chronology of a client between two days, both included."""
    client = clients.get(client_id)
    entries = stored_chronology.for_client(client_id, first, last)
    return _chronology(client.name, client.reference, entries, notes=notes, today=_today())


def safety_plan(client_id: int, *, disguised: bool) -> tuple[Report, int]:
    """The plan on paper, and how many of its items are left out because they have no wording for a page in disguise."""
    sheet = stored_plan.sheet(client_id, disguised=disguised)
    return _safety_plan(sheet, disguised=disguised), sheet.left_out


def refuse_letter(client_id: int, to: str) -> None:
    """Return quietly when a letter to that address may be made.

    Raises:
        Refused: ``to``, it would come to the client's home where letters are not safe.
    """
    problem = interlock.letter_problem(to, safe_contacts.for_client(client_id))
    if problem is not None:
        refuse({"to": problem})


def leaves(report: Report, client_id: int, recipient: str = "") -> int:
    """Write down that this report is printed or saved now; gives the document's id. Inside ``storage.write``, and
    before anything is printed: nothing leaves that was not written down.
    """
    document_id = documents.save(
        Document(
            None,
            "",
            client_id,
            report.kind,
            str(report.title),
            _today().isoformat(),
            made_here=True,
            recipient=recipient,
            digest=domain.digest(report),
        )
    )
    audit.append("print", "document", document_id, client_id)
    return document_id


def _today() -> dt.date:
    return local(int(time.time())).date()
