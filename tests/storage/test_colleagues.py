"""Contact cards in the vault: a mark means that two people compared these very keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caseworker import storage
from caseworker.crypto import cards, sealing, signing
from caseworker.crypto.cards import Card
from caseworker.domain.colleagues import Colleague, known
from caseworker.errors import Problem
from caseworker.storage import colleagues, history
from caseworker.storage.vault import OpenVault
from tests.fixtures_vault import CHEAP, PHRASE


class Elsewhere:
    """Somebody with a vault of her own."""

    def __init__(self, name: str = "Bola Adeyemi", organisation: str = "Harbour House") -> None:
        self.private, public = signing.new_sign_key()
        self.card = Card(name, organisation, public, sealing.new_receive_key()[1])

    def file(self) -> bytes:
        return self.card.file(lambda purpose, data: signing.sign(self.private, purpose, data))


def keep(someone: Elsewhere, **more: bool) -> int:
    return storage.write(colleagues.keep, colleagues.look_at(someone.file()), **more)


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def test_a_card_is_kept_unchecked_and_marked_with_who_and_when(vault: OpenVault) -> None:
    bola = Elsewhere()
    assert colleagues.look_at(bola.file()).kind == "new"
    row_id = keep(bola)
    assert code_of(lambda: colleagues.require_checked(row_id)) == "E-CARD-UNCHECKED"
    storage.write(colleagues.mark_checked, row_id, bola.card)
    found = colleagues.get(row_id)
    assert found.is_checked
    assert found.verified_by == vault.worker.id
    assert colleagues.require_checked(row_id) == bola.card
    assert colleagues.look_at(bola.file()).kind == "same"
    keep(bola)
    assert colleagues.get(row_id).is_checked
    assert [one.name for one in colleagues.everyone()] == ["Bola Adeyemi"]
    assert vault.whole_check() == []


def test_both_sides_get_the_same_number(vault: OpenVault) -> None:
    bola = Elsewhere()
    mine = colleagues.own_card(vault.worker, vault.agency)
    assert cards.read(mine.file(vault.sign)) == mine
    here = cards.safety_number(mine, colleagues.card_of(colleagues.get(keep(bola))))
    there = cards.safety_number(bola.card, cards.read(mine.file(vault.sign)))
    assert here == there


def test_other_keys_take_the_mark_away_and_block_until_compared(vault: OpenVault) -> None:
    bola, other = Elsewhere(), Elsewhere()
    row_id = keep(bola)
    storage.write(colleagues.mark_checked, row_id, bola.card)
    opened = colleagues.look_at(other.file())
    assert (opened.kind, opened.before) == ("changed", colleagues.get(row_id))
    assert storage.write(colleagues.keep, opened) == row_id
    assert not colleagues.get(row_id).is_checked
    assert code_of(lambda: colleagues.require_checked(row_id)) == "E-CARD-CHANGED"
    # the number that was on the screen before is not the number of the new card
    assert code_of(lambda: storage.write(colleagues.mark_checked, row_id, bola.card)) == "E-CARD-CHANGED"
    storage.write(colleagues.mark_checked, row_id, other.card)
    assert colleagues.require_checked(row_id) == other.card
    fields = {entry.field for entry in history.for_row("colleague", row_id, None)}
    assert {"sign_key", "verified", "changed"} <= fields


def test_only_another_receiving_key_is_another_key_too(vault: OpenVault) -> None:
    bola = Elsewhere()
    row_id = keep(bola)
    storage.write(colleagues.mark_checked, row_id, bola.card)
    bola.card = Card(bola.card.name, "Elsewhere", bola.card.sign_key, sealing.new_receive_key()[1])
    assert keep(bola) == row_id
    assert code_of(lambda: colleagues.require_checked(row_id)) == "E-CARD-CHANGED"


def test_a_new_name_with_the_same_keys_keeps_the_mark(vault: OpenVault) -> None:
    bola = Elsewhere()
    row_id = keep(bola)
    storage.write(colleagues.mark_checked, row_id, bola.card)
    bola.card = Card("Bola Hughes", "Harbour House", bola.card.sign_key, bola.card.receive_key)
    assert keep(bola) == row_id
    assert colleagues.get(row_id).name == "Bola Hughes"
    assert colleagues.get(row_id).is_checked


def test_somebody_else_of_the_same_name_has_an_entry_of_her_own(vault: OpenVault) -> None:
    bola, namesake = Elsewhere(), Elsewhere()
    first = keep(bola)
    storage.write(colleagues.mark_checked, first, bola.card)
    second = keep(namesake, somebody_else=True)
    assert first != second
    assert colleagues.get(first).is_checked
    assert not colleagues.get(second).is_checked


def test_a_card_taken_off_the_list_comes_back_unchecked(vault: OpenVault) -> None:
    bola = Elsewhere()
    row_id = keep(bola)
    storage.write(colleagues.mark_checked, row_id, bola.card)
    storage.write(colleagues.withdraw, row_id)
    assert colleagues.everyone() == []
    assert code_of(lambda: colleagues.require_checked(row_id)) == "E-CARD-UNCHECKED"
    assert keep(bola) == row_id
    assert not colleagues.get(row_id).is_checked
    storage.write(colleagues.mark_checked, row_id, bola.card)
    storage.write(colleagues.unmark, row_id)
    assert not colleagues.get(row_id).is_checked


def test_the_card_of_somebody_in_this_vault_is_not_kept(vault: OpenVault) -> None:
    vault.add_person(PHRASE, "Chen", "advocate", "seven otters under a copper bridge", CHEAP)
    mine = colleagues.own_card(vault.worker, vault.agency)
    assert code_of(lambda: colleagues.look_at(mine.file(vault.sign))) == "E-CARD-INSIDE"
    assert colleagues.everyone(withdrawn=True) == []


@pytest.mark.parametrize(
    ("name", "place", "key", "found"),
    [("A", "X", "1", 1), ("a", "x", "9", 1), ("A", "Y", "9", None), ("B", "X", "2", 2), ("Z", "Z", "1", 1)],
)
def test_a_card_is_known_by_its_key_or_else_by_name_and_place(
    name: str, place: str, key: str, found: int | None
) -> None:
    kept = [Colleague(1, "", "A", "X", "1", ""), Colleague(2, "", "B", "Y", "2", "", withdrawn=5)]
    one = known(name, place, key, kept)
    assert (one.id if one else None) == found
