"""Clients in the vault: saved with their history, found by any part of a name at every key, listed fast."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
import unicodedata
from dataclasses import dataclass
from typing import Any

from caseworker.domain import safe_contacts as rules
from caseworker.domain.clients import Client, age_on
from caseworker.domain.referrals import UNDECIDED
from caseworker.domain.safe_contacts import SafeContact, SafeNow
from caseworker.domain.when import iso_date, local
from caseworker.storage import history, records, risk, settings
from caseworker.storage import safe_contacts as stored_safe_contacts
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.words import Words, words

LIMIT = 500
LONGEST_QUERY = 80  # characters looked at
MOST_WORDS = 6
_LAST_NUMBER = "client.last_number"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: ids in the order to show, and whether there were more than fit."""

    ids: list[int]
    more: bool
    count: int  # exact unless ``more``

    @property
    def shown_count(self) -> str:
        """What stands above a list: "38", or "500+"."""
        return f"{self.count}+" if self.more else str(self.count)


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One line of a list of clients."""

    id: int
    reference: str
    name: str
    known_as: str
    is_alias: bool
    safe: tuple[SafeContact, ...]
    last_contact: int  # epoch seconds; 0: none yet
    next_due: str  # ISO date; empty: nothing planned
    next_text: str
    is_open: bool  # support is going on, or may still begin
    grade: str = ""  # list ``risk_grade``; empty while nothing is signed
    review_due: str = ""  # ISO date by which the risk is looked at again

    def found_words(self) -> Words:
        """The line of a search box: two of one name are told apart by whether support has ended."""
        known = f" ({self.known_as})" if self.known_as and self.known_as != self.name else ""
        who = f"{self.name}{known}   {self.reference}"
        return words("{who}", who=who) if self.is_open else words("{who}   Support ended", who=who)

    def chip(self, now: dt.datetime) -> SafeNow:
        return rules.chip(self.safe, now)


def save(client: Client, why: str = "") -> int:
    """Save a new or changed client; gives the id. Inside ``storage.write``.

    A new client gets the next reference (CR-0001 ...). A corrected date of birth corrects the age at the
    start of the client's episodes, with history; nothing else ever changes that age.

    Raises:
        Refused: field -> sentence.
        Problem: E-GONE.
    """
    now = int(time.time())
    client = records.cleaned(client)
    client = dataclasses.replace(client, name=_tidy(client.name), known_as=_tidy(client.known_as))
    records.refuse(client.problems(local(now).date()))
    if client.id is None:
        client = dataclasses.replace(
            client,
            uid=client.uid or records.new_uid(),
            reference=client.reference or _next_reference(),
            made=client.made or now,
        )
        row_id = records.add("client", client)
        history.record("client", row_id, row_id, None, records.values(client), why)
        return row_id
    row_id = client.id
    before = get(row_id)
    client = dataclasses.replace(client, uid=before.uid, reference=before.reference, made=before.made)
    old, new = records.values(before), records.values(client)
    records.change("client", client, [name for name in new if new[name] != old[name]])
    history.record("client", row_id, row_id, old, new, why)
    if (client.born, client.age_estimate) != (before.born, before.age_estimate):
        _correct_ages(client, why)
    return row_id


def get(client_id: int) -> Client:
    """The client.

    Raises:
        Problem: E-GONE.
    """
    return records.one(Client, "client", client_id)


def count() -> int:
    """All clients in this vault."""
    return int(fetch("SELECT count(*) FROM client")[0][0])


def search(
    text: str, *, mine_only: bool = False, open_only: bool = True, high_only: bool = False, limit: int = LIMIT
) -> Found:
    """Clients whose name, known-as or reference has words beginning with those typed; all of them for empty
    text.

    What is typed is only ever looked for: no part of it is search syntax. Accents do not matter, nor do
    apostrophes after O and D ("obrien"), nor leading noughts of a reference. ``open_only`` leaves out clients
    whose support has ended; ``mine_only`` keeps those with an open episode of the worker who has the vault
    open, ``high_only`` those whose latest signed grade is high.

    Up to ``limit`` are given, sorted by name; when there are more, the newest records are the ones given.
    """
    query = fts_query(text)
    if query == "":
        return Found([], False, 0)
    mine = [database.worker.id] if mine_only else []
    if query is None and high_only and not mine_only:
        # Of those ever high the newest first, as the index has them: it stops at the limit however many there are.
        where = f"AND {_open('c.id')}" if open_only else ""
        rows = fetch(
            f"SELECT c.id, c.name FROM (SELECT DISTINCT client_id FROM {_HIGH} ORDER BY client_id DESC) x"
            f" CROSS JOIN client c ON c.id = x.client_id WHERE {risk.latest('grade', 'c.id')} = 'high' {where} LIMIT ?",
            [limit + 1],
        )
    elif query is None:
        tail = "c.name COLLATE NOCASE LIMIT ?"
        if mine_only:
            where = f"WHERE {risk.latest('grade', 'c.id')} = 'high'" if high_only else ""
            sql = f"SELECT c.id, c.name FROM ({_MINE}) m JOIN client c ON c.id = m.client_id {where} ORDER BY {tail}"
        else:
            where = f"WHERE {_open('c.id')}" if open_only else ""
            sql = f"SELECT c.id, c.name FROM client c {where} ORDER BY {tail}"
        rows = fetch(sql, [*mine, limit + 1])
    else:
        # The index gives the newest first by itself, so a first letter that thousands share stops at the limit.
        where = f"AND {_high('s.rowid')}" if high_only else ""
        where += f" AND {_mine('s.rowid')}" if mine_only else f" AND {_open('s.rowid')}" if open_only else ""
        rows = fetch(
            "SELECT c.id, c.name FROM client_search s CROSS JOIN client c ON c.id = s.rowid"
            f" WHERE client_search MATCH ? {where} ORDER BY s.rowid DESC LIMIT ?",
            [query, *mine, limit + 1],
        )
    more = len(rows) > limit
    rows = sorted(rows[:limit], key=lambda row: (_alphabetical(row[1]), row[0]))
    return Found([row[0] for row in rows], more, len(rows))


def fts_query(text: str) -> str | None:
    """The search expression for what was typed: None for nothing, "" when nothing in it can be looked for.

    Every word stands in quotation marks and ends in the prefix star, so it can never be syntax. References are
    looked at only when a digit is there or it begins like one ("cr-"): every reference begins with a C, and
    somebody who types "c" means a name.
    """
    plain = unicodedata.normalize("NFC", records.storable(text[:LONGEST_QUERY].replace("\0", " ")))
    if not plain.strip():
        return None
    found = []
    for word in plain.split()[:MOST_WORDS]:
        if not any(_is_token(char) for char in word):
            continue
        ways = [_prefix(word)]
        low = word.casefold()
        if low.isdigit() and low.isascii() and len(low) < 4:
            ways.append(f"reference : {_prefix(low.zfill(4))}")
        if len(low) > 2 and low[0] in "od" and low.isalpha():
            ways.append(_prefix(f"{low[0]} {low[1:]}"))
        found.append(ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})")
    query = " AND ".join(found)
    return query if not query or _means_reference(plain) else f"{{name known_as}} : ({query})"


def rows(ids: list[int]) -> list[ClientRow]:
    """The lines for those ids, in that order, with two queries a block however many there are.

    Ids that are not in the vault are left out.
    """
    found: dict[int, ClientRow] = {}
    for block in records.blocks(ids):
        marks = ", ".join("?" * len(block))
        safe = stored_safe_contacts.for_clients(block)
        standings = risk.standings(block)
        for row in fetch(f"{_LINE.format(is_open=_open('c.id'))} WHERE c.id IN ({marks})", block):
            found[row[0]] = _row(row, safe, standings.get(row[0]))
        _fill_next(found, block)
    return [found[client_id] for client_id in ids if client_id in found]


def found(text: str, limit: int) -> list[ClientRow]:
    """What a search box offers: those with support first; with nothing typed the last ones looked at."""
    if not text.strip():
        return recent(limit)
    return sorted(rows(search(text, open_only=False, limit=limit).ids), key=lambda one: not one.is_open)


def recent(limit: int = 8) -> list[ClientRow]:
    """The clients last worked with in this vault, newest first."""
    seen: dict[int, None] = {}
    for (client_id,) in fetch(
        # Notes are signed by themselves a day later: that is nobody's work with them.
        "SELECT client_id FROM audit WHERE client_id IS NOT NULL AND action <> 'seal' ORDER BY seq DESC LIMIT 300"
    ):
        seen.setdefault(client_id)
    if len(seen) < limit:
        for (client_id,) in fetch(
            "SELECT client_id FROM contact INDEXED BY contact_period WHERE client_id IS NOT NULL"
            " ORDER BY at DESC LIMIT 100"
        ):
            seen.setdefault(client_id)
    return rows(list(seen)[: limit + 20])[:limit]


_LINE = """
SELECT c.id, c.reference, c.name, c.known_as, c.is_alias,
    (SELECT k.at FROM contact k INDEXED BY contact_client WHERE k.client_id = c.id AND k.withdrawn = 0
        ORDER BY k.at DESC LIMIT 1),
    (SELECT a.id FROM action a WHERE a.client_id = c.id AND a.done = 0 ORDER BY a.due, a.id LIMIT 1),
    {is_open}
FROM client c
"""


def _row(
    row: tuple[Any, ...], safe: dict[int, list[SafeContact]], standing: risk.Standing | None
) -> ClientRow:
    client_id, reference, name, known_as, is_alias, last, action_id, is_open = row
    return ClientRow(
        client_id,
        reference,
        name,
        known_as,
        bool(is_alias),
        tuple(safe.get(client_id, ())),
        last or 0,
        str(action_id or ""),  # filled in by _fill_next
        "",
        bool(is_open),
        standing.grade if standing else "",
        standing.review_due.isoformat() if standing else "",
    )


def _fill_next(found: dict[int, ClientRow], block: Any) -> None:
    actions = {int(found[i].next_due): i for i in block if i in found and found[i].next_due}
    if not actions:
        return
    marks = ", ".join("?" * len(actions))
    for action_id, due, text in fetch(
        f"SELECT id, due, text FROM action WHERE id IN ({marks})", list(actions)
    ):
        client_id = actions[action_id]
        found[client_id] = dataclasses.replace(found[client_id], next_due=due, next_text=text)


def _next_reference() -> str:
    newest = fetch("SELECT reference FROM client ORDER BY id DESC LIMIT 1")
    number = settings.get(_LAST_NUMBER, 0)
    if newest and newest[0][0][3:].isdigit():
        number = max(number, int(newest[0][0][3:]))
    number += 1
    while fetch("SELECT 1 FROM client WHERE reference = ?", (f"CR-{number:04d}",)):
        number += 1
    # Kept apart from the rows: an erased client's reference is never given to somebody else.
    settings.keep(_LAST_NUMBER, number)
    return f"CR-{number:04d}"


def _correct_ages(client: Client, why: str) -> None:
    for episode_id, started, age in fetch(
        "SELECT id, started, age_at_start FROM episode WHERE client_id = ?", (client.id,)
    ):
        day = iso_date(started)
        right = age_on(client, day) if day else None
        if right != age:
            database.execute_sql("UPDATE episode SET age_at_start = ? WHERE id = ?", (right, episode_id))
            history.record(
                "episode", episode_id, client.id, {"age_at_start": age}, {"age_at_start": right}, why
            )


_MINE = "SELECT DISTINCT client_id FROM episode INDEXED BY episode_open WHERE closed = '' AND worker_id = ?"


def _mine(row: str) -> str:
    """SQL: whether the client whose id is ``row`` has an open episode of the worker given next."""
    return (
        "EXISTS (SELECT 1 FROM episode e INDEXED BY episode_open"
        f" WHERE e.client_id = {row} AND e.closed = '' AND e.worker_id = ?)"
    )


# Ever graded high: a small index, however many clients there are.
_HIGH = "answer_set h INDEXED BY answer_set_high WHERE h.grade = 'high' AND h.signed <> 0 AND h.withdrawn = 0"


def _high(row: str) -> str:
    """SQL: whether the latest signed grade of the client whose id is ``row`` is high."""
    return f"EXISTS (SELECT 1 FROM {_HIGH} AND h.client_id = {row}) AND {risk.latest('grade', row)} = 'high'"


def _open(row: str) -> str:
    """SQL: whether support of the client whose id is ``row`` is going on, or may still begin."""
    undecided = ", ".join(f"'{code}'" for code in sorted(UNDECIDED))
    return (
        f"(EXISTS (SELECT 1 FROM episode e INDEXED BY episode_open WHERE e.client_id = {row} AND e.closed = '')"
        f" OR (NOT EXISTS (SELECT 1 FROM episode e WHERE e.client_id = {row}) AND coalesce((SELECT r.outcome"
        f" FROM referral r WHERE r.client_id = {row} ORDER BY r.received DESC, r.id DESC LIMIT 1), 'NA-ASK')"
        f" IN ({undecided})))"
    )


def _alphabetical(name: str) -> str:
    """Where a name stands in a list: Élodie among the Es."""
    if name.isascii():
        return name.casefold()
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(char for char in letters if not unicodedata.combining(char))


def _tidy(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _is_token(char: str) -> bool:
    """Whether the index keeps that character as part of a word."""
    return unicodedata.category(char)[0] in "LN" or unicodedata.category(char) == "Co"


def _means_reference(typed: str) -> bool:
    return any(char.isdigit() for char in typed) or typed.lstrip().casefold().startswith("cr-")


def _prefix(word: str) -> str:
    return '"' + word.replace('"', '""') + '" *'
