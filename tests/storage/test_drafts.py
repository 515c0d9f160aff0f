"""Drafts: each person's own, kept in place of what was kept before, gone for everybody with an erased record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.storage import clients, drafts
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

KEY, OTHER = "contact:1", "contact:2"


@pytest.fixture(autouse=True)
def two_clients(vault: OpenVault) -> None:
    for name in ("Amara Clarke", "Nia Hughes"):
        storage.write(clients.save, Client(None, "", name))


@contextmanager
def a_colleague() -> Iterator[None]:
    """The same vault, opened by somebody else."""
    me = database.worker
    database.worker = replace(me, id=(me.id or 0) + 1, name="Sam Okoro")
    try:
        yield
    finally:
        database.worker = me


def test_a_colleague_is_never_offered_my_half_typed_words_nor_writes_over_them(vault: OpenVault) -> None:
    storage.write(drafts.keep, KEY, {"note": "mine"})
    with a_colleague():
        assert drafts.get(KEY) is None
        assert drafts.all_drafts() == []
        storage.write(drafts.keep, KEY, {"note": "theirs"})
        storage.write(drafts.discard, KEY)
    kept = drafts.get(KEY)
    assert kept is not None
    assert (kept.key, kept.fields) == (KEY, {"note": "mine"})
    assert [one.key for one in drafts.all_drafts()] == [KEY]


def test_an_erased_record_takes_everybody_s_drafts_with_it(vault: OpenVault) -> None:
    storage.write(drafts.keep, KEY, {"note": "mine"})
    storage.write(drafts.keep, OTHER, {"note": "of another client"})
    with a_colleague():
        storage.write(drafts.keep, KEY, {"note": "theirs"})
    assert [one.key for one in drafts.all_drafts(everybody=True)].count(KEY) == 2
    storage.write(drafts.discard, KEY, everybody=True)
    assert [one.key for one in drafts.all_drafts(everybody=True)] == [OTHER]


def test_a_draft_from_before_drafts_had_an_owner_is_still_offered(vault: OpenVault) -> None:
    storage.write(
        database.execute_sql,
        "INSERT INTO draft (key, fields, kept) VALUES (?, ?, 1)",
        (KEY, '{"note": "old"}'),
    )
    kept = drafts.get(KEY)
    assert kept is not None
    assert kept.fields == {"note": "old"}
    storage.write(drafts.discard, KEY)
    assert drafts.get(KEY) is None


def test_a_draft_from_before_drafts_had_an_owner_is_one_draft_when_it_is_carried_on(vault: OpenVault) -> None:
    storage.write(
        database.execute_sql,
        "INSERT INTO draft (key, fields, kept) VALUES (?, ?, 1)",
        (KEY, '{"note": "half"}'),
    )
    storage.write(drafts.keep, KEY, {"note": "half a sentence"})
    assert [one.fields["note"] for one in drafts.all_drafts()] == ["half a sentence"]
