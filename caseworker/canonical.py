"""Canonical JSON: the one way this product turns a structure into bytes that are hashed, signed or compared.

ASCII only, sorted keys, no spaces, integers within +-2**53, no floats: on that subset the bytes are those of RFC 8785.
Reading is strict: bytes that are not exactly their own canonical form are refused, so there is one spelling of a thing.
"""

from __future__ import annotations

import json
from typing import Any

LARGEST = 2**53
DEEPEST = 8


class NotCanonical(ValueError):
    """The bytes are not canonical JSON. Carries no content."""


def dump(value: Any) -> bytes:
    """The canonical bytes of ``value``.

    Raises:
        NotCanonical: a float, a too large integer, a key that is not text, or nesting deeper than 8.
    """
    _check(value, 1)
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def load(data: bytes, *, most: int) -> Any:
    """The structure in ``data``, at most ``most`` bytes of it.

    Raises:
        NotCanonical: too long, not ASCII JSON, duplicate keys, floats, or any byte that differs from ``dump``.
    """
    if len(data) > most:
        raise NotCanonical("too long")
    try:
        value = json.loads(
            data.decode("ascii"), object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float
        )
    except NotCanonical:
        raise
    except (ValueError, RecursionError):
        raise NotCanonical("not JSON") from None
    if dump(value) != data:
        raise NotCanonical("not in canonical form")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise NotCanonical("a key twice")
    return result


def _no_float(_: str) -> Any:
    raise NotCanonical("not a whole number")


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise NotCanonical("too deep")
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if not -LARGEST <= value <= LARGEST:
            raise NotCanonical("number too large")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical("a key that is not text")
            _check(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item, depth + 1)
    else:
        raise NotCanonical("a kind of value that has no canonical form")
