"""The steps of a complete check: every page, the structure, the signed answers, the headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker.crypto import header as hdr
from caseworker.errors import Problem
from caseworker.storage import engine
from caseworker.storage.engine import database
from caseworker.storage.vault.finding import HEADER, SPARE
from caseworker.storage.vault.unlocking import Unlocked
from caseworker.words import Words, words

_Step = Callable[[], list[Words]]


def run_checks(
    steps: list[_Step], progress: Callable[[int, int], None] | None, cancelled: Callable[[], bool] | None
) -> list[Words]:
    found: list[Words] = []
    for number, step in enumerate(steps):
        if cancelled is not None and cancelled():
            break
        if progress is not None:
            progress(number, len(steps))
        try:
            with database.sentences():
                found += step()
        except Problem as problem:
            if cancelled is not None and cancelled():
                break
            found.append(problem.words)
        except (peewee.DatabaseError, sqlcipher.DatabaseError):
            # "interrupted" when cancelled; otherwise a part that no longer fits together, such as the search
            # list
            if cancelled is not None and cancelled():
                break
            found.append(_damaged_structure(None))
    return found


def page_checks(file: Path, key: bytearray, mode: str, cancelled: Callable[[], bool] | None) -> list[_Step]:
    """The page checks, each on a connection of its own: one bad page makes a connection's later answers
    worthless.
    """
    copy = bytes(key)

    def on_fresh(statement: str, whole: set[Any], sentence: Callable[[Any], Words]) -> list[Words]:
        conn = engine.open_file(file, copy, mode=mode)
        try:
            if cancelled is not None:
                conn.set_progress_handler(lambda: int(cancelled()), 100_000)
            rows = [row[0] for row in conn.execute(statement)]
        finally:
            conn.close()
        return [sentence(row) for row in rows if row not in whole][:5]

    return [
        lambda: on_fresh("PRAGMA cipher_integrity_check", set(), _damaged_page),
        lambda: on_fresh("PRAGMA integrity_check(5)", {"ok"}, _damaged_structure),
        lambda: on_fresh("PRAGMA foreign_key_check", set(), _damaged_link),
    ]


def _damaged_page(row: Any) -> Words:
    page = re.search(r"page (\d+)", str(row))
    return words("The case file is damaged or changed on page {page}", page=page.group(1) if page else "?")


def _damaged_structure(_: Any) -> Words:
    return words("The case file's structure is damaged")


def _damaged_link(table: Any) -> Words:
    return words("The case file has lost records that others refer to (table {table})", table=table)


def check_signed_answers(cancelled: Callable[[], bool] | None = None) -> list[Words]:
    from caseworker.storage import instruments  # the rooms of casework: not before the first paint

    return instruments.check_signatures(cancelled)


def check_signed_notes(cancelled: Callable[[], bool] | None = None, newest: int | None = None) -> list[Words]:
    from caseworker.storage import signatures  # as above

    return signatures.check(cancelled, newest)


def check_headers(folder: Path, unlocked: Unlocked) -> list[Words]:
    found: list[Words] = []
    for name, required in ((HEADER, True), (SPARE, False)):
        try:
            data = (folder / name).read_bytes()
        except OSError:
            if required:
                found.append(words("The file {file} is missing", file=name))
            continue
        try:
            read = hdr.read(data)
            hdr.check_mac(data, read, unlocked.vmk)
            if read.vault != unlocked.header.vault or (required and data != unlocked.header_bytes):
                raise hdr.Tampered("another header")
        except (hdr.Damaged, hdr.Unsupported, hdr.Tampered):
            found.append(words("The file {file} is damaged or changed", file=name))
    return found
