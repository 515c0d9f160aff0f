"""Codes copied by hand: read back whatever the handwriting, refused whenever a symbol is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.crypto import keys, pairing
from caseworker.crypto.crockford import SYMBOLS, Misread, read, write
from caseworker.errors import Problem


def value_or_code(text: str) -> bytes | str:
    try:
        return keys.read_recovery_code(text)
    except Problem as problem:
        return problem.code


def test_a_recovery_code_is_eight_groups_of_four() -> None:
    groups = keys.new_recovery_code().split("-")
    assert [len(group) for group in groups] == [4] * 8
    assert set("".join(groups)) <= set(SYMBOLS)


def test_two_recovery_codes_are_never_the_same() -> None:
    assert len({keys.new_recovery_code() for _ in range(200)}) == 200


@given(st.binary(min_size=19, max_size=19).map(lambda value: bytes([value[0] & 0x3F]) + value[1:]))
def test_every_value_comes_back(value: bytes) -> None:
    assert read(write(value, 30, "t"), 30, 19, "t") == value


def test_handwriting_does_not_matter() -> None:
    code = keys.new_recovery_code()
    value = keys.read_recovery_code(code)
    assert keys.read_recovery_code(code.lower().replace("-", " ")) == value
    assert keys.read_recovery_code("  " + code.replace("0", "o").replace("1", "l") + "\n") == value


@given(st.data())
def test_one_wrong_symbol_is_almost_always_noticed_and_never_gives_the_same_key(data: st.DataObject) -> None:
    code = keys.new_recovery_code().replace("-", "")
    value = keys.read_recovery_code(code)
    place = data.draw(st.integers(0, 31))
    other = data.draw(st.sampled_from([symbol for symbol in SYMBOLS if symbol != code[place]]))
    changed = code[:place] + other + code[place + 1 :]
    read = value_or_code(changed)
    assert read == "E-RECOVERY" or (read != value and place < 30)  # a wrong check symbol can never pass


def test_the_check_symbols_catch_all_but_one_mistake_in_a_thousand() -> None:
    passed = 0
    for _ in range(200):
        code = keys.new_recovery_code().replace("-", "")
        for place in range(0, 30, 3):
            other = SYMBOLS[(SYMBOLS.index(code[place]) + 7) % 32]
            try:
                keys.read_recovery_code(code[:place] + other + code[place + 1 :])
                passed += 1
            except Problem:
                continue
    assert passed <= 12  # 2,000 mistakes, 1 in 1,024 expected


@given(st.text(max_size=60))
def test_any_other_text_gets_one_clear_sentence(text: str) -> None:
    assert value_or_code(text) == "E-RECOVERY"
    with pytest.raises(Problem, match="E-PAIRING"):
        pairing.read_pairing_code(text)


def test_a_pairing_code_is_not_a_recovery_code() -> None:
    with pytest.raises(Problem):
        keys.read_recovery_code(pairing.new_pairing_code())


def test_a_value_too_large_for_its_symbols_is_a_bug() -> None:
    with pytest.raises(ValueError, match="too large"):
        write(b"\xff" * 19, 30, "t")
    with pytest.raises(Misread):
        read("Z" * 32, 30, 18, "t")  # 30 symbols hold more than 18 bytes
