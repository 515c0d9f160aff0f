"""What a spelling looks like to somebody who reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain.lookalikes import (
    is_spelled_with_figures,
    mixed,
    outline,
    pictured,
    run_together,
    seen,
    with_figures,
)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_what_is_typed_on_our_keyboards_is_seen_as_it_is(text: str) -> None:
    assert seen(text) == text


@given(st.text() | st.text(alphabet="аеі\u0301\u0308\u200b\u3164é"))
def test_what_is_seen_is_seen_the_same_again(text: str) -> None:
    assert seen(seen(text)) == seen(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Ме\u200bѕs", "Mess"), ("ＡＣ", "AC"), ("٩٩٩", "999"), ("🅷🅸", "HI"), ("Søren Łuk", "Soren Luk")],
)
def test_other_letters_are_seen_as_ours(text: str, shown: str) -> None:
    assert seen(text) == shown


def test_only_a_word_of_two_alphabets_is_mixed() -> None:
    assert mixed("молоко та milk, 10µg, pоlice") == ["pоlice"]


@pytest.mark.parametrize("word", ["p0lice", "b4", "4lice", "sh3d"])
def test_figures_among_letters_are_noticed(word: str) -> None:
    assert is_spelled_with_figures(word)


@pytest.mark.parametrize("word", ["police", "999", "5am", "2l", "500g", "1st", "60w"])
def test_times_places_and_measures_are_no_spelling(word: str) -> None:
    assert not is_spelled_with_figures(word)


def test_signs_and_figures_have_the_outline_of_their_letters() -> None:
    assert outline(with_figures("v!ct|m$")) == outline("victims")
    assert with_figures("Hi! 5€ + 2") == "Hi! 53 + 2"


def test_a_word_upside_down_is_as_hidden_as_one_of_two_alphabets() -> None:
    assert mixed("milk ǝɔᴉlod ʇɹnoɔ ə") == ["ǝɔᴉlod", "ʇɹnoɔ"]


def test_pictures_are_read_as_what_they_show() -> None:
    assert pictured("milk 🚓") == "police car"


def test_two_letters_side_by_side_are_read_as_the_one_they_look_like() -> None:
    assert run_together("vvorn clawn") == run_together("wom dawn")
