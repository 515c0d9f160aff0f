"""A made-up service map: names nobody has, and telephone numbers kept free for stories."""

from __future__ import annotations

import dataclasses
import datetime as dt

import resources
from caseworker.domain.services import Service, from_csv

_WRITTEN = dt.date(2026, 11, 18)  # the day the file's dates are meant for


def made_up_services(today: dt.date) -> list[Service]:
    """The services of the demo vault, as fresh or stale on that day as they were when written; to be given to
    ``storage.services.take_in``.
    """
    text = resources.path("demo", "services.csv").read_text(encoding="utf-8")
    passed = today - _WRITTEN
    return [
        dataclasses.replace(one, checked=(dt.date.fromisoformat(one.checked) + passed).isoformat())
        for one in from_csv(text, _WRITTEN)
    ]
