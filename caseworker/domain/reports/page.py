"""The parts of a printed report, in reading order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from caseworker.words import Words

Said = Words | str


@dataclass(frozen=True, slots=True)
class Heading:
    text: Said


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``strong`` for what must not be missed."""

    text: Said
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Questions and answers, one pair a line."""

    rows: tuple[tuple[Said, Said], ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """``head`` and every row have the same number of cells."""

    head: tuple[Said, ...]
    rows: tuple[tuple[Said, ...], ...]


Block = Heading | Paragraph | Facts | Bullets | Table


@dataclass(frozen=True, slots=True)
class Report:
    """``kind`` is a code of list ``document_kind``; ``foot`` stands under every page; ``headed``: whether the title
    is printed above the words.
    """

    kind: str
    title: Said
    blocks: tuple[Block, ...]
    foot: Said = ""
    headed: bool = True


def plain_text(report: Report) -> str:
    """Every word of the report, a line each, as British English: what the digest stands for and tests read."""
    return "\n".join(str(said) for said in _said(report))


def digest(report: Report) -> str:
    """SHA-256 over the words of the report, hexadecimal: which version was printed, without keeping its words."""
    return hashlib.sha256(plain_text(report).encode("utf-8", "surrogatepass")).hexdigest()


def _said(report: Report) -> Iterator[Said]:
    if report.headed:
        yield report.title
    for block in report.blocks:
        if isinstance(block, Heading | Paragraph):
            yield block.text
        elif isinstance(block, Facts):
            for question, answer in block.rows:
                yield f"{question}: {answer}"
        elif isinstance(block, Bullets):
            yield from block.items
        else:
            yield " | ".join(str(cell) for cell in block.head)
            for cells in block.rows:
                yield " | ".join(str(cell) for cell in cells)
    yield report.foot
