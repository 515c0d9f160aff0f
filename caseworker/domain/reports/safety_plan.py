"""The safety plan on paper: only when the client asked for it, and in disguise unless she wants it plain.

In disguise it is a list of things to do, in wording chosen with her: no name, no service, no foot that tells.
"""

from __future__ import annotations

from caseworker.domain.reports.page import Block, Bullets, Heading, Paragraph, Report
from caseworker.domain.safety_plan import Sheet
from caseworker.words import words


def safety_plan(sheet: Sheet, *, disguised: bool) -> Report:
    """The plan as it is printed."""
    blocks: list[Block] = []
    for section in sheet.sections:
        blocks += [Heading(section.heading), Bullets(section.lines)]
    if not blocks and not disguised:
        blocks.append(Paragraph(words("Nothing is in the plan yet.")))
    return Report("safety-plan", sheet.title, tuple(blocks))
