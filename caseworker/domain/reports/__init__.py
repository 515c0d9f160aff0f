"""What an advocate prints herself: each report is words in order, made here, shown before it leaves, then printed.

A builder takes what is in the record and gives a ``Report``; nothing in it is markup, and nobody but the person who
asked for it sees it before she does.
"""

from caseworker.domain.reports.page import (
    Bullets,
    Facts,
    Heading,
    Paragraph,
    Report,
    Said,
    Table,
    digest,
    plain_text,
)

__all__ = ["Bullets", "Facts", "Heading", "Paragraph", "Report", "Said", "Table", "digest", "plain_text"]
