"""Putting made-up people into a vault: fast, in few large transactions, each with its entry in the audit chain.

The vault is marked SYNTHETIC for good; only such vaults may ever write exact counts to a file.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from caseworker import storage
from caseworker.crypto import sealing, signing
from caseworker.crypto.keys import KdfCost
from caseworker.demo import mixes, planning
from caseworker.demo.assessing import Filled
from caseworker.demo.people import Person, Report, World
from caseworker.domain import services
from caseworker.domain.actions import Action
from caseworker.domain.chases import Chase
from caseworker.domain.children import Child
from caseworker.domain.clients import Client
from caseworker.domain.code_rights import CodeRight
from caseworker.domain.colleagues import Colleague
from caseworker.domain.compensation import Claim
from caseworker.domain.consents import Consent
from caseworker.domain.contacts import LOCKED_AFTER, Contact
from caseworker.domain.documents import Document
from caseworker.domain.episodes import Episode
from caseworker.domain.exits import Exit
from caseworker.domain.feedback import FeedbackOffer
from caseworker.domain.goals import Goal
from caseworker.domain.holds import Hold
from caseworker.domain.incidents import Incident
from caseworker.domain.instruments import AnswerSet
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.marac import MaracReferral
from caseworker.domain.marac_actions import MaracAction
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.orders import Order
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.professionals import Professional
from caseworker.domain.referrals import Referral
from caseworker.domain.safe_claims import SafeClaim
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.safeguarding import Check, Safeguarding
from caseworker.domain.safety_plan import SafetyItem
from caseworker.domain.silence import Aside
from caseworker.domain.special_measures import SpecialMeasure
from caseworker.domain.when import local, show_datetime
from caseworker.errors import Problem
from caseworker.storage import audit, instruments, signatures, vault
from caseworker.storage.engine import CACHE_KIB, database

WORKER_NAME = "Amina Made-up"
AGENCY = "A07"
A_BATCH = 100_000  # contacts in one transaction
FILLING_CACHE_KIB = 256 * 1024
# Indexes in random order are cheaper to build at the end than to keep up while a million rows go in.
LARGE = 100_000
_INDEXES = ("contact_period", "contact_client", "contact_episode")

Progress = Callable[[int, int], None]


def make(
    profile: str,
    out: Path,
    passphrase: str,
    *,
    seed: int = 1,
    contacts: int | None = None,
    today: dt.date | None = None,
    cost: KdfCost | None = None,
    progress: Progress | None = None,
) -> Path:
    """Make a vault of made-up people under ``out`` and return its folder. It is closed again.

    Args:
        profile: one of ``PROFILES``.
        contacts: how many contacts exactly; the profile's own number when left out. People grow with it.
        today: the day it is in the made-up world; nothing happened later. The real day when left out.
        progress: called with contacts written so far and in all.

    Raises:
        Problem: E-PROFILE; E-CONTACTS; E-VAULT-THERE; whatever making a vault raises (folder in use, weak
            passphrase, disk full).
    """
    if profile not in mixes.PROFILES:
        raise Problem(
            "E-PROFILE", "There is no profile {name}. Choose {names}.", name=profile, names=_one_of()
        )
    if contacts is not None and not 1 <= contacts <= 10_000_000:
        raise Problem("E-CONTACTS", "Choose between 1 and 10,000,000 contacts.")
    made = vault.create(
        out, passphrase=passphrase, worker_name=WORKER_NAME, role="advocate", agency=AGENCY, synthetic=True, cost=cost
    )  # fmt: skip
    opened = vault.open_vault(vault.unlock(made.path, passphrase))
    try:
        fill(profile, seed=seed, contacts=contacts, today=today, progress=progress)
    finally:
        opened.close()
    return made.path


def _one_of() -> str:
    return ", ".join(mixes.PROFILES)


def fill(
    profile: str,
    *,
    seed: int = 1,
    contacts: int | None = None,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> None:
    """Fill the open, empty, synthetic vault.

    Raises:
        Problem: E-NOT-SYNTHETIC, the vault is not marked or already holds clients: made-up people never go
            in among
            real ones.
    """
    if not _is_empty_and_synthetic():
        raise Problem("E-NOT-SYNTHETIC", "Made-up people can only be put into a new vault made for them.")
    size = mixes.profile(profile)
    wanted = size.contacts if contacts is None else contacts
    world = World(size.with_contacts(wanted), today or dt.date.today(), seed)
    filling = _Filling(world, wanted)
    database.execute_sql(f"PRAGMA cache_size=-{FILLING_CACHE_KIB}")
    indexes = _drop_indexes() if wanted >= LARGE else []
    # Answers stand before their set for a moment, and while any row waits for another SQLite looks through whole tables
    # at each row it adds. What refers to what is checked once, at the end.
    database.execute_sql("PRAGMA foreign_keys=0")
    try:
        people = world.people()
        while filling.contacts < wanted:
            storage.write(filling.batch, people)
            if progress is not None:
                progress(filling.contacts, wanted)
        for statement in indexes:
            database.execute_sql(statement)
    finally:
        database.execute_sql("PRAGMA foreign_keys=1")
    astray = database.execute_sql("PRAGMA foreign_key_check").fetchall()
    if astray:
        raise RuntimeError(f"{len(astray)} made-up rows refer to none, the first in {astray[0][0]}")
    storage.write(_finish)
    storage.checkpoint()
    database.execute_sql(f"PRAGMA cache_size=-{CACHE_KIB}")


def _is_empty_and_synthetic() -> bool:
    marked = database.execute_sql("SELECT value FROM meta WHERE key = 'synthetic'").fetchone()
    return marked == ("1",) and database.execute_sql("SELECT count(*) FROM client").fetchone()[0] == 0


def _drop_indexes() -> list[str]:
    statements = []
    for name in _INDEXES:
        row = database.execute_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", (name,)
        ).fetchone()
        statements.append(row[0])
        database.execute_sql(f"DROP INDEX {name}")
    return statements


def _finish() -> None:
    database.execute_sql("INSERT INTO client_search (client_search) VALUES ('optimize')")
    database.execute_sql("ANALYZE")


def _columns(kind: type) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def _insert(table: str, kind: type) -> str:
    names = _columns(kind)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


_TABLES: tuple[tuple[str, type], ...] = (
    ("client", Client),
    ("safe_contact", SafeContact),
    ("referral", Referral),
    ("episode", Episode),
    ("contact", Contact),
    ("action", Action),
)
# What else a record holds.
_RECORDS: dict[type, str] = {
    Incident: "incident",
    AnswerSet: "answer_set",
    MaracReferral: "marac_referral",
    MaracAction: "marac_action",
    Goal: "goal",
    Action: "action",
    OnwardReferral: "onward_referral",
    FeedbackOffer: "feedback_offer",
    Aside: "silence",
    JusticeEvent: "justice_event",
    Chase: "chase",
    SpecialMeasure: "special_measure",
    Order: "court_order",
    CodeRight: "code_right",
    Claim: "claim",
    Consent: "consent",
    Exit: "exit_facts",
    Document: "document",
    Hold: "hold",
    SafeClaim: "safe_claim",
    Child: "child",
    Perpetrator: "perpetrator",
    Professional: "professional",
    Safeguarding: "safeguarding",
    Check: "safeguarding_check",
    SafetyItem: "safety_item",
}
# Fields that name another row of the same client, and its table.
_POINTS = {
    "episode_id": "episode",
    "contact_id": "contact",
    "answer_set_id": "answer_set",
    "goal_id": "goal",
    "ends_id": "consent",
    "marac_referral_id": "marac_referral",
    "child_id": "child",
    "safeguarding_id": "safeguarding",
}
_SPEAKS_OF = {
    kind: [(name, _POINTS[name]) for name in _columns(kind) if name in _POINTS] for kind in _RECORDS
}
STATEMENTS = {
    **{table: _insert(table, kind) for table, kind in _TABLES},
    # Answers go in before their set: those of a signed set can never be added to.
    "answer": "INSERT INTO answer (id, answer_set_id, item, value, source, note) VALUES (?, ?, ?, ?, ?, ?)",
    **{table: _insert(table, kind) for kind, table in _RECORDS.items()},
    "contact_signature": (
        "INSERT INTO contact_signature (contact_id, version, digest, worker_id, at, signature, audit_seq)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
    ),
    "draft": "INSERT INTO draft (key, fields, kept) VALUES (?, ?, ?)",
    "service": _insert("service", services.Service),
    "colleague": _insert("colleague", Colleague),
}
Revision = tuple[str, int, int | None, str, str, str, str]
_ELSEWHERE = (("Lantern Trust", True), ("New Steps", True), ("Willow Rooms", False))  # compared or not
_WHY = ("Minutes put right", "Typed the wrong length", "Minutes put right after checking")


@dataclass(frozen=True, slots=True)
class _Hand:
    """A worker whose name stands beside what was written and under what was signed."""

    id: int
    uid: str
    sign: Callable[[str, bytes], bytes]


class _Filling:
    """Numbers the rows and writes them, batch by batch."""

    def __init__(self, world: World, wanted: int) -> None:
        self.world = world
        self.wanted = wanted
        self.contacts = 0
        self.last = dict.fromkeys(STATEMENTS, 0)
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in STATEMENTS}
        self.revisions: list[Revision] = []
        self.amendments: list[Revision] = []
        if database.sign is None:
            raise RuntimeError("nobody has the vault open who could sign")
        self.workers = [_Hand(database.worker.id or 0, database.worker.uid, database.sign)]
        self.kept: set[str] = set()  # definitions of forms that are in the vault

    def batch(self, people: Iterator[Person | Report]) -> None:
        """Write the next people, in order of arrival, with one audit entry. Inside ``storage.write``."""
        if not self.last["client"]:
            self._hire()
            self._know_services()
            self._know_colleagues()
        some: list[Person | Report] = []
        contacts = 0
        for one in people:
            some.append(one)
            contacts += 1 if isinstance(one, Report) else sum(len(case.contacts) for case in one.cases)
            if contacts >= min(A_BATCH, self.wanted - self.contacts):
                break
        some.sort(key=lambda one: one.referral.received if isinstance(one, Report) else one.first)
        for one in some:
            if isinstance(one, Report):
                self._add_report(one)
            else:
                self._add_person(one)
            if len(self.rows["contact"]) >= 20_000:
                self._write_rows()
        self._write_rows()
        detail = {"clients": self.last["client"], "contacts": self.contacts}
        digest = audit.digest_revisions(self.revisions) if self.revisions else b""
        seq = audit.append("demo", "vault", 0, detail=detail, revisions_digest=digest)
        self._write_revisions(seq, self.revisions)
        # Each amendment has an entry of its own, as it would have had: that is where a history looks for it.
        for change in self.amendments:
            digest = audit.digest_revisions([change])
            seq = audit.append("amend", "contact", change[1], change[2], revisions_digest=digest)
            self._write_revisions(seq, [change])
        self.revisions.clear()
        self.amendments.clear()

    def _hire(self) -> None:
        draw = self.world.draw
        for number in range(len(self.workers), self.world.profile.workers):
            name, _ = self.world.name(draw.choice("FFFM"), "W1")
            # Made up like everything here: whoever has the source can sign in the name of these people.
            private = hashlib.sha256(f"made-up worker {number}".encode()).digest()
            uid = self.world.uid()
            cursor = database.execute_sql(
                "INSERT INTO worker (uid, name, role, sign_key, receive_key, active)"
                " VALUES (?, ?, 'advocate', ?, ?, 1)",
                (uid, name, signing.public_of(private), sealing.public_of(private)),
            )
            self.workers.append(_Hand(int(cursor.lastrowid), uid, partial(signing.sign, private)))

    def _know_services(self) -> None:
        """The service map. Made up as it is, it is the agency's own: known since before anybody was referred."""
        for one in planning.service_map(self.world.today):
            self._next("service")
            known = dataclasses.replace(one, recorded=self.world.midnights[0], worker_id=self.workers[0].id)
            self._add("service", _values(known))

    def _know_colleagues(self) -> None:
        """Contact cards of people elsewhere, some of them compared."""
        for number, (organisation, compared) in enumerate(_ELSEWHERE):
            private = hashlib.sha256(f"made-up colleague {number}".encode()).digest()
            name, _ = self.world.name("F", "W1")
            kept = self.world.midnights[len(self.world.midnights) // 2 + number] + 10 * 3600
            mine = self.workers[0].id
            card = Colleague(
                self._next("colleague"), self.world.uid(), name, organisation, signing.public_of(private).hex(),
                sealing.public_of(private).hex(), kept, mine, kept + 900 if compared else 0, mine if compared else None,
            )  # fmt: skip
            self._add("colleague", _values(card))

    def _next(self, table: str) -> int:
        self.last[table] += 1
        return self.last[table]

    def _add(self, table: str, row: tuple[Any, ...]) -> None:
        self.rows[table].append(row)

    def _add_report(self, report: Report) -> None:
        if self.contacts >= self.wanted:
            return
        worker = self.world.draw.choice(self.workers)
        referral = dataclasses.replace(report.referral, id=self._next("referral"))
        self._add("referral", _values(referral))
        contact = dataclasses.replace(
            report.contact, id=self._next("contact"), worker_id=worker.id, sealed=self._sealed(report.contact)
        )
        self._add("contact", _values(contact))
        self._sign_notes([contact], None, worker)
        self.contacts += 1

    def _add_person(self, person: Person) -> None:
        worker = self.world.draw.choice(self.workers)
        worker_id = worker.id
        client_id = self._next("client")
        client = dataclasses.replace(person.client, id=client_id, reference=f"CR-{client_id:04d}")
        self._add("client", _values(client))
        if person.was:
            self.revisions.append(
                ("client", client_id, client_id, "name", person.was, client.name, "Gave their name")
            )
        for safe in person.safe:
            row = dataclasses.replace(safe, id=self._next("safe_contact"), client_id=client_id)
            self._add("safe_contact", _values(row))
        for referral in person.referrals:
            row_id = self._next("referral")
            self._add("referral", _values(dataclasses.replace(referral, id=row_id, client_id=client_id)))
        numbers: dict[str, list[int]] = defaultdict(list)
        notes: list[Contact] = []
        for case in person.cases:
            referral_id, episode_id = self._next("referral"), self._next("episode")
            referral = dataclasses.replace(case.referral, id=referral_id, client_id=client_id)
            self._add("referral", _values(referral))
            episode = dataclasses.replace(
                case.episode, id=episode_id, client_id=client_id, referral_id=referral_id, worker_id=worker_id
            )
            self._add("episode", _values(episode))
            for contact in case.contacts:
                wanted = self.contacts < self.wanted
                if wanted:
                    notes.append(self._add_contact(contact, client_id, episode_id, worker))
                numbers["contact"].append(self.last["contact"] if wanted else 0)
            for action in case.actions:
                row = dataclasses.replace(
                    action,
                    id=self._next("action"),
                    client_id=client_id,
                    episode_id=episode_id,
                    worker_id=worker_id,
                )
                self._add("action", _values(row))
            numbers["episode"].append(episode_id)
        self._sign_notes(notes, client_id, worker)
        if person.unfinished:
            kept = self.world.now - 7 * 3600
            half = {"note": person.unfinished, "at": show_datetime(local(kept))}
            self._add("draft", (f"contact:{client_id}", json.dumps(half), kept))
        self._add_records(person, client_id, worker, numbers)

    def _add_records(
        self, person: Person, client_id: int, worker: _Hand, numbers: dict[str, list[int]]
    ) -> None:
        """The rest of the record. ``numbers``: table -> the ids its rows of this client were given so far."""
        for record in person.book.rows if person.book else ():
            filled = record if isinstance(record, Filled) else None
            made = filled.held if filled else record
            table = _RECORDS[type(made)]
            changes: dict[str, Any] = {"client_id": client_id, "worker_id": worker.id}
            for field, of in _SPEAKS_OF[type(made)]:
                number = getattr(made, field)
                if number is not None:
                    changes[field] = numbers[of][number - 1]
            if 0 in changes.values():  # it speaks of a contact too many, which was left out
                numbers[table].append(0)
                continue
            changes["id"] = self._next(table)
            numbers[table].append(changes["id"])
            row = dataclasses.replace(made, **changes)
            if filled:
                row = self._signed(filled, row, person, worker)
            self._add(table, _values(row))

    def _signed(self, filled: Filled, held: AnswerSet, person: Person, worker: _Hand) -> AnswerSet:
        """Write the answers down, and sign them in the worker's name where they were signed."""
        if filled.form.digest not in self.kept:
            self.kept.add(filled.form.digest)
            instruments.keep(filled.form, int(time.time()))
        for given in filled.answers.values():
            self._add(
                "answer", (self._next("answer"), held.id, given.item, given.value, given.source, given.note)
            )
        if held.withdrawn:
            self.revisions.append(
                (
                    "answer_set",
                    held.id or 0,
                    held.client_id,
                    "withdrawn",
                    "0",
                    str(held.withdrawn),
                    "Asked of somebody else",
                )
            )
        if not held.signed:
            return held
        episode = person.cases[(filled.held.episode_id or 0) - 1].episode.uid
        data = instruments.spelled(held, filled.answers, person.client.uid, episode, worker.uid)
        return dataclasses.replace(held, signature=worker.sign(instruments.PURPOSE, data))

    def _add_contact(self, contact: Contact, client_id: int, episode_id: int, worker: _Hand) -> Contact:
        row_id = self._next("contact")
        made = dataclasses.replace(
            contact, id=row_id, client_id=client_id, episode_id=episode_id, worker_id=worker.id,
            sealed=self._sealed(contact),
        )  # fmt: skip
        self._add("contact", _values(made))
        self.contacts += 1
        for left in range(contact.amended, 0, -1):
            why = _WHY[(row_id + left) % len(_WHY)]
            old, new = (str(contact.minutes + 5 * over) for over in (left, left - 1))
            self.amendments.append(("contact", row_id, client_id, "minutes", old, new, why))
        return made

    def _sealed(self, contact: Contact) -> int:
        """When its author signed it: a day after it was typed, or not yet."""
        at = contact.recorded + LOCKED_AFTER
        return at if at < self.world.now else 0

    def _sign_notes(self, notes: list[Contact], client_id: int | None, worker: _Hand) -> None:
        due = [note for note in notes if note.sealed]
        if not due:
            return
        made, detail = signatures.signed(due, worker.sign)
        seq = audit.append("seal", "contact", due[0].id or 0, client_id, detail)
        for note, digest, signature in made:
            self._add(
                "contact_signature",
                (note.id, note.amended, digest, worker.id, note.sealed, signature, seq),
            )

    def _write_rows(self) -> None:
        connection = database.connection()
        for table, statement in STATEMENTS.items():
            if self.rows[table]:
                with database.sentences():
                    connection.executemany(statement, self.rows[table])
                self.rows[table].clear()

    def _write_revisions(self, seq: int, revisions: list[Revision]) -> None:
        with database.sentences():
            database.connection().executemany(
                "INSERT INTO revision (noun, row_id, client_id, field, old, new, why, audit_seq)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(*revision, seq) for revision in revisions],
            )


def _values(row: Any) -> tuple[Any, ...]:
    """The fields of a dataclass in their order, not copied any deeper."""
    return tuple(getattr(row, name) for name in row.__dataclass_fields__)
