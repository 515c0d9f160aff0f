"""The support letter: that somebody is supported, since when and by whom, for a landlord, an employer or a school.

It says as little as does the work: no abuse, no other person, no address. More is written only by hand.
"""

from __future__ import annotations

import datetime as dt

from caseworker.domain.reports.page import Block, Paragraph, Report, Said
from caseworker.domain.when import show_date
from caseworker.words import words

LONGEST_LETTER = 5_000


def usual_body(name: str, since: dt.date | None) -> Said:
    """What stands in a new letter until somebody changes it."""
    if since is None:
        return words("I am writing to confirm that {name} is supported by our service.", name=name)
    return words(
        "I am writing to confirm that {name} has been supported by our service since {date}.",
        name=name,
        date=show_date(since),
    )


def support_letter(
    *, organisation: str, to: str, body: str, worker: str, today: dt.date, reference: str = ""
) -> Report:
    """The letter as it is printed. Empty lines of ``body`` part its paragraphs."""
    blocks: list[Block] = []
    if organisation.strip():
        blocks.append(Paragraph(organisation.strip(), strong=True))
    blocks.append(Paragraph(show_date(today)))
    if to.strip():
        blocks.append(Paragraph(to.strip()))
    if reference:
        blocks.append(Paragraph(words("Our reference: {reference}", reference=reference)))
    blocks += [Paragraph(part.strip()) for part in body.split("\n\n") if part.strip()]
    blocks.append(Paragraph(words("Yours faithfully")))
    blocks.append(Paragraph(worker))
    return Report("support-letter", words("Letter"), tuple(blocks), headed=False)
