"""The anchor remembers the newest entry, in two slots written in turn, and believes nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.storage import anchor
from caseworker.storage.anchor import Anchor, BadAnchor, Head

KEY = bytearray(range(32))
HEAD = Head("11111111-1111-1111-1111-111111111111", 1, 1, 5, "ab" * 32)


def at(seq: int) -> Head:
    return replace(HEAD, seq=seq)


def test_every_flipped_bit_of_a_slot_is_refused() -> None:
    slot = anchor.pack(HEAD, KEY)
    for bit in range(len(slot) * 8):
        changed = bytearray(slot)
        changed[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(BadAnchor):
            anchor.unpack(bytes(changed), KEY)


def test_another_key_is_refused() -> None:
    with pytest.raises(BadAnchor):
        anchor.unpack(anchor.pack(HEAD, KEY), bytes(32))


@given(st.binary(max_size=600))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadAnchor):
        anchor.unpack(data, KEY)


@given(st.integers(0, 2**53), st.integers(0, 2**53), st.integers(1, 9999))
def test_any_head_comes_back(seq: int, generation: int, epoch: int) -> None:
    head = replace(HEAD, seq=seq, generation=generation, epoch=epoch)
    assert anchor.unpack(anchor.pack(head, KEY), KEY) == head


def test_it_advances_in_turn_so_that_one_slot_is_always_whole(tmp_path: Path) -> None:
    file = tmp_path / "anchor"
    kept = Anchor(file, KEY)
    kept.rewrite(at(1))
    for seq in range(2, 10):
        before = file.read_bytes()
        kept.advance(at(seq))
        now = file.read_bytes()
        assert len(now) == 2 * anchor.SLOT
        changed = [now[:512] != before[:512], now[512:] != before[512:]]
        assert changed.count(True) == 1
        assert anchor.read(file, KEY) == (at(seq), True)
        # a write torn by a power cut spoils one slot; the other still tells the entry before
        place = 0 if changed[0] else 512
        file.write_bytes(now[:place] + bytes(512) + now[place + 512 :])
        assert anchor.read(file, KEY) == (at(seq - 1), False)
        file.write_bytes(now)
    kept.close()


def test_an_older_head_never_replaces_a_newer_one(tmp_path: Path) -> None:
    """Two threads commit, and the second to commit may be the first to get here."""
    kept = Anchor(tmp_path / "anchor", KEY)
    kept.rewrite(at(5))
    kept.advance(at(7))
    kept.advance(at(6))
    assert anchor.read(tmp_path / "anchor", KEY)[0].seq == 7
    kept.close()
    kept.advance(at(9))  # closed: nothing happens
    assert anchor.read(tmp_path / "anchor", KEY)[0].seq == 7


@pytest.mark.parametrize("size", [0, 1, 511, 512, 1023, 1025])
def test_a_file_of_another_length_is_bad(tmp_path: Path, size: int) -> None:
    (tmp_path / "anchor").write_bytes((anchor.pack(HEAD, KEY) * 3)[:size])
    with pytest.raises(BadAnchor):
        anchor.read(tmp_path / "anchor", KEY)


def test_closing_wipes_its_key(tmp_path: Path) -> None:
    kept = Anchor(tmp_path / "anchor", KEY)
    kept.rewrite(HEAD)
    kept.close()
    assert kept._key == bytearray(32)
    assert any(KEY)
