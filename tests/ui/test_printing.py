"""Paper: where one page ends and the next begins, and what each says at its head."""

from __future__ import annotations

import contextlib
import re
import zlib
from pathlib import Path

import pytest

from caseworker.domain.reports import Bullets, Facts, Heading, Paragraph, Report, Table
from caseworker.words import words
from ui import printing

HEAD = (words("When"), words("What"), words("By"))
LINE = "Rang the housing office about the locks and was told to ring again "


def printed(report: Report) -> list[str]:
    """The words of each page, its head first. No line may stand on two."""
    made = printing.document(report)
    found = printing.pages(made)
    assert all(page.bottom - page.top <= printing.HIGH + 0.01 for page in found)
    said = [[" ".join(page.head)] for page in found]
    layout, block = made.documentLayout(), made.begin()
    while block.isValid():
        corner = layout.blockBoundingRect(block).topLeft()
        for at in range(block.layout().lineCount()):
            line = block.layout().lineAt(at)
            if not line.textLength():
                continue  # what parts two tables
            place = line.rect().translated(corner)
            (on,) = [
                n
                for n, page in enumerate(found)
                if page.top - 0.01 <= place.top() and place.bottom() <= page.bottom + 0.01
            ]
            said[on].append(block.text()[line.textStart() : line.textStart() + line.textLength()])
        block = block.next()
    return [" ".join(" ".join(words_).split()) for words_ in said]


def chronology(lengths: list[int]) -> Report:
    """A row for each, so many sentences long; each begins and ends with a word of its own."""
    rows = tuple(
        (f"Day {n}", f"begin{n}x " + LINE * long + f"end{n}x", "Somebody") for n, long in enumerate(lengths)
    )
    return Report("chronology", words("Chronology"), (Heading(words("What happened")), Table(HEAD, rows)), "")


def pages_of(word: str, pages: list[str]) -> list[int]:
    return [number for number, text in enumerate(pages) if word in text]


@pytest.mark.parametrize("rows", [9, 29, 30, 31, 75])
def test_a_row_that_fits_on_a_page_is_never_broken_over_two(rows: int, qapp: object) -> None:
    pages = printed(chronology([(n * 7) % 11 + 1 for n in range(rows)]))
    assert len(pages) > 1
    for n in range(rows):
        (begins,) = pages_of(f"begin{n}x", pages)
        assert pages_of(f"end{n}x", pages) == [begins], n


def test_every_page_of_a_table_names_its_columns_once(qapp: object) -> None:
    for rows in (9, 31):
        pages = printed(chronology([8] * rows))
        assert [page.count("When What By") for page in pages] == [1] * len(pages)


def test_a_row_longer_than_a_page_goes_on_between_two_lines(qapp: object) -> None:
    numbered = " ".join(f"word{n}x" for n in range(900))
    rows = (("Day 1", "Short", "Somebody"), ("Day 2", numbered, "Somebody"), ("Day 3", "Short", "Somebody"))
    pages = printed(Report("chronology", words("Chronology"), (Table(HEAD, rows),), ""))
    assert len(pages) > 2
    assert "word0x" in pages[0]  # no page is left half empty for what would not fit on the next either
    for n in range(900):
        assert len(pages_of(f"word{n}x", pages)) == 1, n


def test_a_heading_and_the_names_of_the_columns_stand_with_what_they_are_of(qapp: object) -> None:
    for filled in range(36, 52):
        blocks = (
            Bullets(tuple(f"Line {n}" for n in range(filled))),
            Heading(words("What happened")),
            Table(HEAD, (("Day 1", f"begin0x {LINE}", "Somebody"), ("Day 2", "More", "Somebody"))),
        )
        pages = printed(Report("chronology", words("Chronology"), blocks, ""))
        (begins,) = pages_of("begin0x", pages)
        assert pages_of("What happened", pages) == [begins]
        assert pages_of("When What By", pages)[0] == begins


def test_answers_and_paragraphs_are_cut_between_their_lines(qapp: object) -> None:
    facts = Facts(tuple((f"Question {n}", f"begin{n}x {LINE * 4} end{n}x") for n in range(20)))
    long = Paragraph(words(" ".join(f"word{n}x" for n in range(1500))))
    pages = printed(Report("letter", words("Letter"), (facts, long), ""))
    for n in range(20):
        assert pages_of(f"begin{n}x", pages) == pages_of(f"end{n}x", pages)
    for n in range(1500):
        assert len(pages_of(f"word{n}x", pages)) == 1, n


def test_the_file_has_the_pages_that_were_counted(tmp_path: Path, qapp: object) -> None:
    report = chronology([4] * 40)
    place = tmp_path / "Sheet.pdf"
    printing.print_on(report, printing.a_pdf(str(place)))
    assert place.read_bytes().count(b"/Type /Page\n") == len(printing.pages(printing.document(report)))


def test_a_heading_and_a_first_row_longer_than_a_page_begin_on_the_same_page(qapp: object) -> None:
    before = [Paragraph(words("Before")) for _ in range(27)]
    row = ("Day 1", "begin0x " + LINE * 90 + "end0x", "Somebody")
    for blocks in (before, []):
        report = Report(
            "chronology",
            words("Chronology"),
            (*blocks, Heading(words("What happened")), Table(HEAD, (row,))),
            "",
        )
        pages = printed(report)
        (heading,) = pages_of("What happened", pages)
        assert pages_of("begin0x", pages) == [heading]


def test_the_lines_of_a_note_are_never_cut_through(qapp: object) -> None:
    """A note of several paragraphs is one cell."""
    lines = "\n".join(f"Line {n}" for n in range(12))
    rows = tuple((f"Day {n}", f"begin{n}x\r\n{lines}\u2029end{n}x", "Somebody") for n in range(40))
    pages = printed(Report("chronology", words("Chronology"), (Table(HEAD, rows),), ""))
    assert len(pages) > 5
    for n in range(40):
        (begins,) = pages_of(f"begin{n}x", pages)
        assert pages_of(f"end{n}x", pages) == [begins], n


def drawn(pdf: bytes, letter: str) -> int:
    """How often the file draws that letter; all of it in one font."""
    streams = []
    for stream in re.findall(rb"stream\r?\n(.*?)\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            stream = zlib.decompressobj().decompress(stream)
        streams.append(stream)
    whole = b"\n".join(streams)
    (shape,) = {
        int(first, 16) + at
        for first, last, told in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4})> \[([^\]]*)\]", whole)
        for at, code in enumerate(re.findall(rb"<([0-9A-F]{4})>", told))
        if code == b"%04X" % ord(letter)
    }
    shapes = "".join(text.decode("ascii") for text in re.findall(rb"<([0-9a-fA-F]+)> ?Tj", whole))
    return [int(shapes[at : at + 4], 16) for at in range(0, len(shapes), 4)].count(shape)


def test_a_line_beside_a_cut_is_in_the_file_once(tmp_path: Path, qapp: object) -> None:
    """What Qt draws outside a page is not seen, and yet is found, copied and read out."""
    long = "quiz " * 1500
    report = Report(
        "chronology",
        words(""),
        (
            Paragraph(long),
            Paragraph(long + "\n" + long),
            Bullets(("quiz",) * 200),
            Facts(tuple(("Asked", long) for _ in range(3))),
        ),
    )
    place = tmp_path / "Sheet.pdf"
    printing.print_on(report, printing.a_pdf(str(place)))
    assert drawn(place.read_bytes(), "q") == 1500 * 6 + 200
