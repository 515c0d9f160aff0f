"""A sealed file opens whole or not at all: no flip, cut, swap, repeat or addition is taken for what was written."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker.crypto import files
from caseworker.crypto.files import CHUNK, OVERHEAD, Damaged, Reader, Writer

KEY = bytes(range(32))
FRONT = b"CASETST\x01and more"
TAG = 16


def seal(
    plain: bytes, key: bytes = KEY, front: bytes = FRONT, context: tuple[str, ...] = ("test", "one")
) -> bytes:
    out = io.BytesIO()
    writer = Writer(out, key, front, *context)
    writer.write(plain)
    writer.finish()
    return out.getvalue()


def unseal(
    data: bytes,
    count: int,
    key: bytes = KEY,
    front: bytes = FRONT,
    context: tuple[str, ...] = ("test", "one"),
) -> bytes:
    source = io.BytesIO(data)
    source.read(len(front))
    reader = Reader(source, key, front, *context)
    plain = reader.read(count)
    reader.finish()
    return plain


def refused(data: bytes, count: int) -> bool:
    """Whether it is refused, and refused in no other way."""
    try:
        unseal(data, count)
    except Damaged:
        return True
    return False


def chunks_of(data: bytes) -> tuple[bytes, list[bytes]]:
    start = len(FRONT) + OVERHEAD
    body = data[start:]
    return data[:start], [body[at : at + CHUNK + TAG] for at in range(0, len(body), CHUNK + TAG)]


# --- what is written comes back -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_what_is_sealed_comes_back_at_every_edge(size: int) -> None:
    plain = os.urandom(size)
    data = seal(plain)
    assert unseal(data, size) == plain
    count = max(1, -(-size // CHUNK))
    assert len(data) == len(FRONT) + OVERHEAD + size + count * TAG


@given(st.lists(st.binary(max_size=3 * CHUNK // 2), max_size=5), st.data())
@settings(max_examples=30, deadline=None)
def test_however_it_is_cut_into_writes_and_reads_it_is_the_same(
    pieces: list[bytes], data: st.DataObject
) -> None:
    out = io.BytesIO()
    writer = Writer(out, KEY, FRONT, "test", "one")
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    source = io.BytesIO(out.getvalue())
    source.read(len(FRONT))
    reader = Reader(source, KEY, FRONT, "test", "one")
    whole, found = b"".join(pieces), b""
    while len(found) < len(whole):
        found += reader.read(data.draw(st.integers(1, len(whole) - len(found))))
    reader.finish()
    assert found == whole


def test_the_same_bytes_never_look_the_same_twice() -> None:
    assert seal(b"words") != seal(b"words")


# --- what is changed does not -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 5, 300])
def test_no_flipped_bit_is_taken(size: int) -> None:
    data = seal(os.urandom(size))
    for offset in range(len(FRONT), len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[offset] ^= 1 << bit
            assert refused(bytes(changed), size), (offset, bit)


def test_no_flipped_byte_in_a_file_of_several_chunks_is_taken() -> None:
    size = 2 * CHUNK + 99
    data = seal(os.urandom(size))
    for offset in [*range(len(FRONT), len(FRONT) + OVERHEAD), *range(60, len(data), 997), len(data) - 1]:
        changed = bytearray(data)
        changed[offset] ^= 0x10
        assert refused(bytes(changed), size), offset


@pytest.mark.parametrize("size", [0, 300])
def test_no_cut_is_taken(size: int) -> None:
    data = seal(os.urandom(size))
    assert all(refused(data[:end], size) for end in range(len(FRONT), len(data)))


def test_no_cut_between_or_inside_chunks_is_taken() -> None:
    size = 3 * CHUNK
    data = seal(os.urandom(size))
    start = len(FRONT) + OVERHEAD
    for number in range(3):
        edge = start + number * (CHUNK + TAG)
        for end in (edge - 1, edge, edge + 1, edge + TAG - 1, edge + TAG, edge + TAG + 1):
            for wanted in {size, number * CHUNK, max(0, end - start - TAG)}:
                assert refused(data[:end], wanted), (end, wanted)


@pytest.mark.parametrize("size", [0, 300, CHUNK, 2 * CHUNK])
@pytest.mark.parametrize("more", [b"\0", b"x" * TAG, b"y" * (CHUNK + TAG)])
def test_nothing_may_follow_the_last_chunk(size: int, more: bytes) -> None:
    assert refused(seal(os.urandom(size)) + more, size)


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "two swapped": lambda c: [c[1], c[0], *c[2:]],
    "the last two swapped": lambda c: [*c[:-2], c[-1], c[-2]],
    "one twice": lambda c: [c[0], c[0], *c[1:]],
    "one left out": lambda c: [c[0], *c[2:]],
    "the first left out": lambda c: c[1:],
    "the last left out": lambda c: c[:-1],
    "the last twice": lambda c: [*c, c[-1]],
    "only the last": lambda c: c[-1:],
    "one of none": lambda c: [],
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_other_order_of_chunks_is_taken(change: str) -> None:
    size = 4 * CHUNK
    front, parts = chunks_of(seal(os.urandom(size)))
    assert len(parts) == 4
    changed = CHANGES[change](parts)
    for wanted in {size, len(changed) * CHUNK}:
        assert refused(front + b"".join(changed), wanted)


def test_chunks_of_another_file_under_the_same_key_do_not_fit() -> None:
    size = 3 * CHUNK
    front, parts = chunks_of(seal(os.urandom(size)))
    _, others = chunks_of(seal(os.urandom(size)))
    for number in range(3):
        mixed = [*parts[:number], others[number], *parts[number + 1 :]]
        assert refused(front + b"".join(mixed), size)


def test_another_key_context_or_front_opens_nothing() -> None:
    data = seal(b"words")
    assert unseal(data, 5) == b"words"
    for changed in (
        {"key": bytes(32)},
        {"context": ("test", "two")},
        {"context": ("other", "one")},
        {"context": ("test", "one", "")},
        {"front": FRONT[:-1] + b"!"},
    ):
        with pytest.raises(Damaged):
            unseal(data, 5, **changed)  # type: ignore[arg-type]


def test_not_a_byte_of_a_changed_chunk_is_released() -> None:
    plain = os.urandom(3 * CHUNK)
    data = bytearray(seal(plain))
    data[len(FRONT) + OVERHEAD + CHUNK + TAG + 5] ^= 1  # in the second chunk
    source = io.BytesIO(bytes(data))
    source.read(len(FRONT))
    reader = Reader(source, KEY, FRONT, "test", "one")
    released: list[bytes] = []
    with pytest.raises(Damaged):
        released.extend(reader.pieces(len(plain)))
    assert b"".join(released) == plain[:CHUNK]
    with pytest.raises(Damaged):
        reader.read(1)


def test_fewer_or_more_bytes_than_were_written_are_noticed() -> None:
    data = seal(bytes(100))
    assert refused(data, 99)
    assert refused(data, 101)
    assert refused(data, 0)


@given(st.binary(max_size=400), st.integers(0, 400))
@settings(max_examples=200, deadline=None)
def test_any_other_bytes_are_refused_in_one_way(data: bytes, count: int) -> None:
    assert refused(FRONT + data, count)


def test_an_unknown_suite_or_chunk_size_is_refused_before_the_key_is_used() -> None:
    data = bytearray(seal(b"words"))
    data[len(FRONT)] = files.SUITE + 1
    assert refused(bytes(data), 5)
    huge = seal(b"words")
    changed = huge[: len(FRONT) + 1] + b"\xff\xff\xff\xff" + huge[len(FRONT) + 5 :]
    assert refused(changed, 5)
